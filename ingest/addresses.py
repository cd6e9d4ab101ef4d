"""Which web addresses may be fetched: none that leads into this machine or the network it stands in.

The host is resolved here, every address that comes back must be a public one, and the connection goes to an address
that was checked, so that a name which means something else a moment later changes nothing.
"""

import ipaddress
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

from ingest.rows import Unreadable

Resolve = Callable[..., Sequence[tuple[Any, ...]]]
"""Like ``socket.getaddrinfo``."""
Ip = ipaddress.IPv4Address | ipaddress.IPv6Address

MOST_URL = 4000
PORTS = {"http": 80, "https": 443}
_UNICAST6 = ipaddress.IPv6Network("2000::/3")
"""All that is public in IPv6; IPv4 in its many disguises (``::ffff:``, ``::127.0.0.1``, ``64:ff9b::``) lies outside."""
_NOT_PUBLIC = tuple(
    map(
        ipaddress.ip_network,
        (
            *("100.64.0.0/10", "192.0.0.0/24", "192.88.99.0/24", "198.18.0.0/15", "224.0.0.0/4", "240.0.0.0/4"),
            "168.63.129.16/32",  # looks public; inside one large cloud it answers for the machine itself
            "64:ff9b::/96",  # IPv4 behind a translator
            "64:ff9b:1::/48",
            "2002::/16",  # IPv4 inside IPv6 (6to4)
            "2001::/23",  # Teredo, benchmarks, identifiers
            "2001:db8::/32",
            "3fff::/20",
            "5f00::/16",
        ),
    )
)
"""What Python's ``is_global`` calls public in some or all versions, and is not."""


@dataclass(frozen=True, slots=True)
class Target:
    """An address taken apart; ``path`` is what the request names, in ASCII."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def netloc(self) -> str:
        """Host and, unless it is the scheme's own, port."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        """Scheme, host and port: what a robots.txt speaks for."""
        return f"{self.scheme}://{self.netloc}"

    @property
    def url(self) -> str:
        """The whole address."""
        return self.origin + self.path


def target_of(url: str, base: str = "") -> Target:
    """Return an address taken apart.

    Args:
        url: Absolute, or relative to ``base``; what follows ``#`` is left out.
        base: Where it was named.

    Raises:
        Unreadable: It is no http or https address, or one that names a user.
    """
    if len(url) > MOST_URL or any(character.isspace() or not character.isprintable() for character in url.strip()):
        raise Unreadable("bad_url", "It is no web address: it is too long, or holds blanks or control characters.")
    try:
        parts = urlsplit(urljoin(base, url.strip()))
        port, named = parts.port, (parts.hostname or "").rstrip(".")
        host = named if ":" in named else named.encode("idna").decode("ascii")
    except ValueError:  # UnicodeError is one
        raise Unreadable("bad_url", "It is no web address that can be read.") from None
    if parts.scheme not in PORTS or not host or "%" in host or "\\" in parts.netloc:
        raise Unreadable("bad_url", "Only http and https addresses are fetched.")
    if "@" in parts.netloc:
        raise Unreadable("bad_url", "Addresses that name a user or a password are not fetched.")
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._") + (f"?{_query(parts.query)}" if parts.query else "")
    return Target(parts.scheme, host, PORTS[parts.scheme] if port is None else port, path)


def _query(query: str) -> str:
    return quote(query, safe="/%:@!$&'()*+,;=~-._?")


def unwrapped(address: str) -> Ip:
    """Return an IP address, an IPv4 one where it was only dressed as IPv6."""
    found = ipaddress.ip_address(address)
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return mapped or found


def is_public(address: str) -> bool:
    """Say whether an IP address is one of the public internet."""
    try:
        found = unwrapped(address)
    except ValueError:  # also a zone, as in fe80::1%eth0
        return False
    if any(found in network for network in _NOT_PUBLIC if network.version == found.version):
        return False
    if isinstance(found, ipaddress.IPv6Address) and found not in _UNICAST6:
        return False
    return found.is_global and not (found.is_multicast or found.is_reserved or found.is_unspecified)


def reachable(target: Target, loopback: bool, resolve: Resolve = socket.getaddrinfo) -> list[str]:
    """Return the IP addresses of a host, each of which may be connected to.

    Args:
        target: The address to be fetched.
        loopback: Also allow this machine itself, on any port; for tests.
        resolve: Looks up a name.

    Raises:
        Unreadable: It has none, one of them is not public, or the port is not 80 or 443.
    """
    if target.port not in PORTS.values() and not loopback:
        raise Unreadable("address", f"Only ports 80 and 443 are fetched from, not {target.port}.")
    try:
        rows = resolve(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Unreadable("unreachable", f"The host {target.host} cannot be found.") from None
    addresses = list(dict.fromkeys(str(row[4][0]) for row in rows))
    inside = [address for address in addresses if not (is_public(address) or (loopback and _is_loopback(address)))]
    if inside or not addresses:
        reason = f"The host {target.host} is not on the public internet, so nothing is fetched from it."
        raise Unreadable("address", reason)
    if target.port not in PORTS.values() and not all(map(_is_loopback, addresses)):
        raise Unreadable("address", f"Only ports 80 and 443 are fetched from, not {target.port}.")
    return [str(unwrapped(address)) for address in addresses]


def _is_loopback(address: str) -> bool:
    try:
        return unwrapped(address).is_loopback
    except ValueError:
        return False
