"""The types that cross modules: their one form, their JSON, and what cannot be made."""

import dataclasses
import json
from datetime import UTC, date, datetime

import pytest

from qa import types
from qa.errors import BadFilter, QuoteNotVerbatim
from qa.types import Answer, Chunk, Citation, Claim, Coverage, Filters, IngestReport, Neighbour, Run, SearchResult

TEXT = "The ferry sank. She was old. The operator denied it."


@pytest.mark.parametrize("kind", [kind for kind in vars(types).values() if dataclasses.is_dataclass(kind)])
def test_every_value_is_frozen(kind):
    assert kind.__dataclass_params__.frozen
    assert not hasattr(kind, "__dict__") or "__slots__" in vars(kind)


# Filters


@pytest.mark.parametrize(
    "value",
    [
        "2024-03-31",
        "2024-03-31T23:59:59+05:00",
        "2024-03-31 08:00",
        date(2024, 3, 31),
        datetime(2024, 3, 31, 23, 30, tzinfo=UTC),
    ],
)
def test_a_date_in_any_iso_form_is_its_own_day(value):
    filters = Filters(published_from=value, published_to=value)
    assert filters.published_from == filters.published_to == date(2024, 3, 31)
    assert filters.first_day == filters.last_day == "2024-03-31"


@pytest.mark.parametrize(
    "value",
    [
        "",
        "yesterday",
        "2024-02-30",
        "2024",
        "31/03/2024",
        "2024-03-31xyz",
        "2024-03-31; DROP TABLE",
        "٢٠٢٤-٠٣-٣١",
        "x" * 9999,
    ],
)
@pytest.mark.parametrize("name", ["published_from", "published_to"])
def test_what_is_no_date_is_refused_in_one_short_sentence(name, value):
    with pytest.raises(BadFilter) as caught:
        Filters(**{name: value})
    assert "is not a date like 2024-03-31" in caught.value.user_message
    assert len(caught.value.user_message) < 120


@pytest.mark.parametrize("name", ["publishers", "article_ids", "exclude_article_ids"])
def test_one_name_where_a_list_belongs_is_refused(name):
    with pytest.raises(BadFilter):
        Filters(**{name: "Coast Radio"})


@pytest.mark.parametrize(
    ("values", "limits"),
    [
        ({}, False),
        ({"publishers": []}, False),
        ({"exclude_article_ids": []}, False),
        ({"article_ids": []}, True),  # none is allowed, which is not the same as all
        ({"article_ids": ["a"]}, True),
        ({"publishers": ["p"]}, True),
        ({"exclude_article_ids": ["a"]}, True),
        ({"published_to": "2024-01-01"}, True),
    ],
)
def test_filters_are_true_when_they_limit_anything(values, limits):
    assert bool(Filters(**values)) is limits


def test_filters_of_lists_and_of_tuples_are_the_same():
    assert Filters(publishers=["a"], article_ids=["b"]) == Filters(publishers=("a",), article_ids=("b",))
    assert hash(Filters(publishers=["a"])) == hash(Filters(publishers=("a",)))


# Citations


def citation(quote="She was old.", start=16, end=28, **more):
    return Citation(1, "a", 1, quote, start, end, TEXT, **more)


def test_a_citation_keeps_its_place_and_not_the_article():
    made = citation()
    assert TEXT[made.start : made.end] == made.quote
    assert TEXT not in repr(made)


@pytest.mark.parametrize(
    "wrong",
    [
        {"start": 15, "end": 27},
        {"start": 17, "end": 29},
        {"end": 27},
        {"quote": "She was old"},
        {"quote": "she was old."},
        {"quote": "She  was old."},
        {"quote": "", "start": 3, "end": 3},
        {"start": 16 - len(TEXT), "end": 28 - len(TEXT)},  # from the end it would stand there
        {"start": 16_000, "end": 16_012},
        {"context": (Neighbour(0, 15, "The ferry sank!"),)},
        {"context": (Neighbour(1, 16, "The ferry sank."),)},
        {"context": (Neighbour(0, 0, ""),)},
    ],
)
def test_a_quote_or_neighbour_that_does_not_stand_there_cannot_be_made(wrong):
    with pytest.raises(QuoteNotVerbatim):
        citation(**wrong)


def test_a_citation_as_json_has_its_neighbours():
    made = citation(context=(Neighbour(0, 15, "The ferry sank."),), also_published_by=("B",)).as_dict()
    assert made["context"] == [{"start": 0, "end": 15, "text": "The ferry sank."}]
    assert made["also_published_by"] == ["B"]
    assert "source_text" not in made


# Answers


def answer(*claims):
    return Answer(
        "q",
        "q",
        "answered",
        None,
        "",
        "2024-01-01T00:00:00+00:00",
        0.123456,
        claims,
        (),
        (),
        Coverage(0, None),
        Run("quotes"),
    )


@pytest.mark.parametrize(
    ("claims", "text"),
    [
        ([], ""),
        ([Claim("A.", (1,))], "A. [1]"),
        ([Claim("A.", (1,)), Claim("B.", (2, 3))], "A. [1] B. [2] [3]"),
        ([Claim("A.", (), supported=False)], "A."),
    ],
)
def test_the_text_is_the_claims_each_followed_by_its_numbers(claims, text):
    assert answer(*claims).text == text == answer(*claims).as_dict()["text"]


def test_results_and_reports_are_plain_json():
    chunk = Chunk("c", "a", 1, "text", 0, 4)
    for value in (SearchResult(1, 0.12345678, chunk), IngestReport(), answer(Claim("A.", (1,))), chunk):
        assert json.loads(json.dumps(value.as_dict())) == value.as_dict()
    assert SearchResult(1, 0.12345678, chunk).as_dict()["score"] == 0.123457
    assert answer().as_dict()["confidence"] == 0.1235
