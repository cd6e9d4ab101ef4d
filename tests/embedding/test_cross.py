"""A cross-encoder puts the first passages in order: a real one, built here, over a real archive."""

import json
import subprocess
import sys

import pytest

import app
from qa import embedding
from qa.config import Settings
from qa.errors import ModelUnavailable
from qa.index.archive import Archive
from qa.pipeline import QAPipeline
from qa.retrieve.reread import passage
from qa.types import Filters

QUESTION = "Who became head teacher of Eastcliff School?"
WORDS = "the a of in to and was on ferry sank school teacher head board chose keeper lighthouse who became".split()


def build(folder, labels=1, seed=1):
    """Save a tiny cross-encoder with random weights: its scores say nothing, but they are its own."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    folder.mkdir()
    vocabulary = folder / "vocab.txt"
    letters = [mark + letter for letter in "abcdefghijklmnopqrstuvwxyz0123456789.,'?" for mark in ("", "##")]
    vocabulary.write_text("\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS, *letters]))
    torch.manual_seed(seed)
    config = BertConfig(
        vocab_size=5 + len(WORDS) + len(letters),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        num_labels=labels,
        initializer_range=0.8,
    )
    BertForSequenceClassification(config).save_pretrained(folder)
    BertTokenizerFast(str(vocabulary)).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return build(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(scope="module")
def scorer(model, tmp_path_factory):
    return embedding.load_cross_encoder(Settings(data_dir=tmp_path_factory.mktemp("data"), cross_encoder=str(model)))


@pytest.fixture
def reordered(small, model):
    """The small archive asked with the cross-encoder, beside the session's own without."""
    folder = small.archive.settings.data_dir
    with Archive.open(Settings(data_dir=folder, cross_encoder=str(model)), read_only=True) as archive:
        yield QAPipeline(archive)


def test_passages_come_in_the_order_of_its_scores(small, reordered, scorer):
    plain = small.pipeline.search(QUESTION, top_k=50)
    found = reordered.search(QUESTION, top_k=50)
    texts = [f"{result.chunk.title}\n{result.chunk.text}" for result in found]
    scores = scorer.scores(QUESTION, texts)
    assert scores == sorted(scores, reverse=True)
    assert len(set(scores)) == len(scores) > 3
    assert {result.chunk.id for result in found} == {result.chunk.id for result in plain}
    assert [result.chunk.id for result in found] != [result.chunk.id for result in plain]
    assert [result.score for result in found] == sorted((result.score for result in found), reverse=True)


def test_only_so_many_are_read_as_the_settings_say(small, model, scorer):
    plain = [result.chunk.id for result in small.pipeline.search(QUESTION, top_k=50)]
    settings = Settings(data_dir=small.archive.settings.data_dir, cross_encoder=str(model), cross_encoder_passages=2)
    with Archive.open(settings, read_only=True) as archive:
        found = [result.chunk.id for result in QAPipeline(archive).search(QUESTION, top_k=50)]
    assert set(found[:2]) == set(plain[:2])
    assert found[2:] == plain[2:]


def test_the_answer_names_it_and_is_no_surer_for_it(small, reordered, scorer):
    plain, found = small.pipeline.ask(QUESTION, level="open"), reordered.ask(QUESTION, level="open")
    assert found.confidence == plain.confidence
    assert found.run.recipe == f"{plain.run.recipe}, cross-encoder {scorer.name}"
    assert scorer.name.startswith("tiny@")
    assert [context.chunk_id for context in found.contexts] != [context.chunk_id for context in plain.contexts]
    for citation in found.citations:
        text = small.archive.article(citation.article_id, citation.revision).text
        assert text[citation.start : citation.end] == citation.quote


def test_publishers_that_are_asked_keep_their_turns(small, reordered):
    question = "What did the Harbour Post and Coast Radio report of Eastcliff School?"
    plain, found = small.pipeline.search(question, top_k=50), reordered.search(question, top_k=50)
    assert {result.chunk.publisher for result in found[:2]} == {result.chunk.publisher for result in plain[:2]}


def test_passages_of_a_time_that_is_named_stay_in_front(reordered):
    first = reordered.search("What was reported in February 2024?", top_k=50)
    timely = [(result.chunk.published_at or "").startswith("2024-02") for result in first]
    assert any(timely)
    assert timely == sorted(timely, reverse=True)


def test_an_empty_search_needs_no_scores(reordered):
    assert reordered.search("ferry", filters=Filters(publishers=("Nobody",))) == []


def test_what_it_reads_is_the_title_and_the_text(small):
    from qa.retrieve.rank import rank
    from qa.retrieve.understand import understand

    found = rank(small.archive, understand("Monk lighthouse", small.archive.keywords), Filters())[0]
    assert passage(found).startswith("The keeper remembers\nEdgar Holm kept")


# What is wrong with it


@pytest.fixture
def broken(tmp_path):
    """Folders that hold no cross-encoder of use."""
    (tmp_path / "empty").mkdir()
    torn = build(tmp_path / "torn")
    (torn / "model.safetensors").write_bytes(b"torn")
    return {"missing": tmp_path / "gone", "empty": tmp_path / "empty", "torn": torn, "two": build(tmp_path / "two", 2)}


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("missing", "is neither a model's folder nor in this machine's model cache; nothing is fetched from a hub."),
        ("empty", "is neither a model's folder nor in this machine's model cache; nothing is fetched from a hub."),
        ("torn", "cannot be loaded."),
        ("two", "gives 2 scores for a passage; one is needed."),
    ],
)
def test_a_model_of_no_use_is_named_in_one_sentence_at_every_door(
    broken, small_folder, capsys, monkeypatch, name, sentence
):
    monkeypatch.setenv("DATELINE_CROSS_ENCODER", str(broken[name]))
    monkeypatch.setenv("HF_HOME", str(small_folder / "cache"))
    for command in (["ask", QUESTION], ["search", QUESTION], ["serve", "--port", "0"]):
        assert app.main([*command, "--data", str(small_folder), "--json"]) == 1
        error = json.loads(capsys.readouterr().out)["error"]
        assert error["code"] == "model_unavailable"
        assert error["message"].endswith(sentence)
        assert error["message"].count(". ") == 0
    assert app.main(["doctor", "--data", str(small_folder)]) == 1
    assert "FAIL  cross-encoder: The cross-encoder" in capsys.readouterr().out


def test_a_name_is_looked_for_in_the_cache_of_the_machine_alone(small, monkeypatch, tmp_path):
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    settings = Settings(data_dir=small.archive.settings.data_dir, cross_encoder="cross-encoder/ms-marco-MiniLM-L6-v2")
    with pytest.raises(ModelUnavailable, match="nor in this machine's model cache"):
        embedding.load_cross_encoder(settings)


def test_nothing_of_it_is_imported_where_none_is_set(small_folder):
    code = (
        "import sys, app; code = app.main(['ask', 'Where did the ferry sink?', '--data', sys.argv[1]]); "
        "print([name for name in ('torch', 'sentence_transformers', 'qa.embedding.cross') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code, str(small_folder)], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
