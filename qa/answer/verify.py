"""Whether a sentence that a model wrote stands in the evidence: claim by claim, by rules, always alike.

A claim is first compared in meaning and words with every evidence sentence. The best ones are then read closely: each
number with its unit, each date, name and quotation of the claim must stand there, and both must say yes, or both no.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

import numpy as np

from qa.answer import names, numbers, polarity
from qa.index.archive import Archive
from qa.retrieve.rank import Ranked
from qa.retrieve.understand import FUNCTION_WORDS
from qa.types import Evidence

if TYPE_CHECKING:
    from qa.types import Matrix, Vector

WORD_WEIGHT = 0.3
"""What the share of the claim's words in a sentence is worth beside its cosine."""
LEAST_COSINE = 0.37
LEAST_SUPPORT = 0.52
"""Fitted on the development half of ``tests/evals/paraphrases.jsonl``: true claims above, those of others below."""
NEAR_BEST = 0.15
"""A sentence may be this much less like the claim than the best one and still be read closely."""
READ_CLOSELY = 4
_QUOTATION = re.compile(r"[“\"«]([^”\"»]{3,})[”\"»]")
_SPLIT = re.compile(r"; |, (?:and|but|while|whereas|although|though) | (?:and|but|while|whereas) ")
_LOWER = re.compile(r"\b[^\W\d_A-Z][^\W\d_]+")
_LEAST_CLAUSE = 4


@dataclass(frozen=True)
class Sentence:
    """An evidence sentence as the verifier reads it."""

    evidence: Evidence
    vector: "Vector"
    before: str = ""
    """The sentence before it in its chunk: whom "he" means."""

    @property
    def text(self) -> str:
        """Its words."""
        return self.evidence.text

    @cached_property
    def quantities(self) -> list[numbers.Quantity]:
        """Its numbers."""
        return numbers.quantities(self.text)

    @cached_property
    def days(self) -> names.Days:
        """What it says about when."""
        return names.days(self.text)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a verifier says of one claim.

    Args:
        cited: Places, among the evidence given, of the sentences that support it; empty where none does.
        reason: Why it is not supported: ``meaning``, ``number``, ``date``, ``name``, ``quotation`` or ``negation``.
        support: How well the best sentence fits, higher is better.
    """

    cited: tuple[int, ...] = ()
    reason: str | None = None
    support: float = 0.0


class Verifier(Protocol):
    """Say which evidence sentences support a claim; a stronger local model fits behind it."""

    def check(self, claim: str, evidence: Sequence[Sentence]) -> Verdict:
        """Return the sentences that the claim rests on, or why there are none."""
        ...


def sentences(ranked: Sequence[Ranked], evidence: Iterable[Evidence]) -> list[Sentence]:
    """Return evidence with the vectors that are stored for it and the sentence before each."""
    at = {
        (found.stored.id, span.start): (found, row)
        for found in ranked
        for row, span in enumerate(found.stored.sentences)
    }
    read = []
    for sentence in evidence:
        found, row = at[sentence.chunk_id, sentence.start]
        before = found.stored.sentence_texts[row - 1] if row else ""
        read.append(Sentence(sentence, found.stored.sentence_vectors[row], before))
    return read


class RuleVerifier:
    """The built-in verifier: stored sentence vectors, rare words, and rules for what must not differ."""

    def __init__(self, archive: Archive) -> None:
        """Use an open archive's embedding model and its knowledge of how rare words are."""
        self._archive = archive

    def check(self, claim: str, evidence: Sequence[Sentence]) -> Verdict:
        """Return the sentences that the claim rests on, or why there are none."""
        if not evidence:
            return Verdict(reason="meaning")
        whole = self._check_one(claim, evidence)
        if whole.reason is None or whole.reason == "negation":
            return whole
        parts = clauses(claim)
        if len(parts) < 2:
            return whole
        verdicts = [self._check_one(part, evidence) for part in parts]
        if any(verdict.reason for verdict in verdicts):
            return whole
        cited = tuple(dict.fromkeys(at for verdict in verdicts for at in verdict.cited))
        return Verdict(cited, None, min(verdict.support for verdict in verdicts))

    def _check_one(self, claim: str, evidence: Sequence[Sentence]) -> Verdict:
        support, cosines = self._support(claim, evidence)
        order = np.argsort(-support, kind="stable")[:READ_CLOSELY]
        best = float(support[order[0]])
        said = _Said(claim, _in_lower_case(evidence))
        reason = None
        for at in map(int, order):
            if support[at] < max(LEAST_SUPPORT, best - NEAR_BEST) or cosines[at] < LEAST_COSINE:
                break
            why, also = said.wrong_with(evidence[at])
            if why is None:
                cited = (at, *_place_of(also, evidence[at], evidence))
                return Verdict(cited, None, float(support[at]))
            reason = reason or why
        return Verdict(reason=reason or "meaning", support=best)

    def _support(self, claim: str, evidence: Sequence[Sentence]) -> "tuple[Matrix, Matrix]":
        cosines = np.stack([sentence.vector for sentence in evidence]) @ self._archive.embedder.embed_query(claim)
        terms = dict.fromkeys(self._content(claim))
        weights = self._archive.keywords.inverse_document_frequencies(terms)
        total = sum(weights.values()) or 1.0
        shares = [
            sum(weights[term] for term in weights.keys() & set(self._content(sentence.text))) / total
            for sentence in evidence
        ]
        return cosines + WORD_WEIGHT * np.array(shares, dtype=np.float32), cosines

    def _content(self, text: str) -> list[str]:
        words = [word for word in re.findall(r"\w+", text) if word.casefold() not in FUNCTION_WORDS]
        return self._archive.keywords.terms(" ".join(words))


