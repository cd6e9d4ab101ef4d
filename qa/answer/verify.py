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

from qa.answer import citations, clock, comparisons, counted, grave, names, numbers, polarity, undone
from qa.answer.support import Support, common_words
from qa.index.holdings import Holdings
from qa.retrieve.readings import Ranked
from qa.types import Evidence

if TYPE_CHECKING:
    from qa.types import Vector

COMPARED = 8
"""Sentences whose stored vectors are most like the claim's; these are embedded by themselves."""
LEAST_SUPPORT = 0.7
"""Of 319 true paraphrases 7 say less of their own sentence than this; of 638 other sentences of the same articles none
says more that also holds the claim's numbers, names and dates."""
EACH_EXACT = 0.06
"""What each number, date and time of a claim but the first makes up for, where a sentence holds all of them."""
MOST_EXACT = 3
NEAR_BEST = 0.35
"""A sentence may be this much less like the claim than the best one and still be read closely."""
NEAR_DENIAL = 0.2
READ_CLOSELY = 6
BACK = 3
"""Sentences before one in which may stand whom "he" means."""
ADDED = 0.02
"""What a second sentence must add to a claim's support by the first."""
LEAST_PART = 0.45
"""How much a sentence must say of a claim that it supports together with another."""
LEAST_OF_PART = 0.35
"""A clause of a claim that says less than this of its sentence was added to it: "and the operator went bankrupt"."""
LEAST_OF_ADDED = 0.45
"""The same of a clause that opens with "and", "but" or "which"."""
LEAST_OF_CAUSE = 0.38
"""Part of a cause's words, by weight, that what is cited must have: reasons are easily made up of what is there."""
LEAST_WORDS = 3
_QUOTATION = re.compile(r"[“\"«]([^”\"»]{3,})[”\"»]")
_SPLIT = re.compile(r"; |, (?:and|but|while|whereas|although|though) | (?:and|but|while|whereas) ")
_PART = re.compile(r"[;,:–—]\s|\s(?=(?:and|but|while|whereas|although|though|after which|because|which|who)\s)")
_CAUSE = re.compile(
    r"\b(?:because(?: of)?|due to|owing to|thanks to|as a result of|on account of) (?P<cause>(?:[^,;:–—]|,(?=\d))+)",
    re.IGNORECASE,
)
_ADDED = re.compile(r"(?:and|but|which) ")
"""Opens a part that says something of its own, however short."""
_LOWER = re.compile(r"\b[^\W\d_A-Z][^\W\d_]+")
_LEAST_CLAUSE = 4


