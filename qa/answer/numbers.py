"""Numbers of a sentence with their units, written in digits or in words."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_UNITS = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen".split()
_UNITS += "seventeen eighteen nineteen".split()
_SMALL = {word: float(value) for value, word in enumerate(_UNITS)}
_SMALL |= {
    word: float(10 * tens)
    for tens, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)
}
_SCALES = {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12, "dozen": 12.0}
_FIXED = {"both": 2.0, "twice": 2.0, "thrice": 3.0, "pair": 2.0, "couple": 2.0, "fortnight": 2.0}
_SHORT_SCALES = {"k": 1e3, "m": 1e6, "mn": 1e6, "bn": 1e9, "b": 1e9, "tn": 1e12}
_FRACTIONS = {"half": 0.5, "third": 1 / 3, "quarter": 0.25, "fifth": 0.2, "tenth": 0.1}
_AFTER_FRACTION = set("of were was are is had have has went go came come more less fewer".split())
_ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split()
_UNIT_NAMES = {
    name: unit
    for unit, names in {
        "percent": "% percent pct percentage",
        "dollar": "$ dollar dollars usd",
        "pound": "£ pound pounds gbp lb lbs",
        "euro": "€ euro euros eur",
        "crown": "crown crowns kr",
        "yen": "¥ yen",
        "rupee": "rupee rupees",
        "penny": "penny pence cent cents",
        "kilometre": "km kilometre kilometres kilometer kilometers",
        "metre": "metre metres meter meters",
        "centimetre": "cm centimetre centimetres centimeter centimeters",
        "mile": "mile miles",
        "foot": "foot feet ft",
        "tonne": "tonne tonnes ton tons",
        "kilogram": "kg kilogram kilograms kilo kilos",
        "litre": "litre litres liter liters",
        "barrel": "barrel barrels",
        "hectare": "hectare hectares",
        "acre": "acre acres",
        "degree": "degree degrees °",
        "minute": "minute minutes",
        "hour": "hour hours",
        "day": "day days",
        "week": "week weeks",
        "month": "month months",
        "year": "year years",
        "decade": "decade decades",
    }.items()
    for name in names.split()
}
_HOURS = {"minute": 1 / 60, "hour": 1.0, "day": 24.0, "week": 168.0}
_TOKEN = re.compile(
    r"(?P<number>(?<![\w.,])\d+(?:,\d{3})*(?:\.\d+)?)(?!\d)(?P<suffix>st|nd|rd|th|bn|mn|tn|[kmbs])?(?![^\W\d_])"
    r"|(?P<glued>(?<![\w.,])\d+(?:,\d{3})*(?:\.\d+)?)(?P<unit>km|kg|cm|ft|am|pm)\b"
    r"|(?P<sign>[%$£€¥°])|(?P<word>[^\W\d_]+(?:['’][^\W\d_]+)?)|(?P<alone>\d+(?:\.\d+)?)"
)
_NO_NUMBER_BEFORE = {"no", "each", "this", "that", "the", "another", "any", "every", "which"}
"""Before "one": then it is a pronoun."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its unit, where one is known; ``rank`` says that it is an ordinal."""

    value: float
    unit: str | None = None
    rank: bool = False
    head: str = ""
    """The word behind a rank: "quarter" of "second quarter"."""
    vague: bool = False
    """Whether it is only the "a" of "a year"."""

    def same(self, other: "Quantity") -> bool:
        """Say whether the two say the same, as far as both tell; a half is 50 per cent."""
        if self.rank != other.rank:
            rank, count = (self, other) if self.rank else (other, self)  # the 23rd minute, after 23 minutes
            return rank.value == count.value and _UNIT_NAMES.get(rank.head, "") == count.unit
        if self.unit in _HOURS and other.unit in _HOURS and self.unit != other.unit:
            return _close(self.value * _HOURS[self.unit], other.value * _HOURS[other.unit])
        if _close(self.value, other.value):
            return not (self.unit and other.unit and self.unit != other.unit)
        return "percent" in (self.unit, other.unit) and _close(*sorted((self._share, other._share)))

    @property
    def _share(self) -> float:
        return self.value / 100 if self.unit == "percent" else self.value


def quantities(text: str) -> list[Quantity]:
    """Return the numbers of a text in order.

    >>> [(q.value, q.unit) for q in quantities("1.2 million tonnes, or twenty-three per cent, for $4m")]
    [(1200000.0, 'tonne'), (23.0, 'percent'), (4000000.0, 'dollar')]
    """
    tokens = [match.groupdict() | {"text": match.group(0)} for match in _TOKEN.finditer(text)]
    return list(_read(tokens))


def missing(claimed: Sequence[Quantity], found: Sequence[Quantity]) -> list[Quantity]:
    """Return what is claimed and not found; "first" and "second" only where another rank of the same thing is found.

    A claim's "a year" needs no year in the source: "a year earlier" is 2022.
    """
    heads = {quantity.head for quantity in found if quantity.rank}
    return [
        quantity
        for quantity in claimed
        if not quantity.vague
        and not any(quantity.same(other) for other in found)
        and (not quantity.rank or quantity.value > 2 or quantity.head in heads)
    ]


def _close(one: float, other: float) -> bool:
    return abs(one - other) <= 1e-6 * max(abs(one), abs(other))


