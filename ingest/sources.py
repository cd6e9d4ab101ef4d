"""Paths to raw pages: files as given, folders walked in sorted order, everything left out with its reason."""

import os
import re
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

from ingest.documents import document_pages, members
from ingest.encoding import is_binary, wide_encoding
from ingest.json_files import json_items
from ingest.kinds import DOCUMENTS, HEAD, kind_of, kind_of_name, mismatch
from ingest.rows import BadRow, CsvRow, Line, RowFile, Unreadable, csv_rows
from ingest.text import shown
from ingest.types import Kind, RawPage, SourceFile
from ingest.worker import Worker
from qa.config import Settings
from qa.types import Skipped

_MOST_LIST = 4_000_000
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_UNKNOWN = "It is of no kind that is read: text, Markdown, JSON lines, CSV, HTML, PDF, DOCX, mail, feed or zip."


@dataclass(slots=True)
class Found:
    """What the inputs come down to: the files to read, in order, and what is left out."""

    files: list[SourceFile] = field(default_factory=list)
    urls: list[str] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    unread: set[str] = field(default_factory=set)
    """The sources that are there and were left out, files and whole folders."""

    @property
    def size(self) -> int:
        """Bytes of all files as they lie on disk."""
        return sum(file.size for file in self.files)

    def skip(self, name: str, code: str, reason: str) -> None:
        """Leave out an input."""
        self.skipped.append(Skipped(shown(name), None, code, reason))
        if code not in ("not_found", "unsupported", "bad_url"):
            self.unread.add(source_of(name))


def source_of(path: str | Path) -> str:
    r"""Return the absolute path of a file as it is stored, with bytes that are no UTF-8 written as ``\xff``."""
    return os.fsencode(os.path.abspath(path)).decode("utf-8", "backslashreplace")


def is_url(given: str) -> bool:
    """Say whether an input is an address and not a path."""
    return given.lower().startswith(("http://", "https://"))


def listed_urls(name: str) -> list[str] | None:
    """Return the addresses in a file of nothing but addresses, one a line; ``#`` begins a line of remarks.

    Only a file that is itself an input: files in folders may come from anybody, and lead nowhere.
    """
    if not name.lower().endswith((".urls", ".txt")):
        return None
    try:
        with open(name, "rb", opener=_open_regular) as raw:
            data = raw.read(_MOST_LIST + 1)
        lines = [line.strip() for line in data.decode("utf-8-sig").splitlines()]
    except (OSError, ValueError, Unreadable):
        return None  # what is wrong with it is told where files are read
    urls = [line for line in lines if line and not line.startswith("#")]
    return urls if len(data) <= _MOST_LIST and urls and all(map(is_url, urls)) else None


def find(inputs: Sequence[str | Path]) -> Found:
    """List the files of all inputs; a file that is named twice is read once."""
    found = Found()
    for given in inputs:
        name = os.fspath(given)
        if is_url(name):
            found.urls.append(name)
        elif _ADDRESS.match(name):
            found.skip(name, "bad_url", "Only http and https addresses are fetched.")
        elif (listed := listed_urls(name)) is not None:
            found.urls += listed
        elif os.path.isdir(name):
            _walk(name, found)
        else:
            _add(name, found)
    once: dict[str, SourceFile] = {}
    for file in found.files:
        once.setdefault(file.source, file)
    found.files = list(once.values())
    return found


def _walk(root: str, found: Found) -> None:
    waiting = [root]  # no recursion: folders can be nested deeper than Python's stack
    while waiting:
        path = waiting.pop()
        if path != root and os.path.basename(path).startswith("."):
            found.skip(path, "hidden", "Hidden files and folders are not read.")
        elif path != root and os.path.islink(path) and (reason := _bad_link(path, root)):
            found.skip(path, "link", reason)
        elif os.path.isdir(path):
            waiting.extend(reversed(_listed(path, found)))
        else:
            _add(path, found)


def _listed(folder: str, found: Found) -> list[str]:
    try:
        return [os.path.join(folder, name) for name in sorted(os.listdir(folder))]
    except OSError as exc:
        found.skip(folder, "unreadable", f"The folder cannot be listed: {_why(exc)}.")
        return []


def _bad_link(path: str, root: str) -> str | None:
    target = os.path.realpath(path)
    if os.path.commonpath([target, os.path.realpath(root)]) != os.path.realpath(root):
        return "The link leads out of the folder."
    if os.path.isdir(target):
        return "The link leads to a folder that is read at its own place."
    return None


def _add(name: str, found: Found) -> None:
    stem, zipped = (name[:-3], True) if name.lower().endswith(".gz") else (name, False)
    kind = kind_of_name(stem)
    try:
        status = os.stat(name)
        if kind is None and not zipped and stat.S_ISREG(status.st_mode):
            kind = _kind_by_content(name)
    except Unreadable as exc:
        found.skip(name, exc.code, exc.reason)
        return
    except (OSError, ValueError) as exc:  # ValueError: a NUL byte in the name
        missing = isinstance(exc, FileNotFoundError)
        found.skip(name, "not_found" if missing else "unreadable", _cannot(exc))
        return
    if not stat.S_ISREG(status.st_mode):
        found.skip(name, "special", "It is not a regular file but a pipe, socket or device.")
    elif stem.lower().endswith(".urls"):
        found.skip(name, "url_list", "Lists of addresses are fetched only when named themselves, an address a line.")
    elif kind is None or (zipped and kind not in ("jsonl", "csv")):
        found.skip(name, "unknown_kind", _UNKNOWN)
    else:
        found.files.append(SourceFile(Path(name), name, kind, zipped, status.st_size, source_of(name)))


