"""Typos: what one mistyped letter in a name costs, and whether a word spelt right is ever changed.

``python -m tests.benchmarks.typos [--set NAME] [--keep FOLDER]`` asks up to 100 questions that name somebody, once as
they are and once with one letter of the name added, left out, exchanged or swapped with its neighbour, and prints the
share whose right article is among the first five passages' articles. The data are those of ``tests.benchmarks.data``.
"""

import argparse
import json
import random
import re
import string
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.run import ingest
from qa.config import Settings
from qa.index.archive import Archive
from qa.pipeline import QAPipeline
from qa.retrieve.spelling import corrected
from qa.retrieve.understand import FUNCTION_WORDS
from tests.benchmarks.data import BenchSet, Query, available, load, subset
from tests.benchmarks.rows import Results, Row, at_most, ours

if TYPE_CHECKING:
    from tests.benchmarks.parts import Job

NAMES = 100
TOP = 5
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z]{3,}\b(?!['’.])")


def main() -> None:
    """Print a line per set."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--set", action="append", dest="sets")
    parser.add_argument("--keep", type=Path, help="folder in which the archives are kept")
    parser.add_argument("--show", action="store_true", help="print each question that typing costs")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        for name in options.sets or available():
            bench = load(name)
            with opened(bench, (options.keep or Path(temporary)) / name) as archive:
                report(bench, archive, options.show)


@contextmanager
def opened(bench: BenchSet, folder: Path) -> Iterator[Archive]:
    """Open the archive of a set, made if it is not there."""
    made = (folder / "catalogue.sqlite3").exists()
    with Archive.open(Settings(data_dir=folder)) as archive:
        if not made:
            file = folder / "rows.jsonl"
            file.write_text("".join(json.dumps(row) + "\n" for row in bench.rows), "utf-8")
            ingest([str(file)], archive, mapping=bench.mapping)
        yield archive


def report(bench: BenchSet, archive: Archive, show: bool) -> None:
    """Print hit@5 with and without a typo, and how many questions spelt right are changed."""
    found = measured(bench, archive, show)
    print(
        f"{bench.name}: {found['names']} names; hit@{TOP} {found['before']:.3f} as written, {found['after']:.3f} with "
        f"a typo; {found['changed']} of {found['questions']} questions as they stand are changed"
    )


def measured(bench: BenchSet, archive: Archive, show: bool = False) -> Results:
    """Return hit@5 with and without a typo, and how many questions spelt right are changed."""
    dice = random.Random(11)
    named = [(query, names) for query in bench.queries if query.homes and (names := names_in(query.text, archive))]
    dice.shuffle(named)
    pipeline, before, after = QAPipeline(archive), 0, 0
    for query, names in named[:NAMES]:
        name = dice.choice(names)
        typed = query.text.replace(name, mistyped(name, dice))
        right, still = hit(pipeline, query, query.text), hit(pipeline, query, typed)
        before, after = before + right, after + still
        if show and right and not still:
            print(f"  {typed}  [{corrected(typed, archive)[1]}]")
    total = min(NAMES, len(named)) or 1
    changed = [query.text for query in bench.queries if corrected(query.text, archive)[1]]
    for text in changed[: 20 if show else 0]:
        print(f"  {[str(one) for one in corrected(text, archive)[1]]}  {text[:160]}")
    return {
        "names": min(NAMES, len(named)),
        "before": before / total,
        "after": after / total,
        "questions": len(bench.queries),
        "changed": len(changed),
    }


def run(job: "Job") -> Results:
    """Measure every set that is there."""
    from tests.benchmarks import systems

    found = {}
    for name in available():
        bench = subset(load(name), job.articles, job.queries)
        with systems.opened(bench, job.folder / name) as archive:
            found[bench.name] = measured(bench, archive)
    return found


def rows(results: Results) -> list[Row]:
    """Tell what a typo costs."""
    lines = []
    for name, found in results.items():
        wrong = found["changed"] / max(found["questions"], 1)
        lines += [
            ours(f"{name}: hit@{TOP}, the name as it is written", found["before"]),
            ours(f"{name}: hit@{TOP}, with one typo in the name", found["after"]),
            ours(f"{name}: hit@{TOP} lost by the typo", found["before"] - found["after"], at_most(0.10)),
            ours(f"{name}: questions spelt right that are changed", wrong, form=".1%"),
        ]
    return lines


def notes(results: Results) -> list[str]:
    """Say how many names were mistyped."""
    return ["- Names mistyped: " + ", ".join(f"{found['names']} in {name}" for name, found in results.items()) + "."]


def names_in(text: str, archive: Archive) -> list[str]:
    """Return the names of a question that the archive holds, publishers' left out."""
    publishers = " ".join(archive.publishers())
    return [
        name
        for name in _NAME.findall(text)
        if name.casefold() not in FUNCTION_WORDS and name not in publishers and archive.keywords.holds(name)
    ]


def mistyped(name: str, dice: random.Random) -> str:
    """Return a name with one typo, anywhere but in its first letter, which is seldom wrong and is never put right."""
    at = dice.randrange(1, len(name))
    letter = dice.choice(string.ascii_lowercase.replace(name[at], ""))
    forms = {
        "added": name[:at] + letter + name[at:],
        "left out": name[:at] + name[at + 1 :],
        "exchanged": name[:at] + letter + name[at + 1 :],
        "swapped": name[: at - 1] + name[at] + name[at - 1] + name[at + 1 :] if at > 1 else name[:at] + name[at + 1 :],
    }
    return forms[dice.choice(sorted(forms))]


def hit(pipeline: QAPipeline, query: Query, text: str) -> bool:
    """Say whether a right article is among the first passages."""
    found = pipeline.search(text, TOP)
    ids = {result.chunk.url for result in found}
    outer = {pipeline_id for result in found if (pipeline_id := external(pipeline, result.chunk.article_id))}
    return any(home in ids or home in outer for home in query.homes)


def external(pipeline: QAPipeline, article_id: str) -> str | None:
    """Return the id that an article was given."""
    return pipeline.archive.article(article_id).external_id


if __name__ == "__main__":
    main()
