"""A sentence to the reader where what was found is older than the question assumes."""

from collections.abc import Sequence
from datetime import date, timedelta

from qa.answer.quotes import spoken_day
from qa.retrieve.fresh import day_of, newest_on_the_matter
from qa.retrieve.readings import Ranked
from qa.retrieve.understand import Question
from qa.types import Citation

STILL_NEW = timedelta(days=31)
"""So old may be what answers a question about now without its age being pointed out."""


def note(question: Question, ranked: Sequence[Ranked], cited: Sequence[Citation], today: date) -> str | None:
    """Say how old the newest article on the matter is, if the question asks for now or for a time after it.

    Args:
        question: What was asked.
        ranked: What was found, best first.
        cited: What of it is quoted.
        today: The day that the question is asked on.
    """
    days = [newest_on_the_matter(ranked), *(day_of(citation.published_at) for citation in cited)]
    newest = max(filter(None, days), default=None)
    if newest is None:
        return None
    later = bool(question.periods) and all(newest < period.first for period in question.periods)
    if not later and not (question.for_now and newest < today - STILL_NEW):
        return None
    return f"The newest article found on this is of {spoken_day(newest.isoformat())}."
