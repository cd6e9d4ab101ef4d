"""The abstention model is fitted, and measured on what it was not fitted on."""

from random import Random

import numpy as np
import pytest

from qa.answer.tuned import NAMES
from qa.evaluate.fitting import Sample, fit, guesses, held_out, kind_weights, linked
from qa.evaluate.stats import auroc


def samples(draw, *, told, groups=60, of_each=4):
    """Questions about articles; ``told`` is how far the first feature tells whether one can be answered."""
    found = []
    for group in range(groups):
        answerable = bool(group % 2)
        for _ in range(of_each):
            values = [draw.random() for _ in NAMES]
            values[0] = told * answerable + (1 - told) * values[0]
            found.append(Sample("with" if answerable else "without", answerable, tuple(values), group))
    return found


def apart(asked, confidence):
    can = np.array([sample.answerable for sample in asked])
    return auroc(confidence[can], confidence[~can])


def test_what_tells_is_found_and_what_does_not_is_not():
    model = fit(samples(Random(1), told=0.6))
    first, *others = (abs(model["weights"][name]) for name in NAMES)
    assert first > 3 * max(others)
    assert set(model) == {"weights", "bias", "thresholds"}
    assert 0 < model["thresholds"]["balanced"] <= model["thresholds"]["strict"] < 1


def test_a_question_is_judged_by_numbers_that_saw_none_about_its_article():
    # Each article's questions look the same, and nothing tells articles apart: what is learnt by heart is of no use.
    draw = Random(2)
    asked = []
    for group in range(24):
        values, answerable = tuple(draw.random() for _ in NAMES), bool(draw.randrange(2))
        asked += [Sample("with" if answerable else "without", answerable, values, group)] * 20
    assert 0.25 < apart(asked, guesses(asked)) < 0.75
    assert apart(asked, held_out(asked).confidence) == apart(asked, guesses(asked))


def test_thresholds_too_are_of_other_folds():
    held = held_out(samples(Random(3), told=0.9))
    assert held.answered["balanced"].sum() >= held.answered["strict"].sum()
    assert held.confidence[held.answered["strict"]].min() > held.confidence[~held.answered["balanced"]].max() - 0.5


def test_a_reading_that_is_not_trusted_lowers_the_confidence():
    asked = samples(Random(4), told=0.8)
    doubted = [Sample(one.kind, one.answerable, one.values, one.group, trust=0.5) for one in asked]
    assert np.allclose(guesses(doubted), 0.5 * guesses(asked))


def test_each_kind_of_question_weighs_alike():
    kinds = np.array(["a"] * 8 + ["b"] * 2 + ["none"] * 5)
    can = np.array([True] * 10 + [False] * 5)
    weights = kind_weights(kinds, can)
    assert weights[can].sum() == pytest.approx(weights[~can].sum())
    assert weights[kinds == "a"].sum() == pytest.approx(weights[kinds == "b"].sum())


def test_questions_that_share_an_article_in_a_chain_stay_together():
    assert linked([["a"], ["b", "c"], ["a"], [], ["c"], ["d", "b"]]) == [0, 1, 0, 2, 1, 1]
