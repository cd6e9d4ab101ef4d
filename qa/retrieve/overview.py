"""Requests for an overview: "summarise the trial", "what happened this week?", "what is new?"."""

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta

from qa.retrieve.dates import MONTHS, periods
from qa.retrieve.relative import whole
from qa.retrieve.understand import FUNCTION_WORDS, split_words

_KIND = r"(?:summary|overview|digest|round-?up|recap|outline)"
_A = r"(?:(?:a|an|the|short|brief|quick|general) )*"
_SUMMARY = re.compile(
    r"^(?:(?:summari[sz]e|sum up|recap|outline|brief me on|bring me up to date (?:on|with|about)|catch me up on)|"
    rf"(?:give|write|show)(?: me| us)? {_A}{_KIND}(?: of| on| about| for)?|{_A}{_KIND} (?:of|on|about|for))"
    r"(?: (?P<rest>.+))?$",
    re.IGNORECASE,
)
_HAPPENED = re.compile(
    r"^what(?:'s| is| has| have| was)?(?: been)? (?:happened|happening|going on|reported)(?: (?P<rest>.+))?$",
    re.IGNORECASE,
)
_NEWS = re.compile(
    r"^(?:what(?:'s| is| was) (?:new|the (?:latest )?news)|(?:is there )?any news|"
    r"(?:the |today's )?(?:latest |main |top )?(?:news|headlines))"
    r"(?: (?P<rest>(?:in|on|about|from|with|at|of|for|this|last|today|yesterday|since)\b.*))?$",
    re.IGNORECASE,
)
_NEAR = re.compile(
    r"\b(?:(?:in|over|during|within|for|of|from) )?"
    r"(?:(?P<word>today|yesterday)|(?:the )?(?P<which>this|last|past|previous) (?P<unit>week|month|year))\b",
    re.IGNORECASE,
)
_MONTHS = "|".join(sorted(MONTHS, key=len, reverse=True))
_TIME = re.compile(
    rf"\b(?:(?:in|on|during|of|from|for|between|since) )?(?:(?:the )?(?:first|second|third|fourth|last) quarter of |"
    rf"(?:spring|summer|autumn|fall|winter)(?: of)? |early |late )?(?:\d{{1,2}}(?:st|nd|rd|th)? )?"
    rf"(?:(?:{_MONTHS})\b\.?(?: \d{{1,2}}(?:st|nd|rd|th)?\b)?,?(?: of)? ?)?(?:19|20)\d\d(?:-\d\d(?:-\d\d)?)?",
    re.IGNORECASE,
)
_JOINT = re.compile(r"^(?:(?:in|at|on|around|about|with|near|from|for|regarding) )+", re.IGNORECASE)
_PLACE = re.compile(rf"^(?:(?:{_NEAR.pattern}|{_TIME.pattern}) )?(?:at|in|around) ", re.IGNORECASE)
MOST_WORDS = 4
"""Content words of a topic after "what happened"; more is a question of its own."""


@dataclass(frozen=True, slots=True)
class Overview:
    """What an overview is asked of: a topic, a time, both, or simply the news."""

    topic: str = ""
    first: date | None = None
    last: date | None = None
    near: bool = False
    """Whether the time is counted from the day of asking."""


def overview(text: str, today: date) -> Overview | None:
    """Return what a text asks an overview of; None for any other question.

    Args:
        text: A clean question, courtesies removed.
        today: The day that "this week" is counted from.

    >>> overview("what happened in March 2024?", date(2024, 5, 15))
    Overview(topic='', first=datetime.date(2024, 3, 1), last=datetime.date(2024, 3, 31), near=False)
    """
    bare = text.replace("’", "'").strip(" ?.!")
    summary, news = _SUMMARY.match(bare), _NEWS.match(bare)
    match = summary or news or _HAPPENED.match(bare)
    if match is None:
        return None
    found = _read(match["rest"] or "", today)
    if summary:
        return found if found.topic or found.first else None
    if not match["rest"]:
        return None if re.search(r"happened|reported", bare, re.IGNORECASE) else found
    # "What happened to the ferry?" and "what happened with the two ports?" want their answer, not the news of a time.
    content = [word for word in split_words(found.topic) if word.casefold() not in FUNCTION_WORDS]
    if len(content) > MOST_WORDS or (found.topic and not news and not _PLACE.match(match["rest"])):
        return None
    return found if news or found.first else None


def _read(rest: str, today: date) -> Overview:
    near = _NEAR.search(rest)
    if near:
        first, last = _near(near, today)
        return Overview(_topic(rest[: near.start()] + rest[near.end() :]), first, last, near=True)
    named = periods(rest)
    if not named:
        return Overview(_topic(rest))
    window = Overview("", min(period.first for period in named), max(period.last for period in named))
    return replace(window, topic=_topic(re.sub(r"\b(?:and|to|until)\b\s*$", "", _TIME.sub(" ", rest).strip())))


def _near(match: re.Match[str], today: date) -> tuple[date, date]:
    if match["word"]:
        day = today - timedelta(days=match["word"].casefold() == "yesterday")
        return day, day
    return whole(match["which"].casefold(), match["unit"].casefold(), today)


def _topic(text: str) -> str:
    """Return what is left beside the time, without what only joins it; empty if that says nothing."""
    bare = _JOINT.sub("", " ".join(text.split()).strip(" ,"))
    says = {"news", "happened", "events", "main", "archive", "everything", "all", "world", "latest"}
    content = [word for word in split_words(bare) if word.casefold() not in FUNCTION_WORDS | says]
    return bare if any(word.isalpha() for word in content) else ""
