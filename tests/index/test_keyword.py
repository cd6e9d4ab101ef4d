"""BM25 over title, publisher, date and text."""

import pytest

from qa.index import keyword
from qa.index.catalogue import article_id
from qa.types import Filters
from tests.conftest import ARTICLES

BRIDGE, FERRIES, APRIL, MATCH, LIBRARY, GUESTS, COD, CORRECTION = map(article_id, ARTICLES)


def found(archive, question, filters=None, n=10):
    return [key.rsplit("-", 2)[0] for key, _ in archive.keywords.query(question, n, filters)]


@pytest.mark.parametrize(
    ("question", "best"),
    [
        ("When does the harbour bridge close?", BRIDGE),
        ("BEARINGS crack", BRIDGE),
        ("electric ferry", FERRIES),
        ("Okafor turns the match", MATCH),  # only in the title
        ("Hafenbote", GUESTS),  # only the publisher
        ("19 November 2023", MATCH),  # only the date
        ("2022-08-30", COD),
        ("anne gross gaste", GUESTS),  # without accents
        ("1871", CORRECTION),
        ("fishermen's cods", COD),
    ],
)
def test_the_best_passage_comes_first(archive, question, best):
    assert found(archive, question)[0] == best


@pytest.mark.parametrize("question", ["", " ", "?!", "🎣", "zzyzx", "\0", '"', "*", "a" * 5000])
def test_a_question_without_known_words_finds_nothing_or_plain_words(archive, question):
    assert set(found(archive, question)) <= {BRIDGE}


def test_query_language_is_only_words(archive):
    plain = archive.keywords.query("bridge and not ferry", 10)
    assert archive.keywords.query("+bridge AND -ferry NOT", 10)[0][0] == plain[0][0]
    assert archive.keywords.query('text:"bridge"~2 [a TO z] AND -not ferry', 10)


def test_words_of_most_passages_are_looked_up_only_in_small_archives_and_where_there_is_no_other(archive, monkeypatch):
    common = max(("the", "of", "in", "on"), key=archive.keywords.passages_with)
    assert archive.keywords.passages_with(common) > keyword.COMMON * archive.vectors.count()
    bridge = archive.keywords.query("bridge", 10)
    assert archive.keywords.query(f"{common} bridge", 10) != bridge
    monkeypatch.setattr(keyword, "MANY", 2)
    assert archive.keywords.query(f"{common} bridge", 10) == bridge
    assert archive.keywords.query(common, 10)


def test_a_very_long_question_is_answered(archive):
    assert found(archive, "bridge " + "word " * 20_000)[0] == BRIDGE


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(publishers=["valley ECHO"]), {APRIL, MATCH, CORRECTION}),
        (Filters(published_from="2024-05-12", published_to="2024-05-12"), {FERRIES, LIBRARY}),
        (Filters(published_to="2023-12-31"), {MATCH, COD}),
        (Filters(published_from="2024-05-13"), {CORRECTION}),
        (Filters(article_ids=[BRIDGE, COD]), {BRIDGE, COD}),
        (Filters(article_ids=[]), set()),
        (Filters(publishers=["nobody"]), set()),
        (Filters(exclude_article_ids=[BRIDGE]), {FERRIES, APRIL, MATCH, LIBRARY, GUESTS, COD, CORRECTION}),
    ],
)
def test_filters_agree_with_the_catalogue_and_leave_scores_alone(archive, filters, expected):
    question = "the in of die was a year 2025"
    free = dict(archive.keywords.query(question, 100))
    limited = dict(archive.keywords.query(question, 100, filters))
    assert {key.rsplit("-", 2)[0] for key in limited} == expected
    assert set(limited) == archive.catalogue.allowed(archive.catalogue.chunk_ids(), filters)
    assert limited == pytest.approx({key: free[key] for key in limited})


def test_scores_of_given_chunks_are_those_of_the_search(archive):
    hits = dict(archive.keywords.query("the council voted", 100))
    ids = archive.catalogue.chunk_ids()
    assert archive.keywords.scores("the council voted", [*ids, "unknown"]) == pytest.approx(hits)
    assert archive.keywords.scores("the council voted", []) == archive.keywords.scores("?", ids) == {}


def test_rare_words_weigh_more_and_no_word_weighs_nothing(archive):
    weights = archive.keywords.inverse_document_frequencies(["the", "okafor", "zzyzx"])
    assert 0 < weights["the"] < weights["okafor"] < weights["zzyzx"]


def test_as_many_results_as_asked_for(archive):
    assert len(found(archive, "the", n=2)) == 2
    assert len(found(archive, "the", n=0)) == 1
    assert archive.keywords.count() == archive.catalogue.chunk_count() == len(archive.catalogue.chunk_ids())