def _read(tokens: Sequence[dict[str, str | None]]) -> Iterator[Quantity]:
    at = 0
    while at < len(tokens):
        value, rank, after = _number(tokens, at)
        if value is None:
            at = after
            continue
        vague = _plain(tokens, at) in {"a", "an"} and value == 1
        unit, head = (None, _plain(tokens, after)) if rank else (_unit(tokens, at, after), "")
        yield Quantity(value, unit, rank, head, vague)
        at = after


def _number(tokens: Sequence[dict[str, str | None]], at: int) -> tuple[float | None, bool, int]:
    """Read one number; return its value, whether it is a rank, and where the text goes on."""
    token = tokens[at]
    digits = token["number"] or token["glued"] or token["alone"]
    if digits:
        value, suffix = float(digits.replace(",", "")), token["suffix"] or ""
        if suffix in {"st", "nd", "rd", "th"}:
            return value, True, at + 1
        return _scaled(value * _SHORT_SCALES.get(suffix, 1.0), tokens, at + 1)
    return _words(tokens, at)


def _scaled(value: float, tokens: Sequence[dict[str, str | None]], at: int) -> tuple[float, bool, int]:
    while at < len(tokens) and _plain(tokens, at) in _SCALES:
        value, at = value * _SCALES[_plain(tokens, at)], at + 1
    return value, False, at


def _words(tokens: Sequence[dict[str, str | None]], at: int) -> tuple[float | None, bool, int]:
    word, before = _plain(tokens, at), _plain(tokens, at - 1)
    fraction = _fraction(tokens, at)
    if fraction is not None:
        return fraction
    if word in _ORDINALS and not (word == "second" and _plain(tokens, at + 1) in {"", "later"}):
        return float(_ORDINALS.index(word) + 1), True, at + 1
    if word in _FIXED:
        return _FIXED[word], False, at + 1
    if word in {"a", "an"} and _plain(tokens, at + 1) in _UNIT_NAMES and before not in {"half", "per"}:
        return 1.0, False, at + 1
    if word in _SCALES and before in {"a", "several"}:
        return _scaled(1.0, tokens, at)
    if word not in _SMALL or _pronoun(tokens, at):
        return None, False, at + 1
    return _compound(tokens, at)


def _compound(tokens: Sequence[dict[str, str | None]], at: int) -> tuple[float | None, bool, int]:
    """Read "two hundred and forty" from its first word on."""
    total, part, went_on = 0.0, _SMALL[_plain(tokens, at)], at + 1
    while went_on < len(tokens):
        word = _plain(tokens, went_on)
        if word == "and" and part >= 100 and _plain(tokens, went_on + 1) in _SMALL:
            went_on += 1
        elif word in _SMALL and (part % 100 == 0 or (20 <= part % 100 and part % 10 == 0 and _SMALL[word] < 10)):
            part, went_on = part + _SMALL[word], went_on + 1
        elif word in _SCALES:
            part, went_on = part * _SCALES[word], went_on + 1
            if _SCALES[word] >= 1000:
                total, part = total + part, 0.0
        else:
            break
    return total + part, False, went_on


def _fraction(tokens: Sequence[dict[str, str | None]], at: int) -> tuple[float | None, bool, int] | None:
    word, before = _plain(tokens, at), _plain(tokens, at - 1)
    name = word.removesuffix("s") if word != "half" else word
    if word == "half" and before not in {"first", "second", "last", "other"} and _plain(tokens, at + 1) != "time":
        return _half(tokens, at)
    count = _SMALL.get(word, 1.0 if word == "a" else 0.0)
    skip = 1 if _plain(tokens, at + 2) == "in" else 0  # one in seven, one pupil in seven
    if count and _plain(tokens, at + 1 + skip) == "in" and _SMALL.get(_plain(tokens, at + 2 + skip), 0.0) > count:
        return count / _SMALL[_plain(tokens, at + 2 + skip)], False, at + 3 + skip
    name = _plain(tokens, at + 1).removesuffix("s")
    if count and name in _FRACTIONS and (_plain(tokens, at + 2) in _AFTER_FRACTION or count > 1):
        return count * _FRACTIONS[name], False, at + 2
    return None


def _half(tokens: Sequence[dict[str, str | None]], at: int) -> tuple[float | None, bool, int]:
    skip = 1 if _plain(tokens, at + 1) in {"a", "an"} else 0
    value, _, after = _scaled(0.5, tokens, at + 1 + skip)
    return value, False, after


def _pronoun(tokens: Sequence[dict[str, str | None]], at: int) -> bool:
    if _plain(tokens, at) != "one":
        return False
    after = _plain(tokens, at + 1)
    if (
        after == "of"
        and _plain(tokens, at + 2) in {"the", "its", "her", "his", "their"}
        and _plain(tokens, at + 3) in _SMALL
    ):
        return False  # one of her two ships
    return after not in _UNIT_NAMES and after not in _SCALES


def _unit(tokens: Sequence[dict[str, str | None]], at: int, after: int) -> str | None:
    before = (tokens[at - 1]["sign"] if at else None) or ""
    if before in _UNIT_NAMES and before not in {"%", "°"}:
        return _UNIT_NAMES[before]
    glued = tokens[at]["unit"] or ""
    if glued in _UNIT_NAMES:
        return _UNIT_NAMES[glued]
    if _plain(tokens, after) == "per" and _plain(tokens, after + 1) == "cent":
        return "percent"
    following = tokens[after]["text"] if after < len(tokens) else ""
    return _UNIT_NAMES.get((following or "").casefold())


def _plain(tokens: Sequence[dict[str, str | None]], at: int) -> str:
    return (tokens[at]["word"] or "").casefold() if 0 <= at < len(tokens) else ""
