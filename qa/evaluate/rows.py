"""Rows of question files, whatever they are written in: JSON lines, one JSON document, or CSV, each also as .gz."""

import codecs
import csv
import gzip
import io
import json
import zlib
from collections.abc import Iterator
from itertools import chain, count
from pathlib import Path
from typing import Any, TextIO

from qa.errors import UsageError

MOST_CHARACTERS = 128_000_000
"""Longest line or document read at once; SQuAD's training file is one line of 42 million."""
csv.field_size_limit(10_000_000)

Row = tuple[int, Any]
"""A line number, from 1, and what stands there; None where it cannot be read."""


def read_rows(path: Path) -> Iterator[Row]:
    """Yield the rows of a file, streamed where it has lines.

    Raises:
        UsageError: The file is missing, damaged or over the limit.
    """
    try:
        with _open(path) as file:
            yield from _csv_rows(file) if ".csv" in path.suffixes else _json_rows(file)
    except FileNotFoundError:
        raise UsageError(f"There is no file {path}.") from None
    except (OSError, EOFError, zlib.error, csv.Error) as exc:
        reason = getattr(exc, "strerror", None) or str(exc) or "it is damaged"
        raise UsageError(f"The file {path} cannot be read: {reason}.") from exc


def _open(path: Path) -> TextIO:
    raw = io.BufferedReader(gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb", buffering=0))
    marked = raw.peek(2)[:2] in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}  # a spreadsheet's "Unicode text"
    # What is no UTF-8 must not stop the rest; such a row is asked with replacement characters.
    return io.TextIOWrapper(
        raw,
        encoding="utf-16" if marked else "utf-8-sig",
        errors="replace",
        newline="" if ".csv" in path.suffixes else None,
    )


def _csv_rows(file: TextIO) -> Iterator[Row]:
    # A spreadsheet writes semicolons where the comma is a decimal one, and tabs as "text".
    head = file.readline()
    separator = max(",;\t", key=head.count)
    reader = csv.DictReader(chain([head], file), delimiter=separator)
    for row in reader:
        yield reader.line_num, {name: value for name, value in row.items() if name and isinstance(value, str)}


def _json_rows(file: TextIO) -> Iterator[Row]:
    lines = _numbered(file)
    first = next(((number, line) for number, line in lines if line.strip()), None)
    if first is None:
        return
    whole = _parsed(first[1])
    if whole is None and first[1].lstrip()[:1] in {"{", "["}:
        # A document over several lines, or a first line that is torn.
        rest = list(_limited(lines))
        document = _parsed("".join([first[1], *(line for _, line in rest)]))
        if document is not None:
            yield from _of_document(document)
            return
        lines = iter(rest)
    if isinstance(whole, list) or (isinstance(whole, dict) and isinstance(whole.get("data"), list)):
        yield from _of_document(whole)
        return
    for number, line in chain([first], lines):
        if line.strip():
            yield number, _parsed(line)


def _of_document(document: Any) -> Iterator[Row]:
    rows = document.get("data", [document]) if isinstance(document, dict) else document
    yield from zip(count(1), rows if isinstance(rows, list) else [rows], strict=False)


def _numbered(file: TextIO) -> Iterator[Row]:
    for number in count(1):
        line = file.readline(MOST_CHARACTERS + 1)
        if not line:
            return
        if len(line) > MOST_CHARACTERS:
            raise UsageError(f"Line {number} has more than {MOST_CHARACTERS:,} characters, which is too long to read.")
        yield number, line


def _limited(lines: Iterator[Row]) -> Iterator[Row]:
    size = 0
    for number, line in lines:
        size += len(line)
        if size > MOST_CHARACTERS:
            raise UsageError(
                f"A JSON document of more than {MOST_CHARACTERS:,} characters is too long; use JSON lines."
            )
        yield number, line


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
