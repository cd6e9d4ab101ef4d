"""What people asked and were answered: the tables of ``people.sqlite3``, and erasing removed articles from them.

They lie below the archive because removing an article must take its words out of every kept answer at once, whoever
removes it: the server, the command line, or the next start after a process that died in between.
"""

import json
import sqlite3
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.exc import DatabaseError, OperationalError

from qa.errors import ArchiveDamaged, SchemaTooNew, WriteFailed
from qa.index.catalogue_schema import BEGIN, connect, emptied_log

PEOPLE_FILE = "people.sqlite3"
SCHEMA_VERSION = 1
_VERSION_KEY = "conversations_schema"
_LOST = "An article that this answer rested on was removed."
LEAST_TITLE = 16
"""A shorter title is taken out of no question: it may be everyday words of the person who asked."""

metadata = MetaData()
notes = Table("notes", metadata, Column("key", String, primary_key=True), Column("value", Text, nullable=False))

conversations = Table(
    "conversations",
    metadata,
    Column("id", String, primary_key=True),
    Column("owner", String, nullable=False),
    Column("title", Text, nullable=False),
    Column("created_at", String, nullable=False),
    Column("updated_at", String, nullable=False),
    Index("conversations_by_owner", "owner", "updated_at"),
)

turns = Table(
    "turns",
    metadata,
    Column("id", String, primary_key=True),
    Column("conversation_id", String, nullable=False),
    Column("number", Integer, nullable=False),
    Column("replaced", Integer, nullable=False, default=0),
    Column("question", Text, nullable=False),
    Column("asked", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("rating", Integer, nullable=False, default=0),
    Column("reason", Text),
    Column("rated_at", String),
    Index("turns_by_conversation", "conversation_id", "number"),
)
"""One question and its answer for good. ``answer``: the one JSON shape; ``asked``: the limits it was asked with;
``replaced``: another question stands in its place now; ``rating``: 1, -1, or 0 for none."""

unanswered = Table(
    "unanswered",
    metadata,
    Column("key", String, primary_key=True),
    Column("site", String, primary_key=True),
    Column("reason", String, primary_key=True),
    Column("question", Text, nullable=False),
    Column("times", Integer, nullable=False),
    Column("last_asked", String, nullable=False, index=True),
)
"""What was asked in vain, by the form of the question, the widget site it was asked on and why there was no answer."""

turn_articles = Table(
    "turn_articles",
    metadata,
    Column("article_id", String, primary_key=True),
    Column("turn_id", String, primary_key=True),
    Column("title", Text),
    sqlite_with_rowid=False,
)
"""Which kept answers hold words of which article, and its title then; erased together with them."""

ended_sessions = Table(
    "ended_sessions",
    metadata,
    Column("id", String, primary_key=True),
    Column("until", Integer, nullable=False),
)
"""Sessions that somebody ended by signing out, until the second in which their cookies would have ended anyway."""

Json = dict[str, Any]


def open_people(folder: Path) -> Engine:
    """Open or create the database of people in a data folder.

    Raises:
        SchemaTooNew: A newer Dateline wrote it.
        ArchiveDamaged, WriteFailed: It cannot be read or written.
    """
    path = folder / PEOPLE_FILE
    with mapped_errors():
        engine = connect(path)
        with engine.begin() as connection:
            connection.exec_driver_sql(BEGIN)
            metadata.create_all(connection)
            found = connection.scalar(select(notes.c.value).where(notes.c.key == _VERSION_KEY))
            if found is None:
                connection.execute(insert(notes).values(key=_VERSION_KEY, value=str(SCHEMA_VERSION)))
        path.chmod(0o600)
    if found is not None and int(found) > SCHEMA_VERSION:
        engine.dispose()
        raise SchemaTooNew("The kept conversations were written by a newer Dateline; please upgrade.")
    return engine


def conversation_count(folder: Path) -> int:
    """Return how many conversations a data folder keeps."""
    if not (folder / PEOPLE_FILE).exists():
        return 0
    engine = open_people(folder)
    try:
        with mapped_errors(), engine.connect() as connection:
            return int(connection.scalar(select(func.count()).select_from(conversations)) or 0)
    finally:
        engine.dispose()


@contextmanager
def mapped_errors() -> Iterator[None]:
    """Turn what SQL raises into errors of ours."""
    try:
        yield
    except OperationalError as exc:
        raise WriteFailed(f"Conversations could not be kept: {exc.orig}.") from exc
    except (DatabaseError, sqlite3.Error) as exc:
        raise ArchiveDamaged(f"The kept conversations cannot be read: {exc}.") from exc


def articles_of(answer: Json) -> set[str]:
    """Return the articles whose words an answer holds."""
    return {part["article_id"] for name in ("citations", "contexts") for part in answer.get(name, ())}


RemovedAt = Callable[[Collection[str]], Mapping[str, str]]
"""Return, of some articles, those that are removed and when."""


def erase_removed(folder: Path, removed_at: RemovedAt) -> int:
    """Take every word of removed articles out of kept answers; return in how many there were some.

    It can be done again at any time: what says that an article is removed is the catalogue.
    """
    if not (folder / PEOPLE_FILE).exists():
        return 0
    engine = open_people(folder)
    try:
        with mapped_errors():
            with engine.begin() as connection:
                connection.exec_driver_sql(BEGIN)
                count = _erase(connection, removed_at)
            if not emptied_log(engine):
                raise WriteFailed("Kept answers are being read; please remove the article again.")
        return count
    finally:
        engine.dispose()


def _erase(connection: Connection, removed_at: RemovedAt) -> int:
    gone = removed_at(list(connection.scalars(select(turn_articles.c.article_id).distinct())))
    touched: dict[str, set[str]] = {}
    for article_id in gone:
        for row in connection.execute(select(turn_articles).where(turn_articles.c.article_id == article_id)):
            touched.setdefault(row.turn_id, set()).add(row.title or "")
        connection.execute(delete(turn_articles).where(turn_articles.c.article_id == article_id))
    for turn_id, titles in touched.items():
        _erase_turn(connection, turn_id, gone, {title for title in titles if len(title) >= LEAST_TITLE})
    return len(touched)


def _erase_turn(connection: Connection, turn_id: str, gone: Mapping[str, str], titles: Collection[str]) -> None:
    row = connection.execute(select(turns).where(turns.c.id == turn_id)).one()
    answer = without_articles(json.loads(row.answer), gone)
    connection.execute(update(turns).where(turns.c.id == turn_id).values(answer=as_json(answer)))
    # A title may stand in the question that was made of it, and in the later ones that were completed with it.
    for other in connection.execute(select(turns).where(turns.c.conversation_id == row.conversation_id)).all():
        cleaned = {
            "answer": as_json(_without_titles(json.loads(other.answer), titles)),
            "question": _without_titles(other.question, titles),
            "reason": _without_titles(other.reason, titles),
        }
        connection.execute(update(turns).where(turns.c.id == other.id).values(**cleaned))
    where = conversations.c.id == row.conversation_id
    title = connection.scalar(select(conversations.c.title).where(where))
    connection.execute(update(conversations).where(where).values(title=_without_titles(title, titles)))


def as_json(value: Any) -> str:
    """Return a value as JSON text that any database takes, a lone surrogate included."""
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "backslashreplace").decode()


