"""Questions made ready: cleaned, refused, and weighed word by word."""

from datetime import date

import pytest

from qa.errors import EmptyQuestion, QuestionTooLong
from qa.retrieve.understand import clean_question, split_words, understand


@pytest.mark.parametrize(
    ("given", "cleaned"),
    [
        ("What sank?", "What sank?"),
        ("  what\n\tsank \r\n?  ", "what sank ?"),
        ("what\x00sank\x1b[31m?\x7f", "what sank [31m?"),
        ("cafe\u0301 owner", "caf\u00e9 owner"),
        ("lone \ud800 surrogate", "lone surrogate"),
        ("متى أعيد فتح الميناء؟", "متى أعيد فتح الميناء؟"),
        ("大桥何时重新开放？", "大桥何时重新开放？"),
        ("7", "7"),
        ("non\u00a0breaking\u3000wide", "non breaking wide"),
    ],
)
def test_a_question_becomes_one_clean_line(given, cleaned):
    assert clean_question(given, 2000) == cleaned


@pytest.mark.parametrize(
    "given", ["", "   ", "\n\t", "?", "?!... -- (*)", "\x00\x01\x02", "\u202e\u200f", "🙂🙂", "。？！", "\u0301"]
)
def test_what_holds_no_letter_and_no_digit_is_no_question(given):
    with pytest.raises(EmptyQuestion):
        clean_question(given, 2000)


@pytest.mark.parametrize(("length", "accepted"), [(1999, True), (2000, True), (2001, False), (1_000_000, False)])
def test_the_longest_question_is_exactly_as_long_as_set(length, accepted):
    if accepted:
        assert clean_question("x" * length, 2000) == "x" * length
    else:
        with pytest.raises(QuestionTooLong, match=f"{length:,} characters; at most 2,000"):
            clean_question("x" * length, 2000)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("What's the mayor's plan?", ["What", "the", "mayor", "plan"]),
        ("St Aldith’s 2,940 patients", ["St", "Aldith", "2", "940", "patients"]),
        ("nurses' march", ["nurses", "march"]),
        ("'quoted' O'Brien", ["quoted", "O'Brien"]),
        ("...", []),
        ("", []),
        ("海港大桥", ["海港大桥"]),
    ],
)
def test_a_text_is_split_into_words_without_possessives(text, words):
    assert split_words(text) == words


def test_words_that_only_ask_weigh_nothing(small):
    found = understand("According to the report, what did the ferry say about her?", small.archive.keywords)
    assert set(found.weights) == set(small.archive.keywords.terms("ferry"))


def test_a_question_of_nothing_but_asking_words_keeps_them(small):
    assert set(understand("What is it?", small.archive.keywords).weights) == {"what", "is", "it"}


def test_a_rare_word_weighs_more_than_a_common_one_and_an_unknown_one_most(small):
    weights = understand("Alma school zeppelin", small.archive.keywords).weights
    assert 0 < weights["school"] < weights["alma"] < weights["zeppelin"]


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("Where did the ferry Alma sink?", {"alma"}),
        ("Ferry sinks where?", set()),  # the first word has its capital from standing first
        ("How many of the 42 passengers?", {"42"}),
        ("Who leads Eastcliff School in 2024?", {"eastcliff", "school", "2024"}),
    ],
)
def test_names_and_numbers_are_known_by_how_they_are_written(small, question, names):
    assert understand(question, small.archive.keywords).names == names


def test_the_longest_question_and_a_strange_one_can_be_understood(small):
    for text in ("ferry " * 333, "a" * 2000, "؟ 海港 \u202e", "AND OR NOT (ferry:* ~2^9 [x TO y]"):
        found = understand(text, small.archive.keywords)
        assert found.total_weight == pytest.approx(sum(found.weights.values()))


def test_a_relative_date_names_a_period_only_where_the_day_of_asking_is_known(small):
    text = "What sank last week?"
    assert understand(text, small.archive.keywords).periods == ()
    (period,) = understand(text, small.archive.keywords, today=date(2024, 5, 15)).periods
    assert (period.first, period.last) == (date(2024, 5, 6), date(2024, 5, 12))


def test_figures_of_a_calendar_quarter_are_looked_for_after_it_and_events_within_it(small):
    time = "between July and September 2023"
    asked = (f"How much cargo was moved {time}?", f"Which ferry sank {time}?")
    assert [understand(text, small.archive.keywords).periods[0].kind for text in asked] == ["quarter", "range"]


def test_content_words_are_kept_as_they_are_written(small):
    asked = understand("Which Ferries sank in 2024 near Oskerby?", small.archive.keywords)
    assert [word for word, _ in asked.words] == ["Ferries", "sank", "near", "Oskerby"]
    assert all(term in asked.weights for _, term in asked.words)
