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
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold

from ingest.run import ingest
from qa.answer.abstain import Features, features
from qa.config import Settings
from qa.index.archive import Archive
from qa.retrieve.dates import MONTHS
from qa.retrieve.rank import rank
from qa.retrieve.understand import understand
from qa.types import Filters
from tests.benchmarks import data
from tests.benchmarks.run import write_rows

TARGET = data.ROOT / "qa" / "answer" / "abstain.json"
NAMES = [field.name for field in fields(Features)]
FOLDS = 5
QUERIES = 1300
STRICT_PRECISION = 0.8
WRONGLY_LEFT = 0.05
_NAME = re.compile(r"(?<=[a-z,'’] )[A-Z][\w’'-]+(?: [A-Z][\w’'-]+)*")


@dataclass(frozen=True, slots=True)
class Sample:
    """One question's evidence: which kind it is, whether it can be answered, and the articles it is tied to."""

    kind: str
    answerable: bool
    values: tuple[float, ...]
    group: int


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
    parent: dict[str, str] = {}

    def root(name: str) -> str:
        while parent.setdefault(name, name) != name:
            name = parent[name]
        return name

    for at, query in enumerate(bench.queries):
        for home in query.homes:
            # "Title#3" is a paragraph of a longer article.
            parent[root(home.split("#")[0])] = root(f"question {at}")
    numbers: dict[str, int] = {}
    return [numbers.setdefault(root(f"question {at}"), len(numbers)) for at in range(len(bench.queries))]


def fit(samples: list[Sample]) -> dict[str, Any]:
    """Return the model, its thresholds and its cross-validated figures."""
    x = np.array([sample.values for sample in samples])
    y = np.array([sample.answerable for sample in samples])
    kinds = np.array([sample.kind for sample in samples])
    weights = kind_weights(kinds, y)
    guessed = np.zeros(len(y))
    for train, test in GroupKFold(FOLDS).split(x, y, [sample.group for sample in samples]):
        model = LogisticRegression(C=10).fit(x[train], y[train], sample_weight=weights[train])
        guessed[test] = model.predict_proba(x[test])[:, 1]
    whole = LogisticRegression(C=10).fit(x, y, sample_weight=weights)
    thresholds = choose_thresholds(guessed, y, kinds, weights)
    return {
        "weights": {name: round(float(value), 3) for name, value in zip(NAMES, whole.coef_[0], strict=True)},
        "bias": round(float(whole.intercept_[0]), 3),
        "thresholds": thresholds,
        "cross_validated": figures(guessed, y, kinds, thresholds["balanced"]),
    }


def kind_weights(kinds: Any, y: Any) -> Any:
    """Weigh each kind alike within the answerable and the unanswerable, and both halves alike."""
    weights = np.zeros(len(y))
    for half in (True, False):
        names = sorted(set(kinds[y == half]))
        for name in names:
            mask = kinds == name
            weights[mask] = len(y) / 2 / len(names) / mask.sum()
    return weights


def choose_thresholds(guessed: Any, y: Any, kinds: Any, weights: Any) -> dict[str, float]:
    """Balanced leaves one in twenty answerable ones, each kind weighing alike; strict: four of five answers hold."""
    own = [np.sort(guessed[kinds == kind]) for kind in sorted(set(kinds[y]))]
    balanced = max(t for t in np.arange(0.05, 0.95, 0.005)
                   if np.mean([np.searchsorted(one, t) / len(one) for one in own]) <= WRONGLY_LEFT)  # fmt: skip
    grid = np.arange(round(balanced, 2), 0.96, 0.01)
    precision = [weights[(guessed >= t) & y].sum() / max(weights[guessed >= t].sum(), 1e-9) for t in grid]
    strict = next((float(t) for t, p in zip(grid, precision, strict=True) if p >= STRICT_PRECISION), 0.9)
    return {"balanced": round(balanced, 3), "strict": round(strict, 3)}


def figures(guessed: Any, y: Any, kinds: Any, threshold: float) -> dict[str, float]:
    """Return the share answered per kind, and the AUROC of each kind of unanswerable against its set's answerable."""
    found = {}
    for name in sorted(set(kinds)):
        mask = kinds == name
        found[f"{name}: share answered"] = round(float((guessed[mask] >= threshold).mean()), 3)
        if not y[mask].any():
            both = mask | (kinds == f"{name.split(',')[0]}, answerable")
            found[f"{name}: AUROC"] = round(float(roc_auc_score(y[both], guessed[both])), 3)
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
    model = fit(samples)
    TARGET.write_text(json.dumps(model, indent=1) + "\n", "utf-8")
    sys.stdout.write(TARGET.read_text("utf-8"))


if __name__ == "__main__":
    main()
