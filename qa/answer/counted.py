"""What numbers count, and whether all is meant: "1,408 pups" is not said by "1,408 seals, 188 of them pups"."""

import re
from dataclasses import dataclass

from qa import lexicon
from qa.retrieve.understand import FUNCTION_WORDS

NEAR = 2
"""Words behind a number that may name what it counts."""
_TOKEN = re.compile(r"\d[\d,]*(?:\.\d+)?|[^\W\d_]+|[,;:.()“”\"–—]")
_UNITS = frozenset(
    """per cent percent million billion thousand hundred crowns crown dollars dollar euros euro pounds pound metres
    metre kilometres kilometre miles mile years year months month weeks week days day hours hour minutes minute seconds
    tonnes tons litres degrees points times people""".split()
)
"""What nearly any number counts tells nothing."""
_SEGMENT = re.compile(r"[,;:](?=\s)|\s[-–—]\s|\b(?:and|but|while|whereas|against|compared with)\b")
_WORD = re.compile(r"\d[\d,]*(?:\.\d+)?|[^\W\d_]+")
_ALL = re.compile(r"\b(?:all|every|each|both|everyone|everybody|entire|whole)\b", re.IGNORECASE)
_SOME = re.compile(
    r"\b(?:most|some|many|several|few|half|none|\d+|one|two|three|four|five|six|seven|eight|nine|ten) of "
    r"(?:the|them|its|his|her|their|those|these)\b|\b(?:all but|nearly all|almost all|not all|not every|most)\b",
    re.IGNORECASE,
)
_EXCEPT = re.compile(r"\b(?:except|excluding|other than|apart from|aside from|bar|save for|but)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Count:
    number: str
    things: tuple[str, ...]


def exchanged(claim: str, source: str) -> bool:
    """Say whether a claim lets a number count what in its source another number counts.

    >>> exchanged("The scientists counted 1,408 pups.", "They counted 1,408 harbour seals, among them 188 pups.")
    True
    >>> exchanged("The scientists counted 188 pups.", "They counted 1,408 harbour seals, among them 188 pups.")
    False
    """
    there = _counts(source)
    for said in _counts(claim):
        own = [other for other in there if other.number == said.number and other.things]
        others = [other for other in there if other.number != said.number]
        if own and said.things and not any(_meet(said, one) for one in own) and any(_meet(said, one) for one in others):
            return True
    return False


def swapped(claim: str, source: str) -> bool:
    """Say whether a claim gives a number to whom its source gives another one.

    >>> swapped("The town pays 9 million and the region 6.", "The region pays 9 million and the town 6 million.")
    True
    """
    there = [_Part(text) for text in _SEGMENT.split(source)]
    there = [part for part in there if len(part.numbers) == 1]
    if len({number for part in there for number in part.numbers}) < 2:
        return False
    wrong = 0
    for said in map(_Part, _SEGMENT.split(claim)):
        first = said.first_told_by(there) if len(said.numbers) == 1 else None
        wrong += first is not None and first.numbers != said.numbers
    return wrong > 1  # what is exchanged is wrong twice


class _Part:
    """A stretch of a sentence with its numbers, and its words as sets of their kin."""

    def __init__(self, text: str) -> None:
        words = [word.casefold() for word in _WORD.findall(text)]
        self.numbers = {word.replace(",", "") for word in words if word[0].isdigit()}
        self.words = [w for w in words if not w[0].isdigit() and w not in FUNCTION_WORDS and w not in _UNITS]
        self.kin = frozenset(form for word in self.words for form in lexicon.kin(word))

    def first_told_by(self, parts: "list[_Part]") -> "_Part | None":
        """Return the part that has the first of its words which only one of them has."""
        for word in self.words:
            having = [part for part in parts if lexicon.kin(word) & part.kin]
            if len(having) == 1:
                return having[0]
        return None


def all_for_some(claim: str, source: str) -> bool:
    """Say whether a claim speaks of all where its source speaks of a part only.

    >>> all_for_some("He was convicted on all five charges.", "He was found guilty of four of the five charges.")
    True
    """
    in_part = _SOME.search(source) is not None and not _ALL.search(_SOME.sub(" ", source))
    return in_part and _ALL.search(claim) is not None and not _SOME.search(claim) and not _EXCEPT.search(claim)


def _meet(one: _Count, other: _Count) -> bool:
    return any(lexicon.alike(mine, theirs) for mine in one.things for theirs in other.things)


def _counts(text: str) -> list[_Count]:
    tokens = _TOKEN.findall(text)
    found = []
    for at, token in enumerate(tokens):
        if not token[0].isdigit():
            continue
        things: list[str] = []
        for word in map(str.casefold, tokens[at + 1 :]):
            if not word[0].isalpha() or word in FUNCTION_WORDS or len(things) == NEAR:
                break
            things += [word] if word not in _UNITS else []
        found.append(_Count(token.replace(",", ""), tuple(things)))
    return found
