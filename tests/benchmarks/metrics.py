"""The scores of the benchmark: pure functions over texts and numbers, no model judges anything."""

import re
import string
from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean

RETRIEVAL = ("hits@4", "hits@10", "mrr@10", "evidence@10", "all_evidence@10")


def squeeze(text: str) -> str:
    """Remove all white space, so that a fact is found across line breaks."""
    return "".join(text.split())


def retrieval_scores(texts: Sequence[str], facts: Iterable[str]) -> dict[str, float]:
    """Score the ten best passages of one question by MultiHop-RAG's rule: relevant is what contains a fact.

    ``evidence@10`` is the share of the facts found, ``all_evidence@10`` whether all of them were.
    """
    wanted = {squeeze(fact) for fact in facts}
    if not wanted:
        raise ValueError("a question without evidence cannot be scored")
    held = [{fact for fact in wanted if fact in text} for text in map(squeeze, texts[:10])]
    first = next((rank for rank, facts_here in enumerate(held, 1) if facts_here), None)
    found = set().union(*held)
    return {
        "hits@4": float(first is not None and first <= 4),
        "hits@10": float(first is not None),
        "mrr@10": 1 / first if first else 0.0,
        "evidence@10": len(found) / len(wanted),
        "all_evidence@10": float(found == wanted),
    }


def means(scores: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Average each score over the questions; empty for none."""
    return {name: fmean(score[name] for score in scores) for name in scores[0]} if scores else {}


def normalise(text: str) -> str:
    """Lower the case and drop punctuation, articles and extra space, as SQuAD's official script does."""
    plain = "".join(letter for letter in text.lower() if letter not in string.punctuation)
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", plain).split())


def holds_answer(quotes: Sequence[str], answers: Iterable[str]) -> bool:
    """Say whether a gold answer stands in the quotes together, in whole words ("5" is not in "1951").

    The untouched words count too: "1562" stands in "1562-1598", which SQuAD's normalising makes one word.
    """
    raw = " ".join(quotes)
    together = f" {normalise(raw)} "
    return any(_has_words(together, raw, answer) for answer in answers)


def _has_words(normal: str, raw: str, answer: str) -> bool:
    wanted = normalise(answer)
    if wanted and f" {wanted} " in normal:
        return True
    return bool(answer.strip()) and re.search(rf"(?<!\w){re.escape(answer.strip())}(?!\w)", raw) is not None


def auroc(positives: Sequence[float], negatives: Sequence[float]) -> float | None:
    """Return how often a positive scores above a negative, ties counting half; None without both."""
    if not positives or not negatives:
        return None
    order = sorted([(score, True) for score in positives] + [(score, False) for score in negatives])
    wins, below, at = 0.0, 0, 0
    while at < len(order):
        end = at
        while end < len(order) and order[end][0] == order[at][0]:
            end += 1
        tied_positives = sum(positive for _, positive in order[at:end])
        tied_negatives = end - at - tied_positives
        wins += tied_positives * (below + tied_negatives / 2)
        below += tied_negatives
        at = end
    return wins / (len(positives) * len(negatives))


def share(flags: Iterable[bool]) -> float | None:
    """Return the share that is true; None of nothing."""
    values = list(flags)
    return fmean(values) if values else None


def percentile(values: Sequence[float], part: float) -> float:
    """Return the value below which ``part`` (0-1) of the others lie."""
    ordered = sorted(values)
    return ordered[min(int(part * len(ordered)), len(ordered) - 1)]
