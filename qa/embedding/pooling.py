"""From token states to one vector per chunk and one per sentence, by the mean of their states."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from qa.types import Span

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from qa.types import Matrix, Vector


def unit(vectors: "NDArray[np.floating]") -> "Matrix":
    """Scale rows to unit length; a row of zeros stays so."""
    values = np.asarray(vectors, dtype=np.float32)
    norms = np.linalg.norm(values, axis=-1, keepdims=True)
    scaled: Matrix = values / np.maximum(norms, 1e-12)
    return scaled


def pool(
    states: "NDArray[np.floating]", offsets: Sequence[tuple[int, int]], sentences: Sequence[Span]
) -> "tuple[Vector, Matrix]":
    """Pool one chunk's token states.

    Args:
        states: Shape (pieces, dimension), special pieces included.
        offsets: The (start, end) of each piece in the chunk's text; special pieces have empty ones.
        sentences: Spans in the chunk's text.

    Returns:
        The chunk's vector, the mean of all states as sentence-transformers pools this model, and a row per sentence,
        the mean over its own pieces (they rank as well as embedding each sentence again, for nothing).
    """
    starts = np.array([start for start, _ in offsets])
    real = np.array([end > start for start, end in offsets])
    whole = unit(states.mean(axis=0))
    rows = np.empty((len(sentences), states.shape[1]), dtype=np.float32)
    for at, span in enumerate(sentences):
        inside = real & (starts >= span.start) & (starts < span.end)
        rows[at] = states[inside].mean(axis=0) if inside.any() else whole
    return whole, unit(rows)


def pool_question(
    states: "NDArray[np.floating]", offsets: Sequence[tuple[int, int]], parts: Sequence[Sequence[Span]]
) -> "Matrix":
    """Pool a question's token states: a unit row for the whole, then one for each part.

    A part is one or more spans of the question; one that holds no piece (it was cut off) gets the row of the whole.
    """
    starts = np.array([start for start, _ in offsets])
    real = np.array([end > start for start, end in offsets])
    rows = [states.mean(axis=0)]
    for spans in parts:
        inside = np.zeros(len(starts), dtype=bool)
        for span in spans:
            inside |= real & (starts >= span.start) & (starts < span.end)
        rows.append(states[inside].mean(axis=0) if inside.any() else rows[0])
    return unit(np.stack(rows))
