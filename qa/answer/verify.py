"""Whether a sentence that a model wrote stands in the evidence: claim by claim, by rules, always alike.

A claim is first compared in meaning and words with every evidence sentence. The best ones are then read closely: each
number with its unit, each date, name and quotation of the claim must stand there, and both must say yes, or both no.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import TYPE_CHECKING, Protocol

import numpy as np

from qa.answer import clock, names, numbers, polarity
from qa.answer.support import Support, common_words
from qa.index.holdings import Holdings
from qa.retrieve.rank import Ranked
from qa.types import Evidence

if TYPE_CHECKING:
    from qa.types import Vector

COMPARED = 8
"""Sentences whose stored vectors are most like the claim's; these are embedded by themselves."""
LEAST_SUPPORT = 0.75
"""Fitted on the first two sets of paraphrases: their own sentences above, the nearest of other matters below."""
NEAR_BEST = 0.35
"""A sentence may be this much less like the claim than the best one and still be read closely."""
READ_CLOSELY = 4
ADDED = 0.02
"""What a second sentence must add to a claim's support by the first."""
LEAST_PART = 0.45
"""How much a sentence must say of a claim that it supports together with another."""
LEAST_OF_PART = 0.35
"""A clause of a claim that says less than this of its sentence was added to it: "and the operator went bankrupt"."""
LEAST_WORDS = 3
_QUOTATION = re.compile(r"[“\"«]([^”\"»]{3,})[”\"»]")
_SPLIT = re.compile(r"; |, (?:and|but|while|whereas|although|though) | (?:and|but|while|whereas) ")
_PART = re.compile(r"[;,:–—]\s|\s(?=(?:and|but|while|whereas|although|though|after which|because|which|who)\s)")
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
    """The built-in verifier: meaning and words in common, then rules for what must not differ."""

    def __init__(self, archive: Holdings) -> None:
        """Use an open archive's embedding model and its knowledge of how rare words are."""
        self._support = Support(archive)

    def check(self, claim: str, evidence: Sequence[Sentence]) -> Verdict:
        """Return the sentences that the claim rests on, or why there are none."""
        if not evidence:
            return Verdict(reason="meaning")
        halves = claim.split("; ")
        if len(halves) > 1 and all(len(common_words(half)) >= LEAST_WORDS for half in halves):
            return self._together([self._check_whole(half, evidence) for half in halves])
        return self._check_whole(claim, evidence)

    def exact(self, claim: str, evidence: Sequence[Sentence]) -> list[int]:
        """Return the sentences nearest to a claim that hold its numbers, dates, names and quotations, nearest first."""
        said = _Said(claim, _in_lower_case(evidence))
        near = self._scored(claim, evidence) if evidence else []
        return [
            at for _, at in near if said.wrong_with(evidence[at].text, evidence[at].before)[0] in {None, "negation"}
        ]

    def _check_whole(self, claim: str, evidence: Sequence[Sentence]) -> Verdict:
        whole = self._check_one(claim, evidence)
        if whole.reason is None:
            strays = self._strays(claim, " ".join(evidence[at].text for at in whole.cited))
            return self._together([whole, *(self._check_one(part, evidence) for part in strays)])
        if whole.reason == "negation":
            return whole
        parts = clauses(claim)
        apart = self._together([self._check_one(part, evidence) for part in parts]) if len(parts) > 1 else whole
        if apart.reason is None and self._names_held(claim, [evidence[at] for at in apart.cited], evidence):
            return apart
        return self._check_pairs(claim, evidence) or whole

    def _names_held(self, claim: str, cited: Sequence[Sentence], evidence: Sequence[Sentence]) -> bool:
        """Say whether all names of a claim stand in several sentences; a part's first word would pass for no name."""
        text = " ".join(f"{one.before} {one.text}" for one in cited)
        return not names.missing_names(claim, text, _in_lower_case(evidence))

    def _strays(self, claim: str, text: str) -> list[str]:
        """Return the parts of a claim that the text which bears out the whole does not speak of."""
        parts = [part for part in _PART.split(claim) if len(common_words(part)) >= LEAST_WORDS]
        said = [text, *(part for part in _PART.split(text) if len(common_words(part)) > 1)]
        return [
            part
            for part in parts
            if len(parts) > 1 and not any(self._support.of_part(part, other) >= LEAST_OF_PART for other in said)
        ]

    def _together(self, verdicts: Sequence[Verdict]) -> Verdict:
        """Return one verdict on a claim of several parts: each must be supported."""
        failed = next((verdict for verdict in verdicts if verdict.reason), None)
        if failed:
            return failed
        cited = tuple(dict.fromkeys(at for verdict in verdicts for at in verdict.cited))
        return Verdict(cited, None, min(verdict.support for verdict in verdicts))

    def _check_one(self, claim: str, evidence: Sequence[Sentence]) -> Verdict:
        scored = self._scored(claim, evidence)
        said = _Said(claim, _in_lower_case(evidence))
        best, reason = scored[0][0], None
        for score, at in scored[:READ_CLOSELY]:
            if score < max(LEAST_SUPPORT, best - NEAR_BEST):
                break
            why, also = said.wrong_with(evidence[at].text, evidence[at].before)
            if why is None:
                return Verdict((at, *_place_of(also, evidence[at], evidence)), None, score)
            reason = reason or why
        return Verdict(reason=reason or "meaning", support=best)

    def _check_pairs(self, claim: str, evidence: Sequence[Sentence]) -> Verdict | None:
        """Return the verdict on two sentences of one article that say a claim together, if any do."""
        scored = [pair for pair in self._scored(claim, evidence)[:READ_CLOSELY] if pair[0] >= LEAST_PART]
        parts = [_Said(part, _in_lower_case(evidence)) for part in _PART.split(claim)]
        for (alone, first), (_, second) in permutations(scored, 2):
            one, other = evidence[first], evidence[second]
            if one.evidence.article_id != other.evidence.article_id or one.evidence.start > other.evidence.start:
                continue
            both = f"{one.text} {other.text}"
            if polarity.contradict(claim, both) or not self._names_held(claim, (one, other), evidence):
                continue
            # What belongs together in the claim must stand together in the sentence that says it.
            if not all(
                part.held_by(max(one, other, key=lambda two: self._support.of_part(part.claim, two.text)))
                for part in parts
            ):
                continue
            together = self._support.between(claim, both)
            if together >= max(LEAST_SUPPORT, alone + ADDED):
                return Verdict((first, second), None, together)
        return None

    def _scored(self, claim: str, evidence: Sequence[Sentence]) -> list[tuple[float, int]]:
        vectors = np.stack([sentence.vector for sentence in evidence])
        near = self._support.nearest(claim, [sentence.text for sentence in evidence], vectors, COMPARED)
        return sorted(((self._support.between(claim, evidence[at].text), at) for at in near), key=lambda pair: -pair[0])