@dataclass(frozen=True)
class Sentence:
    """An evidence sentence as the verifier reads it."""

    evidence: Evidence
    vector: "Vector"
    before: tuple[str, ...] = ()
    """The sentences before it in its chunk, the nearest first: whom "he" means."""

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
        before = tuple(reversed(found.stored.sentence_texts[max(0, row - BACK) : row]))
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
            found = self._together([self._check_whole(half, evidence) for half in halves])
        else:
            found = self._check_whole(claim, evidence)
        return self._borne_out(claim, found, [evidence[at] for at in found.cited])

    def _borne_out(self, claim: str, found: Verdict, cited: Sequence[Sentence]) -> Verdict:
        """Return a verdict, or why not: a grave word or a cause that what is cited does not tell."""
        told = " ".join(" ".join((*one.before[:1], one.text)) for one in cited)
        causes = [match["cause"] for match in _CAUSE.finditer(claim)]
        untold = grave.unborne(claim, told) or any(self._support.share_of(one, told) < LEAST_OF_CAUSE for one in causes)
        return Verdict(reason="meaning", support=found.support) if found.reason is None and untold else found

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
            return self._together([whole, *(self._check_one(part, evidence, made_up=0.0) for part in strays)])
        parts, apart = clauses(claim), whole
        if len(parts) > 1:
            apart = self._together([self._check_one(part, evidence, made_up=0.0) for part in parts])
        if apart.reason is None and self._names_held(claim, [evidence[at] for at in apart.cited], evidence):
            return apart
        # A denial that one sentence lacks stands in a clause of its own, or the claim made it up.
        return whole if whole.reason == "negation" else self._check_pairs(claim, evidence) or whole

    def _names_held(self, claim: str, cited: Sequence[Sentence], evidence: Sequence[Sentence]) -> bool:
        """Say whether all names of a claim stand in several sentences; a part's first word would pass for no name."""
        text = " ".join(" ".join((*one.before[:1], one.text)) for one in cited)
        return not names.missing_names(claim, text, _in_lower_case(evidence))

    def _strays(self, claim: str, text: str) -> list[str]:
        """Return the parts of a claim that the text which bears out the whole does not speak of."""
        parts = _PART.split(claim)
        if len(parts) == 1:
            return []
        said = [text, *(part for part in _PART.split(text) if len(common_words(part)) > 1)]
        return [part for part in parts if not any(self._speaks_of(other, part) for other in said)]

    def _speaks_of(self, text: str, part: str) -> bool:
        """Say whether a text speaks of what a part of a claim says; of a few words that cannot be told."""
        added = _ADDED.match(part) is not None
        least = LEAST_OF_ADDED if added else LEAST_OF_PART
        return len(common_words(part)) < LEAST_WORDS - added or self._support.of_part(part, text) >= least

    def _together(self, verdicts: Sequence[Verdict]) -> Verdict:
        """Return one verdict on a claim of several parts: each must be supported."""
        failed = next((verdict for verdict in verdicts if verdict.reason), None)
        if failed:
            return failed
        cited = tuple(dict.fromkeys(at for verdict in verdicts for at in verdict.cited))
        return Verdict(cited, None, min(verdict.support for verdict in verdicts))

    def _check_one(self, claim: str, evidence: Sequence[Sentence], made_up: float = EACH_EXACT) -> Verdict:
        scored = self._scored(claim, evidence)
        said = _Said(claim, _in_lower_case(evidence))
        best, reason = scored[0][0], None
        least = max(LEAST_SUPPORT, best - NEAR_BEST) - made_up * min(max(said.exact - 1, 0), MOST_EXACT)
        for score, at in scored[:READ_CLOSELY]:
            if score < least:
                break
            why, also = said.wrong_with(evidence[at].text, evidence[at].before)
            if why is None and also and self._support.between(claim, also) > score and polarity.contradict(claim, also):
                why = "negation"  # it only goes on about a sentence that says the contrary
            if why is None:
                return Verdict((at, *_place_of(also, evidence[at], evidence)), None, score)
            reason = reason or why
            if why == "negation":  # what this sentence denies, none that is less like the claim bears out
                least = max(least, score - NEAR_DENIAL)
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
            if _says_otherwise(claim, both):
                continue
            if not self._names_held(claim, (one, other), evidence) or not self._about_the_same(claim, one, other):
                continue
            # What belongs together in the claim must stand together in the sentence that says it.
            if not self._one_matter(claim, one, other) and not all(
                part.held_by(max(one, other, key=lambda two: self._support.of_part(part.claim, two.text)))
                for part in parts
            ):
                continue
            together = self._support.between(claim, both)
            if together >= max(LEAST_SUPPORT, alone + ADDED):
                return Verdict((first, second), None, together)
        return None

    def _about_the_same(self, claim: str, one: Sentence, other: Sentence) -> bool:
        """Say whether whom a claim names may be whom the sentence that says most of it speaks of."""
        main = max(one, other, key=lambda two: self._support.between(claim, two.text))
        return not names.missing_names(claim, main.text) or names.leans_back(main.text, claim)

    def _one_matter(self, claim: str, one: Sentence, other: Sentence) -> bool:
        """Say whether the second of two sentences goes on about the first, and both together hold what a claim says."""
        goes_on = other.before[:1] == (one.text,) and citations.leans_back(other.text)
        return goes_on and _Said(claim, frozenset()).wrong_with(f"{one.text} {other.text}", ())[0] is None

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
        self.exact = (
            sum(not quantity.vague and quantity.value != 1 for quantity in self.quantities)
            + self.days.told
            + len(self.times)
        )
        self.quotations = [_flat(match) for match in _QUOTATION.findall(claim)]

    def held_by(self, sentence: Sentence) -> bool:
        """Say whether nothing is wrong with a sentence."""
        return self.wrong_with(sentence.text, sentence.before)[0] is None

    def wrong_with(self, text: str, before: Sequence[str]) -> tuple[str | None, str | None]:
        """Return what of the claim a text does not hold, or None and what stands before it if that is needed too."""
        if self._lacks_number(text):
            return "number", ""
        if self.days.missing(names.days(text)):
            return "date", ""
        if any(quotation not in _flat(text) for quotation in self.quotations):
            return "quotation", ""
        needed: str | None = ""
        if names.missing_names(self.claim, text, self.common):
            needed = self._named_in(text, before)
            if needed is None:
                return "name", ""
        # Last, so that all that can be looked up exactly is there.
        if _says_otherwise(self.claim, text):
            return "negation", ""
        return None, needed

    def _named_in(self, text: str, before: Sequence[str]) -> str | None:
        """Return the sentence before a text that names whom it speaks of; None where none does, or names another."""
        for earlier in before if names.leans_back(text, self.claim) else ():
            if not names.missing_names(self.claim, f"{earlier} {text}", self.common):
                return earlier
            if not names.leans_back(earlier, self.claim):
                return None
        return None

    def _lacks_number(self, text: str) -> bool:
        held = numbers.quantities(clock.stretches(text))
        if self.times and self.times <= clock.times(text)[1]:
            return bool(numbers.missing(self.untimed, held))
        return bool(numbers.missing(self.quantities, held))


def _says_otherwise(claim: str, text: str) -> bool:
    """Say whether a text says the contrary of a claim, or that of another number, or as still to be done."""
    return (
        comparisons.differ(claim, text)
        or counted.exchanged(claim, text)
        or counted.swapped(claim, text)
        or counted.all_for_some(claim, text)
        or undone.undone(claim, text)
        or polarity.contradict(claim, text)
    )


def _in_lower_case(evidence: Sequence[Sentence]) -> frozenset[str]:
    return frozenset(word for sentence in evidence for word in _LOWER.findall(sentence.text))


def _place_of(text: str | None, after: Sentence, evidence: Sequence[Sentence]) -> list[int]:
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
