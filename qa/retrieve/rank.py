"""Candidates ranked by what their sentences say, not by the two scores of the whole chunk alone.

A chunk's score is its fused score plus its best sentence (cosine and the share of the question's words in it) plus
half the share of the question's words in the whole chunk with its title, publisher and date. The sum beat the fused
score on news questions and on paragraph questions alike; ``make bench`` prints both.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from qa.index.archive import Archive
from qa.index.catalogue_rows import StoredChunk
from qa.index.keyword import header
from qa.retrieve.dates import timeliness
from qa.retrieve.fuse import Candidate, candidates
from qa.retrieve.understand import Question
from qa.types import Filters

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from qa.types import Vector

RANKED = 50
"""Candidates whose sentences are looked at."""
SENTENCE_WEIGHT = 1.0
COVERAGE_WEIGHT = 0.5
TIMELY_WEIGHT = 0.5
"""What is named prefers, never hides: a passage of the named time wins over a slightly better one of another."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """A chunk with its final score and what its sentences share with the question.

    Args:
        cosines: Cosine of each sentence to the question, shape (sentences,).
        shares: Each sentence's idf-weighted share of the question's words, header words not counted.
        shares_with_header: The same with the words of title, publisher and date counted.
        coverage: The share of the question's words in the whole chunk with its header.
        terms: The question's words found in the chunk or its header.
        timely: How well it fits a period that the question names, 0 to 1; 1 if it names none.
    """

    stored: StoredChunk
    score: float
    cosine: float
    cosines: "NDArray[np.float32]"
    shares: "NDArray[np.float64]"
    shares_with_header: "NDArray[np.float64]"
    coverage: float
    terms: frozenset[str]
    timely: float = 1.0


def rank(archive: Archive, question: Question, vector: "Vector", filters: Filters) -> list[Ranked]:
    """Return the best chunks for a question, best first."""
    pool = candidates(archive, question.text, vector, filters, RANKED)
    ranked = [_look_at(archive, question, vector, candidate) for candidate in pool]
    return sorted(ranked, key=lambda chunk: (-chunk.score, chunk.stored.id))


def _look_at(archive: Archive, question: Question, vector: "Vector", candidate: Candidate) -> Ranked:
    stored, words = candidate.stored, question.weights
    initials = {term[0] for term in words}
    above = archive.keywords.wanted_in(header(stored), words, initials)
    inside = [archive.keywords.wanted_in(text, words, initials) for text in sentence_texts(stored)]
    found = above.union(*inside)
    total = question.total_weight or 1.0
    cosines = np.asarray(stored.sentence_vectors @ vector)
    shares = np.array([_weight(words, shared) for shared in inside]) / total
    with_header = np.array([_weight(words, shared | above) for shared in inside]) / total
    coverage = _weight(words, found) / total
    score = candidate.fused + SENTENCE_WEIGHT * float(np.max(cosines + shares)) + COVERAGE_WEIGHT * coverage
    about = stored.chunk
    timely = timeliness(question.periods, about.text, about.published_at) if question.periods else 1.0
    score += TIMELY_WEIGHT * timely
    return Ranked(stored, score, candidate.cosine, cosines, shares, with_header, coverage, frozenset(found), timely)


def sentence_texts(stored: StoredChunk) -> list[str]:
    """Return the chunk's sentences."""
    text, start = stored.chunk.text, stored.chunk.start
    return [text[span.start - start : span.end - start] for span in stored.sentences]


def _weight(words: dict[str, float], shared: Any) -> float:
    return sum(words[term] for term in shared)
