"""``dateline questions new``: a question set drafted from the archive, to be read and mended."""

import argparse
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from qa.cli import Subparsers, add_parser, open_archive, print_json, print_text, whole
from qa.errors import BadSettings, ChatModelFailed, UsageError, WriteFailed
from qa.evaluate.progress import ProgressLine

if TYPE_CHECKING:
    from qa.evaluate.drafts import Draft, Drafter
    from qa.evaluate.types import Json
    from qa.index.archive import Archive

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
        "Draft questions from the archive's own sentences, each with its answer and evidence, and beside them "
        "twins that have no answer because the articles with it are left out. Read the drafts and mend them before "
        "they measure anything."
    )
    new = add_parser(actions, "new", _new, text)
    new.add_argument("--out", metavar="FILE", type=Path, default=DEFAULT_OUT, help=f"(default {DEFAULT_OUT})")
    new.add_argument(
        "--count", metavar="N", type=whole(1, MOST_QUESTIONS), default=100, help="questions with an answer"
    )
    new.add_argument("--seed", metavar="N", type=whole(0, MOST_SEED), default=1, help="another seed, other articles")
    new.add_argument(
        "--drafter",
        choices=["rules", "chat"],
        default="rules",
        help="who asks: rules, or the chat model of the settings, checked (default rules)",
    )
    new.add_argument("--no-twins", action="store_true", help="only questions with an answer")
    new.add_argument("--force", action="store_true", help="overwrite FILE")


def _new(options: argparse.Namespace) -> int:
    from qa.evaluate.drafts import Drafter

    if options.out.exists() and not options.force:
        raise UsageError(f"{options.out} exists; name another file with --out, or overwrite it with --force.")
    shown = ProgressLine("articles")
    with open_archive(options) as archive:
        told = _ask_model(archive, options, shown) if options.drafter == "chat" else Told()
        drafter = Drafter(archive)
        left = options.count - len(told.drafts)
        drafts = [*told.drafts, *(drafter.drafts(left, options.seed, shown) if left else [])]
        shown.end()
        if not drafts:
            vain = " and nothing that the language model wrote could be used" if told.asked else ""
            raise UsageError(
                f"No sentence of the archive's English articles fits a rule{vain}: there is nothing to ask."
            )
        rows = _rows(drafter, drafts, twins=not options.no_twins)
    _write(options.out, rows)
    _tell(options, rows, told)
    return 0


@dataclass(frozen=True)
class Told:
    """What a chat model drafted.

    Args:
        drafts: Those that passed.
        asked: Replies that were read.
        dropped: Those that did not pass, by reason.
        stopped: Why it was not asked on, in one plain sentence.
    """

    drafts: "list[Draft]" = field(default_factory=list)
    asked: int = 0
    dropped: dict[str, int] = field(default_factory=dict)
    stopped: str | None = None

    def lines(self, by_rule: int) -> list[str]:
        """Say in plain words what became of the model's drafts."""
        if not self.drafts:
            lines = ["Nothing that the language model wrote could be used; the drafts are made by rule."]
        else:
            lines = [f"{len(self.drafts)} drafts are the language model's, {by_rule} are made by rule."]
        reasons = ", ".join(f"{reason}: {count}" for reason, count in self.dropped.items())
        lines += (
            [f"Of its {self.asked} replies {sum(self.dropped.values())} were dropped ({reasons})."] if reasons else []
        )
        return [*lines, self.stopped] if self.stopped else lines


def _ask_model(archive: "Archive", options: argparse.Namespace, shown: ProgressLine) -> Told:
    from qa import llm
    from qa.evaluate.drafts import Drafter
    from qa.evaluate.model_drafts import ModelAsker

    try:
        model = llm.load(archive.settings)
    except ChatModelFailed as failed:
        raise BadSettings(failed.user_message) from failed
    asker = ModelAsker(model, archive.embedder)
    drafter = Drafter(archive, asker, looked_at=1)
    drafts = drafter.drafts(options.count, options.seed, shown)
    dropped = asker.dropped + drafter.dropped
    return Told(drafts, asker.asked, dict(dropped.most_common()), drafter.stopped)


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


def _tell(options: argparse.Namespace, rows: "list[Json]", told: Told) -> None:
    answerable = sum(row["answerable"] for row in rows)
    if options.json:
        found = {"out": str(options.out), "answerable": answerable, "unanswerable": len(rows) - answerable}
        by_model = {"by_model": len(told.drafts), "dropped": told.dropped, "stopped": told.stopped}
        print_json(found | (by_model if options.drafter == "chat" else {}))
        return
    lines = [f"{answerable} drafts with an answer and {len(rows) - answerable} without one are in {options.out}."]
    if answerable < options.count:
        lines.append("The archive's sentences gave no more.")
    if options.drafter == "chat":
        lines += told.lines(answerable - len(told.drafts))
    lines += [
        "They are made by machine: read them, and delete or mend what is wrong, before they measure anything.",
        f"Then: dateline eval {options.out}",
    ]
    print_text("\n".join(lines))
