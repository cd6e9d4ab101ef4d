"""By which names this server may be reached, and which pages may send it something."""

import ipaddress
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import Headers

from qa.remote import TOKEN_HEADER
from qa.web.errors import ForeignOrigin

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class Access:
    """By what this server is known: its names, whether it listens on every address, and the local secret.

    Args:
        names: Host names beside localhost, without port, in lower case.
        any_address: Requests that name any address in numbers are ours too; a rebound name is still refused.
        token: What the command line on this machine presents; empty when it can do nothing more than a visitor.
        loopback: Whether nobody but this machine can connect.
    """

    names: frozenset[str] = frozenset()
    any_address: bool = False
    token: str = ""
    loopback: bool = True

    def knows_host(self, host: str) -> bool:
        """Say whether a Host header names this server."""
        name = host_name(host)
        if name in LOOPBACK_NAMES or name in self.names:
            return True
        return self.any_address and _is_address(name)

    def is_local(self, headers: Headers) -> bool:
        """Say whether a request carries the secret that only this machine's user can read."""
        given = headers.get(TOKEN_HEADER, "")
        return bool(self.token) and secrets.compare_digest(given.encode(), self.token.encode())


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


def names_of(hosts: Iterable[str]) -> frozenset[str]:
    """Return host names as ``Access`` compares them."""
    return frozenset(host_name(host) for host in hosts if host)


def host_name(host: str) -> str:
    """Return the name in a Host header without its port; empty where it is none."""
    try:
        parts = urlsplit(f"//{host}")
        return "" if parts.username or parts.path or parts.query else (parts.hostname or "")
    except ValueError:
        return ""


def is_loopback(address: str) -> bool:
    """Say whether an address in numbers, or the name localhost, is this machine's own."""
    try:
        return address == "localhost" or ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
