"""The systems that are compared: Dateline as its users call it, and its two halves alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from qa.index.archive import Archive
from qa.pipeline import QAPipeline
from qa.types import Answer, Filters, Level
from tests.benchmarks.names import DATELINE, DENSE, KEYWORDS


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that was found, with the key (URL, else id) of its article."""

    key: str
    text: str


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
        self._archive = archive
        self._pipeline = QAPipeline(archive)

    @cached_property
    def keys(self) -> dict[str, str]:
        """The key of each article by its id."""
        return {summary.id: summary.url or summary.external_id or "" for summary in self._archive.articles()}

    @cached_property
    def ids(self) -> dict[str, str]:
        """The id of each article by its key."""
        return {name: article_id for article_id, name in self.keys.items()}

    def search(self, question: str, n: int) -> list[Hit]:
        """Return what ``search`` returns."""
        found = self._pipeline.search(question, top_k=n)
        return [Hit(self.keys[result.chunk.article_id], result.chunk.text) for result in found]

    def ask(self, question: str, level: Level) -> Answer:
        """Return the whole answer."""
        return self._pipeline.ask(question, level=level)

    def ask_of(self, home: str, question: str) -> Answer:
        """Ask one article alone."""
        return self._pipeline.ask(question, filters=Filters(article_ids=(self.ids[home],)), level="open")


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
        return [Hit(self._dateline.keys[chunk.article_id], chunk.text) for chunk in chunks]


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
