"""Web addresses to bytes, politely: robots.txt, a pause between requests, nothing that has not changed.

Proxy variables of the environment are not looked at, cookies are not kept, and nothing of the machine is told.
"""

import socket
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from importlib.metadata import PackageNotFoundError, version
from urllib.parse import urlsplit

from ingest.addresses import Resolve, Target, reachable, target_of
from ingest.robots import AGENT, MOST_BYTES, Rules, rules_of
from ingest.rows import Unreadable
from ingest.transport import Limits, Response, exchange
from qa.config import Settings

MOST_REDIRECTS = 5
_REDIRECTS = frozenset((301, 302, 303, 307, 308))
_ACCEPT = "text/html,application/xhtml+xml,application/rss+xml,application/atom+xml,application/xml;q=0.9,*/*;q=0.5"


@dataclass(frozen=True, slots=True)
class Marks:
    """What a server gave to tell later whether a page has changed, and the address that gave it."""

    url: str
    etag: str | None = None
    last_modified: str | None = None

    def headers(self) -> dict[str, str]:
        """Return the headers that ask only for what has changed."""
        given = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in given.items() if value}


@dataclass(frozen=True, slots=True)
class Fetched:
    """What lies at an address; no body where it has not changed."""

    url: str
    """Where it was found in the end."""
    body: bytes | None
    content_type: str
    marks: Marks | None
    """None where the server gave nothing to tell a change by."""


@dataclass(slots=True)
class Fetcher:
    """Fetches the addresses of one ingestion.

    Args:
        settings: Limits, pause and proxy.
        resolve: Looks up a host.
        tls: How certificates are checked; the system's authorities by default.
        sleep: Waits between two requests to one host.
    """

    settings: Settings
    resolve: Resolve = socket.getaddrinfo
    tls: ssl.SSLContext | None = None
    sleep: Callable[[float], None] = time.sleep
    _rules: dict[str, Rules | Unreadable] = field(default_factory=dict)
    _last: dict[str, float] = field(default_factory=dict)
    _closed: set[str] = field(default_factory=set)
    """Hosts that asked not to be asked any more."""

    def get(self, url: str, known: Marks | None = None) -> Fetched:
        """Fetch an address.

        Args:
            url: http or https.
            known: What was kept of it when it was fetched last.

        Raises:
            Unreadable: It is refused, forbidden by the site, cannot be reached, or holds too much.
        """
        limits = Limits(self.settings.max_fetch_seconds, int(self.settings.max_document_mb * 1_000_000))
        target, answer = self._follow(target_of(url), limits, known)
        kind = answer.headers.get("content-type", "")
        if answer.status == HTTPStatus.NOT_MODIFIED and known is not None:
            return Fetched(target.url, None, kind, known)
        if answer.status not in (200, 203):
            raise Unreadable("status", f"The server answered {answer.status}{_phrase(answer.status)}.")
        marks = Marks(target.url, _short(answer, "etag"), _short(answer, "last-modified"))
        return Fetched(target.url, answer.body, kind, marks if marks.headers() else None)

    def _follow(
        self, target: Target, limits: Limits, known: Marks | None = None, robots: bool = True
    ) -> tuple[Target, Response]:
        for _ in range(MOST_REDIRECTS + 1):
            addresses = self._addresses(target)  # first: a refused host is not even asked for its robots.txt
            rules = self._checked(target) if robots else Rules()
            headers = known.headers() if known and known.url == target.url else {}
            answer = self._ask(target, addresses, headers, limits, rules.delay)
            if answer.status not in _REDIRECTS or not answer.headers.get("location"):
                return target, answer
            target = target_of(_ascii(answer.headers["location"]), target.url)
        raise Unreadable("redirects", f"It leads on to other addresses more than {MOST_REDIRECTS} times.")

    def _addresses(self, target: Target) -> list[str]:
        try:
            return reachable(target, self.settings.fetch_loopback, self.resolve)
        except Unreadable as exc:
            if self.settings.web_proxy and exc.code == "unreachable":
                return []  # inside a closed network only the proxy can look up names of the world outside
            raise

    def _ask(
        self, target: Target, addresses: list[str], headers: Mapping[str, str], limits: Limits, delay: float
    ) -> Response:
        if target.host in self._closed:
            raise Unreadable("busy", f"The host {target.host} asked for fewer requests; try again later.")
        self._pause(target.host, max(delay, self.settings.fetch_delay_seconds))
        sent = {"User-Agent": _agent(), "Accept": _ACCEPT, **headers}
        try:
            answer = exchange(target, addresses, sent, limits, self.tls, self._proxy)
        finally:
            self._last[target.host] = time.monotonic()
        if answer.status == HTTPStatus.TOO_MANY_REQUESTS or (answer.status == 503 and "retry-after" in answer.headers):
            self._closed.add(target.host)
        return answer

    def _pause(self, host: str, seconds: float) -> None:
        left = self._last.get(host, float("-inf")) + seconds - time.monotonic()
        if left > 0:
            self.sleep(left)

    @property
    def _proxy(self) -> tuple[str, int] | None:
        parts = urlsplit(self.settings.web_proxy or "")
        return (parts.hostname, parts.port or 80) if parts.hostname else None

    # robots.txt

    def _checked(self, target: Target) -> Rules:
        """Return the rules of a site that allow an address.

        Raises:
            Unreadable: They do not, or the site could not be asked; that holds for all its pages.
        """
        if target.origin not in self._rules:
            self._rules[target.origin] = self._asked(target)
        rules = self._rules[target.origin]
        if isinstance(rules, Unreadable):
            raise Unreadable(rules.code, rules.reason)
        if not rules.allows(target.url):
            raise Unreadable("robots", "The site's robots.txt asks programs not to fetch it.")
        return rules

    def _asked(self, target: Target) -> Rules | Unreadable:
        place = Target(target.scheme, target.host, target.port, "/robots.txt")
        limits = Limits(self.settings.max_fetch_seconds, MOST_BYTES, cut=True)
        try:
            return rules_of(self._follow(place, limits, robots=False)[1])
        except Unreadable as exc:
            return Rules() if exc.code == "redirects" else exc


def _short(answer: Response, name: str) -> str | None:
    value = answer.headers.get(name)
    return value if value and len(value) <= 500 and value.isascii() and value.isprintable() else None


def _ascii(location: str) -> str:
    """Return a header as its sender wrote it: http.client reads bytes as Latin-1, servers write UTF-8."""
    try:
        return location.encode("latin-1").decode("utf-8").replace(" ", "%20")
    except UnicodeError:
        return location.replace(" ", "%20")


def _phrase(status: int) -> str:
    try:
        return f" ({HTTPStatus(status).phrase})"
    except ValueError:
        return ""


def _agent() -> str:
    try:
        return f"{AGENT}/{version('dateline')}"
    except PackageNotFoundError:
        return AGENT
