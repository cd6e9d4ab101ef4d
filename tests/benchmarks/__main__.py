"""Compare Dateline with simpler systems: ``python -m tests.benchmarks``, or ``make bench``.

``--sets multihop,squad2`` measures only these parts again; ``python -m tests.benchmarks.figures out/bench/bench.json``
then keeps them and writes the figures of README and RESULTS.md, those of the other parts as they were.
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path

from tests.benchmarks import data, kept
from tests.benchmarks.parts import PARTS, Job
from tests.benchmarks.report import markdown


def main() -> int:
    """Run the parts, print the tables and write them to the output folder."""
    args = _arguments()
    named = bool(os.environ.get(data.VARIABLE))
    names = args.sets.split(",") if args.sets else [name for name, part in PARTS.items() if part.public == named]
    unknown = [name for name in names if name not in PARTS]
    if unknown:
        print(f"There is no set {unknown[0]!r}; the sets are {', '.join(PARTS)}.", file=sys.stderr)
        return 2
    if not named and not args.sets:
        print(f"{data.VARIABLE} is not set: the sample archive alone is too small to compare systems.", file=sys.stderr)
    args.out.mkdir(parents=True, exist_ok=True)
    found: kept.Kept = {}
    with tempfile.TemporaryDirectory() as temporary:
        job = Job(args.keep or Path(temporary), args.articles, args.queries)
        for name in names:
            print(f"== {PARTS[name].title}", file=sys.stderr, flush=True)
            try:
                found[name] = kept.stamped(PARTS[name].run(job))
            except data.MissingData as exc:
                print(exc, file=sys.stderr)
                return 2
            except FileNotFoundError as exc:
                print(f"The set {name!r} cannot be read: {exc.filename} is missing.", file=sys.stderr)
                return 2
            # Written after each part, so that an interrupted run keeps what it has.
            kept.write(args.out / "bench.json", found, list(PARTS))
            (args.out / "bench.md").write_text(markdown(found), encoding="utf-8")
    print(markdown(found))
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--articles", type=int, help="only the first N articles, and the questions about them")
    parser.add_argument("--queries", type=int, help="about N questions, evenly spread")
    parser.add_argument("--sets", help=f"of {', '.join(PARTS)}, separated by commas")
    parser.add_argument("--out", type=Path, default=Path("out/bench"), help="folder for bench.md and bench.json")
    parser.add_argument("--keep", type=Path, help="folder in which the archives are kept, and used again next time")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
