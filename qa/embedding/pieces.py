"""What both ways of running the packaged model share: batches of like length in, pooled vectors out."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from qa.embedding.pooling import pool, pool_question
from qa.embedding.tokens import MAX_PIECES, encode_checked, encode_query, load_tokenizer, token_spans
from qa.embedding.words import WordVectors
from qa.types import Span

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from tokenizers import Encoding

    from qa.types import Matrix, Vector


class PieceEmbedder(ABC):
    """Embed with whatever turns word pieces into token states; texts of like length share a batch."""

    dimension = 384
    calls_at_once = 1
    batch_pieces = 4096
    """Word pieces of one batch, padding included: 16 chunks of 256, or 40 of 100; larger ones leave the cache."""

    def __init__(self, folder: Path, name: str) -> None:
        """Load the tokenizer of the model in a folder."""
        self._tokenizer = load_tokenizer(folder)
        self.word_vectors = WordVectors(folder, self._tokenizer)
        self.name = name

    @abstractmethod
    def _states(self, ids: "NDArray[np.int64]", mask: "NDArray[np.int64]") -> "NDArray[np.float32]":
        """Return the token states, shape (rows, pieces, dimension); ``mask`` is 0 where a row is padded."""

    def token_spans(self, text: str) -> Sequence[tuple[int, int]]:
        """Return the (start, end) of each word piece of a text of any length."""
        return token_spans(self._tokenizer, text)

    def embed_query(self, text: str) -> "Vector":
        """Embed one question."""
        whole: Vector = self.embed_question(text)[0]
        return whole

    def embed_question(self, text: str, parts: Sequence[Sequence[Span]] = ()) -> "Matrix":
        """Embed a question and parts of it (spans within it) in one pass; row 0 is the whole."""
        ids, offsets = encode_query(self._tokenizer, text, MAX_PIECES)
        return pool_question(self._padded([ids])[0], offsets, parts)

    def embed_chunks(self, texts: Sequence[str], sentences: Sequence[Sequence[Span]]) -> "list[tuple[Vector, Matrix]]":
        """Embed each text and each of its sentences in one pass, in the order given."""
        encodings = encode_checked(self._tokenizer, texts, MAX_PIECES)
        results: list[Any] = [None] * len(texts)
        for batch in _batches(encodings, self.batch_pieces):
            states = self._padded([encodings[at].ids for at in batch])
            for row, at in enumerate(batch):
                length = len(encodings[at].ids)
                results[at] = pool(states[row, :length], encodings[at].offsets, sentences[at])
        return results

    def _padded(self, rows: Sequence[Sequence[int]]) -> "NDArray[np.float32]":
        longest = max(map(len, rows))
        ids = np.zeros((len(rows), longest), dtype=np.int64)
        mask = np.zeros_like(ids)
        for at, row in enumerate(rows):
            ids[at, : len(row)] = row
            mask[at, : len(row)] = 1
        return self._states(ids, mask)


def _batches(encodings: "Sequence[Encoding]", most: int) -> Iterator[list[int]]:
    """Group positions by length, longest first, each batch at most ``most`` pieces once padded."""
    order = sorted(range(len(encodings)), key=lambda at: -len(encodings[at].ids))
    batch: list[int] = []
    for at in order:
        longest = len(encodings[batch[0]].ids) if batch else len(encodings[at].ids)
        if batch and longest * (len(batch) + 1) > most:
            yield batch
            batch = []
        batch.append(at)
    if batch:
        yield batch
