"""One writer or several readers per data folder.

The lock is the operating system's (``flock``), so it dies with its process. Beside it lies ``owner.json`` with the
writer's process id and, when it serves, its address; left behind after a crash, it tells that the end was unclean.
"""

import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import portalocker

from qa.errors import FolderLocked, WriteFailed

LOCK_FILE = "lock"
OWNER_FILE = "owner.json"
READERS_WAIT_S = 3.0
"""How long a writer waits for readers: asking takes well under a second, so they are gone by then."""


class FolderLock:
    """Hold the data folder as its writer or as one of its readers."""

    def __init__(self, folder: Path, *, read_only: bool) -> None:
        """Take the lock at once or refuse.

        Raises:
            FolderLocked: Somebody else holds it.
        """
        self._folder = folder
        self._owner = folder / OWNER_FILE
        self.read_only = read_only
        self.unclean = False
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._handle: IO[str] = (folder / LOCK_FILE).open("a+")
        except OSError as exc:
            raise WriteFailed(f"The data folder {folder} cannot be used: {exc.strerror}.") from exc
        try:
            self._take()
        except FolderLocked:
            self._handle.close()
            raise

    def announce(self, address: str | None = None) -> None:
        """Write who owns the folder, for those who come second; ``address`` is a server's URL."""
        text = json.dumps({"pid": os.getpid(), "address": address, "since": time.time()})
        scratch = self._owner.with_suffix(".new")
        scratch.write_text(text)
        os.replace(scratch, self._owner)

    def release(self) -> None:
        """Give the folder back after a clean end."""
        if self._handle.closed:
            return
        if not self.read_only:
            self._owner.unlink(missing_ok=True)
        self._handle.close()

    def upgrade(self, unless: Callable[[], bool]) -> bool:
        """Turn a reader into the writer as soon as nobody else reads; say whether it was done.

        Args:
            unless: Asked, as a reader, while others hold the folder; when it says yes, a reader it stays.

        Raises:
            FolderLocked: The others did not go away; nothing is held any more.
        """
        deadline = time.monotonic() + READERS_WAIT_S
        while not self._flock(portalocker.LockFlags.EXCLUSIVE):
            # The failed attempt has cost the shared lock (see flock(2)), so of two who try one succeeds.
            portalocker.unlock(self._handle)
            time.sleep(0.05)
            if self._flock(portalocker.LockFlags.SHARED) and unless():
                return False
            if time.monotonic() > deadline:
                raise locked_by(self._folder)
        self.announce()
        return True

    def downgrade(self) -> None:
        """Turn a writer back into a reader.

        Raises:
            FolderLocked: A writer took the folder in between.
        """
        self._owner.unlink(missing_ok=True)
        if not self._flock(portalocker.LockFlags.SHARED):
            raise locked_by(self._folder)

    def _take(self) -> None:
        if self.read_only:
            if not self._flock(portalocker.LockFlags.SHARED):
                raise locked_by(self._folder)
            self.unclean = self._owner.exists()
            return
        deadline = time.monotonic() + READERS_WAIT_S
        while not self._flock(portalocker.LockFlags.EXCLUSIVE):
            if self._writer_is_alive() or time.monotonic() > deadline:
                raise locked_by(self._folder)
            time.sleep(0.05)
        self.unclean = self._owner.exists()
        self.announce()

    def _writer_is_alive(self) -> bool:
        # Whoever holds the lock while an owner file exists and even reading is refused is a writer, not a reader.
        if self._flock(portalocker.LockFlags.SHARED):
            portalocker.unlock(self._handle)
            return False
        return True

    def _flock(self, kind: portalocker.LockFlags) -> bool:
        try:
            portalocker.lock(self._handle, kind | portalocker.LockFlags.NON_BLOCKING)
        except (portalocker.LockException, portalocker.AlreadyLocked):
            return False
        return True


def owner(folder: Path) -> dict[str, Any] | None:
    """Return what the writer of a folder announced, or None."""
    try:
        found = json.loads((folder / OWNER_FILE).read_text())
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def locked_by(folder: Path) -> FolderLocked:
    """Name the process that owns a folder in an error."""
    who = owner(folder)
    if who is None:
        return FolderLocked(f"The data folder {folder} is being read by another Dateline process; please try again.")
    where = f" (serving at {who['address']})" if who.get("address") else ""
    return FolderLocked(f"The data folder {folder} is in use by process {who.get('pid')}{where}.")
