"""Conversations as people left them, with every answer's evidence, and what they thought of the answers."""

import json
import secrets
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, func, insert, select, update

from qa.errors import NotFound
from qa.index.kept import (
    Json,
    as_json,
    conversations,
    ended_sessions,
    mapped_errors,
    open_people,
    turn_articles,
    turns,
)
from qa.types import Turn

LONGEST_TITLE = 80
LONGEST_REASON = 1000
MOST_LISTED = 200


@dataclass(frozen=True, slots=True)
class Conversation:
    """One conversation of one person."""

    id: str
    title: str
    created_at: str
    updated_at: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A question with its answer, in the one JSON shape, kept for good.

    Args:
        id: Hard to guess: who knows it may read the answer.
        question: As it was typed.
        answer: What was answered.
        asked: The limits it was asked with.
        conversation_id: Where it was asked.
        rating: 1 for good, -1 for not, 0 for nothing said.
        reason: Why, as the person said it.
    """

    id: str
    question: str
    answer: Json
    asked: Json = field(default_factory=dict)
    conversation_id: str = ""
    rating: int = 0
    reason: str | None = None


def new_id() -> str:
    """Draw an id that nobody can guess."""
    return secrets.token_urlsafe(16)


class Store:
    """The conversations of a data folder."""

    def __init__(self, folder: Path) -> None:
        """Open them, creating the file where there is none.

        Raises:
            SchemaTooNew, ArchiveDamaged, WriteFailed: The file cannot be used.
        """
        self._sql = open_people(folder)
        self._lock = threading.Lock()

    def close(self) -> None:
        """Close every connection."""
        self._sql.dispose()

    # Sessions

    def end_session(self, session_id: str, until: int) -> None:
        """Keep that a session is over, although its cookie would be good ``until`` then."""
        with self._changing() as connection:
            connection.execute(delete(ended_sessions).where(ended_sessions.c.id == session_id))
            connection.execute(insert(ended_sessions).values(id=session_id, until=until))

    def ended_sessions(self) -> set[str]:
        """Return the sessions that are over, and forget those whose cookies have ended by now."""
        with self._changing() as connection:
            connection.execute(delete(ended_sessions).where(ended_sessions.c.until < int(time.time())))
            return set(connection.scalars(select(ended_sessions.c.id)))

    # Conversations

    def conversations(self, owner: str) -> list[Conversation]:
        """List a person's conversations, the last used first."""
        query = (
            select(*(conversations.c[name] for name in Conversation.__dataclass_fields__))
            .where(conversations.c.owner == owner)
            .order_by(conversations.c.updated_at.desc(), conversations.c.id)
            .limit(MOST_LISTED)
        )
        with self._reading() as connection:
            return [Conversation(*row) for row in connection.execute(query)]

    def conversation(self, owner: str, conversation_id: str) -> Conversation:
        """Return one of a person's conversations.

        Raises:
            NotFound: The person has no such conversation.
        """
        with self._reading() as connection:
            return _owned(connection, owner, conversation_id)

    def rename(self, owner: str, conversation_id: str, title: str) -> None:
        """Give a conversation another title.

        Raises:
            NotFound: The person has no such conversation.
        """
        with self._changing() as connection:
            _owned(connection, owner, conversation_id)
            where = conversations.c.id == conversation_id
            connection.execute(update(conversations).where(where).values(title=short_title(title)))

    def delete(self, owner: str, conversation_id: str) -> None:
        """Delete a conversation with all its answers, also those that somebody has a link to.

        Raises:
            NotFound: The person has no such conversation.
        """
        with self._changing() as connection:
            _owned(connection, owner, conversation_id)
            of_it = select(turns.c.id).where(turns.c.conversation_id == conversation_id)
            connection.execute(delete(turn_articles).where(turn_articles.c.turn_id.in_(of_it)))
            connection.execute(delete(turns).where(turns.c.conversation_id == conversation_id))
            connection.execute(delete(conversations).where(conversations.c.id == conversation_id))

    # Questions and answers

    def turns(self, owner: str, conversation_id: str) -> list[Kept]:
        """Return a conversation's turns, oldest first.

        Raises:
            NotFound: The person has no such conversation.
        """
        with self._reading() as connection:
            _owned(connection, owner, conversation_id)
            query = _turn_query(conversation_id).where(turns.c.replaced == 0)
            return [_kept(row) for row in connection.execute(query)]

    def turn(self, turn_id: str) -> Kept:
        """Return one turn, whoever asked it.

        Raises:
            NotFound: There is none, or it was deleted.
        """
        with self._reading() as connection:
            row = connection.execute(select(turns).where(turns.c.id == turn_id)).first()
        if row is None:
            raise NotFound("There is no such answer; the conversation that held it may have been deleted.")
        return _kept(row)

    def quoting(self, article_id: str) -> int:
        """Count the kept answers that hold words of an article, whoever asked."""
        query = select(func.count()).select_from(turn_articles).where(turn_articles.c.article_id == article_id)
        with self._reading() as connection:
            return int(connection.scalar(query) or 0)

    def keep(self, owner: str, turn: Kept, titles: Mapping[str, str | None], *, instead_of: str | None = None) -> Kept:
        """Keep a turn in its conversation, or in a new one, and return it with that.

        Args:
            owner: Whose it is.
            turn: What was asked and answered; a ``conversation_id`` that is empty starts a conversation.
            titles: From the articles whose words the answer holds to their titles.
            instead_of: The earlier turn in whose place this one stands; what followed it goes with it.

        Raises:
            NotFound: The person has no such conversation.
        """
        with self._changing() as connection:
            kept = replace(turn, conversation_id=turn.conversation_id or _start(connection, owner, turn.question))
            _owned(connection, owner, kept.conversation_id)
            if instead_of:
                _set_aside(connection, kept.conversation_id, instead_of)
            last = select(func.max(turns.c.number)).where(turns.c.conversation_id == kept.conversation_id)
            values = {
                "id": kept.id,
                "conversation_id": kept.conversation_id,
                "number": (connection.scalar(last) or 0) + 1,
                "question": as_text(kept.question),
                "asked": as_json(kept.asked),
                "answer": as_json(kept.answer),
            }
            connection.execute(insert(turns).values(**values))
            rows = [{"article_id": key, "turn_id": kept.id, "title": titles[key]} for key in sorted(titles)]
            if rows:
                connection.execute(insert(turn_articles), rows)
            where = conversations.c.id == kept.conversation_id
            connection.execute(update(conversations).where(where).values(updated_at=_now()))
        return kept

    # Feedback

    def rate(self, owner: str, turn_id: str, rating: int, reason: str | None = None) -> None:
        """Note what the person who asked thinks of the answer.

        Raises:
            NotFound: The person has asked no such question.
        """
        with self._changing() as connection:
            asked_in = connection.scalar(select(turns.c.conversation_id).where(turns.c.id == turn_id))
            _owned(connection, owner, asked_in or "")
            said = as_text(reason.strip()[:LONGEST_REASON]) if reason and reason.strip() and rating else None
            values = {"rating": rating, "reason": said, "rated_at": _now()}
            connection.execute(update(turns).where(turns.c.id == turn_id).values(**values))

    def rated(self) -> Iterator[tuple[Kept, tuple[Turn, ...]]]:
        """Yield everybody's rated turns with what was said before them, in the order of their ratings."""
        query = select(turns.c.id, turns.c.conversation_id).where(turns.c.rating != 0).order_by(turns.c.rated_at)
        with self._reading() as connection:
            for turn_id, conversation_id in connection.execute(query).all():
                before: list[Kept] = []
                for row in connection.execute(_turn_query(conversation_id)):
                    if row.id == turn_id:
                        yield _kept(row), history_of(before)
                        break
                    before += [] if row.replaced else [_kept(row)]

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with mapped_errors(), self._sql.connect() as connection:
            yield connection

    @contextmanager
    def _changing(self) -> Iterator[Connection]:
        with self._lock, mapped_errors(), self._sql.begin() as connection:
            yield connection


