"""``dateline tune``: the confidence fitted to a user's own questions, over a real archive with the real model."""

import json
import shutil
from pathlib import Path

import pytest

import app
from qa.answer import tuned
from qa.answer.abstain import load_model
from qa.config import Settings
from qa.index.archive import Archive
from qa.index.backup import back_up, restore

QUESTION = "How many tonnes of cargo did Saltmere port move in the spring of 2023?"


@pytest.fixture(scope="module")
def drafts(sample_made, tmp_path_factory):
    """Questions with and without an answer that Dateline drafted from the sample archive."""
    path = tmp_path_factory.mktemp("drafts") / "questions.jsonl"
    assert app.main(["questions", "new", "--data", str(sample_made), "--out", str(path), "--count", "50"]) == 0
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


@pytest.fixture
def folder(sample_made, tmp_path):
    """The sample archive, free to be changed."""
    return Path(shutil.copytree(sample_made, tmp_path / "data"))


@pytest.fixture
def tune(folder, tmp_path, capsys):
    """Run ``dateline tune`` on rows; return exit code, stdout and stderr."""

    def run(rows, *arguments):
        path = tmp_path / "own.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
        code = app.main(["tune", *([str(path)] if rows else []), *arguments, "--data", str(folder)])
        return code, *capsys.readouterr()

    return run


def confidence(folder):
    with Archive.open(Settings(data_dir=folder), read_only=True) as archive:
        from qa.pipeline import QAPipeline

        answer = QAPipeline(archive).ask(QUESTION)
        return answer.confidence, answer.run.recipe


def test_better_numbers_are_kept_used_named_and_undone(tune, folder, drafts, capsys, tmp_path):
    before = confidence(folder)
    code, out, _ = tune(drafts, "--json")
    found = json.loads(out)
    assert code == 0
    assert found["better"]
    assert found["kept"]
    assert found["answerable"] == sum(row["answerable"] for row in drafts)
    assert found["brier_difference"]["high"] < 0
    assert set(found["shipped"]["levels"]) == set(found["tuned"]["levels"]) == {"strict", "balanced", "open"}

    after = confidence(folder)
    assert after[0] != before[0]
    assert after[1].startswith(f"{before[1]}, tuned ")
    assert app.main(["doctor", "--data", str(folder)]) == 0
    assert f"on {found['answerable']} questions with an answer" in capsys.readouterr().out

    back_up(Settings(data_dir=folder), tmp_path / "kept.backup")
    restore(tmp_path / "again", tmp_path / "kept.backup")
    assert confidence(tmp_path / "again") == after

    assert tune([], "--undo")[:2] == (0, "The confidence is as shipped again.\n")
    assert confidence(folder) == before
    assert tune([], "--undo")[1] == "The confidence is as shipped; nothing was tuned.\n"


def test_a_dry_run_compares_names_what_does_not_count_and_changes_nothing(tune, folder, drafts):
    before = confidence(folder)
    rows = [
        *drafts,
        {"id": "u", "question": "Who knows?"},
        {"id": "g", "question": "Hello!", "answerable": False},
        {"id": "m", "question": "Who won?", "answerable": True, "evidence": [{"url": "https://gone.example/1"}]},
        {"id": "x", "question": ""},
    ]
    code, out, _ = tune(rows, "--dry-run")
    assert code == 3, "one row cannot be read"
    assert "nothing was changed" in out
    for shown in ("told apart (AUROC)", "strict:", "balanced:", "open:", "as shipped", "tuned"):
        assert shown in out
    assert "left out: 1, since nobody says whether it can be answered" in out
    assert "left out: 1, since it is answered, or declined, without weighing evidence" in out
    assert "left out: 1, since the archive lacks the article that answers it" in out
    assert confidence(folder) == before


def test_numbers_that_are_no_better_are_not_kept(tune, folder, drafts):
    # Whether a question can be answered is said at random here, so nothing that is learnt holds for others.
    rows = [{**row, "answerable": bool(at % 2), "exclude": []} for at, row in enumerate(drafts)]
    code, out, _ = tune(rows, "--json")
    assert (code, json.loads(out)["kept"]) == (0, False)
    assert confidence(folder)[1].endswith("sentences-1/200")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda rows: [row for row in rows if row["answerable"]], "have an answer, so none shows when to abstain"),
        (lambda rows: [row for row in rows if not row["answerable"]], "has an answer, so none shows when to answer"),
        (lambda rows: rows[:30], f"At least {10 * len(tuned.NAMES)} of each kind are needed"),
        (lambda rows: [{"id": r["id"], "question": r["question"]} for r in rows], "says whether the archive can"),
        (
            lambda rows: [{**row, "evidence": [{"url": f"https://elsewhere.example/{row['id']}"}]} for row in rows],
            "seem to be about another archive",
        ),
        (
            lambda rows: [{**row, "evidence": rows[0]["evidence"], "exclude": []} for row in rows],
            "about 1 articles or groups of articles; at least 10",
        ),
    ],
    ids=["only with", "only without", "too few", "unlabelled", "another archive", "one article"],
)
def test_what_nothing_can_be_fitted_on_is_refused_in_one_sentence(tune, folder, drafts, change, sentence):
    code, out, error = tune(change(drafts))
    assert code == 2
    assert out == ""
    assert sentence in error
    assert confidence(folder)[1].endswith("sentences-1/200")


def test_a_call_without_questions_or_with_too_much_is_refused(tune, drafts):
    assert "Name the file with your questions" in tune([])[2]
    assert "--undo takes no questions" in tune(drafts, "--undo")[2]


@pytest.mark.parametrize(
    ("kept", "sentence"),
    [
        ({"weights": {"gone": 1.0}, "bias": 0.0, "thresholds": {}}, "another version of Dateline"),
        ("rubbish", "another version of Dateline"),
        ({**load_model(), "recipe": "other/384"}, "embedded anew since it was tuned"),
    ],
)
def test_numbers_that_do_not_fit_are_not_used_and_doctor_says_so(folder, capsys, kept, sentence):
    before = confidence(folder)
    with Archive.open(Settings(data_dir=folder)) as archive:
        archive.set_tuned(kept)
    assert confidence(folder) == before
    assert app.main(["doctor", "--data", str(folder)]) == 1
    assert sentence in capsys.readouterr().out
