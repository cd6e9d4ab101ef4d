"""Candidates from both indexes with one score: each side divided by the question's own best, then mixed.

Scores are fused, not ranks: reciprocal rank fusion was worse than BM25 alone on every set we have (the benchmark
prints both sides alone beside the mix).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from qa.index.holdings import Holdings
from qa.retrieve.phrases import quoted_phrases
from qa.types import Filters

if TYPE_CHECKING:
    from qa.types import Matrix, Vector

DENSE_SHARE = 0.3
"""Weight of the dense side where candidates are chosen; 0.2 to 0.4 gave the same on both public sets."""
KEYWORDS_DEPTH = 10
EXACT_LIMIT = 10_000
"""Up to so many chunks, of the archive or allowed by a filter, are compared one by one: that is as quick as Chroma's
graph, misses none, and spares a short-lived process the opening of Chroma. More go through Chroma, with a filter asked
for extra."""


@dataclass(frozen=True, slots=True)
class Wording:
    """A question, or the part of it that asks one publisher: its embedding, and what its words find."""

    vector: "Vector"
    bm25: dict[str, float]


@dataclass(frozen=True, slots=True)
class Candidates:
    """The chunks that one of the indexes proposed for a list, best first.

    Args:
        ids: Their ids.
        nearest: Under each wording, the best cosine of any chunk: what a chunk's own is measured in.
        keyword: What each wording's words find, in parts of the best BM25 score.
    """

    ids: list[str]
    nearest: tuple[float, ...]
    keyword: tuple[dict[str, float], ...]


def keyword_scores(archive: Holdings, text: str, filters: Filters, n: int) -> dict[str, float]:
    """Return BM25 scores for ``candidates`` to choose ``n`` from, best first; a quoted phrase counts as a whole too.

    They go so deep that what is further down would gain next to nothing: its score counts as 0.
    """
    if not archive.settings.keyword_search:
        return {}
    return dict(archive.keywords.query(text, KEYWORDS_DEPTH * n, filters, quoted_phrases(text, archive.publishers())))


def candidates(archive: Holdings, wordings: Sequence[Wording], filters: Filters, n: int) -> Candidates:
    """Return the ``n`` best candidates of both indexes under all wordings together."""
    promising = {key for wording in wordings for key in list(wording.bm25)[: 2 * n]}
    cosine = cosines(archive, [wording.vector for wording in wordings], 2 * n, filters, promising)
    keys = {key for found in cosine for key in found}
    fused = [fuse(found, wording.bm25) for found, wording in zip(cosine, wordings, strict=True)]
    mean = {key: sum(scores.get(key, 0.0) for scores in fused) / len(fused) for key in keys}
    best = sorted(mean, key=lambda key: (-mean[key], key))[:n]
    return Candidates(
        # A chunk can have gone between two look-ups.
        ids=[key for key in best if all(key in found for found in cosine)],
        nearest=tuple(_best(found) for found in cosine),
        keyword=tuple(_shares(wording.bm25, best) for wording in wordings),
    )


def _shares(bm25: dict[str, float], keys: Sequence[str]) -> dict[str, float]:
    top = _best(bm25)
    return {key: bm25.get(key, 0.0) / top for key in keys}


def fuse(cosine: dict[str, float], bm25: dict[str, float]) -> dict[str, float]:
    """Mix two scores per chunk, each in parts of its own best.

    >>> fuse({"a": 0.8, "b": 0.4}, {"b": 12.0})
    {'a': 0.3, 'b': 0.85}
    """
    top_cosine, top_bm25 = _best(cosine), _best(bm25)
    return {
        key: round(DENSE_SHARE * max(value, 0.0) / top_cosine + (1 - DENSE_SHARE) * bm25.get(key, 0.0) / top_bm25, 9)
        for key, value in cosine.items()
    }


def _best(scores: dict[str, float]) -> float:
    return max(scores.values(), default=0.0) or 1.0


def cosines(
    archive: Holdings,
    vectors: "Sequence[Vector]",
    n: int,
    filters: Filters,
    others: Collection[str] = (),
    exact_limit: int = EXACT_LIMIT,
) -> list[dict[str, float]]:
    """Return for each vector the cosines of the ``n`` nearest allowed chunks to any of them, and of the ``others``.

    Of a large archive's they are right to about 0.003: good enough to choose by.

    Args:
        archive: Where they are.
        vectors: The question under its wordings.
        n: How many to look for.
        filters: What is allowed.
        others: Ids of allowed chunks whose cosines are wanted too; unknown ones are left out.
        exact_limit: Up to so many allowed chunks are compared one by one.
    """
    known = archive.allowed(filters)
    if archive.chunk_count(filters) <= exact_limit and (known is None or known.exact):
        return _exact(archive.allowed_vectors(filters), vectors, n, others)
    if known is not None and not known.exact:
        near = known.nearest(vectors, n) if known.few else archive.nearest(vectors, n, filters)
        return known.similar(sorted({*near, *others}), vectors)
    near = archive.nearest(vectors, n, filters)
    ids, rows = archive.embeddings(sorted({*near, *others}))
    return [dict(zip(ids, map(float, rows @ vector), strict=True)) if ids else {} for vector in vectors]


def _exact(
    known: "tuple[dict[str, int], Matrix]", vectors: "Sequence[Vector]", n: int, others: Collection[str]
) -> list[dict[str, float]]:
    places, rows = known
    if not places:
        return [{} for _ in vectors]
    similar = rows @ np.stack(vectors, axis=1)
    ids = list(places)
    near = {int(at) for at in np.argpartition(-similar, min(n, len(ids)) - 1, axis=0)[:n].ravel()}
    near.update(places[key] for key in others if key in places)
    return [{ids[at]: float(values[at]) for at in sorted(near)} for values in similar.T]
