"""Tell what was measured, as Markdown: every part with its aims, or the headlines alone."""

from dataclasses import replace

from tests.benchmarks.kept import Kept
from tests.benchmarks.parts import PARTS
from tests.benchmarks.rows import table


def markdown(parts: Kept) -> str:
    """Return the whole report: a table a part, what is aimed at, and what else there is to say."""
    return "\n\n".join(["# Figures", _head(parts), *(_section(name, parts[name]) for name in parts)]) + "\n"


def headlines(parts: Kept) -> str:
    """Return one short table of the figures that matter most."""
    rows = [
        replace(row, what=f"{PARTS[name].title}: {row.what}")
        for name, part in parts.items()
        for row in PARTS[name].rows(part["figures"])
        if row.headline
    ]
    return "\n".join(table("", rows, aims=False))


def measured(parts: Kept) -> str:
    """Say when and on how many cores."""
    days = sorted({part["at"][:10] for part in parts.values()})
    cores = sorted({part["machine"]["cores"] for part in parts.values()})
    when = days[0] if len(days) == 1 else f"{days[0]} to {days[-1]}"
    return f"Measured {when} on {' or '.join(map(str, cores))} cores"


def _head(parts: Kept) -> str:
    return (
        "Written by `python -m tests.benchmarks.figures` from the results of `make bench`; every system of a table was "
        "run on the same articles and questions in one run. Milliseconds depend on the machine; ratios hardly do. "
        "“dense only” and “BM25 only” are the two halves of Dateline's own search."
        if parts
        else "Nothing has been measured."
    )


def _section(name: str, part: dict) -> str:
    told, figures, machine = PARTS[name], part["figures"], part["machine"]
    versions = ", ".join(f"{package} {version}" for package, version in machine["versions"].items())
    lines = [
        f"## {told.title}",
        "\n".join(table("", told.rows(figures))) if told.rows(figures) else "",
        "\n".join(told.notes(figures)),
        f"Measured {part['at']} on {machine['cores']} cores, Python {machine['python']}, {machine['system']}; "
        f"{versions}.",
    ]
    return "\n\n".join(line for line in lines if line)
