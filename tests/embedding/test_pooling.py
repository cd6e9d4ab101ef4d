"""Vectors from token states."""

import numpy as np
import pytest

from qa.embedding.pooling import pool, unit
from qa.types import Span

OFFSETS = [(0, 0), (0, 4), (5, 9), (10, 14), (0, 0)]
"""[CLS] rain fell here [SEP]"""
STATES = np.array([[0, 0, 9], [2, 0, 0], [0, 2, 0], [0, 4, 0], [0, 0, 9]], dtype=np.float32)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [([[3.0, 4.0]], [[0.6, 0.8]]), ([[0.0, 0.0]], [[0.0, 0.0]]), ([3.0, 4.0], [0.6, 0.8])],
)
def test_rows_get_unit_length_and_zeros_stay(rows, expected):
    assert np.allclose(unit(np.array(rows)), expected)


def test_a_chunk_is_the_mean_of_all_states_and_a_sentence_of_its_own():
    whole, rows = pool(STATES, OFFSETS, [Span(0, 9), Span(10, 14)])
    assert np.allclose(whole, unit(np.array([2.0, 6.0, 18.0])))
    assert np.allclose(rows, [unit(np.array([1.0, 1.0, 0.0])), [0.0, 1.0, 0.0]])


def test_a_sentence_without_a_word_piece_gets_the_chunk_s_vector():
    whole, rows = pool(STATES, OFFSETS, [Span(9, 10)])
    assert np.allclose(rows[0], whole)


def test_no_sentences_give_no_rows():
    assert pool(STATES, OFFSETS, [])[1].shape == (0, 3)
