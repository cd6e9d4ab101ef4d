"""Lines of the table of figures: what was measured, by whom, and what is aimed at."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.benchmarks.names import DATELINE, SYSTEMS

Results = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Aim:
    """A bound that Dateline's figure should keep."""

    bound: float
    least: bool = True
    """Whether the figure should be at least the bound; otherwise at most."""

    def held_by(self, value: float) -> bool:
        """Say whether a figure keeps it; nothing is rounded first."""
        return value >= self.bound if self.least else value <= self.bound


def at_least(bound: float) -> Aim:
    """Aim at no less."""
    return Aim(bound)


def at_most(bound: float) -> Aim:
    """Aim at no more."""
    return Aim(bound, least=False)


@dataclass(frozen=True, slots=True)
class Row:
    """One figure.

    Args:
        what: The figure in words.
        values: By system; who cannot be measured is left out.
        aim: What is aimed at for Dateline, if anything is.
        form: How values are written.
        headline: Whether the README shows it.
    """

    what: str
    values: Mapping[str, float | None] = field(default_factory=dict)
    aim: Aim | None = None
    form: str = ".3f"
    headline: bool = False

    @property
    def holds(self) -> bool | None:
        """Say whether the aim is kept; None without an aim or a figure."""
        value = self.values.get(DATELINE)
        return None if self.aim is None or value is None else self.aim.held_by(value)

    def told(self, value: float | None) -> str:
        """Write one value."""
        return "-" if value is None else format(value, self.form)


def ours(what: str, value: float | None, aim: Aim | None = None, form: str = ".3f", headline: bool = False) -> Row:
    """Return a figure that only Dateline has."""
    return Row(what, {DATELINE: value}, aim, form, headline)


def table(title: str, rows: Iterable[Row], aims: bool = True) -> list[str]:
    """Return a Markdown table of figures by system; with ``aims`` also what is aimed at and whether it holds."""
    rows = list(rows)
    heads = [title, *(f"**{name}**" if name == DATELINE else name for name in SYSTEMS), *(["aim", "holds"] * aims)]
    lines = ["| " + " | ".join(heads) + " |", "| --- " * len(heads) + "|"]
    for row in rows:
        cells = [row.what, *(row.told(row.values.get(name)) for name in SYSTEMS)]
        if aims:
            cells += [_aim(row), {True: "yes", False: "no", None: ""}[row.holds]]
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def _aim(row: Row) -> str:
    if row.aim is None:
        return ""
    return f"{'>=' if row.aim.least else '<='} {row.told(row.aim.bound)}"
