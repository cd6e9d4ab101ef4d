"""The two commands of the README, and the file of pinned versions behind them."""

import json
import os
import re
import subprocess
import sys
import time
import tomllib
from itertools import chain

import pytest
from packaging.requirements import Requirement

from tests.packaging.conftest import ROOT

MAKEFILE = (ROOT / "Makefile").read_text()
GUARD = ROOT / ".ci" / "cuda_guard.py"
HEAVY = ("torch", "chromadb", "gradio", "langchain", "langchain_core", "onnxruntime", "sqlalchemy", "transformers")


def report(*names):
    return {"install": [{"metadata": {"name": name, "version": "1.0"}} for name in names]}


@pytest.mark.parametrize(
    ("names", "cuda", "code"),
    [
        (["torch", "numpy"], "", 0),
        ([], "", 0),  # torch is there already
        (["torch", "nvidia-cublas", "triton"], "", 1),
        (["torch", "nvidia_cudnn_cu13"], "", 1),
        (["torch", "Triton"], "", 1),
        (["torch", "cuda-bindings"], "no", 1),
        (["torch", "nvidia-cublas", "triton"], "yes", 0),
    ],
)
def test_cuda_packages_come_only_when_asked_for(tmp_path, run, names, cuda, code):
    path = tmp_path / "report.json"
    path.write_text(json.dumps(report(*names)))
    done = run(sys.executable, GUARD, path, cwd=tmp_path, check=False, CUDA=cuda)
    assert done.returncode == code
    assert bool(done.stderr) == bool(code)
    if code:
        assert "CPU torch" in done.stderr
        assert "make install CUDA=yes" in done.stderr
        assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("fails_on", "sentence"),
    [("version_info", "Python 3.11 or newer"), ("ensurepip", "python3-venv")],
)
def test_what_is_missing_is_named_in_one_sentence(tmp_path, run, fails_on, sentence):
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\ncase "$2" in *{fails_on}*) exit 1 ;; esac\n')
    python.chmod(0o755)
    done = run("make", "install", f"venv={tmp_path / 'venv'}", f"PYTHON={python}", cwd=ROOT, check=False)
    assert done.returncode != 0
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "venv").exists()


def test_make_alone_lists_every_target(run):
    listed = run("make", cwd=ROOT).stdout
    assert set(re.findall(r"^  ([a-z-]+) ", listed, re.M)) == set(re.findall(r"^\.PHONY: (\S+)", MAKEFILE, re.M))


@pytest.mark.parametrize(
    ("words", "port", "data"),
    [([], "7860", "data"), (["PORT=", "DATA="], "7860", "data"), (["PORT=80", "DATA=/a b"], "80", "/a b")],
)
def test_port_and_data_reach_the_commands(run, words, port, data):
    planned = run("make", "--dry-run", "run", *words, cwd=ROOT).stdout
    assert f'serve --port "{port}"' in planned
    assert f'DATELINE_DATA_DIR="{data}" .venv/bin/dateline ask' in planned


def test_the_first_run_answers_with_a_citation(first_run):
    _, done, _ = first_run
    assert re.search(r"dialogue.*\[1\]", done.stdout)
    assert done.stdout.count("dateline ask") == 3


def test_a_later_run_fills_the_archive_again_only_if_the_first_was_interrupted(first_run, run, installed):
    data, _, command = first_run
    dateline, archive = installed / "dateline", ("--json", "--data", data)
    articles = json.loads(run(dateline, "articles", "list", *archive, cwd=ROOT).stdout)["articles"]
    assert len(articles) > 50
    unwanted = next(article["id"] for article in articles if "pakistan" not in (article["url"] or ""))
    run(dateline, "articles", "remove", unwanted, *archive, cwd=ROOT)

    assert "unchanged" not in "".join(told(run(*command, cwd=ROOT)))
    left = json.loads(run(dateline, "articles", "list", *archive, cwd=ROOT).stdout)["articles"]
    assert [article["id"] for article in left] == [article["id"] for article in articles if article["id"] != unwanted]

    (data / ".sample-unfinished").touch()
    assert f"{len(left)} unchanged" in "".join(told(run(*command, cwd=ROOT)))
    assert not (data / ".sample-unfinished").exists()


def told(done):
    return done.stdout, done.stderr


def test_ci_runs_make_test_and_nothing_weaker():
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    subprocess.run(["bash", "-n", script], check=True)
    text = script.read_text()
    assert "set -euo pipefail" in text
    assert re.search(r"^CI=true make test ", text, re.M)
    for command in ("ruff check", "ruff format --check", "mypy", "pytest"):
        assert f"-m {command}" in MAKEFILE


def test_every_requirement_is_pinned_within_its_range():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    lines = [line for line in (ROOT / "constraints.txt").read_text().splitlines() if not line.startswith("#")]
    pins = dict(line.split("==") for line in lines)
    assert list(pins) == sorted(pins)
    assert pins["torch"] == "2.13.0"
    for text in chain(project["dependencies"], *project["optional-dependencies"].values()):
        requirement = Requirement(text)
        assert requirement.specifier.contains(pins[requirement.name]), text


def test_help_is_instant_and_imports_nothing_heavy(run, tmp_path):
    script = (
        "import sys, app\n"
        "try:\n    app.main(['--help'])\nexcept SystemExit as stopped:\n    assert not stopped.code\n"
        f"print('loaded:', *[name for name in {HEAVY!r} if name in sys.modules])\n"
    )
    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        shown = run(sys.executable, "-c", script, cwd=ROOT).stdout
        seconds.append(time.perf_counter() - start)
    assert "ingest" in shown
    assert shown.splitlines()[-1] == "loaded:"
    assert min(seconds) < 1, "the best of three, because other processes may be busy"
