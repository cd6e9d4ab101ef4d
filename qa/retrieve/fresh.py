"""Questions that ask for the present state of a matter, and what is new preferred for them.

"The latest count", "who leads it now?", "how many so far?": among the passages that fit about as well as the best one,
a newer one is worth more. What fits much better still comes first, and nothing is hidden.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

from qa.index.holdings import Holdings
from qa.index.keyword import KeywordIndex
from qa.retrieve.readings import Ranked, in_place
from qa.retrieve.understand import Question, understand
from qa.types import Filters

FRESH_WEIGHT = 1.25
"""What being the newest of the fitting passages is worth over being the oldest."""
SAME_MATTER = 0.5
"""Cosine to the best passage from which another one is taken to speak of the same matter."""
FITS = 1.0
"""A passage fits if its score is within this of the best one's; beyond it, newness is not looked at."""
_NOW = re.compile(
    r"\b(?:latest|newest|most recent(?:ly)?|now|nowadays|these days|today|currently|so far|at present|at the moment|"
    r"to date|as of now|right now|up to now|as (?:things|it) stands?|in the end|the last time|"
    r"(?<=what )(?:has become|became) of|(?<=when )(?:did|was|were) (?=[^,;?]{1,80} last\b)|"
    r"(?<=how )did (?=[^,;?]{1,80} end(?:ed)?[?.! ]*$)|"
    r"(?:(?<=the )|(?<=its )|(?<=his )|(?<=her )|(?<=our )|(?<=your )|(?<=their )|(?<=['’]s ))"
    r"current(?! (?:in|off|of|at|is|was|and|that|which|from|to|near)\b)(?= \w))\b",
    re.IGNORECASE,
)
_PRESENT = re.compile(
    r"how much (?:is|are|does|do|costs?)\b|what (?:does|do) [^?]{1,80} cost\b|"
    r"what (?:is|are) (?:the|an?) (?:\w+ )?(?:price|cost|fare|fee|toll|charge|rent)s?\b|"
    r"who (?:(?:is|are) (?:the|[A-Z][\w’'-]*(?: [A-Z][\w’'-]*)*['’]s) (?!(?:man|woman|person|people|individual|one)\b)"
    r"[a-z]+(?: (?!\w+(?:ed|ing)\b)[a-z]+)?(?: (?:of|at|in)\b|\?)|"
    r"(?:leads|chairs|runs|heads|owns|manages|captains)\b)",
    re.IGNORECASE,
)
"""What a thing costs and who holds an office is asked of the present by the tense alone."""
_NOT_NOW = re.compile(r"\b(?:by now|just now|the latest \w+ (?:to|of)|at the latest)\b", re.IGNORECASE)


def day_of_asking(archive: Holdings) -> date:
    """Return the day that "last week" is counted from: today in UTC, or by setting the archive's newest article's."""
    newest = archive.coverage(Filters()).newest_published_at
    if archive.settings.relative_dates == "newest_article" and newest:
        return date.fromisoformat(newest[:10])
    return datetime.now(UTC).date()


def asks_for_now(question: Question) -> bool:
    """Say whether a question is about the present: it says or implies so, and names no other time and no publisher."""
    if question.periods or question.parts:
        return False
    return (_NOW.search(_NOT_NOW.sub(" ", question.text)) or _PRESENT.match(question.text)) is not None


def read_for_now(question: Question, keywords: KeywordIndex) -> Question:
    """Return a question about the present without the words that say so, marked; any other as it is.

    "Today" and "latest" say nothing of the matter, and old reports are full of them.
    """
    if not asks_for_now(question):
        return question
    bare = re.sub(r"\s+([?.!,])", r"\1", " ".join(_NOW.sub(" ", question.text).split()))
    known = understand(bare, keywords) if any(map(str.isalnum, bare)) else question
    return replace(known, for_now=True)


def prefer_new(question: Question, ranked: Sequence[Ranked]) -> list[Ranked]:
    """Return ranked chunks, for a question about the present with the newer of those that fit in front.

    A passage without a date is worth what the oldest one is: nobody knows.
    """
    fitting = _fitting(ranked) if question.for_now else []
    days = sorted({day for found in fitting if (day := day_of(found.stored.chunk.published_at))})
    if len(days) < 2:
        return list(ranked)
    span = (days[-1] - days[0]).days
    kept = {found.stored.id for found in fitting}
    fresher = [_worth_more(found, days[0], span) if found.stored.id in kept else found for found in ranked]
    return in_place(sorted(fresher, key=lambda found: -found.strength))


def newest_on_the_matter(ranked: Sequence[Ranked]) -> date | None:
    """Return the day of the newest article among the passages that fit and speak of what the best one speaks of."""
    fitting = _fitting(ranked)
    best = max(fitting, key=lambda found: found.strength, default=None)
    if best is None:
        return None
    alike = [found for found in fitting if float(found.stored.vector @ best.stored.vector) >= SAME_MATTER]
    return max((day for found in alike if (day := day_of(found.stored.chunk.published_at))), default=None)


def _fitting(ranked: Sequence[Ranked]) -> list[Ranked]:
    best = max((found.strength for found in ranked), default=0.0)
    return [found for found in ranked if found.strength >= best - FITS]


def day_of(published_at: str | None) -> date | None:
    """Return the day of a publication date, as far as it is known."""
    try:
        return date.fromisoformat((published_at or "")[:10])
    except ValueError:
        return None


def _worth_more(found: Ranked, oldest: date, span: int) -> Ranked:
    day = day_of(found.stored.chunk.published_at)
    worth = FRESH_WEIGHT * (day - oldest).days / span if day else 0.0
    return replace(found, readings=tuple(replace(one, score=one.score + worth) for one in found.readings))
