"""Whom a question names, and what it asks of each."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.retrieve.publishers import forms, mentions, parts

PAPERS = ("The Saltmere Courier", "Tideway Radio", "Fortune | Business", "The Age", "CBSSports.com", "BBC News - Arts",
          "BBC News - Technology", "Tribune")  # fmt: skip


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("What did the Saltmere Courier say about the fire?", ["The Saltmere Courier"]),
        ("what did the saltmere courier say about the fire?", ["The Saltmere Courier"]),
        ("What did tideway radio report?", ["Tideway Radio"]),
        ("Why did the price rise, according to fortune?", ["Fortune | Business"]),
        ("Does the Fortune article agree with CBSSports?", ["Fortune | Business", "CBSSports.com"]),
        ("Who made a fortune with ferries?", []),
        ("What age was the keeper?", []),
        ("What did The Age print?", ["The Age"]),
        ("Did BBC News cover the opening?", ["BBC News - Arts", "BBC News - Technology"]),
        ("Which tribune of the stadium burnt?", []),
        ("Who was elected mayor?", []),
        ("", []),
    ],
)
def test_publishers_are_found_where_they_are_meant(question, named):
    assert [name for mention in mentions(question, PAPERS) for name in mention.publishers] == named


def test_each_publisher_is_asked_its_own_clauses():
    question = "Did the Tribune report that the dam broke, while Tideway Radio said that the dam held?"
    asked = {part.publishers: part.text for part in parts(question, PAPERS)}
    assert asked.keys() == {("Tribune",), ("Tideway Radio",)}
    assert "broke" in asked["Tribune",]
    assert "held" not in asked["Tribune",]
    assert "held" in asked["Tideway Radio",]


def test_a_question_that_names_nobody_has_no_parts():
    assert parts("Who was elected mayor?", PAPERS) == []


@given(st.text(max_size=200), st.lists(st.text(max_size=20), max_size=4))
def test_any_text_is_divided_without_loss_of_place(question, publishers):
    for mention in mentions(question, [*publishers, "The Verge"]):
        assert 0 <= mention.start < mention.end <= len(question)
    for part in parts(f"{question} The Verge", [*publishers, "The Verge"]):
        assert part.publishers


def test_forms_are_never_empty():
    assert all(form.strip() for name in (*PAPERS, "|", "- x", ".com", "The ") for form in forms(name))
