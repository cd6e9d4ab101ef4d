"""Whose conversations a request may see: a person's, or those of one browser."""

import hashlib
import re
import secrets

from fastapi import Request
from fastapi.responses import Response

COOKIE = "dateline_browser"
PERSON = "dateline.person"
"""Where the wall leaves who was let in."""
UNNAMED = frozenset({"local"})
"""What everybody is called who need not sign in: then it is the browser that counts."""
YEAR_S = 365 * 24 * 3600
_TOKEN = re.compile(r"[\w-]{43}")


def owner_of(request: Request) -> str | None:
    """Return who asks, in a form that says nothing to who reads the database; None for a browser not yet known."""
    person = request.scope.get(PERSON)
    if person is not None and person.name not in UNNAMED:
        return f"person:{person.name}"
    given = request.cookies.get(COOKIE, "")
    return f"browser:{hashlib.sha256(given.encode()).hexdigest()}" if _TOKEN.fullmatch(given) else None


def new_browser() -> tuple[str, str]:
    """Draw the secret of a browser that asks for the first time; return it with the owner that it makes."""
    token = secrets.token_urlsafe(32)
    return token, f"browser:{hashlib.sha256(token.encode()).hexdigest()}"


def remember(response: Response, token: str, *, secure: bool) -> None:
    """Give a browser its secret, which no script can read and no other site's page can send."""
    response.set_cookie(COOKIE, token, max_age=YEAR_S, httponly=True, samesite="strict", secure=secure, path="/")
