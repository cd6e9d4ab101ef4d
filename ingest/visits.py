"""What is kept of fetched addresses, so that the next ingestion asks only for what has changed.

It lies beside the catalogue and is never more than a saving: lost or damaged, everything is fetched once more.
"""

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from ingest.fetch import Marks

FILE = "fetched.json"
FORMAT = 1
MOST = 50_000
"""Addresses that are kept, the last ones."""


@dataclass(frozen=True, slots=True)
class Visit:
    """What is known of an address whose articles are all in the archive; ``links`` are those of a feed."""

    marks: Marks
    links: tuple[str, ...] = ()


@dataclass(slots=True)
class Visits:
    """The addresses fetched before."""

    path: Path
    known: dict[str, Visit] = field(default_factory=dict)
    _changed: bool = False

    @classmethod
    def at(cls, data_dir: Path) -> "Visits":
        """Read what is kept in a data folder."""
        path = data_dir / FILE
        try:
            kept = json.loads(path.read_bytes())
            rows = kept["visits"] if kept["format"] == FORMAT else {}
            return cls(path, {url: _visit(row) for url, row in rows.items()})
        except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
            return cls(path)

    def put(self, url: str, visit: Visit | None) -> None:
        """Keep what is known of an address now, or forget it."""
        self.known.pop(url, None)  # so that it becomes the last
        if visit is not None:
            self.known[url] = visit
        self._changed = True

    def save(self) -> None:
        """Write what is kept; call it only when the articles themselves are safe."""
        if not self._changed:
            return
        rows = {url: asdict(visit) for url, visit in list(self.known.items())[-MOST:]}
        beside = self.path.with_name(f"{FILE}.{os.getpid()}")
        try:
            beside.write_text(json.dumps({"format": FORMAT, "visits": rows}), "utf-8")
            os.replace(beside, self.path)
            self._changed = False
        except OSError:
            beside.unlink(missing_ok=True)


def _visit(row: dict[str, Any]) -> Visit:
    links: Sequence[str] = row["links"]
    return Visit(Marks(**row["marks"]), tuple(map(str, links)))
