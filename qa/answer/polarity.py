"""Whether one sentence says yes where another says no.

Words of the one are laid beside words of the other: the same word, its family, a synonym, an opposite. Then each denial
is paired with one on the other side: another denial, or a word whose opposite stands there. One that is left over,
about something that both speak of, is a contradiction.
"""

from qa import lexicon
from qa.answer.denials import Denial, Reading

LEAST_SHARE = 0.34
"""Of the words around a denial, those that a claim must have in order to speak of what is denied."""
LEAST_COMMON = 3
"""Words that two sentences have in common which speak of the same."""
EVERY = frozenset("everybody everyone everything nobody always never all none".split())
"""Opposites that need nothing beside them in common."""
PLACING = frozenset("before after over under above below up down inside outside with".split())
"""Opposites only where the same follows: "before five" and "after five"."""
_Opposed = list[tuple[int, int]]


def contradict(claim: str, sentence: str) -> bool:
    """Say whether a claim denies what a sentence says, or says what it denies.

    >>> contradict("The bridge was not closed.", "The bridge was closed on Monday.")
    True
    >>> contradict("The bridge stayed open.", "The bridge was not closed on Monday.")
    False
    """
    return _Beside(Reading(claim), Reading(sentence)).differ()


class _Beside:
    """Two sentences, each word of the first laid beside those of the second that mean the same, or the opposite."""

    def __init__(self, said: Reading, source: Reading) -> None:
        self.said, self.source = said, source
        self.same: dict[int, set[int]] = {}
        self.back: dict[int, set[int]] = {}
        for at, word in enumerate(said.words):
            for to, other in enumerate(source.words):
                if word.counts and other.counts and lexicon.alike(word.text, other.text):
                    self.same.setdefault(at, set()).add(to)
                    self.back.setdefault(to, set()).add(at)
        self.opposed = [
            (at, to)
            for at, word in enumerate(said.words)
            for to, other in enumerate(source.words)
            if lexicon.opposed(word.text, other.text) and self._meet(at, to)
        ]

    def differ(self) -> bool:
        """Say whether a denial of either, or a word whose opposite the other has, is left without its like."""
        mine = self._unlike(self.said, self.same, self.source, {at for at, _ in self.opposed})
        theirs = self._unlike(self.source, self.back, self.said, {to for _, to in self.opposed})
        opposed = _undenied(_undenied(self.opposed, mine, 0), theirs, 1)
        self._pair(mine, theirs)
        left = any(one.sign in {"no", "refuse"} for one in mine) or any(map(self._spoken_of, theirs))
        return left or bool(opposed)

    def _meet(self, at: int, to: int) -> bool:
        """Say whether two opposites stand on one side only and speak of the same thing."""
        word, other = self.said.words[at].text, self.source.words[to].text
        if self.said.words[at].named or self.source.words[to].named:
            return False
        if (lexicon.forms(word) | lexicon.forms(other)) & self.said.forms & self.source.forms:
            return False
        if any(lexicon.opposed(other, near.text) for near in self.source.words):
            return False  # the source has both: "was to end, but goes on"
        if {word, other} & EVERY:
            return True
        if word in PLACING and not self._same_follows(at, to):
            return False
        mine, theirs = self.said.around(at), self.source.around(to)
        if any(self.same.get(one, set()) & theirs for one in mine):
            return True
        # A clause that has nothing in common with the other sentence speaks of what the rest of it speaks of.
        alone = not any(one in self.same for one in mine) or not any(one in self.back for one in theirs)
        return alone and len(self.same) >= LEAST_COMMON

    def _same_follows(self, at: int, to: int) -> bool:
        after = next((one for one in range(at + 1, len(self.said.words)) if self.said.words[one].counts), -1)
        behind = next((one for one in range(to + 1, len(self.source.words)) if self.source.words[one].counts), -1)
        return behind in self.same.get(after, set())

    def _unlike(self, own: Reading, beside: dict[int, set[int]], other: Reading, ends: set[int]) -> list[Denial]:
        """Return the denials of a sentence that neither stand in the other one too nor are the end of two opposites."""
        there = {one.at for one in other.denials}
        # "did not fail" denies no more, though "fail" is a word that denies.
        like = {at for at in beside if any(to in there or not other.words[to].sign for to in beside[at])}
        return [one for one in own.denials if one.at not in ends and one.at not in like]

    def _pair(self, mine: list[Denial], theirs: list[Denial]) -> None:
        """Take out the denials that have their like, the surest pairs first."""
        pairs = sorted(
            ((self._fit(one, other), one.at, other.at, one, other) for one in mine for other in theirs),
            key=lambda pair: (-pair[0], pair[1], pair[2]),
        )
        for fit, _, _, one, other in pairs:
            if fit > 0 and one in mine and other in theirs:
                mine.remove(one)
                theirs.remove(other)

    def _fit(self, one: Denial, other: Denial) -> int:
        if one.sign == other.sign == "may" or self._denied(one, other):
            return 0
        shared = sum(bool(self.same.get(at, set()) & other.near) for at in one.near)
        same_target = one.target is not None and other.target in self.same.get(one.target, set())
        same_word = self.said.words[one.at].text == self.source.words[other.at].text
        certain = "may" not in (one.sign, other.sign)
        return shared + 2 * same_target + 2 * same_word + 3 * certain

    def _denied(self, one: Denial, other: Denial) -> bool:
        """Say whether one of two denials denies the other's word: "will not pause" and "will stop"."""
        ends = (one.target is not None and self.said.words[one.target].text, self.source.words[other.at].text)
        backs = (other.target is not None and self.source.words[other.target].text, self.said.words[one.at].text)
        return any(end and lexicon.alike(end, word) for end, word in (ends, backs))

    def _spoken_of(self, denial: Denial) -> bool:
        """Say whether the claim speaks of what a denial of the source denies."""
        if denial.sign == "may":
            return False
        met = [to for to in denial.near if to in self.back]
        enough = denial.sign == "no" and len(met) >= max(1, LEAST_SHARE * len(denial.near))
        return denial.target in self.back or enough


def _undenied(opposed: _Opposed, denials: list[Denial], side: int) -> _Opposed:
    """Return the opposites of which none is denied: "not open" is "closed", and both are done with."""
    left = []
    for pair in opposed:
        used = next((one for one in denials if one.sign != "may" and pair[side] in one.bears_on), None)
        if used:
            denials.remove(used)
        else:
            left.append(pair)
    return left
