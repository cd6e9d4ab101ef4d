"""Put one question to an archive and score what comes back: the work that several processes can share."""

import os
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from qa.config import Settings
from qa.errors import DatelineError, UsageError
from qa.evaluate.scorers import Case, Scores, no_score, score
from qa.evaluate.shelf import Shelf
from qa.evaluate.types import EvalQuestion, Json
from qa.index.archive import Archive
from qa.pipeline import QAPipeline
from qa.types import EngineName, Filters, Level

DEPTH = 50
"""Passages looked at for the ranking of articles."""
KEPT_CONTEXTS = 10
"""Passages kept with their text, which the evidence figures are about."""


@dataclass(frozen=True, slots=True)
class How:
    """How questions are answered."""

    engine: EngineName | None = None
    level: Level | None = None


class Asker:
    """Ask one archive."""

    def __init__(self, archive: Archive, how: How) -> None:
        """Use an open archive."""
        self._pipeline = QAPipeline(archive, contexts=DEPTH)
        self.shelf = Shelf(archive)
        self._how = how
        # What is loaded late is loaded now, so that the first question is not the slowest.
        self._pipeline.search("what is new", 1)

    def ask(self, question: EvalQuestion) -> Json:
        """Ask and score one question; an answer that fails leaves its scores unscored."""
        excluded = tuple(filter(None, map(self.shelf.find, question.exclude)))
        filters = Filters(exclude_article_ids=excluded)
        started = time.perf_counter()
        try:
            answer = self._pipeline.ask(
                question.question, question.history, filters, self._how.engine, self._how.level
            ).as_dict()
        except DatelineError as exc:
            return failed(question, exc)
        took = round(1000 * (time.perf_counter() - started), 2)
        found = _distinct(context["article_id"] for context in answer["contexts"])
        answer["contexts"] = answer["contexts"][:KEPT_CONTEXTS]
        line = {"id": question.id, "answer": answer, "retrieved": found, "latency_ms": took}
        if question.history:
            line["last_turn"] = self._without_history(question, answer, found, filters)
        return scored(question, line, self.shelf)

    def _without_history(self, question: EvalQuestion, answer: Json, found: list[str], filters: Filters) -> list[str]:
        """Return what the question finds alone; the same, without searching again, if it stands alone."""
        if answer["standalone_question"] == answer["question"]:
            return found
        results = self._pipeline.search(question.question, DEPTH, filters)
        return _distinct(result.chunk.article_id for result in results)


def failed(question: EvalQuestion, error: DatelineError) -> Json:
    """Return the result of a question that could not be asked."""
    scores = no_score(question, f"no answer: {error.user_message.rstrip('.')}")
    kind = "usage" if isinstance(error, UsageError) else "failed"
    return {**_line(question.id, None, scores), **error.as_dict(), "kind": kind}


def scored(question: EvalQuestion, line: Json, shelf: Shelf) -> Json:
    """Return a result with its scores made anew from its answer."""
    answer = line["answer"]
    if answer is None:
        return {**line, **_line(question.id, None, no_score(question, "no answer in the results file"))}
    retrieved = line.get("retrieved") or _distinct(context["article_id"] for context in answer["contexts"])
    case = Case(question, answer, shelf, retrieved, line.get("last_turn"), line.get("latency_ms"))
    return {**_line(question.id, answer, score(case)), **{name: line[name] for name in KEPT if name in line}}


KEPT = ("retrieved", "last_turn", "latency_ms", "judge")


def _line(key: str, answer: Json | None, scores: Scores) -> Json:
    return {"id": key, "answer": answer, "scores": scores.values, "unscored": scores.unscored}


def _distinct(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))


# Several processes -------------------------------------------------------------------------------------------------

_worker: list[Asker] = []
"""The asker of a worker process."""


def ask_all(archive: Archive, how: How, questions: Iterable[EvalQuestion], jobs: int) -> Iterator[Json]:
    """Yield the results in the order of the questions, never more than a few ahead of the slowest.

    Args:
        archive: Open for reading; each further process opens its own.
        how: Engine and level.
        questions: Read as they are needed.
        jobs: Processes; 1 asks in this one.
    """
    if jobs <= 1:
        yield from map(Asker(archive, how).ask, questions)
        return
    from concurrent.futures import Future, ProcessPoolExecutor
    from multiprocessing import get_context

    cores = archive.settings.threads or os.cpu_count() or 1
    settings = archive.settings.model_copy(update={"threads": max(1, cores // jobs)})
    waiting: list[Future[Json]] = []
    # Spawned: a fork would copy open indexes and running threads.
    with ProcessPoolExecutor(jobs, get_context("spawn"), _start, (settings.model_dump(), how)) as pool:
        try:
            for question in questions:
                waiting.append(pool.submit(_ask, question))
                if len(waiting) >= 4 * jobs:
                    yield waiting.pop(0).result()
            while waiting:
                yield waiting.pop(0).result()
        finally:
            for future in waiting:
                future.cancel()


def _start(values: dict[str, Any], how: How) -> None:
    import signal

    # Ctrl-C reaches every process of the terminal; the first one ends the others in order.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _worker.append(Asker(Archive.open(Settings(**values), read_only=True), how))


def _ask(question: EvalQuestion) -> Json:
    return _worker[0].ask(question)
