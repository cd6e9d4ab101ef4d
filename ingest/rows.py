"""Corpus files, line by line: memory stays bounded whatever the file holds."""

import codecs
import csv
import re
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from gzip import BadGzipFile, GzipFile
from typing import BinaryIO

from ingest.encoding import detect_encoding, is_binary, wide_encoding
from qa.config import Settings

_BLOCK = 1 << 16
_HEAD = 1 << 20  # what an encoding is told from
_DELIMITERS = ",;\t|"
_SEPARATOR_LINE = re.compile(r"sep=.\r?\n", re.IGNORECASE)
"""What spreadsheets put before the names of the columns."""


class Unreadable(Exception):
    """Stop reading a file, with the code and the sentence for the report."""

    def __init__(self, code: str, reason: str, line: int | None = None) -> None:
        """Say what the report will."""
        super().__init__(reason)
        self.code, self.reason, self.line = code, reason, line


@dataclass(frozen=True, slots=True)
class BadRow:
    """One line or record that is left out while the rest of the file is read."""

    line: int
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line without its end; ``data`` is None where it was too long to be held, ``quotes`` counts its ``"``."""

    number: int
    data: bytes | None
    quotes: int


class RowFile:
    """A corpus file that is being read once, from its start.

    Args:
        raw: The file as it lies on disk, opened for bytes; it stays the caller's to close.
        zipped: Whether it is gzip.
    """

    def __init__(self, raw: BinaryIO, zipped: bool, settings: Settings) -> None:
        """Take the limits; nothing is read yet."""
        self.raw = raw
        self.zipped = zipped
        self.line = 0
        """The last line that was read."""
        self._most = int(settings.max_file_mb * 1_000_000)
        self._max_file_mb = settings.max_file_mb
        self.longest = int(settings.max_article_mb * 1_000_000)
        self.too_long = f"it is larger than the {settings.max_article_mb:g} MB allowed for one article (max_article_mb)"

    @property
    def bytes_read(self) -> int:
        """How far the file on disk has been read."""
        return self.raw.tell()

    def blocks(self) -> Iterator[bytes]:
        """Yield the content, decompressed, until it grows over ``max_file_mb``.

        Raises:
            Unreadable: It is no gzip file, damaged, binary or too large.
        """
        if self.zipped and self.raw.peek(2)[:2] != b"\x1f\x8b":  # type: ignore[attr-defined]
            raise Unreadable("gzip", "The file is named .gz but is not gzip.")
        stream = GzipFile(fileobj=self.raw) if self.zipped else self.raw
        total = 0
        with self._gzip_errors():
            while block := stream.read(_BLOCK):
                if total == 0 and is_binary(block[:8192]):
                    raise Unreadable("binary", "The file holds binary data, not text.")
                total += len(block)
                if total > self._most:
                    reason = f"Reading stopped here: the file is larger than {self._max_file_mb:g} MB (max_file_mb)."
                    raise Unreadable("too_large", reason, self.line + 1)
                yield block

    @contextmanager
    def _gzip_errors(self) -> Iterator[None]:
        try:
            yield
        except (BadGzipFile, EOFError, zlib.error) as exc:
            where = f" after line {self.line}" if self.line else ""
            raise Unreadable("gzip", f"The gzip file is damaged{where}; what stood before was read.") from exc

    def lines(self, blocks: Iterable[bytes]) -> Iterator[Line]:
        """Yield every line, numbered from 1, holding at most one of the allowed length."""
        held, dropped, quotes = bytearray(), False, 0
        for block in blocks:
            *ended, rest = block.split(b"\n")
            for end in ended:
                self.line += 1
                fits = not dropped and len(held) + len(end) <= self.longest
                yield Line(self.line, bytes(held) + end if fits else None, quotes + end.count(b'"'))
                held, dropped, quotes = bytearray(), False, 0
            dropped = dropped or len(held) + len(rest) > self.longest
            held = bytearray() if dropped else held + rest
            quotes += rest.count(b'"')
        if held or dropped:
            self.line += 1
            yield Line(self.line, None if dropped else bytes(held), quotes)


def json_lines(file: RowFile, content: Iterator[bytes]) -> Iterator[Line | BadRow]:
    """Yield the lines of a JSONL file that are not blank, and those that are too long; ``content`` is UTF-8.

    Raises:
        Unreadable: The file cannot be read on.
    """
    for line in file.lines(content):
        if line.data is None:
            yield BadRow(line.number, "too_large", f"The line was left out: {file.too_long}.")
        elif line.data.strip():
            yield line


