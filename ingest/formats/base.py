"""What parsers return and raise."""

from dataclasses import dataclass, field
from typing import Any

Fields = dict[str, Any]
"""One article under canonical names; ``text`` is always there."""


class Refused(Exception):
    """Leave out a document, with the code and the sentence for the report."""

    def __init__(self, code: str, reason: str) -> None:
        """Say what the report will."""
        super().__init__(reason)
        self.code, self.reason = code, reason


@dataclass(slots=True)
class Parsed:
    """The articles of a document, and what of it was left out as (part, code, reason)."""

    articles: list[Fields] = field(default_factory=list)
    skipped: list[tuple[str, str, str]] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Return the form that crosses to the other process."""
        return {"articles": self.articles, "skipped": self.skipped}


@dataclass(frozen=True, slots=True)
class Limits:
    """What one document may cost.

    Args:
        seconds: Time for one document.
        memory_mb: Address space of the worker.
        bytes_in: Longest document.
        bytes_out: Most that may come of it, text and metadata.
    """

    seconds: float
    memory_mb: int
    bytes_in: int
    bytes_out: int
