"""Outcomes that cannot both be true: won and lost, approved and rejected, convicted and acquitted."""

import re
from dataclasses import dataclass
from functools import lru_cache

from qa.retrieve.dates import MONTHS
from qa.retrieve.leaning import names_in

_PAIRS = (
    (
        r"approv(?:e|ed|es|al)|pass(?:ed|es)?|accept(?:ed|s)?|adopt(?:ed|s)?|grant(?:ed|s)?|"
        r"(?:the )?green light|go-ahead|"
        r"vot(?:ed|es) (?:for|in favou?r of)|voted through|back(?:ed|s)|waved through",
        r"reject(?:ed|s|ion)?|vot(?:ed|e|es) down|vot(?:ed|es) against|turn(?:ed|s) down|refus(?:ed|es|"
        r"al)|block(?:ed|s)|"
        r"veto(?:ed|es)?|thr(?:ew|own) out|defeated",
    ),
    (
        r"convict(?:ed|s|ion)?|found guilty|guilty of|guilty verdict|was jailed|was sentenced",
        r"acquit(?:ted|s|tal)?|cleared of|not guilty|walked free|was cleared",
    ),
    (
        r"surviv(?:ed|es|e)|is alive|was found alive|found alive",
        r"died|was killed|found dead|is dead|succumbed",
    ),
    (
        r"reopen(?:ed|s)?|(?:is|are) open(?: again)?|has opened",
        r"remain(?:s|ed) (?:closed|shut)|stay(?:s|ed) (?:closed|shut)|still closed|"
        r"(?:is|are) (?:closed|shut)(?! (?:on|at|for) (?!now))",
    ),
    (
        r"reach(?:ed)? (?:a|an) (?:deal|agreement)|agreed (?:on )?(?:a|the) \w+|signed (?:a|the|"
        r"an) (?:deal|agreement)",
        r"without (?:a|an) (?:deal|agreement)|talks (?:failed|collapsed|broke down)|failed to (?:agree|"
        r"reach)|rejected the offer",
    ),
    (
        r"(?:will )?go(?:es)? ahead|went ahead|took place|was held",
        r"cancel(?:led|ed)?|called off|postponed|scrapped",
    ),
    (
        r"(?:plead(?:ed|s)?|pled) guilty|guilty plea|admit(?:s|ted) (?:\w+ ){0,3}(?:charges?|counts?|guilt)",
        r"(?:plead(?:ed|s)?|pled) not guilty|plea of not guilty|den(?:ies|ied) (?:\w+ ){0,3}(?:charges?|counts?|guilt)",
    ),
)
_OUTCOMES = tuple(
    (re.compile(rf"\b(?:{yes})\b", re.IGNORECASE), re.compile(rf"\b(?:{no})\b", re.IGNORECASE)) for yes, no in _PAIRS
)
_ASKED = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\b(?:approv\w*|pass|passed|accept\w*|adopt\w*|grant\w*|reject\w*|refus\w*|vote\w*|decid\w*|"
        r"decision)\b",
        r"\b(?:convict\w*|guilty|acquit\w*|cleared|verdict|found)\b",
        r"\b(?:surviv\w*|alive|die|died|dead)\b",
        r"\b(?:open|reopen\w*|closed)\b",
        r"\b(?:deal|agree\w*|talks)\b",
        r"\b(?:cancel\w*|go(?:es)? ahead|take place|called off|postponed)\b",
        r"\b(?:plead\w*|pled|pleas?|admit\w*|deny|denie[sd])\b",
    )
)
_OF_A_PERSON = frozenset((1, 2, len(_PAIRS) - 1))
"""Pairs that tell of one person: whoever is named ahead of the outcome."""
_PLEA = len(_PAIRS) - 1
"""The pair that tells how somebody pleaded: who asks for that does not ask for the verdict."""
_CLAIMED = re.compile(
    r"\b(?:plead\w*|pled|pleas?|den(?:y|ies|ied|ying|ial)|claim(?:s|ed|ing)?|insist(?:s|ed|ing)?|maintain(?:s|ed|ing)?|"
    r"alleg\w+|accus\w+|argu(?:es?|ed|ing))\b[^,;:.]*$|[\"“‘']$",
    re.IGNORECASE,
)
"""Ahead of an outcome: what somebody pleads, denies or claims, or says in just these words, has not come out so."""
_YES_OR_NO = re.compile(
    r"^\W*(?:did|does|do|was|were|is|are|has|have|had|will|what (?:was|is) the (?:outcome|result|"
    r"verdict|decision)|how did)\b",
    re.I,
)
_NOT = re.compile(
    r"\b(?:not|never|failed to|refused to|n[’']t)\s+(?:\w+\s+){0,2}$|n[’']t\s+(?:\w+\s+)?$", re.IGNORECASE
)
_CONTEST = re.compile(
    r"\bwho (?:won|lost|beat)\b|\b(?:did|has|have) .{1,60}\b(?:win|lose|won|lost|beat(?:en)?)\b|"
    r"\bresult\b|\bhow did .{1,60} (?:end|play|do)\b",
    re.IGNORECASE,
)
_BEAT = re.compile(
    r"\b(?:was |were )?(?P<how>won|wins|beats?|beaten|defeat(?:ed|s)|lost|loses|"
    r"fell)\b",
    re.IGNORECASE,
)
_NAME = re.compile(r"\b[A-Z][\w’'-]*(?: [A-Z][\w’'-]*)*")
_NO_NAME = re.compile(r"^(?:The|In|On|At|A|An|Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)(?:day)?(?:[’']s)?$")

