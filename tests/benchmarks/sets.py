"""Whole sets, every question put to every system: what is run by ``tests.benchmarks.run``, told as figures."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.benchmarks import data
from tests.benchmarks.names import BASELINE, DATELINE, RETRIEVAL
from tests.benchmarks.rows import Aim, Results, Row, at_least, at_most, ours

if TYPE_CHECKING:
    from tests.benchmarks.parts import Job

PERCENT = ".1%"
FIRST = "right_article_first"


def runner(name: str) -> Callable[["Job"], Results]:
    """Return what runs a set by name."""

    def run(job: "Job") -> Results:
        from tests.benchmarks.run import run_set  # needs the bench extra

        bench = data.subset(data.load(name), job.articles, job.queries)
        return run_set(bench, job.folder / name)

    return run


def multihop_rows(results: Results) -> list[Row]:
    """Tell retrieval over several articles and abstaining."""
    aims = dict(zip(RETRIEVAL, map(at_least, (0.83, 0.94, 0.66, 0.66, 0.39)), strict=True))
    names = dict(zip(RETRIEVAL, ("Hits@4", "Hits@10", "MRR@10", "evidence@10", "all@10"), strict=True))
    answers = results["answers"]
    return [
        *(_search(results, score, names[score], aims[score], headline=True) for score in RETRIEVAL),
        _search(results, FIRST, "right article first"),
        ours("questions without an answer that are declined", answers["abstained_of_unanswerable"], at_least(0.95),
             PERCENT, True),
        ours("questions with an answer that are declined", answers["abstained_of_answerable"], at_most(0.05), PERCENT,
             True),
        *_times(results),
    ]  # fmt: skip


def squad2_rows(results: Results) -> list[Row]:
    """Tell the choice of the paragraph and of the sentence."""
    answers = results["answers"]
    return [
        _search(results, FIRST, "right paragraph first", at_least(0.87), PERCENT, headline=True),
        ours("first quote holds a gold answer", answers.get("first_quote_holds_answer"), at_least(0.78), PERCENT),
        ours("quotes hold a gold answer", answers["quotes_hold_answer"], at_least(0.885), PERCENT, True),
        ours("quotes per answer", answers["mean_quotes"], at_most(2.0), ".2f"),
        *_times(results),
    ]


def sample_rows(results: Results) -> list[Row]:
    """Tell how the sample archive's own questions are answered."""
    answers = results["answers"]
    return [
        *(_search(results, score, score) for score in RETRIEVAL),
        _search(results, FIRST, "right article first"),
        ours("quotes hold a gold answer", answers["quotes_hold_answer"], None, PERCENT),
        ours("questions without an answer that are declined", answers["abstained_of_unanswerable"], None, PERCENT),
        ours("questions with an answer that are declined", answers["abstained_of_answerable"], None, PERCENT),
        *_times(results),
    ]


def notes(results: Results) -> list[str]:
    """Say what was taken in and how long things took, in milliseconds, which depend on the machine."""
    ingestion, times = results["ingestion"], results["query_ms"]
    again, chunks = ingestion["again"], ingestion["chunks"]
    lines = [
        f"{results['articles']} articles, {results['questions']} questions, asked at level `{results['level']}`.",
        f"{ingestion['added']} added, {ingestion['skipped']} skipped, {ingestion['words']:,} words in "
        f"{chunks[DATELINE]:,} chunks ({chunks[BASELINE]:,} for the baseline); the same again: {again['added']} added, "
        f"{again['unchanged']} unchanged, {again['embedded']} embedded.",
        "Words per second: " + ", ".join(f"{name} {speed:,.0f}" for name, speed in ingestion["words_per_s"].items())
        + ".",
    ]  # fmt: skip
    if times:
        told = (f"{name} {times[name]['p50']:.1f} / {times[name]['p95']:.1f}" for name in times if "ratio" not in name)
        lines.append("Milliseconds, p50 / p95: " + ", ".join(told) + ".")
    return [f"- {line}" for line in lines]


def _search(
    results: Results, score: str, what: str, aim: Aim | None = None, form: str = ".3f", headline: bool = False
) -> Row:
    return Row(what, {name: scores.get(score) for name, scores in results["search"].items()}, aim, form, headline)


def _times(results: Results) -> list[Row]:
    """Tell speed in parts of the baseline's; aims are set where the articles are news, and many."""
    times, news = results["query_ms"], results["name"] == "MultiHop-RAG"
    ratio = results["ingestion"]["ratio"]
    rows = [ours("ingestion: words per second, in the baseline's", ratio, at_least(3.0) if news else None, ".1f", news)]
    if not times:
        return rows
    base = times[BASELINE]["p50"]
    search = {name: times[name]["p50"] / base for name in results["search"]}
    ask, spread = times["ask"]["p50"] / base, times["ask"]["p95"] / times["ask"]["p50"]
    return [
        *rows,
        Row("`search`: p50, in the baseline's", search, at_most(1 / 3) if news else None, ".2f"),
        ours("`ask`: p50, in that of the baseline's bare query", ask, at_most(0.8) if news else None, ".2f", news),
        ours("`ask`: p95, in its own p50", spread, at_most(2.0) if news else None, ".2f"),
    ]
