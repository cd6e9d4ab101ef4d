"""Nearest neighbours in Chroma, beside exact cosine over the catalogue."""

import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from qa.config import Settings
from qa.index.archive import Archive
from qa.index.catalogue import article_id
from qa.index.vectors import BATCH, open_client
from qa.types import ArticleDraft, ChunkDraft, EmbeddedChunk, Prepared, Span
from tests.conftest import ARTICLES


@pytest.mark.parametrize(
    ("question", "place"),
    [("Why is the bridge shut?", 0), ("goals in the last minutes", 3), ("how wet was spring", 2), ("fish catch", 6)],
)
def test_the_nearest_passage_is_about_the_question(archive, embedder, question, place):
    assert archive.vectors.query(embedder.embed_query(question), 1)[0][0].startswith(article_id(ARTICLES[place]))


def test_neighbours_and_similarities_are_exact(archive, embedder):
    ids, matrix = archive.catalogue.vectors(archive.catalogue.chunk_ids())
    vector = embedder.embed_query("what did the council decide?")
    exact = dict(zip(ids, map(float, matrix @ vector), strict=True))
    hits = archive.vectors.query(vector, len(ids))
    assert dict(hits) == pytest.approx(exact, abs=1e-5)
    assert [key for key, _ in hits] == sorted(exact, key=lambda key: -exact[key])


@pytest.mark.parametrize(("n", "length"), [(0, 1), (1, 1), (3, 3), (10_000, None)])
def test_at_most_as_many_neighbours_as_asked_for(archive, embedder, n, length):
    assert len(archive.vectors.query(embedder.embed_query("rain"), n)) == (length or archive.vectors.count())


def test_an_empty_archive_has_no_neighbours(tmp_path, embedder):
    with Archive.open(Settings(data_dir=tmp_path)) as empty:
        assert empty.vectors.query(embedder.embed_query("rain"), 5) == []
        assert empty.keywords.query("rain", 5) == []
        assert (empty.vectors.count(), empty.keywords.count(), empty.recipe) == (0, 0, "")


def random_articles(count, dimension=384, chunks=1):
    rng = np.random.default_rng(count)
    for number in range(count):
        text = f"Report {number} of the town. " * chunks
        size = len(text) // chunks
        rows = rng.standard_normal((chunks, dimension)).astype(np.float32)
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        yield Prepared(
            ArticleDraft(text, url=f"https://example.org/{number}"),
            tuple(
                EmbeddedChunk(
                    ChunkDraft(at * size, (at + 1) * size, (Span(at * size, (at + 1) * size),)), row, row[None, :]
                )
                for at, row in enumerate(rows)
            ),
        )


def test_more_chunks_than_one_batch_are_taken_in_one_go(tmp_path):
    settings = Settings(data_dir=tmp_path)
    with Archive.open(settings) as archive:
        archive.put(list(random_articles(21, chunks=101)))
    with Archive.open(settings, read_only=True) as archive:
        assert archive.repairs == []
        assert archive.vectors.count() == archive.catalogue.chunk_count() == 2121 > BATCH
        ids, matrix = archive.catalogue.vectors(archive.catalogue.chunk_ids())
        for at in range(0, 2121, 200):
            ((key, score),) = archive.vectors.query(matrix[at], 1)
            assert (key, round(score, 4)) == (ids[at], 1.0)


def test_memory_that_chroma_never_filled_stays_in_no_file(tmp_path):
    articles = list(random_articles(1250))
    with Archive.open(Settings(data_dir=tmp_path)) as archive:
        archive.put(articles[:50])
        archive.refresh()
        archive.vectors.query(articles[0].chunks[0].vector, 1)
        (graph,) = (tmp_path / "vectors").glob("*/*/data_level0.bin")
        whole = graph.stat().st_size
        graph.write_bytes(b"marzipan" * (whole // 8))
        archive.vectors.wipe(archive.catalogue)
        assert graph.read_bytes() == bytes(whole)
        # What is written over is only what Chroma would never have read: the graph grows from it as ever.
        archive.put(articles[50:])
        archive.refresh()
    with Archive.open(Settings(data_dir=tmp_path), read_only=True) as archive:
        assert archive.repairs == []
        assert graph.stat().st_size > whole
        for article in articles[::100]:
            ((_, similarity),) = archive.vectors.query(article.chunks[0].vector, 1)
            assert similarity == pytest.approx(1, abs=1e-5)


def test_threads_that_ask_at_once_open_chroma_once(tmp_path, monkeypatch):
    articles, opened = list(random_articles(30)), []

    def slowly(path):
        opened.append(path)
        time.sleep(0.2)  # so that all threads find it closed
        return open_client(path)

    with Archive.open(Settings(data_dir=tmp_path)) as archive:
        archive.put(articles)
    monkeypatch.setattr("qa.index.vectors.open_client", slowly)
    with Archive.open(Settings(data_dir=tmp_path), read_only=True) as archive, ThreadPoolExecutor(8) as threads:
        vector = articles[3].chunks[0].vector
        found = list(threads.map(lambda _: archive.vectors.query(vector, 1), range(16)))
    assert found == found[:1] * 16
    assert len(opened) == 1