LONGEST_NAME = 5


@dataclass(frozen=True, slots=True)
class _Result:
    winner: str | None
    loser: str | None
    said: str


@dataclass(frozen=True, slots=True)
class _Side:
    """Which of two outcomes a sentence tells, and where in it."""

    yes: bool
    start: int
    end: int


def asks_an_outcome(question: str) -> bool:
    """Say whether a question asks how something ended."""
    return _asks_who_won(question) or _YES_OR_NO.search(question) is not None


def outcomes_differ(question: str, one: str, other: str) -> tuple[str, str] | None:
    """Return how each of two sentences says how the thing asked ended, if they cannot both be true."""
    if _asks_who_won(question):
        return _results_differ(_result(one), _result(other))
    for pair in _asked_between(question):
        first, second = _side(one, pair), _side(other, pair)
        if first and second and first.yes != second.yes:
            of_others = any(_of_another(question, pair, text, side) for text, side in ((one, first), (other, second)))
            return None if of_others else (one[first.start : first.end], other[second.start : second.end])
    return None


# The same question and sentences come again with every pair of sentences.
@lru_cache(64)
def _asks_who_won(question: str) -> bool:
    return _CONTEST.search(question) is not None


@lru_cache(64)
def _asked_between(question: str) -> tuple[int, ...]:
    """Return the places of the pairs of outcomes between which a question asks."""
    if not _YES_OR_NO.search(question):
        return ()
    asked = tuple(pair for pair, pattern in enumerate(_ASKED) if pattern.search(question))
    return (_PLEA,) if _PLEA in asked else asked


@lru_cache(512)
def _side(text: str, pair: int) -> _Side | None:
    """Return which of two outcomes a sentence tells and where; None for neither, or both."""
    told: dict[bool, _Side] = {}
    for good, pattern in zip((True, False), _OUTCOMES[pair], strict=True):
        for at in pattern.finditer(text):
            if _CLAIMED.search(text[: at.start()]):
                continue
            denied = _NOT.search(text[: at.start()])
            side = _Side(good != bool(denied), denied.start() if denied else at.start(), at.end())
            told.setdefault(side.yes, side)
    return next(iter(told.values())) if len(told) == 1 else None


def _of_another(question: str, pair: int, text: str, side: _Side) -> bool:
    """Say whether a sentence names others than the question does, and tells how it ended for them."""
    asked, named = _words_of_names(question), _words_of_names(text)
    if pair in _OF_A_PERSON:
        named = _words_of_names(text[: side.start]) or named
    return bool(asked and named) and not asked & named


def _words_of_names(text: str) -> set[str]:
    words = {word for name in names_in(text) for word in name.split()}
    return {word for word in words if word.casefold() not in MONTHS and not _NO_NAME.match(word)}


def _result(text: str) -> _Result | None:
    at = _BEAT.search(text)
    if at is None:
        return None
    before, after = _names(text[: at.start()]), _names(text[at.end() :])
    subject, rest = (before[-1] if before else None), (after[-1] if after else None)
    passive = at[0].lower().startswith(("was ", "were ")) or at["how"].lower() == "beaten"
    lost = passive or at["how"].lower() in {"lost", "loses", "fell"}
    said = text[at.start() : at.end()]
    who = f"{subject} {said}" if subject else said
    return _Result(rest, subject, who) if lost else _Result(subject, rest, who)


def _names(text: str) -> list[str]:
    # A longer run of capitals is a table's row or a headline: nobody can tell whose name is whose.
    return [name for name in _NAME.findall(text) if not _NO_NAME.match(name) and len(name.split()) <= LONGEST_NAME]


def _results_differ(one: _Result | None, other: _Result | None) -> tuple[str, str] | None:
    if not one or not other:
        return None
    crossed = _same(one.winner, other.loser) or _same(one.loser, other.winner)
    return (one.said, other.said) if crossed and not _same(one.winner, other.winner) else None


def _same(one: str | None, other: str | None) -> bool:
    return bool(one and other) and bool(set(str(one).split()) & set(str(other).split()) - {"United", "Town", "City"})
