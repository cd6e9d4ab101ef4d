"""Zip archives, read member by member on request; sizes are bounded by what the archive declares, and checked first."""

import os
import stat
import zipfile
from collections.abc import Callable
from typing import IO, Any

from ingest.formats.base import Refused

_MOST_MEMBERS = 100_000
_RATIO = 200
_SMALL = 20_000_000
"""Below this many bytes no archive is a bomb, however well it is compressed."""


def check_sizes(packed: zipfile.ZipFile, packed_size: int) -> None:
    """Refuse a bomb. Python's zipfile never yields more of a member than it declares.

    Raises:
        Refused: It declares more than 200 times its own size, or too many members.
    """
    members = packed.infolist()
    if len(members) > _MOST_MEMBERS:
        raise Refused("bomb", f"The archive holds more than {_MOST_MEMBERS:,} files.")
    size = sum(member.file_size for member in members)
    if size > max(_SMALL, _RATIO * packed_size):
        reason = f"The archive would grow from {packed_size / 1e6:.1f} MB to {size / 1e6:,.0f} MB, as only bombs do."
        raise Refused("bomb", reason)


class _Open:
    """The archive and the member that requests refer to."""

    def __init__(self) -> None:
        self.path: str | None = None
        self.file: IO[bytes] | None = None
        self.archive: zipfile.ZipFile | None = None
        self.member: IO[bytes] | None = None

    def archive_at(self, path: str) -> zipfile.ZipFile:
        if self.archive is None or self.path != path:
            self.close()
            handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
            self.file = os.fdopen(handle, "rb")
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise Refused("special", "It is not a regular file but a pipe, socket or device.")
            try:
                self.archive = zipfile.ZipFile(self.file)
            except (zipfile.BadZipFile, ValueError, EOFError, NotImplementedError):
                raise Refused("damaged", "The zip archive is damaged: its list of files cannot be read.") from None
            self.path = path
        return self.archive

    def close(self) -> None:
        for one in (self.member, self.archive, self.file):
            if one is not None:
                one.close()
        self.path = self.file = self.archive = self.member = None


_open = _Open()
"""The state of this process, which serves one ingestion; a new process opens the archive again."""


def _list(path: str) -> tuple[dict[str, Any], bytes]:
    packed = _open.archive_at(path)
    assert _open.file is not None
    check_sizes(packed, os.fstat(_open.file.fileno()).st_size)
    members = [
        {"name": member.filename, "size": member.file_size, "dir": member.is_dir(), "locked": member.flag_bits & 1}
        for member in packed.infolist()
    ]
    return {"members": members}, b""


def _start(path: str, number: int, size: int) -> tuple[dict[str, Any], bytes]:
    """Open a member and return its first bytes."""
    packed = _open.archive_at(path)
    if _open.member is not None:
        _open.member.close()
    try:
        _open.member = packed.open(packed.infolist()[number])
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError):
        raise Refused("damaged", "The file in the archive is damaged or packed in a way that is not read.") from None
    return _read(size)


def _read(size: int) -> tuple[dict[str, Any], bytes]:
    """Return the next bytes of the open member, none at its end."""
    if _open.member is None:
        raise Refused("damaged", "The file in the archive could not be read to its end.")
    try:
        return {}, _open.member.read(size)
    except (zipfile.BadZipFile, EOFError, RuntimeError, OSError, ValueError):
        raise Refused("damaged", "The file in the archive is damaged.") from None
    except Exception as exc:
        if type(exc).__module__ in ("zlib", "_lzma", "lzma"):
            raise Refused("damaged", "The file in the archive is damaged.") from None
        raise


OPERATIONS: dict[str, Callable[..., tuple[dict[str, Any], bytes]]] = {
    "zip_list": _list,
    "zip_start": _start,
    "zip_read": _read,
}
