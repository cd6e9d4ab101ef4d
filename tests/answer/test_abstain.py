"""When the evidence is enough."""

from dataclasses import asdict, fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.answer.abstain import Features, confidence, enough, features, load_model
from qa.retrieve.rank import rank
from qa.retrieve.understand import understand
from qa.types import Filters

NAMES = [field.name for field in fields(Features)]


def looked_at(small, text):
    question = understand(text, small.archive.keywords)
    return features(question, rank(small.archive, question, Filters()))


def test_the_fitted_numbers_are_those_of_the_features():
    model = load_model()
    assert set(model["weights"]) == set(NAMES)
    assert set(model["thresholds"]) >= {"strict", "balanced"}
    assert 0 < model["thresholds"]["balanced"] <= model["thresholds"]["strict"] < 1


@pytest.mark.parametrize("level", ["strict", "balanced"])
def test_an_answer_must_reach_its_level(level):
    threshold = load_model()["thresholds"][level]
    assert enough(threshold, level)
    assert not enough(threshold - 1e-9, level)
    assert enough(1.0, level)
    assert not enough(0.0, level)


def test_open_always_answers():
    assert enough(0.0, "open")


@given(st.lists(st.floats(-1e6, 1e6), min_size=len(NAMES), max_size=len(NAMES)))
def test_a_confidence_is_a_probability_whatever_the_evidence(values):
    assert 0 <= confidence(Features(*values)) <= 1


@pytest.mark.parametrize(
    "question",
    [
        "Where did the ferry Alma sink?",
        "Who won the World Cup in 1954?",
        "What is it?",
        "大桥何时重新开放？",
        "متى أعيد فتح الميناء؟",
        "ferry " * 300,
    ],
)
def test_features_stay_in_their_range(small, question):
    for name, value in asdict(looked_at(small, question)).items():
        assert -1.01 <= value <= 1.01, name


def test_evidence_that_answers_is_trusted_more_than_evidence_that_does_not(small):
    held = confidence(looked_at(small, "Where did the ferry Alma sink?"))
    assert held > confidence(looked_at(small, "Which zeppelin landed at Hallowick?"))
    assert held > confidence(looked_at(small, "What does a loaf of bread cost in Oskerby?"))


def test_last_years_fire_does_not_answer_for_this_one(small):
    asked = looked_at(small, "Where did the ferry Alma sink in May 1999?")
    assert asked.time_gap > 0.5
    assert confidence(asked) < load_model()["thresholds"]["balanced"]
    assert looked_at(small, "Where did the ferry Alma sink?").time_gap == 0


def test_a_name_that_the_best_passage_lacks_is_seen(small):
    assert looked_at(small, "Where did the ferry Alma sink?").named == 1
    assert looked_at(small, "Where did the ferry Bettina sink?").named < 1


def test_full_agreement_is_trusted_and_none_is_not():
    model = load_model()["thresholds"]
    assert confidence(Features(1, 1, 1, 0)) > model["strict"]
    assert confidence(Features(0, 0, 0, 0)) < model["balanced"]