class _Said:
    """A claim taken apart once, to be compared with several sentences."""

    def __init__(self, claim: str, common: frozenset[str]) -> None:
        self.claim = claim
        self.common = common
        self.quantities = numbers.quantities(claim)
        self.days = names.days(claim)
        self.quotations = [_flat(match) for match in _QUOTATION.findall(claim)]

    def wrong_with(self, sentence: Sentence) -> tuple[str | None, str]:
        """Return what of the claim a sentence does not hold, or None and the text before it that is needed too."""
        if numbers.missing(self.quantities, sentence.quantities):
            return "number", ""
        if self.days.missing(sentence.days):
            return "date", ""
        if any(quotation not in _flat(sentence.text) for quotation in self.quotations):
            return "quotation", ""
        if polarity.contradict(self.claim, sentence.text):
            return "negation", ""
        missing = names.missing_names(self.claim, sentence.text, self.common)
        if not missing:
            return None, ""
        if sentence.before and not names.missing_names(self.claim, f"{sentence.before} {sentence.text}", self.common):
            return None, sentence.before
        return "name", ""


def _in_lower_case(evidence: Sequence[Sentence]) -> frozenset[str]:
    return frozenset(word for sentence in evidence for word in _LOWER.findall(sentence.text))


def _place_of(text: str, after: Sentence, evidence: Sequence[Sentence]) -> list[int]:
    if not text:
        return []
    return [
        at
        for at, other in enumerate(evidence)
        if other.text == text and other.evidence.article_id == after.evidence.article_id
    ][:1]


def clauses(claim: str) -> list[str]:
    """Return the parts of a compound sentence, or the whole where one of them would say too little.

    >>> clauses("The ferry sank off Port Ellen on Sunday, and all passengers were rescued by boats.")
    ['The ferry sank off Port Ellen on Sunday', 'all passengers were rescued by boats.']
    """
    parts = _SPLIT.split(claim)
    return parts if all(len(part.split()) >= _LEAST_CLAUSE for part in parts) else [claim]


def _flat(text: str) -> str:
    folded = text.casefold().translate(str.maketrans("’‘“”", "''\"\""))
    return " ".join(folded.split()).strip(" .,;:")
