"""``dateline eval``: how good the answers are on a question set, and whether they got worse."""

import argparse
import contextlib
import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qa.cli import Parser, Subparsers, add_parser, print_json, print_text, settings_of, whole
from qa.errors import BadSettings, ChatModelFailed, DatelineError, UsageError
from qa.evaluate.progress import ProgressLine, say
from qa.render import plain

if TYPE_CHECKING:
    from qa.config import Settings
    from qa.evaluate.datasets import QuestionSet
    from qa.evaluate.run import Outcome, Plan, Survey
    from qa.index.archive import Archive
    from qa.types import Ingestor

MakeIngestor = Callable[["Archive"], "Ingestor"]
DEFAULT_OUT = Path("dateline-eval")
MOST_JOBS = 64
MOST_LIMIT = 2**31 - 1


def add_eval(subparsers: Subparsers, ingestor: MakeIngestor) -> None:
    """Add the command; ``ingestor`` takes in the articles of ``--articles``."""
    text = "Ask a set of questions, score the answers, write a report and hold it against a gate."
    parser: Parser = add_parser(subparsers, "eval", run, text)
    what = "JSON lines or CSV of ours; SQuAD, MultiHop-RAG, MTRAG or RAGAS rows; a BEIR folder (each also .gz)"
    parser.add_argument("questions", metavar="QUESTIONS", nargs="+", type=Path, help=what)
    what = "make an archive of these articles in OUT rather than asking that of --data (repeatable)"
    parser.add_argument("--articles", metavar="FILE", action="append", default=[], help=what)
    what = "take this column of --articles for a field, e.g. --map text=body (repeatable)"
    parser.add_argument("--map", metavar="FIELD=COLUMN", action="append", default=[], help=what)
    parser.add_argument("--engine", choices=["quotes", "chat"], help="how answers are written")
    parser.add_argument("--level", choices=["strict", "balanced", "open"], help="how sure an answer must be")
    parser.add_argument("--out", metavar="DIR", type=Path, default=DEFAULT_OUT, help=f"results (default {DEFAULT_OUT})")
    parser.add_argument("--limit", metavar="N", type=whole(1, MOST_LIMIT), help="only the first N questions")
    parser.add_argument(
        "--jobs", metavar="N", type=whole(1, MOST_JOBS), default=1, help="processes that ask (default 1)"
    )
    parser.add_argument(
        "--results", metavar="FILE", type=Path, help="score these results of an earlier run; ask nothing"
    )
    parser.add_argument(
        "--baseline", metavar="RESULTS", type=Path, help="compare with these results, question by question"
    )
    parser.add_argument("--gate", metavar="FILE", type=Path, help="exit with 1 below one of these floors")
    parser.add_argument("--update", action="store_true", help="pin the gate's floors to this run; lowers none")
    parser.add_argument("--allow-regression", action="store_true", help="with --update: floors may fall")
    what = "also have a chat model compare answers with the gold ones (LangChain's provider:model)"
    parser.add_argument("--judge", metavar="MODEL", help=what)
    parser.set_defaults(make_ingestor=ingestor)


def run(options: argparse.Namespace) -> int:
    """Evaluate what the options name and return the exit code."""
    from qa.evaluate.datasets import open_set
    from qa.evaluate.run import Plan, run, survey

    _check(options)
    _check_engine(options)
    questions = open_set(options.questions, options.limit)
    found = survey(questions)
    if not found.count:
        raise UsageError(f"There is no question in {options.questions[0]} that can be asked.")
    plan = Plan(
        options.out,
        _how(options),
        options.jobs,
        options.results,
        options.baseline,
        _gate_to_check(options),
        _judge(options),
    )
    shown = ProgressLine()
    try:
        with _archive(options, questions) as archive:
            outcome = run(questions, found, archive, plan, shown)
    except KeyboardInterrupt:
        shown.end()
        raise _interrupted(options, shown) from None
    shown.end()
    return _finish(options, plan, outcome, found)


def _check(options: argparse.Namespace) -> None:
    if options.update and options.gate is None:
        raise UsageError("--update needs the gate file to write: --gate FILE.")
    if options.allow_regression and not options.update:
        raise UsageError("--allow-regression goes with --update.")
    if options.articles and options.data:
        raise UsageError("Questions are put to --data or to --articles, not to both.")
    for path in (options.results, options.baseline):
        if path is not None and not path.exists():
            raise UsageError(f"There is no file {path}.")
    if options.results and _results_file(options.results) == _results_file(options.out):
        raise UsageError("--results and --out are the same; the results would be overwritten while they are read.")


def _results_file(path: Path) -> Path:
    from qa.evaluate.folder import RESULTS

    return (path if path.name == RESULTS else path / RESULTS).absolute()


def _how(options: argparse.Namespace) -> Any:
    from qa.evaluate.asker import How

    return How(options.engine, options.level)


def _judge(options: argparse.Namespace) -> Any:
    from qa.evaluate.judge import load_model

    return (options.judge, load_model(options.judge, settings_of(options))) if options.judge else None


