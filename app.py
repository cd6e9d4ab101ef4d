"""Wiring only: the ``dateline`` command line, and what one package hands to the other."""

import sys
from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    from ingest import cli as ingest_cli
    from qa import cli

    return cli.run(sys.argv[1:] if argv is None else argv, [ingest_cli.add_command, *cli.COMMANDS])


if __name__ == "__main__":
    sys.exit(main())
