"""The catalogue's tables, and how a data folder's database is opened, checked and migrated."""

import logging
import shutil
import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Engine,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    event,
    insert,
    select,
    update,
)
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.pool import QueuePool

from qa.errors import ArchiveDamaged, SchemaTooNew, WriteFailed

logger = logging.getLogger(__name__)

SCHEMA_VERSION = 3
FILE_NAME = "catalogue.sqlite3"
BEGIN = "BEGIN IMMEDIATE"
"""sqlite3 begins no transaction before DDL by itself; without one a step that fails would stay half done."""

metadata = MetaData()

meta = Table("meta", metadata, Column("key", String, primary_key=True), Column("value", Text, nullable=False))

articles = Table(
    "articles",
    metadata,
    Column("id", String, primary_key=True),
    Column("identity", Text, nullable=False, unique=True),
    Column("revision", Integer, nullable=False),
    Column("removed_at", String),
    Column("may_return", Integer, nullable=False, default=0),
    Column("source", Text, index=True),
    Column("corpus", Text),
    Column("external_id", Text),
    Column("url", Text),
    Column("content_hash", String, index=True),
    Column("publisher_key", Text, index=True),
    Column("published_day", String, index=True),
    Column("story", String, index=True),
    Column("sketch", LargeBinary),
)
"""One row per identity; what filters and look-ups need of its current revision. A tombstone keeps no text;
it keeps the article out for good, unless it may return because only its file had gone from a synchronised folder.
``story``: the same for all copies of one report; ``sketch``: its keys in ``story_keys``, int64."""

story_keys = Table(
    "story_keys",
    metadata,
    Column("key", BigInteger, primary_key=True, autoincrement=False),
    Column("article_id", String, primary_key=True),
    sqlite_with_rowid=False,
)
"""From a piece of text, by its hash, to the articles that have it near their beginning."""

