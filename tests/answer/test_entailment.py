"""A model of natural language inference beside the rules: real ones, built here, each of one opinion."""

import json
import subprocess
import sys

import pytest

import app
from qa.answer.engine import Material
from qa.answer.entailment import ModelVerifier
from qa.answer.generate import ChatEngine
from qa.answer.verify import RuleVerifier
from qa.config import Settings
from qa.errors import ModelUnavailable
from qa.index.archive import Archive
from qa.pipeline import QAPipeline
from qa.retrieve.evidence import evidence
from qa.types import Filters
from tests.answer.test_chat import FALSE, FERRY, TRUE, Scripted
from tests.embedding.test_cross import build

FREE = "The Alma was lost to the sea that weekend."
LABELS = ("contradiction", "entailment", "neutral")


def opinionated(folder, always, labels=LABELS):
    """Save a tiny model that gives every pair the same label."""
    import torch
    from transformers import BertForSequenceClassification

    build(folder, len(labels))
    model = BertForSequenceClassification.from_pretrained(folder)
    with torch.no_grad():
        model.classifier.weight.zero_()
        model.classifier.bias.copy_(torch.tensor([9.0 if label == always else 0.0 for label in labels]))
    model.config.id2label = dict(enumerate(labels))
    model.config.label2id = {label: at for at, label in enumerate(labels)}
    model.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    return {label: opinionated(folder / label, label) for label in LABELS}


def ask(small, model, reply):
    settings = Settings(data_dir=small.archive.settings.data_dir, entailment_model=str(model))
    with Archive.open(settings, read_only=True) as archive:
        return QAPipeline(archive, model=Scripted(reply)).ask(FERRY, engine="chat", level="open")


@pytest.mark.parametrize(("label", "reason"), [("contradiction", "negation"), ("neutral", "meaning")])
def test_what_it_finds_wrong_is_dropped_though_the_rules_would_keep_it(small, models, label, reason):
    answer = ask(small, models[label], TRUE)
    assert answer.run.dropped == {reason: 1}
    assert answer.run.engine == "quotes"


def test_what_it_bears_out_is_kept_though_it_is_too_free_for_the_rules(small, models):
    assert ask(small, models["neutral"], FREE).run.dropped == {"meaning": 1}
    answer = ask(small, models["entailment"], FREE)
    assert answer.claims[0].text == FREE
    assert answer.citations


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (FALSE, "name"),
        ("All 43 passengers of the ferry were rescued by fishing boats.", "number"),
        ("The ferry Alma sank off Port Ellen on Monday morning.", "date"),
        ("The operator spoke of “a failure of the pumps” on the ferry.", "quotation"),
    ],
)
def test_it_overrules_no_number_name_date_or_quotation(small, models, reply, reason):
    assert ask(small, models["entailment"], reply).run.dropped == {reason: 1}


class Failing:
    """A judge that breaks down."""

    name = "failing"

    def judge(self, texts, statement):
        raise ModelUnavailable("The entailment model failing failed on this answer.")


def test_when_it_fails_in_the_middle_quotes_come_instead(small):
    verifier = ModelVerifier(RuleVerifier(small.archive), Failing())
    ranked = small.pipeline._rank(FERRY, Filters())[1]
    material = Material(FERRY, tuple(evidence(ranked, FERRY)), tuple(ranked))
    *statements, account = ChatEngine(small.archive, lambda: Scripted(TRUE), verifier).write(material)
    assert account.engine == "quotes"
    assert account.fallback.startswith("The entailment model failing failed")
    assert statements[0].claim.text.startswith("According to Harbour Post")


@pytest.fixture
def broken(tmp_path):
    return {"missing": tmp_path / "gone", "other": opinionated(tmp_path / "other", "no", ("yes", "no", "perhaps"))}


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("missing", "is neither a model's folder nor in this machine's model cache; nothing is fetched from a hub."),
        ("other", "has the labels yes, no, perhaps; entailment and contradiction are needed."),
    ],
)
def test_a_model_of_no_use_is_named_in_one_sentence(broken, small_folder, capsys, monkeypatch, name, sentence):
    monkeypatch.setenv("DATELINE_ENTAILMENT_MODEL", str(broken[name]))
    monkeypatch.setenv("HF_HOME", str(small_folder / "cache"))
    assert app.main(["ask", FERRY, "--engine", "chat", "--data", str(small_folder), "--json"]) == 1
    error = json.loads(capsys.readouterr().out)["error"]
    assert (error["code"], error["message"].count(". ")) == ("model_unavailable", 0)
    assert error["message"].startswith("The entailment model")
    assert error["message"].endswith(sentence)
    assert app.main(["doctor", "--data", str(small_folder)]) == 1
    assert "FAIL  entailment model: The entailment model" in capsys.readouterr().out


def test_nothing_of_it_is_imported_where_none_is_set(small_folder):
    code = (
        "import sys, app; app.main(['ask', 'Where did the ferry sink?', '--engine', 'chat', '--data', sys.argv[1]]); "
        "names = ('torch', 'sentence_transformers', 'qa.embedding.entail', 'qa.answer.entailment'); "
        "print([name for name in names if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code, str(small_folder)], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
