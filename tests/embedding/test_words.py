"""What single words mean, from the model's own table."""

import json
import struct

import numpy as np
import pytest

from qa import embedding
from qa.config import PACKAGED_MODEL
from qa.embedding.tokens import load_tokenizer
from qa.embedding.words import WordVectors

FOLDER = embedding.model_folder(PACKAGED_MODEL)


@pytest.mark.parametrize(
    ("word", "like_it", "unlike_it"),
    [
        ("owns", "owner", "sank"),
        ("resign", "quit", "dredging"),
        ("murdered", "killed", "ferry"),
        ("fined", "fines", "sun"),
    ],
)
def test_another_form_or_a_word_of_like_meaning_is_near(embedder, word, like_it, unlike_it):
    vectors = embedder.word_vectors([word, like_it, unlike_it])
    assert vectors[0] @ vectors[1] > 0.3 > 0.2 > vectors[0] @ vectors[2]


def test_each_word_has_its_row_whatever_stands_beside_it(embedder):
    alone = embedder.word_vectors(["bankruptcies"])
    among = embedder.word_vectors(["the", "bankruptcies", "the", "\u200b", "大桥"])
    assert among.shape == (5, embedder.dimension)
    np.testing.assert_allclose(alone[0], among[1], atol=1e-6)
    np.testing.assert_array_equal(among[0], among[2])
    assert not among[3].any()  # nothing is left of it
    assert np.linalg.norm(among[4]) == pytest.approx(1, abs=1e-5)


def test_no_words_and_no_table_give_none(embedder, tmp_path):
    assert embedder.word_vectors([]) is None
    tokenizer = load_tokenizer(FOLDER)
    assert WordVectors(tmp_path, tokenizer)(["ferry"]) is None
    for content in (b"", b"\x04", struct.pack("<Q", 4) + b"{}  ", struct.pack("<Q", 9) + b"not json!"):
        (tmp_path / "model.safetensors").write_bytes(content)
        assert WordVectors(tmp_path, tokenizer)(["ferry"]) is None
    header = json.dumps({"embeddings.word_embeddings.weight": {"dtype": "I8", "shape": [2, 2], "data_offsets": [0, 4]}})
    (tmp_path / "model.safetensors").write_bytes(struct.pack("<Q", len(header)) + header.encode() + b"\0\0\0\0")
    assert WordVectors(tmp_path, tokenizer)(["ferry"]) is None  # numbers of a kind that is not read


def test_both_ways_of_running_the_model_read_the_same_table(embedder):
    from qa.embedding.reference import TorchEmbedder

    torch = TorchEmbedder(FOLDER, "reference")
    np.testing.assert_array_equal(torch.word_vectors(["ferry", "mayor"]), embedder.word_vectors(["ferry", "mayor"]))
