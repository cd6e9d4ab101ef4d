"""The kind of answer a question asks for, and whether a sentence holds one that the question does not name itself."""

import re
from functools import lru_cache

_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_NO_DAY = "".join(rf"(?<!\b{month} )(?<!\b{month} \d)" for month in _MONTHS.split("|"))
_NUMBER = (
    # Neither a day of a month nor a year is how many there were of something.
    rf"(?=\d)(?<!\d)(?!(?:19|20)\d\d\b(?![.,]\d))(?!\d{{1,2}}(?:st|nd|rd|th)? (?:of )?(?:{_MONTHS})\b)"
    rf"{_NO_DAY}\d[\d.,]*|"
    r"\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozens?|scores|hundreds?|thousands?|"
    r"millions?|billions?|half|third|quarter|none|nobody|no one|several)\b"
)
_HOURS = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
_MEASURES = (
    "share|percentage|proportion|rate|number|total|score|turnout|price|cost|sum|amount|tonnage|population|output"
)
_ASKS = (
    ("age", r"\bhow old\b|\bwhat age\b"),
    ("number", r"\bhow (?:many|much|often|long|far|big|large|tall|high|deep)\b"),
    ("number", rf"\b(?:what|which) (?:\w+ ){{0,4}}(?:{_MEASURES})\b"),
    ("hour", r"\b(?:what|which) (?:time|hour) (?:is|was|were|did|does|do|has|had|will|would|on|in the)\b"),
    ("time", r"\bwhen\b|\b(?:what|which) (?:year|day|date|month|time|hour)\b"),
    ("person", r"\bwho(?:m|se)?\b"),
    ("place", r"\bwhere\b|\b(?:what|which) (?:city|country|town|place|state|region)\b"),
    ("cause", r"\bwhy\b|\bwhat (?:caused|set off|led)\b"),
)
_NAME = re.compile(r"(?<![.!?“\"] )(?<!^)\b[A-Z][\w’'-]+(?: [A-Z][\w’'-]+)*")
_HOLDS = {
    "age": re.compile(r"\b\d{1,3}[- ]years?[- ]old\b|\baged? (?:of )?\d+|, \d{2},|\bborn\b|\bbirthday\b"),
    "number": re.compile(_NUMBER, re.IGNORECASE),
    "time": re.compile(
        rf"\b(?:1\d|20)\d\d\b|\b(?:{_MONTHS})\b|\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b|\bo'clock\b|"
        r"\b\d+ ?[ap]\.?m\b|\b(?:midnight|noon|today|yesterday|tomorrow|century|decade|spring|summer|autumn|winter|"
        r"years? (?:ago|later)|past \w+)\b"
    ),
    "hour": re.compile(
        rf"\bo['’]clock\b|\b\d{{1,2}}[.:]\d\d(?! (?:per cent|million))\b|\b\d{{1,2}} ?[ap]\.?m\b|\b(?:midnight|noon)\b|"
        rf"\b(?:past|to|at) (?:{_HOURS})\b(?! \w+s\b)",
        re.IGNORECASE,
    ),
    "person": _NAME,
    "place": _NAME,
    "cause": re.compile(
        r"\b(?:because|due to|owing to|caus(?:ed?|es)|blamed?|since|after|reason|so that|in order|led to|result(?:ed)?|"
        r"thanks to|stopped|failed|to avoid|to prevent|over|(?:was|were|been|is) (?:started|set off|sparked|triggered)|"
        r"began (?:in|with|when))\b",
        re.IGNORECASE,
    ),
}
_WORD = re.compile(r"\w+")


@lru_cache(64)
def kind_of(question: str) -> str | None:
    """Return ``age``, ``number``, ``hour``, ``time``, ``person``, ``place`` or ``cause``; None for other questions."""
    return next((kind for kind, pattern in _ASKS if re.search(pattern, question, re.IGNORECASE)), None)


def holds(kind: str | None, sentence: str, question: str) -> bool:
    """Say whether a sentence holds an expression of the kind asked for that is not in the question already.

    >>> holds("person", "The review will be led by Aurelia Stone.", "Who leads the review?")
    True
    >>> holds("age", "Captain Thorold said the harbour was full.", "How old is Captain Thorold?")
    False
    """
    if kind is None:
        return False
    asked = _words(question)
    return any(
        word.casefold() not in asked
        for found in _HOLDS[kind].finditer(sentence)
        for word in _WORD.findall(found.group(0))
    )


@lru_cache(64)
def _words(question: str) -> frozenset[str]:
    # Every sentence is compared with the one question.
    return frozenset(word.casefold() for word in _WORD.findall(question))
