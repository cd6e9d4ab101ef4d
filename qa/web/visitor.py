"""Whose conversations a request may see: a person's, or those of one browser."""

import hashlib
import re
import secrets

from fastapi import Request
from fastapi.responses import Response

COOKIE = "dateline_browser"
PERSON = "dateline.person"
"""Where the wall leaves who was let in."""
UNNAMED = frozenset({"local", "anybody"})
"""What everybody is called who need not sign in: then it is the browser that counts."""
YEAR_S = 365 * 24 * 3600
_TOKEN = re.compile(r"[\w-]{43}")


def owner_of(request: Request) -> str | None:
    """Return who asks, in a form that says nothing to who reads the database; None for a browser not yet known."""
    person = request.scope.get(PERSON)
    if person is not None and person.name not in UNNAMED:
        return f"browser:{person.browser}" if person.browser else f"person:{person.name}"
    token = secret_of(request)
    return f"browser:{browser_of(token)}" if token else None


def secret_of(request: Request) -> str | None:
    """Return the secret that a browser was given, or None."""
    given = request.cookies.get(COOKIE, "")
    return given if _TOKEN.fullmatch(given) else None


def browser_of(token: str) -> str:
    """Return how a browser is known by its secret, in a form that says nothing of it."""
    return hashlib.sha256(token.encode()).hexdigest()


def new_secret() -> str:
    """Draw the secret of a browser that comes for the first time."""
    return secrets.token_urlsafe(32)


def remember(response: Response, token: str, *, secure: bool) -> None:
    """Give a browser its secret, which no script can read and no other site's page can send."""
    response.set_cookie(COOKIE, token, max_age=YEAR_S, httponly=True, samesite="strict", secure=secure, path="/")


def forget(response: Response) -> None:
    """Take a browser's secret from it: what was kept for it is nobody's any more."""
    response.delete_cookie(COOKIE, path="/")
