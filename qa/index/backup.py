"""Backups: the catalogue, which is the only truth, what people asked, and the settings file, in one compressed file.

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
from qa.index.kept import PEOPLE_FILE

NOTE = "backup.json"
FORMAT = 1
DATABASES = (FILE_NAME, PEOPLE_FILE)
MOST_NOTE_BYTES = 64 * 1024
DIGESTS = {FILE_NAME: "sha256", PEOPLE_FILE: "people_sha256"}
"""Under which names the note keeps the digests of the databases."""
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
        copies, packed = Path(scratch), Path(scratch) / "packed"
        # In this order: whatever is removed meanwhile is gone from the answers, if not yet from the catalogue.
        for name in DATABASES:
            if (settings.data_dir / name).exists():
                _copy(settings.data_dir / name, copies / name)
        _pack(copies, settings.data_dir / SETTINGS_FILE, packed)
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
            for name in (*DATABASES, SETTINGS_FILE):
                (folder / name).unlink(missing_ok=True)
            raise
    with Archive.open(Settings(data_dir=folder)) as archive:
        return len(archive.articles())


def _copy(database: Path, copy: Path) -> None:
    """Copy a database as of one moment, whoever writes it meanwhile."""
    with closing(sqlite3.connect(database, timeout=30)) as source, closing(sqlite3.connect(copy)) as made:
        source.backup(made)
        made.execute("PRAGMA journal_mode=DELETE")


def _pack(copies: Path, settings_file: Path, packed: Path) -> None:
    note = {"format": FORMAT, "made_at": datetime.now(UTC).isoformat(timespec="seconds")}
    note |= {key: _digest(copies / name) for name, key in DIGESTS.items() if (copies / name).exists()}
    with packed.open("wb") as raw:
        os.fchmod(raw.fileno(), 0o600)
        with (
            gzip.GzipFile("", "wb", compresslevel=6, fileobj=raw) as stream,
            tarfile.open(mode="w", fileobj=stream, format=tarfile.PAX_FORMAT) as tar,
        ):
            described = copies / NOTE
            described.write_text(json.dumps(note))
            files = [(described, NOTE), (settings_file, SETTINGS_FILE), *((copies / name, name) for name in DATABASES)]
            for path, name in files:
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
                elif stream is not None and member.name in DATABASES:
                    _write(stream, folder / member.name)
    except FileNotFoundError:
        raise NotFound(f"There is no backup {source}.") from None
    except (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile, ValueError) as exc:
        raise ArchiveDamaged(f"{source} is not a whole backup of Dateline's.") from exc
    if not archive_exists(folder) or not isinstance(note, dict) or note.get("format") != FORMAT:
        raise ArchiveDamaged(f"{source} is no backup that this Dateline can read.")
    for name, key in DIGESTS.items():
        if note.get(key) != (_digest(folder / name) if (folder / name).exists() else None):
            raise ArchiveDamaged(f"{source} is damaged: its {name} is not the one that was backed up.")


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
