"""Requests for an overview are told from questions with an answer."""

from datetime import date

import pytest

from qa.retrieve.overview import Overview, overview

WEDNESDAY = date(2024, 5, 15)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("what is new?", Overview()),
        ("headlines", Overview()),
        ("What's going on?", Overview()),
        ("what happened this week?", Overview("", date(2024, 5, 13), date(2024, 5, 19), near=True)),
        ("What has happened today?", Overview("", WEDNESDAY, WEDNESDAY, near=True)),
        ("what happened last month", Overview("", date(2024, 4, 1), date(2024, 4, 30), near=True)),
        ("news of this month", Overview("", date(2024, 5, 1), date(2024, 5, 31), near=True)),
        ("what happened in March 2024?", Overview("", date(2024, 3, 1), date(2024, 3, 31))),
        ("What happened at the harbour in 2023?", Overview("the harbour", date(2023, 1, 1), date(2023, 12, 31))),
        ("summarise the Crewe trial", Overview("the Crewe trial")),
        ("Give me a short overview of the ferry in 2024", Overview("the ferry", date(2024, 1, 1), date(2024, 12, 31))),
        ("Summary of the news from Oskerby", Overview("the news from Oskerby")),
    ],
)
def test_an_overview_is_known(text, found):
    assert overview(text, WEDNESDAY) == found


@pytest.mark.parametrize(
    "text",
    [
        "What happened to the ferry?",
        "What happened to Lennart Crewe in May 2024?",
        "What happened on 6 October 1973 with Syria and Egypt?",
        "What happened during the season 2020?",
        "What happened when the wall broke in March 2024?",
        "What was New Briton's response?",
        "What is new in the design of the wall that the board proposed and the council refused?",
        "What happened?",
        "Who wrote the summary of the report?",
        "summarise it",
        "newspapers sold in 2023",
        "",
    ],
)
def test_a_question_is_none(text):
    assert overview(text, WEDNESDAY) is None
