"""Results gathered in one pass: the columns, the worst questions, and the files that other tools read."""

import csv
import heapq
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from qa.errors import UsageError, WriteFailed
from qa.evaluate.folder import RESULTS, read_results
from qa.evaluate.metrics import METRICS
from qa.evaluate.shelf import Shelf
from qa.evaluate.stats import Paired, paired
from qa.evaluate.table import Table
from qa.evaluate.types import EvalQuestion, Json

WORST = 100
CSV_COLUMNS = ("id", "question", "status", "answer", "confidence", "sources")
FORMULA = tuple("=+-@＝＋－＠\t\r\n")
"""A spreadsheet takes a cell that begins so for a formula."""


@dataclass(frozen=True, slots=True)
class Bad:
    """One question that went wrong, with its result."""

    question: EvalQuestion
    line: Json


@dataclass(slots=True)
class Collected:
    """All results of a run."""

    table: Table = field(default_factory=Table)
    worst: list[Bad] = field(default_factory=list)
    paired: dict[str, Paired] = field(default_factory=dict)
    by_baseline: int = 0
    """Questions that the baseline answered too."""


def collect(folder: Path, questions: Iterable[EvalQuestion], shelf: Shelf, baseline: Path | None = None) -> Collected:
    """Go through the questions and their results once, in step, and write what other tools read.

    Raises:
        UsageError: The results are of other questions.
        WriteFailed: The folder cannot be written.
    """
    found = Collected()
    heap: list[tuple[float, int, Bad]] = []
    try:
        with (
            (folder / "answers.csv").open("w", encoding="utf-8", newline="", errors="backslashreplace") as table,
            (folder / "run.trec").open("w", encoding="utf-8", errors="backslashreplace") as run,
            (folder / "qrels.trec").open("w", encoding="utf-8", errors="backslashreplace") as qrels,
        ):
            cells = csv.writer(table)
            cells.writerow(CSV_COLUMNS)
            for at, (question, line) in enumerate(in_step(questions, read_results(folder / RESULTS))):
                found.table.add(line, shelf.fields(question), question.answerable)
                cells.writerow([safe_cell(cell) for cell in answer_cells(question, line)])
                _write_trec(run, qrels, question, line, shelf)
                if (badness := how_bad(line)) > 0:
                    entry = (badness, -at, Bad(question, line))
                    (heapq.heappush if len(heap) < WORST else heapq.heappushpop)(heap, entry)
    except OSError as exc:
        raise WriteFailed(f"The folder {folder} cannot be written: {exc.strerror}.") from exc
    found.worst = [bad for _, _, bad in sorted(heap, reverse=True)]
    if baseline is not None:
        found.by_baseline, found.paired = compare(read_results(folder / RESULTS), read_results(baseline))
    return found


def in_step(questions: Iterable[EvalQuestion], lines: Iterable[Json]) -> Iterator[tuple[EvalQuestion, Json]]:
    """Pair questions with results.

    Raises:
        UsageError: A result is of another question, or there are fewer or more of them.
    """
    results = iter(lines)
    for question in questions:
        line = next(results, None)
        if line is None or line["id"] != question.id:
            raise UsageError(f"The results are not of this question set: question {question.id[:80]!r} has none.")
        yield question, line
    if next(results, None) is not None:
        raise UsageError("The results are not of this question set: there are more of them than questions.")


def how_bad(line: Json) -> float:
    """Return 0 for what went well; the surer a wrong answer, the worse."""
    if line["answer"] is None:
        return 3.0
    if line["scores"].get("right", 1.0) > 0:
        return 0.0
    confidence = float(line["answer"].get("confidence", 0.0))
    return 1.0 + confidence if line["answer"]["status"] == "answered" else 1.0 - confidence / 2


def compare(ours: Iterable[Json], theirs: Iterable[Json]) -> tuple[int, dict[str, Paired]]:
    """Compare two runs over the questions that both have, in whatever order."""
    names = [name for name in METRICS]
    before = {line["id"]: _row(line["scores"], names) for line in theirs}
    pairs = [(_row(line["scores"], names), before[line["id"]]) for line in ours if line["id"] in before]
    if not pairs:
        return 0, {}
    left, right = (np.array(side, dtype=np.float64) for side in zip(*pairs, strict=True))
    found = {}
    for at, name in enumerate(names):
        both = ~np.isnan(left[:, at]) & ~np.isnan(right[:, at])
        if both.any():
            found[name] = paired(left[both, at], right[both, at])
    return len(pairs), found


def _row(scores: Json, names: list[str]) -> "np.ndarray[Any, np.dtype[np.float32]]":
    # Half the memory of the figures: a baseline of 100,000 questions is held as a whole.
    values = [scores.get(name) for name in names]
    return np.array([value if isinstance(value, int | float) else np.nan for value in values], dtype=np.float32)


# Files for other tools ---------------------------------------------------------------------------------------------


def answer_cells(question: EvalQuestion, line: Json) -> list[str]:
    """Return a question, what was answered and from where, as cells of a table."""
    answer = line["answer"]
    if answer is None:
        message = (line.get("error") or {}).get("message", "")
        return [question.id, question.question, "failed", str(message), "", ""]
    sources = [
        f"[{row.get('number')}] {row.get('title') or ''}, {row.get('publisher') or ''}, "
        f"{row.get('published_at') or 'undated'}: {row['quote']}"
        for row in answer["citations"]
    ]
    said = str(answer.get("text") or answer.get("message") or "")
    confidence = f"{answer.get('confidence', 0):.4f}"
    return [question.id, question.question, answer["status"], said, confidence, "\n".join(sources)]


def safe_cell(text: str) -> str:
    """Return a cell that no spreadsheet takes for a formula, with no character it would choke on.

    >>> safe_cell("=1+1")
    "'=1+1"
    """
    clean = "".join(letter for letter in text if letter >= " " or letter in "\t\n").replace("\t", " ")
    return f"'{clean}" if text.startswith(FORMULA) or clean.lstrip().startswith(FORMULA) else clean


def csv_text(rows: Iterable[Iterable[str]]) -> str:
    """Return rows as CSV with safe cells."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows([safe_cell(cell) for cell in row] for row in rows)
    return out.getvalue()


def _write_trec(run: TextIO, qrels: TextIO, question: EvalQuestion, line: Json, shelf: Shelf) -> None:
    """Write what the ranking figures are made of, so that they can be computed anew by any tool."""
    if "recall@10" not in line["scores"]:
        return
    name = "_".join(question.id.split())
    copies = shelf.copies(question.evidence)
    relevant, found = (
        list(dict.fromkeys(copies.get(home, home) for home in homes))
        for homes in (shelf.homes(question.evidence), line.get("retrieved") or [])
    )
    qrels.writelines(f"{name} 0 {home} 1\n" for home in relevant)
    run.writelines(f"{name} Q0 {home} {at} {len(found) - at} dateline\n" for at, home in enumerate(found, 1))
