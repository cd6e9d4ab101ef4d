"""Candidates from both indexes with one score."""

import numpy as np
import pytest

from qa.index.catalogue_rows import article_of
from qa.retrieve.fuse import DENSE_SHARE, EXACT_LIMIT, Wording, candidates, cosines, fuse, keyword_scores
from qa.types import Filters

QUESTION = "Which ferry sank off Port Ellen?"


@pytest.mark.parametrize(
    ("cosine", "bm25", "fused"),
    [
        ({}, {}, {}),
        ({"a": 0.5}, {}, {"a": 0.3}),
        ({"a": 0.8, "b": 0.4}, {"b": 12.0}, {"a": 0.3, "b": 0.85}),
        ({"a": 0.5, "b": 0.5}, {"a": 2.0, "b": 1.0}, {"a": 1.0, "b": 0.65}),
        ({"a": 0.5, "b": -0.5}, {"b": 1.0}, {"a": 0.3, "b": 0.7}),  # unlike is no worse than nothing in common
        ({"a": 0.0}, {"a": 0.0}, {"a": 0.0}),
    ],
)
def test_each_side_counts_in_parts_of_its_own_best(cosine, bm25, fused):
    assert fuse(cosine, bm25) == pytest.approx(fused)
    assert DENSE_SHARE == 0.3


@pytest.fixture
def vector(small):
    return small.archive.embedder.embed_query(QUESTION)


def found_by(small, question, vector, filters, n):
    wording = Wording(vector, keyword_scores(small.archive, question, filters, n))
    return candidates(small.archive, [wording], filters, n)


def test_candidates_come_best_first_with_what_their_scores_are_measured_in(small, vector):
    found = found_by(small, QUESTION, vector, Filters(), 50)
    (nearest,), (keyword,) = found.nearest, found.keyword
    assert article_of(found.ids[0]) == small.ids["ferry"]
    assert len(set(found.ids)) == len(found.ids) == small.archive.catalogue.chunk_count()
    cosine = {key: float(stored.vector @ vector) for key, (stored, _) in small.archive.chunks(found.ids).items()}
    assert nearest == pytest.approx(max(cosine.values()), abs=1e-5)
    mixed = [DENSE_SHARE * max(cosine[key], 0) / nearest + (1 - DENSE_SHARE) * keyword[key] for key in found.ids]
    assert mixed == pytest.approx(sorted(mixed, reverse=True))


def test_no_more_candidates_come_than_were_asked_for(small, vector):
    assert len(found_by(small, QUESTION, vector, Filters(), 2).ids) == 2


@pytest.mark.parametrize("limit", [0, EXACT_LIMIT])
def test_a_filter_that_lets_everything_through_changes_no_score(small, vector, limit):
    everything = Filters(article_ids=tuple(small.ids.values()))
    free, limited = (
        cosines(small.archive, [vector], 50, filters, exact_limit=limit)[0] for filters in (Filters(), everything)
    )
    assert free == pytest.approx(limited, abs=1e-5)


@pytest.mark.parametrize("filters", [Filters(), Filters(publishers=("Coast Radio", "海港日报"))])
def test_comparing_one_by_one_finds_what_chroma_finds(small, vector, filters):
    others = found_by(small, QUESTION, vector, filters, 50).ids[-1:]
    one_by_one, nearest = (
        cosines(small.archive, [vector, -vector], 2, filters, others, exact_limit=limit) for limit in (EXACT_LIMIT, 0)
    )
    for exact, graph in zip(one_by_one, nearest, strict=True):
        assert exact == pytest.approx(graph, abs=1e-5)


@pytest.mark.parametrize(
    ("filters", "allowed"),
    [
        ({"publishers": ("coast  RADIO",)}, {"lighthouse", "teacher-radio"}),
        ({"publishers": ("Coast Radio", "海港日报")}, {"lighthouse", "teacher-radio", "chinese"}),
        ({"published_from": "2024-03-31", "published_to": "2024-03-31"}, {"ferry"}),  # its own day, not UTC's
        ({"published_from": "2024-03-30", "published_to": "2024-03-30"}, set()),
        ({"published_to": "2024-02-02"}, {"teacher-post"}),
        ({"published_from": "2024-05-05"}, {"hostile"}),
        ({"published_from": "0001-01-01", "published_to": "9999-12-31"}, "dated"),  # undated matches no date filter
        ({"published_from": "2024-04-03", "published_to": "2024-04-01"}, set()),
        ({"article_ids": ()}, set()),
        ({"article_ids": ("no such id", "' OR 1=1 --")}, set()),
        ({"exclude_article_ids": ("ferry", "hostile")}, "others"),
        ({"article_ids": ("ferry", "chinese"), "exclude_article_ids": ("ferry",)}, {"chinese"}),
        ({"publishers": ("Nobody's News",)}, set()),
    ],
)
def test_no_candidate_of_either_index_passes_a_filter_that_forbids_it(small, vector, filters, allowed):
    named = {name: tuple(small.ids.get(key, key) for key in value) for name, value in filters.items() if "ids" in name}
    expected = {"dated": small.ids.keys() - {"lighthouse"}, "others": small.ids.keys() - {"ferry", "hostile"}}
    wanted = expected.get(allowed, allowed) if isinstance(allowed, str) else allowed
    limits = Filters(**{**filters, **named})
    found = found_by(small, QUESTION, vector, limits, 50)
    assert {article_of(key) for key in found.ids} == {small.ids[key] for key in wanted}
    assert small.archive.coverage(limits).articles == len(wanted)


def test_cosines_of_unknown_chunks_are_left_out(small, vector):
    for filters in (Filters(), Filters(publishers=("Coast Radio",))):
        known = cosines(small.archive, [vector], 50, filters)
        assert cosines(small.archive, [vector], 50, filters, ["no such chunk"]) == known
    assert cosines(small.archive, [vector, vector], 50, Filters(article_ids=()), ["no such chunk"]) == [{}, {}]


def test_a_question_without_a_known_word_still_gets_the_nearest(small):
    vector = small.archive.embedder.embed_query("zeppelin")
    found = found_by(small, "zeppelin", vector, Filters(), 50)
    assert len(found.ids) == small.archive.catalogue.chunk_count()


def test_an_odd_vector_gives_no_odd_score(small):
    zero = np.zeros(small.archive.embedder.dimension, dtype=np.float32)
    everything = Filters(article_ids=tuple(small.ids.values()))
    found = found_by(small, QUESTION, zero, everything, 50)
    assert found.nearest == (1.0,), "what is like nothing is measured in no part of it"
    assert all(0 <= share <= 1 for share in found.keyword[0].values())
