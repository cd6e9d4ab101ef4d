"""The project's own gate: the sample archive's questions are answered no worse than when it was pinned."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
QUESTIONS, GATE = ROOT / "tests" / "evals" / "questions.jsonl", ROOT / "tests" / "evals" / "gate.json"


@pytest.fixture(scope="module")
def sample_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("gate") / "data"
    command = [sys.executable, "app.py", "ingest", "--sample", "--data", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return folder


@pytest.fixture
def evaluate(sample_folder, tmp_path):
    def run(*options, **settings):
        command = [sys.executable, "app.py", "eval", str(QUESTIONS), "--data", str(sample_folder), "--json"]
        done = subprocess.run(
            [*command, "--out", str(tmp_path / "out"), "--gate", str(GATE), *options],
            cwd=ROOT,
            check=False,
            capture_output=True,
            text=True,
            env={**os.environ, **settings},
        )
        assert "Traceback" not in done.stderr
        return done.returncode, json.loads(done.stdout)["gate"]

    return run


def test_the_gate_holds(evaluate):
    code, gate = evaluate()
    assert gate["failures"] == []
    assert code == 0


def test_without_the_keyword_index_answers_cite_too_few_of_the_right_articles(evaluate):
    code, gate = evaluate(DATELINE_KEYWORD_SEARCH="false")
    assert code == 1
    assert any(failure.startswith("citation_recall_article") for failure in gate["failures"])


def test_answering_everything_falls_below_the_floor_of_abstention(evaluate):
    code, gate = evaluate("--level", "open")
    assert code == 1
    assert any(failure.startswith("abstained_unanswerable") for failure in gate["failures"])
