"""How often somebody may ask and read: per person, per address and per widget site, counted over the last minute."""

import threading
import time
from ipaddress import IPv6Address, ip_address

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from qa.config import Settings
from qa.web.doors import MAX_BODY
from qa.web.errors import TooMany
from qa.web.people import ANYBODY, COMMAND_LINE, LOCAL, Person
from qa.web.sites import Visit

READS_PER_QUESTION = 10
"""Articles, lists and the like that may be read for each question that may be asked."""
NETWORK_BITS = 64
"""Of an address of version 6, what one customer of a provider has to themselves: the rest of it is theirs to choose."""
SIGN_INS_PER_MINUTE = 10
"""Tokens that one address may try."""


class Limits:
    """Count what is asked, and say when it is too much."""

    def __init__(self, settings: Settings) -> None:
        """Count from nothing; a restart forgets."""
        self._settings = settings
        self._counts = MovingWindowRateLimiter(MemoryStorage())
        self._counting = threading.Lock()

    @property
    def most_upload(self) -> int:
        """Bytes that an editor may send at once; no more than usual where nobody may add articles."""
        return round(self._settings.max_upload_mb * 1_000_000) if self._settings.editors_add_articles else MAX_BODY

    def count_question(self, person: Person, address: str, visit: Visit | None) -> None:
        """Count a question; whoever sits at this machine, and its command line, may ask as much as they like.

        Raises:
            TooMany: A limit is reached; the question is not counted.
        """
        whose = self._whose(person, address, visit)
        self._count(whose, "Too many questions in the last minute; please try again soon.")

    def count_reading(self, person: Person, address: str, visit: Visit | None) -> None:
        """Count something that is read, as questions are counted but apart from them.

        Raises:
            TooMany: A limit is reached.
        """
        whose = self._whose(person, address, visit)
        read = [(f"read by {kind}", name, READS_PER_QUESTION * most) for kind, name, most in whose]
        self._count(read, "Too many requests in the last minute; please try again soon.")

    def _whose(self, person: Person, address: str, visit: Visit | None) -> list[tuple[str, str, int]]:
        """Return under which names something counts, and how many questions each may ask."""
        if person in {LOCAL, COMMAND_LINE}:
            return []
        whose = [("address", network_of(address), self._settings.address_questions_per_minute)]
        if visit:
            whose.append(("site", visit.name, visit.site.quota_per_minute))
        unnamed = {ANYBODY.name, f"site:{visit.name}"} if visit else {ANYBODY.name}  # told apart by address only
        if person.name not in unnamed:
            whose.append(("person", person.name, self._settings.questions_per_minute))
        return whose

    def count_sign_in(self, address: str) -> None:
        """Count somebody's try to sign in.

        Raises:
            TooMany: There were too many.
        """
        whose = [("sign-in", network_of(address), SIGN_INS_PER_MINUTE)]
        self._count(whose, "Too many tries to sign in; please try again in a minute.")

    def _count(self, whose: list[tuple[str, str, int]], refusal: str) -> None:
        items = [(RateLimitItemPerMinute(most), kind, name) for kind, name, most in whose]
        with self._counting:  # a question that is refused under one limit is not counted under another
            for item, kind, name in items:
                if not self._counts.test(item, kind, name):
                    reset = self._counts.get_window_stats(item, kind, name).reset_time
                    raise TooMany(refusal, round(reset - time.time()) + 1)
            for item, kind, name in items:
                self._counts.hit(item, kind, name)


def network_of(address: str) -> str:
    """Return what an address is counted as: itself, or of version 6 the network that is one customer's.

    >>> network_of("192.0.2.7"), network_of("2001:db8:1:2:3:4:5:6"), network_of("::ffff:192.0.2.7"), network_of("?")
    ('192.0.2.7', '2001:db8:1:2::/64', '192.0.2.7', '?')
    """
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if not isinstance(found, IPv6Address):
        return str(found)
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    free = 128 - NETWORK_BITS
    return f"{IPv6Address(int(found) >> free << free)}/{NETWORK_BITS}"
