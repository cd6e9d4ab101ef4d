"""One run over one set: ingestion, search and answers of every system, timed in turns."""

import shutil
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from statistics import median
from typing import TYPE_CHECKING, Any, TypeVar

from ingest.run import ingest
from qa.config import Settings
from qa.evaluate.retrieval import means, retrieval_scores
from qa.evaluate.stats import auroc, percentile, share
from qa.evaluate.texts import holds_answer
from qa.index.archive import Archive
from qa.types import Answer
from tests.benchmarks.data import BenchSet, Query
from tests.benchmarks.data import write_rows as write_rows
from tests.benchmarks.names import BASELINE
from tests.benchmarks.systems import Dateline, DenseOnly, Hit, KeywordsOnly, System

if TYPE_CHECKING:
    from tests.benchmarks.baseline import TutorialBaseline

ROUNDS = 6
DEPTH = 10
# Both runtimes' threads spin for some milliseconds after their work; who is timed next must not pay for it.
PAUSE_S = 0.005
Results = dict[str, Any]
Result = TypeVar("Result")


def run_set(bench: BenchSet, work: Path) -> Results:
    """Fill both stores anew, ask every question of every system and return the figures."""
    from tests.benchmarks.baseline import TutorialBaseline  # needs the bench extra

    shutil.rmtree(work, ignore_errors=True)
    say(f"{bench.name}: {len(bench.rows)} articles, {len(bench.queries)} questions")
    with Archive.open(Settings(data_dir=work / "archive")) as archive:
        archive.embedder.embed_query("loads what is loaded late, so that it is not timed")
        baseline = TutorialBaseline(work / "baseline")
        ingestion = fill(bench, archive, baseline, work)
        dateline = Dateline(archive)
        systems: list[System] = [dateline, DenseOnly(archive, dateline), KeywordsOnly(archive, dateline), baseline]
        found, answers, times = question_all(bench, dateline, systems)
        return {
            "name": bench.name,
            "articles": len(bench.rows),
            "questions": len(bench.queries),
            "level": bench.level,
            "ingestion": ingestion,
            "search": {name: search_scores(bench, hits) for name, hits in found.items()},
            "answers": answer_scores(bench, dateline, answers),
            "query_ms": latencies(times),
        }


# Ingestion


def fill(bench: BenchSet, archive: Archive, baseline: "TutorialBaseline", work: Path) -> Results:
    """Ingest the same articles into both, slice by slice in turns, then all of them into ours again."""
    speeds: dict[str, list[float]] = {Dateline.name: [], BASELINE: []}
    words = sum(map(bench.words, bench.rows))
    seconds = dict.fromkeys(speeds, 0.0)
    added = embedded = skipped = chunks = 0
    slices = [rows for at in range(ROUNDS) if (rows := bench.rows[at::ROUNDS])]
    for at, rows in enumerate(slices):
        path = write_rows(rows, work / f"slice-{at}")
        calls: dict[str, Callable[[], Any]] = {
            Dateline.name: lambda path=path: ingest([path], archive, mapping=bench.mapping),  # type: ignore[misc]
            BASELINE: lambda rows=rows: baseline.add(bench, rows),  # type: ignore[misc]
        }
        results = {}
        for name in list(calls) if at % 2 else reversed(calls):
            results[name], took = timed(calls[name])
            speeds[name].append(sum(map(bench.words, rows)) / took)
            seconds[name] += took
        report = results[Dateline.name]
        added, embedded, skipped = added + report.added, embedded + report.embedded, skipped + len(report.skipped)
        chunks += results[BASELINE]
        say(f"  ingested {added} articles")
    again = ingest([write_rows(bench.rows, work / "again")], archive, mapping=bench.mapping)
    return {
        "added": added,
        "skipped": skipped,
        "chunks": {Dateline.name: embedded, BASELINE: chunks},
        "again": {"added": again.added, "unchanged": again.unchanged, "embedded": again.embedded},
        "words": words,
        "words_per_s": {name: words / took for name, took in seconds.items()},
        "ratio": median(ratios(speeds[Dateline.name], speeds[BASELINE])),
    }


# Questions


