"""JSON files that are no lines: one array of articles, or objects printed over several lines."""

import json
import re
from collections.abc import Iterator

from ingest.rows import BadRow, Line, RowFile, Unreadable, as_utf8, json_lines

_PART = re.compile(rb'"[^"\\]*+(?:\\.?[^"\\]*+)*+(?:"|\Z)|[\[\]{},]', re.DOTALL)
"""A string, which may hold brackets, or what opens, closes and parts values."""


def json_items(file: RowFile, most_mb: float, one_document: bool) -> Iterator[Line | BadRow]:
    """Yield the articles of a JSON file, each as if it stood in one line of JSON lines; its number is where it begins.

    Args:
        file: Read from its start.
        most_mb: Largest file that is no JSON lines, in MB, decompressed.
        one_document: Whether the name promises one document, so that a first line that is no JSON means one.

    Raises:
        Unreadable: The file cannot be read on, or is one document and too large.
    """
    blocks = as_utf8(file.blocks())
    head = b""
    for block in blocks:  # an array shows in its first byte that is not blank
        head += block
        if b"\n" in head.lstrip() or len(head) > file.longest:
            break
    rest = _joined(head, blocks)
    if not _is_document(head, one_document):
        yield from json_lines(file, rest)
        return
    most, data = int(most_mb * 1_000_000), bytearray()
    for block in rest:
        data += block
        if len(data) > most:
            reason = f"The file is one JSON document of more than {most_mb:g} MB (max_document_mb); write it as lines."
            raise Unreadable("too_large", reason)
    yield from _values(bytes(data), file)


def _joined(head: bytes, blocks: Iterator[bytes]) -> Iterator[bytes]:
    yield head
    yield from blocks


def _is_document(head: bytes, one_document: bool) -> bool:
    text = head.lstrip()
    if not text.startswith(b"[") and not (one_document and text.startswith(b"{")):
        return False
    line, _, after = text.partition(b"\n")
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return True
    return text.startswith(b"[") and not after.strip()


def _values(data: bytes, file: RowFile) -> Iterator[Line | BadRow]:
    """Yield the elements of an array, or the values that follow one another."""
    start = len(data) - len(data.lstrip())
    inside = data[start : start + 1] == b"["
    start += inside
    depth, line, counted = 0, 1, 0
    for part in _PART.finditer(data, start):
        mark = part.group()[:1]
        depth += (mark in b"[{") - (mark in b"]}")
        ends = depth <= 0 and mark in (b",]" if inside else b"]}")
        if not ends:
            continue
        stop = part.start() if inside else part.end()
        blank = len(data[start:stop]) - len(data[start:stop].lstrip())
        line += data.count(b"\n", counted, start + blank)
        counted = start + blank
        file.line = line
        yield from _value(data[start:stop].strip(), line, file)
        start = part.end()
        if depth < 0:
            break
    rest = data[start:].lstrip()
    line += data.count(b"\n", counted, len(data) - len(rest))
    yield from _value(rest.strip(), line, file)  # broken off, or after the end: reported as it is parsed


def _value(value: bytes, line: int, file: RowFile) -> Iterator[Line | BadRow]:
    if len(value) > file.longest:
        yield BadRow(line, "too_large", f"The article was left out: {file.too_long}.")
    elif value:
        yield Line(line, value, 0)
