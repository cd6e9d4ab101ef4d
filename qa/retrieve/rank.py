"""Candidates ranked by what their sentences say, not by the likeness of the whole chunk alone.

A chunk's score under one wording is its fused score plus its best sentence (cosine and the share of the question's
words in it) plus half the share of the question's words in the whole chunk with its title, publisher and date, plus
half of how well it fits a time that is named. The sum beat the fused score on news questions and on paragraph
questions alike; ``make bench`` prints both.

A question that names publishers gets a list of each: their chunks, scored under the whole question and under the part
that speaks of them. The lists take turns, the best one first; the rest of the archive comes behind them. Among the
first, a chunk is also worth what it adds of the question's words to those before it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from qa.index.archive import Archive
from qa.index.catalogue import publisher_key
from qa.index.catalogue_rows import StoredChunk
from qa.index.keyword import header
from qa.retrieve.dates import timeliness
from qa.retrieve.fuse import Wording, candidates
from qa.retrieve.understand import Question
from qa.types import Filters

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from qa.types import Vector

RANKED = 50
"""Candidates whose sentences are looked at."""
RANKED_OF_A_PUBLISHER = 30
SENTENCE_WEIGHT = 1.0
COVERAGE_WEIGHT = 0.5
TIMELY_WEIGHT = 0.5
"""What is named prefers, never hides: a passage of the named time wins over a slightly better one of another."""
NOVELTY_WEIGHT = 1.0
"""What the share of the question's words that no passage before it holds is worth to a passage."""
CLEARLY_BETTER = 0.15
"""By so much must the best chunk of everybody beat the publishers' own to take turns with theirs: then the name was
probably not meant as one ("Wheel of Fortune")."""
NOVEL = 10
"""Places for which novelty is counted; behind them the score alone decides."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What one wording of the question finds in a chunk.

    Args:
        score: The chunk's score under this wording.
        cosines: Cosine of each sentence to the wording, shape (sentences,).
        shares: Each sentence's idf-weighted share of the wording's words, header words not counted.
        shares_with_header: The same with the words of title, publisher and date counted.
        coverage: The share of the wording's words in the whole chunk with its header.
        terms: The wording's words found in the chunk or its header.
        timely: How well it fits a period that the wording names, 0 to 1; 1 if it names none.
    """

    score: float
    cosines: "NDArray[np.float32]"
    shares: "NDArray[np.float64]"
    shares_with_header: "NDArray[np.float64]"
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
    """

    stored: StoredChunk
    readings: tuple[Reading, ...]
    part: int | None = None
    score: float = 0.0

    @cached_property
    def strength(self) -> float:
        """Its own score, whatever its place."""
        return sum(reading.score for reading in self.readings) / len(self.readings)

    @cached_property
    def cosines(self) -> "NDArray[np.float32]":
        """Cosine of each sentence, mean over the readings."""
        return np.asarray(np.mean([reading.cosines for reading in self.readings], axis=0), dtype=np.float32)

    @cached_property
    def shares(self) -> "NDArray[np.float64]":
        """Each sentence's share of the question's words, mean over the readings."""
        return np.asarray(np.mean([reading.shares for reading in self.readings], axis=0))


def rank(archive: Archive, question: Question, filters: Filters) -> list[Ranked]:
    """Return the best chunks for a question, best first."""
    words = question.weights.keys() | {term for part in question.parts for term in part.weights}
    ranker = _Ranker(archive, frozenset(words))
    everybody = ranker.ranked([question], filters, RANKED)
    lists = [
        ranker.ranked([question, part], narrowed, RANKED_OF_A_PUBLISHER, at)
        for at, part in enumerate(question.parts)
        if (narrowed := _narrowed(filters, part.publishers)) is not None
    ]
    lists = [found for found in lists if found]
    if not lists or _first_score(everybody) > max(map(_first_score, lists)) + CLEARLY_BETTER:
        lists.append(everybody)
    first = _take_turns([found for found in lists if found], question.weights)
    placed = {found.stored.id for found in first}
    return _in_place([*first, *(found for found in everybody if found.stored.id not in placed)])


def _first_score(ranked: Sequence[Ranked]) -> float:
    """Return the first chunk's score under the whole question."""
    return ranked[0].readings[0].score if ranked else 0.0


def _narrowed(filters: Filters, publishers: Sequence[str]) -> Filters | None:
    """Limit a filter to some publishers; None if it allows none of them."""
    allowed = {publisher_key(name) for name in filters.publishers}
    left = tuple(name for name in publishers if not allowed or publisher_key(name) in allowed)
    return replace(filters, publishers=left) if left else None


