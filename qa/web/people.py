"""Who is asking: the one place that tells a person by token, session or proxy, for pages, API and files alike.

Single sign-on goes in here: whatever proves who somebody is becomes a ``Person`` in ``People.recognise``.
"""

import hashlib
import re
import secrets
import time
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from ipaddress import ip_address, ip_network
from typing import Any, Literal

import jwt
from starlette.datastructures import Headers
from starlette.types import Scope

from qa.config import Settings
from qa.web.access import LOOPBACK_NAMES, Access, host_name, is_loopback
from qa.web.keys import Keys
from qa.web.store import Store

Role = Literal["visitor", "reader", "editor"]
PERSON = "dateline.person"
"""Where the wall leaves who is asking, in a request's scope."""
COOKIE = "dateline_session"
SESSION_S = 14 * 24 * 3600
AUDIENCE = "dateline"
FORWARDED = re.compile(
    r"forwarded|via|x-forwarded-.+|x-original-.+|x-real-ip|x-client-ip|x-cluster-client-ip|true-client-ip|"
    r"(?:cf-connecting|fastly-client|fly-client)-ip|x-envoy-.+"
)
"""Headers that a proxy adds and no browser sends."""
LONGEST_NAME = 200
_OURS = re.compile(r"local|anybody|command line|(?:reader|editor)(?:-.*)?|site:.*")
"""Names that are given here: nobody whom a proxy calls so gets what is theirs."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who was let in.

    Args:
        name: What the proxy calls them; ``local`` on this machine; else made of the browser that they signed in with.
            Visitors of a widget site have the site's name in front.
        role: Editors may change the archive; visitors see what their widget site may see.
        browser: Which browser they signed in with, where a token that many share says nothing of who they are: what is
            kept for them is kept for it, whichever token they bring, and is there again when they come back.
    """

    name: str
    role: Role
    browser: str = ""


COMMAND_LINE = Person("command line", "editor")
LOCAL = Person("local", "reader")
ANYBODY = Person("anybody", "reader")
"""Whoever reaches a server over the network where nobody has to sign in: told apart by address only."""


def person_of(request: Any) -> Person:
    """Return who sent a request; takes Starlette's requests and Gradio's.

    Raises:
        KeyError: It did not come through the wall, which lets in nobody unknown.
    """
    found: Person = getattr(request, "request", request).scope[PERSON]
    return found


