"""Fit the abstention model: ``python -m tests.benchmarks.calibrate``, with the public sets in ``DATELINE_BENCH_DIR``.

The evidence for each question is collected as it is when somebody asks. Besides the sets' own unanswerable questions,
every second answerable one is asked again with its evidence articles left out. Each kind of question weighs the same,
so that the largest set does not decide. Figures are cross-validated in folds that never split questions sharing an
article; the numbers written to ``qa/answer/abstain.json`` are fitted on everything.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold

from ingest.run import ingest
from qa.answer.abstain import Features, features
from qa.config import Settings
from qa.index.archive import Archive
from qa.retrieve.rank import rank
from qa.retrieve.understand import understand
from qa.types import Filters
from tests.benchmarks import data
from tests.benchmarks.run import write_rows

TARGET = data.ROOT / "qa" / "answer" / "abstain.json"
NAMES = [field.name for field in fields(Features)]
FOLDS = 5
QUERIES = 1500
STRICT_PRECISION = 0.8


@dataclass(frozen=True, slots=True)
class Sample:
    """One question's evidence: which kind it is, whether it can be answered, and the articles it is tied to."""

    kind: str
    answerable: bool
    values: tuple[float, ...]
    group: int


def collect(bench: data.BenchSet, folder: Path) -> Iterator[Sample]:
    """Ask every question of a set, and every second answerable one without its evidence."""
    with Archive.open(Settings(data_dir=folder / "archive")) as archive:
        if not archive.articles(limit=1):
            ingest([write_rows(bench.rows, folder / "rows")], archive, mapping=bench.mapping)
        ids = {summary.url or summary.external_id: summary.id for summary in archive.articles()}
        groups = linked_groups(bench)
        for at, query in enumerate(bench.queries):
            values, group = _values(archive, query.text, Filters()), groups[at]
            yield Sample(
                f"{bench.name}, {'answerable' if query.answerable else 'no answer'}", query.answerable, values, group
            )
            if query.answerable and at % 2:
                gone = tuple(ids[home] for home in query.homes)
                values = _values(archive, query.text, Filters(exclude_article_ids=gone))
                yield Sample(f"{bench.name}, evidence removed", False, values, group)


def _values(archive: Archive, text: str, filters: Filters) -> tuple[float, ...]:
    question = understand(text, archive.keywords, archive.publishers())
    ranked = rank(archive, question, filters)
    return tuple(asdict(features(question, ranked)).values())


def linked_groups(bench: data.BenchSet) -> list[int]:
    """Number the questions so that those which share an article, directly or in a chain, share a number."""
    parent: dict[str, str] = {}

    def root(name: str) -> str:
        while parent.setdefault(name, name) != name:
            name = parent[name]
        return name

    for at, query in enumerate(bench.queries):
        for home in query.homes:
            parent[root(home)] = root(f"question {at}")
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
    thresholds = choose_thresholds(guessed, y, weights)
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


def choose_thresholds(guessed: Any, y: Any, weights: Any) -> dict[str, float]:
    """Balanced: right most often over all kinds; strict: four of five answers have their evidence."""
    grid = np.arange(0.05, 0.96, 0.01)
    right = [weights[(guessed >= t) == y].sum() for t in grid]
    precision = [weights[(guessed >= t) & y].sum() / max(weights[guessed >= t].sum(), 1e-9) for t in grid]
    balanced = float(grid[int(np.argmax(right))])
    strict = next(
        (float(t) for t, p in zip(grid, precision, strict=True) if p >= STRICT_PRECISION and t > balanced), 0.9
    )
    return {"balanced": round(balanced, 2), "strict": round(strict, 2)}


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
    order = {kind: at for at, kind in enumerate(sorted({sample.kind.split(",")[0] for sample in samples}))}
    samples = [Sample(s.kind, s.answerable, s.values, s.group + shift * order[s.kind.split(",")[0]]) for s in samples]
    model = fit(samples)
    TARGET.write_text(json.dumps(model, indent=1) + "\n", "utf-8")
    sys.stdout.write(TARGET.read_text("utf-8"))


if __name__ == "__main__":
    main()
