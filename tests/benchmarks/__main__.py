"""Compare Dateline with simpler systems: ``python -m tests.benchmarks``, or ``make bench``."""

import argparse
import json
import os
import platform
import sys
import tempfile
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tests.benchmarks import data

VERSIONS = ("torch", "onnxruntime", "sentence-transformers", "chromadb", "tantivy", "langchain-core")


def main() -> int:
    """Run the sets, print the tables and write them to the output folder."""
    args = _arguments()
    from tests.benchmarks.report import markdown
    from tests.benchmarks.run import run_set, say

    names = args.sets.split(",") if args.sets else data.available()
    if names == ["sample"] and not os.environ.get(data.VARIABLE):
        say(f"{data.VARIABLE} is not set: running on the sample archive, which is too small to compare systems.")
    try:
        sets = [data.subset(data.load(name), args.articles, args.queries) for name in names]
    except data.MissingData as exc:
        print(exc, file=sys.stderr)
        return 2
    results: dict[str, Any] = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": _machine(),
        "sets": [],
    }
    args.out.mkdir(parents=True, exist_ok=True)
    for bench in sets:
        with tempfile.TemporaryDirectory() as work:
            results["sets"].append(run_set(bench, Path(work)))
        # Written after each set, so that an interrupted run keeps what it has.
        (args.out / "bench.json").write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
        (args.out / "bench.md").write_text(markdown(results), encoding="utf-8")
    print(markdown(results))
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--articles", type=int, help="only the first N articles, and the questions about them")
    parser.add_argument("--queries", type=int, help="about N questions, evenly spread")
    parser.add_argument("--sets", help=f"of {', '.join(data.READERS)}, separated by commas")
    parser.add_argument("--out", type=Path, default=Path("out/bench"), help="folder for bench.md and bench.json")
    return parser.parse_args()


def _machine() -> dict[str, Any]:
    return {
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "python": platform.python_version(),
        "system": platform.platform(terse=True),
        "versions": {name: version(name) for name in VERSIONS},
    }


if __name__ == "__main__":
    sys.exit(main())
