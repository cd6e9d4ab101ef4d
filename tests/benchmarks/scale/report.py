"""The report of a scale run: a column for each size, the bars beside what was measured, and an estimate beyond."""

import math
from statistics import median
from typing import Any

MILLION = 1_000_000
BARS = {  # issue by issue: most of the baseline's query p50 at 609 articles, by chunks
    "search": {10_000: 1 / 3, 85_000: 0.5, 300_000: 1.0},
    "ask": {10_000: 0.8, 85_000: 1.2, 300_000: 2.0},
}
KINDS = ("search", "ask", "filtered search", "filtered ask")


def markdown(state: dict[str, Any]) -> str:
    """Return what is known by now as one table."""
    steps = state["steps"]
    sizes = sorted(int(name.split()[1]) for name in steps if name.split()[0] in ("base", "grow"))
    rows = {**_latency(steps, sizes), **_single(steps, sizes), **_appended(steps, sizes)}
    head = f"Measured {state.get('at', '')} on the set {state['set']}, {state['questions']} questions."
    columns = [f"{size:,}" for size in sizes]
    lines = [
        f"| chunks | {' | '.join(columns)} | 1,000,000 (estimated) |",
        "|---" * (len(sizes) + 2) + "|",
        *(_row(name, [values.get(size) for size in sizes], sizes) for name, values in rows.items() if values),
    ]
    return "\n".join([head, "", *lines, ""])


def _latency(steps: dict[str, Any], sizes: list[int]) -> dict[str, dict[int, float]]:
    newest = next((steps[name] for name in reversed(steps) if name.startswith("latency")), {})
    base = newest.get("baseline", {}).get("p50")
    rows: dict[str, dict[int, float]] = {}
    for kind in KINDS:
        found = {size: newest[f"{kind} {size}"] for size in sizes if f"{kind} {size}" in newest}
        rows[f"{kind}, p50 ms"] = {size: one["p50"] for size, one in found.items()}
        rows[f"{kind}, p95 / p50"] = {size: one["p95"] / one["p50"] for size, one in found.items()}
        if base:
            bars = BARS.get(kind, {})
            told = f" (at most {', '.join(f'{bar:.2f}' for bar in bars.values())})" if bars else ""
            rows[f"{kind}, parts of the baseline's query p50{told}"] = {
                size: one["p50"] / base for size, one in found.items()
            }
            rows[f"{kind}, the same of the quickest tenths"] = {
                size: one["p10"] / newest["baseline"]["p10"] for size, one in found.items()
            }
        if kind.startswith("filtered"):
            plain = kind.removeprefix("filtered ")
            rows[f"{kind}, times unfiltered (at most 2)"] = {
                size: one["p50"] / newest[f"{plain} {size}"]["p50"] for size, one in found.items()
            }
    if base:
        rows["the baseline's query at its own size, p50 ms"] = dict.fromkeys(sizes, base)
    return rows


def _single(steps: dict[str, Any], sizes: list[int]) -> dict[str, dict[int, float]]:
    def of(step: str, *path: str) -> dict[int, float]:
        found = {}
        for size in sizes:
            value = steps.get(f"{step} {size}")
            for name in path:
                value = value.get(name) if value else None
            if value is not None:
                found[size] = value
        return found

    return {
        "serve to ready, s": of("serve", "ready_seconds"),
        "server memory after questions, MB (at most 700 at 85,000)": of("serve", "mb"),
        "server memory without mapped files, MB": of("serve", "own_mb"),
        "server memory at its highest, MB": of("serve", "peak_mb"),
        "disk: catalogue, MB": of("serve", "disk_mb", "catalogue"),
        "disk: keyword index, MB": of("serve", "disk_mb", "keyword"),
        "disk: vector index, MB": of("serve", "disk_mb", "vectors"),
        "rebuild of both indexes, s": of("rebuild", "seconds"),
        "rebuild, times the bare upsert (at most 1.5 at 85,000)": of("rebuild", "ratio"),
        "ingestion's highest memory, MB": of("peak", "peak_mb"),
    }


def _appended(steps: dict[str, Any], sizes: list[int]) -> dict[str, dict[int, float]]:
    newest = next((steps[name] for name in reversed(steps) if name.startswith("append")), {})
    found = {size: newest[str(size)] for size in sizes if str(size) in newest}
    if not found:
        return {}
    first = found[sizes[0]]
    return {
        "appending, ms an article": {size: 1000 * sum(one["seconds"]) / one["articles"] for size, one in found.items()},
        "appending, times the smallest (median of the slices; at most 1.2)": {
            size: median(a / b for a, b in zip(one["seconds"], first["seconds"], strict=True))
            for size, one in found.items()
        },
        "appending, processor seconds, times the smallest": {
            size: sum(one["cpu_seconds"]) / sum(first["cpu_seconds"]) for size, one in found.items()
        },
    }


def _row(name: str, values: list[float | None], sizes: list[int]) -> str:
    cells = ["-" if value is None else _figure(value) for value in values]
    grows = name.endswith((" ms", " s", " MB")) or " MB (" in name
    return f"| {name} | {' | '.join(cells)} | {_estimate(values, sizes) if grows else '-'} |"


def _estimate(values: list[float | None], sizes: list[int]) -> str:
    """Carry the curve on: the power law through the two largest sizes."""
    known = [(size, value) for size, value in zip(sizes, values, strict=True) if value]
    if len(known) < 2:
        return "-"
    (small, before), (large, after) = known[-2:]
    power = math.log(after / before) / math.log(large / small)
    return f"~{_figure(after * (MILLION / large) ** power)}"


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"
