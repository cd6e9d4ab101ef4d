"""``dateline tune``: fit the confidence to a user's own questions, where that is better."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qa.cli import Subparsers, add_parser, open_archive, print_json, print_text
from qa.errors import UsageError
from qa.evaluate.progress import ProgressLine
from qa.render import plain

if TYPE_CHECKING:
    from qa.evaluate.tune import Asked, Comparison, Quality
    from qa.types import Level

UNDONE = "The confidence is as shipped again."
NEVER_TUNED = "The confidence is as shipped; nothing was tuned."


def add_tune(subparsers: Subparsers) -> None:
    """Add the command."""
    text = (
        "Fit the confidence, and when to abstain, to your own questions. It is compared with the shipped one on "
        "articles that it was not fitted on, and used from then on if it is better."
    )
    parser = add_parser(subparsers, "tune", _tune, text)
    what = "as `dateline eval` reads them; each must say whether it can be answered"
    parser.add_argument("questions", metavar="QUESTIONS", nargs="*", type=Path, help=what)
    parser.add_argument("--dry-run", action="store_true", help="compare only; change nothing")
    parser.add_argument("--undo", action="store_true", help="go back to the confidence as shipped")


def _tune(options: argparse.Namespace) -> int:
    if options.undo:
        return _undo(options)
    if not options.questions:
        raise UsageError("Name the file with your questions, or --undo.")
    from qa.answer import tuned
    from qa.evaluate.datasets import open_set
    from qa.evaluate.run import skipped_lines, survey
    from qa.evaluate.tune import ask, compare, to_keep

    questions = open_set(options.questions)
    surveyed = survey(questions)
    shown = ProgressLine()
    with open_archive(options, write=not options.dry_run) as archive:
        asked = ask(questions, archive, shown)
        shown.end()
        found = compare(asked.samples)
        kept = found.better and not options.dry_run
        if kept:
            tuned.keep(archive, to_keep(found, asked))
        told = tuned.told(archive)
    left = len(surveyed.skipped) + surveyed.more_skipped
    if options.json:
        print_json(_json(found, asked, kept=kept, unread=left))
    else:
        lines = [*_table(found, asked), *skipped_lines(surveyed), "", *_verdict(options, found, kept, told)]
        print_text(plain("\n".join(lines)))
    return 3 if left else 0


def _undo(options: argparse.Namespace) -> int:
    if options.questions:
        raise UsageError("--undo takes no questions.")
    with open_archive(options, write=True) as archive:
        had = archive.tuned is not None
        if had:
            archive.set_tuned(None)
    if options.json:
        print_json({"undone": had})
    else:
        print_text(UNDONE if had else NEVER_TUNED)
    return 0


def _json(found: "Comparison", asked: "Asked", *, kept: bool, unread: int) -> dict[str, Any]:
    can = sum(sample.answerable for sample in asked.samples)
    return {
        "answerable": can,
        "unanswerable": len(asked.samples) - can,
        "left_out": [{"reason": reason, "questions": count} for reason, count in asked.left_out.items()],
        "unreadable": unread,
        "shipped": found.shipped.as_dict(),
        "tuned": found.tuned.as_dict(),
        "brier_difference": {
            "value": round(found.brier.difference, 4),
            "low": round(found.brier.low, 4),
            "high": round(found.brier.high, 4),
        },
        "numbers": found.numbers,
        "better": found.better,
        "kept": kept,
    }


def _table(found: "Comparison", asked: "Asked") -> list[str]:
    can = sum(sample.answerable for sample in asked.samples)
    lines = [f"{can} questions with an answer, {len(asked.samples) - can} without one"]
    lines += [f"  left out: {count}, since {reason}" for reason, count in asked.left_out.items()]
    rows = [
        ("", "as shipped", "tuned"),
        ("told apart (AUROC)", _told_apart(found.shipped), _told_apart(found.tuned)),
        ("distance from the truth (Brier)", f"{found.shipped.brier:.3f}", f"{found.tuned.brier:.3f}"),
        *(_level_row(found, level) for level in found.shipped.answered if level != "open"),
        _level_row(found, "open"),
    ]
    lines += ["", *(f"{name:<34}{shipped:<24}{tuned}".rstrip() for name, shipped, tuned in rows)]
    return [*lines, "Tuned figures are of articles that those numbers were not fitted on."]


def _level_row(found: "Comparison", level: "Level") -> tuple[str, str, str]:
    shipped, tuned = (
        f"{100 * can:.1f} % / {100 * cannot:.1f} %"
        for can, cannot in (found.shipped.answered[level], found.tuned.answered[level])
    )
    return f"{level}: answered with / without", shipped, tuned


def _told_apart(quality: "Quality") -> str:
    value = quality.auroc
    return f"{value.value:.3f} ({value.low:.3f} to {value.high:.3f})"


def _verdict(options: argparse.Namespace, found: "Comparison", kept: bool, told: str) -> list[str]:
    if kept:
        return ["Tuned is better and is used from now on; `dateline tune --undo` goes back."]
    if not found.better:
        return [f"Tuned is not clearly better on these questions, so nothing was changed: the confidence is {told}."]
    return [f"Tuned is better; nothing was changed, as --dry-run asked: the confidence is {told}."]
