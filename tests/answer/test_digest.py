"""Overviews quote up to six stories, newest first, and say so when a time holds none."""

import pytest

from qa.answer.digest import MOST
from qa.types import Filters, TextPiece


def days(answer):
    return [citation.published_at[:10] for citation in answer.citations]


@pytest.mark.parametrize(
    "question", ["What is new?", "what happened in 2024?", "news about the hospital", "Summarise the Crewe trial"]
)
def test_one_quote_of_each_story_newest_first(sample, question):
    *_, answer = events = list(sample.pipeline.stream(question))
    assert answer.status == "answered"
    assert 3 <= len(answer.citations) <= MOST
    assert days(answer) == sorted(days(answer), reverse=True)
    stories = sample.archive.stories([citation.article_id for citation in answer.citations])
    assert len(set(stories.values())) == len(answer.citations)
    assert "".join(event for event in events if isinstance(event, TextPiece)) == answer.text
    assert answer.message.startswith("An overview")
    assert [remark.rpartition(", ")[2] for remark in answer.remarks] == ["newest first."]
    assert answer.run.engine == "quotes"


def test_what_is_new_are_the_newest_articles(sample):
    newest = [one.published_at[:10] for one in sample.archive.articles(limit=6)]
    assert days(sample.pipeline.ask("What is new?")) == newest


def test_a_time_is_kept_to_and_so_are_filters(sample):
    march = days(sample.pipeline.ask("What happened in March 2024?"))
    assert march
    assert all(day.startswith("2024-03") for day in march)
    only = sample.pipeline.ask("What happened in March 2024?", filters=Filters(publishers=("Tideway Radio News",)))
    assert {citation.publisher for citation in only.citations} == {"Tideway Radio News"}
    assert only.coverage.articles < len(sample.archive.articles())


def test_a_week_without_articles_says_which_is_the_newest(sample):
    answer = sample.pipeline.ask("What happened this week?")
    assert (answer.status, answer.reason, answer.text) == ("abstained", "no_evidence", "")
    assert answer.message.endswith("; its newest is of 11 December 2024.")


def test_a_topic_that_is_not_held_is_not_summarised(sample):
    answer = sample.pipeline.ask("Summarise the landing on the moon")
    assert (answer.status, answer.reason) == ("abstained", "low_confidence")


def test_an_excluding_filter_stays_what_it_is(small):
    answer = small.pipeline.ask("What is new?", filters=Filters(publishers=("Nobody",)))
    assert answer.reason == "filter_empty"
