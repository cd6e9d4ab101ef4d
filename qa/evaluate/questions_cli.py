"""``dateline questions new``: a question set drafted from the archive, to be read and mended."""

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from qa.cli import Subparsers, add_parser, open_archive, print_json, print_text, whole
from qa.errors import UsageError, WriteFailed
from qa.evaluate.progress import ProgressLine

if TYPE_CHECKING:
    from qa.evaluate.drafts import Draft, Drafter
    from qa.evaluate.types import Json

DEFAULT_OUT = Path("questions.jsonl")
MOST_QUESTIONS = 10_000
MOST_SEED = 2**31 - 1


def add_questions(subparsers: Subparsers) -> None:
    """Add the command."""
    text = "Draft a question set from the archive."
    actions = subparsers.add_parser("questions", help=text, description=text).add_subparsers(
        required=True, metavar="ACTION"
    )
    text = (
        "Draft questions by rule from the archive's own sentences, each with its answer and evidence, and beside them "
        "twins that have no answer because the articles with it are left out. Read the drafts and mend them before "
        "they measure anything."
    )
    new = add_parser(actions, "new", _new, text)
    new.add_argument("--out", metavar="FILE", type=Path, default=DEFAULT_OUT, help=f"(default {DEFAULT_OUT})")
    new.add_argument(
        "--count", metavar="N", type=whole(1, MOST_QUESTIONS), default=100, help="questions with an answer"
    )
    new.add_argument("--seed", metavar="N", type=whole(0, MOST_SEED), default=1, help="another seed, other articles")
    new.add_argument("--no-twins", action="store_true", help="only questions with an answer")
    new.add_argument("--force", action="store_true", help="overwrite FILE")


def _new(options: argparse.Namespace) -> int:
    from qa.evaluate.drafts import Drafter

    if options.out.exists() and not options.force:
        raise UsageError(f"{options.out} exists; name another file with --out, or overwrite it with --force.")
    shown = ProgressLine("articles")
    with open_archive(options) as archive:
        drafter = Drafter(archive)
        drafts = drafter.drafts(options.count, options.seed, shown)
        shown.end()
        if not drafts:
            raise UsageError("No sentence of the archive's English articles fits a rule, so there is nothing to ask.")
        rows = _rows(drafter, drafts, twins=not options.no_twins)
    _write(options.out, rows)
    _tell(options, rows)
    return 0


def _rows(drafter: "Drafter", drafts: "list[Draft]", *, twins: bool) -> "list[Json]":
    rows: list[Json] = []
    shown = ProgressLine("drafts")
    shown(0, len(drafts))
    for at, draft in enumerate(drafts, 1):
        rows.append(draft.row(f"d{at}"))
        left_out = drafter.left_out(draft) if twins else None
        if left_out:
            rows.append(draft.twin(f"d{at}-without", left_out))
        shown(at, len(drafts))
    shown.end()
    return rows


def _write(path: Path, rows: "list[Json]") -> None:
    partial = path.with_name(f"{path.name}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        partial.write_text(text, "utf-8", errors="backslashreplace")
        partial.replace(path)
    except OSError as exc:
        raise WriteFailed(f"{path} cannot be written: {exc.strerror}.") from exc


def _tell(options: argparse.Namespace, rows: "list[Json]") -> None:
    answerable = sum(row["answerable"] for row in rows)
    if options.json:
        print_json({"out": str(options.out), "answerable": answerable, "unanswerable": len(rows) - answerable})
        return
    lines = [f"{answerable} drafts with an answer and {len(rows) - answerable} without one are in {options.out}."]
    if answerable < options.count:
        lines.append("The archive's sentences gave no more.")
    lines += [
        "They are made by rule: read them, and delete or mend what is wrong, before they measure anything.",
        f"Then: dateline eval {options.out}",
    ]
    print_text("\n".join(lines))
