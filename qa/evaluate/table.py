"""The scores of all questions in columns: 8 bytes a score, so that 100,000 questions fit into some ten megabytes."""

from array import array
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from math import nan
from typing import TYPE_CHECKING

import numpy as np

from qa.evaluate.metrics import METRICS
from qa.evaluate.stats import Figure, area_under, auroc, figure, mean_figure, risk_coverage
from qa.evaluate.types import Json

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

MOST_VALUES = 200
"""A field with more values than these names its questions rather than sorting them."""
MOST_FIELDS = 40
LEAST_IN_SLICE = 5
UNKNOWN = -1


class Table:
    """Columns of scores, in the order of the questions."""

    def __init__(self) -> None:
        """Start with no questions."""
        self.n = 0
        self.unscored: Counter[str] = Counter()
        self.reasons: Counter[str] = Counter()
        self._columns: dict[str, array[float]] = {}
        self._fields: dict[str, tuple[array[int], dict[str, int]] | None] = {}

    def add(self, line: Json, fields: Mapping[str, str], answerable: bool | None) -> None:
        """Add the result of one question."""
        answer = line["answer"] or {}
        known = nan if answerable is None else float(answerable)
        hidden = {"answerable": known, "answered": float(answer.get("status") == "answered") if answer else nan}
        values = {**line["scores"], **hidden, "confidence": float(answer.get("confidence", nan))}
        for name in values.keys() - self._columns.keys():
            self._columns[name] = array("d", [nan]) * self.n
        for name, column in self._columns.items():
            column.append(float(values.get(name, nan)))
        self._add_fields(fields)
        self.unscored.update(name for name in line["unscored"] if name in METRICS)
        self.reasons.update(set(list(line["unscored"].values())[:50]))
        self.n += 1

    def _add_fields(self, fields: Mapping[str, str]) -> None:
        for name in list(fields)[:MOST_FIELDS]:
            if name not in self._fields and len(self._fields) < MOST_FIELDS:
                self._fields[name] = (array("i", [UNKNOWN]) * self.n, {})
        for name, held in self._fields.items():
            if held is None:
                continue
            codes, values = held
            value = fields.get(name)
            codes.append(UNKNOWN if value is None else values.setdefault(value, len(values)))
            if len(values) > MOST_VALUES:
                self._fields[name] = None

    def column(self, name: str) -> "Floats":
        """Return a column with NaN where there is no score."""
        found = self._columns.get(name)
        return np.full(self.n, nan) if found is None else np.frombuffer(found, dtype=np.float64)

    def summary(self, keep: "Flags | None" = None) -> dict[str, Figure]:
        """Return every figure that could be measured, of all questions or of some."""
        which = np.ones(self.n, dtype=bool) if keep is None else keep
        found: dict[str, Figure] = {}
        for name in METRICS:
            values = self.column(name)[which]
            values = values[~np.isnan(values)]
            if len(values):
                found[name] = mean_figure(values, self.unscored[name] if keep is None else 0)
            elif name in DERIVED and (derived := DERIVED[name](self, which)):
                found[name] = derived
        return found

    def slices(self) -> Iterator[tuple[str, str, "Flags"]]:
        """Yield each field and value that enough questions share, with a mask of those questions."""
        for name, held in self._fields.items():
            if held is None or len(held[1]) < 2:
                continue
            codes = np.frombuffer(held[0], dtype=np.intc)
            for value, code in sorted(held[1].items()):
                mask = codes == code
                if mask.sum() >= LEAST_IN_SLICE:
                    yield name, value, mask

    def curve(self, keep: "Flags | None" = None) -> tuple["Floats", "Floats"]:
        """Return coverage and risk over the questions whose answer is known to be right or wrong."""
        which = self._judged(np.ones(self.n, dtype=bool) if keep is None else keep)
        answered = which & (self.column("answered") == 1)
        return risk_coverage(self.column("confidence")[answered], self.column("right")[answered], int(which.sum()))

    def _judged(self, which: "Flags") -> "Flags":
        return which & ~np.isnan(self.column("right")) & ~np.isnan(self.column("confidence"))


def _auroc(table: Table, which: "Flags") -> Figure | None:
    known = which & ~np.isnan(table.column("answerable")) & ~np.isnan(table.column("confidence"))
    truth, confidence = table.column("answerable")[known] == 1, table.column("confidence")[known]
    if truth.all() or not truth.any():
        return None
    return figure(lambda at: auroc(confidence[at][truth[at]], confidence[at][~truth[at]]), len(truth))


def _aurc(table: Table, which: "Flags") -> Figure | None:
    known = table._judged(which) & (table.column("answered") == 1)
    confidence, right = table.column("confidence")[known], table.column("right")[known]
    if not len(right):
        return None
    return figure(lambda at: area_under(*risk_coverage(confidence[at], right[at], len(at))), len(right))


def _quantile(part: float, table: Table, which: "Flags") -> Figure | None:
    times = table.column("latency_ms")[which]
    times = times[~np.isnan(times)]
    return figure(lambda at: float(np.quantile(times[at], part)), len(times)) if len(times) else None


DERIVED: dict[str, Callable[[Table, "Flags"], Figure | None]] = {
    "abstention_auroc": _auroc,
    "aurc": _aurc,
    "latency_p50_ms": lambda table, which: _quantile(0.5, table, which),
    "latency_p95_ms": lambda table, which: _quantile(0.95, table, which),
}
"""Figures of all questions together, not means of one score each."""
