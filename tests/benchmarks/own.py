"""The sample archive's own questions of news that goes on: the latest state, stretches of time, follow-ups.

They are those of ``tests/evals/questions.jsonl``, written for this project: what is told is whether the first passage
of the answer is of an article that the question is about.
"""

from collections import defaultdict
from typing import TYPE_CHECKING

from qa.evaluate.datasets import open_set
from qa.evaluate.stats import share
from tests.benchmarks import data
from tests.benchmarks.rows import Results, Row, at_least, ours

if TYPE_CHECKING:
    from tests.benchmarks.parts import Job

KINDS = {"latest": "the latest state", "date_range": "a stretch of time", "follow_up": "follow-ups"}
ASKED = 60
"""So many questions of these kinds there should be."""


def run(job: "Job") -> Results:
    """Ask the questions, follow-ups with their history, and return by kind how often the right article comes first."""
    from tests.benchmarks.systems import Dateline, opened  # opens an archive

    right: dict[str, list[bool]] = defaultdict(list)
    bench = data.subset(data.load("sample"), job.articles, job.queries)
    held = {data.key(row) for row in bench.rows}
    with opened(bench, job.folder / "sample") as archive:
        dateline = Dateline(archive)
        for asked in open_set([data.ROOT / "tests" / "evals" / "questions.jsonl"]).good():
            homes = {gold.article for gold in asked.evidence if gold.article}
            if (kind := asked.fields.get("type", "")) in KINDS and asked.answerable and homes and homes <= held:
                answer = dateline.pipeline.ask(asked.question, history=asked.history, level="open")
                first = dateline.keys[answer.contexts[0].article_id] if answer.contexts else None
                right[kind].append(first in homes)
    return {"n": {kind: len(right[kind]) for kind in KINDS}, "first": {kind: share(right[kind]) for kind in KINDS},
            "all": share(flag for kind in KINDS for flag in right[kind])}  # fmt: skip


def rows(results: Results) -> list[Row]:
    """Tell how often the right article comes first, and how many questions there are."""
    return [
        *(ours(f"right article first: {KINDS[kind]}", value, form=".1%") for kind, value in results["first"].items()),
        ours("right article first: all of these", results["all"], at_least(0.85), ".1%"),
        ours("questions of these kinds", sum(results["n"].values()), at_least(ASKED), ".0f"),
    ]
