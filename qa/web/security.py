"""The wall around every route, Gradio's included: hosts, origins, sizes and headers.

Pure ASGI, so that nothing is read into memory before it was allowed, and nothing inside it decides for itself who may
read its answers.
"""

import asyncio
import contextlib
import ipaddress
import json
import logging
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from qa.errors import DatelineError
from qa.remote import TOKEN_HEADER
from qa.web.errors import BodyTooLarge, ForeignOrigin, NoSuchAddress, Unexpected, UnknownHost, WrongMethod

logger = logging.getLogger(__name__)

MAX_BODY = 64 * 1024
MAX_QUERY = 16 * 1024
MAX_LOCAL_BODY = 1024 * 1024
"""For the command line's own calls, which carry the token: thousands of paths fit."""
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
DISCARD_BYTES = 32 * 1024 * 1024
DISCARD_S = 3.0

DOORS: tuple[tuple[re.Pattern[str], frozenset[str]], ...] = tuple(
    (re.compile(path), frozenset(methods.split()))
    for path, methods in (
        (r"/api/v1/ask", "POST"),
        (r"/api/v1/search", "GET"),
        (r"/api/v1/articles", "GET POST"),
        (r"/api/v1/articles/[^/]+", "GET DELETE"),
        (r"/(?:healthz|readyz|openapi\.json)", "GET"),
        (r"/articles/[^/]+", "GET"),
        (r"/look/[\w-]+\.(?:js|css)", "GET HEAD"),
        (r"/|/(?:config/?|theme\.css|robots\.txt|favicon\.ico|manifest\.json)", "GET HEAD"),
        (r"/(?:assets|static|svelte)/.+", "GET HEAD"),
        (r"/gradio_api/(?:theme\.css|startup-events|queue/data|heartbeat/[\w-]+)", "GET"),
        (r"/gradio_api/(?:queue/join|cancel)", "POST"),
    )
)
"""All that can be reached. Gradio has some eighty routes, among them uploads, a proxy and file reading; the chat page
needs these few."""
OURS = ("/api/", "/articles/", "/look/", "/healthz", "/readyz", "/openapi.json")

PAGE_POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'"
PAGE_POLICY += "; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
CHAT_POLICY = "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'"
CHAT_POLICY += "; img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; object-src 'none'"
CHAT_POLICY += "; base-uri 'self'; form-action 'none'; frame-ancestors 'self'"
"""Gradio's page carries inline scripts; nothing of an article's stands on it unescaped, and this keeps even a mistake
from sending anything elsewhere."""


@dataclass(frozen=True, slots=True)
class Access:
    """Who may ask this server: its names, whether it listens on every address, and the local secret.

    Args:
        names: Host names beside localhost, without port, in lower case.
        any_address: Requests that name any address in numbers are ours too; a rebound name is still refused.
        token: What the command line on this machine presents; empty when it can do nothing more than a visitor.
    """

    names: frozenset[str] = frozenset()
    any_address: bool = False
    token: str = ""

    def knows_host(self, host: str) -> bool:
        """Say whether a Host header names this server."""
        name = _host_name(host)
        if name in LOOPBACK_NAMES or name in self.names:
            return True
        return self.any_address and _is_address(name)

    def is_local(self, headers: Headers) -> bool:
        """Say whether a request carries the secret that only this machine's user can read."""
        given = headers.get(TOKEN_HEADER, "")
        return bool(self.token) and secrets.compare_digest(given.encode(), self.token.encode())


class Wall:
    """Let in only what may come in, and add to every answer what browsers are to keep to."""

    def __init__(self, app: ASGIApp, access: Access) -> None:
        """Stand around an application."""
        self._app = app
        self._access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check a request, then pass it on with its body counted and its answer's headers set."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            # Nothing here speaks over a websocket.
            await send({"type": "websocket.close", "code": 1008})
            return
        guarded = _with_headers(send, scope["path"])
        try:
            limit = self._check(scope)
        except DatelineError as error:
            await send_error(guarded, error, receive)
            return
        await self._pass_on(scope, _Counted(receive, limit), guarded)

    def _check(self, scope: Scope) -> int:
        headers, method, path = Headers(scope=scope), scope["method"], scope["path"]
        if len(headers.getlist("host")) != 1 or not self._access.knows_host(headers["host"]):
            raise UnknownHost("This server does not go by that name.")
        check_door(path, method)
        if method not in SAFE_METHODS:
            check_origin(headers)
        _drop_forwarded_host(scope, self._access)
        limit = MAX_LOCAL_BODY if self._access.is_local(headers) else MAX_BODY
        if len(scope["query_string"]) > MAX_QUERY:
            raise BodyTooLarge(f"The address is longer than {MAX_QUERY // 1024} kB.")
        length = headers.get("content-length", "0")
        if not length.isdecimal() or len(length) > 15 or int(length) > limit:
            raise BodyTooLarge(f"The request is larger than {limit // 1024} kB.")
        return limit

    async def _pass_on(self, scope: Scope, receive: "_Counted", send: Send) -> None:
        error: DatelineError | None = None
        try:
            await self._app(scope, receive, receive.watch(send))
        except BodyTooLarge:
            pass
        except Exception:
            error = Unexpected()
            logger.exception("Error %s while answering %s %s", error.id, scope["method"], scope["path"])
        # Whatever the application made of a body that was cut: the answer is this one.
        error = receive.too_large() if receive.exceeded else error
        if error and not receive.answered:
            await send_error(send, error, receive.unchecked)


