"""Reports that differ on what was asked: two numbers, dates or outcomes for one matter, found by rules alone.

Few false alarms matter most: the question must ask for the thing, both reports must speak of the matter that it names,
and what they print must not agree under rounding, other units, or "about" and "at least".
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from qa.answer.matter import (
    EXACT,
    OF_COUNTS,
    WHENS,
    asked_kinds,
    asked_role,
    fitting,
    names_the_matter,
    on_the_matter,
    other_deed,
    printed,
    role_of,
)
from qa.answer.outcomes import asks_an_outcome, outcomes_differ
from qa.answer.quantities import Quantity
from qa.answer.spoken import plain_name, spoken_day
from qa.retrieve.dates import Period, periods
from qa.types import Chunk, Evidence

MOST_DAYS_APART = 60
"""Reports further apart than this are taken to speak of different events."""
REPORTED_WITHIN = timedelta(days=14)
"""After a time that the question names, reports may still be of it for so long."""
AT_ONCE = 3
"""Days within which reports of the dead or injured under one name are of one event, whatever words they use."""
MOST_RATIO = 10.0
"""Numbers further apart are the same thing only where both sentences say the same of them."""
_BRACKETS = re.compile(r"\s*\([^()]*\)")
"""What a follow-up question is about is added to it in brackets: its matter, and not what it asks."""


@dataclass(frozen=True, slots=True)
class Report:
    """A sentence with what is known of the article that prints it.

    Args:
        text: The sentence.
        article: What its article is known by.
        publisher: Who published it.
        published_at: When, ISO 8601.
        around: The title and passage that it stands in.
    """

    text: str
    article: str
    publisher: str | None = None
    published_at: str | None = None
    around: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """Two reports of one matter that say different things, with the words in which each says it."""

    one: Report
    other: Report
    says: tuple[str, str]
    later: bool = False
    """Whether one publisher's later report says something else than its earlier one."""


def difference(question: str, one: Report, other: Report) -> Difference | None:
    """Return in what two reports differ on the thing asked, or None where they do not, or nobody can tell.

    The earlier report comes first.
    """
    if one.article == other.article or not _one_time(one, other):
        return None
    later = bool(one.publisher) and one.publisher == other.publisher
    if later and (one.published_at or "")[:10] == (other.published_at or "")[:10]:
        return None
    says = _numbers_differ(question, one, other) or outcomes_differ(_asked(question), one.text, other.text)
    if not says:
        return None
    names_do = asked_role(question, OF_COUNTS) is not None and _at_once(one, other)
    if not all(on_the_matter(question, f"{report.around} {report.text}", names_do) for report in (one, other)):
        return None
    if (other.published_at or "") < (one.published_at or ""):
        one, other, says = other, one, says[::-1]
    return Difference(one, other, says, later)


def both_sides(
    question: str, chosen: Sequence[Evidence], evidence: Sequence[Evidence], chunks: Mapping[str, Chunk], most: int
) -> tuple[list[Evidence], str | None]:
    """Return the sentences to quote with the other side of the first that another report contradicts, and a note.

    Args:
        question: What was asked; where it names a time or a publisher of one side only, that side is what it asks for.
        chosen: The sentences to quote, best first.
        evidence: All that may be quoted, best first.
        chunks: The chunks that they stand in, by id.
        most: How many may be quoted; the other side takes the last one's place.
    """
    if not asked_kinds(_asked(question)) and not asks_an_outcome(_asked(question)):
        return list(chosen), None
    named = periods(question)
    others = [(sentence, _report(sentence, chunks)) for sentence in evidence]
    for at, sentence in enumerate(chosen):
        one = _report(sentence, chunks)
        for rival, other in others:
            found = None if _picks_one(question, named, one, other) else difference(question, one, other)
            if found:
                rest = [quote for quote in chosen if quote not in (sentence, rival)]
                before = rest[: min(at, max(most, 2) - 2)]
                return [*before, sentence, rival, *rest[len(before) :]][: max(most, 2)], note(found)
    return list(chosen), None


def _asked(question: str) -> str:
    return _BRACKETS.sub("", question)


def _report(sentence: Evidence, chunks: Mapping[str, Chunk]) -> Report:
    chunk = chunks[sentence.chunk_id]
    around = f"{chunk.title or ''}\n{chunk.text}"
    return Report(sentence.text, sentence.article_id, chunk.publisher, chunk.published_at, around)