def without_articles(answer: Json, gone: Mapping[str, str]) -> Json:
    """Return an answer without a word of some articles: quotes, what was said after them, and passages are gone.

    Args:
        answer: The one JSON shape.
        gone: From a removed article's id to when it was removed.
    """
    numbers = {one["number"]: gone[one["article_id"]] for one in answer["citations"] if one["article_id"] in gone}
    claims = []
    for claim in answer["claims"]:
        lost = [numbers[number] for number in claim["citations"] if number in numbers]
        claims.append({**claim, "text": "", "note": None, "removed_at": lost[0]} if lost else claim)
    # What was remarked of reports ("The Post says 25; the Courier says 27") may hold words of each of them.
    told = {"message": _LOST, "remarks": []} if numbers else {}
    return {
        **answer,
        **told,
        "text": " ".join(_cited(claim) for claim in claims if claim["text"]),
        "claims": claims,
        "citations": [_blank(one, gone) for one in answer["citations"]],
        "contexts": [one for one in answer["contexts"] if one["article_id"] not in gone],
    }


def _cited(claim: Json) -> str:
    return "".join([claim["text"], *(f" [{number}]" for number in claim["citations"])])


def _blank(citation: Json, gone: Mapping[str, str]) -> Json:
    if citation["article_id"] not in gone:
        return citation
    kept = {name: citation[name] for name in ("number", "article_id", "revision", "start", "end")}
    empty = dict.fromkeys((name for name in citation if name not in kept), None)
    return {
        **empty,
        **kept,
        "quote": "",
        "also_published_by": [],
        "context": [],
        "removed_at": gone[citation["article_id"]],
    }


def _without_titles(value: Any, titles: Collection[str]) -> Any:
    if isinstance(value, str):
        for title in titles:
            value = value.replace(title, "…")
        return value
    if isinstance(value, list):
        return [_without_titles(part, titles) for part in value]
    if isinstance(value, dict):
        return {name: _without_titles(part, titles) for name, part in value.items()}
    return value
