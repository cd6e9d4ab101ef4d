"""What people asked that the archive could not answer: kept only where the settings say so, and for so many days."""

import hashlib
import logging
import threading
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, Delete, delete, func, select
from sqlalchemy.dialects.sqlite import insert

from qa.errors import DatelineError
from qa.index.kept import mapped_errors, open_people, unanswered
from qa.web.store import as_text

logger = logging.getLogger(__name__)

MOST_KEPT = 20_000
"""Different questions; of more the oldest go, so that nobody can fill the disk by asking."""
DAY_S = 24 * 3600.0


@dataclass(frozen=True, slots=True)
class Asked:
    """A question without an answer, the same words however often they were asked.

    Args:
        key: What it is cleared by.
        question: As it was understood, and last written.
        times: How often it was asked.
        last_asked: When last, in UTC.
        reasons: Why there was no answer.
        sites: The widget sites it was asked on; the empty one is the archive's own page and programs.
    """

    key: str
    question: str
    times: int
    last_asked: str
    reasons: tuple[str, ...]
    sites: tuple[str, ...]


class Unanswered:
    """The questions of a data folder."""

    def __init__(self, folder: Path, days: int, *, on: bool, most: int = MOST_KEPT) -> None:
        """Open them; where they are not to be kept, those that were are erased.

        Raises:
            SchemaTooNew, ArchiveDamaged, WriteFailed: The file cannot be used.
        """
        self.on = on
        self._days = days
        self._most = most
        self._sql = open_people(folder)
        if not on:
            self.clear()

    def note(self, question: str, reason: str, site: str = "", when: datetime | None = None) -> None:
        """Count a question; nothing is kept unless the settings say so."""
        if not self.on:
            return
        now = (when or datetime.now(UTC)).isoformat(timespec="seconds")
        values = {"key": key_of(question), "site": site, "reason": reason, "question": as_text(question)}
        row = insert(unanswered).values(**values, times=1, last_asked=now)
        newer = {"question": row.excluded.question, "times": unanswered.c.times + 1, "last_asked": now}
        with mapped_errors(), self._sql.begin() as connection:
            connection.execute(row.on_conflict_do_update(index_elements=["key", "site", "reason"], set_=newer))
            _drop_oldest(connection, self._most)

    def rows(self, limit: int, offset: int = 0) -> list[Asked]:
        """List the questions, the most asked first."""
        times, last = func.sum(unanswered.c.times), func.max(unanswered.c.last_asked)
        query = (
            select(unanswered.c.key, times, last)
            .group_by(unanswered.c.key)
            .order_by(times.desc(), last.desc(), unanswered.c.key)
            .limit(limit)
            .offset(offset)
        )
        with mapped_errors(), self._sql.connect() as connection:
            return [_asked(connection, *row) for row in connection.execute(query).all()]

    def count(self) -> int:
        """Count the different questions."""
        with mapped_errors(), self._sql.connect() as connection:
            return connection.scalar(select(func.count(unanswered.c.key.distinct()))) or 0

    def clear(self, key: str | None = None) -> None:
        """Erase one question, or all."""
        self._erase(delete(unanswered) if key is None else delete(unanswered).where(unanswered.c.key == key))

    def forget(self, now: datetime | None = None) -> None:
        """Erase what was asked last longer ago than it is to be kept."""
        before = (now or datetime.now(UTC)) - timedelta(days=self._days)
        old = unanswered.c.last_asked < before.isoformat(timespec="seconds")
        self._erase(delete(unanswered).where(old))

    def _erase(self, what: Delete) -> None:
        with mapped_errors():
            with self._sql.begin() as connection:
                connection.execute(what)
            with self._sql.connect() as connection:  # nor may it lie on in the write-ahead log
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


def key_of(question: str) -> str:
    """Return the form by which questions are told to be the same.

    >>> key_of("Who won?") == key_of("  who  WON "), key_of("Who won?") == key_of("Who lost?")
    (True, False)
    """
    letters = "".join(one if one.isalnum() else " " for one in unicodedata.normalize("NFKC", as_text(question)))
    return hashlib.sha256(" ".join(letters.casefold().split()).encode()).hexdigest()[:24]


@contextmanager
def every(seconds: float, work: Callable[[], None]) -> Iterator[None]:
    """Do something now, and again whenever so much time has passed, until the end of the block."""
    over = threading.Event()

    def go_on() -> None:
        while not over.wait(seconds):
            try:
                work()
            except DatelineError as error:
                logger.warning("Old questions could not be erased: %s", error.user_message)

    work()
    thread = threading.Thread(target=go_on, name="retention", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _asked(connection: Connection, key: str, times: int, last: str) -> Asked:
    found = connection.execute(
        select(unanswered).where(unanswered.c.key == key).order_by(unanswered.c.last_asked.desc())
    ).all()
    reasons, sites = sorted({row.reason for row in found}), sorted({row.site for row in found})
    return Asked(key, found[0].question, times, last, tuple(reasons), tuple(sites))


def _drop_oldest(connection: Connection, most: int) -> None:
    more = (connection.scalar(select(func.count()).select_from(unanswered)) or 0) - most
    if more > 0:
        oldest = select(unanswered.c.last_asked).order_by(unanswered.c.last_asked).offset(more - 1).limit(1)
        connection.execute(delete(unanswered).where(unanswered.c.last_asked <= oldest.scalar_subquery()))
