"""How articles, chunks and vectors become rows of the catalogue, and back."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from qa.types import ArticleDraft, Chunk, EmbeddedChunk, Span

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from qa.types import Matrix, Vector

DRAFT_COLUMNS = (
    "text",
    "title",
    "publisher",
    "author",
    "published_at",
    "updated_at",
    "retrieved_at",
    "language",
    "section",
    "correction",
)


@dataclass(frozen=True, slots=True)
class Change:
    """One line of the change log: an article, and the chunks of it that went with the change."""

    number: int
    article_id: str
    dropped_revision: int | None
    dropped_chunks: int

    @property
    def dropped_ids(self) -> list[str]:
        """The ids of the chunks that went."""
        if self.dropped_revision is None:
            return []
        return [chunk_id(self.article_id, self.dropped_revision, at) for at in range(self.dropped_chunks)]


@dataclass(frozen=True)
class StoredChunk:
    """A chunk as the catalogue keeps it; its parts are decoded only when asked for."""

    chunk: Chunk
    spans: bytes
    embedding: bytes
    sentence_bytes: bytes

    @property
    def id(self) -> str:
        """The chunk's id."""
        return self.chunk.id

    @property
    def vector(self) -> "Vector":
        """The chunk's embedding, shape (dimension,), unit length."""
        return np.frombuffer(self.embedding, dtype=np.float32)

    @cached_property
    def sentences(self) -> tuple[Span, ...]:
        """The places of its sentences in the article."""
        return spans(self.spans)

    @cached_property
    def sentence_texts(self) -> list[str]:
        """Its sentences."""
        text, start = self.chunk.text, self.chunk.start
        return [text[span.start - start : span.end - start] for span in self.sentences]

    @property
    def sentence_count(self) -> int:
        """How many sentences it has."""
        return len(self.spans) // 8

    @property
    def sentence_rows(self) -> "NDArray[np.int8]":
        """A row per sentence in the direction of its vector; each is kept as int8 of its own scale."""
        return np.frombuffer(self.sentence_bytes, dtype=np.int8).reshape(self.sentence_count, -1)

    @property
    def sentence_vectors(self) -> "Matrix":
        """A unit row per sentence."""
        return unit_rows(self.sentence_rows)


def spans(stored: bytes) -> tuple[Span, ...]:
    """Read the places of sentences."""
    numbers = np.frombuffer(stored, dtype=np.int32).tolist()
    return tuple(map(Span, numbers[::2], numbers[1::2]))


def unit_rows(rows: "NDArray[np.int8]") -> "Matrix":
    """Scale stored sentence rows, of one chunk or of many, to unit length."""
    values = rows.astype(np.float32)
    unit: Matrix = values / np.maximum(np.sqrt(np.einsum("ij,ij->i", values, values))[:, None], 1e-12)
    return unit


def chunk_id(article_id: str, revision: int, at: int) -> str:
    """Name a chunk by its article, revision and place."""
    return f"{article_id}-{revision}-{at:04d}"


def article_of(key: str) -> str:
    """Return the id of the article that a chunk of this id belongs to."""
    return key.rsplit("-", 2)[0]


def publisher_key(name: str) -> str:
    """Return the form by which publishers' names are compared."""
    return " ".join(name.casefold().split())


def draft_columns(draft: ArticleDraft) -> dict[str, Any]:
    """Return what a revision keeps of a draft."""
    found = [[one.start, one.end, one.code] for one in draft.suspicions]
    return {
        **{name: getattr(draft, name) for name in DRAFT_COLUMNS},
        "suspicions": json.dumps(found) if found else None,
    }


def chunk_values(article_id: str, revision: int, at: int, chunk: EmbeddedChunk) -> dict[str, Any]:
    """Return the row of one chunk."""
    spans = np.array([(span.start, span.end) for span in chunk.draft.sentences], dtype=np.int32)
    largest = np.maximum(np.abs(chunk.sentence_vectors).max(axis=1, keepdims=True), 1e-12)
    return {
        "id": chunk_id(article_id, revision, at),
        "article_id": article_id,
        "revision": revision,
        "start": chunk.draft.start,
        "end": chunk.draft.end,
        "sentences": spans.tobytes(),
        "embedding": np.asarray(chunk.vector, dtype=np.float32).tobytes(),
        "sentence_vectors": np.round(chunk.sentence_vectors / largest * 127).astype(np.int8).tobytes(),
    }


def stored_chunk(row: Sequence[Any]) -> StoredChunk:
    """Read a row of chunk columns followed by text, url, title, publisher and publication date."""
    (key, article, revision, start, end, spans, embedding, sentence_bytes, passage, url, title, publisher, day) = row
    chunk = Chunk(key, article, revision, passage, start, end, url, title, publisher, day)
    return StoredChunk(chunk, spans, embedding, sentence_bytes)
