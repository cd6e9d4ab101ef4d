"""The command line: what each command takes, does and prints.

Results go to stdout, progress and messages to stderr; with ``--json`` stdout holds exactly one object, for success and
error alike. Nothing heavy is imported before a command needs it.
"""

import argparse
import json
import logging
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from qa.errors import DatelineError, Interrupted, UsageError

if TYPE_CHECKING:
    from qa.config import Settings
    from qa.index.archive import Archive, Cutter
    from qa.remote import Door
    from qa.types import Filters, Turn

MOST = 2**31 - 1
Subparsers = Any
"""What ``add_subparsers`` returns; argparse keeps the class private."""


class Parser(argparse.ArgumentParser):
    """A parser whose complaints are our errors, so that ``--json`` covers them too."""

    def error(self, message: str) -> NoReturn:
        """Raise instead of printing and leaving."""
        raise UsageError(f"{message[:1].upper()}{message[1:]}; see `{self.prog} --help`.")


def run(argv: Sequence[str], commands: Sequence[Callable[[Subparsers], None]]) -> int:
    """Parse and run one command; print its error, if any, and return the exit code."""
    try:
        options = _parser(commands).parse_args(argv)
        logging.basicConfig(
            stream=sys.stderr, level=logging.INFO if options.verbose else logging.WARNING, format="%(message)s"
        )
        code: int = options.run(options)
    except DatelineError as error:
        return _report(error, as_json="--json" in argv)
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except KeyboardInterrupt:
        return _report(Interrupted("Interrupted; what was done so far is kept."), as_json="--json" in argv)
    except Exception as error:
        logging.getLogger(__name__).debug("unexpected", exc_info=True)
        if "--verbose" in argv:
            raise
        unknown = DatelineError(
            f"Something unexpected went wrong ({type(error).__name__}); --verbose shows the details."
        )
        return _report(unknown, as_json="--json" in argv)
    return code


def _parser(commands: Sequence[Callable[[Subparsers], None]]) -> Parser:
    parser = Parser(prog="dateline", description="Ask an archive of news articles; every answer quotes its source.")
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for add in commands:
        add(subparsers)
    return parser


def _report(error: DatelineError, *, as_json: bool) -> int:
    if as_json:
        print_json(error.as_dict())
    else:
        sys.stderr.write(f"dateline: {error.user_message}\n")
    return error.exit_code


def print_json(value: dict[str, Any]) -> None:
    """Print the one object of a ``--json`` command; escaped where stdout cannot take it as it is."""
    text = json.dumps(value, ensure_ascii=False)
    try:
        text.encode(_encoding())
    except UnicodeEncodeError:  # a lone surrogate, or a locale without Unicode
        text = json.dumps(value)
    sys.stdout.write(text + "\n")


def print_text(text: str) -> None:
    """Print lines for people."""
    text = text.encode(_encoding(), "backslashreplace").decode(_encoding())
    sys.stdout.write(text.rstrip("\n") + "\n")


def _encoding() -> str:
    return getattr(sys.stdout, "encoding", None) or "utf-8"


def add_parser(
    subparsers: Subparsers, name: str, run_command: Callable[[argparse.Namespace], int], text: str
) -> Parser:
    """Add a command with the options that every command has."""
    parser: Parser = subparsers.add_parser(name, help=text, description=text)
    parser.add_argument(
        "--data", metavar="DIR", type=Path, help="data folder (default: DATELINE_DATA_DIR, else the user's)"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--verbose", action="store_true", help="say more on stderr")
    parser.set_defaults(run=run_command)
    return parser


def settings_of(options: argparse.Namespace) -> "Settings":
    """Read the settings for the data folder that the options name."""
    from qa.config import Settings

    return Settings(data_dir=options.data) if options.data else Settings()


def open_archive(options: argparse.Namespace, *, write: bool = False) -> "Archive":
    """Open the archive that the options name."""
    from qa.index.archive import Archive

    return Archive.open(settings_of(options), read_only=not write)


def open_door(options: argparse.Namespace, *, write: bool = False) -> "Door":
    """Open the archive that the options name, or reach the server that has it open."""
    from qa import remote

    return remote.open_door(settings_of(options), write=write)


# ask and search ----------------------------------------------------------------------------------------------------


def _add_filters(parser: Parser) -> None:
    parser.add_argument(
        "--publisher", metavar="P", action="append", default=[], help="only this publisher (repeatable)"
    )
    parser.add_argument("--from", dest="first", metavar="DATE", help="published on this day or later")
    parser.add_argument("--to", dest="last", metavar="DATE", help="published on this day or earlier")
    parser.add_argument("--article", metavar="ID", action="append", help="only this article (repeatable)")
    parser.add_argument("--exclude", metavar="ID", action="append", default=[], help="never this article (repeatable)")


def _filters(options: argparse.Namespace) -> "Filters":
    from qa.types import Filters

    articles = None if options.article is None else tuple(options.article)
    return Filters(tuple(options.publisher), options.first, options.last, articles, tuple(options.exclude))


def _add_ask(subparsers: Subparsers) -> None:
    parser = add_parser(
        subparsers, "ask", _ask, "Answer a question with quoted, cited sentences, or say that it cannot."
    )
    parser.add_argument("question", metavar="QUESTION")
    parser.add_argument("--history", metavar="FILE", type=Path, help="earlier turns, JSON lines of {role, text}")
    _add_filters(parser)
    parser.add_argument("--level", choices=["strict", "balanced", "open"], help="how sure an answer must be")
    parser.add_argument("--engine", choices=["quotes", "chat"], help="how answers are written")


def _ask(options: argparse.Namespace) -> int:
    from qa.render import answer_lines

    filters, history = _filters(options), _history(options.history)
    with open_door(options) as door:
        answer = door.ask(options.question, history, filters, options.engine, options.level)
    if options.json:
        print_json(answer.as_dict())
    else:
        print_text(answer_lines(answer))
    return 0


def _history(path: Path | None) -> "tuple[Turn, ...]":
    from qa.types import Turn

    if path is None:
        return ()
    turns, number = [], 0
    try:
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):  # noqa: B007 - named in the error
            if line.strip():
                row = json.loads(line)
                if row["role"] not in ("user", "assistant"):
                    raise ValueError("role")
                turns.append(Turn(role=row["role"], text=str(row["text"])))
    except OSError as exc:
        raise UsageError(f"The history {path} cannot be read: {exc.strerror}.") from exc
    except (ValueError, KeyError, TypeError) as exc:
        raise UsageError(
            f'Line {number} of the history is not a JSON object like {{"role": "user", "text": "..."}}.'
        ) from exc
    return tuple(turns)


