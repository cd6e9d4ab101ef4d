"""Fit the abstention model: ``python -m tests.benchmarks.calibrate``, with the public sets in ``DATELINE_BENCH_DIR``.

The evidence for each question is collected as it is when somebody asks: of the whole archive and, where a question
belongs to one article, of that article alone. Besides the sets' own unanswerable questions, answerable ones are asked
again with their evidence articles left out, and as twins that nothing answers: with every year two earlier, or with
one name exchanged for one of another question. Each kind of question weighs the same, so that the largest set does
not decide. Figures are cross-validated in folds that never split questions sharing an
article; the numbers written to ``qa/answer/abstain.json`` are fitted on everything.
"""

import argparse
import json
import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

from ingest.run import ingest
from qa.answer.abstain import features
from qa.config import Settings
from qa.evaluate.fitting import Sample, fit, guesses, linked
from qa.evaluate.stats import auroc
from qa.index.archive import Archive
from qa.retrieve.dates import MONTHS
from qa.retrieve.rank import rank
from qa.retrieve.understand import understand
from qa.types import Filters
from tests.benchmarks import data
from tests.benchmarks.run import write_rows

TARGET = data.ROOT / "qa" / "answer" / "abstain.json"
QUERIES = 1300
_NAME = re.compile(r"(?<=[a-z,'’] )[A-Z][\w’'-]+(?: [A-Z][\w’'-]+)*")


def collect(bench: data.BenchSet, folder: Path) -> Iterator[Sample]:
    """Ask every question of a set in all the ways that it can be asked."""
    with Archive.open(Settings(data_dir=folder / "archive")) as archive:
        if not archive.articles(limit=1):
            ingest([write_rows(bench.rows, folder / "rows")], archive, mapping=bench.mapping)
        ids = {summary.url or summary.external_id or "": summary.id for summary in archive.articles()}
        names = [name for query in bench.queries for name in names_in(query.text, archive.publishers())]
        draw = Random(0)
        groups = linked_groups(bench)
        for at, query in enumerate(bench.queries):
            kinds = list(_ways_to_ask(bench, query, ids))
            if query.answerable and at % 2:
                home = " ".join(archive.article(ids[key]).text for key in query.homes)
                kinds += [(f"{bench.name}, {kind}", False, text, Filters())
                          for kind, text in twins(query.text, names, home, archive.publishers(), draw)]  # fmt: skip
            for kind, answerable, text, filters in kinds:
                yield Sample(kind, answerable, _values(archive, text, filters), groups[at])


def _ways_to_ask(
    bench: data.BenchSet, query: data.Query, ids: dict[str, str]
) -> Iterator[tuple[str, bool, str, Filters]]:
    which = "answerable" if query.answerable else "no answer"
    homes = tuple(ids[key] for key in query.homes)
    yield f"{bench.name}, {which}", query.answerable, query.text, Filters()
    if bench.given_home:
        yield f"{bench.name} (article given), {which}", query.answerable, query.text, Filters(article_ids=homes)
    if query.answerable:
        yield f"{bench.name}, evidence removed", False, query.text, Filters(exclude_article_ids=homes)


def _values(archive: Archive, text: str, filters: Filters) -> tuple[float, ...]:
    question = understand(text, archive.keywords, archive.publishers())
    return tuple(asdict(features(question, rank(archive, question, filters))).values())


def twins(
    text: str, names: Sequence[str], home: str, publishers: Sequence[str], draw: Random
) -> Iterator[tuple[str, str]]:
    """Yield what nothing answers: the question of two years before, and the one about somebody else."""
    earlier = re.sub(r"\b(?:19|20)\d\d\b", lambda year: str(int(year.group(0)) - 2), text)
    if earlier != text:
        yield "other year", earlier
    strangers = [name for name in draw.sample(names, min(30, len(names))) if name not in home]
    own = names_in(text, publishers)
    if own and strangers:
        yield "other name", text.replace(draw.choice(own), strangers[0], 1)


def names_in(text: str, publishers: Sequence[str]) -> list[str]:
    """Return the capitalised words inside a question, those of publishers and months left out."""
    found = [match.group(0) for match in _NAME.finditer(text)]
    taken = [*publishers, *(month.capitalize() for month in MONTHS)]
    return [name for name in found if len(name) > 3 and not any(name in other or other in name for other in taken)]


def linked_groups(bench: data.BenchSet) -> list[int]:
    """Number the questions so that those which share an article, directly or in a chain, share a number."""
    # "Title#3" is a paragraph of a longer article.
    return linked([[home.split("#")[0] for home in query.homes] for query in bench.queries])


def fit_all(samples: list[Sample]) -> dict[str, Any]:
    """Return the model, its thresholds and its cross-validated figures."""
    model = fit(samples)
    y = np.array([sample.answerable for sample in samples])
    kinds = np.array([sample.kind for sample in samples])
    return {**model, "cross_validated": figures(guesses(samples), y, kinds, model["thresholds"]["balanced"])}


def figures(guessed: Any, y: Any, kinds: Any, threshold: float) -> dict[str, float]:
    """Return the share answered per kind, and the AUROC of each kind of unanswerable against its set's answerable."""
    found = {}
    for name in sorted(set(kinds)):
        mask = kinds == name
        found[f"{name}: share answered"] = round(float((guessed[mask] >= threshold).mean()), 3)
        if not y[mask].any():
            both = mask | (kinds == f"{name.split(',')[0]}, answerable")
            found[f"{name}: AUROC"] = round(auroc(guessed[both & y], guessed[both & ~y]) or 0.0, 3)
    return found


def main() -> None:
    """Fit on the public sets, write the model and print its figures."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--keep", type=Path, help="folder in which the archives are kept, and used again next time")
    keep = options.parse_args().keep
    samples: list[Sample] = []
    for name in ("multihop", "squad2"):
        with tempfile.TemporaryDirectory() as folder:
            samples += collect(data.subset(data.load(name), None, QUERIES), (keep or Path(folder)) / name)
    shift = 10**6  # groups of different sets are different groups
    order = {
        kind: at for at, kind in enumerate(sorted({sample.kind.split(",")[0].split(" (")[0] for sample in samples}))
    }
    samples = [
        Sample(s.kind, s.answerable, s.values, s.group + shift * order[s.kind.split(",")[0].split(" (")[0]])
        for s in samples
    ]
    model = fit_all(samples)
    TARGET.write_text(json.dumps(model, indent=1) + "\n", "utf-8")
    sys.stdout.write(TARGET.read_text("utf-8"))


if __name__ == "__main__":
    main()
