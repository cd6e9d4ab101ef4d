"""The figures of a run as a table for a terminal and as Markdown for a pull request."""

from collections.abc import Mapping, Sequence

from qa.evaluate.collect import Collected
from qa.evaluate.gate import Verdict
from qa.evaluate.metrics import METRICS
from qa.evaluate.report import number
from qa.evaluate.stats import Figure, Paired
from qa.evaluate.types import EvalQuestion, Json
from qa.render import plain

SHOWN_WORST = 5
SHOWN_REASONS = 5


def terminal(summary: Mapping[str, Figure], collected: Collected) -> str:
    """Show the figures with their intervals, one a line."""
    heads = ("", "value", "95 % interval", "n", "unscored", *(("against baseline", "p") if collected.paired else ()))
    rows, group = [heads], ""
    for name, figure in _shown(summary):
        if METRICS[name].group != group:
            group = METRICS[name].group
            rows.append((group,))
        rows.append((f"  {name}", *_cells(figure), *_paired(collected.paired, name)))
    widths = [max(len(row[at]) for row in rows if at < len(row)) for at in range(len(heads))]
    lines = [
        "  ".join(cell.ljust(widths[at]) if at == 0 else cell.rjust(widths[at]) for at, cell in enumerate(row)).rstrip()
        for row in rows
    ]
    return plain("\n".join([*lines, *_reasons(collected)]))


def markdown(
    title: str,
    facts: Sequence[tuple[str, str]],
    summary: Mapping[str, Figure],
    collected: Collected,
    verdict: Verdict | None,
) -> str:
    """Write the figures for a pull request."""
    heads = ["figure", "value", "95 % interval", "n", "unscored", *(["against baseline", "p"] * bool(collected.paired))]
    lines = [f"## {_cell(title)}", "", *(f"- {_cell(name)}: {_cell(value)}" for name, value in facts), ""]
    if verdict is not None:
        lines += ["**The gate holds.**" if verdict.ok else "**The gate fails:**", ""]
        lines += [*(f"- {_cell(failure)}" for failure in verdict.failures), *([""] if verdict.failures else [])]
    lines += [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    for name, figure in _shown(summary):
        cells = [name, *_cells(figure), *_paired(collected.paired, name)]
        lines.append(f"| {' | '.join(cells)} |")
    lines += ["", *(f"- {_cell(reason)}" for reason in _reasons(collected))]
    if collected.worst:
        lines += ["", "The surest of the wrong answers:", ""]
        lines += [_worst_line(bad.question, bad.line) for bad in collected.worst[:SHOWN_WORST]]
    return plain("\n".join(lines)).rstrip() + "\n"


def _shown(summary: Mapping[str, Figure]) -> list[tuple[str, Figure]]:
    return [(name, summary[name]) for name in METRICS if name in summary]


def _cells(figure: Figure) -> tuple[str, ...]:
    interval = f"{number(figure.low)} - {number(figure.high)}"
    return number(figure.value), interval, str(figure.n), str(figure.unscored or "")


def _paired(paired: Mapping[str, Paired], name: str) -> tuple[str, ...]:
    if not paired:
        return ()
    found = paired.get(name)
    return ("", "") if found is None else (f"{found.difference:+.3f}", f"{found.p:.3f}")


def _reasons(collected: Collected) -> list[str]:
    return [
        f"Unscored in {count} questions: {reason}."
        for reason, count in collected.table.reasons.most_common(SHOWN_REASONS)
    ]


def _worst_line(question: EvalQuestion, line: Json) -> str:
    status = "failed" if line["answer"] is None else line["answer"]["status"]
    return f"- {_cell(question.question)} ({_cell(question.id)}, {status})"


def _cell(text: str) -> str:
    """Return text that Markdown shows as it is: in one line, with nothing that it would take for markup."""
    folded = " ".join(plain(text).split())
    return "".join(f"\\{letter}" if letter in "\\`*_{}[]<>#|!&~$@" else letter for letter in folded)
