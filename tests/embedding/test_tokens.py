"""Word pieces with their places."""

import pytest

from qa import embedding
from qa.config import PACKAGED_MODEL
from qa.embedding.tokens import MAX_PIECES, encode_checked, encode_query, load_tokenizer, token_spans
from qa.errors import ModelUnavailable


@pytest.fixture(scope="module")
def tokenizer():
    return load_tokenizer(embedding.model_folder(PACKAGED_MODEL))


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("", []),
        (" \n\t", []),
        ("Rain fell.", ["Rain", "fell", "."]),
        ("Änne Groß", ["Änne", "Gr", "o", "ß"]),
        ("cod 🐟 豊漁", ["cod", "🐟", "豊", "漁"]),
        ("38,000", ["38", ",", "000"]),
        ("a\N{ZERO WIDTH SPACE}b", ["a\N{ZERO WIDTH SPACE}b"]),
    ],
)
def test_word_pieces_lie_where_they_stand_in_the_text(tokenizer, text, pieces):
    assert [text[start:end] for start, end in token_spans(tokenizer, text)] == pieces


def test_a_text_of_any_length_has_all_its_pieces(tokenizer):
    spans = token_spans(tokenizer, "rain " * 50_000)
    assert len(spans) == 50_000
    assert spans[-1] == (249_995, 249_999)


@pytest.mark.parametrize("words", [253, 254])
def test_a_chunk_that_fits_is_encoded_whole(tokenizer, words):
    (encoding,) = encode_checked(tokenizer, ["rain " * words], MAX_PIECES)
    assert len(encoding.ids) == words + 2


def test_a_chunk_that_does_not_fit_is_refused_not_cut(tokenizer):
    with pytest.raises(ValueError, match="a chunk of 257 word pieces exceeds the model's 256"):
        encode_checked(tokenizer, ["rain", "rain " * 255], MAX_PIECES)


def test_a_long_question_keeps_its_beginning_and_its_closing_piece(tokenizer):
    short, long = (encode_query(tokenizer, "rain " * words, MAX_PIECES) for words in (254, 5000))
    assert short == (long[0], [*long[1][:-1], (0, 0)])
    assert len(long[0]) == len(long[1]) == MAX_PIECES
    assert long[0][-1] == encode_query(tokenizer, "rain", MAX_PIECES)[0][-1]


@pytest.mark.parametrize("content", [None, "", "{}", "\0\xff"])
def test_an_unreadable_tokenizer_is_reported(tmp_path, content):
    if content is not None:
        (tmp_path / "tokenizer.json").write_text(content)
    with pytest.raises(ModelUnavailable, match="cannot be read"):
        load_tokenizer(tmp_path)
