"""What people thought of answers, as a question set that ``dateline eval`` reads."""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qa.cli import Subparsers, add_parser, print_json, print_text, settings_of
from qa.errors import NotFound, WriteFailed
from qa.types import Turn

if TYPE_CHECKING:
    from qa.web.store import Kept, Store

SAYS_ANSWERABLE = {"missing": True, "absent": False}
"""What a reason for a bad rating says of the archive; the others leave it open."""


def add_feedback(subparsers: Subparsers) -> None:
    """Add the command."""
    text = "Write the rated answers of the chat page to a file, as questions for `dateline eval`."
    add_parser(subparsers, "feedback", _feedback, text).add_argument("file", metavar="FILE", type=Path)


def _feedback(options: argparse.Namespace) -> int:
    from qa.index.kept import PEOPLE_FILE
    from qa.web.store import Store

    folder = settings_of(options).data_dir
    if not (folder / PEOPLE_FILE).exists():
        raise NotFound(f"Nobody has asked anything on the chat page of {folder} yet.")
    store = Store(folder)
    try:
        rows = list(question_rows(store))
    finally:
        store.close()
    try:
        options.file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    except OSError as exc:
        raise WriteFailed(f"The file {options.file} cannot be written: {exc.strerror}.") from exc
    if options.json:
        print_json({"file": str(options.file), "questions": len(rows)})
    else:
        print_text(f"{options.file} holds {len(rows)} rated questions.")
    return 0


def question_rows(store: "Store") -> Iterator[dict[str, Any]]:
    """Yield a row of a question set for each rated answer."""
    for turn, history in store.rated():
        yield _row(turn, history)


def _row(turn: "Kept", history: tuple[Turn, ...]) -> dict[str, Any]:
    answered = turn.answer["status"] == "answered"
    # A program sends its history along and does not have it kept; then the question is told as it was understood.
    question = turn.question if history else turn.answer["standalone_question"]
    row: dict[str, Any] = {"id": turn.id, "question": question}
    if history:
        row["history"] = [{"role": one.role, "text": one.text} for one in history]
    if turn.rating == 1:
        row["answerable"] = answered
        if answered:
            row["evidence"] = [
                {"article_id": one["article_id"], "text": one["quote"]}
                for one in turn.answer["citations"]
                if one["quote"]
            ]
    else:
        code = (turn.reason or "").partition(":")[0]
        if code in SAYS_ANSWERABLE:
            row["answerable"] = SAYS_ANSWERABLE[code]
    return {**row, "type": "rated good" if turn.rating == 1 else "rated bad", "reason": turn.reason or ""}
