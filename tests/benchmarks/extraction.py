"""Score the text taken from HTML pages: ``python -m tests.benchmarks.extraction [--update]``.

Reads ``article-extraction/pages.jsonl.gz`` (id, html, articleBody) in the folder that ``DATELINE_BENCH_DIR`` names.
Precision and recall are of 4-token shingles, counted as a bag, tokens ``\\w+``; the figures are means over pages, F1 is
of the two means. The score of each page is compared with ``extraction.json`` (scores only, no text); ``--update``
writes it anew.
"""

import argparse
import gzip
import json
import os
import re
import sys
import time
from collections import Counter
from pathlib import Path

from ingest.worker import Worker
from qa.config import Settings

BASELINE = Path(__file__).with_name("extraction.json")
FLOOR = 0.958
"""What trafilatura 2.0 scored on all pages."""
TOLERANCE = 0.02
"""A page may lose so much before it counts as a regression: about one sentence of a long article."""
SIZE = 4


def shingles(text: str) -> Counter[tuple[str, ...]]:
    """Return the 4-token shingles of a text; a shorter text is one shingle."""
    tokens = re.findall(r"\w+", text)
    return (
        Counter(tuple(tokens[at : at + SIZE]) for at in range(max(1, len(tokens) - SIZE + 1))) if tokens else Counter()
    )


def score(gold: str, found: str) -> tuple[float, float]:
    """Return precision and recall of one page."""
    wanted, got = shingles(gold), shingles(found)
    shared = (wanted & got).total()
    precision = shared / got.total() if got else float(not wanted)
    return precision, shared / wanted.total() if wanted else 1.0


def measure(pages: list[dict[str, str]]) -> dict[str, tuple[float, float]]:
    """Return precision and recall by page id, each page read as an ingestion would."""
    from ingest.rows import Unreadable
    from qa.errors import DatelineError

    scores = {}
    with Worker(Settings(data_dir=Path("unused"))) as worker:
        for page in pages:
            try:
                text = worker.call("html", page["html"].encode(), url=page["url"])[0]["articles"][0]["text"]
            except (Unreadable, DatelineError):
                text = ""
            scores[page["id"]] = score(page["articleBody"], text)
    return scores


def mean(scores: dict[str, tuple[float, float]]) -> tuple[float, float, float]:
    """Return precision, recall and F1 over pages."""
    precision, recall = (sum(pair[at] for pair in scores.values()) / len(scores) for at in (0, 1))
    return precision, recall, 2 * precision * recall / (precision + recall)


def regressions(before: dict[str, list[float]], now: dict[str, tuple[float, float]]) -> list[str]:
    """Name the pages that lost more than the tolerance in F1."""
    return [
        f"page {page[:12]}: F1 {_f1(*before[page]):.3f} -> {_f1(*now[page]):.3f}"
        for page in now
        if page in before and _f1(*now[page]) < _f1(*before[page]) - TOLERANCE
    ]


def _f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def main() -> int:
    """Print the figures and return 1 where they are below the floor or a page got worse."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--update", action="store_true", help="write the scores of each page anew")
    options = parser.parse_args()
    folder = os.environ.get("DATELINE_BENCH_DIR")
    if not folder:
        print("DATELINE_BENCH_DIR names no folder; there is nothing to score.", file=sys.stderr)
        return 2
    with gzip.open(Path(folder) / "article-extraction" / "pages.jsonl.gz", "rt", encoding="utf-8") as lines:
        pages = [json.loads(line) for line in lines]
    started = time.monotonic()
    scores = measure(pages)
    precision, recall, f1 = mean(scores)
    seconds = time.monotonic() - started
    print(f"{len(pages)} pages in {seconds:.1f} s: precision {precision:.4f}, recall {recall:.4f}, F1 {f1:.4f}")
    if options.update:
        lines_ = [f'"{page}": [{pair[0]:.4f}, {pair[1]:.4f}]' for page, pair in sorted(scores.items())]
        BASELINE.write_text("{\n" + ",\n".join(lines_) + "\n}\n", encoding="utf-8")
        return 0
    worse = regressions(json.loads(BASELINE.read_text(encoding="utf-8")), scores)
    print("\n".join(worse) if worse else "No page got worse.")
    return int(f1 < FLOOR or bool(worse))


if __name__ == "__main__":
    sys.exit(main())
