"""Passages ranked, with the real model and real indexes."""

import numpy as np
import pytest

from qa.retrieve.rank import rank
from qa.retrieve.understand import understand
from qa.types import Filters


def ranked(small, text, filters=None):
    question = understand(text, small.archive.keywords, small.archive.publishers())
    return rank(small.archive, question, filters or Filters())


@pytest.mark.parametrize(
    ("question", "article"),
    [
        ("Where did the ferry Alma sink?", {"ferry"}),
        ("How long was Edgar Holm the keeper of the lighthouse?", {"lighthouse"}),
        ("Who became head teacher of Eastcliff?", {"teacher-post", "teacher-radio"}),
        ("维修费用是多少？", {"chinese"}),
        ("متى أعيد فتح الميناء؟", {"arabic"}),
        ("the vessel that went down in the mist", {"ferry"}),  # no word in common: the vectors find it
    ],
)
def test_the_article_that_answers_comes_first(small, question, article):
    assert ranked(small, question)[0].stored.chunk.article_id in {small.ids[key] for key in article}


def test_scores_fall_and_are_numbers(small):
    scores = [found.score for found in ranked(small, "Who became head teacher of Eastcliff?")]
    assert scores == sorted(scores, reverse=True)
    assert np.isfinite(scores).all()


def test_the_same_question_is_ranked_the_same_twice(small):
    first, second = ([(found.stored.id, found.score) for found in ranked(small, "the siren")] for _ in range(2))
    assert first == second


def test_shares_are_parts_of_the_question(small):
    for found in ranked(small, "Which ferry sank off Port Ellen in 2024?"):
        read, count = found.readings[0], len(found.stored.sentences)
        assert len(read.cosines) == len(read.shares) == len(read.shares_with_header) == count
        assert (read.shares >= 0).all()
        assert (read.shares_with_header >= read.shares).all()
        assert (read.shares_around >= read.shares_with_header).all()
        assert read.shares_around.max() <= read.coverage + 1e-9 <= 1 + 2e-9


def test_sentences_are_slices_of_their_article(small):
    for found in ranked(small, "ferry"):
        text = small.archive.article(found.stored.chunk.article_id).text
        assert found.stored.sentence_texts == [text[span.start : span.end] for span in found.stored.sentences]


@pytest.mark.parametrize(
    ("asked", "timely"),
    [
        ("Who was chosen as head teacher?", {"teacher-post", "teacher-radio", "lighthouse"}),
        ("Who was chosen as head teacher in February 2024?", {"teacher-post", "teacher-radio"}),
        ("Who was chosen as head teacher in May 1999?", set()),
    ],
)
def test_passages_of_the_time_that_a_question_names_are_told_from_others(small, asked, timely):
    by_article = {found.stored.chunk.article_id: bool(found.readings[0].timely) for found in ranked(small, asked)}
    for key in ("teacher-post", "teacher-radio", "lighthouse"):
        assert (by_article[small.ids[key]] > 0) is (key in timely)


def test_a_filter_that_allows_nothing_ranks_nothing(small):
    assert ranked(small, "ferry", Filters(article_ids=())) == []


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("What did Coast Radio say about the head teacher?", {"Coast Radio"}),
        ("Did the Harbour Post and Coast Radio agree on the head teacher?", {"Harbour Post", "Coast Radio"}),
    ],
)
def test_publishers_that_a_question_names_come_first_and_hide_nobody(small, text, first):
    found = ranked(small, text)
    publishers = [small.archive.article(one.stored.chunk.article_id).publisher for one in found]
    assert set(publishers[: len(first)]) == first
    assert {one.stored.id for one in found} == {chunk.id for chunk in small.archive.catalogue.all_chunks()}


def test_a_publisher_that_the_filter_forbids_is_not_brought_back_by_naming_it(small):
    found = ranked(small, "What did Coast Radio say about the teacher?", Filters(publishers=("Harbour Post",)))
    assert {one.stored.chunk.article_id for one in found} == {small.ids["ferry"], small.ids["teacher-post"]}


def test_no_chunk_has_two_places(small):
    found = ranked(small, "Did the Harbour Post and Coast Radio agree on the head teacher?")
    assert len({one.stored.id for one in found}) == len(found)