class _Ranker:
    """Score chunks for one question and its parts; each wording is embedded once, each chunk read once."""

    def __init__(self, archive: Archive, words: frozenset[str]) -> None:
        self._archive = archive
        self._words = words
        self._initials = frozenset(term[0] for term in words)
        self._vectors: dict[str, Vector] = {}
        self._terms: dict[str, tuple[set[str], list[set[str]]]] = {}

    def ranked(
        self, questions: Sequence[Question], limits: Filters, most: int, part: int | None = None
    ) -> list[Ranked]:
        """Return the best chunks under all the wordings together, best first."""
        wordings = [Wording(question.text, self._vector(question.text)) for question in questions]
        found = []
        for candidate in candidates(self._archive, wordings, limits, most):
            above, inside = self._terms_of(candidate.stored)
            readings = tuple(
                _read(question, candidate.stored, wording.vector, fused, above, inside)
                for question, wording, fused in zip(questions, wordings, candidate.fused, strict=True)
            )
            found.append(Ranked(candidate.stored, readings, part))
        return sorted(found, key=lambda chunk: (-chunk.strength, chunk.stored.id))

    def _vector(self, text: str) -> "Vector":
        if text not in self._vectors:
            self._vectors[text] = self._archive.embedder.embed_query(text)
        return self._vectors[text]

    def _terms_of(self, stored: StoredChunk) -> tuple[set[str], list[set[str]]]:
        """Return which of the words stand above the chunk, and which in each of its sentences."""
        if stored.id not in self._terms:
            wanted = self._archive.keywords.wanted_in
            above = wanted(header(stored), self._words, self._initials)
            inside = [wanted(text, self._words, self._initials) for text in sentence_texts(stored)]
            self._terms[stored.id] = above, inside
        return self._terms[stored.id]


def _read(
    question: Question,
    stored: StoredChunk,
    vector: "Vector",
    fused: float,
    above: set[str],
    inside: Sequence[set[str]],
) -> Reading:
    total = question.total_weight or 1.0
    cosines = np.asarray(stored.sentence_vectors @ vector)
    found = above.union(*inside) & question.weights.keys()
    shares = np.array([_weight(question, shared) for shared in inside]) / total
    with_header = np.array([_weight(question, shared | above) for shared in inside]) / total
    coverage = _weight(question, found) / total
    about = stored.chunk
    timely = timeliness(question.periods, about.text, about.published_at) if question.periods else 1.0
    best = float(np.max(cosines + shares))
    score = fused + SENTENCE_WEIGHT * best + COVERAGE_WEIGHT * coverage + TIMELY_WEIGHT * timely
    return Reading(score, cosines, shares, with_header, coverage, frozenset(found), timely)


def _take_turns(lists: Sequence[Sequence[Ranked]], weights: dict[str, float]) -> list[Ranked]:
    """Merge lists in turns, the one with the best chunk first, each time with what is worth most there."""
    left = [list(found) for found in sorted(lists, key=lambda found: -found[0].strength)]
    missing, total = dict(weights), sum(weights.values()) or 1.0
    chosen: dict[str, Ranked] = {}
    while any(left):
        for found in left:
            if not found:
                continue
            at = 0 if len(chosen) >= NOVEL else _worth_most(found, missing, total)
            best = found.pop(at)
            if best.stored.id not in chosen:
                chosen[best.stored.id] = best
                for term in best.readings[0].terms:
                    missing.pop(term, None)
    return list(chosen.values())


def _worth_most(found: Sequence[Ranked], missing: dict[str, float], total: float) -> int:
    worth = [
        chunk.strength + NOVELTY_WEIGHT * sum(missing.get(term, 0.0) for term in chunk.readings[0].terms) / total
        for chunk in found
    ]
    return max(range(len(worth)), key=lambda at: worth[at])


def _in_place(ranked: Sequence[Ranked]) -> list[Ranked]:
    lowest, placed = float("inf"), []
    for found in ranked:
        lowest = min(lowest, found.strength)
        placed.append(replace(found, score=lowest))
    return placed


def sentence_texts(stored: StoredChunk) -> list[str]:
    """Return the chunk's sentences."""
    text, start = stored.chunk.text, stored.chunk.start
    return [text[span.start - start : span.end - start] for span in stored.sentences]


def _weight(question: Question, shared: set[str]) -> float:
    weights = question.weights
    return sum(weights[term] for term in shared if term in weights)
