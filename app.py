"""Wiring only: the ``dateline`` command line, and what one package hands to the other."""

import sys
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from qa.types import ChunkDraft


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    from ingest import cli as ingest_cli
    from qa import cli

    commands: list[Callable[[Any], None]] = [ingest_cli.add_command, *cli.COMMANDS, partial(cli.add_repair, cut=_cut)]
    return cli.run(sys.argv[1:] if argv is None else argv, commands)


def _cut(text: str, token_spans: Sequence[tuple[int, int]]) -> list[ChunkDraft]:
    from ingest.chunk import cut

    return cut(text, token_spans)


if __name__ == "__main__":
    sys.exit(main())
