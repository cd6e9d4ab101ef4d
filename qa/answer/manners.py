"""What a reader of news must be told beside a claim: whose report, of which day, and what it rests on."""

import re
from datetime import date, timedelta

from qa.answer.spoken import WEEKDAYS, plain_name, spoken_day
from qa.types import Citation

_WHO = (
    "(?:sources?|officials?|persons?|people|man|men|woman|women|employees?|aides?|diplomats?|executives?|insiders?|"
    "investors?|members?|witness(?:es)?|advis[eo]rs?|ministers?|officers?|staff|workers?|someone|those|lawyers?|bankers?)"
)
_THEIR = (
    "(?:the )?(?:government|administration|company|police|army|ministry|party|club|family|firm|bank|court|industry)"
)
_SAY = (
    "(?:said|says?|told|tells?|claim(?:s|ed)?|confirm(?:s|ed)?|added|insist(?:s|ed)?|indicated|suggest(?:s|ed)?|"
    "believed?|described?|warn(?:s|ed)?|reported|expect(?:s|ed)?)"
)
_UNNAMED = re.compile(
    rf"\b(?:(?:unnamed|anonymous|unidentified) {_WHO}|on (?:the )?condition of anonymity|"
    r"(?:spoke|speaking) anonymously|"
    r"(?:did|does|do) not (?:wish|want) to be (?:named|identified|quoted)|"
    r"(?:asked not|declined|refused|preferred not) to be (?:named|identified|quoted)|"
    r"(?:asked|begged) (?:\w+ )?not to (?:use|print|publish|give) (?:his|her|their) names?|"
    r"not (?:authori[sz]ed|allowed|permitted) to (?:speak|comment|talk|discuss)|"
    rf"{_WHO} (?:familiar with|with (?:direct |close )?knowledge of|briefed on|close to|with access to)|"
    rf"sources? (?:in|within|at|from) {_THEIR}|sources? {_SAY}|"
    r"according to (?:[a-z]+ ){0,2}(?:sources?|insiders?)|"
    rf"insiders? {_SAY})\b",
    re.IGNORECASE,
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
    r"(?<!Good )(?<!Black )(?<!Ash )(?<!Palm )(?<!Easter )(?<!Cyber )(?<!Bloody )(?<!Super )(?<!Shrove )"
    r"\b(?:(?P<which>last|next|every|each|this) )?"
    r"(?P<day>(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|today|yesterday|tomorrow|tonight)\b(?! [A-Z])"
)
"""A day, not a name with one in it: Good Friday, the Sunday Times."""
_TO_COME = re.compile(
    r"\b(?:will|would|shall|until|due|planned|scheduled|expected|hopes?|may|might|could|should|"
    r"(?:from|by|next) (?=\w+day\b))\b"
)
_TO_DO = re.compile(r"\bto (?!the\b|an?\b|his\b|her\b|its\b|their\b|[a-z]+day\b)[a-z]+\b")
"""Before a day, it is the day on which something is to be done: "agreed to meet on Friday"."""
_PAST = re.compile(
    r"\b(?:was|were|had|did|said|told|began|came|went|sank|rose|fell|won|lost|left|met|held|took|gave|found|made|saw|got|"
    r"ran|broke|struck|fought|flew|drove|spoke|wrote|sent|spent|built|caught|brought|bought|sold|paid|led|kept|felt|"
    r"stood|sat|heard|knew|grew|drew|threw|blew|froze|swore|chose|[a-z]{2,}ed)\b"
)
_PART = re.compile(r"[;:–—]|\b(?:that|who|which|and|but|while|when|where|because)\b")
_QUOTED = re.compile(r"[“\"][^”\"]*[”\"]")


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

    What news tell in the past happened on the weekday nearest before publication. "Last Monday" may mean two days; it
    and days to come stay as printed.

    >>> resolved_days("The ferry sank on Sunday.", "2024-04-01")
    [('Sunday', datetime.date(2024, 3, 31))]
    """
    try:
        day = date.fromisoformat((published_at or "")[:10])
    except ValueError:
        return []
    # Whoever is quoted in a report of another day said "tomorrow" on that day.
    spoken = _QUOTED.sub(" ", quote) if re.search(r"day\b", _QUOTED.sub(" ", quote)) else quote
    found: dict[str, date] = {}
    for part in _PART.split(spoken):
        for match in _DAY_WORD.finditer(part):
            if not match["which"] and (when := _resolve(match, day)):
                found[match["day"]] = when
    return list(found.items())


def _resolve(match: re.Match[str], published: date) -> date | None:
    word, part = match["day"].casefold(), match.string
    if word in {"today", "tonight"}:
        return published
    if word in {"yesterday", "tomorrow"}:
        return published + timedelta(days=1 if word == "tomorrow" else -1)
    if _TO_COME.search(part) or _TO_DO.search(part[: match.start()]) or not _PAST.search(part):
        return None  # a day to come, or nobody knows
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
            f"{plain_name(c.publisher or c.title or 'an article')}, {spoken_day(c.published_at) or 'undated'}"
            for c in citations
        ]
        parts.append("; ".join(dict.fromkeys(reports)))
    if any(unnamed(citation.quote) for citation in citations):
        parts.append("rests on unnamed sources")
    days = dict(pair for citation in citations for pair in resolved_days(citation.quote, citation.published_at))
    parts += [f"“{word}” was {spoken_day(when.isoformat())}" for word, when in days.items()]
    return " · ".join(parts) or None
