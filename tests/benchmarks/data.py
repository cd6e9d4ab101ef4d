"""Read the benchmark sets: articles as rows that ``ingest`` takes, and questions with what is known of their answers.

The public sets lie outside the repository, in the folder that ``DATELINE_BENCH_DIR`` names; the sample archive with
the evaluation questions is always there.
"""

import gzip
import json
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from math import ceil
from pathlib import Path
from typing import Any

from qa.evaluate.datasets import QuestionSet, open_set
from qa.evaluate.formats import squad_articles
from qa.types import Level

VARIABLE = "DATELINE_BENCH_DIR"
ROOT = Path(__file__).parents[2]
Row = dict[str, Any]


class MissingData(Exception):
    """Say in one sentence which data is not there."""


@dataclass(frozen=True, slots=True)
class Query:
    """A question; ``homes`` are the keys (URL, else id) of the articles it is about."""

    text: str
    answerable: bool
    homes: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    """Sentences that stand word for word in the right passages."""
    answers: tuple[str, ...] = ()
    """Gold answers, each as short as it can be."""


@dataclass(frozen=True, slots=True)
class BenchSet:
    """Articles and the questions asked about them."""

    name: str
    rows: tuple[Row, ...]
    queries: tuple[Query, ...]
    mapping: dict[str, str]
    level: Level
    given_home: bool = False
    """Whether each question is also asked of its own article alone, which measures abstaining."""

    def text(self, row: Row) -> str:
        """Return the body of an article."""
        return str(row[self.mapping.get("text", "text")])

    def words(self, row: Row) -> int:
        """Count the words of an article's body."""
        return len(self.text(row).split())


def key(row: Row) -> str:
    """Name an article as questions do: by its URL, else its id."""
    return str(row.get("url") or row["id"])


def load(name: str) -> BenchSet:
    """Read a set by name.

    Raises:
        MissingData: The name is unknown, or its files are not there.
    """
    if name not in READERS:
        raise MissingData(f"There is no set {name!r}; the sets are {', '.join(READERS)}.")
    try:
        return READERS[name]()
    except FileNotFoundError as exc:
        raise MissingData(f"The set {name!r} cannot be read: {exc.filename} is missing.") from exc


def write_rows(rows: Iterable[Row], folder: Path) -> Path:
    """Write articles as JSON lines; the file's name is the corpus name, so it is always the same."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "corpus.jsonl"
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def available() -> list[str]:
    """Return the sets to run by default: the public ones where their folder is named, else the sample."""
    return ["multihop", "squad2"] if os.environ.get(VARIABLE) else ["sample"]


def subset(bench: BenchSet, articles: int | None, queries: int | None) -> BenchSet:
    """Keep the first articles, and of the questions about nothing but them an even spread."""
    rows = bench.rows[:articles]
    held = {key(row) for row in rows}
    eligible = [query for query in bench.queries if held.issuperset(query.homes)]
    step = ceil(len(eligible) / queries) if queries else 1
    return replace(bench, rows=rows, queries=tuple(eligible[:: max(step, 1)]))


def _multihop() -> BenchSet:
    folder = bench_dir() / "multihop-rag"
    questions = open_set([folder / "queries.jsonl.gz"])
    # Its answers are a name or a word that quotes of several articles need not hold.
    queries = tuple(replace(query, answers=()) for query in _queries(questions))
    rows = tuple(read_rows(folder / "corpus.jsonl.gz"))
    return BenchSet("MultiHop-RAG", rows, queries, dict(questions.mapping), "balanced")


def _squad2() -> BenchSet:
    path = bench_dir() / "squad2" / "articles.jsonl.gz"
    rows = tuple(row for article in read_rows(path) for row in squad_articles(article))
    return BenchSet("SQuAD 2", rows, _queries(open_set([path])), {}, "open", given_home=True)


def _sample() -> BenchSet:
    rows = tuple(read_rows(ROOT / "ingest" / "sample" / "articles.jsonl"))
    queries = _queries(open_set([ROOT / "tests" / "evals" / "questions.jsonl"]))
    return BenchSet("Sample archive", rows, queries, {}, "balanced")


def _queries(questions: QuestionSet) -> tuple[Query, ...]:
    """Return the questions that stand alone and whose truth is known, with none of their articles left out."""
    return tuple(
        Query(
            text=asked.question,
            answerable=asked.answerable,
            homes=tuple(dict.fromkeys(gold.article for gold in asked.evidence if gold.article)),
            facts=tuple(gold.text for gold in asked.evidence if gold.text),
            answers=asked.answers,
        )
        for asked in questions.good()
        if asked.answerable is not None and not asked.history and not asked.exclude
    )


READERS: dict[str, Callable[[], BenchSet]] = {"multihop": _multihop, "squad2": _squad2, "sample": _sample}


def bench_dir() -> Path:
    """Return the folder of the public sets."""
    named = os.environ.get(VARIABLE)
    if not named:
        raise MissingData(f"This set is read from the folder that {VARIABLE} names, and it names none.")
    return Path(named)


def read_rows(path: Path) -> Iterator[Row]:
    """Yield the rows of a JSON lines file."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)
