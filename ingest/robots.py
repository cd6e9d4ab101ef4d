"""What a site's robots.txt allows us, read as RFC 9309 says."""

from dataclasses import dataclass

from protego import Protego

from ingest.rows import Unreadable
from ingest.transport import Response

AGENT = "Dateline"
MOST_BYTES = 512_000
"""The standard asks for at least 500 KiB; what follows is not read."""
MOST_DELAY = 30.0
"""Seconds between two requests that a site may ask for."""
_GONE = range(400, 500)
_BUSY = 429


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of one site; without any, everything is allowed."""

    parsed: Protego | None = None

    def allows(self, url: str) -> bool:
        """Say whether an address may be fetched."""
        return self.parsed is None or bool(self.parsed.can_fetch(url, AGENT))

    @property
    def delay(self) -> float:
        """Seconds that the site wants between two requests."""
        wanted = self.parsed.crawl_delay(AGENT) if self.parsed else None
        return min(max(float(wanted or 0.0), 0.0), MOST_DELAY)


def rules_of(answer: Response) -> Rules:
    """Return what a site's answer to a request for its robots.txt means.

    Raises:
        Unreadable: The site failed, which forbids everything until it is well again.
    """
    if answer.status in (200, 203):
        try:
            return Rules(Protego.parse(answer.body.decode("utf-8-sig", "replace").replace("\0", "")))
        except (ValueError, RecursionError):
            raise Unreadable("robots", "The rules in the site's robots.txt cannot be read.") from None
    if (answer.status in _GONE and answer.status != _BUSY) or answer.status in range(300, 400):
        return Rules()
    reason = f"The site's robots.txt cannot be had ({answer.status}), so its pages are left alone."
    raise Unreadable("robots", reason)
