"""Documents and zip archives to raw pages, through the worker process that reads them."""

import io
import os
from collections.abc import Iterator
from dataclasses import replace
from typing import BinaryIO

from ingest.kinds import HEAD, kind_of, kind_of_name
from ingest.rows import Unreadable
from ingest.text import shown
from ingest.types import RawPage, SourceFile
from ingest.worker import Worker
from qa.types import Skipped

_BLOCK = 1 << 20


def document_pages(file: SourceFile, raw: BinaryIO, worker: Worker) -> Iterator[RawPage | Skipped]:
    """Yield the articles of a document.

    Raises:
        Unreadable: It is too large, damaged, refused, or made its parser crash or take too long.
    """
    data = raw.read(worker.limits.bytes_in + 1)
    return parsed_pages(file, data, worker, **({"url": file.url} if file.url and file.kind == "html" else {}))


def parsed_pages(file: SourceFile, data: bytes, worker: Worker, **args: str | None) -> Iterator[RawPage | Skipped]:
    """Yield the articles of a document's bytes."""
    name = shown(file.name)
    answer, _ = worker.call(file.kind, data, **args)
    for part, code, reason in answer["skipped"]:
        yield Skipped(f"{name}!{shown(part)}" if part else name, None, code, reason)
    for number, fields in enumerate(answer["articles"], 1):
        line = number if len(answer["articles"]) > 1 else None
        if len(fields["text"]) > worker.most_article_mb * 1_000_000:
            reason = f"The article is longer than the {worker.most_article_mb:g} MB allowed for one (max_article_mb)."
            yield Skipped(name, line, "too_large", reason)
            continue
        yield RawPage(name, line, file.kind, fields, file.source, len(data), file.own_name)


# Zip archives ----------------------------------------------------------------------------------------------------


def members(file: SourceFile, worker: Worker) -> Iterator[tuple[SourceFile, BinaryIO] | Skipped]:
    """Yield the files of a zip archive, each open from its start; the next one closes it.

    Raises:
        Unreadable: The archive is damaged or a bomb.
    """
    path = os.path.abspath(file.path)
    listed, _ = worker.call("zip_list", path=path)
    if any(member["name"] == "word/document.xml" for member in listed["members"]):
        yield replace(file, kind="docx"), open(path, "rb", opener=_no_wait)
        return
    for number, member in enumerate(listed["members"]):
        name = f"{file.name}!{member['name']}"
        if member["dir"] or _is_litter(member["name"]):
            continue
        if member["locked"]:
            yield Skipped(shown(name), None, "encrypted", "The file in the archive is locked with a password.")
            continue
        try:
            stream = _Member(worker, path, number)
        except Unreadable as exc:
            yield Skipped(shown(name), None, exc.code, exc.reason)
            continue
        yield _member_file(file, name, member, stream)


def _is_litter(name: str) -> bool:
    """Say whether a member is what systems put beside files."""
    parts = name.replace("\\", "/").split("/")
    return "__MACOSX" in parts or parts[-1].startswith(".") or parts[-1] in ("Thumbs.db", "desktop.ini")


def _member_file(
    file: SourceFile, name: str, member: dict[str, object], stream: "_Member"
) -> tuple[SourceFile, BinaryIO] | Skipped:
    inner = str(member["name"])
    stem, zipped = (inner[:-3], True) if inner.lower().endswith(".gz") else (inner, False)
    kind = kind_of(stream.head, kind_of_name(stem)) if not zipped else kind_of_name(stem)
    if kind == "zip" and kind_of_name(stem) != "docx":
        return Skipped(shown(name), None, "nested", "Archives inside archives are not opened; unpack it first.")
    if kind is None or (zipped and kind not in ("csv", "jsonl")):
        return Skipped(shown(name), None, "unknown_kind", "The file in the archive is of no kind that is read.")
    size = int(str(member["size"]))
    made = replace(
        file,
        name=name,
        kind=kind,
        zipped=zipped,
        size=size,
        source=os.path.join(file.source, shown(inner).lstrip("/\\")),
        member=inner,
    )
    return made, io.BufferedReader(stream, HEAD)  # type: ignore[type-var]


def _no_wait(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


class _Member(io.RawIOBase):
    """A file of a zip archive as a stream; the worker decompresses a block when it is asked for."""

    def __init__(self, worker: Worker, path: str, number: int) -> None:
        self._worker = worker
        self._at = 0
        _, self._held = worker.call("zip_start", path=path, number=number, size=_BLOCK)
        self.head = self._held[:HEAD]

    def readable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        if not self._held:
            _, self._held = self._worker.call("zip_read", size=_BLOCK)
        count = min(len(buffer), len(self._held))
        buffer[:count] = self._held[:count]
        self._held = self._held[count:]
        self._at += count
        return count
