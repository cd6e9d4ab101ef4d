"""What each part of retrieval brings: every one is switched off in turn, and the same questions are asked again.

A part is switched off from here, by a weight set to nothing or a step left out, so that the product carries no switches
for it. The difference to the whole is measured question by question, with its 95 % bootstrap interval; a part whose
interval does not lie above 0 on any figure of any set is named as one that brings nothing that these questions show.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import numpy as np

from qa.evaluate.retrieval import retrieval_scores
from qa.evaluate.stats import paired
from qa.evaluate.texts import holds_answer
from qa.retrieve import score
from tests.benchmarks import data
from tests.benchmarks.rows import Results, Row

if TYPE_CHECKING:
    from tests.benchmarks.parts import Job
    from tests.benchmarks.systems import Dateline

SETS = {
    "multihop": {
        "hits@4": "Hits@4",
        "hits@10": "Hits@10",
        "evidence_mrr@10": "MRR@10",
        "evidence@10": "evidence@10",
        "all_evidence@10": "all@10",
    },
    "squad2": {
        "first": "right paragraph first",
        "first_quote": "first quote holds an answer",
        "quotes": "quotes hold an answer",
    },
}
TITLES = {"multihop": "MultiHop-RAG", "squad2": "SQuAD 2"}
QUERIES = 600
"""Questions asked of each set, evenly spread, as often as there are parts."""
TOP = 10


@dataclass(frozen=True, slots=True)
class Part:
    """A part of retrieval, and what switches it off: values put in the place of a module's own, by dotted name."""

    name: str
    instead: tuple[tuple[str, Any], ...] = ()
    keyword_search: bool = True


def _grid_without(field: str) -> Any:
    grid = score.Grid
    return lambda **columns: grid(**{**columns, field: np.zeros_like(columns[field])})


def _off(name: str, *targets: str, value: Any = 0.0) -> Part:
    return Part(name, tuple((f"qa.{target}", value) for target in targets))


PARTS = (
    Part("keyword search", keyword_search=False),
    _off("keyword score in the ranking", "retrieve.score.KEYWORD_WEIGHT"),
    _off("embeddings of passages", "retrieve.fuse.DENSE_SHARE", "retrieve.score.DENSE_WEIGHT"),
    _off("embeddings of sentences", "retrieve.score.Grid", value=_grid_without("cosines")),
    _off("words in one sentence", "retrieve.score.Grid", value=_grid_without("shares")),
    _off("words in the whole passage", "retrieve.score.COVERAGE_WEIGHT"),
    _off("neighbouring words", "retrieve.score.PHRASE_WEIGHT"),
    _off("words of the same family", "retrieve.held.KIN"),
    _off("kind of answer, of passages", "retrieve.score.KIND_WEIGHT"),
    _off("kind of answer, of sentences", "retrieve.evidence.KIND_WEIGHT"),
    _off("dates", "retrieve.score.TIMELY_WEIGHT"),
    _off("publishers", "retrieve.understand.divide", value=lambda *_: ()),
    _off("what a passage adds to those before", "retrieve.rank.NOVELTY_WEIGHT"),
    _off("other passages of the article", "retrieve.rank.COMPANY_WEIGHT"),
    _off("everybody's list against a publisher's", "retrieve.rank.CLEARLY_BETTER", value=float("inf")),
    _off("newness", "retrieve.fresh.asks_for_now", value=lambda *_: False),
    _off("mending typos", "retrieve.spelling.corrected", value=lambda text, *_: (text, ())),
    _off("copies of a report collapsed", "pipeline.one_per_story", value=lambda ranked, _: list(ranked)),
    _off("a sentence's passage", "retrieve.evidence.CHUNK_WEIGHT"),
    _off("words of a sentence's header", "retrieve.evidence.SHARE_WITH_HEADER_WEIGHT"),
)


@contextmanager
def without(part: Part, dateline: "Dateline") -> Iterator[None]:
    """Switch a part off for a while.

    Raises:
        AttributeError: The product has no such part any more.
    """
    archive, before = dateline.archive, dateline.archive.settings
    with ExitStack() as off:
        for target, value in part.instead:
            off.enter_context(patch(target, value))
        archive.settings = before.model_copy(update={"keyword_search": part.keyword_search})
        try:
            yield
        finally:
            archive.settings = before


