"""A folder of index files that can always be made again from the catalogue.

Generations lie side by side; ``state.json`` names the live one, the last change of the catalogue it holds, and the
size, time and digest of each of its files. While it is being written it is marked so: a process that dies then leaves
the mark behind, and the next one checks the contents before it answers.
"""

import hashlib
import json
import logging
import os
import shutil
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

logger = logging.getLogger(__name__)

STATE_FILE = "state.json"
TRIES, WAIT_S = 5, 0.1
ALWAYS_READ_BYTES = 64 * 2**20
"""Files up to this size are read at every start (about 1 GB/s); larger ones only when their time differs."""


@dataclass(frozen=True, slots=True)
class DerivedState:
    """What is known of the live generation."""

    generation: int
    applied: int
    recipe: str
    writing: bool
    files: dict[str, tuple[int, int, str]] = field(default_factory=dict)
    """Relative name to (size, mtime in ns, digest)."""
    content: str = ""
    """The owner's own digest of what volatile files hold."""


class DerivedFolder:
    """Keep the generations of one derived index and tell whether the live one is as it was left."""

    def __init__(self, root: Path, *, volatile: Callable[[Path], bool] = lambda _path: False) -> None:
        """Use ``root``; ``volatile`` files change by mere reading and are checked by their owner instead."""
        self.root = root
        self._volatile = volatile

    @property
    def state(self) -> DerivedState | None:
        """The state as it stands on disk; None when missing or unreadable."""
        try:
            values = json.loads((self.root / STATE_FILE).read_text())
            values["files"] = {name: tuple(known) for name, known in values["files"].items()}
            return DerivedState(**values)
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            return None

    def path(self, generation: int) -> Path:
        """Return the folder of a generation."""
        return self.root / f"{generation:06d}"

    def next_generation(self) -> tuple[int, Path]:
        """Make an empty folder for a rebuild, beside the live one."""
        numbers = [int(child.name) for child in self.root.glob("[0-9]*") if child.name.isdigit()]
        generation = max(numbers, default=0) + 1
        path = self.path(generation)
        path.mkdir(parents=True)
        return generation, path

    def intact(self, state: DerivedState) -> bool:
        """Say whether every file of a cleanly left generation still holds what was written.

        A file of another size is not; a large one of the same time is; any other is read and compared by digest.
        """
        folder = self.path(state.generation)
        return set(self._names(folder)) == set(state.files) and all(
            _unchanged(folder / name, known) for name, known in state.files.items()
        )

    def mark_writing(self, generation: int, applied: int, recipe: str) -> None:
        """Record, before the first write, that the generation is no longer as it was left."""
        self._save(DerivedState(generation, applied, recipe, writing=True))

    def seal(self, generation: int, applied: int, recipe: str, content: str = "") -> None:
        """Record a generation that is complete and closed, with its owner's digest of the rest, and drop all others."""
        folder = self.path(generation)
        files = {name: _fingerprint(folder / name) for name in self._names(folder)}
        self._save(DerivedState(generation, applied, recipe, writing=False, files=files, content=content))
        self.drop_others(generation)

    def drop_others(self, generation: int) -> None:
        """Delete every generation but this one."""
        for child in self.root.glob("[0-9]*"):
            if child != self.path(generation):
                _delete(child)

    def _names(self, folder: Path) -> list[str]:
        files = (path for path in folder.rglob("*") if path.is_file() and not path.name.endswith(".lock"))
        return sorted(str(path.relative_to(folder)) for path in files if not self._volatile(path))

    def _save(self, state: DerivedState) -> None:
        self.root.mkdir(parents=True, exist_ok=True)
        scratch = self.root / f"{STATE_FILE}.new"
        with scratch.open("w") as handle:
            json.dump(asdict(state), handle)
            handle.flush()
            os.fsync(handle.fileno())
        os.replace(scratch, self.root / STATE_FILE)


def _delete(folder: Path) -> None:
    """Delete a folder for good: one whose index was just closed may get a file, or lose one, under our hands."""
    for _ in range(TRIES):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
        time.sleep(WAIT_S)
    logger.warning("The old index %s could not be deleted whole; please delete it.", folder)


def _digest(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, lambda: hashlib.blake2b(digest_size=16)).hexdigest()


def _fingerprint(path: Path) -> tuple[int, int, str]:
    stat = path.stat()
    return stat.st_size, stat.st_mtime_ns, _digest(path)


def _unchanged(path: Path, known: tuple[int, int, str]) -> bool:
    size, mtime, digest = known
    try:
        stat = path.stat()
        same_time = stat.st_mtime_ns == mtime and size > ALWAYS_READ_BYTES
        return stat.st_size == size and (same_time or _digest(path) == digest)
    except OSError:
        return False
