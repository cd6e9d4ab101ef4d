"""The plots of the report, each one self-contained SVG; the only owner of matplotlib."""

import io
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from qa.evaluate.retrieval import DEPTHS
from qa.evaluate.stats import Figure
from qa.evaluate.table import Table
from qa.render import plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INK, OURS, FAINT = "#1f2933", "#1b5e8c", "#c9d3dc"
LABEL = 28
STYLE: dict[Any, Any] = {
    "text.parse_math": False,  # a dollar sign in a label is one
    "svg.fonttype": "none",
    "font.size": 10,
    "axes.edgecolor": INK,
    "figure.facecolor": "none",  # the page shows through, light or dark
    "axes.facecolor": "none",
    "axes.spines.top": False,
    "axes.spines.right": False,
}


def _svg(draw: Callable[["Axes"], None], height: float = 3.2) -> str:
    from matplotlib import rc_context
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure as Sheet

    out = io.StringIO()
    # A fixed salt: the same results give the same bytes.
    with rc_context({**STYLE, "svg.hashsalt": "dateline"}):
        sheet = Sheet(figsize=(5.6, height), layout="constrained")
        draw(sheet.subplots())
        FigureCanvasSVG(sheet).print_svg(  # type: ignore[no-untyped-call]
            out, metadata={"Date": None, "Creator": None}
        )
    return out.getvalue()


def risk_coverage(table: Table) -> str | None:
    """Plot the share of wrong answers against the share of questions answered, the surest first."""
    coverage, risk = table.curve()
    if not len(coverage):
        return None

    def draw(axes: "Axes") -> None:
        axes.step(coverage, risk, where="post", color=OURS)
        axes.set(xlabel="share of questions answered", ylabel="share of those wrong", xlim=(0, 1), ylim=(0, 1))
        axes.grid(color=FAINT, linewidth=0.5)

    return _svg(draw)


def recall_by_k(summary: Mapping[str, Figure]) -> str | None:
    """Plot recall over the depth of the ranking."""
    found = [(depth, summary[f"recall@{depth}"]) for depth in DEPTHS if f"recall@{depth}" in summary]
    if not found:
        return None

    def draw(axes: "Axes") -> None:
        depths = [depth for depth, _ in found]
        axes.errorbar(depths, [f.value for _, f in found], yerr=_whiskers([f for _, f in found]), color=OURS, capsize=3)
        axes.set(xlabel="articles looked at (k)", ylabel="recall", ylim=(0, 1.02), xticks=depths)
        axes.grid(color=FAINT, linewidth=0.5)

    return _svg(draw)


def latency(table: Table) -> str | None:
    """Plot how long answers took."""
    times = table.column("latency_ms")
    times = times[~np.isnan(times)]
    if not len(times):
        return None

    def draw(axes: "Axes") -> None:
        # The slowest one of a hundred would squeeze all others into one bar.
        top = float(np.quantile(times, 0.99))
        axes.hist(np.minimum(times, top), bins=min(40, max(5, len(times) // 5)), color=OURS)
        axes.set(xlabel="milliseconds for an answer (the slowest 1 % at the edge)", ylabel="questions")

    return _svg(draw)


def slices(named: Sequence[tuple[str, Figure]], metric: str) -> str | None:
    """Plot one figure for each slice with its interval."""
    if not named:
        return None

    def draw(axes: "Axes") -> None:
        at = np.arange(len(named))
        figures = [found for _, found in named]
        axes.barh(at, [found.value for found in figures], xerr=_whiskers(figures), color=OURS, ecolor=INK, capsize=2)
        axes.set_yticks(at, [f"{_label(name)} ({found.n})" for name, found in named])
        axes.invert_yaxis()
        axes.set(xlabel=metric, xlim=(0, 1.02))

    return _svg(draw, height=1.1 + 0.3 * len(named))


def _whiskers(figures: Sequence[Figure]) -> list[list[float]]:
    below = [max(found.value - found.low, 0.0) for found in figures]
    return [below, [max(found.high - found.value, 0.0) for found in figures]]


def _label(text: str) -> str:
    folded = " ".join(plain(text).split())
    return folded if len(folded) <= LABEL else folded[: LABEL - 1] + "…"
