"""Questions about the present prefer what is new."""

from datetime import UTC, date, datetime

import pytest

from qa.config import Settings
from qa.retrieve.dates import periods
from qa.retrieve.fresh import asks_for_now, day_of_asking
from qa.retrieve.understand import Question


def asked(text, parts=()):
    return Question(text, {}, frozenset(), periods=tuple(periods(text)), parts=parts)


@pytest.mark.parametrize(
    "text",
    [
        "What is the latest unemployment rate?",
        "Who leads the port now?",
        "How many houses have been flooded so far?",
        "the town's current debts",
        "Where are the barriers kept these days?",
        "What does a loaf cost at the moment?",
        "When did the ferry last break down?",
        "How much is a loaf of bread?",
        "Who is the mayor of Saltmere?",
        "Who chairs the finance committee?",
        "What became of the surveyor?",
        "How did the case against the buyer end?",
    ],
)
def test_the_present_is_asked_for(text):
    assert asks_for_now(asked(text))


@pytest.mark.parametrize(
    "text",
    [
        "What was the latest rate in March 2023?",
        "How strong is the current off the Monk Bank?",
        "Who sank the ferry?",
        "Whose kick was the last to be missed?",
        "How did the keeper end the quarrel?",
        "How much did a loaf cost?",
        "Who is the man accused of fraud?",
        "When must the tax be paid at the latest?",
        "What is known of the Knowles trial?",
    ],
)
def test_the_present_is_not_asked_for(text):
    assert not asks_for_now(asked(text))


def test_what_a_publisher_said_is_not_the_present():
    part = asked("What does USA Today say?")
    assert not asks_for_now(asked("What does USA Today say?", (part,)))


@pytest.mark.parametrize(
    ("question", "home"),
    [
        ("What is the latest unemployment rate known for Saltmere?", "unemployment-august-2024"),
        ("What is the most recent count of harbour seals on the Monk Bank?", "seal-count-2024"),
        ("By how much would the rates rise according to the town's newest budget?", "budget-2025-draft"),
        ("What is the current state of the Corn Street library?", "library-reopening-2024"),
    ],
)
def test_the_newest_of_like_reports_comes_first(sample, question, home):
    answer = sample.pipeline.ask(question, level="open")
    assert home in answer.citations[0].url
    assert "The newest article found on this is of " in answer.message


def test_nothing_is_hidden(sample):
    plain = {result.chunk.id for result in sample.pipeline.search("unemployment rate in Saltmere", 10)}
    fresh = {result.chunk.id for result in sample.pipeline.search("unemployment rate in Saltmere now", 30)}
    assert len(plain - fresh) <= 1


def test_what_fits_much_better_still_comes_first(sample):
    found = sample.pipeline.search("What does Pakistan require for joint dialogue now?", 1)
    assert "pakistan" in found[0].chunk.url


def test_a_time_after_the_newest_article_is_pointed_out(sample):
    answer = sample.pipeline.ask("What was the unemployment rate in Saltmere in March 2026?", level="open")
    assert answer.message.endswith(" 2024.")
    assert "The newest article found on this is of" in answer.message
    assert "newest" not in sample.pipeline.ask("What was the unemployment rate in Saltmere in June 2023?").message


def test_the_day_of_asking_is_today_or_by_setting_the_newest_article(sample, sample_made):
    assert day_of_asking(sample.archive) == datetime.now(UTC).date()

    class Told:
        settings = Settings(data_dir=sample_made, relative_dates="newest_article")
        coverage = staticmethod(sample.archive.coverage)

    assert day_of_asking(Told()) == date(2024, 12, 11)
