"""Progress on stderr, with rate and time left."""

import sys
import time

from qa.render import plain

QUIET_S = 5.0
"""Between two progress lines where stderr is no terminal."""


def say(line: str) -> None:
    """Tell something on stderr."""
    sys.stderr.write(plain(line) + "\n")
    sys.stderr.flush()


class ProgressLine:
    """Progress on stderr: one line that is rewritten in a terminal, a line every few seconds elsewhere."""

    def __init__(self, unit: str = "questions") -> None:
        """Count in a unit."""
        self.done = self.total = 0
        self._unit = unit
        self._terminal = sys.stderr.isatty()
        self._started: tuple[float, int] | None = None
        self._last = time.monotonic()

    def __call__(self, done: int, total: int) -> None:
        """Show how far it is, now and then."""
        now = time.monotonic()
        self.done, self.total = done, total
        if self._started is None:
            self._started = (now, done)
            if done:
                say(f"{done} of {total} {self._unit} were done before; going on.")
        if now - self._last < (0.2 if self._terminal else QUIET_S):
            return
        self._last = now
        line = self._line(now)
        sys.stderr.write(f"\r\x1b[K{line}" if self._terminal else f"{line}\n")
        sys.stderr.flush()

    def _line(self, now: float) -> str:
        started, before = self._started or (now, self.done)
        rate = (self.done - before) / max(now - started, 1e-9)
        of = f" of {self.total}" if self.total else ""
        left = f", {_time((self.total - self.done) / rate)} left" if rate and self.total else ""
        return f"{self.done}{of} {self._unit}, {rate:,.1f} a second{left}"

    def end(self) -> None:
        """Clear the line."""
        if self._terminal:
            sys.stderr.write("\r\x1b[K")


def _time(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"
