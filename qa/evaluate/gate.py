"""The gate: floors that a run must not fall below, pinned together with the digest of their question set.

A gate file is small and may be edited by hand::

    {"questions": "<digest>", "count": 150, "floors": {"recall@5": 0.9}, "ceilings": {"abstained_answerable": 0.2},
     "n": {"recall@5": 100}}
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from qa.errors import UsageError, WriteFailed
from qa.evaluate.metrics import METRICS
from qa.evaluate.stats import Figure

EPSILON = 1e-9
"""Of rounding. What one flipped question costs, 1/n, is taken off when a floor is pinned, not when it is checked."""
LEAST_QUESTIONS = 5
"""A figure of fewer questions is not pinned: one of them would move it too far."""
ALWAYS = {"citation_verbatim": 1.0}
"""Held by every gate, pinned or not: a quote that does not stand at its place is no quote."""


@dataclass(frozen=True, slots=True)
class Gate:
    """Floors and ceilings of figures, how many questions each was measured on, and the digest of the set."""

    questions: str
    count: int
    floors: Mapping[str, float] = field(default_factory=dict)
    ceilings: Mapping[str, float] = field(default_factory=dict)
    n: Mapping[str, int] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Return it as it is written."""
        return {
            "questions": self.questions,
            "count": self.count,
            "floors": dict(self.floors),
            "ceilings": dict(self.ceilings),
            "n": dict(self.n),
        }


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a run passes; each failure is one sentence that begins with the name of its figure."""

    failures: tuple[str, ...] = ()
    changed_set: bool = False

    @property
    def ok(self) -> bool:
        """Whether nothing fails."""
        return not self.failures

    @property
    def exit_code(self) -> int:
        """0 passed, 1 below a floor, 2 another question set."""
        return 2 if self.changed_set else 0 if self.ok else 1

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {"ok": self.ok, "changed_set": self.changed_set, "failures": list(self.failures)}


def read_gate(path: Path) -> Gate:
    """Read a gate file.

    Raises:
        UsageError: It is missing or no gate.
    """
    try:
        found = json.loads(path.read_text("utf-8"))
        return Gate(
            str(found["questions"]),
            int(found["count"]),
            _limits(found.get("floors", {})),
            _limits(found.get("ceilings", {})),
            {str(name): int(value) for name, value in found.get("n", {}).items()},
        )
    except FileNotFoundError:
        raise UsageError(f"There is no gate file {path}; `--update` makes one.") from None
    except OSError as exc:
        raise UsageError(f"The gate file {path} cannot be read: {exc.strerror}.") from exc
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as exc:
        raise UsageError(f"The gate file {path} is no gate: it needs `questions`, `count` and `floors`.") from exc


def _limits(found: Mapping[str, Any]) -> dict[str, float]:
    unknown = [name for name in found if name not in METRICS]
    if unknown:
        raise UsageError(f"The gate names a figure that there is not: {str(unknown[0])[:60]!r}.")
    limits = {name: float(value) for name, value in found.items()}
    if not all(map(math.isfinite, limits.values())):
        raise ValueError("a limit is no number")
    return limits


def check(gate: Gate, questions: str, summary: Mapping[str, Figure]) -> Verdict:
    """Hold a run against a gate."""
    if questions != gate.questions:
        sentence = (
            f"The question set is not the one that the floors were pinned on ({gate.count} questions, digest "
            f"{gate.questions[:12]}; now {questions[:12]}): pin them anew with --update."
        )
        return Verdict((sentence,), changed_set=True)
    failures = []
    for name, floor in {**gate.floors, **ALWAYS}.items():
        found = summary.get(name)
        if found is not None and found.value < floor - EPSILON:
            failures.append(f"{name}: {found.value:.4f} is below its floor {floor:.4f}.")
    for name, ceiling in gate.ceilings.items():
        found = summary.get(name)
        if found is not None and found.value > ceiling + EPSILON:
            failures.append(f"{name}: {found.value:.4f} is above its ceiling {ceiling:.4f}.")
    for name in {**gate.floors, **gate.ceilings}:
        n = summary[name].n if name in summary else 0
        if n < _least(name, gate.n.get(name, 1)):
            failures.append(f"{name}: measured on {n} questions, pinned on {gate.n.get(name, 1)}.")
    return Verdict(tuple(failures))


def _least(name: str, pinned: int) -> float:
    """Return on how many questions a figure must be measured.

    A figure of answers has as many as were answered: how many may be left alone is for the limits of abstention to
    say, and half of the pinned ones is enough here.
    """
    return max(pinned / 2 if METRICS[name].of_answers else pinned, 1)


def pin(
    before: Gate | None, questions: str, count: int, summary: Mapping[str, Figure], *, allow_regression: bool
) -> tuple[Gate, list[str]]:
    """Return a gate that a run just passes, and what kept it from being pinned.

    A floor is one question's worth below what was measured, so that another processor's rounding does not fail it;
    it never falls (and a ceiling never rises) unless ``allow_regression``, with which a changed question set is pinned
    anew. The second value is a list of sentences, empty when the gate may be written.
    """
    floors: dict[str, float] = {}
    ceilings: dict[str, float] = {}
    n: dict[str, int] = {}
    refused: list[str] = []
    if before is not None and before.questions != questions and allow_regression:
        before = None  # the limits of another question set say nothing about this one
    old = {} if before is None else {**before.floors, **before.ceilings}
    for name, metric in METRICS.items():
        found = summary.get(name)
        if (found is None or not metric.gated or found.n < LEAST_QUESTIONS) and name not in old:
            continue
        if found is None:
            refused.append(f"{name}: it was not measured this time.")
            continue
        limit, regressed = _limit(found, old.get(name), lower_is_better=metric.lower_is_better)
        if regressed:
            refused.append(f"{name}: {found.value:.4f} is worse than the {old[name]:.4f} that is pinned.")
        if regressed and not allow_regression:
            limit = old[name]
        (ceilings if metric.lower_is_better else floors)[name] = limit
        n[name] = found.n
    return Gate(questions, count, floors, ceilings, n), [] if allow_regression else refused


def _limit(found: Figure, old: float | None, *, lower_is_better: bool) -> tuple[float, bool]:
    """Return the new limit, and whether what was measured is beyond the old one."""
    spare = 1 / found.n
    if lower_is_better:
        fresh = math.ceil((found.value + spare) * 10_000) / 10_000
        regressed = old is not None and found.value > old + EPSILON
        return fresh if old is None or regressed else min(fresh, old), regressed
    fresh = max(math.floor((found.value - spare) * 10_000) / 10_000, 0.0)
    regressed = old is not None and found.value < old - EPSILON
    return fresh if old is None or regressed else max(fresh, old), regressed


def write_gate(path: Path, gate: Gate) -> None:
    """Write a gate file."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(gate.as_dict(), indent=1) + "\n", "utf-8")
    except OSError as exc:
        raise WriteFailed(f"The gate file {path} cannot be written: {exc.strerror}.") from exc
