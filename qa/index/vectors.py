"""The vector index: a Chroma collection that follows the catalogue. The only owner of chromadb.

What was measured decides how it is used: ``upsert`` because ``add`` ignores known ids silently; no texts and no
metadata in it (filters over metadata are 20 to 70 times slower than the query); one batch is at most 5,461 rows; the
HNSW half can break in a crash without an error, so a folder that was not left cleanly is compared with the catalogue
by a process of its own (``vectors_check``) before it answers.
"""

import hashlib
import json
import logging
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any, TypeVar

from qa.errors import WriteFailed
from qa.index.catalogue import Catalogue
from qa.index.catalogue_rows import StoredChunk
from qa.index.derived import DerivedFolder, DerivedState

if TYPE_CHECKING:
    import chromadb

    from qa.types import Vector

logger = logging.getLogger(__name__)

COLLECTION = "chunks"
FORMAT = "vectors-1"
BATCH = 2000
DATABASE = "chroma.sqlite3"
UNFILLED = "data_level0.bin", "length.bin"
"""The files of a graph whose empty places Chroma does not clear."""
WRITTEN_BY_READERS = "acquire_write"
"""The only table that opening Chroma changes."""
CHECK_TIMEOUT_S = 900
Item = TypeVar("Item")


class VectorIndex:
    """Follow the catalogue's change log in a Chroma collection and answer nearest-neighbour queries."""

    def __init__(self, root: Path) -> None:
        """Use a folder; nothing is opened, and chromadb is not imported, until it is needed."""
        self._folder = folder_of(root)
        self._opening = RLock()
        self._client: Any = None
        self._collection: chromadb.Collection | None = None
        self._generation = 0
        self._wrote = False
        self._failed = False
        self.applied = 0

    # Opening and closing

    def open(self) -> bool:
        """Point at the live generation if it is as it was left; say whether it was."""
        state = self._folder.state
        if state is None or state.writing or state.recipe != FORMAT or not is_intact(self._folder, state):
            return False
        self._generation, self.applied = state.generation, state.applied
        return True

    def close(self, *, seal: bool) -> None:
        """Close the collection; ``seal`` when this process wrote it."""
        seal = seal and self._wrote and not self._failed
        if seal:
            with self._writing():
                self._settle()
        self._stop()
        if seal:
            with self._writing():
                self._seal(self._generation, self.applied)
        self._wrote = False

    def rebuild(self, catalogue: Catalogue) -> None:
        """Make a new generation from the catalogue's embeddings beside the live one, check it, then switch."""
        self._stop()
        applied = catalogue.last_change()
        generation, path = self._folder.next_generation()
        try:
            with self._writing():
                self._start(path, create=True)
                for names, vectors in catalogue.all_vectors(BATCH):
                    self._opened().upsert(ids=names, embeddings=vectors)
                if self.count() != catalogue.chunk_count():
                    raise RuntimeError("a rebuilt vector index does not hold every chunk")
                self._settle()
                self._stop()
                self._seal(generation, applied)
        except BaseException:
            self._stop()
            shutil.rmtree(path, ignore_errors=True)
            raise
        self._generation, self.applied = generation, applied
        self._wrote = self._failed = False

    # Following the catalogue

    def catch_up(self, catalogue: Catalogue) -> None:
        """Apply every change of the catalogue after the last one applied.

        Raises:
            WriteFailed: The disk is full or refuses; the index is checked before it is used again.
        """
        changes = catalogue.changes_after(self.applied)
        if not changes:
            return
        touched = list(dict.fromkeys(change.article_id for change in changes))
        dropped = [chunk_id for change in changes for chunk_id in change.dropped_ids]
        with self._writing():
            if not self._wrote:
                self._folder.mark_writing(self._generation, self.applied, FORMAT)
                self._wrote = True
            for part in batches(dropped, BATCH):
                self._opened().delete(ids=part)
            self._upsert(catalogue.chunks_of(touched))
        self.applied = changes[-1].number

    def wipe(self, catalogue: Catalogue) -> None:
        """Catch up, and leave nothing of what removed articles said in the files."""
        self.catch_up(catalogue)
        blank_unwritten(self._folder.root)

    # Asking

    def count(self) -> int:
        """Return how many chunks the collection holds."""
        return self._opened().count()

    def query(self, vector: "Vector", n: int) -> list[tuple[str, float]]:
        """Return at most ``n`` (chunk id, cosine similarity), nearest first."""
        found: Any = self._opened().query(query_embeddings=[vector], n_results=max(n, 1), include=["distances"])  # type: ignore[arg-type]
        return [
            (key, 1.0 - float(distance)) for key, distance in zip(found["ids"][0], found["distances"][0], strict=True)
        ]

    # Chroma itself

    def _opened(self) -> "chromadb.Collection":
        with self._opening:  # Chroma cannot be opened by two threads at once
            if self._collection is None:
                self._start(self._folder.path(self._generation), create=False)
            assert self._collection is not None
            return self._collection

    def _start(self, path: Path, *, create: bool) -> None:
        self._client = open_client(path)
        if create:
            self._collection = self._client.create_collection(
                COLLECTION, embedding_function=None, configuration={"hnsw": {"space": "cosine"}}
            )
        else:
            self._collection = self._client.get_collection(COLLECTION, embedding_function=None)

    def _stop(self) -> None:
        self._collection = None
        if self._client is not None:
            self._client.close()
            self._client = None
            blank_unwritten(self._folder.root)

    def _upsert(self, chunks: Iterable[StoredChunk]) -> None:
        collection = self._opened()
        for part in batches(chunks, BATCH):
            collection.upsert(ids=[chunk.id for chunk in part], embeddings=[chunk.vector for chunk in part])  # type: ignore[arg-type]

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Say in our words that the disk refused; what failed once is never sealed, since Chroma may be half done."""
        from chromadb.errors import ChromaError

        try:
            yield
        except BaseException as exc:
            self._failed = True
            if isinstance(exc, ChromaError | OSError | sqlite3.Error):
                raise WriteFailed(f"The vector index could not be written: {exc}.") from exc
            raise

    def _seal(self, generation: int, applied: int) -> None:
        content = database_digest(self._folder.path(generation) / DATABASE)
        self._folder.seal(generation, applied, FORMAT, content)

    def _settle(self) -> None:
        # A query makes Chroma apply its write-ahead rows now, so that readers will not have to write.
        collection = self._opened()
        if collection.count():
            first: Any = collection.get(limit=1, include=["embeddings"])
            collection.query(query_embeddings=first["embeddings"], n_results=1)

    def salvage(self, catalogue: Catalogue) -> bool:
        """Bring a generation that was not left cleanly in line with the catalogue, if what it holds is right."""
        state = self._folder.state
        if state is None or not state.writing or state.recipe != FORMAT:
            return False
        report = check_in_subprocess(self._folder.path(state.generation), catalogue.path)
        if report is None or report["wrong"]:
            return False
        self._generation, self._wrote = state.generation, True
        with self._writing():
            for part in batches(report["extra"], BATCH):
                self._opened().delete(ids=part)
            self._upsert(catalogue.chunks_by_id(report["missing"]).values())
        self.applied = catalogue.last_change()
        return True


def open_client(path: Path) -> Any:
    """Open Chroma on a folder, with its telemetry off."""
    os.environ["ANONYMIZED_TELEMETRY"] = "False"
    import chromadb
    from chromadb.config import Settings as ChromaSettings

    return chromadb.PersistentClient(str(path), settings=ChromaSettings(anonymized_telemetry=False))


def blank_unwritten(root: Path) -> None:
    """Fill the files of graphs that hold no vector yet with zeros.

    Chroma makes such a file at every opening of a small collection and writes out memory that it never filled, which
    may hold words of an article or a question; it never reads them back, since the rows are in its database.
    """
    for graph in root.glob("*/*/header.bin"):
        if _is_unwritten(graph.parent):
            for name in UNFILLED:
                # Where we may not write, Chroma did not either.
                with suppress(OSError), (graph.parent / name).open("r+b") as file:
                    file.write(bytes(os.fstat(file.fileno()).st_size))


def check_in_subprocess(path: Path, catalogue: Path) -> dict[str, Any] | None:
    """Compare a collection with the catalogue in another process, since a broken one can crash its reader.

    Returns:
        ``missing`` and ``extra`` chunk ids and ``wrong`` (a sentence, or empty); None when the check itself died.
    """
    command = [sys.executable, "-m", "qa.index.vectors_check", str(path), str(catalogue)]
    try:
        done = subprocess.run(
            command, capture_output=True, timeout=CHECK_TIMEOUT_S, cwd=Path(__file__).parents[2], check=True
        )
        report: dict[str, Any] = json.loads(done.stdout)
    except (subprocess.SubprocessError, OSError, ValueError):
        return None
    return report


def batches(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Cut an iterable into lists of at most ``size``."""
    iterator = iter(items)
    while part := list(islice(iterator, size)):
        yield part


