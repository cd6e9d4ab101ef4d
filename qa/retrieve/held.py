"""Where the words of a question stand in the sentences of candidates, and how much of its wordings they hold."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from qa.index.catalogue_rows import StoredChunk
from qa.index.keyword import mark
from qa.index.shelf import ChunkWords
from qa.retrieve.understand import Question

if TYPE_CHECKING:
    from numpy.typing import NDArray

KIN = 0.3
"""What a word of a term's family counts, in parts of the term; more lets "builders" speak for "is to build"."""


class Terms:
    """The content terms of a question and its parts, each with the other words of its family."""

    def __init__(self, terms: Iterable[str], kin: Mapping[str, Collection[str]]) -> None:
        """Take the terms as the keyword index knows them."""
        self.all = sorted(terms, key=mark)
        self._marks = np.array([mark(term) for term in self.all], dtype=np.int64)
        related: dict[int, list[int]] = {}
        for at, term in enumerate(self.all):
            for other in kin.get(term, ()):
                related.setdefault(mark(other), []).append(at)
        self._kin_marks = np.array(sorted(related), dtype=np.int64)
        self._kin = [related[known] for known in self._kin_marks.tolist()]

    def weights(self, question: Question) -> "NDArray[np.float64]":
        """Return each term's part of a wording's whole weight, shape (terms,)."""
        weights = np.array([question.weights.get(term, 0.0) for term in self.all])
        return weights / (question.total_weight or 1.0)

    def held_by(self, pool: Sequence[tuple[StoredChunk, ChunkWords]]) -> "Held":
        """Find the terms in all candidates."""
        starts = np.cumsum([0, *(1 + stored.sentence_count for stored, _ in pool)])
        held = np.zeros((int(starts[-1]), len(self.all)))
        rows = np.concatenate([words.rows + start for (_, words), start in zip(pool, starts, strict=False)])
        columns = np.full(len(rows), -1)
        if self.all:
            marks = np.concatenate([words.marks for _, words in pool])
            columns = _places(self._marks, marks)
            found = columns >= 0
            held[rows[found], columns[found]] = 1.0
            self._add_kin(held, rows[~found], marks[~found])
        return Held(self.all, held, starts[:-1], rows, columns)

    def _add_kin(self, held: "NDArray[np.float64]", rows: "NDArray[np.int64]", marks: "NDArray[np.int64]") -> None:
        """Count words of a term's family ("destruction" for "destroyed") for part of the term."""
        if not self._kin:
            return
        places = _places(self._kin_marks, marks)
        for at in np.flatnonzero(places >= 0).tolist():
            for column in self._kin[places[at]]:
                held[rows[at], column] = max(held[rows[at], column], KIN)


@dataclass(frozen=True, slots=True)
class Held:
    """Where the question's terms stand in all candidates.

    Args:
        terms: What is looked for.
        held: 1, less for a word of the term's family, or 0, by row (each candidate's header, then its sentences) and
            term.
        starts: The rows where candidates begin.
        rows: The row of each word of the candidates, in order.
        columns: Which term it is; -1 for a word that the question does not have.
    """

    terms: Sequence[str]
    held: "NDArray[np.float64]"
    starts: "NDArray[np.int64]"
    rows: "NDArray[np.int64]"
    columns: "NDArray[np.int64]"

    def phrases(self, question: Question) -> "NDArray[np.float64]":
        """Return by candidate the most of the question's pairs of neighbours that one of its rows holds, by weight."""
        column = {term: at for at, term in enumerate(self.terms)}
        pairs = list(dict.fromkeys((column[a], column[b]) for a, b in question.pairs if a in column and b in column))
        weight = np.array([question.weights.get(self.terms[a], 0.0) + question.weights.get(self.terms[b], 0.0)
                           for a, b in pairs])  # fmt: skip
        if not weight.sum():
            return np.zeros(len(self.starts))
        together = np.zeros((len(self.held), len(pairs)))
        for gap in (1, 2):  # side by side, or with one word between
            first, second, rows = self.columns[:-gap], self.columns[gap:], self.rows[:-gap]
            same = self.rows[gap:] == rows
            for at, (a, b) in enumerate(pairs):
                together[rows[same & (first == a) & (second == b)], at] = 1.0
        most: NDArray[np.float64] = np.maximum.reduceat(together @ (weight / weight.sum()), self.starts)
        return most


def _places(known: "NDArray[np.int64]", marks: "NDArray[np.int64]") -> "NDArray[np.int64]":
    """Return where each mark stands among the known ones, which are sorted; -1 for the others."""
    near = np.minimum(np.searchsorted(known, marks), len(known) - 1)
    return np.where(known[near] == marks, near, -1)


def with_neighbours(held: "NDArray[np.float64]", starts: "NDArray[np.int64]") -> "NDArray[np.float64]":
    """Add to each sentence's terms those of the sentences before and after it in its chunk."""
    around = held.copy()
    first = np.zeros(len(held), dtype=bool)
    first[starts[:-1]] = True
    np.maximum(around[1:], held[:-1], out=around[1:], where=~first[1:, None])
    np.maximum(around[:-1], held[1:], out=around[:-1], where=~first[1:, None])
    return around