class _Counted:
    """A request's body, counted while it comes in."""

    def __init__(self, receive: Receive, limit: int) -> None:
        self.unchecked = receive
        self.limit = limit
        self._left = limit
        self.exceeded = False
        self.answered = False

    async def __call__(self) -> Message:
        message = await self.unchecked()
        if message["type"] == "http.request":
            self._left -= len(message.get("body", b""))
            if self._left < 0:
                self.exceeded = True
                raise self.too_large()
        return message

    def too_large(self) -> BodyTooLarge:
        """Return the refusal."""
        return BodyTooLarge(f"The request is larger than {self.limit // 1024} kB.")

    def watch(self, send: Send) -> Send:
        """Drop what the application answers to a body that was cut, and note that it answered otherwise."""

        async def watched(message: Message) -> None:
            if self.exceeded and not self.answered:
                return
            self.answered = True
            await send(message)

        return watched


def check_door(path: str, method: str) -> None:
    """Refuse an address that the pages and the API do not need.

    Raises:
        NoSuchAddress, WrongMethod: There is nothing there, or not for this method.
    """
    allowed = next((methods for pattern, methods in DOORS if pattern.fullmatch(path)), None)
    if allowed is None:
        raise NoSuchAddress("There is nothing at this address.")
    if method not in allowed:
        raise WrongMethod(f"This address takes {' or '.join(sorted(allowed))} only.")


def check_origin(headers: Headers) -> None:
    """Refuse a request that changes something or asks, unless it comes from our own page or from no browser.

    Raises:
        ForeignOrigin: It was sent by another site's page, or by one that hides where it is from.
    """
    origins = headers.getlist("origin")
    site = headers.get("sec-fetch-site", "none")
    if not origins and site in {"none", "same-origin"}:
        return
    if len(origins) != 1 or site not in {"none", "same-origin"} or not same_origin(origins[0], headers["host"]):
        raise ForeignOrigin("Requests from another site's pages are not answered.")


def same_origin(origin: str, host: str) -> bool:
    """Say whether an Origin header names the server that a Host header names.

    The scheme is left open: behind a proxy that ends TLS the page is https while this server sees http.

    >>> same_origin("http://127.0.0.1:7860", "127.0.0.1:7860"), same_origin("https://news.example", "news.example")
    (True, True)
    >>> same_origin("http://127.0.0.1:7860.evil.example", "127.0.0.1:7860"), same_origin("null", "localhost")
    (False, False)
    """
    scheme, separator, rest = origin.partition("://")
    if scheme not in {"http", "https"} or not separator:
        return False
    default = ":80" if scheme == "http" else ":443"
    return rest.lower().removesuffix(default) == host.lower().removesuffix(default)


def error_body(error: DatelineError) -> bytes:
    """Return the one JSON shape of an error."""
    return json.dumps(error.as_dict(), ensure_ascii=False).encode("utf-8", "backslashreplace")


async def send_error(send: Send, error: DatelineError, receive: Receive) -> None:
    """Answer with an error, and throw away the rest of the request's body."""
    body = error_body(error)
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": error.http_status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": True})
    # Closing on a client that still sends resets the connection, and it may never see why.
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(DISCARD_S):
            await _discard(receive)
    await send({"type": "http.response.body", "body": b""})


async def _discard(receive: Receive) -> None:
    left = DISCARD_BYTES
    while left > 0:
        message = await receive()
        left -= len(message.get("body", b""))
        if message["type"] != "http.request" or not message.get("more_body"):
            return


def names_of(hosts: Iterable[str]) -> frozenset[str]:
    """Return host names as ``Access`` compares them."""
    return frozenset(_host_name(host) for host in hosts if host)


def _drop_forwarded_host(scope: Scope, access: Access) -> None:
    """Keep Gradio from building its addresses out of a host that is not ours."""
    scope["headers"] = [
        (name, value)
        for name, value in scope["headers"]
        if name != b"x-forwarded-host" or access.knows_host(value.decode("latin-1"))
    ]


def _with_headers(send: Send, path: str) -> Send:
    policy = PAGE_POLICY if path.startswith(OURS) else CHAT_POLICY

    async def decorated(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(raw=message.setdefault("headers", []))
            for name in [name for name in headers if name.startswith("access-control-")]:
                del headers[name]
            headers["x-content-type-options"] = "nosniff"
            headers["referrer-policy"] = "no-referrer"
            headers["x-frame-options"] = "SAMEORIGIN"
            headers["cross-origin-opener-policy"] = "same-origin"
            headers["cross-origin-resource-policy"] = "same-origin"
            headers["content-security-policy"] = policy
        await send(message)

    return decorated


def _host_name(host: str) -> str:
    try:
        parts = urlsplit(f"//{host}")
        return "" if parts.username or parts.path or parts.query else (parts.hostname or "")
    except ValueError:
        return ""


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
