"""How often, how many at once, how slowly: what is too much is refused cleanly, and what was begun is finished."""

import asyncio
import http.client
import json
import shutil
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import uvicorn

from qa.config import Settings
from qa.sites import Site
from qa.web.errors import TooMany
from qa.web.limits import READS_PER_QUESTION, SIGN_INS_PER_MINUTE, Limits
from qa.web.people import ANYBODY, COMMAND_LINE, LOCAL, Person
from qa.web.serving import GRACE_S, Patient, Server
from qa.web.sites import Visit
from tests.servers import GUARDED_TOML, INTRANET, as_editor, as_reader, serving

ASK, JOIN = "/api/v1/ask", "/gradio_api/queue/join"
QUESTION = {"question": "Where did the ferry Alma sink?"}
GRADIO = ("/gradio_api/run/predict", "/gradio_api/api/predict", "/gradio_api/call/predict", "/gradio_api/upload")
JOINING = {"data": ["Where did the ferry sink?", None], "fn_index": 0, "session_hash": "abc"}


@pytest.fixture(scope="module")
def tight(small_made, tmp_path_factory):
    """A server with low limits."""
    folder = Path(shutil.copytree(small_made, tmp_path_factory.mktemp("tight") / "data"))
    low = "questions_per_minute = 5\naddress_questions_per_minute = 1000\nmax_waiting = 0\n"
    sites = GUARDED_TOML.replace("[sites.everything]", "[sites.everything]\nquota_per_minute = 3")
    (folder / "dateline.toml").write_text(low + sites)
    with serving(folder) as running:
        yield running
        assert running.stop() == 0


def test_who_asks_too_often_is_told_when_to_come_back(tight):
    with tight.client(headers=as_reader()) as opened:
        answers = [opened.post(ASK, json=QUESTION) for _ in range(7)]
        searched = opened.get("/api/v1/search?q=ferry")
        joined = [opened.post(JOIN, json=JOINING) for _ in range(100)]
        called = [opened.post(path, json=JOINING).status_code for path in GRADIO for _ in range(25)]
        chatted = [opened.post("/chat/ask", json=QUESTION).status_code for _ in range(100)]
        listed = opened.get("/api/v1/articles")
    assert [answer.status_code for answer in answers] == [200] * 5 + [429] * 2
    assert answers[-1].json()["error"]["code"] == "too_many"
    assert answers[-1].json()["error"]["retryable"] is True
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 61
    assert searched.status_code == 429
    assert {answer.status_code for answer in joined} == {404}  # the page's framework has no way in of its own
    assert set(called) == {404}
    assert chatted == [429] * 100  # the page's own way in is counted with the rest
    assert listed.status_code == 200  # reading costs no question
    with tight.client(headers=as_editor()) as other:
        assert other.post(ASK, json=QUESTION).status_code == 200


def test_a_site_has_its_own_quota_and_its_page_may_read_so(tight):
    with tight.client(headers={"origin": INTRANET}) as opened:
        answers = [opened.get("/api/v1/sites/everything/search?q=ferry") for _ in range(4)]
        other = opened.get("/api/v1/sites/courier/search?q=ferry")
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[-1].headers["access-control-allow-origin"] == INTRANET
    assert "retry-after" in answers[-1].headers["access-control-expose-headers"]
    assert other.status_code == 200


def test_what_is_read_has_limits_too(tight):
    with tight.client(headers={"origin": INTRANET}) as opened:
        read = [opened.get("/api/v1/sites/everything/articles/x/story").status_code for _ in range(32)]
        assert read == [404] * 3 * READS_PER_QUESTION + [429] * 2
        opened.headers["referer"] = f"{INTRANET}/"
        assert opened.get("/sites/everything/articles/x").status_code == 429
        assert opened.get("/api/v1/sites/everything").status_code == 200  # or the widget could not even say so
    with tight.client(headers={"x-forwarded-for": "192.0.2.1", **as_editor()}) as other:
        listed = [other.get("/api/v1/stories").status_code for _ in range(5 * READS_PER_QUESTION + 1)]
        assert (set(listed[:-1]), listed[-1]) == ({200}, 429)
        assert other.get("/api/v1/unanswered").status_code == 200  # what editors do is not counted


def test_tokens_cannot_be_tried_without_end(tight):
    with tight.client() as opened:
        tries = [opened.post("/login", data={"token": "wrong"}).status_code for _ in range(SIGN_INS_PER_MINUTE + 2)]
    assert tries == [403] * SIGN_INS_PER_MINUTE + [429] * 2


def test_a_question_refused_under_one_limit_counts_under_no_other():
    limits = Limits(Settings(questions_per_minute=2, address_questions_per_minute=3))
    ida, bo = Person("ida", "reader"), Person("bo", "reader")
    limits.count_question(ida, "192.0.2.1", None)
    limits.count_question(ida, "192.0.2.1", None)
    for _ in range(5):
        with pytest.raises(TooMany):
            limits.count_question(ida, "192.0.2.1", None)
    limits.count_question(bo, "192.0.2.1", None)
    with pytest.raises(TooMany):
        limits.count_question(bo, "192.0.2.1", None)
    limits.count_question(bo, "192.0.2.2", None)
    for person in (LOCAL, COMMAND_LINE):
        for _ in range(20):
            limits.count_question(person, "127.0.0.1", None)