def _add_search(subparsers: Subparsers) -> None:
    parser = add_parser(subparsers, "search", _search, "List the passages that fit a question best.")
    parser.add_argument("question", metavar="QUESTION")
    parser.add_argument("--top-k", metavar="N", type=whole(1, 50), default=10, help="how many passages (default 10)")
    _add_filters(parser)


def whole(least: int, most: int) -> Callable[[str], int]:
    """Return a reader of whole numbers within bounds."""

    def read(text: str) -> int:
        if not (text.isascii() and text.isdigit() and len(text) < 20 and least <= int(text) <= most):
            raise argparse.ArgumentTypeError(f"must be a whole number between {least} and {most}")
        return int(text)

    return read


def _search(options: argparse.Namespace) -> int:
    from qa.render import search_lines

    filters = _filters(options)
    with open_door(options) as door:
        results = door.search(options.question, options.top_k, filters)
    if options.json:
        print_json({"question": options.question, "results": [result.as_dict() for result in results]})
    else:
        print_text(search_lines(results))
    return 0


# articles ----------------------------------------------------------------------------------------------------------


def _add_articles(subparsers: Subparsers) -> None:
    text = "List, show or remove articles."
    actions = subparsers.add_parser("articles", help=text, description=text).add_subparsers(
        required=True, metavar="ACTION"
    )
    listing = add_parser(actions, "list", _list, "List the articles, newest first.")
    listing.add_argument("--limit", type=whole(1, MOST), metavar="N", help="at most so many")
    show = add_parser(actions, "show", _show, "Show one article as it is stored.")
    show.add_argument("id", metavar="ID")
    show.add_argument("--revision", type=whole(1, MOST), metavar="N", help="an earlier revision")
    remove = add_parser(actions, "remove", _remove, "Remove an article with all its revisions; it stays removed.")
    remove.add_argument("id", metavar="ID")


def _list(options: argparse.Namespace) -> int:
    from qa.render import list_lines

    with open_door(options) as door:
        found = door.articles(options.limit)
    if options.json:
        print_json({"articles": [summary.as_dict() for summary in found]})
    else:
        print_text(list_lines(found))
    return 0


def _show(options: argparse.Namespace) -> int:
    from qa.render import article_lines

    with open_door(options) as door:
        article = door.article(options.id, options.revision)
    if options.json:
        print_json(article.as_dict())
    else:
        print_text(article_lines(article))
    return 0


def _remove(options: argparse.Namespace) -> int:
    with open_door(options, write=True) as door:
        door.remove(options.id)
    if options.json:
        print_json({"removed": [options.id]})
    else:
        print_text(f"Removed {options.id}.")
    return 0


# health ------------------------------------------------------------------------------------------------------------


def _add_verify(subparsers: Subparsers) -> None:
    add_parser(subparsers, "verify", _verify, "Check the archive and its indexes, changing nothing.")


def _verify(options: argparse.Namespace) -> int:
    from qa.health import verify

    problems = verify(settings_of(options))
    if options.json:
        print_json({"ok": not problems, "problems": problems})
    else:
        print_text("\n".join(problems) or "The archive and its indexes are sound.")
    return 1 if problems else 0


def add_repair(subparsers: Subparsers, cut: "Cutter") -> None:
    """Add the command that makes the indexes again; ``cut`` cuts articles for ``--re-embed``."""
    parser = add_parser(subparsers, "repair", _repair, "Make the indexes again from the catalogue.")
    parser.add_argument("--re-embed", action="store_true", help="also cut and embed every article again, as set now")
    parser.set_defaults(cut=cut)


def _repair(options: argparse.Namespace) -> int:
    from qa.health import repair

    embedded = repair(settings_of(options), cut=options.cut if options.re_embed else None)
    if options.json:
        print_json({"rebuilt": ["keyword", "vector"], "embedded": embedded})
    else:
        print_text(f"Both indexes were made again; {embedded} passages were embedded.")
    return 0


def _add_doctor(subparsers: Subparsers) -> None:
    add_parser(subparsers, "doctor", _doctor, "Show what is installed and whether everything is in order.")


def _doctor(options: argparse.Namespace) -> int:
    from qa.health import examine

    findings = examine(settings_of(options))
    if options.json:
        print_json({"ok": all(item.ok for item in findings), "checks": [item.as_dict() for item in findings]})
    else:
        print_text("\n".join(f"{'ok  ' if item.ok else 'FAIL'}  {item.name}: {item.detail}" for item in findings))
    return 0 if all(item.ok for item in findings) else 1


COMMANDS = (_add_ask, _add_search, _add_articles, _add_verify, _add_doctor)
