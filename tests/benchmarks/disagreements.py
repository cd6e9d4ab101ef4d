"""How often two reports that differ are both shown, and two that agree are taken to differ.

``python -m tests.benchmarks.disagreements`` reads the pairs of ``tests/data/reports.jsonl`` and, where
``DATELINE_BENCH_DIR`` is set, those of ``reports.jsonl`` beside this file, which names places in its ``news-clusters``.
"""

import gzip
import json
import os
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from qa.answer.disagree import Report, difference

HERE = Path(__file__).parent
AROUND = 500
"""Characters on each side that stand for the passage."""


def pairs() -> Iterator[tuple[dict[str, Any], Report, Report]]:
    """Yield each pair's record with its two reports."""
    for row in _rows(HERE.parent / "data" / "reports.jsonl"):
        one, other = (Report(article=str(at), around=said["text"], **said) for at, said in enumerate(row["reports"]))
        yield {**row, "source": "own"}, one, other
    if folder := os.environ.get("DATELINE_BENCH_DIR"):
        with gzip.open(Path(folder) / "news-clusters" / "articles.jsonl.gz", "rt", encoding="utf-8") as lines:
            articles = {article["id"]: article for article in map(json.loads, lines)}
        for row in _rows(HERE / "reports.jsonl"):
            one, other = (_at(articles[key], start, end) for key, start, end in row["reports"])
            yield {**row, "source": "news-clusters"}, one, other


def _at(article: dict[str, Any], start: int, end: int) -> Report:
    text = article["text"]
    around = f"{article['title']}\n{text[max(0, start - AROUND) : end + AROUND]}"
    return Report(text[start:end], article["id"], article["publisher"], article["date"], around)


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def figures(show: str = "") -> dict[tuple[str, str, str], tuple[int, int]]:
    """Return (found to differ, all) by half, source and kind; those that go wrong in half ``show`` are printed."""
    counted: dict[tuple[str, str, str], list[int]] = defaultdict(lambda: [0, 0])
    for row, one, other in pairs():
        found = difference(row["question"], one, other)
        right = bool(found) == (row["kind"] != "agreeing")
        if row["kind"] == "update":
            right = bool(found and found.later)
        if not right and row["half"] == show:
            said = found.says if found else "nothing"
            shown = (f"{row['kind']}: {row['question']}", one.text[:200], other.text[:200], str(said))
            sys.stdout.write("\n  ".join(shown) + "\n")
        tally = counted[row["half"], row["source"], row["kind"]]
        tally[0] += bool(found)
        tally[1] += 1
    return {key: (found, total) for key, (found, total) in sorted(counted.items())}


if __name__ == "__main__":
    for names, (hits, total) in figures(*sys.argv[1:]).items():
        sys.stdout.write(f"{' '.join(names)}: {hits} of {total}\n")
