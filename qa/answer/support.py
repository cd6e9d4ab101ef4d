"""How much a claim and a sentence say of the same: meaning, and words in common, rare ones first.

Names count for nothing here: a sentence about the same people need not say the same, and whether a name stands in a
sentence is looked at by itself (``names.py``).
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from qa import lexicon
from qa.index.holdings import Holdings
from qa.retrieve.understand import FUNCTION_WORDS

if TYPE_CHECKING:
    from qa.types import Matrix, Vector

WORD_WEIGHT = 0.3
"""What the share of one's words in the other is worth beside their cosine, in both directions."""
_WORD = re.compile(r"\w+")


class Support:
    """Compare claims with sentences; what is read once is kept for the claims that follow."""

    def __init__(self, archive: Holdings) -> None:
        """Use an open archive's embedding model and its knowledge of how rare words are."""
        self._archive = archive
        self._vectors: dict[str, Vector] = {}
        self._read: dict[str, dict[str, float]] = {}
        self._weights: dict[str, tuple[frozenset[str], float]] = {}

    def nearest(self, claim: str, texts: Sequence[str], vectors: "Matrix", most: int) -> list[int]:
        """Return the places of the sentences most like a claim, by stored vectors of shape (sentences, dimension)."""
        own = self._terms(claim)
        total = sum(own.values()) or 1.0
        shares = [sum(own[term] for term in own.keys() & self._terms(text).keys()) / total for text in texts]
        likeness = vectors @ self._vector(claim) + WORD_WEIGHT * np.array(shares, dtype=np.float32)
        return [int(at) for at in np.argsort(-likeness, kind="stable")[:most]]

    def between(self, claim: str, text: str) -> float:
        """Return how much a claim and a text say of the same; about 0 for strangers, 1.6 for the same sentence."""
        cosine = float(self._vector(claim) @ self._vector(text))
        mine, theirs = common_words(claim), common_words(text)
        # Of a text that is much shorter than the claim all is easily said: "Most were farmers."
        length = min(1.0, 2 * self._weighs(theirs) / (self._weighs(mine) or 1.0))
        return cosine + WORD_WEIGHT * (self._share(mine, theirs) + length * self._share(theirs, mine))

    def of_part(self, part: str, text: str) -> float:
        """Return how much of a part of a claim a text says; the text may say much more."""
        cosine = float(self._vector(part) @ self._vector(text))
        return cosine + WORD_WEIGHT * self._share(common_words(part), common_words(text))

    def share_of(self, part: str, text: str) -> float:
        """Return the share of a part's words, by weight, that stand in a text in some form or by a synonym."""
        words = common_words(part)
        return self._share(words, common_words(text)) if words else 1.0

    def _share(self, words: tuple[str, ...], others: tuple[str, ...]) -> float:
        weights = {word: self._weight(word)[1] for word in words}
        met = sum(weight for word, weight in weights.items() if any(lexicon.alike(word, other) for other in others))
        return met / (sum(weights.values()) or 1.0)

    def _weighs(self, words: tuple[str, ...]) -> float:
        return sum(self._weight(word)[1] for word in words)

    def _terms(self, text: str) -> dict[str, float]:
        if text in self._read:
            return self._read[text]
        found = self._read[text] = {}
        for word in _WORD.findall(text):
            if word.casefold() not in FUNCTION_WORDS:
                terms, weight = self._weight(word.casefold())
                found.update(dict.fromkeys(terms, weight))
        return found

    def _weight(self, word: str) -> tuple[frozenset[str], float]:
        if word not in self._weights:
            terms = dict.fromkeys(self._archive.keywords.terms(word))
            weight = sum(self._archive.keywords.inverse_document_frequencies(terms).values())
            self._weights[word] = (frozenset(terms), weight)
        return self._weights[word]

    def _vector(self, text: str) -> "Vector":
        if text not in self._vectors:
            self._vectors[text] = self._archive.embedder.embed_query(text)
        return self._vectors[text]


@lru_cache(1024)
def common_words(text: str) -> tuple[str, ...]:
    """Return a text's words in lower case that are neither names, numbers nor mere grammar."""
    words = dict.fromkeys(_WORD.findall(text))
    return tuple(
        word.casefold()
        for at, word in enumerate(words)
        if word.casefold() not in FUNCTION_WORDS and not (at and word[0].isupper()) and not word.isdigit()
    )
