"""The amounts, counts, ages, times and dates that a sentence prints, as intervals that can be compared."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen "
    "eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_WORDS = {word: at for at, word in enumerate(_ONES)} | {word: 10 * at for at, word in enumerate(_TENS, 2)}
_SCALES = {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12} | {
    "k": 1e3, "m": 1e6, "mn": 1e6, "bn": 1e9, "tn": 1e12, "dozen": 12.0,
}  # fmt: skip
_VAGUE = {"dozens": 24, "scores": 40, "hundreds": 100, "thousands": 1e3, "millions": 1e6, "billions": 1e9}
_SPELT = rf"(?:{'|'.join((*_TENS, *sorted(_ONES, key=len, reverse=True)))})"
_NUMBER = re.compile(
    r"(?P<money>(?:US|A|C|NZ)?[$£€¥]\s?)?"
    r"(?:(?P<digits>(?<![\w.])\d{1,3}(?:,\d{3})+(?:\.\d+)?|(?<![\w.,])\d+(?:\.\d+)?)"
    rf"|(?P<words>\b{_SPELT}(?:[- ](?:and |hundred and )?(?:{_SPELT}|hundred))*\b|\b(?:an?|"
    rf"half an?) (?=(?:dozen|hundred|thousand|million|billion)\b)|\bhalf(?=[- ]?(?:a )?ton)))"
    r"(?P<half> and a half)?"
    r"(?:[- ]?(?P<scale>hundred|thousand|million|billion|trillion|dozen|bn|mn|tn|m(?=\b(?!\.?\w))|k)\b(?!-))?",
    re.IGNORECASE,
)
_LARGE = re.compile(
    r"\b(?P<low>dozens|scores|hundreds|thousands|millions|billions)\b(?: of (?P<more>thousands|"
    r"millions))?",
    re.I,
)
_LENGTHS = {
    r"mm|millimet(?:re|er)s?": 0.001, r"cm|centimet(?:re|er)s?": 0.01, r"kms?|kilomet(?:re|er)s?": 1000.0,
    r"m|met(?:re|er)s?": 1.0, r"feet|foot|ft": 0.3048, r"inch(?:es)?": 0.0254, r"miles?": 1609.34, r"yards?": 0.9144,
}  # fmt: skip
_MASSES = {
    r"kgs?|kilograms?|kilos?": 1.0,
    r"tonnes?|tons?": 1000.0,
    r"lbs?|pound(?=\b(?!s))|"
    r"pounds(?= of)": 0.4536,
}
_TIMES = {r"seconds?": 1.0, r"minutes?|mins?": 60.0, r"hours?|"
    r"hrs?": 3600.0, r"days?": 86400.0, r"weeks?": 604800.0,
          r"months?": 2629800.0, r"years?": 31557600.0}  # fmt: skip
_UNITS = tuple(
    (kind, re.compile(rf"[- ]?(?:{pattern})\b", re.IGNORECASE), factor)
    for kind, table in (("length", _LENGTHS), ("mass", _MASSES), ("duration", _TIMES))
    for pattern, factor in table.items()
)
_AGE = re.compile(r"[- ]years?[- ]olds?\b|[- ]?yo\b|-month-old\b", re.IGNORECASE)
_AGED = re.compile(r"\b(?:aged|age|age of|(?:wo)?man of|boy of|girl of|child of)\s$", re.IGNORECASE)
_PERCENT = re.compile(r"\s?(?:%|per ?cent\b|pc\b|percent\b)", re.IGNORECASE)
_POINTS = re.compile(r"\s?(?:percentage )?points?\b", re.IGNORECASE)
_CURRENCY = re.compile(
    r" (?:(?:US|Egyptian|Canadian|Australian) )?(dollars|euros?|pounds|crowns|yen|yuan|won|rupees|"
    r"rubles|roubles|francs)\b",
    re.I,
)
_SIGNS = {"$": "dollars", "£": "pounds", "€": "euros", "¥": "yen"}
_ABOUT = re.compile(
    r"\b(?:about|around|some|roughly|approximately|an estimated|estimated|circa|or so|close to)\s$", re.I
)
_ABOVE = re.compile(
    r"\b(?:at least|more[- ]than|over|above|upwards of|no fewer than|"
    r"as many as)\s(?:an?\s)?$",
    re.I,
)
_BELOW = re.compile(
    r"\b(?:nearly|almost|just under|under|fewer than|less than|up to|not quite|below)\s(?:an?\s)?$", re.I
)
MOST_CHARS = 60
"""A longer run of digits or number words is no quantity that news prints."""
_ONE_OF = re.compile("one", re.IGNORECASE)
_PART = re.compile(r" (?:of|another|day|more)\b")
_AGO = re.compile(r" (?:ago|later)\b")
_LOOSELY = (_ABOUT, _ABOVE, _BELOW)
_MORE = re.compile(r"\b(?:another|an additional|a further|an extra|\d[–-])\s?$", re.IGNORECASE)
"""In front of what is only a part of the whole, or the end of a range."""
_ABOUT_SHARE, _BOUND_SHARE = 0.1, 0.25
_MONTHS = "january february march april may june july august september october november december".split()
_MONTH = (
    r"(?:Jan(?:uary|\.)?|Feb(?:ruary|\.)?|March|Mar\.|April|Apr\.|May|June|July|Aug(?:ust|\.)?|"
    r"Sept?(?:ember|\.)?|Oct(?:ober|\.)?|Nov(?:ember|\.)?|Dec(?:ember|\.)?)"
)
_DATE = re.compile(
    rf"\b(?:(?P<d1>\d{{1,2}})(?:st|nd|rd|th)? (?P<m1>{_MONTH})|(?P<m2>{_MONTH}) (?P<d2>\d{{1,2}})(?:st|"
    rf"nd|rd|th)?)(?!\d)(?:,? (?P<y>(?:19|20)\d\d))?"
)
_FEASTS = {
    "Christmas Eve": 1224,
    "Christmas Day": 1225,
    "Boxing Day": 1226,
    "New Year’s Eve": 1231,
    "New Year’s Day": 101,
}
_FEAST = re.compile("|".join(_FEASTS))
_YEAR = re.compile(r"\b(1[5-9]\d\d|20\d\d)\b(?![ -]?(?:people|homes|\w*s\b))")
_CLOCK = re.compile(r"\b(\d{1,2})(?:[:.](\d\d))? ?([ap])\.?m\b", re.IGNORECASE)
_WEEKDAY = re.compile(r"\b(Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b")
_BARE_SUM = re.compile(
    r"[\d.,]+ ?(?:thousand|million|billion|mn|bn|m)(?:[.,;]| (?:from|to|in|on|for|and|of|a|by|i|"
    r"w).*)?",
    re.IGNORECASE,
)
_DATELINE = re.compile(r"[A-Z][A-Z .,'’-]+(?:, )?(?:\d{1,2} \w+|\w+ \d{1,2})? ?(?:\([^)]{2,30}\))? ?[-–—]+ ")
_SCORE = re.compile(r"(?<![\w.,-])(\d{1,3})[-–](\d{1,3})(?![\w,-])")


@dataclass(frozen=True, slots=True)
class Quantity:
    """What is printed at ``text[start:end]``: somewhere from ``low`` to ``high``, in the base unit of its kind.

    ``kind`` is ``count``, ``length`` (metres), ``mass`` (kilograms), ``duration`` (seconds), ``age`` (years),
    ``percent``, ``points``, ``score``, ``date`` (100 months + days), ``year``, ``weekday``, ``clock`` (minutes), or
    ``money`` with its currency.
    """

    kind: str
    low: float
    high: float
    start: int
    end: int
    loose: bool = False
    """Whether it says of itself that it is not exact."""


def quantities(text: str) -> list[Quantity]:
    """Return every quantity of a sentence, in order; conversions in brackets are left out."""
    dateline = _DATELINE.match(text)
    text = " " * dateline.end() + text[dateline.end() :] if dateline else text
    found = sorted(_dates(text), key=lambda one: one.start)
    for quantity in (*_numbers(text), *_large(text)):
        if not any(quantity.start < other.end and other.start < quantity.end for other in found):
            found.append(quantity)
    plain = _without_conversions(text, sorted(found, key=lambda one: one.start))
    return _with_currency(text, _with_ranges(text, plain))


def _with_ranges(text: str, found: list[Quantity]) -> list[Quantity]:
    """Take "5,000 to 30,000" and "between 5 and 20 minutes" for one quantity each."""
    kept: list[Quantity] = []
    for quantity in found:
        before = kept[-1] if kept else None
        between = text[before.end : quantity.start] if before else ""
        joined = between in {" to ", " or "} or (
            before is not None and between == " and " and text[: before.start].endswith("between ")
        )
        if before and joined and before.kind in {quantity.kind, "count"}:
            low = before.low if before.kind == quantity.kind else 0.0
            kept[-1] = replace(quantity, low=min(low, quantity.low), start=before.start, loose=True)
        else:
            kept.append(quantity)
    return kept


def _with_currency(text: str, found: list[Quantity]) -> list[Quantity]:
    """Take "2.3 million from ..." in a sentence that names a currency for money."""
    kind = next((one.kind for one in found if one.kind.startswith("money")), None)
    if kind is None:
        return found
    return [
        replace(one, kind=kind) if one.kind == "count" and _BARE_SUM.fullmatch(text[one.start : one.end + 6]) else one
        for one in found
    ]


def _without_conversions(text: str, found: list[Quantity]) -> list[Quantity]:
    kept: list[Quantity] = []
    for quantity in found:
        before = kept[-1] if kept else None
        opened = text[before.end : quantity.start] if before else ""
        if (
            before
            and before.kind.split(":")[0] == quantity.kind.split(":")[0]
            and re.fullmatch(r"\s*[(\[]\D{0,8}", opened)
        ):
            continue
        kept.append(quantity)
    return kept


def _dates(text: str) -> Iterator[Quantity]:
    for at in _DATE.finditer(text):
        month = next(n for n, name in enumerate(_MONTHS, 1) if name.startswith((at["m1"] or at["m2"])[:3].lower()))
        value = 100.0 * month + int(at["d1"] or at["d2"])
        yield Quantity("date", value, value, at.start(), at.end())
    for at in _FEAST.finditer(text.replace("'", "’")):
        yield Quantity("date", float(_FEASTS[at[0]]), float(_FEASTS[at[0]]), at.start(), at.end())
    for at in _CLOCK.finditer(text):
        minutes = 60.0 * (int(at[1]) % 12 + 12 * (at[3].lower() == "p")) + int(at[2] or 0)
        loose = bool(_ABOUT.search(text[: at.start()]))
        slack = 10 if loose else 0
        yield Quantity("clock", minutes - slack, minutes + slack, at.start(), at.end(), loose)
    for at in _WEEKDAY.finditer(text):
        value = float("MTWTFSS".find(at[1][0]) if at[1][:2] not in {"Th", "Su"} else {"Th": 3, "Su": 6}[at[1][:2]])
        yield Quantity("weekday", value, value, at.start(), at.end())
    for at in _YEAR.finditer(text):
        yield Quantity("year", float(at[1]), float(at[1]), at.start(1), at.end())
    for at in _SCORE.finditer(text):
        value = float(max(int(at[1]), int(at[2])) * 1000 + min(int(at[1]), int(at[2])))
        yield Quantity("score", value, value, at.start(), at.end())


def _large(text: str) -> Iterator[Quantity]:
    for at in _LARGE.finditer(text):
        low = _VAGUE[at["low"].lower()] * (_VAGUE[at["more"].lower()] if at["more"] else 1)
        yield Quantity("count", low, 20 * low, at.start(), at.end(), loose=True)


def _numbers(text: str) -> Iterator[Quantity]:
    for at in _NUMBER.finditer(text):
        if len(at[0]) > MOST_CHARS:
            continue
        value, step = _value(at)
        kind, factor, end = _kind(text, at)
        start = at.start()
        if kind is None or _MORE.search(text[max(0, start - 20) : start]):
            continue
        if re.match(r" (?:other|more|further|additional)\b", text[at.end() :]):
            continue
        low, high, loose = _bounds(
            text[max(0, start - 30) : start], value, step if kind != "count" or value >= 100 else 0
        )
        bound = next((found for how in _LOOSELY if (found := how.search(text[max(0, start - 30) : start]))), None)
        start -= len(bound[0]) if bound else 0
        yield Quantity(kind, low * factor, high * factor, start, end, loose)


def _value(at: re.Match[str]) -> tuple[float, float]:
    """Return the number printed and half of what its last printed digit is worth."""
    scale = _SCALES[at["scale"].lower()] if at["scale"] else 1.0
    if at["digits"]:
        plain = at["digits"].replace(",", "")
        value = float(plain)
        decimals = len(plain.partition(".")[2])
        zeros = len(plain) - len(plain.rstrip("0")) if not decimals and value >= 100 else 0
        step = 0.5 * 10.0 ** (zeros - decimals)
        step = min(step, _ABOUT_SHARE * value) if zeros else step  # "100" is not anything from 50 to 150
    else:
        value, step = _spelt(at["words"].lower()), 0.5
        if "half" in at["words"].lower():
            step = 0.01
    if at["half"]:
        value, step = value + 0.5, 0.25
    return value * scale, step * scale if scale != 12 else 0.0


def _spelt(words: str) -> float:
    total = 0.0
    for word in re.findall(r"[a-z]+", words):
        if word == "hundred":
            total = 100 * (total or 1)
        elif word in {"a", "an"}:
            total = total or 1.0
        elif word == "half":
            total = 0.5
        else:
            total += _WORDS.get(word, 0)
    return total


def _bounds(before: str, value: float, step: float) -> tuple[float, float, bool]:
    if _ABOUT.search(before):
        slack = max(step, _ABOUT_SHARE * value)
        return value - slack, value + slack, True
    if _ABOVE.search(before):
        return value, value * (1 + _BOUND_SHARE), True
    if _BELOW.search(before):
        return value * (1 - _ABOUT_SHARE), value, True
    return value - step, value + step, False


def _kind(text: str, at: re.Match[str]) -> tuple[str | None, float, int]:
    """Return the kind of a number, what turns it into the kind's base unit, and where it ends with its unit."""
    after = text[at.end() : at.end() + 40]
    if _ONE_OF.fullmatch(at[0]) and _PART.match(after):
        return None, 1.0, at.end()
    if at["money"]:
        return f"money:{_SIGNS[at['money'].strip()[-1]]}", 1.0, at.end()
    if _AGED.search(text[max(0, at.start() - 12) : at.start()]):
        return "age", 1.0, at.end()
    kind, factor, length = _unit(at, after) or _plain(at, after)
    return kind, factor, at.end() + length


