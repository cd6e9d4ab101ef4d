"""Candidates from both indexes with one score: each side divided by the question's own best, then mixed.

Scores are fused, not ranks: reciprocal rank fusion was worse than BM25 alone on every set we have (the benchmark
prints both sides alone beside the mix).
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from qa.index.archive import Archive
from qa.index.catalogue_rows import StoredChunk
from qa.types import Filters

if TYPE_CHECKING:
    from qa.types import Vector

DENSE_SHARE = 0.3
"""Weight of the dense side; 0.2 to 0.4 gave the same on news questions and paragraph questions."""
POOL = 100
"""Candidates taken from each side."""
EXACT_LIMIT = 5000
"""Up to so many chunks allowed by a filter are compared one by one; more go through Chroma, asked for extra."""
OVER_ASK = 10


@dataclass(frozen=True, slots=True)
class Candidate:
    """A chunk that one of the indexes proposed, with its cosine, BM25 and fused scores."""

    stored: StoredChunk
    cosine: float
    bm25: float
    fused: float


def candidates(archive: Archive, question: str, vector: "Vector", filters: Filters, n: int) -> list[Candidate]:
    """Return the ``n`` best candidates of both indexes together, best first."""
    bm25 = dict(archive.keywords.query(question, POOL, filters))
    near = nearest(archive, vector, POOL, filters)
    bm25 |= archive.keywords.scores(question, [key for key in near if key not in bm25])
    keys = list(dict.fromkeys([*bm25, *near]))
    cosine = near | cosines(archive, vector, [key for key in keys if key not in near])
    fused = fuse(cosine, bm25)
    best = sorted(fused, key=lambda key: (-fused[key], key))[:n]
    stored = archive.catalogue.chunks_by_id(best)
    # A chunk can have gone between the look-up and here.
    return [Candidate(stored[key], cosine[key], bm25.get(key, 0.0), fused[key]) for key in best if key in stored]


def fuse(cosine: dict[str, float], bm25: dict[str, float]) -> dict[str, float]:
    """Mix two scores per chunk, each in parts of its own best.

    >>> fuse({"a": 0.8, "b": 0.4}, {"b": 12.0})
    {'a': 0.3, 'b': 0.85}
    """
    top_cosine = max(cosine.values(), default=0.0) or 1.0
    top_bm25 = max(bm25.values(), default=0.0) or 1.0
    return {
        key: round(DENSE_SHARE * max(value, 0.0) / top_cosine + (1 - DENSE_SHARE) * bm25.get(key, 0.0) / top_bm25, 9)
        for key, value in cosine.items()
    }


def nearest(archive: Archive, vector: "Vector", n: int, filters: Filters) -> dict[str, float]:
    """Return the nearest allowed chunks with their cosines."""
    if not filters:
        return dict(archive.vectors.query(vector, n))
    if archive.catalogue.chunk_count(filters) <= EXACT_LIMIT:
        ids, rows = archive.catalogue.filtered_vectors(filters)
        similarity = rows @ vector if ids else np.zeros(0, dtype=np.float32)
        return {ids[at]: float(similarity[at]) for at in np.argsort(-similarity, kind="stable")[:n]}
    found = archive.vectors.query(vector, n * OVER_ASK)
    allowed = archive.catalogue.allowed([key for key, _ in found], filters)
    return dict([(key, score) for key, score in found if key in allowed][:n])


def cosines(archive: Archive, vector: "Vector", chunk_ids: list[str]) -> dict[str, float]:
    """Return the cosine of given chunks from their stored embeddings."""
    if not chunk_ids:
        return {}
    ids, rows = archive.catalogue.vectors(chunk_ids)
    return dict(zip(ids, (float(value) for value in rows @ vector), strict=True)) if ids else {}
