"""``dateline serve``: the archive in a browser and over HTTP, until it is told to stop."""

import argparse
import contextlib
import os
import secrets
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from qa.cli import Parser, Subparsers, add_parser, open_archive, print_json, print_text, settings_of
from qa.errors import DatelineError, WriteFailed

if TYPE_CHECKING:
    from fastapi import FastAPI

    from qa.index.archive import Archive
    from qa.types import Ingestor
    from qa.web.access import Access
    from qa.web.service import Service

MakeIngestor = Callable[["Archive"], "Ingestor"]
WILDCARDS = frozenset({"0.0.0.0", "::"})


def add_serve(subparsers: Subparsers, ingestor: MakeIngestor | None = None) -> None:
    """Add the command; ``ingestor`` is what takes in the articles that the command line hands over."""
    parser: Parser = add_parser(subparsers, "serve", _serve, "Serve the chat page and the HTTP API.")
    parser.add_argument("--host", metavar="H", default="127.0.0.1", help="address to listen on (default 127.0.0.1)")
    parser.add_argument("--port", metavar="P", type=_port, default=7860, help="port (default 7860; 0 takes a free one)")
    what = "also answer to this name, such as the one a proxy passes on (repeatable)"
    parser.add_argument("--allow-host", metavar="NAME", action="append", default=[], help=what)
    parser.set_defaults(make_ingestor=ingestor)


def _port(text: str) -> int:
    value = int(text)
    if not 0 <= value <= 65535:
        raise argparse.ArgumentTypeError("must be between 0 and 65535")
    return value


def _serve(options: argparse.Namespace) -> int:
    from qa.web import logs
    from qa.web.asked import DAY_S, every
    from qa.web.serving import serve

    logs.set_up(settings_of(options), verbose=options.verbose)
    with contextlib.closing(_listen(options.host, options.port)) as listener:
        port = listener.getsockname()[1]
        with open_archive(options, write=True) as archive, _token(archive.settings.data_dir) as token:
            app = _application(archive, options.make_ingestor, _access(options, token))
            address = _address(options.host, port)
            archive.announce(address)
            _say(app, address, as_json=options.json)
            if not app.state.service.access.loopback or archive.settings.editors_add_articles:
                _tell_how_to_sign_in(app.state.service)
            with every(DAY_S, app.state.service.unanswered.forget):
                serve(app, listener)
            # An ingestion stops at its next report of progress.
            app.state.service.intake.close()
    return 0


def _application(archive: "Archive", make_ingestor: MakeIngestor | None, access: "Access") -> "FastAPI":
    from qa.pipeline import QAPipeline
    from qa.web.api import create_app

    pipeline = QAPipeline(archive)
    # The model and the indexes are opened now, by one thread, and what is wrong with them shows before anybody asks.
    pipeline.search("what is new")
    return create_app(
        archive, pipeline, archive.settings, make_ingestor(archive) if make_ingestor else None, access=access
    )


def _access(options: argparse.Namespace, token: str) -> "Access":
    from qa.web.access import Access, is_loopback, names_of

    own = [socket.gethostname(), socket.getfqdn()] if options.host in WILDCARDS else [_bracketed(options.host)]
    names = names_of([*own, *options.allow_host])
    return Access(names, options.host in WILDCARDS, token, loopback=is_loopback(options.host))


