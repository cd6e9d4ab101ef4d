"""`dateline serve` from start to stop, and the command line beside it."""

import json
import signal
import socket
import subprocess
import sys
import threading

import httpx
import pytest

from qa.config import Settings
from qa.health import verify
from qa.index.lock import owner
from qa.remote import find_server
from tests.contract import shapes
from tests.web.conftest import ROOT, serving
from tests.web.test_api import check

QUESTION = "Where did the ferry Alma sink?"
PLACES = "as_of", "run"


def run(*arguments, code=0):
    """Run a command in a process of its own and return the one object it prints."""
    command = [sys.executable, "-m", "app", *map(str, arguments), "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stdout + done.stderr
    return json.loads(done.stdout)


def told(*arguments):
    """Run a command for people and return what it prints."""
    command = [sys.executable, "-m", "app", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


def same(answer):
    return {name: value for name, value in answer.items() if name not in PLACES}


def commands(folder):
    listed = run("articles", "list", "--data", folder)
    article_id = listed["articles"][0]["id"]
    return [
        run("ask", QUESTION, "--publisher", "Harbour Post", "--exclude", "x", "--data", folder),
        run("ask", "Who won the ice hockey championship?", "--data", folder),
        run("search", "head teacher", "--top-k", 3, "--from", "2024-02-01", "--to", "2024-02-29", "--data", folder),
        run("search", " ", "--data", folder, code=2)["error"]["code"],
        run("ask", "x y", "--from", "soon", "--data", folder, code=2)["error"]["code"],
        run("articles", "show", article_id, "--revision", 1, "--data", folder),
        run("articles", "show", "nothing", "--data", folder, code=1)["error"]["code"],
        run("articles", "list", "--limit", 3, "--data", folder),
        listed,
    ]


def test_the_command_line_goes_through_the_server_with_the_same_results(small_folder):
    before = commands(small_folder)
    with serving(small_folder):
        beside = commands(small_folder)
    for alone, through in zip(before, beside, strict=True):
        if isinstance(alone, dict) and "claims" in alone:
            check(through, shapes.ANSWER)
            assert same(alone) == same(through)
        else:
            assert alone == through


def test_what_people_read_is_the_same_too(small_folder):
    def lines():
        return [line.split(" · as of")[0] for line in told("ask", QUESTION, "--data", small_folder).splitlines()]

    before = lines()
    with serving(small_folder):
        assert lines() == before


def test_articles_are_taken_in_and_removed_through_the_server(small_folder, tmp_path):
    (tmp_path / "new.txt").write_text(
        "Whales off Oskerby\n\nEleven whales were counted off Oskerby on Tuesday morning."
    )
    with serving(small_folder) as server:
        report = run("ingest", tmp_path, "--publisher", "Whale Watch", "--data", small_folder, code=3)
        check(report, shapes.INGEST)
        assert report["added"] == 1
        answer = run("ask", "How many whales were counted off Oskerby?", "--level", "open", "--data", small_folder)
        assert "Eleven whales" in answer["text"]
        article_id = answer["citations"][0]["article_id"]
        assert run("articles", "remove", article_id, "--data", small_folder) == {"removed": [article_id]}
        run("articles", "remove", article_id, "--data", small_folder, code=1)
        found = httpx.get(f"{server.address}/api/v1/search", params={"q": "whales"}, trust_env=False).json()
        assert article_id not in {row["chunk"]["article_id"] for row in found["results"]}
        assert run("ingest", tmp_path / "absent", "--data", small_folder, code=1)["skipped"]
        assert run("ingest", "--map", "text=", "x", "--data", small_folder, code=2)["error"]["code"] == "usage"
        bad = run("ingest", "--map", "colour=red", tmp_path, "--data", small_folder, code=2)
        assert bad["error"]["code"] == "usage"
    assert verify(Settings(data_dir=small_folder)) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_cleanly(small_folder, number):
    with serving(small_folder) as server:
        assert owner(small_folder)["address"] == server.address
        # An open event stream, as every open page holds one, does not keep it.
        with httpx.stream("GET", f"{server.address}/gradio_api/heartbeat/abc", trust_env=False, timeout=30):
            assert server.stop(number) == 0
    assert owner(small_folder) is None
    assert not (small_folder / "serve.token").exists()
    assert verify(Settings(data_dir=small_folder)) == []


def test_a_port_in_use_is_one_plain_sentence(small_folder):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        error = run("serve", "--port", taken.getsockname()[1], "--data", small_folder, code=1)
    assert "Address already in use" in error["error"]["message"]


@pytest.mark.parametrize(("options", "code"), [(("--port", "70000"), 2), (("--host", "no.such.host.invalid"), 1)])
def test_what_cannot_be_served_on_is_refused(small_folder, options, code):
    assert run("serve", *options, "--data", small_folder, code=code)["error"]["message"]


def test_a_folder_is_served_once(small_folder):
    with serving(small_folder) as server:
        error = run("serve", "--port", 0, "--data", small_folder, code=1)["error"]
        assert error["code"] == "folder_locked"
        assert server.address in error["message"]


def test_an_empty_folder_is_served_and_filled(tmp_path):
    file = tmp_path / "one.txt"
    file.write_text("A lantern festival\n\nThe lantern festival of Pellin drew nine thousand visitors on Saturday.")
    with serving(tmp_path / "data") as server:
        assert httpx.get(f"{server.address}/readyz", trust_env=False).json()["articles"] == 0
        assert run("ask", "Who came to the lantern festival?", "--data", tmp_path / "data")["reason"] == "no_evidence"
        run("ingest", file, "--data", tmp_path / "data")
        found = run("ask", "How many visitors came to the lantern festival of Pellin?", "--data", tmp_path / "data")
        assert found["coverage"]["articles"] == 1
        assert "nine thousand" in found["contexts"][0]["text"]


@pytest.mark.parametrize(
    "address", [None, "", 7, "http://192.0.2.1:80", "https://127.0.0.1:1", "http://127.0.0.1:1", "http://evil.example"]
)
def test_nothing_is_handed_to_a_server_elsewhere_or_a_dead_one(tmp_path, address):
    (tmp_path / "owner.json").write_text(json.dumps({"pid": 1, "address": address}))
    assert find_server(tmp_path) is None


def test_many_ask_while_articles_come_in(small_folder, tmp_path):
    file = tmp_path / "many.jsonl"
    rows = [
        {"id": str(n), "title": f"Report {n}", "text": f"Ship number {n} carried {n * 7} barrels."} for n in range(80)
    ]
    file.write_text("\n".join(map(json.dumps, rows)))
    statuses = []

    def ask(address):
        with httpx.Client(base_url=address, trust_env=False, timeout=120) as opened:
            for _ in range(5):
                response = opened.post("/api/v1/ask", json={"question": QUESTION, "level": "open"})
                statuses.append((response.status_code, "Port Ellen" in response.text))

    with serving(small_folder) as server:
        asking = [threading.Thread(target=ask, args=(server.address,)) for _ in range(6)]
        for thread in asking:
            thread.start()
        report = run("ingest", file, "--data", small_folder)
        for thread in asking:
            thread.join()
    assert report["added"] == 80
    assert statuses == [(200, True)] * 30
    assert verify(Settings(data_dir=small_folder)) == []