def _kind_by_content(name: str) -> Kind | None:
    with open(name, "rb", opener=_open_regular) as raw:
        return kind_of(raw.read(HEAD), None)


def _cannot(exc: Exception) -> str:
    return "There is no such file." if isinstance(exc, FileNotFoundError) else f"It cannot be read: {_why(exc)}."


def _why(exc: Exception) -> str:
    return (getattr(exc, "strerror", None) or str(exc)).lower()


# Reading ---------------------------------------------------------------------------------------------------------


def pages(
    file: SourceFile, settings: Settings, worker: Worker, text_column: str = "text"
) -> Iterator[RawPage | Skipped]:
    """Yield the articles of a file and what of it is left out; never raise because of what it holds.

    Args:
        file: One of ``find``.
        settings: The largest article and file that are accepted.
        worker: Reads what is neither text nor rows.
        text_column: The column of a CSV file that holds the text.
    """
    with _told(file) as told, open(file.path, "rb", opener=_open_regular) as raw:
        kind = kind_of(raw.peek(HEAD)[:HEAD], file.kind) if not file.zipped else file.kind
        if kind == "zip":
            yield from _of_archive(file, settings, worker, text_column)
        else:
            yield from _of_stream(file, kind, raw, settings, worker, text_column)
    if told:
        yield told[0]


def _of_archive(file: SourceFile, settings: Settings, worker: Worker, text_column: str) -> Iterator[RawPage | Skipped]:
    any_yet = False
    for item in members(file, worker):
        any_yet = True
        if isinstance(item, Skipped):
            yield item
            continue
        inner, raw = item
        with _told(inner) as told, raw:
            yield from _of_stream(inner, inner.kind, raw, settings, worker, text_column)
        if told:
            yield told[0]
    if not any_yet:
        yield Skipped(shown(file.name), None, "empty", "The archive holds no file.")


def _of_stream(
    file: SourceFile, kind: Kind | None, raw: BinaryIO, settings: Settings, worker: Worker, text_column: str
) -> Iterator[RawPage | Skipped]:
    if kind is None:
        raise Unreadable("damaged", mismatch(file.kind))
    any_yet = False
    for item in _items(replace(file, kind=kind), raw, settings, worker, text_column):
        any_yet = True
        yield item
    if not any_yet:
        yield Skipped(shown(file.name), None, "empty", "The file holds no article.")


@contextmanager
def _told(file: SourceFile) -> Iterator[list[Skipped]]:
    """Collect why a file could not be read, or read to its end."""
    name, told = shown(file.name), list[Skipped]()
    try:
        yield told
    except Unreadable as exc:
        told.append(Skipped(name, exc.line, exc.code, exc.reason))
    except (OSError, ValueError) as exc:
        told.append(
            Skipped(name, None, "not_found" if isinstance(exc, FileNotFoundError) else "unreadable", _cannot(exc))
        )


def _open_regular(path: str, flags: int) -> int:
    """Open a file without ever waiting on a pipe that took its place since it was listed."""
    handle = os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise Unreadable("special", "It is not a regular file but a pipe, socket or device.")
    return handle


def _items(
    file: SourceFile, raw: BinaryIO, settings: Settings, worker: Worker, text_column: str
) -> Iterator[RawPage | Skipped]:
    if file.kind in ("text", "markdown"):
        return iter([_whole(file, raw, settings)])
    if file.kind in DOCUMENTS:
        return document_pages(file, raw, worker)
    rows = RowFile(raw, file.zipped, settings)
    if file.kind == "jsonl":
        one_document = file.own_name.lower().removesuffix(".gz").endswith(".json")
        items: Iterator[Line | CsvRow | BadRow] = json_items(rows, settings.max_document_mb, one_document)
    else:
        items = csv_rows(rows, text_column)
    return (_item(file, item, rows) for item in items)


def _item(file: SourceFile, item: Line | CsvRow | BadRow, rows: RowFile) -> RawPage | Skipped:
    name = shown(file.name)
    if isinstance(item, BadRow):
        return Skipped(name, item.line, item.code, item.reason)
    if isinstance(item, CsvRow):
        return RawPage(name, item.line, file.kind, dict(item.cells), file.source, rows.bytes_read, file.own_name)
    return RawPage(name, item.number, file.kind, item.data or b"", file.source, rows.bytes_read, file.own_name)


def _whole(file: SourceFile, raw: BinaryIO, settings: Settings) -> RawPage:
    most = int(settings.max_article_mb * 1_000_000)
    data = raw.read(most + 1)
    if len(data) > most:
        reason = f"The file is larger than the {settings.max_article_mb:g} MB allowed for one article (max_article_mb)."
        raise Unreadable("too_large", reason)
    if is_binary(data[:8192]) or (b"\0" in data and not wide_encoding(data)):
        raise Unreadable("binary", "The file holds binary data, not text.")
    return RawPage(shown(file.name), None, file.kind, data, file.source, len(data), file.own_name)
