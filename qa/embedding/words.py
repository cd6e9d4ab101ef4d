"""What single words mean: rows of the embedding model's own input table, read from its file as they are needed.

No pass through the model: the table alone knows that "owner" is near "owned" and "resign" near "quit".
"""

import json
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from qa.embedding.pooling import unit

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from tokenizers import Tokenizer

    from qa.types import Matrix

_TABLES = ("embeddings.word_embeddings.weight", "embed_tokens.weight")
"""How the names of input tables end, in models of BERT's kind and in others."""
_KINDS = {"F32": "<f4", "F16": "<f2"}
_KEPT = 50_000
"""Words whose pieces are remembered."""
_SAMPLED = 64
"""Every so many rows give the mean that all rows share and that says nothing; the whole table would be read for 2 %."""


class WordVectors:
    """Vectors of single words, without the model."""

    def __init__(self, folder: Path, tokenizer: "Tokenizer") -> None:
        """Map the table of a model's folder; nothing is read yet."""
        self._tokenizer = tokenizer
        self._table = _mapped(folder / "model.safetensors")
        self._common: NDArray[np.float32] | None = None
        self._pieces: dict[str, list[int]] = {}

    def __call__(self, words: Sequence[str]) -> "Matrix | None":
        """Return a unit row for each word, zeros for one without pieces; None if the model has no table to read."""
        if self._table is None or not words:
            return None
        if self._common is None:
            self._common = np.asarray(self._table[::_SAMPLED], dtype=np.float32).mean(axis=0)
        pieces = self._pieces_of(words)
        rows = np.zeros((len(words), self._table.shape[1]), dtype=np.float32)
        known = [at for at, ids in enumerate(pieces) if ids]
        if known:
            lengths = [len(pieces[at]) for at in known]
            single = np.asarray(self._table[[one for at in known for one in pieces[at]]], dtype=np.float32)
            rows[known] = np.add.reduceat(single - self._common, np.cumsum([0, *lengths[:-1]]), axis=0)
        return unit(rows)

    def _pieces_of(self, words: Sequence[str]) -> list[list[int]]:
        """Return the ids of each word's pieces; the words of an archive come back again and again."""
        known = self._pieces
        new = [word for word in dict.fromkeys(words) if word not in known]
        if len(known) + len(new) > _KEPT:
            known, new = {}, list(dict.fromkeys(words))
        found = {word: list[int]() for word in new}
        encoded = self._tokenizer.encode(new, is_pretokenized=True, add_special_tokens=False)
        for piece, at in zip(encoded.ids, encoded.word_ids, strict=True):
            if at is not None:  # a special piece would belong to no word; none was asked for
                found[new[at]].append(piece)
        self._pieces = {**known, **found} if found else known
        return [self._pieces[word] for word in words]


def _mapped(path: Path) -> "NDArray[Any] | None":
    """Map the input table of a safetensors file (a length, a JSON header, then the numbers); None if it has none."""
    try:
        with path.open("rb") as file:
            (length,) = struct.unpack("<Q", file.read(8))
            header = json.loads(file.read(length))
        name = next(key for key in header if key.endswith(_TABLES))
        about = header[name]
        start = 8 + length + about["data_offsets"][0]
        return np.memmap(path, _KINDS[about["dtype"]], "r", start, tuple(about["shape"]))
    except (OSError, ValueError, KeyError, StopIteration, struct.error):
        return None
