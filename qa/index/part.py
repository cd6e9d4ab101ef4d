"""A part of an archive: the articles of some publishers, for those who may know of nothing else."""

import hashlib
import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qa.index.catalogue import Catalogue, no_article
from qa.index.catalogue_rows import Change, StoredChunk, publisher_key
from qa.index.holdings import EVERYTHING, Holdings, Memory
from qa.index.keyword import KeywordIndex
from qa.index.vectors import VectorIndex
from qa.types import Article, Embedder, EntailmentJudge, Filters, PairScorer

if TYPE_CHECKING:
    from qa.index.archive import Archive

logger = logging.getLogger(__name__)

PARTS = "parts"


class Part(Holdings):
    """The articles of some publishers, as if the archive held nothing else.

    Its words are in a keyword index of its own: BM25, how rare a word is, and which words are known at all depend on
    everything that an index holds, and would tell of what others write.
    """

    def __init__(
        self, whole: "Archive", catalogue: Catalogue, vectors: VectorIndex, memory: Memory, keys: Sequence[str]
    ) -> None:
        """Use ``Archive.part``."""
        self._whole = whole
        self._keys = tuple(keys)
        self._passages = _Passages(catalogue, self._within(EVERYTHING))
        keywords = KeywordIndex(folder_of(whole.settings.data_dir, keys))
        super().__init__(whole.settings, catalogue, keywords, vectors, memory)
        if not keywords.open() or keywords.applied > catalogue.last_change():
            logger.info("Making the keyword index of a part of the archive, %d passages.", self._passages.chunk_count())
            keywords.rebuild(self._passages)
        self.refresh()

    @property
    def embedder(self) -> Embedder:
        """The whole archive's."""
        return self._whole.embedder

    @property
    def cross_encoder(self) -> PairScorer | None:
        """The whole archive's."""
        return self._whole.cross_encoder

    @property
    def entailment(self) -> EntailmentJudge | None:
        """The whole archive's."""
        return self._whole.entailment

    @property
    def recipe(self) -> str:
        """The whole archive's, where anything is held."""
        return self._whole.recipe if self.chunk_count(EVERYTHING) else ""

    @property
    def tuned(self) -> dict[str, Any] | None:
        """The whole archive's."""
        return self._whole.tuned

    def article(self, article_id: str, revision: int | None = None) -> Article:
        """Return an article in its current or a given revision.

        Raises:
            NotFound: There is no such article or revision, or it is not of the part.
        """
        # Looked up first and never from memory: one outside is denied as quickly as one that does not exist.
        if self._holds(self._catalogue.publisher_of(article_id)):
            found = super().article(article_id, revision)
            if self._holds(found.publisher):  # a revision may have been somebody else's
                return found
        raise no_article(article_id, revision)

    def held_any_of(self, publishers: Iterable[str]) -> bool:
        """Say whether words of any of some publishers may be in the index."""
        return any(map(self._holds, publishers))

    def refresh(self) -> None:
        """Make everything committed searchable."""
        self.keywords.catch_up(self._passages)

    def rebuild(self) -> None:
        """Make the keyword index again."""
        self.keywords.rebuild(self._passages)

    def close(self, *, seal: bool) -> None:
        """Close the keyword index; ``seal`` when everything is committed."""
        self.keywords.close(seal=seal)

    def _within(self, filters: Filters) -> Filters:
        asked = {publisher_key(name) for name in filters.publishers}
        left = tuple(key for key in self._keys if not asked or key in asked)
        # No publisher at all would mean everybody.
        return replace(filters, publishers=left) if left else replace(filters, publishers=self._keys, article_ids=())

    def _holds(self, publisher: str | None) -> bool:
        return publisher is not None and publisher_key(publisher) in self._keys


class _Passages:
    """The catalogue's passages and changes, as far as a part's keyword index is to follow them."""

    def __init__(self, catalogue: Catalogue, within: Filters) -> None:
        self._catalogue = catalogue
        self._within = within

    def last_change(self) -> int:
        return self._catalogue.last_change()

    def changes_after(self, number: int) -> list[Change]:
        return self._catalogue.changes_after(number)

    def chunk_count(self) -> int:
        return self._catalogue.chunk_count(self._within)

    def all_passages(self) -> Iterator[StoredChunk]:
        return self._catalogue.all_passages(self._within)

    def chunks_of(self, article_ids: Sequence[str]) -> Iterator[StoredChunk]:
        for chunk in self._catalogue.chunks_of(article_ids):
            if publisher_key(chunk.chunk.publisher or "") in self._within.publishers:
                yield chunk


def keys_of(publishers: Sequence[str]) -> tuple[str, ...]:
    """Return the form in which the publishers of a part are told apart from those of another."""
    return tuple(sorted({publisher_key(name) for name in publishers}))


def folder_of(data_dir: Path, keys: Sequence[str]) -> Path:
    """Return where a part's keyword index lies."""
    return data_dir / PARTS / hashlib.sha256("\n".join(keys).encode()).hexdigest()[:16]
