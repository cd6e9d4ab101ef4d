"""What passes between the steps of ingestion and nowhere else."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

Kind = Literal["text", "markdown", "jsonl", "csv"]

CANONICAL_FIELDS = (
    "id external_id url title publisher author published_at updated_at retrieved_at language section text".split()
)


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file to be read: its name as the user gave it, and what the name says it is."""

    path: Path
    name: str
    kind: Kind
    zipped: bool
    size: int
    source: str
    """Its absolute path as it is stored."""


@dataclass(frozen=True, slots=True)
class RawPage:
    """One article as it lies in its file: the bytes of a text file or JSON line, or the cells of a CSV row."""

    input: str
    line: int | None
    kind: Kind
    payload: bytes | dict[str, Any]
    source: str
    bytes_read: int = 0
    """How much of the file, as it lies on disk, was read up to the end of this article."""
