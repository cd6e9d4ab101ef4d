"""Periods counted from the day that a question is asked on."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.retrieve.dates import timeliness
from qa.retrieve.relative import relative_periods

WEDNESDAY = date(2024, 5, 15)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("What sank yesterday?", "2024-05-14/2024-05-14"),
        ("What sank the day before yesterday?", "2024-05-13/2024-05-13"),
        ("last week", "2024-05-06/2024-05-12"),
        ("this week", "2024-05-13/2024-05-19"),
        ("last weekend", "2024-05-11/2024-05-12"),
        ("this month", "2024-05-01/2024-05-31"),
        ("last month", "2024-04-01/2024-04-30"),
        ("last year", "2023-01-01/2023-12-31"),
        ("in the past week", "2024-05-08/2024-05-15"),
        ("over the last month", "2024-04-15/2024-05-15"),
        ("in the last 3 days", "2024-05-12/2024-05-15"),
        ("the past two weeks", "2024-05-01/2024-05-15"),
        ("the past twelve weeks", None),
        ("the last few months", "2024-02-15/2024-05-15"),
        ("ten days ago", "2024-05-05/2024-05-05"),
        ("a month ago", "2024-03-31/2024-04-30"),
        ("last Wednesday", "2024-05-08/2024-05-08"),
        ("last Tuesday", "2024-05-14/2024-05-14"),
        ("last March", "2024-03-01/2024-03-31"),
        ("last May", "2023-05-01/2023-05-31"),
        ("last summer", "2023-06-01/2023-08-31"),
        ("on Tuesday", None),
        ("today", None),
        ("in the last quarter", None),
        ("last spring of 2022", None),
        ("last week's edition", None),
        ("", None),
    ],
)
def test_what_is_counted_from_the_day_of_asking_is_read(text, expected):
    found = [f"{period.first}/{period.last}" for period in relative_periods(text, WEDNESDAY)]
    assert found == ([expected] if expected else [])


def test_the_last_day_of_a_longer_month_stays_within_the_shorter():
    assert relative_periods("in the past month", date(2024, 3, 31))[0].first == date(2024, 2, 29)


@pytest.mark.parametrize(
    ("printed", "fits"), [("2024-05-08", 1.0), ("2024-05-14", 1.0), ("2024-05-16", 0.0), ("2024-05-05", 0.0)]
)
def test_news_of_last_week_is_printed_then_or_a_few_days_after(printed, fits):
    assert timeliness(relative_periods("last week", WEDNESDAY), "The count was low.", printed) == fits


@given(
    st.from_regex(
        r"(last|this|past|\d{1,3}|few|a)? ?(day|week|month|year|summer|may|monday)s? ?(ago)?", fullmatch=True
    ),
    st.dates(min_value=date(1, 1, 1)),
)
def test_any_day_can_be_counted_from(text, today):
    for period in relative_periods(text, today):
        assert period.first <= period.last