class People:
    """Recognise people, and give them sessions."""

    def __init__(self, settings: Settings, access: Access, keys: Keys, store: Store | None = None) -> None:
        """Use the settings' proxies and the archive's keys; ``store`` remembers who signed out."""
        self._settings = settings
        self._access = access
        self._keys = keys
        self._proxies = [ip_network(given) for given in settings.trusted_proxies]
        # Other tokens end every session that was begun with the old ones.
        tokens = "\n".join([keys.session, keys.reader, keys.editor])
        self._signing_key = hashlib.sha256(tokens.encode()).digest()
        self._store = store
        self._ended = store.ended_sessions() if store else set[str]()

    def recognise(self, scope: Scope, headers: Headers) -> Person | None:
        """Return who sent a request, or None for a stranger."""
        peer = peer_of(scope)
        if self._access.is_local(headers) and is_loopback(peer):
            return COMMAND_LINE
        kind, _, given = headers.get("authorization", "").partition(" ")
        role = self._role_of(given.strip()) if kind.lower() == "bearer" else None
        if role:
            return Person(role, role)
        return self._named_by_proxy(peer, headers) or self._in_session(headers) or self._unnamed(scope, headers)

    def sign_in(self, token: str, browser: str) -> Person | None:
        """Return the person who brings a right token with a browser."""
        role = self._role_of(token)
        return Person(f"{role}-{browser[:8]}", role, browser) if role else None

    def session(self, person: Person) -> str:
        """Return what the session's cookie holds."""
        claims: dict[str, Any] = {"aud": AUDIENCE, "sub": person.name, "role": person.role, "browser": person.browser}
        claims |= {"exp": int(time.time()) + SESSION_S, "jti": secrets.token_urlsafe(16)}
        return jwt.encode(claims, self._signing_key, "HS256")

    def end_session(self, headers: Headers) -> None:
        """End the session that a request's cookie belongs to, if any: no copy of the cookie is good for anything more.

        Raises:
            WriteFailed: It is over, but a restart would forget that.
        """
        claims = self._claims(headers)
        if claims:
            self._ended.add(claims["jti"])
            if self._store:
                self._store.end_session(claims["jti"], int(claims["exp"]))

    def address_of(self, scope: Scope, headers: Headers) -> str:
        """Return the address that a request comes from, behind proxies that are trusted."""
        address = peer_of(scope)
        hops = [hop.strip() for hop in ",".join(headers.getlist("x-forwarded-for")).split(",")]
        while self._is_proxy(address) and hops and hops[-1]:
            address = hops.pop()
        return address[:60]

    def is_https(self, scope: Scope, headers: Headers) -> bool:
        """Say whether the browser's side of the connection is encrypted."""
        if self._is_proxy(peer_of(scope)):
            return headers.get("x-forwarded-proto", scope["scheme"]) == "https"
        return bool(scope["scheme"] == "https")

    def _role_of(self, token: str) -> Literal["reader", "editor"] | None:
        given = token.encode()
        if secrets.compare_digest(given, self._keys.editor.encode()):
            return "editor"
        return "reader" if secrets.compare_digest(given, self._keys.reader.encode()) else None

    def _named_by_proxy(self, peer: str, headers: Headers) -> Person | None:
        header = self._settings.proxy_user_header
        names = headers.getlist(header) if header and self._is_proxy(peer) else []
        name = names[0].strip() if len(names) == 1 else ""
        if not name or len(name) > LONGEST_NAME or not name.isprintable():
            return None
        shown = f"{name} (from the proxy)" if _OURS.fullmatch(name) else name
        return Person(shown, "editor" if name in self._settings.proxy_editors else "reader")

    def _claims(self, headers: Headers) -> dict[str, Any] | None:
        """Return what a session's cookie says, if it is ours and not over."""
        try:
            morsel = SimpleCookie("; ".join(headers.getlist("cookie"))).get(COOKIE)
            options: Any = {"require": ["exp", "aud", "sub", "jti"]}
            value = morsel.value if morsel else ""
            claims = jwt.decode(value, self._signing_key, ["HS256"], audience=AUDIENCE, options=options)
        except (CookieError, jwt.InvalidTokenError):
            return None
        return None if claims["jti"] in self._ended else claims

    def _in_session(self, headers: Headers) -> Person | None:
        claims = self._claims(headers)
        if claims is None:
            return None
        role: Role = "editor" if claims.get("role") == "editor" else "reader"
        return Person(str(claims["sub"]), role, str(claims.get("browser", "")))

    def _unnamed(self, scope: Scope, headers: Headers) -> Person | None:
        """Return who sends a request that proves nothing; whoever is at this machine itself may read."""
        if self._settings.login == "always":
            return None
        if self._access.loopback and is_loopback(peer_of(scope)) and self._is_direct(scope, headers):
            return LOCAL
        return ANYBODY if self._settings.login == "never" else None

    def _is_direct(self, scope: Scope, headers: Headers) -> bool:
        """Say whether nothing speaks for a proxy on this machine, behind which everybody has its address.

        One that adds nothing and takes this server's name for its own cannot be told from a person here, but that nginx
        speaks HTTP/1.0 by default, which no browser does.
        """
        if any(map(FORWARDED.fullmatch, headers)) or scope.get("http_version") == "1.0":
            return False
        return host_name(headers.get("host", "")) in LOOPBACK_NAMES and not self._is_proxy(peer_of(scope))

    def _is_proxy(self, address: str) -> bool:
        try:
            return any(ip_address(address) in network for network in self._proxies)
        except ValueError:
            return False


def peer_of(scope: Scope) -> str:
    """Return the address at the other end of the connection; of version 4 as such where both versions are listened to.

    >>> peer_of({"client": ("::ffff:192.0.2.1", 1)}), peer_of({"client": ("2001:db8::1", 1)}), peer_of({})
    ('192.0.2.1', '2001:db8::1', '')
    """
    client = scope.get("client")
    address = str(client[0]) if client else ""
    short = address.removeprefix("::ffff:")
    return short if "." in short else address
