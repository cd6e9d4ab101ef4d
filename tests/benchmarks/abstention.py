"""Abstaining: how well the confidence tells a question that the archive answers from one that it does not.

Every figure is an AUROC, the chance that a question with an answer gets more confidence than one without, of questions
that the numbers were not fitted on, in folds that never split questions sharing an article. Questions without an answer
are the sets' own and the answerable ones with their evidence articles left out of the search. The latter are also asked
with all words for publishers and dates stripped, so that only the matter is left; these are in no fit. Last, each
feature of the evidence is left out of the fit in turn.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

from qa.answer.abstain import Features
from qa.evaluate.fitting import Sample, guesses
from qa.evaluate.stats import auroc
from qa.retrieve.dates import MONTHS
from qa.types import Filters
from tests.benchmarks import data
from tests.benchmarks.names import DATELINE
from tests.benchmarks.rows import Results, Row, at_least, ours

if TYPE_CHECKING:
    from pathlib import Path

    from tests.benchmarks.parts import Job

SETS = ("multihop", "squad2")
FEATURES = tuple(field.name for field in fields(Features))
MULTIHOP, SQUAD = "MultiHop-RAG", "SQuAD 2"
PAIRS = {
    "nulls": (f"{MULTIHOP}, answerable", f"{MULTIHOP}, no answer"),
    "removed": (f"{MULTIHOP}, answerable", f"{MULTIHOP}, evidence removed"),
    "stripped": (f"{MULTIHOP}, answerable, stripped", f"{MULTIHOP}, evidence removed, stripped"),
    "squad_removed": (f"{SQUAD}, answerable", f"{SQUAD}, evidence removed"),
    "squad_given": (f"{SQUAD} (article given), answerable", f"{SQUAD} (article given), no answer"),
}
"""Which kinds of question are told apart: with an answer, and without."""
TOLD = {
    "nulls": "MultiHop-RAG, questions without an answer",
    "removed": "MultiHop-RAG, evidence articles removed",
    "stripped": "MultiHop-RAG, the same with publisher and date words stripped",
    "squad_removed": "SQuAD 2, the paragraph removed",
    "squad_given": "SQuAD 2, the right paragraph given",
}
AIMS = {"removed": at_least(0.78), "stripped": at_least(0.68), "squad_given": at_least(0.70)}
_TIME = re.compile(
    rf"\b(?:(?:on|in|of|by|before|after|since|until|from|during|between)\s+)?"
    rf"(?:(?:\d{{1,2}}(?:st|nd|rd|th)?\s+)?(?:{'|'.join(MONTHS)})\b(?:\s+\d{{1,2}}(?:st|nd|rd|th)?\b)?(?:,?\s+\d{{4}}\b)?"
    r"|(?:19|20)\d\d\b|(?:mon|tues|wednes|thurs|fri|satur|sun)day\b)",
    re.IGNORECASE,
)


def run(job: "Job") -> Results:
    """Collect the evidence of every question in all the ways it is asked, fit in folds, and return the AUROCs."""
    from tests.benchmarks import calibrate  # opens archives
    from tests.benchmarks.run import say

    samples: list[Sample] = []
    for at, name in enumerate(SETS):
        most = min(job.queries or calibrate.QUERIES, calibrate.QUERIES)
        bench = data.subset(data.load(name), job.articles, most)
        say(f"  {bench.name}: the evidence of {len(bench.queries)} questions, each asked in several ways")
        found = [*calibrate.collect(bench, job.folder / name), *_stripped(bench, job.folder / name)]
        # Groups of different sets are different groups.
        samples += [replace(sample, group=sample.group + at * 10**6) for sample in found]
    fitted = [sample for sample in samples if not sample.kind.endswith("stripped")]
    extra = [sample for sample in samples if sample.kind.endswith("stripped")]
    return {
        "samples": len(samples),
        "auroc": areas(fitted, extra),
        "without": {name: areas(_without(at, fitted), _without(at, extra)) for at, name in enumerate(FEATURES)},
    }


def _stripped(bench: data.BenchSet, folder: "Path") -> Iterator[Sample]:
    """Ask the questions of a set that name publishers or dates without doing so."""
    from tests.benchmarks import calibrate, systems

    groups = calibrate.linked_groups(bench)
    with systems.opened(bench, folder) as archive:
        names = archive.publishers()
        ids = {summary.url or summary.external_id or "": summary.id for summary in archive.articles()}
        for at, query in enumerate(bench.queries):
            text = stripped(query.text, names) if names and query.answerable else query.text
            if text == query.text or not any(map(str.isalnum, text)):
                continue
            homes = tuple(ids[key] for key in query.homes)
            for kind, can, filters in (
                ("answerable", True, Filters()),
                ("evidence removed", False, Filters(exclude_article_ids=homes)),
            ):
                values = calibrate._values(archive, text, filters)
                yield Sample(f"{bench.name}, {kind}, stripped", can, values, groups[at])


def stripped(text: str, publishers: Sequence[str]) -> str:
    """Return a question without the publishers it names and without days, months and years.

    >>> stripped("What did The Verge report on October 3, 2023 about Apple?", ["The Verge"])
    'What did report about Apple?'
    """
    for name in sorted(publishers, key=len, reverse=True):
        bare = re.escape(re.sub(r"^the ", "", name, flags=re.IGNORECASE))
        text = re.sub(rf"\b(?:the )?{bare}(?!\w)(?:['’]s)?", " ", text, flags=re.IGNORECASE)
    return re.sub(r"\s+([?,.;])", r"\1", " ".join(_TIME.sub(" ", text).split()))


def areas(fitted: list[Sample], extra: list[Sample]) -> dict[str, float | None]:
    """Return the AUROC of each pair of kinds, each sample judged by a model that did not see its articles."""
    held = [*zip(fitted, guesses(fitted), strict=True), *zip(extra, _judged(fitted, extra), strict=True)]

    def of(kind: str) -> list[float]:
        return [float(value) for sample, value in held if sample.kind == kind]

    return {name: auroc(of(can), of(cannot)) for name, (can, cannot) in PAIRS.items()}


def _judged(fitted: list[Sample], extra: list[Sample]) -> list[float]:
    """Return what the model of the fold that leaves out a sample's group says of it."""
    from qa.evaluate import fitting

    known = fitting._Data(fitted)
    found: dict[int, Any] = {}
    for train, test in fitting._folds(known):
        model = fitting._regression(known.part(train))
        found |= dict.fromkeys(known.groups[test].tolist(), model)
    return [float(found[sample.group].predict_proba([sample.values])[0, 1]) for sample in extra]


def _without(at: int, samples: list[Sample]) -> list[Sample]:
    return [replace(sample, values=(*sample.values[:at], *sample.values[at + 1 :])) for sample in samples]


def rows(results: Results) -> list[Row]:
    """Tell each AUROC with what is aimed at."""
    shown = ("removed", "stripped")
    return [
        ours(f"AUROC: {TOLD[name]}", value, AIMS.get(name), headline=name in shown)
        for name, value in results["auroc"].items()
    ]


def notes(results: Results) -> list[str]:
    """Tell what each feature of the evidence brings."""
    heads = ["AUROC lost without", *(TOLD[name] for name in PAIRS)]
    lines = ["| " + " | ".join(heads) + " |", "| --- " * len(heads) + "|"]
    for feature, found in results["without"].items():
        lost = [
            "-" if None in (value, results["auroc"][name]) else f"{results['auroc'][name] - value:+.3f}"
            for name, value in found.items()
        ]
        lines.append(f"| {feature} | " + " | ".join(lost) + " |")
    return [f"{results['samples']} samples of evidence; {DATELINE} alone has a confidence.\n", *lines]
