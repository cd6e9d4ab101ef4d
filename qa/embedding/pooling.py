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
