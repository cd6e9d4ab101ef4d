"""What was read last, kept in memory until the archive changes: neighbouring questions meet the same passages."""

from collections import OrderedDict
from collections.abc import Callable, Collection
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Generic, TypeVar

import numpy as np

from qa.index.catalogue import Catalogue
from qa.index.catalogue_notes import Notes
from qa.index.catalogue_rows import StoredChunk
from qa.index.keyword import KeywordIndex, header
from qa.types import Article, Span

if TYPE_CHECKING:
    from numpy.typing import NDArray

KEPT_CHUNKS = 2048
"""About 15 KB each."""
KEPT_ARTICLES = 256
KEPT_NOTES = 4096
Key = TypeVar("Key")
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class ChunkWords:
    """The words of a chunk by their place.

    Args:
        marks: The mark of each word (``KeywordIndex.mark``), shape (words,).
        rows: Where it stands: 0 is the header (title, publisher, date), n the chunk's nth sentence; shape (words,).
    """

    marks: "NDArray[np.int64]"
    rows: "NDArray[np.int32]"


class Shelf:
    """Read chunks and articles through a memory of those read last."""

    def __init__(self, catalogue: Catalogue, keywords: KeywordIndex) -> None:
        """Keep what these two give."""
        self._catalogue, self._keywords = catalogue, keywords
        self._chunks: _Kept[str, tuple[StoredChunk, ChunkWords]] = _Kept(KEPT_CHUNKS)
        self._articles: _Kept[tuple[str, int | None], Article] = _Kept(KEPT_ARTICLES)
        self._notes: _Kept[str, Notes] = _Kept(KEPT_NOTES)
        self._sentences: _Kept[str, list[Span]] = _Kept(KEPT_ARTICLES)

    def chunks(self, ids: Collection[str]) -> dict[str, tuple[StoredChunk, ChunkWords]]:
        """Return chunks with their words; an id that is unknown is left out."""
        return self._chunks.get(ids, self._read_chunks)

    def article(self, article_id: str, revision: int | None = None) -> Article:
        """Return an article in its current or a given revision.

        Raises:
            NotFound: The archive holds no such article or revision.
        """
        key = (article_id, revision)
        return self._articles.get([key], lambda _: {key: self._catalogue.article(article_id, revision)})[key]

    def notes(self, ids: Collection[str]) -> dict[str, Notes]:
        """Return what is known of articles beside their text; an id that is unknown is left out."""
        return self._notes.get(ids, self._catalogue.notes)

    def sentences(self, article_id: str) -> list[Span]:
        """Return the places of an article's sentences, in their order."""
        return self._sentences.get([article_id], lambda _: {article_id: self._catalogue.sentences_of(article_id)})[
            article_id
        ]

    def clear(self) -> None:
        """Forget everything; what is being read meanwhile is not kept either."""
        self._chunks.clear()
        self._articles.clear()
        self._notes.clear()
        self._sentences.clear()

    def _read_chunks(self, ids: list[str]) -> dict[str, tuple[StoredChunk, ChunkWords]]:
        return {key: (stored, self._words(stored)) for key, stored in self._catalogue.chunks_by_id(ids).items()}

    def _words(self, stored: StoredChunk) -> ChunkWords:
        marks = [self._keywords.marks(text) for text in (header(stored), *stored.sentence_texts)]
        rows = np.repeat(np.arange(len(marks), dtype=np.int32), [len(found) for found in marks])
        return ChunkWords(np.array([mark for found in marks for mark in found], dtype=np.int64), rows)


class _Kept(Generic[Key, Value]):
    """The values asked for last, safe between threads."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: OrderedDict[Key, Value] = OrderedDict()
        self._lock = Lock()
        self._cleared = 0

    def get(self, keys: Collection[Key], read: Callable[[list[Key]], dict[Key, Value]]) -> dict[Key, Value]:
        with self._lock:
            cleared = self._cleared
            found = {key: self._values[key] for key in keys if key in self._values}
            for key in found:
                self._values.move_to_end(key)
        missing = [key for key in dict.fromkeys(keys) if key not in found]
        if missing:
            found |= (new := read(missing))
            with self._lock:
                # Read before the archive changed: true for this question, not for the next.
                if cleared == self._cleared:
                    self._values |= new
                while len(self._values) > self._most:
                    self._values.popitem(last=False)
        return found

    def clear(self) -> None:
        with self._lock:
            self._cleared += 1
            self._values.clear()
