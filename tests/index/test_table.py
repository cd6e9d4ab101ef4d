"""The table of all embeddings allows exactly what the catalogue does, and finds the nearest of it."""

from random import Random

import numpy as np
import pytest

from qa.index import catalogue_table
from qa.index.catalogue import Catalogue
from qa.index.catalogue_table import Table
from qa.types import ArticleDraft, ChunkDraft, EmbeddedChunk, Filters, Prepared, Span

DIMENSION = 48
PUBLISHERS = ("The Echo", "the  ECHO", "Courier", None)
DAYS = ("2024-01-31", "2024-02-01T10:00:00+09:00", "2024-02", None)


def prepared(number, noise, text="The ferry left. It came back."):
    rows = noise.standard_normal((3, DIMENSION)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    spans = (Span(0, 15), Span(16, 29))
    chunk = EmbeddedChunk(ChunkDraft(0, 29, spans), rows[0], rows[1:])
    draw = Random(number)
    draft = ArticleDraft(
        f"{text} {number}",
        external_id=str(number),
        publisher=draw.choice(PUBLISHERS),
        published_at=draw.choice(DAYS),
    )
    return Prepared(draft, (chunk, chunk) if number % 3 == 0 else (chunk,))


@pytest.fixture
def catalogue(tmp_path):
    made, noise = Catalogue(tmp_path), np.random.default_rng(1)
    made.put([prepared(number, noise) for number in range(60)])
    yield made
    made.close()


@pytest.fixture(params=[0, 20_000], ids=["in bytes", "as stored"])
def table(request, catalogue, monkeypatch):
    monkeypatch.setattr(catalogue_table, "WORTH_IT", 0)
    monkeypatch.setattr(catalogue_table, "WHOLE", request.param)
    return Table(catalogue)


def filters_for(catalogue):
    ids = [one.id for one in catalogue.summaries(Filters())]
    return [
        Filters(publishers=["the echo"]),
        Filters(publishers=["nobody"]),
        Filters(published_from="2024-02-01"),
        Filters(published_to="2024-01-31"),
        Filters(published_from="2024-02-01", published_to="2024-02-01", publishers=["courier", "THE ECHO"]),
        Filters(article_ids=[*ids[:5], "unknown"]),
        Filters(article_ids=[]),
        Filters(exclude_article_ids=ids[3:9]),
        Filters(article_ids=ids[:5], exclude_article_ids=ids[:5]),
    ]


def ids_of(allowed):
    return {allowed.rows.chunk_ids[at] for at in allowed.chunks.tolist()}


def test_it_allows_what_the_catalogue_allows(catalogue, table):
    ids = catalogue.chunk_ids()
    for filters in filters_for(catalogue):
        expected = catalogue.allowed(ids, filters)
        allowed = table.allowed(filters)
        assert ids_of(allowed) == allowed.among(ids) == expected
        assert len(allowed.chunks) == catalogue.chunk_count(filters)


def test_the_nearest_of_the_allowed_are_found(catalogue, table):
    noise = np.random.default_rng(2)
    for filters in filters_for(catalogue):
        ids, rows = catalogue.filtered_vectors(filters)
        vectors = list(noise.standard_normal((2, DIMENSION)).astype(np.float32))
        found = table.allowed(filters).nearest(vectors, 5)
        for vector in vectors:
            best = {ids[at] for at in np.argsort(-(rows @ vector))[:5]} if ids else set()
            assert best <= found


def test_of_very_many_those_with_the_most_signs_in_common_are_compared(catalogue, monkeypatch):
    monkeypatch.setattr(catalogue_table, "WORTH_IT", 0)
    monkeypatch.setattr(catalogue_table, "WHOLE", 0)
    monkeypatch.setattr(catalogue_table, "MOST_WHOLE", 10)
    monkeypatch.setattr(catalogue_table, "SIFTED", 10)
    noise, everything = np.random.default_rng(4), Filters(published_to="9999-12-31")
    allowed = Table(catalogue).allowed(everything)
    ids, rows = catalogue.filtered_vectors(everything)
    vectors = [*noise.standard_normal((200, DIMENSION)).astype(np.float32)]
    best = [ids[int(np.argmax(rows @ vector))] for vector in vectors]
    looked = [len(allowed._alike([vector], 20)) for vector in vectors]
    assert set(looked) == {20} != {len(ids)}
    assert (
        sum(key in allowed.nearest([vector], 1) for key, vector in zip(best, vectors, strict=True)) >= 160
    )  # noise is hardest
    assert best[0] in allowed.nearest(vectors[:2], 1)


def test_cosines_are_told_to_three_digits_and_unknown_chunks_left_out(catalogue, table):
    vector = np.random.default_rng(5).standard_normal(DIMENSION).astype(np.float32)
    vector /= np.linalg.norm(vector)
    catalogue.put([prepared(number, np.random.default_rng(number)) for number in (200, 7)])
    ids, rows = catalogue.filtered_vectors(Filters())
    (found,) = table.allowed(Filters(published_to="9999-12-31")).similar([*ids, "no such chunk"], [vector])
    assert found == pytest.approx(dict(zip(ids, map(float, rows @ vector), strict=True)), abs=0.01)


def test_it_follows_what_is_added_changed_and_removed(catalogue, table):
    everything, noise = Filters(published_to="9999-12-31", article_ids=None), np.random.default_rng(3)
    first = table.allowed(everything)
    ids = [one.id for one in catalogue.summaries(Filters())]
    catalogue.put([prepared(number, noise, "The ferry sank. It is lost!!!") for number in (3, 4, 100)])
    catalogue.remove(ids[10:20])
    allowed = table.allowed(everything)
    assert allowed.rows.applied == catalogue.last_change()
    assert ids_of(allowed) == catalogue.allowed(catalogue.chunk_ids(), everything) != ids_of(first)
    kept, rows = allowed.embeddings()
    stored = dict(zip(*catalogue.vectors(kept), strict=True))
    assert allowed.rows.vectors.dtype == first.rows.vectors.dtype
    for key, row in zip(kept, rows.astype(np.float32), strict=True):
        assert float(row @ stored[key]) / np.linalg.norm(row) > 0.999
    assert table.allowed(everything).rows is allowed.rows  # nothing is read again without a change


def test_an_archive_that_grows_large_is_kept_in_bytes(catalogue, monkeypatch):
    monkeypatch.setattr(catalogue_table, "WORTH_IT", 0)
    monkeypatch.setattr(catalogue_table, "WHOLE", 90)
    table = Table(catalogue)
    assert table.allowed(Filters(publishers=["courier"])).exact
    catalogue.put([prepared(number, np.random.default_rng(number)) for number in range(100, 130)])
    grown = table.allowed(Filters(publishers=["courier"]))
    assert not grown.exact
    assert ids_of(grown) == catalogue.allowed(catalogue.chunk_ids(), Filters(publishers=["courier"]))


def test_a_process_that_asks_little_reads_no_table(catalogue):
    table = Table(catalogue)
    asked = [Filters(publishers=[name]) for name in "abcd"]
    assert [table.allowed(filters) for filters in asked] == [None] * 4
    assert table.allowed(asked[0]) is not None


def test_an_empty_archive_allows_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(catalogue_table, "WORTH_IT", 0)
    catalogue = Catalogue(tmp_path)
    allowed = Table(catalogue).allowed(Filters(publishers=["a"]))
    assert ids_of(allowed) == allowed.nearest([np.ones(DIMENSION, np.float32)], 3) == set()
    catalogue.close()
