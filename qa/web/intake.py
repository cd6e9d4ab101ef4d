"""Articles on their way into the archive while it is served: one ingestion at a time, the others wait in line.

Pages, HTTP API and command line all come here; what ingests is handed in, and is the command line's own. Whatever
ends an ingestion early, what it had stored is kept and can be searched.
"""

import shutil
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex
from typing import Any, Literal

from qa.errors import DatelineError
from qa.index.archive import Archive
from qa.types import Ingestor, IngestReport, Progress, ProgressCallback
from qa.web import texts
from qa.web.answers import as_dateline_error
from qa.web.errors import Busy, NoSuchAddress, NotAllowed

UPLOADS = "uploads"
"""Folder in the data folder for what was sent, each until it has been read."""
MOST_WAITING = 16
MOST_REMEMBERED = 50
STEP_S = 0.2

State = Literal["waiting", "running", "done", "failed", "cancelled"]
ENDED: frozenset[State] = frozenset({"done", "failed", "cancelled"})


class Cancelled(DatelineError):
    """Stop an ingestion because somebody said so, or because whoever waited for it has left."""

    code = "cancelled"


@dataclass(frozen=True, slots=True)
class Brought:
    """What is to be taken in.

    Args:
        names: What people see: file names and addresses.
        inputs: Paths of files that were received, and addresses.
        publisher: Of articles that name none.
        corpus: Names, with a given id, articles without an address.
    """

    names: tuple[str, ...]
    inputs: tuple[str, ...]
    publisher: str | None = None
    corpus: str | None = None


@dataclass(slots=True)
class Ingestion:
    """One ingestion from the moment it was asked for; written by its thread, read by everybody."""

    id: str
    brought: Brought
    state: State = "waiting"
    progress: Progress | None = None
    report: IngestReport | None = None
    error: DatelineError | None = None
    asked_at: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))
    stop: threading.Event = field(default_factory=threading.Event)

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen."""
        return self.state in ENDED

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON shape of an ingestion."""
        left = self.progress
        return {
            "id": self.id,
            "state": self.state,
            "asked_at": self.asked_at,
            "inputs": list(self.brought.names),
            "progress": None if left is None or self.ended else _progress(left),
            "report": self.report.as_dict() if self.report else None,
            "error": self.error.as_dict()["error"] if self.error else None,
        }


def _progress(now: Progress) -> dict[str, Any]:
    return {name: getattr(now, name) for name in ("done", "total", "unit", "words_per_second", "seconds_left")}


