"""The wall around every route, Gradio's included: hosts, people, origins, sizes and headers.

Pure ASGI, so that nothing is read into memory before it was allowed, and nothing inside it decides for itself who may
read its answers.
"""

import asyncio
import logging
import re
import secrets
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from qa.errors import DatelineError
from qa.web import bare, logs
from qa.web.access import Access, check_origin
from qa.web.bodylimit import BODY_S, UPLOAD_S, Counted, too_large
from qa.web.doors import Door, find_door
from qa.web.errors import BodyTooLarge, Busy, EditorsOnly, ForeignOrigin, NotSignedIn, TooSlow, Unexpected, UnknownHost
from qa.web.headers import preflight_headers, with_headers, with_request_id
from qa.web.limits import Limits
from qa.web.people import PERSON, People, Person
from qa.web.refusal import refuse, say
from qa.web.sites import VISIT, Sites, Unsigned, Visit

logger = logging.getLogger(__name__)

MAX_QUERY = 16 * 1024
MAX_LOCAL_BODY = 1024 * 1024
"""For the command line's own calls, which carry the token: thousands of paths fit."""
MOST_REQUESTS = 512
"""Requests that are being answered, open pages' heartbeats among them."""
PULSE = "/gradio_api/heartbeat/"
"""What every open chat page holds open for nothing but to be noticed when it closes."""
REQUEST_ID = "dateline.request_id"
"""Where the wall leaves a request's id, in its scope."""
_PLAIN_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(slots=True)
class _Call:
    """A request on its way in, and what is known of it so far."""

    scope: Scope
    headers: Headers
    door: Door | None = None
    person: Person | None = None
    visit: Visit | None = None

    @property
    def wants_page(self) -> bool:
        """Whether it is a browser that opens a page."""
        return self.scope["method"] == "GET" and "text/html" in self.headers.get("accept", "")


