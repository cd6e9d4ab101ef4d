"""Whether the evidence is good enough to answer: a logistic model over retrieval evidence.

Nothing of the question alone goes in, so that wording cannot decide. The numbers in ``abstain.json`` are fitted by
``python -m tests.benchmarks.calibrate`` on public question sets, never on the questions it is reported on.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from importlib.resources import files
from statistics import fmean
from typing import Any

from qa.retrieve.readings import Ranked, Reading
from qa.retrieve.score import TIMELY_WEIGHT
from qa.retrieve.understand import Question
from qa.types import Level


@dataclass(frozen=True, slots=True)
class Features:
    """What the best evidence has in common with the question; every value but the last is between about 0 and 1.

    Coverage of the whole chunk, the chunk's cosine, the heaviest missing word, the kind of answer asked for, token by
    token likeness and the distance to the next best were tried and brought nothing beside these.

    Args:
        sentence_cosine: Highest cosine of a sentence among the best chunks; the mean over the publishers asked.
        sentence_share: Highest idf-weighted share of the question's words in one sentence with its header, likewise.
        named: Share of the question's names and numbers, by weight, found in the best chunks; 1 if it has none.
        time_gap: Where the question names a time, by how much the best passage of any time is better than the best
            of that time: last year's fire does not answer for this one.
    """

    sentence_cosine: float
    sentence_share: float
    named: float
    time_gap: float


BEST = 3
"""Chunks looked at: the answer rarely stands further down, and noise often does."""


def features(question: Question, ranked: Sequence[Ranked]) -> Features:
    """Describe the best evidence, of each publisher that is asked or of the whole archive."""
    if not ranked:
        return Features(0.0, 0.0, 0.0, 0.0)
    asked = _best_readings(ranked)
    return Features(
        sentence_cosine=fmean(max(float(reading.cosines.max()) for reading in best) for best in asked),
        sentence_share=fmean(max(float(reading.shares_with_header.max()) for reading in best) for best in asked),
        named=_named_share(question, ranked[:BEST]),
        time_gap=_time_gap(question, ranked),
    )


def _best_readings(ranked: Sequence[Ranked]) -> list[list[Reading]]:
    """Return the readings of the best chunks under each part of the question, or under the whole if it has none."""
    by_part: dict[int, list[Reading]] = {}
    for chunk in ranked:
        if chunk.part is not None:
            by_part.setdefault(chunk.part, []).append(chunk.readings[-1])
    return [best[:BEST] for best in by_part.values()] or [[chunk.readings[0] for chunk in ranked[:BEST]]]


def _named_share(question: Question, best: Sequence[Ranked]) -> float:
    total = sum(question.weights[term] for term in question.names)
    if not total:
        return 1.0
    found = frozenset().union(*(chunk.readings[0].terms for chunk in best))
    return sum(question.weights[term] for term in question.names & found) / total


def _time_gap(question: Question, ranked: Sequence[Ranked]) -> float:
    if not question.periods:
        return 0.0
    scores = [(reading.score - TIMELY_WEIGHT * reading.timely, reading.timely) for reading in _whole(ranked)]
    of_that_time = max((score for score, timely in scores if timely), default=0.0)
    return min(max(score for score, _ in scores) - of_that_time, 1.0)


def _whole(ranked: Sequence[Ranked]) -> list[Reading]:
    return [chunk.readings[0] for chunk in ranked]


def confidence(found: Features, numbers: Mapping[str, Any] | None = None) -> float:
    """Return the calibrated probability that the evidence holds the answer, by the shipped numbers or by others."""
    model = numbers or load_model()
    total = model["bias"] + sum(model["weights"][name] * value for name, value in asdict(found).items())
    return 1.0 / (1.0 + math.exp(-max(min(total, 30.0), -30.0)))


def enough(value: float, level: Level, numbers: Mapping[str, Any] | None = None) -> bool:
    """Say whether a confidence reaches the level's threshold; ``open`` always answers."""
    return level == "open" or value >= (numbers or load_model())["thresholds"][level]


@lru_cache(maxsize=1)
def load_model() -> dict[str, Any]:
    """Read the fitted numbers that are shipped with the package."""
    model: dict[str, Any] = json.loads(files("qa.answer").joinpath("abstain.json").read_text("utf-8"))
    return model
