"""What passes between the steps of ingestion and nowhere else."""

from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Literal
from urllib.parse import urlsplit

from qa.types import Suspicion

Kind = Literal["text", "markdown", "jsonl", "csv", "html", "pdf", "docx", "mail", "feed", "zip"]

CANONICAL_FIELDS = (
    "id external_id url title publisher author published_at updated_at retrieved_at language section text".split()
)


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file to be read: its name as the user gave it, and what its name or its beginning says it is."""

    path: Path
    name: str
    kind: Kind
    zipped: bool
    size: int
    source: str
    """Its absolute path as it is stored."""
    member: str | None = None
    """Its name in the zip archive at ``path``, if it lies in one."""
    url: str | None = None
    """Where it was fetched from, if it was."""

    @property
    def own_name(self) -> str:
        """The file's name without its folder or archive."""
        if self.member is not None:
            return PurePosixPath(self.member).name
        return self.path.name if self.url is None else PurePosixPath(urlsplit(self.url).path).name


@dataclass(frozen=True, slots=True)
class RawPage:
    """One article as it lies in its file.

    ``payload`` is the bytes of a text file or JSON line, the cells of a CSV row, or the fields found in a document.
    """

    input: str
    line: int | None
    kind: Kind
    payload: bytes | dict[str, Any]
    source: str
    bytes_read: int = 0
    """How much of the file, as it lies on disk, was read up to the end of this article."""
    name: str = ""
    """The name of its file without folder or archive."""
    lost: int = 0
    """Characters of its text that were damaged before it came to us."""
    suspicions: tuple[Suspicion, ...] = ()
