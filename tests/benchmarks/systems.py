"""The systems that are compared: Dateline as its users call it, its two halves alone, and the tutorial's."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Protocol

from ingest.run import ingest
from qa.config import Settings
from qa.index.archive import Archive
from qa.pipeline import QAPipeline
from qa.types import Answer, Filters, Level
from tests.benchmarks.data import BenchSet, write_rows
from tests.benchmarks.names import DATELINE, DENSE, KEYWORDS


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that was found, with the key (URL, else id) of its article."""

    key: str
    text: str
    start: int = 0
    """Where it begins in its article's text, as the system keeps that."""


class System(Protocol):
    """Anything that finds passages for a question."""

    name: str

    def search(self, question: str, n: int) -> list[Hit]:
        """Return the best passages, best first."""
        ...


class Dateline:
    """The product, through the calls that everybody uses."""

    name = DATELINE

    def __init__(self, archive: Archive) -> None:
        """Use an open archive, filled before the first question."""
        self.archive = archive
        self.pipeline = QAPipeline(archive)

    @cached_property
    def keys(self) -> dict[str, str]:
        """The key of each article by its id."""
        return {summary.id: summary.url or summary.external_id or "" for summary in self.archive.articles()}

    @cached_property
    def ids(self) -> dict[str, str]:
        """The id of each article by its key."""
        return {name: article_id for article_id, name in self.keys.items()}

    def search(self, question: str, n: int) -> list[Hit]:
        """Return what ``search`` returns."""
        found = self.pipeline.search(question, top_k=n)
        return [Hit(self.keys[result.chunk.article_id], result.chunk.text, result.chunk.start) for result in found]

    def ask(self, question: str, level: Level) -> Answer:
        """Return the whole answer."""
        return self.pipeline.ask(question, level=level)

    def ask_of(self, home: str, question: str) -> Answer:
        """Ask one article alone."""
        return self.pipeline.ask(question, filters=Filters(article_ids=(self.ids[home],)), level="open")


class _Half:
    """One index of the archive alone; what both halves share. Looks behind the public calls, on purpose."""

    name: str

    def __init__(self, archive: Archive, dateline: Dateline) -> None:
        """Use the same archive as the product."""
        self._archive = archive
        self._dateline = dateline

    def _hits(self, scored: Sequence[tuple[str, float]]) -> list[Hit]:
        stored = self._archive.catalogue.chunks_by_id([chunk_id for chunk_id, _ in scored])
        chunks = [stored[chunk_id].chunk for chunk_id, _ in scored]
        return [Hit(self._dateline.keys[chunk.article_id], chunk.text, chunk.start) for chunk in chunks]


class DenseOnly(_Half):
    """Nearest neighbours of the question's embedding."""

    name = DENSE

    def search(self, question: str, n: int) -> list[Hit]:
        """Return the nearest chunks."""
        return self._hits(self._archive.vectors.query(self._archive.embedder.embed_query(question), n))


class KeywordsOnly(_Half):
    """BM25 over text and header."""

    name = KEYWORDS

    def search(self, question: str, n: int) -> list[Hit]:
        """Return the chunks that share the rarest words with the question."""
        return self._hits(self._archive.keywords.query(question, n))


@contextmanager
def opened(bench: BenchSet, folder: Path) -> Iterator[Archive]:
    """Open the archive of a set in a folder, filled if it is not there yet."""
    with Archive.open(Settings(data_dir=folder / "archive")) as archive:
        if not archive.recipe:
            ingest([write_rows(bench.rows, folder / "rows")], archive, mapping=bench.mapping)
        yield archive


@contextmanager
def compared(bench: BenchSet, folder: Path, baseline: bool) -> Iterator[list[System]]:
    """Open all systems over one set, filled if they are not yet: Dateline, its halves, and the tutorial's if asked."""
    with opened(bench, folder) as archive:
        dateline = Dateline(archive)
        systems: list[System] = [dateline, DenseOnly(archive, dateline), KeywordsOnly(archive, dateline)]
        if baseline:
            from tests.benchmarks.baseline import TutorialBaseline  # needs the bench extra

            tutorial = TutorialBaseline(folder / "baseline")
            if not tutorial.count():
                tutorial.add(bench, bench.rows)
            systems.append(tutorial)
        yield systems
