"""``dateline ingest``: articles in, with progress and a report of everything that was left out."""

import argparse
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from importlib.resources import as_file, files

from qa.cli import Parser, Subparsers, add_parser, open_archive, print_json, print_text, settings_of
from qa.errors import FolderLocked, UsageError
from qa.render import plain
from qa.reporting import in_time, told
from qa.types import Ingestor, IngestReport, Progress

SHOWN_SKIPS = 20
QUIET_S = 5.0
"""Between two progress lines where stderr is no terminal."""


def add_command(subparsers: Subparsers) -> None:
    """Add the command to the command line."""
    text = (
        "Take articles into the archive: text, Markdown, CSV, JSON lines, HTML, PDF, DOCX, mail, feeds, zip, folders, "
        "and the pages and feeds at web addresses."
    )
    parser: Parser = add_parser(subparsers, "ingest", run, text)
    parser.add_argument("inputs", metavar="PATH|URL", nargs="*", help="file, folder, page, feed, or list.urls")
    what = "take this column for a field, e.g. --map text=body (repeatable)"
    parser.add_argument("--map", metavar="FIELD=COLUMN", action="append", default=[], help=what)
    parser.add_argument("--publisher", metavar="NAME", help="publisher of articles that name none")
    parser.add_argument("--corpus", metavar="NAME", help="name that, with a given id, identifies articles without URL")
    parser.add_argument("--sync", metavar="FOLDER", help="read a folder and remove what came from it and is gone")
    parser.add_argument("--sample", action="store_true", help="take in the sample archive that comes with Dateline")
    parser.add_argument("--dry-run", action="store_true", help="only count what would happen")
    parser.add_argument("--strict", action="store_true", help="exit with 1 if anything was skipped")


def run(options: argparse.Namespace) -> int:
    """Ingest what the options name and return the exit code."""
    if not (options.inputs or options.sync or options.sample):
        raise UsageError("Nothing to ingest was named; give files, folders or addresses, or --sample.")
    mapping = dict(_pair(text) for text in options.map)
    shown = _ProgressLine()
    with as_file(files("ingest").joinpath("sample", "articles.jsonl")) as sample:
        inputs = [*options.inputs, *([str(sample)] if options.sample else [])]
        with _destination(options) as take_in:
            report = take_in(
                inputs,
                mapping=mapping,
                progress=shown,
                publisher=options.publisher,
                corpus=options.corpus,
                sync=options.sync,
                dry_run=options.dry_run,
            )
    shown.end()
    if options.json:
        print_json(report.as_dict())
    else:
        print_text(report_lines(report))
    return exit_code(report, strict=options.strict)


@contextmanager
def _destination(options: argparse.Namespace) -> Iterator[Ingestor]:
    """Open the archive, or reach the server that has it open."""
    from ingest.run import ingest
    from qa.remote import find_server

    try:
        archive = open_archive(options, write=True)
    except FolderLocked:
        server = find_server(settings_of(options).data_dir)
        if server is None:
            raise
        with server:
            yield server.ingest
    else:
        with archive:
            yield partial(ingest, archive=archive)


def exit_code(report: IngestReport, *, strict: bool) -> int:
    """Return 0 for done, 1 for nothing taken in (or any skip, if strict), 3 for some inputs skipped."""
    if not report.skipped:
        return 0
    taken = report.added + report.updated + report.unchanged + report.removed
    return 1 if strict or not taken else 3


def report_lines(report: IngestReport) -> str:
    """Show what became of the inputs."""
    lines = []
    for head, rows in told(report):
        lines += [head, *(f"  {row}" for row in rows[:SHOWN_SKIPS])]
        if len(rows) > SHOWN_SKIPS:
            lines.append(f"  ... and {len(rows) - SHOWN_SKIPS} more; --json lists all of them.")
    return plain("\n".join(lines))


def _pair(text: str) -> tuple[str, str]:
    field, equals, column = text.partition("=")
    if not (field and equals and column):
        raise UsageError(f"--map takes FIELD=COLUMN, such as text=body, not {text!r}.")
    return field.strip(), column.strip()


class _ProgressLine:
    """Progress on stderr: one line that is rewritten in a terminal, a line every few seconds elsewhere."""

    def __init__(self) -> None:
        self._terminal = sys.stderr.isatty()
        self._last = time.monotonic()

    def __call__(self, progress: Progress) -> None:
        now = time.monotonic()
        if not self._terminal and now - self._last < QUIET_S:
            return
        self._last = now
        total = f" of {progress.total}" if progress.total else ""
        left = "" if progress.seconds_left is None else f", {in_time(progress.seconds_left)} left"
        line = f"{progress.done}{total} {progress.unit}, {progress.words_per_second:,.0f} words/s{left}"
        sys.stderr.write(f"\r\x1b[K{line}" if self._terminal else f"{line}\n")
        sys.stderr.flush()

    def end(self) -> None:
        """Clear the line."""
        if self._terminal:
            sys.stderr.write("\r\x1b[K")
