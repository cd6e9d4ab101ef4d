"""What ranking finds: a chunk as one wording reads it, and a chunk in its place."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from qa.index.catalogue_rows import StoredChunk

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Reading:
    """What one wording of the question finds in a chunk.

    Args:
        score: The chunk's score under this wording.
        cosines: Cosine of each sentence to the wording, shape (sentences,).
        shares: Each sentence's idf-weighted share of the wording's words, header words not counted.
        shares_with_header: The same with the words of title, publisher and date counted.
        shares_around: The same with those and the words of the sentences beside it counted.
        coverage: The share of the wording's words in the whole chunk with its header.
        terms: The wording's words found in the chunk or its header.
        timely: How well it fits a period that the wording names, 0 to 1; 1 if it names none.
    """

    score: float
    cosines: "NDArray[np.float32]"
    shares: "NDArray[np.float64]"
    shares_with_header: "NDArray[np.float64]"
    shares_around: "NDArray[np.float64]"
    coverage: float
    terms: frozenset[str]
    timely: float


@dataclass(frozen=True)
class Ranked:
    """A chunk in its place.

    Args:
        stored: The chunk with its sentences and vectors.
        readings: Under the whole question, and where it came in the list of a publisher, under that part.
        part: Number of the question's part in whose list it came; None for the list of everybody.
        score: Never above that of the chunk before it.
        company: What it gains by the other chunks of its article.
    """

    stored: StoredChunk
    readings: tuple[Reading, ...]
    part: int | None = None
    score: float = 0.0
    company: float = 0.0

    @cached_property
    def strength(self) -> float:
        """What it is worth, whatever its place."""
        return sum(reading.score for reading in self.readings) / len(self.readings) + self.company

    @cached_property
    def cosines(self) -> "NDArray[np.float32]":
        """Cosine of each sentence, mean over the readings."""
        return np.asarray(np.mean([reading.cosines for reading in self.readings], axis=0), dtype=np.float32)

    @cached_property
    def shares(self) -> "NDArray[np.float64]":
        """Each sentence's share of the question's words, mean over the readings."""
        return np.asarray(np.mean([reading.shares for reading in self.readings], axis=0))

    @cached_property
    def shares_with_header(self) -> "NDArray[np.float64]":
        """The same with the words of title, publisher and date counted."""
        return np.asarray(np.mean([reading.shares_with_header for reading in self.readings], axis=0))

    @cached_property
    def shares_around(self) -> "NDArray[np.float64]":
        """The same with those and the words of the sentences beside it counted."""
        return np.asarray(np.mean([reading.shares_around for reading in self.readings], axis=0))


def in_place(ranked: Sequence[Ranked]) -> list[Ranked]:
    """Return ranked chunks in the order given, with scores that never rise."""
    lowest, kept = float("inf"), []
    for found in ranked:
        lowest = min(lowest, found.strength)
        kept.append(replace(found, score=lowest))
    return kept
