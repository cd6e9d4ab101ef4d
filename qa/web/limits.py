"""How often somebody may ask: per person, per address and per widget site, counted over the last minute."""

import threading
import time

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from qa.config import Settings
from qa.web.doors import MAX_BODY
from qa.web.errors import TooMany
from qa.web.people import ANYBODY, COMMAND_LINE, LOCAL, Person
from qa.web.sites import Visit

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
        if person in {LOCAL, COMMAND_LINE}:
            return
        whose = [("address", address, self._settings.address_questions_per_minute)]
        if visit:
            whose.append(("site", visit.name, visit.site.quota_per_minute))
        unnamed = {ANYBODY.name, f"site:{visit.name}"} if visit else {ANYBODY.name}  # told apart by address only
        if person.name not in unnamed:
            whose.append(("person", person.name, self._settings.questions_per_minute))
        self._count(whose, "Too many questions in the last minute; please try again soon.")

    def count_sign_in(self, address: str) -> None:
        """Count somebody's try to sign in.

        Raises:
            TooMany: There were too many.
        """
        whose = [("sign-in", address, SIGN_INS_PER_MINUTE)]
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
