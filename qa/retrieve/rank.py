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
from qa.index.catalogue_rows import StoredChunk, unit_rows
from qa.index.keyword import beginnings_of, header
from qa.retrieve.dates import timeliness
from qa.retrieve.fuse import Wording, candidates
from qa.retrieve.understand import Question
from qa.types import Filters

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from qa.types import Vector

RANKED = 30
"""Candidates whose sentences are looked at."""
RANKED_OF_A_PUBLISHER = 15
RANKED_BEHIND = 15
"""Candidates of everybody where publishers are asked."""
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
    vectors = archive.embedder.embed_question(question.text, [part.spans for part in question.parts])
    ranker = _Ranker(archive, frozenset(words))
    whole = _Asked(question, vectors[0])
    everybody = ranker.ranked([whole], filters, RANKED_BEHIND if question.parts else RANKED)
    lists = [
        ranker.ranked([whole, _Asked(part, vector)], narrowed, RANKED_OF_A_PUBLISHER, at)
        for at, (part, vector) in enumerate(zip(question.parts, vectors[1:], strict=True))
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


@dataclass(frozen=True, slots=True)
class _Asked:
    """The question or a part of it, with its embedding."""

    question: Question
    vector: "Vector"


class _Ranker:
    """Score chunks for one question and its parts; each chunk is fetched and read once."""

    def __init__(self, archive: Archive, words: frozenset[str]) -> None:
        self._archive = archive
        self._columns = {term: at for at, term in enumerate(sorted(words))}
        self._beginnings = beginnings_of(words)
        self._fetched: dict[str, StoredChunk] = {}
        self._read: dict[str, _Held] = {}

    def ranked(self, asked: Sequence[_Asked], limits: Filters, most: int, part: int | None = None) -> list[Ranked]:
        """Return the best chunks under all the wordings together, best first.

        All sentences of all candidates are compared at once: sentences by rows, wordings by columns.
        """
        wordings = [Wording(one.question.text, one.vector) for one in asked]
        pool = candidates(self._archive, wordings, limits, most, self._fetched)
        if not pool:
            return []
        held = [self._held(candidate.stored) for candidate in pool]
        counts = [len(one.inside) for one in held]
        starts = np.cumsum([0, *counts[:-1]])
        above = np.stack([one.above for one in held])
        inside = np.concatenate([one.inside for one in held])
        weights = np.stack([self._weights(one.question) for one in asked], axis=1)
        sentences = unit_rows(np.concatenate([candidate.stored.sentence_rows for candidate in pool]))
        cosines = sentences @ np.stack([one.vector for one in asked], axis=1)
        shares = inside @ weights
        with_header = np.maximum(inside, np.repeat(above, counts, axis=0)) @ weights
        coverage = np.maximum(np.maximum.reduceat(inside, starts), above) @ weights
        best = np.maximum.reduceat(cosines + shares, starts)
        found = []
        for at, candidate in enumerate(pool):
            rows = slice(starts[at], starts[at] + counts[at])
            readings = []
            for column, one in enumerate(asked):
                about, timely = candidate.stored.chunk, 1.0
                if one.question.periods:
                    timely = timeliness(one.question.periods, about.text, about.published_at)
                score = candidate.fused[column] + SENTENCE_WEIGHT * float(best[at, column])
                score += COVERAGE_WEIGHT * float(coverage[at, column]) + TIMELY_WEIGHT * timely
                readings.append(
                    Reading(
                        score=score,
                        cosines=cosines[rows, column],
                        shares=shares[rows, column],
                        shares_with_header=with_header[rows, column],
                        coverage=float(coverage[at, column]),
                        terms=held[at].terms & one.question.weights.keys(),
                        timely=timely,
                    )
                )
            found.append(Ranked(candidate.stored, tuple(readings), part))
        return sorted(found, key=lambda chunk: (-chunk.strength, chunk.stored.id))

    def _weights(self, question: Question) -> "NDArray[np.float64]":
        """Return each term's part of the wording's whole weight, shape (terms,)."""
        weights = np.zeros(len(self._columns))
        for term, weight in question.weights.items():
            weights[self._columns[term]] = weight
        return weights / (question.total_weight or 1.0)

    def _held(self, stored: StoredChunk) -> "_Held":
        """Find which of the words stand above the chunk, and which in each of its sentences."""
        if stored.id not in self._read:
            wanted = self._archive.keywords.wanted_in
            held = [wanted(text, self._columns, self._beginnings) for text in (header(stored), *sentence_texts(stored))]
            rows = np.zeros((len(held), len(self._columns)))
            for at, terms in enumerate(held):
                for term in terms:
                    rows[at, self._columns[term]] = 1.0
            self._read[stored.id] = _Held(rows[0], rows[1:], frozenset().union(*held))
        return self._read[stored.id]


@dataclass(frozen=True, slots=True)
class _Held:
    """Which of the question's terms a chunk holds, 1 or 0: in its header and by sentence."""

    above: "NDArray[np.float64]"
    inside: "NDArray[np.float64]"
    terms: frozenset[str]


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