def folder_of(root: Path) -> DerivedFolder:
    """Return the generations of the vector index."""
    return DerivedFolder(root, volatile=_changes_by_reading)


def is_intact(folder: DerivedFolder, state: DerivedState) -> bool:
    """Say whether a cleanly left generation still holds what was written, in files and in Chroma's database."""
    if not folder.intact(state):
        return False
    try:
        return database_digest(folder.path(state.generation) / DATABASE) == state.content
    except sqlite3.Error:
        return False


def _changes_by_reading(path: Path) -> bool:
    # Chroma writes into its database at every opening. A graph that was never persisted (there is no pickle yet, all
    # rows are in the database's queue) is made again at every opening, with whatever memory held in its empty places.
    return path.name.startswith(DATABASE) or _is_unwritten(path.parent)


def _is_unwritten(graph: Path) -> bool:
    return not (graph / "index_metadata.pickle").exists()


def database_digest(path: Path) -> str:
    """Check Chroma's database without chromadb and return a digest of what it holds.

    Raises:
        sqlite3.Error: It is missing, damaged or another database.
    """
    digest = hashlib.blake2b(digest_size=16)
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
    try:
        if connection.execute("PRAGMA integrity_check(1)").fetchone() != ("ok",):
            raise sqlite3.DatabaseError("damaged")
        for name, sql in connection.execute("SELECT name, sql FROM sqlite_master ORDER BY type, name").fetchall():
            digest.update(repr((name, sql)).encode())
            if sql and sql.startswith("CREATE TABLE") and name != WRITTEN_BY_READERS:
                for row in connection.execute(f"SELECT * FROM {json.dumps(name)}"):
                    digest.update(repr(row).encode())
    finally:
        connection.close()
    return digest.hexdigest()


def ids_in(collection: "chromadb.Collection") -> Sequence[str]:
    """Return every id of a collection."""
    return collection.get(include=[])["ids"]
