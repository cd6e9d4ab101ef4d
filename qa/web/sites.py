"""The widget sites: which pages may use one, who its visitors are, and what they may see.

A request of a widget comes with the Origin of the page that it stands in, which must be one of the site's, and where
the site asks for it with a token that the intranet's own server signed: a JSON Web Token (HS256, the site's secret)
with ``aud`` = ``dateline:SITE``, ``exp`` at most an hour away and, if it likes, ``sub``, by whom rates are counted.
A visitor's way to the reader is a link with a ticket, made for one article when it is cited. What a site may see is no
matter of requests: its visitors are answered from ``Service.visitors``, over a part of the archive made of it alone.
"""

import hmac
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import jwt
from starlette.datastructures import Headers
from starlette.types import Scope

from qa.sites import Site, whole_origin
from qa.types import Answer, Span
from qa.web.errors import ForeignOrigin, NotSignedIn
from qa.web.markup import reader_link
from qa.web.people import Person

VISIT = "dateline.visit"
"""Where the wall leaves the visit that a request is part of, in its scope."""
LONGEST_TOKEN_S = 3600
TICKET_S = 8 * 3600
LEEWAY_S = 30
"""Clocks of two servers differ."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A visitor of a widget site.

    Args:
        name: The site's.
        site: Its record.
        origin: The listed origin that the request came from; None where it is a page that was opened by a link.
        person: Who is asking.
    """

    name: str
    site: Site
    origin: str | None
    person: Person

    def answer(self, answer: Answer, tickets: "Sites") -> dict[str, Any]:
        """Return an answer whose citations have a ``reader_url`` each, which the site's visitor may open."""
        shown = answer.as_dict()
        for row in shown["citations"]:
            place = Span(row["start"], row["end"])
            row["reader_url"] = tickets.reader_link(self.name, row["article_id"], row["revision"], place)
        return shown


class Sites:
    """Let visitors in, each by the rules of their site."""

    def __init__(self, sites: Mapping[str, Site], ticket_key: str) -> None:
        """Use the sites of the settings; the key signs links to the reader, until the site's secret is another one."""
        self._sites = sites
        self._keys = {name: _ticket_key(ticket_key, site) for name, site in sites.items()}

    def enter(self, name: str, headers: Headers, *, preflight: bool = False) -> Visit:
        """Return the visit that a widget's request is part of.

        Raises:
            ForeignOrigin: The page that it comes from is not one of the site's, or there is no such site.
            NotSignedIn: The site asks for a token, and there is none or not a good one.
        """
        site, origins = self._sites.get(name), headers.getlist("origin")
        if site is None or len(origins) != 1 or origins[0] not in site.origins:
            raise ForeignOrigin("This page may not use the archive.")
        visit = Visit(name, site, origins[0], Person(f"site:{name}", "visitor"))
        if preflight or site.login == "anonymous":
            return visit
        try:
            return replace(visit, person=_bearer(name, site, headers))
        except jwt.InvalidTokenError as error:
            raise Unsigned(visit) from error

    def enter_reader(self, name: str, scope: Scope, headers: Headers) -> Visit | None:
        """Return the visit of somebody who follows a widget's link to an article; None for a stranger."""
        site = self._sites.get(name)
        if site is None:
            return None
        visit = Visit(name, site, None, Person(f"site:{name}", "visitor"))
        article_id = scope["path"].rsplit("/", 1)[1]
        tickets = parse_qs(scope["query_string"].decode("latin-1")).get("ticket", [])
        if any(self._is_ticket(ticket, name, article_id) for ticket in tickets):
            return visit
        return visit if site.login == "anonymous" and _came_from(headers) in site.origins else None

    def of_reader(self, name: str, person: Person) -> Visit | None:
        """Return the visit of somebody signed in who looks at what a site shows."""
        site = self._sites.get(name)
        return Visit(name, site, None, person) if site else None

    def reader_link(self, name: str, article_id: str, revision: int, place: Span) -> str:
        """Return the address of a place in an article as the site's reader shows it, with its ticket."""
        path, _, fragment = reader_link(article_id, revision, place).partition("#")
        return f"/sites/{name}{path}&ticket={self._ticket(name, article_id)}#{fragment}"

    def newest_link(self, name: str, article_id: str) -> str:
        """Return the address of an article's newest revision in the site's reader."""
        return f"/sites/{name}/articles/{quote(article_id, safe='')}?ticket={self._ticket(name, article_id)}"

    def _ticket(self, name: str, article_id: str) -> str:
        claims = {"aud": _reader_of(name), "article": article_id, "exp": int(time.time()) + TICKET_S}
        return jwt.encode(claims, self._keys[name], "HS256")

    def _is_ticket(self, ticket: str, name: str, article_id: str) -> bool:
        try:
            options: Any = {"require": ["exp", "aud"]}
            claims = jwt.decode(ticket, self._keys[name], ["HS256"], audience=_reader_of(name), options=options)
        except jwt.InvalidTokenError:
            return False
        return bool(claims.get("article") == article_id)


class Unsigned(NotSignedIn):
    """Refuse a visitor without a good token; their page may read why."""

    def __init__(self, visit: Visit) -> None:
        """Keep whose visit it would have been."""
        super().__init__("This site asks for a token that its own server signed; it is missing, wrong or too old.")
        self.visit = visit


def _bearer(name: str, site: Site, headers: Headers) -> Person:
    kind, _, token = headers.get("authorization", "").partition(" ")
    if kind.lower() != "bearer" or site.secret is None:
        raise jwt.InvalidTokenError("no token")
    claims = jwt.decode(
        token.strip(),
        site.secret.get_secret_value(),
        ["HS256"],
        audience=f"dateline:{name}",
        leeway=LEEWAY_S,
        options={"require": ["exp", "aud"], "strict_aud": True},
    )
    if float(claims["exp"]) > time.time() + LONGEST_TOKEN_S + LEEWAY_S:
        raise jwt.InvalidTokenError("good for too long")
    who = str(claims.get("sub") or "")[:100]
    return Person(f"site:{name}:{who}" if who else f"site:{name}", "visitor")


def _ticket_key(key: str, site: Site) -> bytes:
    secret = site.secret.get_secret_value() if site.secret else ""
    return hmac.digest(key.encode(), secret.encode(), "sha256")


def _reader_of(name: str) -> str:
    return f"dateline:{name}:reader"


def _came_from(headers: Headers) -> str:
    parts = urlsplit(headers.get("referer", ""))
    try:
        return whole_origin(f"{parts.scheme}://{parts.netloc}")
    except ValueError:
        return ""
