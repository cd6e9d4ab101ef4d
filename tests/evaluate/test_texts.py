"""Scores of texts and of retrieval, on tables small enough to be checked by hand."""

import pytest

from qa.evaluate.retrieval import RANKING, means, ranking_scores, retrieval_scores
from qa.evaluate.stats import auroc, percentile, share
from qa.evaluate.texts import exact_match, f1, holds_answer, is_yes_no, locate, normalise, verdict
from qa.types import Span

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
    scores = retrieval_scores(texts, facts)
    names = ("hits@4", "hits@10", "evidence_mrr@10", "evidence@10", "all_evidence@10")
    assert [scores[name] for name in names] == [hits4, hits10, mrr, evidence, every]


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


@pytest.mark.parametrize(
    ("said", "answers", "em", "shared"),
    [
        ("the Norman Conquest!", ["Norman conquest"], 1, 1),
        ("in 1066 at Hastings", ["1066"], 0, 2 / 5),
        ("", ["1066"], 0, 0),
        ("1066", [], 0, 0),
        ("the", ["a"], 1, 1),  # both are nothing once normalised, as in the official script
        ("red green", ["blue", "green red"], 0, 1),
        ("red red", ["red"], 0, 2 / 3),
    ],
)
def test_exact_match_and_f1_are_those_of_squad(said, answers, em, shared):
    assert exact_match(said, answers) == em
    assert f1(said, answers) == pytest.approx(shared)


@pytest.mark.parametrize(
    ("said", "found"),
    [("Yes, it did.", "yes"), ("“No”, she said.", "no"), ("Nobody knows.", None), ("It did, yes.", None), ("", None)],
)
def test_a_verdict_is_what_a_text_opens_with(said, found):
    assert verdict(said) == found


@pytest.mark.parametrize(
    ("answers", "plain"), [(["Yes"], True), (["no."], True), (["yes", "42"], False), ([], False), (["not"], False)]
)
def test_a_plain_yes_or_no_is_known(answers, plain):
    assert is_yes_no(answers) is plain


@pytest.mark.parametrize(
    ("text", "wanted", "place"),
    [
        ("The mill closed.", "mill closed", Span(4, 15)),
        ("The mill\n  closed.", "mill closed", Span(4, 17)),
        ("The mill (old) closed.", "mill (old)", Span(4, 14)),
        ("The mill.", "closed", None),
        ("The mill.", "", None),
        ("The mill.", " \n", None),
    ],
)
def test_words_are_found_whatever_white_space_is_between_them(text, wanted, place):
    assert locate(text, wanted) == place


@pytest.mark.parametrize(
    ("found", "relevant", "recalls", "mrr", "ndcg"),
    [
        (["a", "b"], ["a"], [1, 1, 1, 1], 1, 1),
        (["b", "a"], ["a"], [0, 1, 1, 1], 0.5, 0.6309297535714575),  # 1 / log2(3)
        (["x", "y", "a", "b"], ["a", "b"], [0, 0.5, 1, 1], 1 / 3, 0.5706417189553201),
        ([], ["a"], [0, 0, 0, 0], 0, 0),
        ([f"x{at}" for at in range(10)] + ["a"], ["a"], [0, 0, 0, 0], 0, 0),
        (["b", "a", "c"], ["a", "b", "c"], [1 / 3, 1, 1, 1], 1, 1),  # ties in nothing: our order is kept
    ],
)
def test_rankings_are_scored_as_the_field_does(found, relevant, recalls, mrr, ndcg):
    assert list(ranking_scores(found, relevant).values()) == pytest.approx([*recalls, mrr, ndcg])
    assert list(ranking_scores(found, relevant)) == list(RANKING)


def test_average_precision_counts_a_fact_where_it_is_met_first():
    texts = ["mill closed", FILLER, "mill closed on Friday"]
    assert retrieval_scores(texts, ["mill closed", "on Friday"])["evidence_map@10"] == pytest.approx((1 + 1 / 3) / 2)
