"""Whether the evidence is good enough to answer: a logistic model over retrieval evidence.

Nothing of the question alone goes in, so that wording cannot decide. The numbers in ``abstain.json`` are fitted by
``python -m tests.benchmarks.calibrate`` on public question sets, never on the questions it is reported on.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from qa.retrieve.rank import Ranked, Reading
from qa.retrieve.understand import Question
from qa.types import Level


@dataclass(frozen=True, slots=True)
class Features:
    """What the best evidence has in common with the question; every value is between about 0 and 1.

    Coverage of the whole chunk, the chunk's cosine, the heaviest missing word and matching by word vectors were tried
    and brought nothing beside these.

    Args:
        sentence_cosine: Highest cosine of a sentence among the best chunks.
        sentence_share: Highest idf-weighted share of the question's words in one sentence with its header.
        named: Share of the question's names and numbers, by weight, found in the best chunk; 1 if it has none.
    """

    sentence_cosine: float
    sentence_share: float
    named: float


BEST = 3
"""Chunks looked at: the answer rarely stands further down, and noise often does."""


def features(question: Question, ranked: Sequence[Ranked]) -> Features:
    """Describe the best evidence.

    Where the question names a time, only passages of that time count: last year's fire does not answer for this one.
    """
    top = [read for chunk in ranked if (read := chunk.readings[0]).timely][:BEST]
    if not top:
        return Features(0.0, 0.0, 0.0)
    return Features(
        sentence_cosine=max(float(read.cosines.max()) for read in top),
        sentence_share=max(float(read.shares_with_header.max()) for read in top),
        named=_named_share(question, top[0]),
    )


def _named_share(question: Question, best: Reading) -> float:
    total = sum(question.weights[term] for term in question.names)
    if not total:
        return 1.0
    return sum(question.weights[term] for term in question.names if term in best.terms) / total


def confidence(found: Features) -> float:
    """Return the calibrated probability that the evidence holds the answer."""
    model = load_model()
    total = model["bias"] + sum(model["weights"][name] * value for name, value in asdict(found).items())
    return 1.0 / (1.0 + math.exp(-max(min(total, 30.0), -30.0)))


def enough(value: float, level: Level) -> bool:
    """Say whether a confidence reaches the level's threshold; ``open`` always answers."""
    return level == "open" or value >= load_model()["thresholds"][level]


@lru_cache(maxsize=1)
def load_model() -> dict[str, Any]:
    """Read the fitted numbers that are shipped with the package."""
    model: dict[str, Any] = json.loads(files("qa.answer").joinpath("abstain.json").read_text("utf-8"))
    return model