def run(job: "Job") -> Results:
    """Ask the same questions with the whole and without each part."""
    from tests.benchmarks.run import say  # opens archives
    from tests.benchmarks.systems import Dateline, opened

    found: Results = {}
    for name in SETS:
        bench = data.subset(data.load(name), job.articles, None)
        bench = replace(bench, queries=tuple(query for query in bench.queries if query.answerable and query.homes))
        bench = data.subset(bench, None, job.queries or QUERIES)
        with opened(bench, job.folder / name) as archive:
            dateline = Dateline(archive)
            whole, said = _scores(name, bench, dateline)
            found[name] = {"questions": len(bench.queries), "parts": {}}
            found[name]["whole"] = {score: float(values.mean()) for score, values in whole.items()}
            for part in PARTS:
                say(f"  {TITLES[name]} without: {part.name}")
                with without(part, dateline):
                    left, other = _scores(name, bench, dateline)
                told = {score: _brings(whole[score], left[score]) for score in whole}
                touched = sum(one != two for one, two in zip(said, other, strict=True)) / max(len(said), 1)
                found[name]["parts"][part.name] = {"touched": touched, "brings": told}
    return found


def _scores(name: str, bench: data.BenchSet, dateline: "Dateline") -> tuple[dict[str, Any], list[list[str]]]:
    """Return each question's scores, as an array a score, and the texts that were found or quoted."""
    measure = _retrieval if name == "multihop" else _quotes
    each = [measure(query, bench, dateline) for query in bench.queries]
    return {score: np.array([one[score] for one, _ in each]) for score in SETS[name]}, [texts for _, texts in each]


def _retrieval(query: data.Query, bench: data.BenchSet, dateline: "Dateline") -> tuple[dict[str, float], list[str]]:
    texts = [hit.text for hit in dateline.search(query.text, TOP)]
    return retrieval_scores(texts, query.facts), texts


def _quotes(query: data.Query, bench: data.BenchSet, dateline: "Dateline") -> tuple[dict[str, float], list[str]]:
    answer = dateline.ask(query.text, bench.level)
    first = bool(answer.contexts) and dateline.keys[answer.contexts[0].article_id] in query.homes
    quotes = [citation.quote for citation in answer.citations]
    scores = {
        "first": float(first),
        "first_quote": float(holds_answer(quotes[:1], query.answers)),
        "quotes": float(holds_answer(quotes, query.answers)),
    }
    return scores, [*(context.text for context in answer.contexts), *quotes]


def _brings(whole: Any, left: Any) -> dict[str, float]:
    found = paired(whole, left)
    return {"brings": found.difference, "low": found.low, "high": found.high}


def idle(results: Results) -> dict[str, float]:
    """Return the parts whose gain is above chance on no figure of any set, with the largest share they touch."""
    found = {}
    for part in dict.fromkeys(name for one in results.values() for name in one["parts"]):
        told = [one["parts"][part] for one in results.values() if part in one["parts"]]
        if all(gain["low"] <= 0.0 for one in told for gain in one["brings"].values()):
            found[part] = max(one["touched"] for one in told)
    return found


def rows(results: Results) -> list[Row]:
    """Tell nothing beside other systems: this is about the parts."""
    return []


def notes(results: Results) -> list[str]:
    """Tell what each part brings, a table a set; what is beyond chance is bold."""
    lines = []
    for name, found in results.items():
        heads = [f"{TITLES[name]}, {found['questions']} questions: lost without", "touches", *SETS[name].values()]
        lines += ["| " + " | ".join(heads) + " |", "| --- " * len(heads) + "|"]
        lines.append("| (the whole) | | " + " | ".join(f"{found['whole'][score]:.3f}" for score in SETS[name]) + " |")
        for part, one in found["parts"].items():
            gains = " | ".join(_told(one["brings"][score]) for score in SETS[name])
            lines.append(f"| {part} | {one['touched']:.0%} | {gains} |")
        lines.append("")
    told = ", ".join(f"{name} (touches {share:.0%})" for name, share in idle(results).items()) or "none"
    return [
        *lines,
        "Bold: beyond chance (95 % bootstrap interval); “touches”: share of the questions whose passages or quotes "
        f"change. Parts that bring nothing these questions show: {told}.",
    ]


def _told(one: dict[str, float]) -> str:
    text = f"{one['brings']:+.3f}"
    return f"**{text}**" if one["low"] > 0 or one["high"] < 0 else text
