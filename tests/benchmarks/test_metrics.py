"""The benchmark's scores, on tables small enough to be checked by hand."""

import pytest

from tests.benchmarks.metrics import auroc, holds_answer, means, normalise, percentile, retrieval_scores, share

FILLER = "nothing of note"


@pytest.mark.parametrize(
    ("texts", "facts", "hits4", "hits10", "mrr", "evidence", "every"),
    [
        (["The mill closed."], ["mill closed"], 1, 1, 1, 1, 1),
        (["The mill\nclo sed."], ["mill closed"], 1, 1, 1, 1, 1),  # white space does not count
        (["The mill closes."], ["mill closed"], 0, 0, 0, 0, 0),
        ([FILLER, "mill closed"], ["mill closed", "on Friday"], 1, 1, 0.5, 0.5, 0),
        ([FILLER] * 4 + ["mill closed"], ["mill closed"], 0, 1, 0.2, 1, 1),
        ([FILLER] * 10 + ["mill closed"], ["mill closed"], 0, 0, 0, 0, 0),  # eleventh
        (["mill closed", "on Friday", "mill closed"], ["mill closed", "on Friday"], 1, 1, 1, 1, 1),
        (["mill closed"], ["mill closed", "millclosed"], 1, 1, 1, 1, 1),  # the same fact twice is one
        ([], ["mill closed"], 0, 0, 0, 0, 0),
    ],
)
def test_a_passage_is_relevant_when_it_contains_a_fact(texts, facts, hits4, hits10, mrr, evidence, every):
    assert list(retrieval_scores(texts, facts).values()) == [hits4, hits10, mrr, evidence, every]


def test_a_question_without_facts_is_not_scored():
    with pytest.raises(ValueError, match="without evidence"):
        retrieval_scores(["text"], [])


def test_scores_are_averaged_over_questions():
    assert means([{"a": 1.0, "b": 0.0}, {"a": 0.0, "b": 0.0}]) == {"a": 0.5, "b": 0.0}
    assert means([]) == {}


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("The  Norman Conquest!", "norman conquest"),
        ("an answer, a theory", "answer theory"),
        ("Anna's theatre", "annas theatre"),  # articles go as whole words only
        ("", ""),
    ],
)
def test_text_is_normalised_like_squad(text, normal):
    assert normalise(text) == normal


@pytest.mark.parametrize(
    ("quotes", "answers", "held"),
    [
        (["It fell in 1066."], ["1066"], True),
        (["It fell in 1066."], ["106", "066"], False),
        (["Between 1562-1598 they fought."], ["1562"], True),
        (["They met in the town of Lund."], ["Town of Lund"], True),
        (["They met in Lund.", "It rained."], ["Lund. It"], True),  # the quotes together
        (["They met in Lund."], ["Oslo", "Lund"], True),
        (["They met in Lund."], [], False),
        ([], ["Lund"], False),
        (["They met in Lund."], ["", "the"], False),
        (["It cost C$ (5)"], ["(5)"], True),
    ],
)
def test_quotes_hold_a_gold_answer(quotes, answers, held):
    assert holds_answer(quotes, answers) is held


@pytest.mark.parametrize(
    ("positives", "negatives", "area"),
    [
        ([0.9, 0.8], [0.1, 0.2], 1.0),
        ([0.1], [0.9], 0.0),
        ([0.5, 0.5], [0.5], 0.5),
        ([0.9, 0.3], [0.5, 0.1], 0.75),
        ([0.7, 0.5], [0.5, 0.1], 0.875),
        ([], [0.5], None),
    ],
)
def test_auroc_is_how_often_a_positive_is_above_a_negative(positives, negatives, area):
    assert auroc(positives, negatives) == area


def test_shares_and_percentiles():
    assert share([True, False, False, True]) == 0.5
    assert share([]) is None
    assert percentile([3.0, 1.0, 2.0], 0.95) == 3.0
    assert percentile([3.0, 1.0, 2.0], 0.5) == 2.0
