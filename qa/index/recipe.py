"""What an index was made with: model, dimension and chunking. Another recipe is refused, never mixed."""

from dataclasses import asdict, dataclass
from typing import Any

from qa.errors import IndexMismatch

CHUNK_WORD_PIECES = 200
"""Longest chunk, special pieces included: longer ones dilute the vector, shorter ones lose context (README, bench)."""
CHUNKING = f"sentences-1/{CHUNK_WORD_PIECES}"
"""The splitter's and cutter's version; raised when the same text would be cut otherwise."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """The ingredients of an archive's embeddings."""

    model: str
    dimension: int
    chunking: str = CHUNKING

    def as_dict(self) -> dict[str, Any]:
        """Return the form that is stored in the catalogue."""
        return asdict(self)

    def __str__(self) -> str:
        """Name the recipe in one line, as answers carry it."""
        return f"{self.model}/{self.dimension} {self.chunking}"


def check(stored: dict[str, Any], settings_model: str) -> None:
    """Compare a stored recipe with the settings' model and this version's chunking.

    Raises:
        IndexMismatch: They differ; the message names the command that makes them agree.
    """
    if stored["model"] != settings_model or stored["chunking"] != CHUNKING:
        raise IndexMismatch(
            f"This archive was made with {stored['model']} ({stored['chunking']}), the settings ask for "
            f"{settings_model} ({CHUNKING}); run `dateline repair --re-embed` to convert it, "
            "or change the setting back."
        )
