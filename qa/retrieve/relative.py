"""Days and spans that a question names against a day of reference: "yesterday", "last week", "three months ago".

A bare "Tuesday" or "today" is not read: the one may be any, the other means "now" as often as a day. Neither is "last
quarter", which a question about a company's figures takes from the article it has in mind.
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta

from qa.retrieve.dates import MONTHS, SEASONS, Period, months_of

_NUMBERS = {
    word: number
    for number, words in enumerate("one a an|two couple|three few|four|five|six|seven|eight|nine|ten".split("|"), 1)
    for word in words.split()
}
_COUNT = rf"(?P<count>\d{{1,3}}|{'|'.join(_NUMBERS)})(?: of)?"
_UNIT = r"(?P<unit>day|week|fortnight|month|year)s?"
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_NAMED = "|".join(sorted({*MONTHS, *SEASONS}, key=len, reverse=True))
_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\bthe (?P<before>day before) yesterday\b",
        r"\b(?P<yesterday>yesterday)\b",
        rf"\b(?:last|past|previous) {_COUNT} (?P<span>day|week|month|year)s?\b",
        rf"\b{_COUNT} {_UNIT} ago\b",
        r"\b(?:over|in|during|within|for) the (?:last|past) (?P<back>week|month|year)\b",
        r"\b(?P<which>last|past|this|current) (?P<whole>week|weekend|month|year)\b(?!['’]s\b)",
        rf"\blast (?P<weekday>{'|'.join(_WEEKDAYS)})\b",
        rf"\blast (?P<named>{_NAMED})\b(?! (?:of )?(?:19|20)\d\d)",
    )
)
_DAYS = {"day": 1, "week": 7, "fortnight": 14}


def relative_periods(text: str, today: date) -> list[Period]:
    """Return the periods that a question names against the day that it is asked on.

    >>> [(str(p.first), str(p.last)) for p in relative_periods("What sank last week?", date(2024, 5, 15))]
    [('2024-05-06', '2024-05-12')]
    """
    return list(dict.fromkeys(_read(text, today)))


def _read(text: str, today: date) -> Iterator[Period]:
    taken: list[tuple[int, int]] = []
    for pattern in _PATTERNS:
        for match in pattern.finditer(text):
            if not any(start < match.end() and match.start() < end for start, end in taken):
                taken.append(match.span())
                yield from _period({name: word.casefold() for name, word in match.groupdict().items() if word}, today)


def _period(found: dict[str, str], today: date) -> Iterator[Period]:
    try:
        first, last = _days(found, today)
    except (OverflowError, ValueError):  # "999 years ago": before the calendar begins
        return
    yield Period(first, last, "recent" if (last - first).days < _DAYS["fortnight"] else "month")


def _days(found: dict[str, str], today: date) -> tuple[date, date]:
    """Return the first and the last day of what a match names."""
    if "before" in found or "yesterday" in found:
        day = today - timedelta(days=2 if "before" in found else 1)
        return day, day
    if "span" in found:
        return _back(today, _number(found["count"]), found["span"]), today
    if "unit" in found:
        return _around(_back(today, _number(found["count"]), found["unit"]), found["unit"])
    if "back" in found:
        return _back(today, 1, found["back"]), today
    if "weekday" in found:
        day = today - timedelta(days=(today.weekday() - _WEEKDAYS.index(found["weekday"]) - 1) % 7 + 1)
        return day, day
    if "named" in found:
        return _last_named(found["named"], today)
    return whole(found["which"], found["whole"], today)


def _number(word: str) -> int:
    return int(word) if word.isdigit() else _NUMBERS[word]


def _back(today: date, count: int, unit: str) -> date:
    """Go some days, weeks, months or years back."""
    if unit in _DAYS:
        return today - timedelta(days=count * _DAYS[unit])
    months = today.year * 12 + today.month - 1 - count * (12 if unit == "year" else 1)
    first = date(months // 12, months % 12 + 1, 1)
    return min(first + timedelta(days=today.day - 1), months_of(first.year, first.month, first.month, "month").last)


def _around(day: date, unit: str) -> tuple[date, date]:
    """Return what "three weeks ago" and the like may mean: nobody counts the days."""
    slack = timedelta(days={"day": 0, "week": 3, "fortnight": 5, "month": 15, "year": 183}[unit])
    return day - slack, day + slack


def whole(which: str, unit: str, today: date) -> tuple[date, date]:
    """Return this or the last week (from Monday), weekend, month or year, from its first day to its last."""
    past = which in {"last", "past", "previous"}
    if unit in {"week", "weekend"}:
        monday = today - timedelta(days=today.weekday() + (7 if past else 0))
        saturday = monday + timedelta(days=5)
        return (saturday if unit == "weekend" else monday), saturday + timedelta(days=1)
    if unit == "month":
        start = _back(today.replace(day=1), 1 if past else 0, "month")
        return start, months_of(start.year, start.month, start.month, "month").last
    year = today.year - past
    return date(year, 1, 1), date(year, 12, 31)


def _last_named(word: str, today: date) -> tuple[date, date]:
    """Return the last month or season of a name that is over."""
    first, last = SEASONS.get(word) or (MONTHS[word], MONTHS[word])
    for year in (today.year, today.year - 1, today.year - 2):
        period = months_of(year, first, last, "month")
        if period.last < today:
            return period.first, period.last
    raise ValueError(word)
