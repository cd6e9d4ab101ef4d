"""Backups: the catalogue, which is the only truth, and the settings file, in one compressed file.

The indexes are not in it; they are made again from the catalogue without embedding anything.
"""

import gzip
import hashlib
import json
import os
import shutil
import sqlite3
import tarfile
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from qa.config import SETTINGS_FILE, Settings
from qa.errors import ArchiveDamaged, NotFound, UsageError, WriteFailed
from qa.index.archive import Archive, archive_exists
from qa.index.catalogue_schema import FILE_NAME

NOTE = "backup.json"
FORMAT = 1
MOST_NOTE_BYTES = 64 * 1024
MOST_SETTINGS_BYTES = 1024 * 1024


def back_up(settings: Settings, target: Path) -> int:
    """Write a backup, also while a server uses the archive; return its size in bytes.

    An older file of that name is replaced only when the new one is complete.

    Raises:
        NotFound: There is no archive.
        WriteFailed: The disk is full or refuses.
    """
    if not archive_exists(settings.data_dir):
        raise NotFound(f"There is no archive in {settings.data_dir}; `dateline ingest` makes one.")
    target = target.absolute()
    with (
        _writing(f"The backup {target} cannot be written"),
        tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}.") as scratch,
    ):
        copy, packed = Path(scratch) / FILE_NAME, Path(scratch) / "packed"
        _copy(settings.data_dir / FILE_NAME, copy)
        _pack(copy, settings.data_dir / SETTINGS_FILE, packed)
        os.replace(packed, target)
        return target.stat().st_size


def restore(folder: Path, source: Path) -> int:
    """Make an archive from a backup in a folder that is empty or not there yet; return its number of articles.

    Raises:
        UsageError: The folder is not empty.
        NotFound: There is no such backup.
        ArchiveDamaged: It is no backup of ours, or not a whole one.
    """
    folder = folder.absolute()
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"The data folder {folder} is not empty; name an empty one with --data.")
    with _writing(f"The data folder {folder} cannot be written"):
        folder.mkdir(parents=True, exist_ok=True)
        try:
            _unpack(source, folder)
        except BaseException:
            for name in (FILE_NAME, SETTINGS_FILE):
                (folder / name).unlink(missing_ok=True)
            raise
    with Archive.open(Settings(data_dir=folder)) as archive:
        return len(archive.articles())


def _copy(catalogue: Path, copy: Path) -> None:
    """Copy the database as of one moment, whoever writes it meanwhile."""
    with closing(sqlite3.connect(catalogue, timeout=30)) as source, closing(sqlite3.connect(copy)) as made:
        source.backup(made)
        made.execute("PRAGMA journal_mode=DELETE")


def _pack(catalogue: Path, settings_file: Path, packed: Path) -> None:
    note = {"format": FORMAT, "made_at": datetime.now(UTC).isoformat(timespec="seconds"), "sha256": _digest(catalogue)}
    with packed.open("wb") as raw:
        os.fchmod(raw.fileno(), 0o600)
        with (
            gzip.GzipFile("", "wb", compresslevel=6, fileobj=raw) as stream,
            tarfile.open(mode="w", fileobj=stream, format=tarfile.PAX_FORMAT) as tar,
        ):
            described = catalogue.with_name(NOTE)
            described.write_text(json.dumps(note))
            for path, name in ((described, NOTE), (settings_file, SETTINGS_FILE), (catalogue, FILE_NAME)):
                if path.is_file():
                    tar.add(path, name, recursive=False, filter=_anonymous)
        raw.flush()
        os.fsync(raw.fileno())


def _anonymous(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mode = 0o600
    return member


def _unpack(source: Path, folder: Path) -> None:
    """Take the named members out of a backup, each by its own hands: nothing in it can name a path to write to."""
    note: Any = {}
    try:
        with tarfile.open(source, "r:gz") as tar:
            for member in tar:
                stream = tar.extractfile(member) if member.isreg() else None
                if stream is not None and member.name == NOTE:
                    note = json.loads(stream.read(MOST_NOTE_BYTES))
                elif stream is not None and member.name == SETTINGS_FILE:
                    (folder / SETTINGS_FILE).write_bytes(stream.read(MOST_SETTINGS_BYTES))
                elif stream is not None and member.name == FILE_NAME:
                    _write(stream, folder / FILE_NAME)
    except FileNotFoundError:
        raise NotFound(f"There is no backup {source}.") from None
    except (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile, ValueError) as exc:
        raise ArchiveDamaged(f"{source} is not a whole backup of Dateline's.") from exc
    if not archive_exists(folder) or not isinstance(note, dict) or note.get("format") != FORMAT:
        raise ArchiveDamaged(f"{source} is no backup that this Dateline can read.")
    if note.get("sha256") != _digest(folder / FILE_NAME):
        raise ArchiveDamaged(f"{source} is damaged: its catalogue is not the one that was backed up.")


def _write(stream: IO[bytes], path: Path) -> None:
    with path.open("xb") as file:
        os.fchmod(file.fileno(), 0o600)
        shutil.copyfileobj(stream, file, 1 << 20)
        file.flush()
        os.fsync(file.fileno())


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _writing(what: str) -> Iterator[None]:
    try:
        yield
    except (OSError, sqlite3.Error) as exc:
        raise WriteFailed(f"{what}: {getattr(exc, 'strerror', None) or exc}.") from exc
