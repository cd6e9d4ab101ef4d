"""Signing in with a token and out again: one small page without a script."""

import re
from urllib.parse import parse_qs, urlsplit

from anyio import to_thread
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from qa.web import bare, texts
from qa.web.people import ANYBODY, COOKIE, LOCAL, PERSON, SESSION_S, Person
from qa.web.service import Service
from qa.web.visitor import browser_of, forget, new_secret, remember, secret_of

router = APIRouter(include_in_schema=False)
_OWN_PATH = re.compile(r"/(?![/\\])[\x21-\x5b\x5d-\x7e]*")
"""A path of this server: no second slash or backslash that would name another, nothing unprintable."""


@router.get("/login")
async def sign_in_form(request: Request, next: str = "/") -> Response:
    """Show the form, or who is signed in."""
    found: Person | None = request.scope.get(PERSON)
    if found and found not in {LOCAL, ANYBODY}:
        # What a token's holder is called in the log is made up, and says nothing to them.
        return _page(bare.signed_in_page(found.role, "" if found.browser or found.name == found.role else found.name))
    return _page(bare.sign_in_page(own_path(next)))


@router.post("/login")
async def sign_in(request: Request) -> Response:
    """Begin a session for whoever brings a token."""
    service: Service = request.app.state.service
    form = parse_qs((await request.body()).decode("utf-8", "replace"), max_num_fields=10)
    goal = own_path(form.get("next", ["/"])[0])
    secret = secret_of(request) or new_secret()
    person = service.people.sign_in(form.get("token", [""])[0].strip(), browser_of(secret))
    if person is None:
        return _page(bare.sign_in_page(goal, texts.WRONG_TOKEN), 403)
    await to_thread.run_sync(service.people.end_session, request.headers)  # the one before
    answer = RedirectResponse(goal, 303)
    _set_cookie(request, answer, service.people.session(person), SESSION_S)
    remember(answer, secret, secure=service.people.is_https(request.scope, request.headers))
    return answer


@router.post("/logout")
async def sign_out(request: Request) -> Response:
    """End the session for good; with ``forget`` the browser's conversations do not come back either."""
    service: Service = request.app.state.service
    await to_thread.run_sync(service.people.end_session, request.headers)
    answer = RedirectResponse("/login", 303)
    if "forget" in parse_qs((await request.body()).decode("utf-8", "replace"), max_num_fields=10):
        forget(answer)
    _set_cookie(request, answer, "", 0)
    return answer


def own_path(given: str) -> str:
    """Return an address of this server, or its first page.

    >>> own_path("/articles/1?start=2"), own_path("//evil.example"), own_path("https://evil.example")
    ('/articles/1?start=2', '/', '/')
    """
    return given if _OWN_PATH.fullmatch(given) and not urlsplit(given).netloc else "/"


def _set_cookie(request: Request, answer: Response, value: str, seconds: int) -> None:
    service: Service = request.app.state.service
    secure = service.people.is_https(request.scope, request.headers)
    answer.set_cookie(COOKIE, value, seconds, path="/", secure=secure, httponly=True, samesite="lax")


def _page(html: str, status: int = 200) -> Response:
    return HTMLResponse(html, status, headers={"cache-control": "no-store"})