def _listen(host: str, port: int) -> socket.socket:
    """Take the port before anything slow happens.

    Raises:
        DatelineError: It is taken, or the address is not this machine's.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        listener = socket.socket(found[0], socket.SOCK_STREAM)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(found[4])
            listener.listen(128)
        except BaseException:
            listener.close()
            raise
    except PermissionError:
        raise DatelineError(f"Port {port} needs rights that this user lacks; name another with --port.") from None
    except OSError as exc:
        raise DatelineError(f"{host} port {port} cannot be served on: {exc.strerror}; --port names another.") from exc
    return listener


@contextlib.contextmanager
def _token(folder: Path) -> Iterator[str]:
    """Write the secret that the command line of this user shows, for as long as the server runs."""
    from qa.remote import TOKEN_FILE

    path, token = folder / TOKEN_FILE, secrets.token_urlsafe(32)
    try:
        path.unlink(missing_ok=True)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(token)
    except OSError as exc:
        raise WriteFailed(f"The data folder {folder} cannot be written: {exc.strerror}.") from exc
    try:
        yield token
    finally:
        path.unlink(missing_ok=True)


def _say(app: "FastAPI", address: str, *, as_json: bool) -> None:
    import sys

    from qa.render import plain
    from qa.web.texts import TRY

    questions = app.state.service.examples.questions()
    if as_json:
        print_json({"address": address, "questions": questions})
    else:
        tries = [f"{TRY}:", *(f"  {question}" for question in questions)] if questions else []
        print_text(plain("\n".join([f"Dateline is at {address} (Ctrl+C stops it).", *tries])))
    sys.stdout.flush()


def _tell_how_to_sign_in(service: "Service") -> None:
    """Say once what the tokens are, and from then on where they lie."""
    import sys

    from qa.web.keys import EDITOR_FILE, READER_FILE

    made = {path.name for path in service.keys.made}
    folder, settings = service.settings.data_dir, service.settings
    lines = []
    if settings.login == "never" and not service.access.loopback:
        lines.append("Nobody has to sign in: everybody who can reach this address can read the archive.")
    if settings.login != "never" or settings.editors_add_articles:
        kinds = [("Readers", READER_FILE, settings.reader_token), ("Editors", EDITOR_FILE, settings.editor_token)]
        everybody_reads = service.access.loopback and settings.login != "always"
        for who, name, given in kinds[1:] if everybody_reads else kinds:
            shown = f" {(folder / name).read_text().strip()}" if name in made else ""
            where = "of the settings" if given else f"in {folder / name}"
            lines.append(f"{who} sign in with the token{shown} {where}.")
    sys.stderr.write("\n".join(lines) + "\n")


def _address(host: str, port: int) -> str:
    return f"http://{'127.0.0.1' if host in WILDCARDS else _bracketed(host)}:{port}"


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


# backup and restore ------------------------------------------------------------------------------------------------


def add_backup(subparsers: Subparsers) -> None:
    """Add the command."""
    text = "Write the archive, its settings and what people asked to one file, also while it is served."
    add_parser(subparsers, "backup", _backup, text).add_argument("file", metavar="FILE", type=Path)


def _backup(options: argparse.Namespace) -> int:
    from qa.index.backup import back_up
    from qa.index.kept import conversation_count

    size = back_up(settings_of(options), options.file)
    asked = conversation_count(settings_of(options).data_dir)
    if options.json:
        print_json({"file": str(options.file), "bytes": size, "conversations": asked})
    else:
        held = f"the archive as it is now{_with(asked)}"
        print_text(f"The backup {options.file} holds {held} ({size / 2**20:.1f} MB).")
    return 0


def add_restore(subparsers: Subparsers) -> None:
    """Add the command."""
    text = "Make an archive from a backup, in a data folder that is empty."
    add_parser(subparsers, "restore", _restore, text).add_argument("file", metavar="FILE", type=Path)


def _restore(options: argparse.Namespace) -> int:
    from qa.index.backup import restore
    from qa.index.kept import conversation_count

    folder = settings_of(options).data_dir
    articles = restore(folder, options.file)
    asked = conversation_count(folder)
    if options.json:
        print_json({"data": str(folder), "articles": articles, "conversations": asked})
    else:
        print_text(f"{folder} holds {articles} articles again{_with(asked)}; its indexes were made from them.")
    return 0


def _with(conversations: int) -> str:
    words = "conversation" if conversations == 1 else "conversations"
    return f", with {conversations:,} {words} and what was thought of the answers" if conversations else ""
