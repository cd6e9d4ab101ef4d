"""Wiring only: the ``dateline`` command line, and what one package hands to the other."""

import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, NoReturn

from qa.errors import Interrupted
from qa.types import ChunkDraft, Ingestor, Suspicion

if TYPE_CHECKING:
    from qa.index.archive import Archive


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    from ingest import cli as ingest_cli
    from qa import cli
    from qa.evaluate import cli as eval_cli
    from qa.evaluate import questions_cli, tune_cli
    from qa.web import cli as web_cli
    from qa.web import mcp
    from qa.web.feedback import add_feedback

    commands: list[Callable[[Any], None]] = [
        ingest_cli.add_command,
        *cli.COMMANDS,
        partial(eval_cli.add_eval, ingestor=_ingestor),
        questions_cli.add_questions,
        tune_cli.add_tune,
        partial(cli.add_repair, cut=_cut),
        partial(web_cli.add_serve, ingestor=_ingestor),
        mcp.add_mcp,
        add_feedback,
        web_cli.add_backup,
        web_cli.add_restore,
    ]
    if argv is not None:
        return cli.run(argv, commands)
    code = cli.run(sys.argv[1:], commands)
    return _leave_at_once(code) if code == Interrupted.exit_code else code


def _leave_at_once(code: int) -> NoReturn:
    """End an interrupted process, whose data folder is closed by now.

    A thread that was stopped inside a library (a model that was being loaded, say) would meet an interpreter that is
    being taken down and abort the process.
    """
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)


def _cut(text: str, token_spans: Sequence[tuple[int, int]], apart: Sequence[Suspicion]) -> list[ChunkDraft]:
    from ingest.chunk import cut

    return cut(text, token_spans, apart)


def _ingestor(archive: "Archive") -> Ingestor:
    from ingest.run import ingest

    return partial(ingest, archive=archive)


if __name__ == "__main__":
    sys.exit(main())
