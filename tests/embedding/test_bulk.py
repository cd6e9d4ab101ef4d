"""The quicker way of embedding much text: the same model, the same vectors."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from ingest.chunk import split_sentences
from qa import embedding
from qa.config import PACKAGED_MODEL, Settings
from qa.embedding.bulk import TileEmbedder, has_tiles
from qa.embedding.samples import MIN_AGREEMENT, agreement
from qa.types import Embedder
from tests.conftest import ARTICLES


@pytest.fixture(scope="module")
def tiles(embedder):
    return TileEmbedder(embedding.model_folder(PACKAGED_MODEL), embedder.name, threads=2)


def test_it_agrees_with_the_usual_embedder(embedder, tiles):
    assert isinstance(tiles, Embedder)
    assert agreement(tiles, embedder) > MIN_AGREEMENT
    texts = [draft.text for draft in ARTICLES]
    spans = [split_sentences(text) for text in texts]
    for quick, usual in zip(tiles.embed_chunks(texts, spans), embedder.embed_chunks(texts, spans), strict=True):
        assert float(quick[0] @ usual[0]) > 0.98
        assert (quick[1] * usual[1]).sum(axis=1).min() > 0.97
        assert quick[0].dtype == quick[1].dtype == np.float32


def test_calls_side_by_side_change_no_vector(tiles):
    texts = [draft.text for draft in ARTICLES]
    alone = [whole for whole, _ in tiles.embed_chunks(texts, [[] for _ in texts])]
    assert tiles.calls_at_once == 2
    with ThreadPoolExecutor(tiles.calls_at_once) as threads:
        for together in threads.map(lambda _: tiles.embed_chunks(texts, [[] for _ in texts]), range(6)):
            for vector, (whole, _) in zip(alone, together, strict=True):
                assert float(vector @ whole) > 0.999


def test_padding_changes_no_vector(tiles):
    texts = ["Rain.", *(draft.text for draft in ARTICLES)]
    together = tiles.embed_chunks(texts, [[] for _ in texts])
    for text, (vector, _) in zip(texts, together, strict=True):
        ((alone, _),) = tiles.embed_chunks([text], [[]])
        assert float(alone @ vector) > 0.999


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("flags\t\t: fpu avx512_bf16 amx_bf16 amx_tile", True),
        ("flags\t\t: fpu avx512_bf16 amx_bf16x", False),
        ("model name\t: amx_bf16", False),
        ("", False),
    ],
)
def test_the_processor_s_flags_say_whether_it_has_tiles(tmp_path, line, expected):
    (tmp_path / "cpuinfo").write_text(f"processor\t: 0\n{line}\n")
    assert has_tiles(tmp_path / "cpuinfo") is expected


def test_a_system_that_does_not_describe_its_processor_has_none(tmp_path):
    assert has_tiles(tmp_path / "cpuinfo") is False


def test_who_names_a_backend_gets_no_other(tmp_path, embedder):
    settings = Settings(data_dir=tmp_path, embedding_backend="onnx")
    assert embedding.load_bulk(settings, embedder) is embedder


def test_by_default_a_processor_with_tiles_uses_them(tmp_path, embedder):
    found = embedding.load_bulk(Settings(data_dir=tmp_path), embedder)
    assert isinstance(found, TileEmbedder) if has_tiles() else found is embedder
