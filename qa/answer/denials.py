"""The words of a sentence that deny something, and what they deny."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import islice
from typing import Literal

from qa import lexicon
from qa.retrieve.understand import FUNCTION_WORDS

Sign = Literal["no", "refuse", "lack", "may"]
"""How a word denies: "not", "refuse", "without", or a word that stands for "not" in some sentences only."""
SMALL = FUNCTION_WORDS | frozenset(
    """yet still already even ever just now because although though since once again almost nearly about around however
    therefore thus soon later then""".split()
)
"""Words that say nothing of the matter."""
NEGATIONS = frozenset("not no never none nobody nothing nor neither nowhere".split())
REACH = 4
"""Words behind a denial that it bears on directly."""
DOUBLE = 1
"""How near two denials stand that make a yes: "not without"."""
AROUND = 4
"""Words on either side that show what a denial is about."""
_CLAUSE = re.compile(
    r"[,;:–—](?=\s)|\s[-–—]\s|\b(?=(?:but|and|which|who|whose|where|when|while|although|though|because|since|unless|"
    r"so|if|rather than|instead of)\b)",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_]+(?:['’][^\W\d_]+)?")
_STAYING = "(?:be )?(?:stay|remain|last|continue|keep|wait|been extended|extended)"
_MET = "(?:seen|known|heard|reached|matched|equalled)"
_COUNTED = r"(?:\d|(?:the|a|an|one|two|three|four|five|six|seven|eight|nine|ten)\b)"
_IDIOMS = [
    (re.compile(pattern, re.IGNORECASE), instead)
    for pattern, instead in (
        (r"\bcannot\b", "can not"),
        (r"n['’]t\b", " not"),
        (r"\bnot (?:only|least|just|merely|even)\b", " "),
        (r"\b(?:there (?:is|was) )?(?:no|without(?: a| any)?) (?:doubt|question)\b", " "),
        (r"\b(?:no|not) (?:fewer|less) than\b", "at least"),
        (r"\b(?:no|not) more than\b", "at most"),
        (r"\bwithout (?:once|ever)\b", "never"),
        # Who must pay "or" serve time serves it if they do not pay.
        (r"\bif (?:[\w’']+ ){1,3}?(?:do(?:es)?|did|is|are|was|were|has|have) not\b", "unless"),
        (r"\bno (?:one|body)\b", "nobody"),
        (r"\b(?:nothing|none) but\b", "all"),
        (r"\bnot\b(?=[^.;]{0,40}\banything (?:but|except|other than)\b)", " "),
        (r"\ba (?:little|few)\b", "some"),
        (r"\bwhether or not\b|\bif not\b", " "),
        # "will not open until Monday" says that it opens on Monday.
        (rf"\b(?:not|never)\b(?! {_STAYING})(?=[^.;,]{{0,60}}\buntil\b)", " "),
        # "not seen since 2019" speaks of a record, as "the most since 2019" does.
        (rf"\b(?:not|never) (?=(?:been )?{_MET}\b[^.;,]{{0,20}} (?:for|since|in)\b)", " "),
        (r"\b(?:fail(?:s|ed|ing)?|neglect(?:s|ed)?) to\b", "not"),
        (r"\bdeclin(?:es?|ed|ing) to\b", "refuse to"),
        (rf"\bout of (?={_COUNTED})", "of "),
        (r"\bout of\b", "without"),
        (r"\bshort of\b|\b(?:in|for) want of\b", "lack"),
        (r"\b(?:has|have|had|is|are|was|were)? ?yet to\b", "not yet"),
        (r"\bfar from\b", "not"),
        (r"\b(?:is|are|was|were) still to (?:come|follow)\b", "is not yet"),
    )
]
"""Turns of phrase that deny, or do not, otherwise than their words."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word in lower case, or a verb with its particle.

    Args:
        text: The word.
        clause: The number of the clause that it stands in.
        sign: How it denies, if it does.
        counts: Whether it says something of the matter.
        named: Whether it is written as a name.
    """

    text: str
    clause: int
    sign: Sign | None
    counts: bool
    named: bool = False


@dataclass(frozen=True, slots=True)
class Denial:
    """A word that denies; places are counted in words.

    Args:
        at: Its place.
        sign: How it denies.
        target: The place of the next word that counts, in the same clause.
        near: The places of the words that count around it, in the same clause.
        bears_on: The places right behind it.
    """

    at: int
    sign: Sign
    target: int | None
    near: frozenset[int]
    bears_on: range


class Reading:
    """A sentence as words, with its denials."""

    def __init__(self, text: str) -> None:
        """Read a sentence."""
        self.words = _read(text)
        self.denials = self._denials()
        self.forms = frozenset().union(*(lexicon.forms(word.text) for word in self.words if not word.named))

    def around(self, at: int) -> frozenset[int]:
        """Return the places of the words that count near a place, in its clause."""
        before = self._counting(at, range(at - 1, -1, -1))
        after = self._counting(at, range(at + 1, len(self.words)))
        return frozenset([*islice(before, AROUND), *islice(after, AROUND)])

    def _denials(self) -> list[Denial]:
        found: list[Denial] = []
        for at, word in enumerate(self.words):
            if word.sign and not (found and self._makes_a_yes(found[-1], at)):
                target = next(self._counting(at, range(at + 1, len(self.words))), None)
                found.append(Denial(at, word.sign, target, self.around(at), range(at + 1, at + 1 + REACH)))
            elif word.sign:
                found.pop()
        return found

    def _makes_a_yes(self, last: Denial, at: int) -> bool:
        word = self.words[at]
        in_reach = at - last.at <= DOUBLE and self.words[last.at].clause == word.clause
        return in_reach and last.sign == "no" and word.sign in {"refuse", "lack"}

    def _counting(self, at: int, places: Iterable[int]) -> Iterator[int]:
        clause = self.words[at].clause
        return (to for to in places if self.words[to].counts and self.words[to].clause == clause)


@cache
def _signs() -> dict[str, Sign]:
    found: dict[str, Sign] = {}
    for line in (files("qa.answer") / "negatives.txt").read_text("utf-8").splitlines():
        if line and line[0] != "#":
            sign, *words = line.split()
            found.update(dict.fromkeys(words, sign))  # type: ignore[arg-type]
    return found


def _read(text: str) -> list[Word]:
    for pattern, instead in _IDIOMS:
        text = pattern.sub(instead, text)
    words: list[tuple[str, int, bool]] = []
    clause, ends = 0, [match.start() for match in _CLAUSE.finditer(text)]
    for match in _WORD.finditer(text):
        while clause < len(ends) and match.start() >= ends[clause]:
            clause += 1
        named = match.group(0)[0].isupper() and bool(words)
        words += [(part, clause, named) for part in _parts(match.group(0))]
    return list(_with_particles(words))


def _parts(word: str) -> list[str]:
    low = word.casefold().replace("’", "'").removesuffix("'s")
    if low.endswith("less") and lexicon.known(low[:-4]) and low not in {"unless", "nevertheless"}:
        return ["without", low[:-4]]
    if low.startswith("un") and not lexicon.known(low) and any(map(lexicon.known, lexicon.forms(low[2:]))):
        return ["not", low[2:]]
    return [low]


def _with_particles(words: Sequence[tuple[str, int, bool]]) -> Iterator[Word]:
    at = 0
    while at < len(words):
        word, clause, named = words[at]
        verb = _verb(word, words[at + 1][0]) if at + 1 < len(words) else None
        yield _word(verb or word, clause, named=named)
        at += 2 if verb else 1


def _verb(word: str, particle: str) -> str | None:
    both = (f"{form}_{particle}" for form in sorted(lexicon.forms(word)))
    return next((verb for verb in both if lexicon.known(verb) or verb in _signs()), None)


def _word(text: str, clause: int, *, named: bool) -> Word:
    if text in NEGATIONS:
        return Word(text, clause, "no", counts=False)
    sign = next((_signs()[form] for form in sorted(lexicon.forms(text)) if form in _signs()), None)
    if sign is None and text.startswith("un") and len(text) > 5 and lexicon.opposites(text):
        sign = "may"
    return Word(text, clause, sign, text not in SMALL, named)
