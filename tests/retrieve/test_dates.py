"""Periods read from questions and passages."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.retrieve.dates import as_quarters, periods, timeliness


def days(text, year=None):
    return [f"{period.first}/{period.last}" for period in periods(text, year)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("in 2023", ["2023-01-01/2023-12-31"]),
        ("in May 2023", ["2023-05-01/2023-05-31"]),
        ("in February 2024", ["2024-02-01/2024-02-29"]),
        ("on 25 June 1923", ["1923-06-25/1923-06-25"]),
        ("on the 3rd of June, 2024", ["2024-06-03/2024-06-03"]),
        ("on June 3rd, 2024", ["2024-06-03/2024-06-03"]),
        ("on 2024-06-03", ["2024-06-03/2024-06-03"]),
        ("in 2024-06", ["2024-06-01/2024-06-30"]),
        ("Sept. 2024", ["2024-09-01/2024-09-30"]),
        ("in the third quarter of 2023", ["2023-07-01/2023-09-30"]),
        ("Q1 2024", ["2024-01-01/2024-03-31"]),
        ("the last quarter of 2023", ["2023-10-01/2023-12-31"]),
        ("the spring of 2023", ["2023-03-01/2023-05-31"]),
        ("the last three months of 2023", ["2023-10-01/2023-12-31"]),
        ("the first months of 2024", ["2024-01-01/2024-04-30"]),
        ("the first half of 2024", ["2024-01-01/2024-06-30"]),
        ("the second half of April 2024", ["2024-04-16/2024-04-30"]),
        ("at the end of 2023", ["2023-09-01/2023-12-31"]),
        ("early in February 2024", ["2024-02-01/2024-02-09"]),
        ("mid-2024", ["2024-05-01/2024-08-31"]),
        ("the first week of June 2024", ["2024-06-01/2024-06-07"]),
        ("in the last days of May 2023", ["2023-05-25/2023-05-31"]),
        ("the winter of 2023", ["2023-12-01/2024-02-29"]),
        ("in April, May and June of 2023", ["2023-04-01/2023-04-30", "2023-05-01/2023-05-31", "2023-06-01/2023-06-30"]),
        ("2022 and 2024", ["2022-01-01/2022-12-31", "2024-01-01/2024-12-31"]),
        ("between 2022 and 2024", ["2022-01-01/2024-12-31"]),
        ("from 3 May 2023 to 9 June 2023", ["2023-05-03/2023-06-09"]),
        ("between 9 June 2023 and 3 May 2023", ["2023-06-09/2023-06-09", "2023-05-03/2023-05-03"]),
        ("since May 2023", ["2023-05-01/9000-01-01"]),
        ("after the 3rd of May 2023", ["2023-05-03/9000-01-01"]),
        ("before 2020", ["1000-01-01/2019-12-31"]),
        ("on 31 June 2024", ["2024-06-01/2024-06-30"]),  # no such day: the month remains
        ("May 2023, in May 2023", ["2023-05-01/2023-05-31"]),
    ],
)
def test_what_a_text_names_is_read(text, expected):
    assert days(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "in May",  # of which year?
        "on Tuesday",
        "who may answer in time",
        "the first ship",
        "flight 1823 or 2123",
        "room 20231",
        "大桥何时重新开放？",
        "1/2/3",
    ],
)
def test_what_is_no_date_or_has_no_year_is_left_out(text):
    assert days(text) == []


def test_a_month_takes_the_year_it_is_given():
    assert days("in May", 2021) == ["2021-05-01/2021-05-31"]


def test_a_month_takes_the_only_year_that_the_text_names():
    assert days("in May and again in June of 2022", 1999) == ["2022-05-01/2022-05-31", "2022-06-01/2022-06-30"]


@pytest.mark.parametrize(
    ("question", "passage", "published", "matching"),
    [
        ("in May 2023", "The count on 3 May was low.", "2023-05-04", True),
        ("in May 2023", "The count was low.", "2023-05-04", True),
        ("in May 2023", "The count was low.", "2023-06-20", True),  # news of a month is printed after it
        ("in May 2023", "The count was low.", "2023-08-20", False),
        ("in May 2023", "The count was low.", "2022-05-04", False),
        ("in May 2023", "In May 2023 the count was low.", None, True),
        ("in May 2023", "The count was low.", None, False),
        ("in May 2023", "In 2023 the count was low.", None, False),  # too wide to speak of that month
        ("in 2023", "On 3 May 2023 the count was low.", None, True),
        ("in the second quarter of 2023", "The count was low.", "2023-05-04", False),  # a quarter is told afterwards
        ("in the second quarter of 2023", "In April 2023 the count was low.", None, True),
        ("in May 2023", "The count was low.", "not a date", False),
        ("in May 2023", "The count was low.", "2023-05-04T23:30:00+05:00", True),
        ("between May 2022 and May 2023", "The count was low.", "2022-12-24", True),
        ("between May 2022 and May 2023", "The count was low.", "2023-06-20", False),
        ("since May 2023", "The count was low.", "2024-12-24", True),
        ("before May 2023", "The count was low.", "2024-12-24", False),
        ("in the third quarter of 2023", "More grain is expected by September.", "2023-04-18", False),  # not over yet
        ("in the third quarter of 2023", "Its best summer in years.", "2024-01-24", False),  # no quarter's figure
        ("in the third quarter of 2023", "In the three months to September it fell.", "2023-10-20", True),
    ],
)
def test_a_passage_matches_by_what_it_says_or_when_it_was_printed(question, passage, published, matching):
    assert (timeliness(periods(question), passage, published) > 0) is matching


@given(st.text(max_size=300) | st.from_regex(r"([0-3]?\d(st)? ?(May|june|Q3|spring|29 feb|2023|1900-02-29)[ ,]*){1,6}"))
def test_any_text_can_be_read_and_periods_run_forwards(text):
    for period in periods(text, 2024):
        assert period.first <= period.last
        assert period.first >= date(1900, 1, 1) or period.kind == "range"


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Did cargo rise or fall between Q1 2023 and Q1 2024?", ["quarter 2023-01-01", "quarter 2024-01-01"]),
        ("How did the rate change from March 2023 to March 2024?", ["month 2023-03-01", "month 2024-03-01"]),
        ("What sank between March 2023 and March 2024?", ["range 2023-03-01"]),
    ],
)
def test_a_comparison_names_two_times_and_not_the_time_between(question, expected):
    found = [f"{period.kind} {period.first}" for period in periods(question)]
    assert found == expected


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("between January and March 2024", "quarter"),
        ("between January and May 2024", "range"),
        ("between February and April 2024", "range"),
        ("since January 2024", "range"),
        ("in May 2024", "month"),
        ("between 1 October and 31 December 2024", "quarter"),
    ],
)
def test_a_range_that_is_a_calendar_quarter_can_be_taken_for_one(text, kind):
    (found,) = as_quarters(periods(text))
    assert found.kind == kind
    assert [(found.first, found.last)] == [(one.first, one.last) for one in periods(text)]
