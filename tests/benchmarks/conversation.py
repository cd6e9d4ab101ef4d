"""Conversations: what history gains a follow-up question, and what it costs a question that stands alone.

The data are those of MTRAG (Katsis and others, "MTRAG: A Multi-Turn Conversational Benchmark", 2025,
https://github.com/IBM/mt-rag-benchmark, Apache-2.0), its tasks with history, over one pool of passages: recall@5 of the
task's own contexts. Then questions of SQuAD 2 and MultiHop-RAG are asked behind a turn about another article, where
nothing should change. ``tests.benchmarks.followups`` asks; this module adds the other systems, who get the last turn.
"""

from statistics import fmean
from typing import TYPE_CHECKING

from tests.benchmarks import data
from tests.benchmarks.names import DATELINE
from tests.benchmarks.rows import Results, Row, at_least, at_most, ours

if TYPE_CHECKING:
    from tests.benchmarks.parts import Job

UNRELATED = {"squad2": "SQuAD 2", "multihop": "MultiHop-RAG"}


def run(job: "Job") -> Results:
    """Ask the tasks with and without their history, and unrelated questions behind a turn."""
    from tests.benchmarks import followups
    from tests.benchmarks.systems import compared, opened  # opens archives

    with compared(passages(), job.folder / "mtrag", job.baseline) as systems:
        tasks = list(followups._tasks())
        tasks = tasks[:: job.step(len(tasks))]
        found = {
            "tasks": followups.measured(systems[0].archive, tasks),
            "others": {
                system.name: fmean(
                    len({hit.key for hit in system.search(task.text, followups.TOP)} & task.gold) / len(task.gold)
                    for task in tasks
                )
                for system in systems[1:]
            },
        }
    for name in UNRELATED:
        bench = data.subset(data.load(name), job.articles, None)
        with opened(bench, job.folder / name) as archive:
            asked = followups._unrelated(bench)
            found[name] = followups.measured(archive, asked[:: job.step(len(asked))])
    return found


def passages() -> data.BenchSet:
    """Return the pool of passages as articles."""
    rows = (
        {"id": row["id"], "title": row.get("title"), "text": row["text"].strip()}
        for row in data.read_rows(data.bench_dir() / "mtrag" / "passages.jsonl.gz")
    )
    return data.BenchSet("MTRAG", tuple(rows), (), {}, "open")


def rows(results: Results) -> list[Row]:
    """Tell both recalls, the gain with its lower bound, and how questions that stand alone fare."""
    tasks = results["tasks"]
    lines = [
        Row("recall@5 by the last turn alone", {DATELINE: tasks["alone"], **results["others"]}),
        ours("recall@5 with history", tasks["behind"]),
        ours("recall@5 gained by history", tasks["gain"], at_least(0.06), "+.3f", headline=True),
        ours("the same, lower end of its 95 % interval", tasks["low"], at_least(0.0), "+.3f"),
    ]
    for name, title in UNRELATED.items():
        found, behind = results[name], f"{title} behind another article's turn"
        lines += [
            ours(f"{behind}: questions unchanged", found["unchanged"], at_least(0.97), ".1%"),
            ours(f"{behind}: recall lost", found["alone"] - found["behind"], at_most(0.01), "+.3f"),
        ]
    return lines


def notes(results: Results) -> list[str]:
    """Say how much was asked."""
    behind = ", ".join(f"{results[name]['n']} of {title}" for name, title in UNRELATED.items())
    return [f"- {results['tasks']['n']} tasks with history; behind another article's turn {behind}."]