def _check_engine(options: argparse.Namespace) -> None:
    """Refuse to measure a chat engine that has no model: its quotes would be taken for the model's answers."""
    from qa import llm

    settings = settings_of(options)
    if options.results is not None or (options.engine or settings.engine) != "chat":
        return
    try:
        llm.load(settings)
    except ChatModelFailed as failed:
        raise BadSettings(f"The engine `chat` cannot be measured: {failed.user_message}") from failed


def _gate_to_check(options: argparse.Namespace) -> Path | None:
    from qa.evaluate.gate import read_gate

    if options.gate is not None and not options.update:
        read_gate(options.gate)  # what is wrong with it shows before a long run, not after
        return Path(options.gate)
    return None


@contextlib.contextmanager
def _archive(options: argparse.Namespace, questions: "QuestionSet") -> "Iterator[Archive]":
    """Open the archive that is asked: that of --data, or one made of the articles that go with the questions."""
    from qa.index.archive import Archive

    settings = settings_of(options)
    own = questions.own_articles and not options.data
    if options.articles or own:
        files = options.articles or [str(questions.write_articles(options.out))]
        mapping = _mapping(options, questions)
        settings = _at(
            settings, options.out / _archive_name(options.articles or [*map(str, options.questions)], mapping)
        )
        _ingest(settings, files, mapping, options.make_ingestor)
    with Archive.open(settings, read_only=True) as archive:
        yield archive


def _archive_name(files: list[str], mapping: dict[str, str]) -> str:
    """Return a folder's name for the articles of some files, so that those of two runs are never mixed."""
    told = repr(([os.path.abspath(file) if "://" not in file else file for file in files], sorted(mapping.items())))
    return f"archive-{hashlib.sha256(told.encode('utf-8', 'replace')).hexdigest()[:8]}"


def _at(settings: "Settings", folder: Path) -> "Settings":
    from qa.config import Settings

    return Settings(**{**settings.model_dump(), "data_dir": folder})


def _mapping(options: argparse.Namespace, questions: "QuestionSet") -> dict[str, str]:
    pairs = [text.partition("=") for text in options.map]
    if not all(column and name for name, _, column in pairs):
        raise UsageError("--map takes FIELD=COLUMN, such as text=body.")
    return {**questions.mapping, **{name.strip(): column.strip() for name, _, column in pairs}}


def _ingest(settings: "Settings", files: list[str], mapping: dict[str, str], make_ingestor: MakeIngestor) -> None:
    from qa.index.archive import Archive

    shown = ProgressLine("articles")
    with Archive.open(settings) as archive:
        report = make_ingestor(archive)(
            files, mapping=mapping, progress=lambda progress: shown(progress.done, progress.total or 0)
        )
    shown.end()
    if report.skipped:
        first = report.skipped[0]
        where = f"{first.input}{f', line {first.line}' if first.line else ''}"
        say(f"{len(report.skipped)} articles were left out; the first: {where}: {first.reason}")
    if not report.added + report.updated + report.unchanged:
        raise UsageError("None of the articles could be taken in, so there is nothing to ask.")


def _finish(options: argparse.Namespace, plan: "Plan", outcome: "Outcome", found: "Survey") -> int:
    from qa.evaluate.run import skipped_lines, summary_json
    from qa.evaluate.summary import terminal

    pinned, refused = _pin(options, outcome)
    left_out = len(found.skipped) + found.more_skipped
    verdict = outcome.verdict
    if options.json:
        print_json(
            {
                "out": str(options.out),
                "questions": found.count,
                "digest": found.digest,
                "metrics": summary_json(outcome.summary, outcome.collected),
                "gate": verdict.as_dict() if verdict else None,
                "pinned": pinned,
                "refused": refused,
                "skipped": [
                    {"input": s.input, "line": s.line, "code": s.code, "reason": s.reason} for s in found.skipped
                ],
            }
        )
    else:
        lines = [terminal(outcome.summary, outcome.collected), *skipped_lines(found)]
        lines += [f"The report is {options.out / 'report.html'}."]
        if verdict is not None:
            lines += ["The gate holds."] if verdict.ok else ["The gate fails:", *(f"  {f}" for f in verdict.failures)]
        if options.update:
            lines += (
                [f"The gate {options.gate} is pinned to this run."]
                if pinned
                else [_REFUSED, *(f"  {r}" for r in refused)]
            )
        print_text(plain("\n".join(lines)))
    if refused:
        return 1
    return (verdict.exit_code if verdict else 0) or (3 if left_out else 0)


_REFUSED = "The gate is left as it is; --allow-regression lowers its floors:"


def _pin(options: argparse.Namespace, outcome: "Outcome") -> tuple[bool, list[str]]:
    from qa.evaluate.gate import pin, read_gate, write_gate

    if not options.update:
        return False, []
    before = read_gate(options.gate) if options.gate.exists() else None
    survey = outcome.survey
    gate, refused = pin(before, survey.digest, survey.count, outcome.summary, allow_regression=options.allow_regression)
    if refused:
        return False, refused
    write_gate(options.gate, gate)
    return True, []


def _interrupted(options: argparse.Namespace, shown: "ProgressLine") -> DatelineError:
    error = DatelineError(
        f"Interrupted after {shown.done} of {shown.total} questions, which are kept in {options.out}; "
        "the same command goes on from there."
    )
    error.exit_code = 130
    return error
