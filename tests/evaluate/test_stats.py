"""Intervals, the paired test and the curves, against figures that can be checked by hand or by another library."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from qa.evaluate.stats import area_under, auroc, figure, mean_figure, paired, risk_coverage


def test_an_interval_holds_the_mean_and_narrows_with_more_questions():
    few, many = (mean_figure(np.array([0.0, 1.0] * n)) for n in (10, 1000))
    assert few.value == many.value == 0.5
    assert few.low < 0.4 < 0.6 < few.high
    # The normal approximation: 1.96 * 0.5 / sqrt(2000) is 0.0219.
    assert many.high - 0.5 == pytest.approx(0.0219, abs=0.004)
    assert (few.n, many.n) == (20, 2000)


def test_the_same_scores_give_the_same_interval():
    values = np.random.default_rng(7).random(300)
    assert mean_figure(values) == mean_figure(values.copy())


def test_one_question_has_an_interval_of_no_width():
    found = mean_figure(np.array([0.25]))
    assert (found.low, found.value, found.high, found.n) == (0.25, 0.25, 0.25, 1)


def test_a_hundred_thousand_questions_are_no_matter():
    assert mean_figure(np.ones(100_000)).value == 1.0


def test_a_real_difference_is_told_from_chance():
    draw = np.random.default_rng(1)
    ours = draw.random(200)
    same = paired(ours, ours)
    assert (same.difference, same.p) == (0.0, 1.0)
    better = paired(ours, ours - 0.1 + draw.normal(0, 0.05, 200))
    assert better.difference == pytest.approx(0.1, abs=0.02)
    assert better.low > 0
    assert better.p < 0.01
    chance = paired(ours, ours + draw.normal(0, 0.3, 200))
    assert chance.p > 0.05
    assert chance.low < 0 < chance.high


@pytest.mark.parametrize("seed", range(4))
def test_the_area_is_that_of_scikit_learn(seed):
    draw = np.random.default_rng(seed)
    scores, truth = draw.integers(0, 8, 60) / 8, draw.integers(0, 2, 60) == 1
    assert auroc(scores[truth], scores[~truth]) == pytest.approx(roc_auc_score(truth, scores))


def test_risk_rises_where_wrong_answers_come_in():
    coverage, risk = risk_coverage(np.array([0.9, 0.7, 0.8, 0.6]), np.array([1.0, 1.0, 0.0, 0.0]), total=8)
    assert list(coverage) == [1 / 8, 2 / 8, 3 / 8, 4 / 8]
    assert list(risk) == [0, 1 / 2, 1 / 3, 2 / 4]
    assert area_under(coverage, risk) == pytest.approx((0 + 1 / 2 + 1 / 3 + 1 / 2) / 4)


def test_answers_of_the_same_confidence_come_in_together():
    coverage, risk = risk_coverage(np.array([0.5, 0.5]), np.array([1.0, 0.0]), total=2)
    assert (list(coverage), list(risk)) == ([1.0], [0.5])


def test_no_answers_have_no_area():
    empty = np.array([])
    assert area_under(*risk_coverage(empty, empty, total=4)) is None


def test_a_statistic_that_some_resamples_lack_has_an_interval_of_the_others():
    truth = np.array([True] + [False] * 6)
    scores = np.arange(7.0)
    found = figure(lambda at: auroc(scores[at][truth[at]], scores[at][~truth[at]]), 7)
    assert found is not None
    assert (found.value, found.n) == (0.0, 7)
    assert figure(lambda at: None, 3) is None
