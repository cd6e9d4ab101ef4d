"""Figures over many questions: intervals, a paired test, and the curves of answering or abstaining.

Everything drawn at random has a fixed seed, so that two runs over the same answers print the same report.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from statistics import fmean
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

SEED = 20240229
DRAWS = 5_000_000
"""Values drawn for one interval: 1,000 resamples of up to 5,000 questions, fewer of more."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure with its 95 per cent interval over ``n`` questions; ``unscored`` could not be measured."""

    value: float
    low: float
    high: float
    n: int
    unscored: int = 0

    def as_dict(self) -> dict[str, float | int]:
        """Return it as plain values."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Paired:
    """A figure against a baseline over the questions that both measured."""

    baseline: float
    difference: float
    low: float
    high: float
    p: float
    n: int

    def as_dict(self) -> dict[str, float | int]:
        """Return it as plain values."""
        return asdict(self)


def mean_figure(values: "Floats", unscored: int = 0) -> Figure:
    """Return a mean with its bootstrap interval."""
    low, high = _interval(_resampled_means(values))
    return Figure(float(values.mean()), low, high, len(values), unscored)


def figure(statistic: Callable[["NDArray[np.intp]"], float | None], n: int) -> Figure | None:
    """Return a statistic of questions, given by their numbers, with its bootstrap interval; None if it has none."""
    value = statistic(np.arange(n))
    if value is None:
        return None
    draw = np.random.default_rng(SEED)
    drawn = (statistic(draw.integers(0, n, n)) for _ in range(max(_resamples(n) // 5, 100)))
    low, high = _interval(np.array([found for found in drawn if found is not None] or [value]))
    return Figure(value, low, high, n)


def paired(ours: "Floats", theirs: "Floats") -> Paired:
    """Compare two runs question by question: a bootstrap interval of the difference and a sign-flip test."""
    difference = ours - theirs
    low, high = _interval(_resampled_means(difference))
    return Paired(float(theirs.mean()), float(difference.mean()), low, high, sign_flip_p(difference), len(difference))


def sign_flip_p(difference: "Floats") -> float:
    """Return how often chance alone, giving each difference a sign at random, does as much; two-sided."""
    n, rounds = len(difference), _resamples(len(difference))
    draw = np.random.default_rng(SEED)
    observed = abs(difference.sum())
    part = max(1, 1_000_000 // max(n, 1))
    as_much = 0
    for at in range(0, rounds, part):
        signs = draw.integers(0, 2, (min(part, rounds - at), n), dtype=np.int8) * 2 - 1
        as_much += int((np.abs(signs @ difference) >= observed - 1e-12).sum())
    return (as_much + 1) / (rounds + 1)


def _resampled_means(values: "Floats") -> "Floats":
    n, rounds = len(values), _resamples(len(values))
    draw = np.random.default_rng(SEED)
    part = max(1, 1_000_000 // max(n, 1))
    found = [values[draw.integers(0, n, (min(part, rounds - at), n))].mean(axis=1) for at in range(0, rounds, part)]
    return np.concatenate(found)


def _resamples(n: int) -> int:
    return max(100, min(1000, DRAWS // max(n, 1)))


def _interval(drawn: "Floats") -> tuple[float, float]:
    low, high = np.quantile(drawn, [0.025, 0.975])
    return float(low), float(high)


def auroc(positives: Sequence[float], negatives: Sequence[float]) -> float | None:
    """Return how often a positive scores above a negative, ties counting half; None without both."""
    if not len(positives) or not len(negatives):
        return None
    scores = np.concatenate([np.asarray(positives, dtype=float), np.asarray(negatives, dtype=float)])
    _, at, counts = np.unique(scores, return_inverse=True, return_counts=True)
    # The mean rank of each value: ties share the middle of their places.
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[at]
    n = len(positives)
    return float((ranks[:n].sum() - n * (n + 1) / 2) / (n * len(negatives)))


def risk_coverage(confidence: "Floats", right: "Floats", total: int) -> tuple["Floats", "Floats"]:
    """Return the share of all questions answered, and the share of those that is wrong, from the surest on.

    Answers of the same confidence come in together: no order among them is better than another.
    """
    if not len(confidence):
        return np.zeros(0), np.zeros(0)
    order = np.argsort(-confidence, kind="stable")
    wrong = np.cumsum(1.0 - right[order])
    ends = np.flatnonzero(np.append(np.diff(confidence[order]) != 0, True))
    return (ends + 1) / max(total, 1), wrong[ends] / (ends + 1)


def area_under(coverage: "Floats", risk: "Floats") -> float | None:
    """Return the mean risk over the coverages reached; None without answers."""
    if not len(coverage):
        return None
    widths = np.diff(coverage, prepend=0.0)
    return float((risk * widths).sum() / coverage[-1])


def share(flags: Iterable[bool]) -> float | None:
    """Return the share that is true; None of nothing."""
    values = list(flags)
    return fmean(values) if values else None


def percentile(values: Sequence[float], part: float) -> float:
    """Return the value below which ``part`` (0-1) of the others lie."""
    ordered = sorted(values)
    return ordered[min(int(part * len(ordered)), len(ordered) - 1)]
