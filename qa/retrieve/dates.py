"""Days, months, quarters, seasons, years and ranges of them that a question or a passage speaks of.

Only what is written counts: a month without a year is taken with the year of publication, a bare "Tuesday" is not read.
What is counted from the day of asking ("last week") is read in ``relative``.
"""

import re
from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from qa.types import Span

MONTHS = {
    name: number
    for number, names in enumerate(
        "january jan|february feb|march mar|april apr|may|june jun|july jul|august aug|september sept sep|october oct|"
        "november nov|december dec".split("|"),
        1,
    )
    for name in names.split()
}
_NAMES = "|".join(sorted(MONTHS, key=len, reverse=True))
_MONTH = rf"(?P<month>{_NAMES})\b\.?"
_YEAR = r"(?P<year>(?:19|20)\d\d)\b"
_MONTH_OF = rf"(?:{_MONTH},? (?:of )?)?"
_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b(?P<end>first|last|final) (?:(?P<count>two|three|four|six|[2-9]) )?months of {_YEAR}",
        rf"\b(?P<half>first|second) half of {_MONTH_OF}{_YEAR}",
        rf"\b(?P<part>beginning|start|middle|end) of {_MONTH_OF}{_YEAR}",
        rf"\b(?P<part>early|mid|late)(?: in |-| ){_MONTH_OF}{_YEAR}",
        rf"\b(?P<week>first|second|third|fourth|last) (?:week|days) of {_MONTH},? (?:of )?{_YEAR}",
        rf"\b(?P<start>{_NAMES}) (?:to|through|until|-|–) {_MONTH},? (?:of )?{_YEAR}",
        r"\b(?P<year>(?:19|20)\d\d)-(?P<number>0[1-9]|1[0-2])(?:-(?P<day>[0-3]\d))?\b",
        rf"\b(?P<day>[0-3]?\d)(?:st|nd|rd|th)?(?: of)? {_MONTH},?(?: {_YEAR})?",
        rf"\b{_MONTH} (?P<day>[0-3]?\d)(?:st|nd|rd|th)?\b(?:,? {_YEAR})?",
        rf"\b{_MONTH}(?:,? (?:of )?{_YEAR})?",
        r"\b(?P<quarter>first|second|third|fourth|last|final|1st|2nd|3rd|4th|q[1-4])(?: quarter)?"
        rf"(?:,? (?:of )?{_YEAR})?",
        rf"\b(?P<season>spring|summer|autumn|fall|winter)(?:,? (?:of )?{_YEAR})?",
        rf"\b{_YEAR}",
    )
)
_COUNTS = {"two": 2, "three": 3, "four": 4, "six": 6}
_SOME_MONTHS = 4
"""Months of "the last months of 2023"."""
_THIRDS = {"beginning": 0, "start": 0, "early": 0, "mid": 1, "middle": 1, "late": 2, "end": 2}
_WEEKS = {"first": 1, "second": 8, "third": 15, "fourth": 22}
_QUARTERS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": 4, "final": 4}
SEASONS = {"spring": (3, 5), "summer": (6, 8), "autumn": (9, 11), "fall": (9, 11), "winter": (12, 14)}
AFTERWARDS = timedelta(days=31)
"""News of a month or year may still be printed this long after it."""
SOON_AFTERWARDS = timedelta(days=3)
"""News of "last week" or "yesterday" may."""
OPEN_START, OPEN_END = date(1000, 1, 1), date(9000, 1, 1)
"""Ends of what is only said to be before or after a day."""
_BETWEEN = re.compile(r"\b(?:between|from)(?: the)? $", re.IGNORECASE)
_AND = re.compile(r" (?:and|to|until|till|through)(?: the)? |\s?[-–]\s?")
_COMPARES = re.compile(
    r"\b(?:rise|rose|fall|fell|grow|grew|shrink|shrank|drop|dropped|chang(?:e|ed)|increas(?:e|ed)|decreas(?:e|ed)|"
    r"declin(?:e|ed)|differ(?:ed|ence)?|compar(?:e|ed|ison)|improv(?:e|ed)|more or (?:less|fewer)|up or down)\b",
    re.IGNORECASE,
)
"""Words of a question that sets two times beside each other, and does not mean the time between them."""
_SINCE = re.compile(r"\b(?P<since>since|after)(?: the)? $|\b(?:before|until)(?: the)? $", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Period:
    """A run of days, both ends included, with the kind of expression it was read from."""

    first: date
    last: date
    kind: str

    def overlaps(self, other: "Period") -> bool:
        """Say whether the two periods share a day."""
        return self.first <= other.last and other.first <= self.last


def periods(text: str, year: int | None = None) -> list[Period]:
    """Return the periods that a text names.

    Args:
        text: A question or a passage.
        year: The year taken for a month, quarter or season without one; without it such an expression is left out,
            unless another expression of the same text names exactly one year.

    >>> [(str(p.first), str(p.last)) for p in periods("cargo in April, May and June of 2023")]
    [('2023-04-01', '2023-04-30'), ('2023-05-01', '2023-05-31'), ('2023-06-01', '2023-06-30')]
    """
    return list(dict.fromkeys(_joined(text, _places(text, year))))


def _places(text: str, year: int | None) -> list[tuple[Span, Period]]:
    """Return every period with its place, in order."""
    named = {int(found) for found in re.findall(r"\b(?:19|20)\d\d\b", text)}
    fallback = named.pop() if len(named) == 1 else year
    return sorted(_read(text, fallback), key=lambda found: found[0].start)


def _joined(text: str, found: Sequence[tuple[Span, Period]]) -> Iterator[Period]:
    """Make one period of "between A and B" and of "since A"; what stands alone stays as it is."""
    at = 0
    while at < len(found):
        span, period = found[at]
        following = found[at + 1] if at + 1 < len(found) else None
        before = text[max(span.start - 16, 0) : span.start]
        if following and _BETWEEN.search(before) and _AND.fullmatch(text[span.end : following[0].start]):
            at += 1
            if period.first <= following[1].last and not _two_points(text, period, following[1]):
                yield Period(period.first, following[1].last, "range")
            else:
                yield from (period, following[1])
        elif (opened := _SINCE.search(before)) and opened["since"]:
            yield Period(period.last if period.kind == "day" else period.first, OPEN_END, "range")
        elif opened:
            yield Period(OPEN_START, max(period.first - timedelta(days=1), OPEN_START), "range")
        else:
            yield period
        at += 1


def _two_points(text: str, one: Period, other: Period) -> bool:
    """Say whether "between A and B" compares A with B: "did cargo rise between the first quarters of 2023 and 2024"."""
    return one.kind == other.kind != "day" and _COMPARES.search(text) is not None


def as_quarters(found: Sequence[Period]) -> list[Period]:
    """Return periods with a range that is exactly a calendar quarter taken for one: its figures are told after it."""
    quarters = (months_of(one.first.year, one.first.month, one.first.month + 2, "quarter")
                if one.first.month in (1, 4, 7, 10) else one for one in found)  # fmt: skip
    return [
        quarter if one.kind == "range" and (quarter.first, quarter.last) == (one.first, one.last) else one
        for one, quarter in zip(found, quarters, strict=True)
    ]


_AFTERWARDS = {"recent": SOON_AFTERWARDS, "range": timedelta(0)}
MENTIONED = 0.6
"""How well a passage fits a period that it only mentions; one printed then fits wholly."""


def timeliness(asked: Sequence[Period], text: str, published_day: str | None) -> float:
    """Say how well a passage fits a period that the question names: 1 printed then, 0.6 speaks of it, 0 neither."""
    printed = _day(published_day)
    if printed is not None and any(
        want.first <= printed <= want.last + _AFTERWARDS.get(want.kind, AFTERWARDS)
        for want in asked
        if want.kind != "quarter"
    ):
        return 1.0
    # A quarter's figures are told after it: what was printed before its end is about another one.
    open_to = [want for want in asked if want.kind != "quarter" or printed is None or printed >= want.last]
    told = _told(text, printed.year if printed else None)
    # "In 2023" in a passage is too wide to speak of a month in particular.
    told_of_it = any(want.overlaps(found) for want in open_to for found in told if _narrow_enough(found, want))
    if not told_of_it:
        return 0.0
    return 1.0 if any(want.kind == "quarter" for want in asked) else MENTIONED


@lru_cache(4096)
def _told(text: str, year: int | None) -> tuple[Period, ...]:
    # The same passages come up under every part of a question, and again with the next one.
    return tuple(period for _, period in _places(text, year))


def _narrow_enough(found: Period, want: Period) -> bool:
    if want.kind == "quarter" and found.kind in ("day", "season"):
        return False
    return (found.last - found.first) <= max(want.last - want.first, timedelta(days=31))


def _read(text: str, year: int | None) -> Iterator[tuple[Span, Period]]:
    taken: list[tuple[int, int]] = []
    for pattern in _PATTERNS:
        for match in pattern.finditer(text):
            if any(start < match.end() and match.start() < end for start, end in taken):
                continue
            period = _period(match, year)
            if period is not None:
                taken.append(match.span())
                yield Span(*match.span()), period


def _period(match: re.Match[str], fallback: int | None) -> Period | None:
    found = match.groupdict()
    year = int(found["year"]) if found.get("year") else fallback
    if year is None:
        return None
    if any(found.get(name) for name in ("end", "half", "part", "week")):
        return _part(found, year)
    if found.get("quarter"):
        return _quarter(match.group(0), found["quarter"].casefold(), year)
    if found.get("season"):
        first, last = SEASONS[found["season"].casefold()]
        return months_of(year, first, last, "season")
    if found.get("month") or found.get("number"):
        word = found.get("month") or ""
        if word in {"may", "march"} and not (found.get("year") or found.get("day") or found.get("start")):
            return None  # the verb, or a demonstration; the month has its capital
        month = MONTHS[word.casefold()] if word else int(found["number"])
        if found.get("start"):
            first = MONTHS[found["start"].casefold()]
            return months_of(year, first, month, "quarter") if first <= month else None
        return _day_period(year, month, found.get("day")) or months_of(year, month, month, "month")
    return Period(date(year, 1, 1), date(year, 12, 31), "year")


def _part(found: dict[str, str | None], year: int) -> Period:
    """Return a part of a year or a month: its first or last months, a half, an end or the middle, a week."""
    named = {name: (word or "").casefold() for name, word in found.items()}
    if named.get("end"):
        count = named["count"]
        months = _COUNTS.get(count) or int(count or _SOME_MONTHS)
        first = 1 if named["end"] == "first" else 13 - months
        return months_of(year, first, first + months - 1, "range")
    month = MONTHS.get(named["month"])
    if named.get("week"):
        last = months_of(year, month or 1, month or 1, "month").last
        start = date(year, month or 1, _WEEKS[named["week"]]) if named["week"] in _WEEKS else last - timedelta(days=6)
        return Period(start, start + timedelta(days=6), "recent")
    at, of = (int(named["half"] == "second"), 2) if named.get("half") else (_THIRDS[named["part"]], 3)
    if month is None:
        return months_of(year, 12 * at // of + 1, 12 * (at + 1) // of, "month")
    days = monthrange(year, month)[1]
    return Period(date(year, month, days * at // of + 1), date(year, month, days * (at + 1) // of), "recent")


def _quarter(whole: str, word: str, year: int) -> Period | None:
    if "quarter" not in whole.casefold() and not word.startswith("q"):
        return None
    number = _QUARTERS.get(word) or int(re.sub(r"\D", "", word))
    return months_of(year, 3 * number - 2, 3 * number, "quarter")


def months_of(year: int, first: int, last: int, kind: str) -> Period:
    """Return a run of whole months; a number over 12 is of the next year."""
    end_year, end_month = year + (last - 1) // 12, (last - 1) % 12 + 1
    return Period(date(year, first, 1), date(end_year, end_month, monthrange(end_year, end_month)[1]), kind)


def _day_period(year: int, month: int, day: str | None) -> Period | None:
    try:
        found = date(year, month, int(day or ""))
    except ValueError:
        return None
    return Period(found, found, "day")


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat((text or "")[:10])
    except ValueError:
        return None
