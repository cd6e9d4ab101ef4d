"""Dates and names as people write them in a sentence."""

import re
from datetime import date, timedelta

WEEKDAYS = {f"{day}day": at for at, day in enumerate("mon tues wednes thurs fri satur sun".split())}
_SPACE = re.compile(r"\s+")


def spoken_day(published_at: str | None) -> str | None:
    """Return a publication date as people write it, in the article's own offset.

    >>> spoken_day("2018-03-12T23:30:00+05:00")
    '12 March 2018'
    """
    try:
        day = date.fromisoformat((published_at or "")[:10])
    except ValueError:
        return None
    return f"{day.day} {day:%B %Y}"


def spoken_period(first: date, last: date) -> str:
    """Return a run of days as people say it.

    >>> spoken_period(date(2024, 2, 1), date(2024, 2, 29))
    'February 2024'
    >>> spoken_period(date(2024, 2, 5), date(2024, 2, 11))
    '5 February 2024 to 11 February 2024'
    """
    after = last + timedelta(days=1)
    if (first.month, first.day, after.month, after.day) == (1, 1, 1, 1) and after.year == first.year + 1:
        return str(first.year)
    if first.day == after.day == 1 and (after.year * 12 + after.month) - (first.year * 12 + first.month) == 1:
        return f"{first:%B %Y}"
    days = [spoken_day(day.isoformat()) or "" for day in (first, last)]
    return days[0] if first == last else " to ".join(days)


def one_line(text: str) -> str:
    """Fold white space and cut what is too long for a sentence."""
    folded = _SPACE.sub(" ", text).strip()
    return folded if len(folded) <= 120 else folded[:119] + "…"


def plain_name(name: str) -> str:
    r"""Return a title or publisher as it stands in a sentence: on one line, and inert.

    >>> plain_name("Gazette ![x](//evil)\n<b>")
    'Gazette ! [x] (//evil) ‹b>'
    """
    return _inert(one_line(name))


def aside(note: str | None) -> str:
    """Return what is told beside a claim in brackets, on one line and inert; nothing where nothing is told.

    >>> aside("rests on unnamed sources · “Sunday” was 31 March 2024")
    '(rests on unnamed sources · “Sunday” was 31 March 2024)'
    """
    folded = _SPACE.sub(" ", note or "").strip()
    return f"({_inert(folded)})" if folded else ""


def _inert(text: str) -> str:
    """Break what a client that shows Markdown would make a link, an image or a tag of."""
    return text.replace("](", "] (").replace("![", "! [").replace("<", "‹")