class _Said:
    """A claim taken apart once, to be compared with several sentences."""

    def __init__(self, claim: str, common: frozenset[str]) -> None:
        self.claim = claim
        self.common = common
        rest, self.times = clock.times(claim)
        self.quantities = numbers.quantities(clock.stretches(claim))
        self.untimed = numbers.quantities(clock.stretches(rest))
        self.days = names.days(claim)
        self.quotations = [_flat(match) for match in _QUOTATION.findall(claim)]

    def held_by(self, sentence: Sentence) -> bool:
        """Say whether nothing is wrong with a sentence."""
        return self.wrong_with(sentence.text, sentence.before)[0] is None

    def wrong_with(self, text: str, before: str) -> tuple[str | None, str]:
        """Return what of the claim a text does not hold, or None and what stands before it if that is needed too."""
        if self._lacks_number(text):
            return "number", ""
        if self.days.missing(names.days(text)):
            return "date", ""
        if any(quotation not in _flat(text) for quotation in self.quotations):
            return "quotation", ""
        needed = ""
        if names.missing_names(self.claim, text, self.common):
            if not before or names.missing_names(self.claim, f"{before} {text}", self.common):
                return "name", ""
            needed = before
        if polarity.contradict(self.claim, text):  # last, so that all that can be looked up exactly is there
            return "negation", ""
        return None, needed

    def _lacks_number(self, text: str) -> bool:
        held = numbers.quantities(clock.stretches(text))
        if self.times and self.times <= clock.times(text)[1]:
            return bool(numbers.missing(self.untimed, held))
        return bool(numbers.missing(self.quantities, held))


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
