"""`dateline serve` from start to stop, and the command line beside it."""

import json
import shutil
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import httpx
import pytest

import app
from qa.config import Settings
from qa.health import verify
from qa.index.lock import owner
from qa.remote import find_server
from tests.contract import shapes
from tests.servers import ROOT, run, run_apart, serving
from tests.web.test_api import check

DIALOGUE = "What does Pakistan require for joint dialogue?"
FERRY = "Where did the ferry Alma sink?"
NOT_PLACES = "as_of", "run"


def same(answer):
    """Return what "the same answer" speaks of."""
    return {name: value for name, value in answer.items() if name not in NOT_PLACES}


def commands(folder):
    listed = run("articles", "list", "--data", folder)
    article_id = next(row["id"] for row in listed["articles"] if row["url"])
    return [
        run("ask", DIALOGUE, "--publisher", "Northshore Press Agency", "--exclude", "x", "--data", folder),
        run("ask", "Who won the ice hockey championship?", "--data", folder),
        run("search", "timber", "--top-k", 3, "--from", "2023-01-01", "--to", "2023-12-31", "--data", folder),
        run("search", " ", "--data", folder, code=2)["error"]["code"],
        run("ask", "x y", "--from", "soon", "--data", folder, code=2)["error"]["code"],
        run("articles", "show", article_id, "--revision", 1, "--data", folder),
        run("articles", "show", "nothing", "--data", folder, code=1)["error"]["code"],
        run("articles", "list", "--limit", 2, "--data", folder),
        listed,
    ]


@pytest.fixture(scope="session")
def unserved(served_folder, server, tmp_path_factory):
    """A copy of the served archive that nobody has open."""
    left_out = shutil.ignore_patterns("lock", "owner.json", "serve.token")
    return Path(shutil.copytree(served_folder, tmp_path_factory.mktemp("unserved") / "data", ignore=left_out))


def test_the_command_line_goes_through_the_server_with_the_same_results(server, unserved):
    for alone, through in zip(commands(unserved), commands(server.folder), strict=True):
        if isinstance(alone, dict) and "claims" in alone:
            check(through, shapes.ANSWER)
            assert same(alone) == same(through)
        else:
            assert alone == through


def test_what_people_read_is_the_same_too(server, unserved, capsys):
    def lines(folder):
        assert app.main(["ask", DIALOGUE, "--data", str(folder)]) == 0
        return capsys.readouterr().out.split(" · as of")[0]

    assert "“For a joint dialogue" in lines(server.folder)
    assert lines(server.folder) == lines(unserved)


def test_articles_are_taken_in_and_removed_through_the_server(changing, tmp_path):
    data = ("--data", changing.folder)
    (tmp_path / "new.txt").write_text(
        "Whales off Oskerby\n\nEleven whales were counted off Oskerby on Tuesday morning."
    )
    (tmp_path / "empty.txt").write_text("")
    report = run("ingest", tmp_path, "--publisher", "Whale Watch", *data, code=3)
    check(report, shapes.INGEST)
    assert report["added"] == 1
    answer = run("ask", "How many whales were counted off Oskerby?", "--level", "open", *data)
    assert "Eleven whales" in answer["text"]
    article_id = answer["citations"][0]["article_id"]
    assert run("articles", "remove", article_id, *data) == {"removed": [article_id]}
    run("articles", "remove", article_id, *data, code=1)
    with changing.client() as visitor:
        found = visitor.get("/api/v1/search", params={"q": "whales"}).json()
    assert article_id not in {row["chunk"]["article_id"] for row in found["results"]}
    assert run("ingest", tmp_path / "absent", *data, code=1)["skipped"]
    assert run("ingest", "--map", "text=", "x", *data, code=2)["error"]["code"] == "usage"
    assert run("ingest", "--map", "colour=red", tmp_path, *data, code=2)["error"]["code"] == "usage"


def test_many_ask_while_articles_come_in(changing, tmp_path):
    file = tmp_path / "many.jsonl"
    rows = [
        {"id": str(n), "title": f"Report {n}", "text": f"Ship number {n} carried {n * 7} barrels."} for n in range(80)
    ]
    file.write_text("\n".join(map(json.dumps, rows)))
    answers = []

    def ask():
        with changing.client() as opened:
            for _ in range(5):
                response = opened.post("/api/v1/ask", json={"question": FERRY, "level": "open"})
                answers.append((response.status_code, "Port Ellen" in response.text))

    asking = [threading.Thread(target=ask) for _ in range(6)]
    for thread in asking:
        thread.start()
    address = "http://127.0.0.1:9/a"  # an address stays one on its way to the server, which refuses it
    refused = run_apart("ingest", address, "--data", changing.folder, code=1)["skipped"]
    assert [(skip["input"], skip["code"]) for skip in refused] == [(address, "address")]
    report = run_apart("ingest", file, "--data", changing.folder)
    for thread in asking:
        thread.join()
    assert report["added"] == 80
    assert answers == [(200, True)] * 30


def test_an_empty_folder_is_served_and_filled_until_it_is_interrupted(tmp_path):
    file, folder = tmp_path / "one.txt", tmp_path / "data"
    file.write_text("A lantern festival\n\nThe lantern festival of Pellin drew nine thousand visitors on Saturday.")
    with serving(folder) as server:
        assert httpx.get(f"{server.address}/readyz", trust_env=False).json()["articles"] == 0
        assert run("ask", "Who came to the lantern festival?", "--data", folder)["reason"] == "no_evidence"
        run("ingest", file, "--data", folder)
        found = run("ask", "How many visitors came to the lantern festival of Pellin?", "--data", folder)
        assert found["coverage"]["articles"] == 1
        assert "nine thousand" in found["contexts"][0]["text"]
        assert server.stop(signal.SIGINT) == 0
    assert owner(folder) is None


def test_a_folder_is_served_once_and_left_whole(small_folder):
    with serving(small_folder) as server:
        assert owner(small_folder)["address"] == server.address
        error = run_apart("serve", "--port", 0, "--data", small_folder, code=1)["error"]
        assert error["code"] == "folder_locked"
        assert server.address in error["message"]
        # An open event stream, as every open page holds one, does not keep it.
        with httpx.stream("GET", f"{server.address}/gradio_api/heartbeat/abc", trust_env=False, timeout=30):
            assert server.stop(signal.SIGTERM) == 0
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


@pytest.mark.parametrize(
    "address", [None, "", 7, "http://192.0.2.1:80", "https://127.0.0.1:1", "http://127.0.0.1:1", "http://evil.example"]
)
def test_nothing_is_handed_to_a_server_elsewhere_or_a_dead_one(tmp_path, address):
    (tmp_path / "owner.json").write_text(json.dumps({"pid": 1, "address": address}))
    assert find_server(tmp_path) is None


STOPPED_EARLY = """
import os, signal, socket
from fastapi import FastAPI
from qa.web import serving

class Early(serving.Server):
    def run(self, sockets=None):
        os.kill(os.getpid(), signal.SIGTERM)  # before uvicorn listens for it
        super().run(sockets)

serving.Server = Early
app = FastAPI()
app.state.pulses = set()
with socket.create_server(("127.0.0.1", 0)) as listener:
    serving.serve(app, listener)
print("stopped")
"""


def test_a_server_that_is_told_to_stop_before_it_has_begun_stops():
    done = subprocess.run([sys.executable, "-c", STOPPED_EARLY], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (0, "stopped\n"), done.stderr