def question_all(
    bench: BenchSet, dateline: Dateline, systems: Sequence[System]
) -> tuple[dict[str, list[list[Hit]]], list[Answer], dict[str, list[float]]]:
    """Put each question to each system, in an order drawn anew; return hits, our answers and seconds, by system."""
    found: dict[str, list[list[Hit]]] = {system.name: [] for system in systems}
    times: dict[str, list[float]] = {"ask": [], **{system.name: [] for system in systems}}
    answers: list[Answer] = []
    by_name = {system.name: system for system in systems}
    draw = Random(0)
    for at, query in enumerate(bench.queries):
        for name in draw.sample(list(times), len(times)):
            time.sleep(PAUSE_S)
            if name == "ask":
                answer, took = timed(lambda query=query: dateline.ask(query.text, bench.level))  # type: ignore[misc]
                answers.append(answer)
            else:
                system = by_name[name]
                hits, took = timed(lambda query=query, system=system: system.search(query.text, DEPTH))  # type: ignore[misc]
                found[name].append(hits)
            times[name].append(took)
        if (at + 1) % 200 == 0:
            say(f"  asked {at + 1} of {len(bench.queries)}")
    return found, answers, times


def search_scores(bench: BenchSet, found: Sequence[Sequence[Hit]]) -> Results:
    """Score one system's passages: facts within the ten best, and whether the best is from the right article."""
    asked = [(query, hits) for query, hits in zip(bench.queries, found, strict=True) if query.answerable]
    scored = [retrieval_scores([hit.text for hit in hits], query.facts) for query, hits in asked if query.facts]
    first = [hits[0].key in query.homes if hits else False for query, hits in asked if query.homes]
    return {**means(scored), "right_article_first": share(first), "n": len(asked)}


def answer_scores(bench: BenchSet, dateline: Dateline, answers: Sequence[Answer]) -> Results:
    """Score our answers: the right article first, a gold answer in the quotes, abstaining where it should."""
    pairs = list(zip(bench.queries, answers, strict=True))
    can = [(query, answer) for query, answer in pairs if query.answerable]
    cannot = [answer for query, answer in pairs if not query.answerable]
    quotes = [len(answer.citations) for _, answer in can if answer.status == "answered"]
    results: Results = {
        "answerable": len(can),
        "unanswerable": len(cannot),
        "right_article_first": share(context_is_home(query, answer, dateline) for query, answer in can if query.homes),
        "right_article_quoted": share(cites_home(query, answer, dateline) for query, answer in can if query.homes),
        "quotes_hold_answer": share(
            holds_answer([citation.quote for citation in answer.citations], query.answers)
            for query, answer in can
            if query.answers
        ),
        "first_quote_holds_answer": share(
            holds_answer([citation.quote for citation in answer.citations[:1]], query.answers)
            for query, answer in can
            if query.answers
        ),
        "mean_quotes": sum(quotes) / len(quotes) if quotes else None,
        "abstained_of_unanswerable": share(answer.status == "abstained" for answer in cannot),
        "abstained_of_answerable": share(answer.status == "abstained" for _, answer in can),
        "auroc": auroc([answer.confidence for _, answer in can], [answer.confidence for answer in cannot]),
    }
    if bench.given_home:
        say("  asking each question of its own article")
        results["auroc_own_article"] = own_article_auroc(bench.queries, dateline)
    return results


def own_article_auroc(queries: Sequence[Query], dateline: Dateline) -> float | None:
    """Tell answerable questions from others where the article they were written for is all there is."""
    given = [(query, dateline.ask_of(query.homes[0], query.text).confidence) for query in queries if query.homes]
    can = [confidence for query, confidence in given if query.answerable]
    return auroc(can, [confidence for query, confidence in given if not query.answerable])


def context_is_home(query: Query, answer: Answer, dateline: Dateline) -> bool:
    """Say whether the answer's first context is of an article the question is about."""
    return bool(answer.contexts) and dateline.keys[answer.contexts[0].article_id] in query.homes


def cites_home(query: Query, answer: Answer, dateline: Dateline) -> bool:
    """Say whether the answer quotes an article the question is about."""
    return any(dateline.keys[citation.article_id] in query.homes for citation in answer.citations)


# Times


def latencies(times: dict[str, list[float]]) -> Results:
    """Return milliseconds by system, and our whole ``ask`` against the baseline's bare query."""
    if not times["ask"]:
        return {}
    return {
        **{
            name: {"p50": 1000 * median(seconds), "p95": 1000 * percentile(seconds, 0.95)}
            for name, seconds in times.items()
        },
        "ratio_of_medians": median(times["ask"]) / median(times[BASELINE]),
        "median_ratio": median(ratios(times["ask"], times[BASELINE])),
    }


def ratios(ours: Sequence[float], theirs: Sequence[float]) -> list[float]:
    """Divide pair by pair: what was measured side by side is compared."""
    return [our / their for our, their in zip(ours, theirs, strict=True)]


def timed(call: Callable[[], Result]) -> tuple[Result, float]:
    """Return a call's result and its seconds."""
    start = time.perf_counter()
    result = call()
    return result, time.perf_counter() - start


def say(line: str) -> None:
    """Tell on stderr how far the run is."""
    print(line, file=sys.stderr, flush=True)
