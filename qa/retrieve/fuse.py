"""Candidates from both indexes with one score: each side divided by the question's own best, then mixed.

Scores are fused, not ranks: reciprocal rank fusion was worse than BM25 alone on every set we have (the benchmark
prints both sides alone beside the mix).
"""

from collections.abc import Sequence
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
class Wording:
    """A question, or the part of it that asks one publisher, with its embedding."""

    text: str
    vector: "Vector"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A chunk that one of the indexes proposed, with its cosine and fused score under each wording."""

    stored: StoredChunk
    cosines: tuple[float, ...]
    fused: tuple[float, ...]


def candidates(archive: Archive, wordings: Sequence[Wording], filters: Filters, n: int) -> list[Candidate]:
    """Return the ``n`` best candidates of both indexes under all wordings together, best first."""
    bm25 = [dict(archive.keywords.query(wording.text, POOL, filters)) for wording in wordings]
    near = nearest(archive, [wording.vector for wording in wordings], POOL, filters)
    keys = list(dict.fromkeys(key for found in (*bm25, *near) for key in found))
    for wording, words, vectors in zip(wordings, bm25, near, strict=True):
        words |= archive.keywords.scores(wording.text, [key for key in keys if key not in words])
        vectors |= cosines(archive, wording.vector, [key for key in keys if key not in vectors])
    fused = [fuse(vectors, words) for vectors, words in zip(near, bm25, strict=True)]
    mean = {key: sum(scores.get(key, 0.0) for scores in fused) / len(fused) for key in keys}
    best = sorted(mean, key=lambda key: (-mean[key], key))[:n]
    stored = archive.catalogue.chunks_by_id(best)
    return [
        Candidate(stored[key], tuple(found[key] for found in near), tuple(found[key] for found in fused))
        for key in best
        # A chunk can have gone between the look-up and here.
        if key in stored and all(key in found for found in near)
    ]


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


def nearest(archive: Archive, vectors: "Sequence[Vector]", n: int, filters: Filters) -> list[dict[str, float]]:
    """Return for each vector the nearest allowed chunks with their cosines."""
    if not filters:
        return [dict(archive.vectors.query(vector, n)) for vector in vectors]
    if archive.catalogue.chunk_count(filters) <= EXACT_LIMIT:
        ids, rows = archive.catalogue.filtered_vectors(filters)
        similarities = [rows @ vector if ids else np.zeros(0, dtype=np.float32) for vector in vectors]
        return [
            {ids[at]: float(similarity[at]) for at in np.argsort(-similarity, kind="stable")[:n]}
            for similarity in similarities
        ]
    found = [archive.vectors.query(vector, n * OVER_ASK) for vector in vectors]
    allowed = archive.catalogue.allowed([key for scored in found for key, _ in scored], filters)
    return [dict([(key, score) for key, score in scored if key in allowed][:n]) for scored in found]


def cosines(archive: Archive, vector: "Vector", chunk_ids: list[str]) -> dict[str, float]:
    """Return the cosine of given chunks from their stored embeddings."""
    if not chunk_ids:
        return {}
    ids, rows = archive.catalogue.vectors(chunk_ids)
    return dict(zip(ids, (float(value) for value in rows @ vector), strict=True)) if ids else {}
