"""What questions are answered from: an archive, or the part of it that somebody may see."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Sequence
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar

from qa.config import Settings
from qa.index.catalogue import Catalogue, no_article
from qa.index.catalogue_counts import Counted
from qa.index.catalogue_rows import StoredChunk
from qa.index.catalogue_table import Allowed, Table
from qa.index.keyword import KeywordIndex
from qa.index.shelf import ChunkWords, Shelf
from qa.index.vectors import VectorIndex
from qa.types import (
    Article,
    ArticleSummary,
    Coverage,
    Embedder,
    EntailmentJudge,
    Filters,
    PairScorer,
    Span,
    Suspicion,
)

if TYPE_CHECKING:
    from qa.types import Matrix, Vector

LARGE = {"vectors": 8, "allowed": 24}
"""For how many filters what takes much room is remembered: embeddings at most 15 MB each, since wider ones are not read
whole."""
KEPT_BY_FILTER = 200
"""For how many filters anything else is."""
OVER_ASK = 10
"""Times as many as are wanted are asked of Chroma, where some of them may not be allowed."""
EVERYTHING = Filters()
Kept = TypeVar("Kept")


class Holdings(ABC):
    """Read an archive, or a part of it as if there were nothing else.

    All that decides an answer, or is told in one, is read through this face: passages, counts, names, dates and how
    rare words are. So a part is limited here alone, by ``_within``, and never by the filters that a user chooses.
    """

    def __init__(
        self,
        settings: Settings,
        catalogue: Catalogue,
        keywords: KeywordIndex,
        vectors: VectorIndex,
        memory: "Memory",
    ) -> None:
        """Read these; ``memory`` may be shared between an archive and its parts."""
        self.settings = settings
        self.keywords = keywords
        self._catalogue = catalogue
        self._vectors = vectors
        self._memory = memory

    # What it is read with

    @property
    @abstractmethod
    def embedder(self) -> Embedder:
        """The embedding model, loaded when first needed."""

    @property
    @abstractmethod
    def cross_encoder(self) -> PairScorer | None:
        """The cross-encoder that the settings name, loaded when first needed; None where they name none."""

    @property
    @abstractmethod
    def entailment(self) -> EntailmentJudge | None:
        """The entailment model that the settings name, loaded when first needed; None where they name none."""

    @property
    @abstractmethod
    def recipe(self) -> str:
        """The recipe of the stored embeddings in one line; empty while nothing is stored."""

    @property
    @abstractmethod
    def tuned(self) -> dict[str, Any] | None:
        """The numbers of the abstention model that were fitted on the user's own questions; None without any."""

    @abstractmethod
    def _within(self, filters: Filters) -> Filters:
        """Return filters that allow nothing beyond what is held."""

    @abstractmethod
    def _holds(self, publisher: str | None) -> bool:
        """Say whether a publisher's articles are held."""

    # Articles

    def article(self, article_id: str, revision: int | None = None) -> Article:
        """Return an article in its current or a given revision.

        Raises:
            NotFound: There is no such article or revision.
        """
        return self._memory.shelf.article(article_id, revision)

    def chunks(self, chunk_ids: Collection[str]) -> dict[str, tuple[StoredChunk, ChunkWords]]:
        """Return chunks with their words; an id that is unknown is left out."""
        return self._memory.shelf.chunks(chunk_ids)

    def stories(self, article_ids: Collection[str]) -> dict[str, str]:
        """Return the story of each article: the same for all copies of one report."""
        return {key: notes.story for key, notes in self._memory.shelf.notes(article_ids).items()}

    def versions(self, article_id: str) -> list[ArticleSummary]:
        """Return the articles of an article's story, itself among them, newest publication first.

        Raises:
            NotFound: There is no such article.
        """
        found = self.articles(Filters(article_ids=tuple(self._catalogue.versions(article_id))))
        if all(one.id != article_id for one in found):
            raise no_article(article_id)
        return found

    def also_published_by(self, article_id: str) -> tuple[str, ...]:
        """Return the other publishers that carry an article's story."""
        notes = self._memory.shelf.notes([article_id]).get(article_id)
        return tuple(name for name in notes.others if self._holds(name)) if notes else ()

    def suspicions(self, article_ids: Collection[str]) -> dict[str, tuple[Suspicion, ...]]:
        """Return the passages of articles that speak to a machine, which are found and never quoted."""
        found = self._memory.shelf.notes(article_ids).items()
        return {key: notes.suspicions for key, notes in found if notes.suspicions}

    def sentences_of(self, article_id: str) -> list[Span]:
        """Return the places of an article's sentences, in their order."""
        return self._memory.shelf.sentences(article_id)

    def articles(
        self, filters: Filters | None = None, limit: int | None = None, offset: int = 0
    ) -> list[ArticleSummary]:
        """List articles, newest publication first."""
        return self._catalogue.summaries(self._within(filters or EVERYTHING), limit, offset)

    # Counts, names and dates

    def publishers(self) -> tuple[str, ...]:
        """Return the names of all publishers."""

        def read(_: Filters) -> tuple[str, ...]:
            return tuple(name for name in self._catalogue.publishers() if self._holds(name))

        return self._kept("publishers", EVERYTHING, read)

    def coverage(self, filters: Filters) -> Coverage:
        """Say how many articles a filter allows, and the newest date among them."""
        return self._kept("coverage", filters, self._catalogue.coverage)

    def tally(self, column: Counted, filters: Filters = EVERYTHING) -> list[tuple[str, int]]:
        """Return each publisher or section with the number of its articles that a filter allows, most first."""
        return self._kept(column, filters, lambda within: self._catalogue.tally(column, within))

    def oldest_day(self, filters: Filters = EVERYTHING) -> str | None:
        """Return the earliest publication day among the articles that a filter allows."""
        return self._kept("oldest_day", filters, self._catalogue.oldest_day)

    def undated(self, filters: Filters) -> int:
        """Count the articles without a publication date that a filter allows."""
        return self._kept("undated", filters, self._catalogue.undated)

    # Passages by their meaning

    def chunk_count(self, filters: Filters) -> int:
        """Count the chunks that a filter allows."""
        known = self.allowed(filters)
        return len(known.chunks) if known else self._kept("chunk_count", filters, self._catalogue.chunk_count)

    def allowed(self, filters: Filters) -> Allowed | None:
        """Return what may be seen through a filter, as it can be compared in memory.

        None where that is everything, and until enough filters were asked for.
        """
        return self._kept("allowed", filters, self._memory.table.allowed) if self._within(filters) else None

    def allowed_vectors(self, filters: Filters) -> "tuple[dict[str, int], Matrix]":
        """Return the embeddings of every chunk that a filter allows, and the row of each by its id."""
        known = self.allowed(filters)

        def read(within: Filters) -> "tuple[dict[str, int], Matrix]":
            exact = known is not None and known.exact
            ids, rows = known.embeddings() if known and exact else self._catalogue.filtered_vectors(within)
            return {key: at for at, key in enumerate(ids)}, rows

        return self._kept("vectors", filters, read)

    def nearest(self, vectors: "Sequence[Vector]", n: int, filters: Filters) -> set[str]:
        """Return about the ``n`` allowed chunks that are nearest to each of some vectors, from Chroma's graph."""
        within = self._within(filters)
        found = [[key for key, _ in self._vectors.query(one, n * OVER_ASK if within else n)] for one in vectors]
        near = {key for keys in found for key in keys}
        if not within:
            return near
        known = self.allowed(filters)
        allowed = known.among(near) if known else self._catalogue.allowed(sorted(near), within)
        return {key for keys in found for key in [key for key in keys if key in allowed][:n]}

    def embeddings(self, chunk_ids: Sequence[str]) -> "tuple[list[str], Matrix]":
        """Return the ids found among some and their embeddings, shape (found, dimension)."""
        return self._catalogue.vectors(chunk_ids)

    def _kept(self, name: str, filters: Filters, read: Callable[[Filters], Kept]) -> Kept:
        """Read what belongs to a filter, once until the next change."""
        return self._memory.kept(name, self._within(filters), read)


class Memory:
    """What was read of an archive and is true until it changes."""

    def __init__(self, catalogue: Catalogue, keywords: KeywordIndex) -> None:
        """Remember nothing yet."""
        self.shelf = Shelf(catalogue, keywords)
        self.table = Table(catalogue)
        self._by_name: dict[str, dict[Filters, Any]] = {}
        self._keeping = Lock()
        self._cleared = 0

    def kept(self, name: str, filters: Filters, read: Callable[[Filters], Kept]) -> Kept:
        """Read what belongs to a filter, unless it is one of the last that were used."""
        with self._keeping:
            cleared, known = self._cleared, self._by_name.get(name, {})
            value: Kept | None = known.get(filters)
        if value is None:
            value = read(filters)
        with self._keeping:
            # Read before the archive changed: true for this question, not for the next.
            if cleared == self._cleared:
                known = self._by_name.setdefault(name, {})
                known.pop(filters, None)
                known[filters] = value
                while len(known) > LARGE.get(name, KEPT_BY_FILTER):
                    del known[next(iter(known))]
        return value

    def clear(self) -> None:
        """Drop what was remembered of an archive that has now changed."""
        with self._keeping:
            self._cleared += 1
            self._by_name = {}
        self.shelf.clear()