def _picks_one(question: str, named: Sequence[Period], one: Report, other: Report) -> bool:
    """Say whether a question names a time or a publisher that only one of two reports is of."""
    days = [day for report in (one, other) if (day := _day(report.published_at))]
    within = {any(period.first <= day <= period.last for period in named) for day in days}
    near = all(any(period.first <= day <= period.last + REPORTED_WITHIN for period in named) for day in days)
    asked = question.casefold()
    heard = {bool(report.publisher) and str(report.publisher).casefold() in asked for report in (one, other)}
    return len(within) > 1 or (bool(named) and not near) or len(heard) > 1


def note(found: Difference) -> str:
    """Say in one plain sentence who says what.

    >>> reports = (Report("", "a", "The Post", "2024-05-03"), Report("", "b", "Coast Radio", "2024-05-04"))
    >>> note(Difference(*reports, says=("25", "27")))
    'Reports differ: The Post, 3 May 2024, says 25; Coast Radio, 4 May 2024, says 27.'
    """
    sides = list(zip((found.one, found.other), found.says, strict=True))
    if found.later:
        (before, said), (after, says) = sides
        who = plain_name(before.publisher or "")
        return (
            f"{who} first said {said}, {spoken_day(before.published_at) or 'undated'}; "
            f"its later report, {spoken_day(after.published_at) or 'undated'}, says {says}."
        )
    return "Reports differ: " + "; ".join(f"{_who(report)}, says {said}" for report, said in sides) + "."


def _who(report: Report) -> str:
    day = spoken_day(report.published_at) or "undated"
    return f"{plain_name(report.publisher)}, {day}" if report.publisher else f"an article, {day}"


def _one_time(one: Report, other: Report) -> bool:
    apart = _days_apart(one, other)
    undated = not one.published_at and not other.published_at
    return undated if apart is None else apart <= MOST_DAYS_APART


def _at_once(one: Report, other: Report) -> bool:
    apart = _days_apart(one, other)
    return apart is not None and apart <= AT_ONCE


def _days_apart(one: Report, other: Report) -> int | None:
    first, second = _day(one.published_at), _day(other.published_at)
    return abs((first - second).days) if first and second else None


def _day(published_at: str | None) -> date | None:
    try:
        return date.fromisoformat((published_at or "")[:10])
    except ValueError:
        return None


# Numbers ---------------------------------------------------------------------------------------------------------


def _numbers_differ(question: str, one: Report, other: Report) -> tuple[str, str] | None:
    kinds = asked_kinds(_asked(question))
    if not kinds:
        return None
    if not set(kinds) & WHENS and _other_days(one.text, other.text):
        return None
    sides = [
        [
            found
            for found in fitting(question, kinds, report.text)
            if names_the_matter(question, found.kind, report.text)
        ]
        for report in (one, other)
    ]
    for kind in dict.fromkeys(found.kind for found in sides[0]):
        first, second = ([found for found in side if found.kind == kind] for side in sides)
        if not first or not second or other_deed(kind, question, one.text, other.text):
            continue
        exact = kind == "count" and asked_role(question, OF_COUNTS) in EXACT
        pairs = [(a, b) for a in first for b in second]
        if any(_agree(a, b, exact) for a, b in pairs):
            return None
        a, b = min(pairs, key=lambda pair: _apart(*pair))
        far = _apart(a, b) > math.log(MOST_RATIO)
        if far and (min(a.low, b.low) < 100 or not _same_role(kind, one.text, a, other.text, b)):
            continue
        return _words_of(one.text, a), _words_of(other.text, b)
    return None


def _words_of(text: str, found: Quantity) -> str:
    words = text[found.start : found.end]
    dated = found.kind in {"date", "weekday"}
    return words if dated or not words.split()[0].istitle() else words[0].lower() + words[1:]


def _other_days(one: str, other: str) -> bool:
    """Say whether two sentences name days, or years, of which none is the same."""
    named = [printed(text) for text in (one, other)]
    for kind in ("date", "year"):
        first, second = ({found.low for found in side if found.kind == kind} for side in named)
        if first and second and not first & second:
            return True
    return False


def _agree(a: Quantity, b: Quantity, exact: bool) -> bool:
    if exact and not a.loose and not b.loose:
        return round(a.low + a.high) == round(b.low + b.high)
    low, high = max(a.low, b.low), min(a.high, b.high)
    return low < high or (low == high and (a.low == a.high or b.low == b.high))


def _apart(a: Quantity, b: Quantity) -> float:
    return abs(math.log((a.low + a.high + 1e-9) / (b.low + b.high + 1e-9)))


def _same_role(kind: str, one: str, a: Quantity, other: str, b: Quantity) -> bool:
    if kind != "count":
        return False
    role = role_of(one, a, OF_COUNTS)
    return role is not None and role == role_of(other, b, OF_COUNTS)
