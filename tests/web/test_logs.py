"""The log tells who did what and how it ended, and holds no question unless the settings say so."""

import json
import logging
import shutil
import sqlite3
import sys
from pathlib import Path

import pytest

from qa.web.logs import Json, Plain
from tests.servers import INTRANET, as_reader, serving

SECRET = "zanzibarquark"
QUESTION = f"Where did the {SECRET} ferry sink?"
SETTINGS = f"""
login = "always"
reader_token = "the readers' own token"
editor_token = "the editors' own token"

[sites.news]
origins = ["{INTRANET}"]
"""


def ask_everywhere(running):
    """Ask by every door, also badly; return the request ids that were answered."""
    with running.client(headers=as_reader()) as opened:
        answers = [
            opened.post("/api/v1/ask", json={"question": QUESTION}),
            opened.post("/api/v1/ask", json={"question": QUESTION}, headers={"accept": "text/event-stream"}),
            opened.post("/chat/ask", json={"question": QUESTION}),
            opened.post("/v1/chat/completions", json={"messages": [{"role": "user", "content": QUESTION}]}),
            opened.get("/api/v1/search", params={"q": QUESTION}),
            opened.post("/api/v1/ask", json={"question": QUESTION, SECRET: QUESTION}),
            opened.post("/api/v1/ask", content=QUESTION.encode(), headers={"content-type": "application/json"}),
            opened.get(f"/api/v1/ask/{QUESTION}"),
            opened.post("/api/v1/ask", json={"question": QUESTION * 200}),
            opened.get("/api/v1/search", params={"q": QUESTION, "published_from": SECRET}),
            opened.get("/api/v1/version", headers={"x-request-id": "mine-1"}),
        ]
    with running.client(headers={"origin": INTRANET}) as visitor:
        answers.append(visitor.post("/api/v1/sites/news/ask", json={"question": QUESTION}))
    with running.client() as stranger:
        answers.append(stranger.get("/api/v1/search", params={"q": QUESTION}))
    return answers


@pytest.fixture(scope="module")
def logged(small_made, tmp_path_factory):
    """What was answered by a server that keeps no questions, and its log."""
    folder = Path(shutil.copytree(small_made, tmp_path_factory.mktemp("logged") / "data"))
    (folder / "dateline.toml").write_text(SETTINGS)
    log = folder.parent / "log"
    with serving(folder, log=log) as running:
        answers = ask_everywhere(running)
        assert running.stop() == 0
    return answers, log.read_text(), folder


def lines_of(text):
    """The log's lines; what a person is told at the start is none."""
    return [json.loads(line) for line in text.splitlines() if not line.startswith(("Readers", "Editors"))]


def test_every_request_is_a_line_with_its_id_and_how_it_ended(logged):
    answers, text, _ = logged
    lines = {line["request_id"]: line for line in lines_of(text) if line["logger"] == "qa.web.requests"}
    for answer in answers:
        line = lines[answer.headers["x-request-id"]]
        assert (line["status"], line["method"]) == (answer.status_code, answer.request.method)
        assert line["ms"] > 0
        assert line["time"].startswith("20")
    named = lines["mine-1"]
    assert (named["route"], named["person"], named["level"]) == ("/api/v1/version", "reader", "INFO")
    assert lines[answers[7].headers["x-request-id"]]["route"] is None  # there is no such address
    at_site = lines[answers[-2].headers["x-request-id"]]
    assert (at_site["site"], at_site["person"]) == ("news", "site:news")
    assert "person" not in lines[answers[-1].headers["x-request-id"]]


def test_no_word_of_a_question_is_kept(logged):
    answers, text, folder = logged
    assert [answer.status_code for answer in answers].count(200) == 7
    assert SECRET not in text
    told = [line for line in lines_of(text) if line["logger"] == "qa.web.questions"]
    assert len(told) == 5
    assert {line["answer"] for line in told} <= {"answered", "abstained"}
    assert not any("question" in line for line in told)
    with sqlite3.connect(folder / "people.sqlite3") as database:
        assert database.execute("SELECT count(*) FROM unanswered").fetchone() == (0,)


def test_questions_are_told_where_the_settings_say_so(small_made, tmp_path):
    folder = Path(shutil.copytree(small_made, tmp_path / "data"))
    (folder / "dateline.toml").write_text("log_questions = true\n" + SETTINGS)
    with serving(folder, log=tmp_path / "log") as running:
        with running.client(headers=as_reader()) as opened:
            answer = opened.post("/api/v1/ask", json={"question": QUESTION})
        assert running.stop() == 0
    told = [line for line in lines_of((tmp_path / "log").read_text()) if line["logger"] == "qa.web.questions"]
    assert [(line["question"], line["request_id"]) for line in told] == [(QUESTION, answer.headers["x-request-id"])]


def failing():
    try:
        try:
            sqlite3.connect(":memory:").execute("SELECT * FROM missing")
        except sqlite3.Error as first:
            raise ValueError(f"cannot read {SECRET}") from first
    except ValueError:
        return sys.exc_info()


@pytest.mark.parametrize("formatter", [Json, Plain])
@pytest.mark.parametrize("whole", [False, True])
def test_an_error_is_told_without_what_it_says(formatter, whole):
    record = logging.LogRecord("qa.web", logging.ERROR, "", 0, "Error %s", ("1a2b",), failing())
    line = formatter(whole=whole).format(record)
    assert (SECRET in line) is whole
    for part in ("ValueError", "no such table: missing", "test_logs.py", "in failing", "1a2b"):
        assert part in line
    if formatter is Json:
        assert "\n" not in line
        assert "ValueError" in json.loads(line)["error"]


def test_a_missing_file_is_told_by_the_systems_own_words():
    try:
        open(f"/nowhere/{SECRET}")
    except OSError:
        record = logging.LogRecord("qa.web", logging.ERROR, "", 0, "Error", (), sys.exc_info())
    line = Json(whole=False).format(record)
    assert "No such file or directory" in line
    assert SECRET not in line
