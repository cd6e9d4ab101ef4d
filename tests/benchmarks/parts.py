"""The parts of the benchmark: each is measured by ``run`` and told by ``rows`` and ``notes``."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks import sets
from tests.benchmarks.rows import Results, Row


@dataclass(frozen=True, slots=True)
class Job:
    """What a part is run with.

    Args:
        folder: Archives by set name; those that are there are used again by whatever is not timed.
        articles: Only the first so many articles of each set.
        queries: About so many questions of each set.
    """

    folder: Path
    articles: int | None = None
    queries: int | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One part: how it is titled, measured and told."""

    title: str
    run: Callable[[Job], Results]
    rows: Callable[[Results], list[Row]]
    notes: Callable[[Results], list[str]] = lambda results: []
    public: bool = True
    """Whether it needs the public sets."""


PARTS: dict[str, Part] = {
    "multihop": Part("MultiHop-RAG", sets.runner("multihop"), sets.multihop_rows, sets.notes),
    "squad2": Part("SQuAD 2", sets.runner("squad2"), sets.squad2_rows, sets.notes),
    "sample": Part("Sample archive", sets.runner("sample"), sets.sample_rows, sets.notes, public=False),
}