def as_utf8(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """Yield UTF-16 or UTF-32 content as UTF-8, other content as it is, without its byte order mark."""
    first = next(blocks, b"")
    wide = wide_encoding(first)
    if wide is None:
        yield first.removeprefix(codecs.BOM_UTF8)
        yield from blocks
        return
    decoder = codecs.getincrementaldecoder(wide)(errors="replace")
    yield decoder.decode(first).encode("utf-8", "replace")
    for block in blocks:
        yield decoder.decode(block).encode("utf-8", "replace")
    yield decoder.decode(b"", final=True).encode("utf-8", "replace")


# CSV -------------------------------------------------------------------------------------------------------------


class _BadRecord(Exception):
    """Leave out the record being read."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code, self.reason = code, reason


class _RecordLines:
    """The lines of a CSV file as text for ``csv.reader``, counting the size of the record that it is reading."""

    def __init__(self, file: RowFile, lines: Iterator[Line], encoding: str) -> None:
        self.file, self.lines, self.encoding = file, lines, encoding
        self.first_line = 0
        self.size = 0
        self.quotes = 0

    @property
    def unclosed(self) -> bool:
        """Whether the record ran over several lines after a quote that nothing closes; true only at the file's end."""
        return self.file.line > self.first_line and self.quotes % 2 == 1

    def start_record(self) -> None:
        self.first_line = self.size = self.quotes = 0

    def skip_record(self) -> None:
        """Leave out the lines up to the quote that ends the record, so that they are not read as rows."""
        while self.quotes % 2 == 1 and (line := next(self.lines, None)):
            self.quotes += line.quotes

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self.lines)
        self.first_line = self.first_line or line.number
        self.quotes += line.quotes
        self.size += len(line.data) if line.data is not None else self.file.longest + 1
        if line.data is None or self.size > self.file.longest:
            raise _BadRecord("too_large", f"The row was left out: {self.file.too_long}.")
        try:
            return line.data.decode(self.encoding) + "\n"
        except UnicodeDecodeError:
            raise _BadRecord("encoding", f"The row was left out: it is not {self.encoding} text.") from None


@dataclass(frozen=True, slots=True)
class CsvRow:
    """The cells of one record under the names of their columns; ``line`` is where it begins."""

    line: int
    cells: dict[str, str | None]


def csv_rows(file: RowFile, text_column: str) -> Iterator[CsvRow | BadRow]:
    """Yield the records of a CSV file.

    Raises:
        Unreadable: There is no column ``text_column``, or the file cannot be read on.
    """
    # Fields of whole articles; the size of a record is bounded by _RecordLines. A C long is 32 bits on Windows.
    csv.field_size_limit(2**31 - 1)
    lines, encoding = _with_encoding(file)
    source = _RecordLines(file, lines, encoding)
    header, delimiter = _header(source, text_column)
    reader = csv.reader(source, delimiter=delimiter)
    while True:
        source.start_record()
        try:
            record = next(reader)
        except StopIteration:
            return
        except _BadRecord as exc:
            source.skip_record()
            yield BadRow(source.first_line, exc.code, exc.reason)
        except csv.Error as exc:
            yield BadRow(source.first_line, "csv", f"The row was left out: {exc}.")
        else:
            if source.unclosed:
                reason = "The row and what follows it were left out: a quotation mark that opens here is never closed."
                yield BadRow(source.first_line, "csv", reason)
            elif any(record):
                yield CsvRow(source.first_line, _cells(header, record))


def _cells(header: list[str], record: list[str]) -> dict[str, str | None]:
    padded = [*record, *[None] * (len(header) - len(record))]
    return dict(
        zip(reversed(header), reversed(padded[: len(header)]), strict=True)
    )  # the first of two equal names wins


def _with_encoding(file: RowFile) -> tuple[Iterator[Line], str]:
    blocks = file.blocks()
    head = b""
    for block in blocks:
        head += block
        if len(head) >= _HEAD:
            break
    if wide_encoding(head):
        return file.lines(as_utf8(_chain(head, blocks))), "utf-8"
    complete = head[: head.rfind(b"\n") + 1] or head  # a letter may be cut in two at the end
    encoding = detect_encoding(complete)
    if encoding is None:
        raise Unreadable("encoding", "The encoding of the file cannot be told; save it as UTF-8.")
    return file.lines(as_utf8(_chain(head, blocks))), encoding.removesuffix("-sig")


def _chain(head: bytes, blocks: Iterator[bytes]) -> Iterator[bytes]:
    yield head
    yield from blocks


def _header(source: _RecordLines, text_column: str) -> tuple[list[str], str]:
    """Return the names of the columns and the delimiter, the one under which there is a text column."""
    columns: list[str] = []
    try:
        first = next(source, "")
        if _SEPARATOR_LINE.fullmatch(first):
            first = next(source, "")
    except _BadRecord as exc:
        raise Unreadable(exc.code, "The first line does not name columns: " + exc.reason, 1) from exc
    if not first.strip():
        raise Unreadable("empty", "The file has no first line that names columns.")
    for delimiter in _DELIMITERS:
        names = _names(first, delimiter)
        if text_column in names:
            return names, delimiter
        same = [name for name in names if name.casefold() == text_column.casefold()]
        if same:
            return [text_column if name == same[0] else name for name in names], delimiter
        columns = max(columns, names, key=len)
    named = ", ".join(repr(name[:60]) for name in columns[:20])
    way_out = "name the one that holds the text with --map text=COLUMN"
    reason = f"No column is named {text_column!r}; the columns are {named}; {way_out}."
    raise Unreadable("no_text_column", reason)


def _names(line: str, delimiter: str) -> list[str]:
    try:
        return [name.strip() for name in next(csv.reader([line], delimiter=delimiter))]
    except csv.Error as exc:
        raise Unreadable(
            "csv", "The lines end in a way that is no longer used; save the file as CSV again.", 1
        ) from exc