class Wall:
    """Let in only what may come in, and add to every answer what browsers are to keep to."""

    def __init__(
        self, app: ASGIApp, access: Access, people: People, sites: Sites, limits: Limits, pulses: set[Any]
    ) -> None:
        """Stand around an application; ``pulses`` gets the tasks that only hold a line open."""
        self._app = app
        self._access = access
        self._people = people
        self._sites = sites
        self._limits = limits
        self._pulses = pulses
        self._inside = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let requests in, so many at a time."""
        self._inside += 1
        try:
            await self._meet(scope, receive, send)
        finally:
            self._inside -= 1

    async def _meet(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check a request, then pass it on with its body counted and its answer's headers set."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            # Nothing here speaks over a websocket.
            await send({"type": "websocket.close", "code": 1008})
            return
        call = _Call(scope, Headers(scope=scope))
        scope[REQUEST_ID] = _request_id(call.headers)
        with logs.telling(scope, scope[REQUEST_ID]) as told:
            await self._answer(call, told, receive, told.watch(with_request_id(send, scope[REQUEST_ID])))

    async def _answer(self, call: _Call, told: logs.Told, receive: Receive, send: Send) -> None:
        scope = call.scope
        try:
            limit = self._check(call)
        except DatelineError as error:
            _tell_of(call, told)
            await self._turn_away(call, error, receive, send)
            return
        _tell_of(call, told)
        guarded = with_headers(send, scope["path"], call.visit)
        if scope["method"] == "OPTIONS" and call.visit and call.door:
            methods = ", ".join(sorted(call.door.methods - {"OPTIONS"}))
            await say(send, 204, preflight_headers(call.visit, methods))
            return
        seconds = UPLOAD_S if call.door and call.door.uploads else BODY_S
        await self._pass_on(scope, Counted(receive, limit, seconds), guarded)

    def _check(self, call: _Call) -> int:
        """Return how large the body may be.

        Raises:
            DatelineError: The request is refused.
        """
        scope, headers = call.scope, call.headers
        if self._inside > MOST_REQUESTS:
            raise Busy("Too many requests are being answered at the moment; please try again soon.")
        if len(headers.getlist("host")) != 1 or not self._access.knows_host(headers["host"]):
            raise UnknownHost("This server does not go by that name.")
        call.person = self._people.recognise(scope, headers)
        try:
            call.door = find_door(scope["path"], scope["method"])
        except DatelineError:
            if call.person is None:  # what there is and what not is nothing for strangers
                raise NotSignedIn from None
            raise
        self._let_in(call, call.door)
        self._count(call, call.door)
        scope[PERSON], scope[VISIT] = call.person, call.visit
        _drop_forwarded_host(scope, self._access)
        return self._size_allowed(call, call.door)

    def _let_in(self, call: _Call, door: Door) -> None:
        scope, headers = call.scope, call.headers
        if door.who == "site":
            call.visit = self._visit(call, door)
            call.person = call.visit.person
            return
        if door.who != "everyone" and call.person is None:
            raise NotSignedIn
        if scope["method"] not in SAFE_METHODS:
            check_origin(headers)
        if door.who == "editor" and call.person and call.person.role != "editor":
            raise EditorsOnly

    def _count(self, call: _Call, door: Door) -> None:
        address = self._people.address_of(call.scope, call.headers)
        if call.person and call.scope["method"] != "OPTIONS" and (door.asks or door.reads):
            count = self._limits.count_question if door.asks else self._limits.count_reading
            count(call.person, address, call.visit)
        elif call.scope["path"] == "/login" and call.scope["method"] == "POST":
            self._limits.count_sign_in(address)

    def _visit(self, call: _Call, door: Door) -> Visit:
        scope = call.scope
        found = door.pattern.fullmatch(scope["path"])
        name = found["site"] if found else ""
        if scope["path"].startswith("/api/"):
            return self._sites.enter(name, call.headers, preflight=scope["method"] == "OPTIONS")
        visit = self._sites.enter_reader(name, scope, call.headers)
        if visit is None and call.person:
            visit = self._sites.of_reader(name, call.person)
        if visit is None:
            raise ForeignOrigin("This link has expired, or is not one of the site's; please ask again there.")
        return visit

    def _size_allowed(self, call: _Call, door: Door) -> int:
        most = self._limits.most_upload if door.uploads else door.most
        limit = max(most, MAX_LOCAL_BODY) if self._access.is_local(call.headers) else most
        if len(call.scope["query_string"]) > MAX_QUERY:
            raise BodyTooLarge(f"The address is longer than {MAX_QUERY // 1024} kB.")
        length = call.headers.get("content-length", "0")
        if not length.isdecimal() or len(length) > 15 or int(length) > limit:
            raise too_large(limit)
        return limit

    async def _turn_away(self, call: _Call, error: DatelineError, receive: Receive, send: Send) -> None:
        path = call.scope["path"]
        if isinstance(error, Unsigned):
            call.visit = error.visit
        if isinstance(error, NotSignedIn) and call.wants_page:
            goal = _goal(call.scope) if path.startswith("/") and not path.startswith(("//", "/login")) else "/"
            page = bare.sign_in_page(goal).encode()
            headers = [(b"content-type", b"text/html; charset=utf-8"), (b"cache-control", b"no-store")]
            await say(with_headers(send, "/login"), 401, headers, page)
            return
        if isinstance(error, EditorsOnly) and call.wants_page:
            page = bare.sign_in_page(_goal(call.scope), error.user_message).encode()
            headers = [(b"content-type", b"text/html; charset=utf-8"), (b"cache-control", b"no-store")]
            await say(with_headers(send, "/login"), 403, headers, page)
            return
        await refuse(with_headers(send, path, call.visit), error, receive)

    async def _pass_on(self, scope: Scope, receive: Counted, send: Send) -> None:
        error: DatelineError | None = None
        try:
            if scope["path"].startswith(PULSE):
                await self._hold(scope, receive, send)
            else:
                await self._app(scope, receive, receive.watch(send))
        except (BodyTooLarge, TooSlow):
            pass
        except Exception:
            error = Unexpected()
            logger.exception("Error %s", error.id)
        # Whatever the application made of a body that was cut: the answer is this one.
        error = receive.refusal or error
        if error and not receive.answered:
            await refuse(send, error, receive.unchecked)

    async def _hold(self, scope: Scope, receive: Counted, send: Send) -> None:
        """Pass on what lasts as long as a page is open, so that it can be ended without ending this request badly."""
        task = asyncio.ensure_future(self._app(scope, receive, receive.watch(send)))
        self._pulses.add(task)
        try:
            await asyncio.wait([task])
        finally:
            self._pulses.discard(task)
            task.cancel()


def _request_id(headers: Headers) -> str:
    """Return the id that a proxy or client gave a request, if it is a plain one, or a new one."""
    given = headers.get("x-request-id", "")
    return given if _PLAIN_ID.fullmatch(given) else secrets.token_hex(8)


def _goal(scope: Scope) -> str:
    """Return what a browser asked for, its query too: a link to a sentence leads there after signing in."""
    path: bytes = scope.get("raw_path") or scope["path"].encode()
    query: bytes = scope["query_string"]
    return (path.partition(b"?")[0] + (b"?" + query if query else b"")).decode("latin-1")


def _tell_of(call: _Call, told: logs.Told) -> None:
    told.known = call.door is not None
    if call.person:
        told.about["person"] = call.person.name
    if call.visit:
        told.about["site"] = call.visit.name


def _drop_forwarded_host(scope: Scope, access: Access) -> None:
    """Keep Gradio from building its addresses out of a host that is not ours."""
    scope["headers"] = [
        (name, value)
        for name, value in scope["headers"]
        if name != b"x-forwarded-host" or access.knows_host(value.decode("latin-1"))
    ]
