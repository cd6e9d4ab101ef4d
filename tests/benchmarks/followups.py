"""Follow-up questions: what making them stand alone gains, and that a question which stands alone is left as it is.

``python -m tests.benchmarks.followups [--limit N] [--keep FOLDER]`` prints, on the multi-turn tasks, recall@5 of the
contexts for the last turn alone and with its history, and, on paragraph questions asked behind another article's turn,
the share that stays unchanged and both recalls. ``--keep`` holds the archives for the next run.
"""

import argparse
import json
import random
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ingest.run import ingest
from qa.config import Settings
from qa.index.archive import Archive
from qa.pipeline import QAPipeline
from qa.types import Turn
from tests.benchmarks.data import BenchSet, Query, Row, bench_dir, load, read_rows

TOP = 5
RESAMPLES = 2000
UNRELATED = 200


@dataclass(frozen=True)
class Asked:
    """A question with its history, and the given ids of the passages that it is about."""

    text: str
    history: tuple[Turn, ...]
    gold: frozenset[str]


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--limit", type=int, help="questions of each set")
    parser.add_argument("--keep", type=Path, help="folder in which the archives are kept")
    parser.add_argument("--show", action="store_true", help="print each question that is changed")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or Path(temporary)
        passages = (
            {"id": row["id"], "title": row.get("title"), "text": row["text"].strip()}
            for row in read_rows(bench_dir() / "mtrag" / "passages.jsonl.gz")
        )
        with _archive(folder / "mtrag", passages) as archive:
            _report("multi-turn tasks", archive, list(_tasks())[: options.limit], options.show)
        squad = load("squad2")
        with _archive(folder / "squad2", squad.rows) as archive:
            _report("behind another article's turn", archive, _unrelated(squad)[: options.limit], options.show)


@contextmanager
def _archive(folder: Path, rows: Iterable[Row]) -> Iterator[Archive]:
    made = (folder / "catalogue.sqlite3").exists()
    with Archive.open(Settings(data_dir=folder)) as archive:
        if not made:
            file = folder / "rows.jsonl"
            file.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
            ingest([str(file)], archive)
        yield archive


def _tasks() -> Iterator[Asked]:
    for task in read_rows(bench_dir() / "mtrag" / "tasks.jsonl.gz"):
        *before, last = task["input"]
        gold = frozenset(context["document_id"] for context in task["contexts"])
        if before and gold:
            roles = {"user": "user", "agent": "assistant"}
            yield Asked(last["text"], tuple(Turn(roles[turn["speaker"]], turn["text"]) for turn in before), gold)


def _unrelated(squad: BenchSet) -> list[Asked]:
    answered = [query for query in squad.queries if query.answerable and (query.answers or query.facts) and query.homes]
    draw = random.Random(0)
    found = []
    for query in draw.sample(answered, min(UNRELATED, len(answered))):
        other = draw.choice([one for one in answered if not _articles(one) & _articles(query)])
        quote = (other.answers or other.facts)[0]
        history = (Turn("user", other.text), Turn("assistant", f"According to it: “{quote}” [1]"))
        found.append(Asked(query.text, history, frozenset(query.homes)))
    return found


def _articles(query: Query) -> set[str]:
    """Name the articles that a question's paragraphs are of."""
    return {home.split("#")[0] for home in query.homes}  # "Title#3" is a paragraph of a longer article


def _report(name: str, archive: Archive, asked: Sequence[Asked], show: bool) -> None:
    found = measured(archive, asked, show)
    print(
        f"{name}: n {found['n']}, recall@{TOP} last turn {found['alone']:.3f}, with history {found['behind']:.3f}, "
        f"gain {found['gain']:+.3f} (95 % {found['low']:+.3f} to {found['high']:+.3f}), "
        f"unchanged {found['unchanged']:.3f}",
        flush=True,
    )


def measured(archive: Archive, asked: Sequence[Asked], show: bool = False) -> dict[str, float]:
    """Ask each question without and with its history; return both recalls, the gain and the share left unchanged."""
    pipeline = QAPipeline(archive)
    given = {summary.id: summary.url or summary.external_id for summary in archive.articles()}
    alone, behind, unchanged = [], [], 0
    for one in asked:
        first = pipeline.ask(one.text, level="open")
        second = pipeline.ask(one.text, history=one.history, level="open")
        same = first.standalone_question == second.standalone_question
        unchanged += same
        alone.append(_recall(first, given, one.gold))
        behind.append(_recall(second, given, one.gold))
        if show and not same:
            print(f"  {alone[-1]:.2f} {behind[-1]:.2f}  {one.text}\n     ->      {second.standalone_question}")
    low, high = _interval([after - before for before, after in zip(alone, behind, strict=True)])
    return {
        "n": len(asked),
        "alone": _mean(alone),
        "behind": _mean(behind),
        "gain": _mean(behind) - _mean(alone),
        "low": low,
        "high": high,
        "unchanged": unchanged / max(len(asked), 1),
    }


def _recall(answer, given: dict[str, str], gold: frozenset[str]) -> float:
    return len({given[context.article_id] for context in answer.contexts[:TOP]} & gold) / len(gold)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / max(len(values), 1)


def _interval(values: Sequence[float]) -> tuple[float, float]:
    """Return the middle 95 % of means of resampled values."""
    draw = random.Random(0)
    means = sorted(_mean(draw.choices(values, k=len(values))) for _ in range(RESAMPLES))
    return means[int(0.025 * RESAMPLES)], means[int(0.975 * RESAMPLES)]


if __name__ == "__main__":
    main()
