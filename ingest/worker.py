"""A process that parses documents for us: started when first needed, used for many files, killed when it misbehaves."""

import json
import os
import signal
import subprocess
import sys
import threading
from dataclasses import asdict
from types import TracebackType
from typing import Any, Self

from ingest.formats.base import Limits
from ingest.formats.child import SPENT, receive, send
from ingest.rows import Unreadable
from qa.config import Settings

_START = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from ingest.formats.child import main; main()"
_START_SECONDS = 60.0
"""Importing a parser library for the first time on a busy machine; it is no fault of the document."""
_MOST_JOBS = 2000
"""After so many requests a new process takes over, so that nothing a library leaks piles up."""
_ENDINGS = {
    "timeout": "Reading the file took more than {seconds:g} s.",
    "crashed": "The file made its parser crash.",
    "too_large": "More came out of the file than is allowed for one document.",
}
_KEPT_VARIABLES = ("PATH", "LANG", "LC_ALL", "SYSTEMROOT", "TEMP", "TMP", "LD_LIBRARY_PATH")
"""Of the environment; parsers need no secrets that may stand in the rest."""


def limits_of(settings: Settings) -> Limits:
    """Return what one document may cost."""
    return Limits(
        seconds=settings.max_parse_seconds,
        memory_mb=settings.max_parse_memory_mb,
        bytes_in=int(settings.max_document_mb * 1_000_000),
        # A feed holds many articles; text beyond this is no news.
        bytes_out=int(max(4 * settings.max_article_mb, 8) * 1_000_000),
    )


class Worker:
    """Parse documents in another process; a crash or a timeout costs that document only.

    Close it, or use it as a context: no process is left behind.
    """

    def __init__(self, settings: Settings) -> None:
        """Take the limits; nothing is started yet."""
        self.limits = limits_of(settings)
        self.most_article_mb = settings.max_article_mb
        self._process: subprocess.Popen[bytes] | None = None
        self._jobs = 0
        self._known: set[str] = set()

    def __enter__(self) -> Self:
        """Return the worker."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the process."""
        self.close()

    @property
    def pid(self) -> int | None:
        """The process that runs now, if any."""
        return self._process.pid if self._process else None

    def call(self, operation: str, payload: bytes = b"", **args: Any) -> tuple[dict[str, Any], bytes]:
        """Run one operation of ``ingest.formats.child`` and return its answer.

        Raises:
            Unreadable: The document is refused, damaged, too large, took too long or ended the process.
        """
        if len(payload) > self.limits.bytes_in:
            megabytes = self.limits.bytes_in / 1_000_000
            raise Unreadable("too_large", f"The file is larger than {megabytes:g} MB (max_document_mb).")
        if operation not in self._known:
            self._exchange("load", b"", {"name": operation}, _START_SECONDS)
            self._known.add(operation)
        return self._exchange(operation, payload, args, self.limits.seconds)

    def _exchange(
        self, operation: str, payload: bytes, args: dict[str, Any], seconds: float
    ) -> tuple[dict[str, Any], bytes]:
        process = self._started()
        late = threading.Event()
        timer = threading.Timer(seconds, _kill, (process, late))
        timer.daemon = True
        timer.start()
        try:
            answer = self._ask(process, {"op": operation, "args": args}, payload)
        except BaseException:  # also an interrupt: a half-read answer must not be taken for the next one
            self._drop()
            raise
        finally:
            timer.cancel()
        code = answer[0].get("code") if answer else _how_it_ended(process, late)
        if answer is None or code in SPENT:
            self._drop()
        if code is not None:
            raise Unreadable(code, answer[0]["reason"] if answer else _ENDINGS[code].format(seconds=seconds))
        assert answer is not None
        return answer

    def close(self) -> None:
        """End the process."""
        self._drop()

    def _ask(
        self, process: subprocess.Popen[bytes], header: dict[str, Any], payload: bytes
    ) -> tuple[dict[str, Any], bytes] | None:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            send(process.stdin, header, payload)  # type: ignore[arg-type]
            return receive(process.stdout, self.limits.bytes_out)  # type: ignore[arg-type]
        except (OSError, ValueError):  # a broken pipe, or an answer that is no JSON
            return None

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is not None and (self._jobs >= _MOST_JOBS or self._process.poll() is not None):
            self._drop()
        self._jobs += 1
        if self._process is None:
            self._process = _start(self.limits)
        return self._process

    def _drop(self) -> None:
        process, self._process, self._jobs, self._known = self._process, None, 0, set()
        if process is None:
            return
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                try:
                    stream.close()
                except OSError:
                    pass  # what was not sent cannot be sent any more


def _start(limits: Limits) -> subprocess.Popen[bytes]:
    path = [os.path.abspath(entry) for entry in sys.path]
    return subprocess.Popen(
        # -P: modules are never taken from the folder that the user happens to stand in.
        [sys.executable, "-P", "-c", _START, json.dumps(path), json.dumps(asdict(limits))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ},
        start_new_session=sys.platform != "win32",  # an interrupt at the keyboard is ours to handle
    )


def _kill(process: subprocess.Popen[bytes], late: threading.Event) -> None:
    late.set()
    process.kill()


def _how_it_ended(process: subprocess.Popen[bytes], late: threading.Event) -> str:
    """Return the code for an answer that did not come."""
    try:
        ended = process.wait(timeout=1.0)
    except subprocess.TimeoutExpired:
        return "too_large"  # it lives, and what it said was longer than is allowed
    out_of_time = late.is_set() or -ended == getattr(signal, "SIGXCPU", None)
    return "timeout" if out_of_time else "crashed"
