"""Measure how copies of a report are found: ``python -m tests.benchmarks.copies``.

Reads ``news-corpus`` and ``news-clusters`` in the folder that ``DATELINE_BENCH_DIR`` names. Copies are made as
agencies' clients make them: a byline added, the last 30 to 60 % cut, one word in ten replaced by another of the
corpus. Recall: copies joined to their own report. Precision: of all joins of copies, those to the right report, or to
one that is the same in 90 % of its words (agency copies that the corpus holds already).
"""

import gzip
import json
import os
import random
import sys
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ingest.dedupe import LEAST_SHARED, MOST_ALIGNED, SAME, Report, closest, likeness, sketch, words_of

REPORTS = 2000
COPIES = 1000


@dataclass
class Stories:
    """An index like the catalogue's, in memory."""

    reports: dict[str, Report] = field(default_factory=dict)
    index: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))

    def match(self, report: Report) -> str | None:
        """Return the id of the report that this one is a copy of."""
        shared = Counter(key for part in sketch(report.words) for key in self.index.get(part, ()))
        found = [self.reports[key] for key, count in shared.most_common(MOST_ALIGNED) if count >= LEAST_SHARED]
        return closest(report, found)

    def add(self, report: Report) -> None:
        """Take a report in."""
        self.reports[report.article_id] = report
        for part in sketch(report.words):
            self.index[part].append(report.article_id)


def copy_of(text: str, vocabulary: list[str], draw: random.Random) -> str:
    """Return a copy of a report as a client of the agency would print it."""
    words = text.split(" ")
    words = words[: max(1, int(len(words) * draw.uniform(0.4, 0.7)))]
    return "By Ida Holm, our correspondent\n" + " ".join(
        draw.choice(vocabulary) if draw.random() < 0.1 else word for word in words
    )


def measure(name: str, rows: list[dict[str, Any]], copies: int) -> None:
    """Print recall and precision on one corpus."""
    draw, started = random.Random(7), time.monotonic()
    stories, joined = Stories(), []
    for row in rows:
        report = Report(row["id"], words_of(row["text"]), row.get("date"), row.get("title"))
        if found := stories.match(report):
            joined.append(likeness(report.words, stories.reports[found].words) >= SAME)
        stories.add(report)
    vocabulary = sorted({word for row in rows[:300] for word in row["text"].split()})
    right = wrong = 0
    for row in draw.sample(rows, min(copies, len(rows))):
        copy = Report("copy", words_of(copy_of(row["text"], vocabulary, draw)), row.get("date"), row.get("title"))
        found = stories.match(copy)
        same = found is not None and likeness(stories.reports[found].words, stories.reports[row["id"]].words) >= SAME
        right += found == row["id"] or same
        wrong += found is not None and not (found == row["id"] or same)
    seconds = time.monotonic() - started
    total, tried = right + wrong, max(1, min(copies, len(rows)))
    print(
        f"{name}: {len(rows)} reports, joined {joined.count(True)} that are the same, {joined.count(False)} other; "
        f"copies: recall {right / tried:.3f}, precision {right / total if total else 1:.3f}; "
        f"{1000 * seconds / (len(rows) + copies):.1f} ms an article"
    )


def exact(rows: list[dict[str, Any]]) -> None:
    """Print how many bodies are the same to the letter as an earlier one."""
    seen = Counter(row["text"] for row in rows)
    print(f"exact copies: {sum(count - 1 for count in seen.values())} of {len(rows)}")


def main() -> int:
    """Print the figures of each corpus."""
    folder = os.environ.get("DATELINE_BENCH_DIR")
    if not folder:
        print("DATELINE_BENCH_DIR names no folder; there is nothing to measure.", file=sys.stderr)
        return 2
    draw = random.Random(5)
    for name in ("newsarticles2016_2017", "reuters21578"):
        with gzip.open(Path(folder) / "news-corpus" / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
            rows = [json.loads(line) for line in lines]
        if name == "reuters21578":
            exact(rows)
        long_enough = [row for row in rows if len(row["text"].split()) >= 40]
        measure(name, draw.sample(long_enough, min(REPORTS, len(long_enough))), COPIES)
    with gzip.open(Path(folder) / "news-clusters" / "articles.jsonl.gz", "rt", encoding="utf-8") as lines:
        measure("news-clusters", [json.loads(line) for line in lines], 0)
    return 0


if __name__ == "__main__":
    sys.exit(main())