def test_whoever_need_not_sign_in_is_limited_by_address():
    limits = Limits(Settings(questions_per_minute=1, address_questions_per_minute=3))
    for network in (["192.0.2.1"] * 4, ["::ffff:192.0.2.2"] * 4, [f"2001:db8::{at}:1" for at in range(4)]):
        for address in network[:3]:
            limits.count_question(ANYBODY, address, None)
        with pytest.raises(TooMany):
            limits.count_question(ANYBODY, network[3], None)
        limits.count_reading(ANYBODY, network[3], None)
    with pytest.raises(TooMany):
        limits.count_question(ANYBODY, "192.0.2.2", None)
    limits.count_question(ANYBODY, "2001:db8:0:1::1", None)


def test_anonymous_visitors_of_a_site_share_its_quota_only():
    limits = Limits(Settings(questions_per_minute=1))
    visit = Visit("news", Site(quota_per_minute=3), None, Person("site:news", "visitor"))
    for address in ("192.0.2.1", "192.0.2.2", "192.0.2.3"):
        limits.count_question(visit.person, address, visit)
    with pytest.raises(TooMany):
        limits.count_question(visit.person, "192.0.2.4", visit)


def test_more_than_can_wait_are_sent_away_and_the_rest_answered(tight, small_made, tmp_path):
    folder = Path(shutil.copytree(small_made, tmp_path / "data"))
    (folder / "dateline.toml").write_text("max_waiting = 2\n")
    with serving(folder) as running:

        def ask(at):
            with running.client() as opened:
                answer = opened.post(ASK, json={"question": f"Where did the ferry Alma sink, {at}?"})
                return at, answer.status_code, answer.headers.get("retry-after"), answer.json()

        with ThreadPoolExecutor(24) as pool:
            answers = list(pool.map(ask, range(48)))
        # None is lost, none mixed up, and every place is free again.
        assert {status for _, status, _, _ in answers} <= {200, 503}
        assert all(body["question"].endswith(f"{at}?") for at, status, _, body in answers if status == 200)
        assert all(again and body["error"]["code"] == "busy" for _, status, again, body in answers if status == 503)
        assert [ask(at)[1] for at in range(8)] == [200] * 8


def test_a_request_that_never_ends_is_cut(tight, monkeypatch):
    name, _, port = tight.host.rpartition(":")
    began = time.monotonic()
    with socket.create_connection((name, int(port)), timeout=30) as silent:
        silent.sendall(b"POST /api/v1/ask HTTP/1.1\r\nHost: localhost\r\n")
        assert silent.recv(100) == b""
    assert time.monotonic() - began > 5


def test_a_body_that_never_ends_is_cut(tight):
    name, _, port = tight.host.rpartition(":")
    with socket.create_connection((name, int(port)), timeout=40) as slow:
        head = f"POST {ASK} HTTP/1.1\r\nHost: localhost\r\nAuthorization: {as_editor()['authorization']}\r\n"
        slow.sendall(f"{head}Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{{".encode())
        assert b" 408 " in slow.recv(100)


class Impatient(Patient):
    """As the server is, but sooner."""

    unread_s = 0.5


def test_a_client_that_leaves_its_answer_unread_is_cut():
    ended = threading.Event()

    async def endless(scope, receive, send):
        await receive()
        gone = asyncio.create_task(receive())
        await send({"type": "http.response.start", "status": 200, "headers": []})
        while not gone.done():
            await send({"type": "http.response.body", "body": b"x" * 65536, "more_body": True})
            await asyncio.sleep(0)  # what is sent to a closed connection waits for nothing: the loop must still turn
        ended.set()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(endless, http=Impatient, lifespan="off", log_config=None, timeout_graceful_shutdown=1)
        server = Server(config, set())
        thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        with socket.create_connection(listener.getsockname(), timeout=30) as slow:
            slow.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert slow.recv(1024).startswith(b"HTTP/1.1 200")
            assert ended.wait(20), "the client reads nothing, and is still sent to"
        with socket.create_connection(listener.getsockname(), timeout=30) as quick:
            quick.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            until = time.monotonic() + 4 * Impatient.unread_s
            while time.monotonic() < until:
                assert quick.recv(65536), "whoever reads is not cut"
        server.should_exit = True
        thread.join(20)
        assert not thread.is_alive()


def test_stopping_finishes_what_was_begun(small_made, tmp_path):
    folder = Path(shutil.copytree(small_made, tmp_path / "data"))
    with serving(folder) as running, running.client() as watching:
        asking = [http.client.HTTPConnection(running.host, timeout=60) for _ in range(20)]
        with watching.stream("GET", "/gradio_api/heartbeat/abc"):
            for connection in asking:
                connection.request("POST", ASK, json.dumps(QUESTION), {"content-type": "application/json"})
            assert asking[0].getresponse().status == 200
            began = time.monotonic()
            assert running.stop() == 0
            took = time.monotonic() - began
        answers = [connection.getresponse() for connection in asking[1:]]
        assert [answer.status for answer in answers] == [200] * 19
        assert all(json.loads(answer.read())["question"] == QUESTION["question"] for answer in answers)
        for connection in asking:
            connection.close()
    assert took < 20  # the machine may be busy; the server's own patience is:
    assert GRACE_S <= 10
