"""Which way a number is meant: more than, less than; later, earlier."""

import re
from collections.abc import Iterator

_SPELT = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety half quarter third"
)
_NUMBER = re.compile(rf"(?<![\w.,])\d[\d,]*(?:\.\d+)?|\b(?:{'|'.join(_SPELT.split())})\b", re.IGNORECASE)
_VALUES = {word: str(at) for at, word in enumerate(_SPELT.split()[:20], 1)} | {
    word: str(10 * at) for at, word in enumerate(_SPELT.split()[19:27], 2)
}
_UP = r"(?:more|over|above|beyond|exceed(?:s|ed|ing)?|at least|upwards of|minimum|north of)"
_DOWN = r"(?:less|fewer|under|below|at most|up to|maximum|nearly|almost|short of|south of|within|inside)"
_ALONG = r"(?: (?:than|an?|the|of|some|just|about|around|slightly|little|bit|rate of|average of))*"
_BEFORE = re.compile(rf"\b(?P<no>no |not |n[’']t )?(?:(?P<up>{_UP})|(?P<down>{_DOWN})){_ALONG}[ $£€]*$", re.IGNORECASE)
_UNIT = r"(?:\W{0,2}(?:per cent|percent|%|[^\W\d_]+)){0,2}?"
_MORE = r"(?:more|higher|larger|bigger|longer|up|above|over|extra|additional|taller|heavier|better)"
_FEWER = r"(?:fewer|less|lower|smaller|shorter|down|below|under|short|worse|lighter)"
_AFTER = re.compile(rf"^{_UNIT} (?:(?P<up>{_MORE})|(?P<down>{_FEWER}))\b", re.IGNORECASE)
_LATER = re.compile(
    rf"^{_UNIT} (?:(?P<up>later|after(?:wards)?)|(?P<down>earlier|before|ago|previously))\b", re.IGNORECASE
)
_WHEN = re.compile(
    r"\b(?:(?P<up>after|later than|since|from)|(?P<down>before|earlier than|until|by|prior to)) $", re.IGNORECASE
)
_REACH = 40
"""Characters beside a number that are read."""


def differ(claim: str, text: str) -> bool:
    """Say whether a number that both have is meant the other way in each.

    >>> differ("She asked for more than three years.", "She asked for a sentence of under three years.")
    True
    >>> differ("It was four down on a year earlier.", "That was four fewer than in 2022.")
    False
    """
    said, there = set(_ways(claim)), set(_ways(text))
    return any((number, kind, not up) in there and (number, kind, up) not in there for number, kind, up in said)


def _ways(text: str) -> Iterator[tuple[str, str, bool]]:
    for match in _NUMBER.finditer(text):
        number = _VALUES.get(match.group(0).casefold(), match.group(0).casefold()).replace(",", "")
        before, after = text[max(0, match.start() - _REACH) : match.start()], text[match.end() : match.end() + _REACH]
        if found := _BEFORE.search(before):
            yield number, "size", bool(found["up"]) != bool(found["no"])
        elif found := _AFTER.match(after):
            yield number, "change", bool(found["up"])
        if found := _LATER.match(after):
            yield number, "time", bool(found["up"])
        if found := _WHEN.search(before):
            yield number, "when", bool(found["up"])
