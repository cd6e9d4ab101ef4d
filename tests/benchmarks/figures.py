"""Keep a run's results and write the figures from them: ``python -m tests.benchmarks.figures [BENCH_JSON ...]``.

Each part of a named run takes the place of what was kept of that part, if it is newer; the rest stays. The README gets
the headlines, ``RESULTS.md`` everything.
"""

import sys
from pathlib import Path

from tests.benchmarks.kept import Kept, newest, read, write
from tests.benchmarks.parts import PARTS
from tests.benchmarks.report import headlines, markdown, measured

RESULTS = Path(__file__).with_name("results.json")
REPORT = Path(__file__).with_name("RESULTS.md")
README = Path(__file__).parents[2] / "README.md"
START, END = "<!-- figures: start -->", "<!-- figures: end -->"


def block(parts: Kept) -> str:
    """Return the README's figures, with the marks around them."""
    tail = (
        f"{measured(parts)}. All figures, what each is aimed at and how it was measured: "
        f"[RESULTS.md]({REPORT.relative_to(README.parent).as_posix()})."
    )
    return "\n\n".join([START, headlines(parts), tail, END])


def put(readme: str, figures: str) -> str:
    """Return the README with its figures replaced."""
    before, rest = readme.split(START)
    return before + figures + rest.split(END)[1]


def main() -> None:
    """Keep the results of the runs that are named, and write the figures."""
    parts = newest(read(RESULTS), *(read(Path(name)) for name in sys.argv[1:]))
    write(RESULTS, parts, list(PARTS))
    parts = read(RESULTS)
    REPORT.write_text(markdown(parts), encoding="utf-8")
    README.write_text(put(README.read_text("utf-8"), block(parts)), encoding="utf-8")


if __name__ == "__main__":
    main()
