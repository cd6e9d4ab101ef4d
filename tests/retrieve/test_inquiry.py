"""Questions about the archive are told from questions about the news."""

from datetime import date

import pytest

from qa.retrieve.inquiry import Inquiry, inquiry

PUBLISHERS = ("The Saltmere Courier", "Coast Radio", "Fortune")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Which publishers do you hold?", "publishers"),
        ("what newspapers are in the archive", "publishers"),
        ("list all the sources", "publishers"),
        ("What are your sources?", "publishers"),
        ("Where do your articles come from?", "publishers"),
        ("How many articles do you have?", "count"),
        ("How many articles are there in the archive?", "count"),
        ("how many articles you have", "count"),
        ("How big is your archive?", "count"),
        ("What is your newest article?", "newest"),
        ("what's the latest article you have", "newest"),
        ("How up to date is the archive?", "newest"),
        ("What is your oldest article?", "oldest"),
        ("What period do you cover?", "period"),
        ("How far back do you go?", "period"),
        ("which topics/sections?", "topics"),
        ("Which sections do you have?", "topics"),
        ("What can I ask about?", "contents"),
        ("What is in the archive?", "contents"),
    ],
)
def test_a_question_about_the_archive_is_known(text, kind):
    assert inquiry(text, PUBLISHERS) == Inquiry(kind)


@pytest.mark.parametrize(
    ("text", "limits"),
    [
        ("how many articles on the harbour in March?", {"topic": "harbour", "month": 3}),
        ("How many articles are there about Lady Maren?", {"topic": "Lady Maren"}),
        ("Do you have any stories about rents in the Old Town?", {"topic": "rents in the Old Town"}),
        ("how many articles by the saltmere courier", {"publishers": ("The Saltmere Courier",)}),
        (
            "How many articles do you have from Coast Radio about ferries since 2024?",
            {"topic": "ferries", "publishers": ("Coast Radio",), "first": date(2024, 1, 1)},
        ),
        ("how many articles from May 2023", {"first": date(2023, 5, 1), "last": date(2023, 5, 31)}),
        (
            "How many articles were published between 1 May 2023 and 3 June 2023?",
            {"first": date(2023, 5, 1), "last": date(2023, 6, 3)},
        ),
        ("how many articles before 2024 are there", {"last": date(2023, 12, 31)}),
        ("how many articles after March 2024", {"first": date(2024, 4, 1)}),
    ],
)
def test_a_count_can_be_limited(text, limits):
    assert inquiry(text, PUBLISHERS) == Inquiry("count", **limits)


@pytest.mark.parametrize(
    "text",
    [
        "How many articles did the court strike down?",
        "How many articles of the constitution were amended?",
        "How many articles of impeachment are there?",
        "How many articles does the treaty have?",
        "How many articles on impeachment did the House pass?",
        "How many articles were published by Darwin in 1859?",
        "How many stories are there in the lighthouse?",
        "How many stories does the building have?",
        "How many reports of seals?",
        "What is the latest report on unemployment?",
        "What is the latest article by Ada Brook about?",
        "Which publishers do the striking writers blame?",
        "Which newspapers did the tycoon buy?",
        "What period does the inquiry cover?",
        "What topics did the summit cover?",
        "How old is the lighthouse?",
        "What does it cover?",
        "What sources did the prosecutor have?",
        "How many sources are there?",
        "Which sections of the wall fell?",
        "Where does the money come from?",
        "How far back does the record go?",
    ],
)
def test_the_news_is_left_to_the_articles(text):
    assert inquiry(text, PUBLISHERS) is None
