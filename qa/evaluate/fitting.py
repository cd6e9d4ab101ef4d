"""The abstention model fitted: a logistic regression over the features of evidence, and its thresholds.

One place for the numbers that come with Dateline and for those that ``dateline tune`` fits on a user's questions. Every
figure is of questions that the numbers were not fitted on, in folds that never split the questions about one article.
The only owner of scikit-learn.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from qa.answer.tuned import LEVELS, NAMES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

FOLDS = 5
SOFTNESS = 10.0
"""Inverse strength of the penalty on large weights, as scikit-learn counts it."""
STRICT_PRECISION = 0.8
WRONGLY_LEFT = 0.05


@dataclass(frozen=True, slots=True)
class Sample:
    """One question's evidence.

    Args:
        kind: Which kind of question it is; kinds weigh alike, so that the largest set does not decide.
        answerable: Whether the archive holds its answer.
        values: The features, in the order of ``NAMES``.
        group: Questions that share an article share this number.
        trust: Part of the confidence that a reading otherwise than typed leaves.
    """

    kind: str
    answerable: bool
    values: tuple[float, ...]
    group: int
    trust: float = 1.0


@dataclass(frozen=True, slots=True)
class Held:
    """What numbers fitted on other questions say of each question.

    Args:
        confidence: From 0 to 1, shape (questions,).
        answered: By level, whether the confidence reaches its threshold.
    """

    confidence: "Floats"
    answered: "dict[str, NDArray[np.bool_]]"


def fit(samples: Sequence[Sample]) -> dict[str, Any]:
    """Return weights, bias and thresholds fitted on all samples; the thresholds on what held-out ones are given."""
    data = _Data(samples)
    thresholds = choose_thresholds(guesses(samples), data.answerable, data.kinds, data.weights)
    whole = _regression(data)
    return {
        "weights": {name: round(float(value), 3) for name, value in zip(NAMES, whole.coef_[0], strict=True)},
        "bias": round(float(whole.intercept_[0]), 3),
        "thresholds": thresholds,
    }


def guesses(samples: Sequence[Sample]) -> "Floats":
    """Return for each sample the confidence that a model fitted on the other folds gives it."""
    data = _Data(samples)
    guessed = np.zeros(len(samples))
    for train, test in _folds(data):
        guessed[test] = _guess(_regression(data.part(train)), data.part(test))
    return guessed


def held_out(samples: Sequence[Sample]) -> Held:
    """Return what models fitted on the other folds, thresholds and all, say of each sample."""
    data = _Data(samples)
    found = Held(np.zeros(len(samples)), {level: np.zeros(len(samples), dtype=bool) for level in LEVELS})
    for train, test in _folds(data):
        others = data.part(train)
        inner = guesses([samples[at] for at in train])
        thresholds = choose_thresholds(inner, others.answerable, others.kinds, others.weights)
        found.confidence[test] = _guess(_regression(others), data.part(test))
        for level, flags in found.answered.items():
            flags[test] = found.confidence[test] >= thresholds[level]
    return found


class _Data:
    """Samples as arrays, one row each."""

    def __init__(self, samples: Sequence[Sample]) -> None:
        self.values = np.array([sample.values for sample in samples])
        self.answerable = np.array([sample.answerable for sample in samples])
        self.kinds = np.array([sample.kind for sample in samples])
        self.groups = np.array([sample.group for sample in samples])
        self.trust = np.array([sample.trust for sample in samples])
        self.weights = kind_weights(self.kinds, self.answerable)
        self._samples = samples

    def part(self, rows: Iterable[int]) -> "_Data":
        return _Data([self._samples[row] for row in rows])


def _folds(data: _Data) -> "Iterable[tuple[NDArray[np.intp], NDArray[np.intp]]]":
    from sklearn.model_selection import StratifiedGroupKFold

    # Stratified, so that no fold lacks all the questions of one kind; the seed makes two runs agree.
    split = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=0).split(data.values, data.answerable, data.groups)
    found: Iterable[tuple[NDArray[np.intp], NDArray[np.intp]]] = split
    return found


def _regression(data: _Data) -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=SOFTNESS).fit(data.values, data.answerable, sample_weight=data.weights)


def _guess(model: Any, data: _Data) -> "Floats":
    found: Floats = model.predict_proba(data.values)[:, 1] * data.trust
    return found


def kind_weights(kinds: "NDArray[np.str_]", answerable: "NDArray[np.bool_]") -> "Floats":
    """Weigh each kind alike within the answerable and the unanswerable, and both halves alike."""
    weights = np.zeros(len(answerable))
    for half in (True, False):
        names = sorted(set(kinds[answerable == half]))
        for name in names:
            mask = kinds == name
            weights[mask] = len(answerable) / 2 / len(names) / mask.sum()
    return weights


def choose_thresholds(
    guessed: "Floats", answerable: "NDArray[np.bool_]", kinds: "NDArray[np.str_]", weights: "Floats"
) -> dict[str, float]:
    """Balanced leaves one in twenty answerable ones, each kind weighing alike; strict: four of five answers hold."""
    own = [np.sort(guessed[kinds == kind]) for kind in sorted(set(kinds[answerable]))]
    fitting = (t for t in np.arange(0.05, 0.95, 0.005)
               if np.mean([np.searchsorted(one, t) / len(one) for one in own]) <= WRONGLY_LEFT)  # fmt: skip
    balanced = max(fitting, default=0.05)
    grid = np.arange(round(balanced, 2), 0.96, 0.01)
    precision = [weights[(guessed >= t) & answerable].sum() / max(weights[guessed >= t].sum(), 1e-9) for t in grid]
    strict = next((float(t) for t, p in zip(grid, precision, strict=True) if p >= STRICT_PRECISION), 0.9)
    return {"balanced": round(float(balanced), 3), "strict": round(max(strict, float(balanced)), 3)}


def linked(tied: Sequence[Sequence[str]]) -> list[int]:
    """Give questions that share an article, directly or in a chain, the same number.

    >>> linked([["a"], ["b", "c"], ["a"], [], ["c"]])
    [0, 1, 0, 2, 1]
    """
    parent: dict[str, str] = {}

    def root(name: str) -> str:
        while parent.setdefault(name, name) != name:
            name = parent[name]
        return name

    for at, articles in enumerate(tied):
        for article in articles:
            parent[root(f"article {article}")] = root(f"question {at}")
    numbers: dict[str, int] = {}
    return [numbers.setdefault(root(f"question {at}"), len(numbers)) for at in range(len(tied))]
