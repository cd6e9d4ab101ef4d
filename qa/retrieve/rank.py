"""Candidates ranked by what their sentences say, not by the likeness of the whole chunk alone.

A chunk's score under one wording is a weighted sum of evidence: both indexes' scores in parts of their best, its best
sentence (cosine and the share of the question's words in it), the share of the question's words in the whole chunk with
its title, publisher and date, the share of the question's neighbouring words that stand together in one of its
sentences, whether the best sentence holds the kind of thing asked for, and how well it fits a time that is named. The
weights were chosen on news questions and paragraph questions together and rounded by hand; the benchmark prints each
half of the search alone beside it.

A question that names publishers gets a list of each: their chunks, scored under the whole question and under the part
that speaks of them. The lists take turns, the best one first; the rest of the archive comes behind them. Among the
first, a chunk is also worth what it adds of the question's words to those before it.
"""

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from qa.index.catalogue import publisher_key
from qa.index.catalogue_rows import StoredChunk, unit_rows
from qa.index.holdings import Holdings
from qa.index.keyword import mark
from qa.retrieve.dates import timeliness
from qa.retrieve.fuse import Candidate, Wording, candidates, keyword_scores
from qa.retrieve.kinds import holds, kind_of
from qa.retrieve.understand import Question
from qa.types import Filters

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from qa.types import Matrix, Vector

RANKED = 30
"""Candidates whose sentences are looked at."""
RANKED_OF_A_PUBLISHER = 15
RANKED_BEHIND = 15
"""Candidates of everybody where publishers are asked."""
DENSE_WEIGHT = 0.35
KEYWORD_WEIGHT = 0.3
SENTENCE_WEIGHT = 1.2
COVERAGE_WEIGHT = 0.3
PHRASE_WEIGHT = 0.4
KIND_WEIGHT = 0.15
TIMELY_WEIGHT = 0.9
"""What is named prefers, never hides: a passage of the named time wins over a slightly better one of another."""
NOVELTY_WEIGHT = 1.2
"""What the share of the question's words that no passage before it holds is worth to a passage."""
CLEARLY_BETTER = 0.15
"""By so much must the best chunk of everybody beat the publishers' own to take turns with theirs: then the name was
probably not meant as one ("Wheel of Fortune")."""
LOOK_UPS = ThreadPoolExecutor(2, "look-up")
"""Embedding a question takes as long as looking its words up, and neither needs the other."""
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

    @cached_property
    def shares_with_header(self) -> "NDArray[np.float64]":
        """The same with the words of title, publisher and date counted."""
        return np.asarray(np.mean([reading.shares_with_header for reading in self.readings], axis=0))

    @cached_property
    def shares_around(self) -> "NDArray[np.float64]":
        """The same with those and the words of the sentences beside it counted."""
        return np.asarray(np.mean([reading.shares_around for reading in self.readings], axis=0))


def rank(archive: Holdings, question: Question, filters: Filters) -> list[Ranked]:
    """Return the best chunks for a question, best first."""
    sought = [_Sought([question], filters, RANKED_BEHIND if question.parts else RANKED)]
    for at, part in enumerate(question.parts):
        narrowed = _narrowed(filters, part.publishers)
        if narrowed is not None:
            sought.append(_Sought([question, part], narrowed, RANKED_OF_A_PUBLISHER, at))
    archive.embedder  # noqa: B018 - loaded by the thread that Ctrl+C reaches, so that it can be put off
    vectors = LOOK_UPS.submit(_vectors, archive, question)
    words = question.weights.keys() | {term for part in question.parts for term in part.weights}
    ranker = _Ranker(archive, words if archive.settings.keyword_search else ())
    found_by_words = list(LOOK_UPS.map(ranker.bm25, sought))
    known = vectors.result()
    everybody, *lists = [
        ranker.ranked(one, [Wording(known[row], bm25) for row, bm25 in zip(one.rows, scores, strict=True)])
        for one, scores in zip(sought, found_by_words, strict=True)
    ]
    lists = [found for found in lists if found]
    if not lists or _first_score(everybody) > max(map(_first_score, lists)) + CLEARLY_BETTER:
        lists.append(everybody)
    first = _take_turns([found for found in lists if found], question.weights)
    placed = {found.stored.id for found in first}
    return in_place([*first, *(found for found in everybody if found.stored.id not in placed)])


def _vectors(archive: Holdings, question: Question) -> "Matrix":
    """Embed the question and its parts; all zeros, which are like nothing, where the model does not read it."""
    if question.language and archive.settings.keyword_search:
        return np.zeros((1 + len(question.parts), archive.embedder.dimension), dtype=np.float32)
    return archive.embedder.embed_question(question.text, [part.spans for part in question.parts])