def _unit(at: re.Match[str], after: str) -> tuple[str | None, float, int] | None:
    if found := _AGE.match(after):
        return "age", 1 / 12 if "month" in found[0] else 1.0, found.end()
    if found := _PERCENT.match(after):
        return ("points" if _POINTS.match(after[found.end() :]) else "percent"), 1.0, found.end()
    if found := re.match(r" percentage points?\b", after):
        return "points", 1.0, found.end()
    metres = bool(at["scale"]) and at["scale"].lower() == "m"
    for kind, pattern, factor in () if metres else _UNITS:
        if found := pattern.match(after):
            return (None if _AGO.match(after[found.end() :]) else kind), factor, found.end()
    return None


def _plain(at: re.Match[str], after: str) -> tuple[str | None, float, int]:
    if found := _CURRENCY.match(after):
        name = found[1].lower()
        return f"money:{'euros' if name == 'euro' else name}", 1.0, found.end()
    if at["digits"] and at["scale"] and at["scale"].lower() == "m":
        return "length", 1e-6, 0  # "80m-deep"
    if re.match(r"[-–]\w", after) and not re.match(r"-(?:strong|person|man|member|seat)", after):
        return None, 1.0, 0
    if at["digits"] and re.fullmatch(r"1[5-9]\d\d|20[0-4]\d", at["digits"]) and not re.match(r" [a-z]+s\b", after):
        return "year", 1.0, 0
    return "count", 1.0, 0
