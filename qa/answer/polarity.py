"""Whether one sentence says yes where another says no."""

import re

from qa.answer.words import NEGATIONS, REFUSALS, SAYS_NO, base, opposites, plain_words
from qa.retrieve.understand import FUNCTION_WORDS

REACH = 2
"""Words that may stand between a negation and the word that it negates."""
AROUND = 4
"""Content words on either side that show what a word speaks of."""
_CLAUSE = re.compile(r"[,;:–—]\s|\s[-–—]\s|\b(?:but|and|which|who|while|although|though|because|since)\b")


def contradict(claim: str, sentence: str) -> bool:
    """Say whether a claim denies what a sentence says, or says what it denies.

    >>> contradict("The bridge was not closed.", "The bridge was closed on Monday.")
    True
    >>> contradict("The bridge stayed open.", "The bridge was not closed on Monday.")
    False
    """
    said, source = _Read(claim), _Read(sentence)
    opposed = _opposed(said, source)
    if _negated_in_one(said, source) and not opposed:
        return True
    if (said.negations or said.refusals) and not source.says_no and not opposed:
        return True
    if source.negations and not said.says_no and not opposed and _speaks_of_denied(said, source, sentence):
        return True
    return opposed and bool(said.negations) == bool(source.negations)


class _Read:
    """A sentence as words without endings, with its negations."""

    def __init__(self, text: str) -> None:
        self.words = [base(word) for word in plain_words(text)]
        self.held = set(self.words)
        self.content = [word for word in self.words if word not in FUNCTION_WORDS and word not in NEGATIONS]
        self.negations = [at for at, word in enumerate(self.words) if word in NEGATIONS]
        self.refusals = self.held & REFUSALS
        self.says_no = bool(
            self.negations
            or self.held & SAYS_NO
            or self.refusals
            or re.search(r"\b(?:out of|yet to|instead of|rather than|apart from|far from)\b", text)
            or any(
                word.startswith("un") and len(word) > 5 and word not in {"under", "until", "union"}
                for word in self.words
            )
        )

    def negated(self) -> set[str]:
        """Return the content words right behind a negation."""
        found: set[str] = set()
        for at in self.negations:
            for word in self.words[at + 1 : at + 2 + REACH]:
                if word not in FUNCTION_WORDS and word not in NEGATIONS:
                    found.add(word)
                    break
        return found

    def around(self, word: str) -> set[str]:
        """Return the content words near a word."""
        found: set[str] = set()
        for at, other in enumerate(self.content):
            if other == word:
                found.update(self.content[max(at - AROUND, 0) : at + AROUND + 1])
        return found - {word}


def _negated_in_one(said: _Read, source: _Read) -> bool:
    """Say whether a word of both is negated in one of them only."""
    shared = set(said.content) & set(source.content)
    return bool((said.negated() ^ source.negated()) & shared) and not (len(said.negations) == len(source.negations))


def _opposed(said: _Read, source: _Read) -> bool:
    """Say whether the claim has a word whose opposite the source has, both speaking of the same thing."""
    for word in said.held - source.held:
        for other in opposites(word) & (source.held - said.held):
            if said.around(word) & source.around(other) or min(len(said.content), len(source.content)) <= AROUND:
                return True
    return False


def _speaks_of_denied(said: _Read, source: _Read, sentence: str) -> bool:
    """Say whether a claim that denies nothing speaks of what the source denies."""
    new = set(said.content) - set(source.content)
    for clause in _CLAUSE.split(sentence):
        part = _Read(clause)
        if part.negations and (set(part.content) & set(said.content) or new):
            return True
    return False