def _first_score(ranked: Sequence[Ranked]) -> float:
    """Return the first chunk's score under the whole question."""
    return ranked[0].readings[0].score if ranked else 0.0


def _narrowed(filters: Filters, publishers: Sequence[str]) -> Filters | None:
    """Limit a filter to some publishers; None if it allows none of them."""
    allowed = {publisher_key(name) for name in filters.publishers}
    left = tuple(name for name in publishers if not allowed or publisher_key(name) in allowed)
    return replace(filters, publishers=left) if left else None


@dataclass(frozen=True, slots=True)
class _Sought:
    """A list to be made: of everybody, or of the publishers of one part of the question."""

    wordings: list[Question]
    filters: Filters
    most: int
    part: int | None = None

    @property
    def rows(self) -> list[int]:
        """The wordings' rows among the embeddings: the whole question is row 0, its parts follow."""
        return [0] if self.part is None else [0, self.part + 1]


class _Ranker:
    """Score chunks for one question and its parts: sentences by rows, words or wordings by columns."""

    def __init__(self, archive: Holdings, words: Iterable[str]) -> None:
        self._archive = archive
        self._terms = sorted(words, key=mark)
        self._marks = np.array([mark(term) for term in self._terms], dtype=np.int64)

    def bm25(self, sought: _Sought) -> list[dict[str, float]]:
        """Return what the words of each wording find."""
        return [keyword_scores(self._archive, one.text, sought.filters, sought.most) for one in sought.wordings]

    def ranked(self, sought: _Sought, wordings: Sequence[Wording]) -> list[Ranked]:
        """Return the best chunks under all the wordings together, best first."""
        pool = candidates(self._archive, wordings, sought.filters, sought.most)
        if not pool:
            return []
        grid = self._grid(pool, sought.wordings, [wording.vector for wording in wordings])
        columns = range(len(wordings))
        found = [
            Ranked(candidate.stored, tuple(grid.reading(at, column) for column in columns), sought.part)
            for at, candidate in enumerate(pool)
        ]
        return sorted(found, key=lambda chunk: (-chunk.strength, chunk.stored.id))

    def _grid(self, pool: Sequence[Candidate], asked: Sequence[Question], vectors: "Sequence[Vector]") -> "_Grid":
        """Compare all sentences of all candidates with all wordings at once."""
        words = self._words(pool)
        held, starts = words.held, words.starts
        weights = np.stack([self._weights(question) for question in asked], axis=1)
        counts = np.diff([*starts, len(held)]) - 1
        inside = np.delete(held, starts, axis=0)
        with_header = np.maximum(inside, np.repeat(held[starts], counts, axis=0))
        sentences = unit_rows(np.concatenate([candidate.stored.sentence_rows for candidate in pool]))
        chunks = np.maximum.reduceat(held, starts)
        return _Grid(
            pool=pool,
            asked=asked,
            starts=np.cumsum([0, *counts]),
            cosines=sentences @ np.stack(vectors, axis=1),
            shares=inside @ weights,
            shares_with_header=with_header @ weights,
            shares_around=_with_neighbours(with_header, np.cumsum([0, *counts])) @ weights,
            coverage=chunks @ weights,
            phrases=np.stack([self._phrases(words, question) for question in asked], axis=1),
            terms=[frozenset(self._terms[column] for column in np.flatnonzero(row)) for row in chunks],
        )

    def _words(self, pool: Sequence[Candidate]) -> "_Words":
        """Find the question's words in all candidates."""
        starts = np.cumsum([0, *(1 + len(candidate.stored.sentence_rows) for candidate in pool)])
        held = np.zeros((int(starts[-1]), len(self._terms)))
        rows = np.concatenate([one.words.rows + start for one, start in zip(pool, starts, strict=False)])
        columns = np.full(len(rows), -1)
        if self._terms:
            marks = np.concatenate([candidate.words.marks for candidate in pool])
            near = np.minimum(np.searchsorted(self._marks, marks), len(self._marks) - 1)
            columns = np.where(self._marks[near] == marks, near, -1)
            found = columns >= 0
            held[rows[found], columns[found]] = 1.0
        return _Words(held, starts[:-1], rows, columns)

    def _phrases(self, words: "_Words", question: Question) -> "NDArray[np.float64]":
        """Return by candidate the most of the question's pairs of neighbours that one of its rows holds, by weight."""
        column = {term: at for at, term in enumerate(self._terms)}
        pairs = list(dict.fromkeys((column[a], column[b]) for a, b in question.pairs if a in column and b in column))
        weight = np.array([question.weights.get(self._terms[a], 0.0) + question.weights.get(self._terms[b], 0.0)
                           for a, b in pairs])  # fmt: skip
        if not weight.sum():
            return np.zeros(len(words.starts))
        together = np.zeros((len(words.held), len(pairs)))
        for gap in (1, 2):  # side by side, or with one word between
            first, second, rows = words.columns[:-gap], words.columns[gap:], words.rows[:-gap]
            same = words.rows[gap:] == rows
            for at, (a, b) in enumerate(pairs):
                together[rows[same & (first == a) & (second == b)], at] = 1.0
        most: NDArray[np.float64] = np.maximum.reduceat(together @ (weight / weight.sum()), words.starts)
        return most

    def _weights(self, question: Question) -> "NDArray[np.float64]":
        """Return each term's part of the wording's whole weight, shape (terms,)."""
        weights = np.array([question.weights.get(term, 0.0) for term in self._terms])
        return weights / (question.total_weight or 1.0)


