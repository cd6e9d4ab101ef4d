"""One typo in a word that the archive does not hold finds what was meant, and says so."""

import pytest

from qa.index.keyword import one_typo
from qa.retrieve.spelling import TRUST, corrected
from qa.types import Filters


@pytest.mark.parametrize(
    ("one", "other", "near"),
    [
        ("saltmeer", "saltmere", True),
        ("crwe", "crewe", True),
        ("birches", "birch", False),
        ("birchs", "birch", True),
        ("ferry", "fairy", False),
        ("abc", "abc", False),
        ("", "a", True),
        ("abcd", "badc", False),
    ],
)
def test_one_typo_is_one_letter_or_one_swap(one, other, near):
    assert one_typo(one, other) == near == one_typo(other, one)


@pytest.mark.parametrize(
    ("typed", "searched"),
    [
        ("Saltmeer cargo 2024", "Saltmere cargo 2024"),
        ("When was Marta Elingham elected?", "When was Marta Ellingham elected?"),
        ("Who owns the kittiwkae", "Who owns the Kittiwake"),
        ("Kitiwake", "Kittiwake"),
    ],
)
def test_a_typo_is_put_right(sample, typed, searched):
    assert corrected(typed, sample.archive)[0] == searched


@pytest.mark.parametrize(
    "text",
    [
        "harbour cargo 2024",
        "What did Macron say about pensions?",
        "In which building were the East Ward votes tallied?",
        "Who won the Olympic medals?",
        "Wer hat das Rennen gewonnen?",
        "Xqzwyv",
    ],
)
def test_what_is_no_typo_stays(sample, text):
    assert corrected(text, sample.archive) == (text, ())


def test_no_word_is_told_that_only_articles_behind_a_filter_hold(sample):
    publishers = {found.publisher for found in sample.archive.articles(limit=500)}
    held = {
        publisher: bool(sample.archive.keywords.articles_with("Tavara", Filters(publishers=(publisher,))))
        for publisher in publishers
    }
    assert set(held.values()) == {True, False}
    for publisher, holds in held.items():
        assert bool(corrected("Tavarra", sample.archive, Filters(publishers=(publisher,)))[1]) is holds


def test_the_answer_says_what_was_searched(sample):
    answer = sample.pipeline.ask("Saltmeer cargo 2024")
    assert "Searched for Saltmere; the archive has no “Saltmeer”." in answer.message
    assert answer.standalone_question == "Saltmeer cargo 2024"
    assert answer.citations


def test_a_search_is_put_right_too(sample):
    typed, right = (sample.pipeline.search(text, 5) for text in ("Kittiwkae aground", "Kittiwake aground"))
    assert [found.chunk.id for found in typed] == [found.chunk.id for found in right]


def test_new_words_are_known_after_a_change(writable, prepare):
    from qa.types import ArticleDraft

    assert corrected("Okafro", writable)[0] == "Okafor"
    writable.put([prepare(ArticleDraft("The liner Grandholme sailed for Oskerby on Monday.", title="Liner"))])
    writable.refresh()
    assert corrected("Grandhlome", writable)[0] == "Grandholme"


def test_who_is_taken_for_another_is_answered_about_only_when_it_is_surer_than_usual(sample):
    typed, meant = (
        sample.pipeline.ask(f"When was Marta {name} elected?", level="open") for name in ("Elingham", "Ellingham")
    )
    assert typed.citations[0].quote == meant.citations[0].quote
    assert typed.confidence == pytest.approx(meant.confidence * TRUST)
    assert sample.pipeline.ask("When was Marta Elingham elected?", level="strict").status == "abstained"


def test_a_short_name_of_one_passage_is_somebody_elses(writable, prepare):
    from qa.types import ArticleDraft

    writable.put([prepare(ArticleDraft("Rajan Mehta spoke for an hour in Oskerby on Monday.", title="Speech"))])
    writable.refresh()
    assert corrected("When did Rajat speak in Oskerby?", writable) == ("When did Rajat speak in Oskerby?", ())
    assert corrected("When did Rjaan speak in Oskerby?", writable)[0] == "When did Rajan speak in Oskerby?"


def test_a_word_that_may_stand_for_several_is_left_alone(writable, prepare):
    from qa.types import ArticleDraft

    for name in ("Marlowe", "Marlone"):
        for place in ("Oskerby", "Hallowick"):
            text = f"{name} was seen by nobody in {place} that year, said the police."
            writable.put([prepare(ArticleDraft(text, title=f"{name} in {place}"))])
    writable.refresh()
    assert corrected("Was Marloze seen in Oskerby?", writable)[1] == ()
    assert corrected("Was Marlwoe seen in Oskerby?", writable)[1] != ()


def test_a_note_of_another_kind_costs_no_confidence(sample, monkeypatch):
    from dataclasses import replace

    from qa.pipeline import QAPipeline

    question = "When was Marta Ellingham elected?"
    rank = QAPipeline._rank
    monkeypatch.setattr(
        QAPipeline, "_rank", lambda *args: (lambda found: (replace(found[0], notes=("Noted.",)), found[1]))(rank(*args))
    )
    noted = sample.pipeline.ask(question)
    monkeypatch.undo()
    assert "Noted." in noted.message
    assert noted.confidence == sample.pipeline.ask(question).confidence
