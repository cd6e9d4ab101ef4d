"""The sample archive's own questions: enough of every kind, each with evidence that stands where it says."""

import json
from collections import Counter
from pathlib import Path

import pytest

from qa.evaluate.datasets import open_set
from qa.evaluate.texts import held_answers, is_yes_no

ROOT = Path(__file__).parents[2]
PATH = ROOT / "tests" / "evals" / "questions.jsonl"
LEAST = {
    **dict.fromkeys(("who", "what", "when", "where", "why", "how_many", "yes_no", "two_articles", "follow_up"), 9),
    **dict.fromkeys(("latest", "date_range", "disagreeing"), 6),
    **dict.fromkeys(("near_miss", "false_premise"), 10),
}


@pytest.fixture(scope="module")
def texts():
    lines = (ROOT / "ingest" / "sample" / "articles.jsonl").read_text("utf-8").splitlines()
    return {row["url"]: row["text"] for row in map(json.loads, lines)}


@pytest.fixture(scope="module")
def questions():
    found = open_set([PATH])
    rows = list(found.good())
    assert len(rows) == len(PATH.read_text("utf-8").splitlines()), "every line is a question"
    return rows


def test_there_are_enough_questions_of_every_kind(questions):
    assert len(questions) >= 150
    kinds = Counter(question.fields["type"] for question in questions)
    assert {kind for kind, least in LEAST.items() if kinds[kind] < least} == set()
    assert sum(question.answerable is False for question in questions) >= 50


def test_every_evidence_stands_in_its_article_and_holds_the_answer(questions, texts):
    for question in questions:
        assert (question.answerable is True) == bool(question.answers) == bool(question.evidence), question.id
        for gold in question.evidence:
            assert gold.text in texts[gold.article], question.id
        if question.answerable and not is_yes_no(question.answers):
            held = held_answers([gold.text for gold in question.evidence], question.answers)
            assert all(held) if question.all_answers else any(held), question.id


def test_a_question_over_two_articles_needs_both(questions):
    for question in questions:
        if question.fields["type"] in {"two_articles", "disagreeing"}:
            assert len({gold.article for gold in question.evidence}) == 2, question.id
        if question.fields["type"] == "follow_up":
            assert question.history, question.id
