"""The parts of the benchmark: each is measured by ``run`` and told by ``rows`` and ``notes``."""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from pathlib import Path

from tests.benchmarks import (
    ablation,
    abstention,
    chat,
    chunking,
    conversation,
    fivew,
    injections,
    own,
    page,
    sets,
    speed,
    typos,
)
from tests.benchmarks.rows import Results, Row


@dataclass(frozen=True, slots=True)
class Job:
    """What a part is run with.

    Args:
        folder: Archives by set name; those that are there are used again by whatever is not timed.
        articles: Only the first so many articles of each set.
        queries: About so many questions of each set.
        baseline: Whether the tutorial's pipeline is run too; filling it takes longest.
    """

    folder: Path
    articles: int | None = None
    queries: int | None = None
    baseline: bool = True

    def step(self, questions: int) -> int:
        """Return how far apart the questions to ask are, where fewer are wanted than there are."""
        return max(ceil(questions / self.queries), 1) if self.queries else 1


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
    "abstention": Part("Abstaining, cross-validated", abstention.run, abstention.rows, abstention.notes),
    "conversation": Part("MTRAG and unrelated turns", conversation.run, conversation.rows, conversation.notes),
    "typos": Part("One typo in a name", typos.run, typos.rows, typos.notes),
    "chunking": Part("chunking-eval", chunking.run, chunking.rows, chunking.notes),
    "fivew": Part("giveme5w1h", fivew.run, fivew.rows, fivew.notes),
    "own": Part("Questions of news that goes on, sample archive", own.run, own.rows),
    "speed": Part("Starts and filters", speed.run, speed.rows, speed.notes),
    "page": Part("The chat page", page.run, page.rows, page.notes),
    "ablation": Part("Parts of retrieval, switched off in turn", ablation.run, ablation.rows, ablation.notes),
    "chat": Part("A small chat model", chat.run, chat.rows, chat.notes),
    "injections": Part("Planted orders", injections.run, injections.rows, injections.notes),
    "sample": Part("Sample archive", sets.runner("sample"), sets.sample_rows, sets.notes, public=False),
}
