"""The arithmetic of the extraction benchmark."""

import json

import pytest

from tests.benchmarks.extraction import BASELINE, mean, regressions, score


@pytest.mark.parametrize(
    ("gold", "found", "expected"),
    [
        ("a b c d e", "a b c d e", (1.0, 1.0)),
        ("a b c d e", "a b c d", (1.0, 0.5)),
        ("a b c d", "a, b! c d menu", (0.5, 1.0)),
        ("a b c d a b c d", "a b c d", (1.0, 0.2)),
        ("a b", "a b", (1.0, 1.0)),
        ("a b c d", "", (0.0, 0.0)),
        ("", "", (1.0, 1.0)),
    ],
)
def test_shingles_are_counted_as_a_bag(gold, found, expected):
    assert score(gold, found) == expected


def test_f1_is_of_the_means():
    assert mean({"a": (1.0, 0.5), "b": (0.5, 0.5)}) == (0.75, 0.5, pytest.approx(0.6))


def test_a_page_that_got_worse_is_named_and_the_kept_scores_are_of_pages_alone():
    assert len(regressions({"a": [1.0, 1.0], "b": [1.0, 1.0]}, {"a": (1.0, 0.9), "b": (1.0, 0.99), "c": (0, 0)})) == 1
    kept = json.loads(BASELINE.read_text())
    assert mean({page: tuple(pair) for page, pair in kept.items()})[2] >= 0.958