@dataclass(frozen=True, slots=True)
class _Words:
    """Where the question's words stand in all candidates.

    Args:
        held: 1 or 0 by row (each candidate's header, then its sentences) and term.
        starts: The rows where candidates begin.
        rows: The row of each word of the candidates, in order.
        columns: Which term it is; -1 for a word that the question does not have.
    """

    held: "NDArray[np.float64]"
    starts: "NDArray[np.int64]"
    rows: "NDArray[np.int64]"
    columns: "NDArray[np.int64]"


@dataclass(frozen=True, slots=True)
class _Grid:
    """What all wordings find in all candidates; ``starts`` are the rows where each candidate's sentences begin."""

    pool: Sequence[Candidate]
    asked: Sequence[Question]
    starts: "NDArray[np.int64]"
    cosines: "NDArray[np.float32]"
    shares: "NDArray[np.float64]"
    shares_with_header: "NDArray[np.float64]"
    shares_around: "NDArray[np.float64]"
    coverage: "NDArray[np.float64]"
    phrases: "NDArray[np.float64]"
    terms: list[frozenset[str]]

    def reading(self, at: int, column: int) -> Reading:
        """Return what one wording finds in one candidate."""
        rows = slice(int(self.starts[at]), int(self.starts[at + 1]))
        question, about = self.asked[column], self.pool[at].stored.chunk
        timely = timeliness(question.periods, about.text, about.published_at) if question.periods else 1.0
        cosines, shares = self.cosines[rows, column], self.shares[rows, column]
        coverage, sentences = float(self.coverage[at, column]), cosines + shares
        return Reading(
            score=DENSE_WEIGHT * self.pool[at].dense[column]
            + KEYWORD_WEIGHT * self.pool[at].keyword[column]
            + SENTENCE_WEIGHT * float(sentences.max())
            + COVERAGE_WEIGHT * coverage
            + PHRASE_WEIGHT * float(self.phrases[at, column])
            + KIND_WEIGHT * self._holds_kind(at, int(sentences.argmax()))
            + TIMELY_WEIGHT * timely,
            cosines=cosines,
            shares=shares,
            shares_with_header=self.shares_with_header[rows, column],
            shares_around=self.shares_around[rows, column],
            coverage=coverage,
            terms=self.terms[at] & question.weights.keys(),
            timely=timely,
        )

    def _holds_kind(self, at: int, sentence: int) -> bool:
        """Say whether a candidate's sentence holds the kind of thing that the whole question asks for."""
        whole = self.asked[0].text
        kind = kind_of(whole)
        return kind is not None and holds(kind, self.pool[at].stored.sentence_texts[sentence], whole)


def _with_neighbours(held: "NDArray[np.float64]", starts: "NDArray[np.int64]") -> "NDArray[np.float64]":
    """Add to each sentence's terms those of the sentences before and after it in its chunk."""
    around = held.copy()
    first = np.zeros(len(held), dtype=bool)
    first[starts[:-1]] = True
    np.maximum(around[1:], held[:-1], out=around[1:], where=~first[1:, None])
    np.maximum(around[:-1], held[1:], out=around[:-1], where=~first[1:, None])
    return around


def _take_turns(lists: Sequence[Sequence[Ranked]], weights: dict[str, float]) -> list[Ranked]:
    """Merge lists in turns, the one with the best chunk first, each time with what is worth most there."""
    left = [list(found) for found in sorted(lists, key=lambda found: -found[0].strength)]
    missing, total = dict(weights), sum(weights.values()) or 1.0
    chosen: dict[str, Ranked] = {}
    while any(left):
        for found in left:
            if not found:
                continue
            # Where one list is all there is, its best passage comes first, whatever it adds.
            by_score = len(chosen) >= NOVEL or (not chosen and len(left) == 1)
            at = 0 if by_score else _worth_most(found, missing, total)
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


def in_place(ranked: Sequence[Ranked]) -> list[Ranked]:
    """Return ranked chunks in the order given, with scores that never rise."""
    lowest, kept = float("inf"), []
    for found in ranked:
        lowest = min(lowest, found.strength)
        kept.append(replace(found, score=lowest))
    return kept
