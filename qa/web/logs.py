"""The server's log: JSON objects, one a line, or plain lines.

No question stands in it unless the settings say so. What an error says may hold one (a database names the values of a
statement, a parser what it could not read), so of errors nobody foresaw it tells the kind and the place, and only
what the operating system or SQLite itself said.
"""

import logging
import re
import sqlite3
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from pythonjsonlogger.json import JsonFormatter
from starlette.types import Message, Scope, Send

from qa.config import Settings

logger = logging.getLogger("qa.web.requests")
_now: ContextVar[dict[str, Any] | None] = ContextVar("dateline_request", default=None)
QUIET = frozenset({"/healthz", "/readyz"})
"""Asked every few seconds by whatever watches the server; told only when they fail."""
DEEPEST = 10
"""Errors that an error may come from."""
_ODD = re.compile(r"[^\w/.{}:-]")


def set_up(settings: Settings, *, verbose: bool = False) -> None:
    """Write the log to standard error as the settings say."""
    told = verbose or settings.log_format != "auto" or not sys.stderr.isatty()
    plain = settings.log_format == "text" or (settings.log_format == "auto" and sys.stderr.isatty())
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter((Plain if plain else Json)(whole=settings.log_questions))
    handler.addFilter(_add_request)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.INFO if verbose else logging.WARNING)
    logging.getLogger("qa.web").setLevel(logging.INFO if told else logging.WARNING)


class Json(JsonFormatter):
    """An object a line; what comes with a record stands in it by name."""

    def __init__(self, *, whole: bool) -> None:
        """Tell what errors say only where ``whole``."""
        names = {"levelname": "level", "name": "logger", "exc_info": "error"}
        super().__init__("%(levelname)s %(name)s %(message)s", rename_fields=names, timestamp="time")
        self._whole = whole

    def formatException(self, ei: Any) -> str:
        """Return the error as it may be told."""
        return "".join(super().formatException(ei)) if self._whole else told_error(ei[1])


class Plain(logging.Formatter):
    """Lines for people."""

    def __init__(self, *, whole: bool) -> None:
        """Tell what errors say only where ``whole``."""
        super().__init__("%(asctime)s %(levelname)s %(message)s", "%H:%M:%S")
        self._whole = whole

    def formatException(self, ei: Any) -> str:
        """Return the error as it may be told."""
        return super().formatException(ei) if self._whole else told_error(ei[1])


def told_error(error: BaseException, depth: int = 0) -> str:
    """Return where an error was raised and of what kind it is, and those it came from; what it says only where safe."""
    lines = [*traceback.format_tb(error.__traceback__), f"{type(error).__name__}{_safe_words(error)}"]
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    inner = [*getattr(error, "exceptions", ()), *([before] if before else [])]
    if depth < DEEPEST:
        lines += [f"\nfrom\n{told_error(one, depth + 1)}" for one in inner]
    return "".join(lines)


def _safe_words(error: BaseException) -> str:
    if isinstance(error, OSError):
        return f": {error.strerror}" if error.strerror else ""
    # SQLite's own words name tables and columns; SQLAlchemy's around them the values too.
    return f": {error}" if isinstance(error, sqlite3.Error) else ""


# Requests ----------------------------------------------------------------------------------------------------------


class Told:
    """One request, as the log tells of it."""

    def __init__(self, scope: Scope, request_id: str) -> None:
        """Begin the clock."""
        self._scope = scope
        self._began = time.monotonic()
        self.status = 0
        self.known = False
        """Whether there is such an address: of others the log does not even repeat the path."""
        self.about: dict[str, Any] = {"request_id": request_id}

    def watch(self, send: Send) -> Send:
        """Note with which status the request is answered."""

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start":
                self.status = message["status"]
            await send(message)

        return watched

    def route(self) -> str | None:
        """Return the route's template, or the path of what has none."""
        template = getattr(self._scope.get("route"), "path", None)
        return template or (_ODD.sub("?", self._scope["path"])[:120] if self.known else None)

    def tell(self) -> None:
        """Write the request's line."""
        method, route = self._scope["method"], self.route()
        if route in QUIET and self.status == 200:
            return
        took = round((time.monotonic() - self._began) * 1000, 1)
        what = {"method": method, "route": route, "status": self.status or None, "ms": took}
        who = ", ".join(
            "".join(c if c.isprintable() else "?" for c in str(value))
            for name, value in self.about.items()
            if name in {"person", "site"}
        )
        logger.info("%s %s %s, %s ms, %s", method, route, self.status, took, who or "stranger", extra=what)


@contextmanager
def telling(scope: Scope, request_id: str) -> Iterator[Told]:
    """Tell of a request when it is over; every line that is written meanwhile bears its id."""
    told = Told(scope, request_id)
    token = _now.set(told.about)
    try:
        yield told
    finally:
        told.tell()
        _now.reset(token)


def current() -> dict[str, Any]:
    """Return what is known of the request that is being answered: its id, person and site."""
    return _now.get() or {}


def _add_request(record: logging.LogRecord) -> bool:
    for name, value in current().items():
        setattr(record, name, value)
    return True
