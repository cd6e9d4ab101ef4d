"""Question sets read from files and folders, one question at a time."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from qa.errors import UsageError
from qa.evaluate.formats import BEIR_MAPPING, Format, beir_question, format_of
from qa.evaluate.rows import read_rows
from qa.evaluate.types import EvalQuestion
from qa.types import Skipped

SPLITS = ("test", "dev", "train")
MOST_ID = 200


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """Files of questions, which can be gone through more than once."""

    paths: tuple[Path, ...]
    limit: int | None = None
    format: str = ""
    mapping: Mapping[str, str] = field(default_factory=dict)
    """The columns in which this format's articles come."""
    own_articles: bool = False
    """Whether the files hold the articles that their questions are about."""

    def questions(self) -> Iterator[EvalQuestion | Skipped]:
        """Yield every question, and in the place of each row that is none the reason."""
        kept, seen = 0, set()
        for path in self.paths:
            for item in _beir(path) if path.is_dir() else _file(path):
                if isinstance(item, EvalQuestion):
                    if self.limit is not None and kept >= self.limit:
                        return
                    if item.id in seen:
                        yield Skipped(str(path), None, "same_id", f"The id {item.id[:MOST_ID]!r} is taken already.")
                        continue
                    seen.add(item.id)
                    kept += 1
                yield item

    def good(self) -> Iterator[EvalQuestion]:
        """Yield every question that can be asked."""
        return (item for item in self.questions() if isinstance(item, EvalQuestion))

    def write_articles(self, folder: Path) -> Path:
        """Write the articles that the question files hold and return the file."""
        folder.mkdir(parents=True, exist_ok=True)
        target = folder / "articles.jsonl"
        with target.open("w", encoding="utf-8") as out:
            for path in self.paths:
                for _, row in read_rows(_corpus(path) if path.is_dir() else path):
                    known = format_of(row)
                    rows = known.articles(row) if known and known.articles else [row] if path.is_dir() else []
                    out.writelines(json.dumps(article) + "\n" for article in rows)
        return target


def open_set(paths: Sequence[Path], limit: int | None = None) -> QuestionSet:
    """Look at question files and return the set.

    Raises:
        UsageError: A file is missing or holds no questions in a format that is known.
    """
    if not paths:
        raise UsageError("No question set was named.")
    names: set[str] = set()
    mapping: dict[str, str] = {}
    own: list[bool] = []
    for path in paths:
        if path.is_dir():
            _corpus(path)
            names.add("beir")
            mapping |= BEIR_MAPPING
            own.append(True)
            continue
        known = _first_format(path)
        names.add(known.name)
        mapping |= known.mapping
        own.append(known.articles is not None)
    return QuestionSet(tuple(paths), limit, " + ".join(sorted(names)), mapping, all(own))


def _first_format(path: Path) -> Format:
    # The first row may be torn; the format of a set is that of its first row that has one.
    for _, row in islice(read_rows(path), 100):
        known = format_of(row)
        if known:
            return known
    raise UsageError(
        f"{path} holds no questions: a row needs `question` (our form), `paragraphs` (SQuAD), `query` and "
        "`evidence_list` (MultiHop-RAG), `input` (MTRAG) or `user_input` (RAGAS)."
    )


def _file(path: Path) -> Iterator[EvalQuestion | Skipped]:
    for number, row in read_rows(path):
        known = format_of(row)
        if known is None:
            yield Skipped(str(path), number, "no_question", "It is no question in a format that is known.")
            continue
        try:
            yield from known.read(row, f"{path.name.split('.')[0]}-{number}")
        except (ValueError, TypeError, AttributeError) as exc:
            reason = str(exc) if type(exc) is ValueError else "it is not shaped like the others"
            yield Skipped(str(path), number, "no_question", f"The question was left out: {reason}.")


# BEIR --------------------------------------------------------------------------------------------------------------


def _beir(folder: Path) -> Iterator[EvalQuestion | Skipped]:
    relevant = _qrels(folder)
    path = _one_of(folder, "queries")
    for number, row in read_rows(path):
        if not isinstance(row, dict) or "_id" not in row:
            yield Skipped(str(path), number, "no_question", "It is no BEIR query: it has no _id.")
        elif str(row["_id"]) in relevant:  # queries without judgements are of another split
            try:
                yield beir_question(row, relevant[str(row["_id"])])
            except ValueError as exc:
                yield Skipped(str(path), number, "no_question", f"The question was left out: {exc}.")


def _qrels(folder: Path) -> dict[str, list[str]]:
    path = next(
        (folder / "qrels" / f"{name}.tsv" for name in SPLITS if (folder / "qrels" / f"{name}.tsv").exists()), None
    )
    if path is None:
        raise UsageError(f"The folder {folder} is no BEIR set: it has no qrels/test.tsv.")
    found: dict[str, list[str]] = {}
    for line in path.read_text("utf-8", "replace").splitlines():
        parts = line.split("\t")
        if len(parts) >= 3 and parts[-1].strip().isdigit() and int(parts[-1]) > 0:
            found.setdefault(parts[0], []).append(parts[-2])
    return found


def _corpus(folder: Path) -> Path:
    return _one_of(folder, "corpus")


def _one_of(folder: Path, name: str) -> Path:
    for suffix in (".jsonl", ".jsonl.gz"):
        if (folder / f"{name}{suffix}").exists():
            return folder / f"{name}{suffix}"
    raise UsageError(f"The folder {folder} is no BEIR set: it has no {name}.jsonl.")
