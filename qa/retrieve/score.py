"""What a chunk's sentences are worth to a wording: a weighted sum of evidence.

The parts are both indexes' scores in parts of their best, the best sentence (cosine and the share of the question's
words in it), the share of the question's words in the whole chunk with its title, publisher and date, the share of the
question's neighbouring words that stand together in one of its sentences, whether the best sentence holds the kind of
thing asked for, and how well it fits a time that is named. A word of a term's family counts for part of it. The weights
were chosen on news questions and paragraph questions together and rounded by hand; the benchmark prints each half of
the search alone beside it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from qa.index.catalogue_rows import StoredChunk, unit_rows
from qa.index.shelf import ChunkWords
from qa.retrieve.dates import timeliness
from qa.retrieve.held import Terms, with_neighbours
from qa.retrieve.kinds import holds, kind_of
from qa.retrieve.readings import Reading
from qa.retrieve.understand import Question

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from qa.types import Matrix

DENSE_WEIGHT = 0.3
KEYWORD_WEIGHT = 0.3
SENTENCE_WEIGHT = 1.2
COVERAGE_WEIGHT = 0.3
PHRASE_WEIGHT = 0.4
KIND_WEIGHT = 0.1
TIMELY_WEIGHT = 0.9
"""What is named prefers, never hides: a passage of the named time wins over a slightly better one of another."""


def compare(
    pool: Sequence[tuple[StoredChunk, ChunkWords]], asked: Sequence[Question], vectors: "Matrix", terms: Terms
) -> "Grid":
    """Compare all sentences of all candidates with all wordings at once: sentences by rows, wordings by columns."""
    words = terms.held_by(pool)
    held, starts = words.held, words.starts
    weights = np.stack([terms.weights(question) for question in asked], axis=1)
    counts = np.diff([*starts, len(held)]) - 1
    inside = np.delete(held, starts, axis=0)
    with_header = np.maximum(inside, np.repeat(held[starts], counts, axis=0))
    sentences = unit_rows(np.concatenate([stored.sentence_rows for stored, _ in pool]))
    chunks = np.maximum.reduceat(held, starts)
    firsts = np.cumsum([0, *counts])
    return Grid(
        pool=[stored for stored, _ in pool],
        asked=asked,
        starts=firsts.tolist(),
        dense=np.maximum(np.stack([stored.vector for stored, _ in pool]) @ vectors.T, 0.0),
        cosines=sentences @ vectors.T,
        shares=inside @ weights,
        shares_with_header=with_header @ weights,
        shares_around=with_neighbours(with_header, firsts) @ weights,
        coverage=chunks @ weights,
        phrases=np.stack([words.phrases(question) for question in asked], axis=1),
        terms=[frozenset(terms.all[column] for column in np.flatnonzero(row == 1)) for row in chunks],
    )


@dataclass(frozen=True, slots=True)
class Grid:
    """What all wordings find in all candidates; ``starts`` are the rows where each candidate's sentences begin."""

    pool: Sequence[StoredChunk]
    asked: Sequence[Question]
    starts: list[int]
    dense: "Matrix"
    cosines: "Matrix"
    shares: "NDArray[np.float64]"
    shares_with_header: "NDArray[np.float64]"
    shares_around: "NDArray[np.float64]"
    coverage: "NDArray[np.float64]"
    phrases: "NDArray[np.float64]"
    terms: list[frozenset[str]]

    def reading(self, at: int, column: int, nearest: float, keyword: float) -> Reading:
        """Return what one wording finds in one candidate.

        Args:
            at: The candidate's row.
            column: The wording's.
            nearest: The best cosine of any chunk to the wording.
            keyword: What its words find, in parts of the best.
        """
        rows = slice(self.starts[at], self.starts[at + 1])
        question, about = self.asked[column], self.pool[at].chunk
        timely = timeliness(question.periods, about.text, about.published_at) if question.periods else 1.0
        cosines, shares = self.cosines[rows, column], self.shares[rows, column]
        coverage, sentences = float(self.coverage[at, column]), cosines + shares
        best = int(sentences.argmax())
        return Reading(
            score=DENSE_WEIGHT * float(self.dense[at, column]) / nearest
            + KEYWORD_WEIGHT * keyword
            + SENTENCE_WEIGHT * float(sentences[best])
            + COVERAGE_WEIGHT * coverage
            + PHRASE_WEIGHT * float(self.phrases[at, column])
            + KIND_WEIGHT * self._holds_kind(at, best)
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
        return kind is not None and holds(kind, self.pool[at].sentence_texts[sentence], whole)