revisions = Table(
    "revisions",
    metadata,
    Column("article_id", String, primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("title", Text),
    Column("publisher", Text),
    Column("author", Text),
    Column("published_at", String),
    Column("updated_at", String),
    Column("retrieved_at", String),
    Column("language", String),
    Column("section", Text),
    Column("correction", Text),
    Column("suspicions", Text),
    Column("stored_at", String, nullable=False),
    Column("text", Text, nullable=False),
)
"""``suspicions``: JSON rows of start, end and code of passages that speak to a machine; NULL where there are none."""

chunks = Table(
    "chunks",
    metadata,
    Column("id", String, primary_key=True),
    Column("article_id", String, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("sentences", LargeBinary, nullable=False),
    Column("embedding", LargeBinary, nullable=False),
    Column("sentence_vectors", LargeBinary, nullable=False),
    Index("chunks_by_article", "article_id"),
)
"""Chunks of current revisions. ``sentences``: int32 pairs; ``embedding``: float32; ``sentence_vectors``: int8 rows."""

changes = Table(
    "changes",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("article_id", String, nullable=False),
    Column("dropped_revision", Integer),
    Column("dropped_chunks", Integer, nullable=False, default=0),
    sqlite_autoincrement=True,
)
"""The change log the derived indexes follow: which article changed, and how many chunks of which revision went."""

Migration = Callable[[Connection], None]


def _add_stories(connection: Connection) -> None:
    """Give articles a story: copies to the letter share one; near copies are found among what comes from now on."""
    connection.exec_driver_sql("ALTER TABLE articles ADD COLUMN story VARCHAR")
    connection.exec_driver_sql("ALTER TABLE articles ADD COLUMN sketch BLOB")
    connection.exec_driver_sql("ALTER TABLE revisions ADD COLUMN correction TEXT")
    connection.exec_driver_sql("CREATE INDEX ix_articles_story ON articles (story)")
    story_keys.create(connection)
    connection.exec_driver_sql(
        "UPDATE articles SET story = (SELECT min(other.id) FROM articles AS other "
        "WHERE other.content_hash = articles.content_hash) WHERE content_hash IS NOT NULL"
    )


def _add_suspicions(connection: Connection) -> None:
    """Give revisions a place for passages that speak to a machine; they are looked for when an article is next read."""
    connection.exec_driver_sql("ALTER TABLE revisions ADD COLUMN suspicions TEXT")


MIGRATIONS: Mapping[int, Migration] = {1: _add_stories, 2: _add_suspicions}
"""From a schema version to the step that makes the next one of it."""


def connect(path: Path, *, untouched: bool = False) -> Engine:
    """Open the database file with the settings that its durability rests on.

    Args:
        path: The file; ``?``, ``#`` and ``%`` in folder names are taken as they are.
        untouched: Change no byte of the database and its write-ahead log.
    """
    arguments: dict[str, Any] = {"timeout": 30, "check_same_thread": False}
    # Closing would move a log that a killed process left into the database; where there is none, opening read-only
    # would leave an empty one.
    mode = "ro" if untouched and path.with_name(f"{path.name}-wal").exists() else "rwc"
    database = f"{path.absolute().as_uri()}?mode={mode}"
    engine = create_engine(
        "sqlite://",
        creator=lambda: sqlite3.connect(database, uri=True, **arguments),
        poolclass=QueuePool,
    )

    @event.listens_for(engine, "connect")
    def _pragmas(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA secure_delete=ON")  # what is removed must not lie on in free pages
        # Mapped into memory, the file's pages would count as ours once for every connection; reading is as quick.
        connection.execute("PRAGMA mmap_size=0")

    return engine


def prepare(
    engine: Engine, path: Path, *, version: int = SCHEMA_VERSION, migrations: Mapping[int, Migration] = MIGRATIONS
) -> None:
    """Create the tables of a new catalogue, or bring an older one up to date after a backup copy.

    Raises:
        SchemaTooNew: A newer Dateline wrote it.
        ArchiveDamaged: It is no database of ours.
        WriteFailed: The disk is full or refuses, or somebody else holds the file.
    """
    try:
        with engine.begin() as connection:
            found = _schema_version(connection)
            if found is None:
                connection.exec_driver_sql(BEGIN)
                metadata.create_all(connection)
                connection.execute(insert(meta).values(key="schema_version", value=str(version)))
                return
        if found > version:
            raise SchemaTooNew(
                f"This archive was written by a newer Dateline (schema {found}, this one knows {version}); "
                "please upgrade."
            )
        if found < version:
            _migrate(engine, path, found, version, migrations)
    except OperationalError as exc:
        raise WriteFailed(f"The catalogue {path} could not be written: {exc.orig}.") from exc
    except DatabaseError as exc:
        raise ArchiveDamaged(f"The catalogue {path} cannot be read; please restore it from a backup.") from exc


def _schema_version(connection: Connection) -> int | None:
    if not engine_has_meta(connection):
        return None
    value = connection.scalar(select(meta.c.value).where(meta.c.key == "schema_version"))
    try:
        return int(value) if value is not None else None
    except ValueError as exc:
        raise ArchiveDamaged("The catalogue does not say its version; please restore it from a backup.") from exc


def engine_has_meta(connection: Connection) -> bool:
    """Say whether the database already is a catalogue."""
    return connection.dialect.has_table(connection, "meta")


def _migrate(engine: Engine, path: Path, found: int, version: int, migrations: Mapping[int, Migration]) -> None:
    backup = path.with_name(f"{path.stem}.schema{found}.backup.sqlite3")
    _copy_database(path, backup)
    logger.info("The catalogue is brought from schema %s to %s; a copy of the old one is %s.", found, version, backup)
    with engine.begin() as connection:
        connection.exec_driver_sql(BEGIN)
        for step in range(found, version):
            migrations[step](connection)
        connection.execute(update(meta).where(meta.c.key == "schema_version").values(value=str(version)))


def _copy_database(path: Path, backup: Path) -> None:
    scratch = backup.with_suffix(".new")
    source, target = sqlite3.connect(path), sqlite3.connect(scratch)
    try:
        source.backup(target)
    finally:
        source.close()
        target.close()
    shutil.move(scratch, backup)


def emptied_log(engine: Engine) -> bool:
    """Move all of the write-ahead log into the database and cut it to nothing; say whether that could be done.

    SQLite waits for readers as long as for a lock, and then gives up without an error.
    """
    with engine.connect() as connection:
        busy: int = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()[0]
    return not busy


def value_of(connection: Connection, key: str) -> str | None:
    """Return a value of the meta table."""
    found: Any = connection.scalar(select(meta.c.value).where(meta.c.key == key))
    return None if found is None else str(found)
