"""What a reader of news must be told beside a claim: whose report, of which day, and what it rests on."""

import re
from datetime import date, timedelta

from qa.answer.names import WEEKDAYS
from qa.answer.quotes import one_line, spoken_day
from qa.types import Citation

_UNNAMED = re.compile(
    r"\b(?:(?:unnamed|anonymous|unidentified) \w+|on condition of anonymity|"
    r"(?:did|does|do) not (?:wish|want) to be (?:named|identified)|"
    r"(?:asked|declined|refused) (?:not )?to be (?:named|identified)|"
    r"(?:people|persons?|officials?|someone|those) familiar with|"
    r"(?:[a-z]+ )?sources? (?:said|say|says|told|close to|familiar|in the|within|claim(?:s|ed)?)|"
    r"according to (?:[a-z]+ ){0,2}(?:sources?|insiders?)|insiders? (?:said|say|told))\b"
)
_HEDGE = re.compile(
    r"\b(?:may|might|could|perhaps|possibly|probably|reportedly|allegedly|apparently|alleged|suspected|believed|thought|"
    r"rumou?red|supposedly|seems?|seemed|appears?|appeared|likely|unconfirmed|suggests?|suggested|expects?|expected|"
    r"claims?|claimed|hopes?|hoped|plans?|planned|would|should|as if|possible|estimated?)\b",
    re.IGNORECASE,
)
_FIRM_HEDGE = re.compile(
    r"\b(?:may(?! \d)|might|perhaps|possibly|reportedly|allegedly|apparently|alleged|suspected|rumou?red|supposedly|"
    r"unconfirmed|"
    r"is (?:believed|thought|said) to|are (?:believed|thought|said) to)\b"
)
_ATTRIBUTED = re.compile(
    r"\b(?:said|says|say|told|according to|reported|claimed|argued|added|explained|announced|stated|put)\b"
)
_DAY_WORD = re.compile(
    r"\b(?:(last|next) )?((?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|today|yesterday|tomorrow|tonight)\b"
)


def hedge_lost(claim: str, quotes: str) -> bool:
    """Say whether a claim states as sure what its sources only call possible.

    >>> hedge_lost("The fire was arson.", "The fire may have been arson.")
    True
    """
    return bool(_FIRM_HEDGE.search(quotes)) and not (_HEDGE.search(claim) or _ATTRIBUTED.search(claim))


def unnamed(text: str) -> bool:
    """Say whether a sentence rests on people who are not named."""
    return bool(_UNNAMED.search(text))


def resolved_days(quote: str, published_at: str | None) -> list[tuple[str, date]]:
    """Return the day words of a quote with the day that each was, counted from a known day of publication.

    News speak of the weekday nearest before publication unless they say "next"; "last Monday" may mean two days and
    stays as printed.

    >>> resolved_days("The ferry sank on Sunday.", "2024-04-01")
    [('Sunday', datetime.date(2024, 3, 31))]
    """
    try:
        day = date.fromisoformat((published_at or "")[:10])
    except ValueError:
        return []
    found = {}
    for which, word in _DAY_WORD.findall(quote):
        if not which and (when := _resolve(word.casefold(), quote, day)):
            found[word] = when
    return list(found.items())


def _resolve(word: str, quote: str, published: date) -> date | None:
    if word in {"today", "tonight"}:
        return published
    if word in {"yesterday", "tomorrow"}:
        return published + timedelta(days=1 if word == "tomorrow" else -1)
    if re.search(rf"\b(?:will|until|from|by|next|every|each)\b[^.]*\b{word}\b|\b{word}s\b", quote, re.IGNORECASE):
        return None  # a day to come, or many
    return published - timedelta(days=(published.weekday() - WEEKDAYS[word]) % 7)


def note(citations: list[Citation], *, framed: bool = False) -> str | None:
    """Return what is to be told beside a claim that rests on these citations.

    Args:
        citations: Those of the claim.
        framed: Whether publisher and date stand in the claim itself.
    """
    parts: list[str] = []
    if not framed:
        reports = [
            f"{one_line(c.publisher or c.title or 'an article')}, {spoken_day(c.published_at) or 'undated'}"
            for c in citations
        ]
        parts.append("; ".join(dict.fromkeys(reports)))
    if any(unnamed(citation.quote) for citation in citations):
        parts.append("rests on unnamed sources")
    days = dict(pair for citation in citations for pair in resolved_days(citation.quote, citation.published_at))
    parts += [f"“{word}” was {spoken_day(when.isoformat())}" for word, when in days.items()]
    return " · ".join(parts) or None
