"""Scores of what was retrieved: by article through ir-measures, by evidence through MultiHop-RAG's rule."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from statistics import fmean
from typing import Any

from qa.evaluate.texts import squeeze

DEPTHS = (1, 3, 5, 10)
RANKING = (*(f"recall@{depth}" for depth in DEPTHS), "mrr@10", "ndcg@10")
EVIDENCE = ("hits@4", "hits@10", "evidence_mrr@10", "evidence_map@10", "evidence@10", "all_evidence@10")


def ranking_scores(found: Sequence[str], relevant: Iterable[str]) -> dict[str, float]:
    """Score a ranking of articles, best first, against the relevant ones."""
    import ir_measures

    qrels = {"q": dict.fromkeys(relevant, 1)}
    # Ranks as scores: equal scores would be ordered by id, not by us.
    run = {"q": {name: float(len(found) - at) for at, name in enumerate(found)}}
    values = {str(metric.measure): float(metric.value) for metric in ir_measures.iter_calc(measures(), qrels, run)}
    return dict(zip(RANKING, (values[str(measure)] for measure in measures()), strict=True))


@cache
def measures() -> tuple[Any, ...]:
    """Return the measures of ``RANKING`` as ir-measures knows them."""
    from ir_measures import RR, R, nDCG

    return (*(R @ depth for depth in DEPTHS), RR @ 10, nDCG @ 10)


def retrieval_scores(texts: Sequence[str], facts: Iterable[str]) -> dict[str, float]:
    """Score the ten best passages of one question by MultiHop-RAG's rule: relevant is what contains a fact.

    ``evidence@10`` is the share of the facts found, ``all_evidence@10`` whether all of them were; the mean average
    precision counts each fact where it is met first.
    """
    # Repeated facts are one, in the order given.
    wanted = list(dict.fromkeys(squeeze(fact) for fact in facts))
    if not wanted:
        raise ValueError("a question without evidence cannot be scored")
    held = [[fact for fact in wanted if fact in text] for text in map(squeeze, texts[:10])]
    first = next((rank for rank, facts_here in enumerate(held, 1) if facts_here), None)
    found: set[str] = set()
    precision = 0.0
    for rank, facts_here in enumerate(held, 1):
        precision += len(set(facts_here) - found) / rank
        found.update(facts_here)
    return {
        "hits@4": float(first is not None and first <= 4),
        "hits@10": float(first is not None),
        "evidence_mrr@10": 1 / first if first else 0.0,
        "evidence_map@10": precision / min(len(wanted), 10),
        "evidence@10": len(found) / len(wanted),
        "all_evidence@10": float(len(found) == len(wanted)),
    }


def means(scores: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Average each score over the questions; empty for none."""
    return {name: fmean(score[name] for score in scores) for name in scores[0]} if scores else {}