def history_of(kept: Sequence[Kept]) -> tuple[Turn, ...]:
    """Return turns as the pipeline takes the conversation so far; what was not answered is left out."""
    return tuple(
        part
        for turn in kept
        if turn.answer["status"] == "answered" and turn.answer["text"]
        for part in (Turn("user", turn.question), Turn("assistant", turn.answer["text"]))
    )


def short_title(text: str) -> str:
    r"""Return a title of one line that fits the list.

    >>> short_title(" What\n did he say? ")
    'What did he say?'
    """
    folded = as_text(" ".join(text.split())) or "…"
    return folded if len(folded) <= LONGEST_TITLE else folded[: LONGEST_TITLE - 1] + "…"


def as_text(text: str) -> str:
    """Return a text that any database takes: without lone surrogates."""
    return text.encode("utf-8", "replace").decode()


def _owned(connection: Connection, owner: str, conversation_id: str) -> Conversation:
    query = select(*(conversations.c[name] for name in Conversation.__dataclass_fields__))
    row = connection.execute(query.where(conversations.c.id == conversation_id, conversations.c.owner == owner)).first()
    if row is None:
        raise NotFound("There is no such conversation; it may have been deleted.")
    return Conversation(*row)


def _start(connection: Connection, owner: str, question: str) -> str:
    now, key = _now(), new_id()
    values = {"id": key, "owner": owner, "title": short_title(question), "created_at": now, "updated_at": now}
    connection.execute(insert(conversations).values(**values))
    return key


def _set_aside(connection: Connection, conversation_id: str, turn_id: str) -> None:
    of_it = turns.c.conversation_id == conversation_id
    number = connection.scalar(select(turns.c.number).where(of_it, turns.c.id == turn_id))
    if number is None:
        raise NotFound("There is no such question in this conversation.")
    connection.execute(update(turns).where(of_it, turns.c.number >= number).values(replaced=1))


def _turn_query(conversation_id: str) -> Select[Any]:
    return select(turns).where(turns.c.conversation_id == conversation_id).order_by(turns.c.number)


def _kept(row: Row[Any]) -> Kept:
    return Kept(
        row.id,
        row.question,
        json.loads(row.answer),
        json.loads(row.asked),
        row.conversation_id,
        row.rating,
        row.reason,
    )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")
