"""Wiring only: the ``dateline`` command line, and what one package hands to the other."""

import sys
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

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
    return cli.run(sys.argv[1:] if argv is None else argv, commands)


def _cut(text: str, token_spans: Sequence[tuple[int, int]], apart: Sequence[Suspicion]) -> list[ChunkDraft]:
    from ingest.chunk import cut

    return cut(text, token_spans, apart)


def _ingestor(archive: "Archive") -> Ingestor:
    from ingest.run import ingest

    return partial(ingest, archive=archive)


if __name__ == "__main__":
    sys.exit(main())