class Intake:
    """Take articles in and remove them, one after the other; asking goes on meanwhile."""

    def __init__(self, archive: Archive, ingestor: Ingestor | None) -> None:
        """Serve an archive that is open for writing; what an earlier server left unread is thrown away."""
        self._archive = archive
        self._ingestor = ingestor
        self._folder = archive.settings.data_dir / UPLOADS
        self._writing = threading.Lock()
        self._ingestions: OrderedDict[str, Ingestion] = OrderedDict()
        self._changing = threading.Lock()
        self._threads: set[threading.Thread] = set()
        self._line: list[str] = []
        self._moved = threading.Condition()
        self._closed = threading.Event()
        shutil.rmtree(self._folder, ignore_errors=True)

    # Ingestions

    def new_folder(self) -> Path:
        """Return an empty folder for what is received, for this user only."""
        folder = self._folder / token_hex(8)
        folder.mkdir(mode=0o700, parents=True)
        return folder

    def check_room(self) -> None:
        """Refuse what would wait too long, before it is received.

        Raises:
            Busy: Too many ingestions wait.
            NotAllowed: This server takes no articles in.
        """
        if self._ingestor is None:
            raise NotAllowed(texts.TAKES_NOTHING)
        if self._closed.is_set() or sum(not one.ended for one in self.recent()) >= MOST_WAITING:
            raise Busy(texts.TOO_MANY_INGESTIONS)

    def begin(self, brought: Brought, folder: Path | None = None) -> Ingestion:
        """Put an ingestion in line and return it at once; the folder is deleted when it has ended.

        Raises:
            Busy, NotAllowed: It cannot be taken on.
        """
        self.check_room()
        ingestion = Ingestion(folder.name if folder else token_hex(8), brought)
        with self._changing:
            self._ingestions[ingestion.id] = ingestion
            for key in [key for key, one in self._ingestions.items() if one.ended][: -MOST_REMEMBERED or None]:
                del self._ingestions[key]
            thread = threading.Thread(target=self._run, args=(ingestion, folder))
            self._threads.add(thread)
            self._line.append(ingestion.id)
            thread.start()
        return ingestion

    def ingestion(self, ingestion_id: str) -> Ingestion:
        """Return one of the ingestions.

        Raises:
            NoSuchAddress: There is none; a restart forgets them.
        """
        with self._changing:
            found = self._ingestions.get(ingestion_id)
        if found is None:
            raise NoSuchAddress(texts.NO_INGESTION)
        return found

    def recent(self) -> list[Ingestion]:
        """Return what is remembered, the newest first."""
        with self._changing:
            return list(reversed(self._ingestions.values()))

    def cancel(self, ingestion_id: str) -> Ingestion:
        """Stop an ingestion at its next step; what it has stored is kept.

        Raises:
            NoSuchAddress: There is none.
        """
        found = self.ingestion(ingestion_id)
        self._stop(found)
        return found

    def close(self) -> None:
        """Stop everything and wait until nothing writes."""
        self._closed.set()
        for one in self.recent():
            self._stop(one)
        for thread in list(self._threads):
            thread.join()
        with self._writing:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _stop(self, ingestion: Ingestion) -> None:
        with self._moved:
            ingestion.stop.set()
            self._moved.notify_all()

    def _run(self, ingestion: Ingestion, folder: Path | None) -> None:
        try:
            with self._in_turn(ingestion):
                self._take(ingestion)
        finally:
            if folder:
                shutil.rmtree(folder, ignore_errors=True)
            self._threads.discard(threading.current_thread())

    @contextmanager
    def _in_turn(self, ingestion: Ingestion) -> Iterator[None]:
        """Wait until those before it have ended, or it is to stop."""
        with self._moved:
            self._moved.wait_for(lambda: self._line[0] == ingestion.id or ingestion.stop.is_set())
        try:
            yield
        finally:
            with self._moved:
                self._line.remove(ingestion.id)
                self._moved.notify_all()

    def _take(self, ingestion: Ingestion) -> None:
        def begun(now: Progress) -> None:
            ingestion.state, ingestion.progress = "running", now

        options = {"publisher": ingestion.brought.publisher, "corpus": ingestion.brought.corpus}
        try:
            inputs = list(ingestion.brought.inputs)
            report = self.take_in(inputs, progress=begun, is_stopped=ingestion.stop.is_set, **options)
            ingestion.report = as_named(report, ingestion.id)
            ingestion.state = "done"
        except Cancelled as why:
            ingestion.error = why
            ingestion.state = "cancelled"
        except Exception as error:
            ingestion.error = as_dateline_error(error)
            ingestion.state = "failed"

    # The archive

    def take_in(
        self, inputs: list[str], *, progress: ProgressCallback, is_stopped: Callable[[], bool], **options: Any
    ) -> IngestReport:
        """Ingest, when nobody else writes, and make searchable what was stored, however it ends.

        Raises:
            Cancelled: It was to stop.
            DatelineError: The archive cannot store.
        """
        if self._ingestor is None:
            raise NotAllowed(texts.TAKES_NOTHING)

        def told(now: Progress) -> None:
            if is_stopped():
                raise Cancelled(texts.CANCELLED)
            progress(now)

        while not self._writing.acquire(timeout=STEP_S):
            if is_stopped():
                raise Cancelled(texts.CANCELLED)
        try:
            told(Progress(0, None, 0.0, None))
            return self._ingestor(inputs, progress=told, **options)
        except BaseException:
            with suppress(DatelineError):
                self._archive.refresh()
            raise
        finally:
            self._writing.release()

    def remove(self, article_id: str, patience: float) -> None:
        """Erase an article and make the indexes forget it, if nobody else writes within ``patience`` seconds.

        Raises:
            NotFound: There is none.
            Busy: Articles are being taken in.
        """
        if not self._writing.acquire(timeout=patience):
            raise Busy(texts.BEING_ADDED)
        try:
            self._archive.article(article_id)
            self._archive.remove([article_id])
            self._archive.refresh()
        finally:
            self._writing.release()


def as_named(report: IngestReport, folder: str) -> IngestReport:
    """Return a report that names files as they were sent, not where they lay while they were read."""

    def named(given: str) -> str:
        # uploads/FOLDER/NUMBER/NAME
        _, found, rest = given.partition(f"{UPLOADS}/{folder}/")
        return rest.partition("/")[2] if found else given

    return replace(
        report,
        skipped=[replace(one, input=named(one.input)) for one in report.skipped],
        duplicates=[replace(one, input=named(one.input)) for one in report.duplicates],
        suspicious=[replace(one, input=named(one.input)) for one in report.suspicious],
    )
