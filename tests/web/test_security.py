"""Who may ask and how much; under this machine's names and under a real one, for Gradio's addresses too."""

import asyncio
import http.client
import json
import socket
import time

import httpx
import pytest

from qa.config import Settings
from qa.web.access import Access, names_of, same_origin
from qa.web.headers import PAGE_POLICY
from qa.web.keys import Keys
from qa.web.limits import Limits
from qa.web.people import People
from qa.web.security import MOST_REQUESTS, Wall
from qa.web.sites import Sites

ASK, PAGE = "/api/v1/ask", "/chat/ask"
QUESTION = {"question": "What does Pakistan require for joint dialogue?"}
BODIES = {ASK: QUESTION, PAGE: QUESTION}


@pytest.fixture(params=["127.0.0.1", "localhost", "news.example.org"])
def host(request, server):
    """The Host header of a visitor: addresses and names with the port, a real name as a proxy passes it on."""
    return request.param if "." in request.param and request.param[0] == "n" else f"{request.param}:{_port(server)}"


@pytest.fixture
def signed_in(server):
    """Under a real name even a visitor from this machine has to sign in."""
    return {"authorization": f"Bearer {(server.folder / 'reader.token').read_text().strip()}"}


def _port(server):
    return server.host.rpartition(":")[2]


def origins(host):
    return {
        "null": 403,
        "http://evil.example": 403,
        f"http://{host}.evil.example": 403,
        f"http://evil.example/{host}": 403,
        f"http://evil.example@{host}": 403,
        f"http://x{host}": 403,
        f"file://{host}": 403,
        "": 403,
        f"http://{host.split(':')[0]}:1": 403,
        f"http://{host}": 200,
        f"https://{host}": 200,
    }


@pytest.mark.parametrize("path", [ASK, PAGE])
def test_only_our_own_pages_may_post(client, host, path, signed_in):
    for origin, status in origins(host).items():
        response = client.post(path, json=BODIES[path], headers={"host": host, "origin": origin, **signed_in})
        assert response.status_code == status, origin
        assert not [name for name in response.headers if name.startswith("access-control")], origin


@pytest.mark.parametrize("path", ["/", "/config", "/healthz", "/api/v1/articles", "/gradio_api/startup-events"])
@pytest.mark.parametrize("origin", ["null", "http://evil.example"])
def test_no_foreign_page_may_read(client, host, path, origin, signed_in):
    response = client.get(path, headers={"host": host, "origin": origin, **signed_in})
    assert not [name for name in response.headers if name.startswith("access-control")]
    asked = {"host": host, "origin": origin, "access-control-request-method": "POST", **signed_in}
    preflight = client.options(path, headers=asked)
    assert preflight.status_code == 405
    assert not [name for name in preflight.headers if name.startswith("access-control")]


@pytest.mark.parametrize(("site", "status"), [("cross-site", 403), ("same-site", 403), ("same-origin", 200)])
def test_a_browser_that_sends_no_origin_says_where_it_comes_from(client, site, status):
    assert client.post(ASK, json=QUESTION, headers={"sec-fetch-site": site}).status_code == status


@pytest.mark.parametrize(
    "name", ["evil.example", "127.0.0.1.evil.example", "localhost@evil.example", "", "news.example.evil", "192.0.2.7"]
)
def test_a_name_that_is_not_ours_is_refused(client, name):
    response = client.get("/healthz", headers={"host": name})
    assert (response.status_code, response.json()["error"]["code"]) == (421, "unknown_host")


@pytest.mark.parametrize("size", [70_000, 1_000_000, 20_000_000])
@pytest.mark.parametrize("path", [ASK, PAGE])
def test_a_huge_question_is_refused_at_once(client, path, size):
    text = "a" * size
    body = {**BODIES[path], "question": text}
    began = time.monotonic()
    response = client.post(path, content=json.dumps(body).encode(), headers={"content-type": "application/json"})
    assert (response.status_code, response.json()["error"]["code"]) == (413, "too_large")
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("path", [ASK, PAGE])
def test_a_huge_question_is_refused_before_it_is_sent(server, path):
    """The length alone is enough: not one byte of the body goes out."""
    connection = http.client.HTTPConnection(server.host, timeout=10)
    connection.putrequest("POST", path)
    connection.putheader("Content-Length", "20000000")
    connection.endheaders()
    assert connection.getresponse().status == 413
    connection.close()


@pytest.mark.parametrize("path", [ASK, PAGE])
def test_a_body_of_unknown_length_is_counted(client, path):
    def pieces():
        yield b'{"question": "'
        for _ in range(100):
            yield b"a" * 10_000
        yield b'"}'

    response = client.post(path, content=pieces(), headers={"content-type": "application/json"})
    assert (response.status_code, response.json()["error"]["code"]) == (413, "too_large")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/gradio_api/upload"),
        ("POST", "/gradio_api/queue/join"),
        ("GET", "/gradio_api/queue/data"),
        ("POST", "/gradio_api/run/respond"),
        ("POST", "/gradio_api/api/respond"),
        ("POST", "/gradio_api/call/respond"),
        ("POST", "/gradio_api/call/v2/respond"),
        ("GET", "/gradio_api/info"),
        ("GET", "/gradio_api/openapi.json"),
        ("GET", "/gradio_api/file=/etc/passwd"),
        ("GET", "/gradio_api/proxy=http://evil.example/"),
        ("GET", "/gradio_api/runs"),
        ("POST", "/gradio_api/login"),
        ("GET", "/monitoring"),
        ("GET", "/gradio_api/deep_link"),
        ("POST", "/gradio_api/component_server"),
    ],
)
def test_gradio_has_no_door_that_the_page_does_not_need(client, method, path):
    response = client.request(method, path, content=b"")
    assert (response.status_code, response.json()["error"]["code"]) == (404, "not_found")


def test_a_long_question_on_the_page_is_answered_with_the_refusal(client):
    """Under the wall's limit, over the question's: the page's own address goes through the pipeline's check."""
    told = client.post(PAGE, json={"question": "a " * 5000}).text
    assert "at most 2,000 are accepted" in told


@pytest.mark.parametrize("sent", [b"NONSENSE\r\n\r\n", b"GET /healthz HTTP/1.1\r\nX: " + b"x" * 70_000 + b"\r\n\r\n"])
def test_what_is_no_http_is_answered_in_the_one_shape_too(server, sent):
    name, _, port = server.host.rpartition(":")
    with socket.create_connection((name, int(port)), timeout=10) as raw:
        raw.sendall(sent)
        answer = http.client.HTTPResponse(raw)
        answer.begin()
        assert (answer.status, answer.headers["content-type"]) == (400, "application/json")
        assert json.loads(answer.read())["error"]["code"] == "bad_request"


def test_no_websocket_is_opened(server):
    name, _, port = server.host.rpartition(":")
    with socket.create_connection((name, int(port)), timeout=10) as raw:
        lines = ["GET /gradio_api/queue/join HTTP/1.1", f"Host: {server.host}", "Upgrade: websocket"]
        lines += [
            "Connection: Upgrade",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            "",
            "",
        ]
        raw.sendall("\r\n".join(lines).encode())
        assert b" 101 " not in raw.recv(200)


def test_every_answer_tells_browsers_what_to_keep_to(client, ids):
    for path in ("/", "/healthz", f"/articles/{ids['Timber']}", "/look/reader.js", "/nowhere", "/config"):
        headers = client.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert "frame-ancestors 'self'" in headers["content-security-policy"]
    policy = client.get(f"/articles/{ids['Timber']}").headers["content-security-policy"]
    assert policy == PAGE_POLICY
    assert "unsafe" not in policy


def test_a_forged_forwarded_host_is_not_built_into_the_page(client):
    page = client.get("/", headers={"x-forwarded-host": "evil.example"})
    assert "evil.example" not in page.text
    assert "evil.example" not in client.get("/config", headers={"x-forwarded-host": "evil.example"}).text


def test_nobody_but_the_command_line_and_editors_changes_the_archive(client, ids, corpus):
    """What editors may do is tested with what they bring."""
    handed, brought = {"inputs": [str(corpus)]}, {"text": "The bridge closes on Monday."}
    for token in ("", "x", "0" * 43):
        given = {"x-dateline-token": token} if token else {}
        assert client.post("/api/v1/handover", json=handed, headers=given).status_code == 403
        for body in (handed, brought):
            assert client.post("/api/v1/articles", json=body, headers=given).status_code == 403
        assert client.delete(f"/api/v1/articles/{ids['Timber']}", headers=given).status_code == 403
    assert client.get(f"/api/v1/articles/{ids['Timber']}").status_code == 200


def test_the_secret_is_for_this_user_only(server):
    assert (server.folder / "serve.token").stat().st_mode & 0o777 == 0o600
    assert "token" not in (server.folder / "owner.json").read_text()


@pytest.mark.parametrize(
    ("origin", "host", "same"),
    [
        ("http://localhost:7860", "localhost:7860", True),
        ("HTTP://localhost", "localhost", False),
        ("http://LOCALHOST:7860", "localhost:7860", True),
        ("http://[::1]:7860", "[::1]:7860", True),
        ("https://news.example", "news.example", True),
        ("https://news.example:443", "news.example", True),
        ("http://news.example", "news.example:80", True),
        ("https://news.example:80", "news.example", False),
        ("http://news.example.", "news.example", False),
        ("", "", False),
        ("http://", "", True),
    ],
)
def test_origins_are_compared_whole(origin, host, same):
    assert same_origin(origin, host) is same


@pytest.mark.parametrize(
    ("access", "host", "known"),
    [
        (Access(), "LOCALHOST:1", True),
        (Access(), "[::1]:1", True),
        (Access(), "::1", False),
        (Access(), "192.168.0.7:7860", False),
        (Access(any_address=True), "192.168.0.7:7860", True),
        (Access(any_address=True), "rebound.example", False),
        (Access(names_of(["News.Example", "[fe80::1]"])), "news.example", True),
        (Access(names_of(["News.Example", "[fe80::1]"])), "[fe80::1]:7860", True),
        (Access(names_of([""])), "", False),
        (Access(), "localhost/x", False),
        (Access(), "[", False),
    ],
)
def test_hosts_are_known_by_name(access, host, known):
    assert access.knows_host(host) is known


@pytest.mark.parametrize("started", [False, True])
def test_an_application_that_fails_ends_as_an_error_of_ours(started, caplog):
    async def failing(scope, receive, send):
        if started:
            await send({"type": "http.response.start", "status": 200, "headers": []})
        raise ZeroDivisionError("secret")

    sent = _call(failing)
    assert sent[0]["status"] == (200 if started else 500)
    assert b"secret" not in b"".join(message.get("body", b"") for message in sent)
    assert "ZeroDivisionError" in caplog.text


def test_what_an_application_grants_is_taken_away():
    async def granting(scope, receive, send):
        headers = [(b"access-control-allow-origin", b"*"), (b"access-control-allow-credentials", b"true")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    assert not [name for name, _ in _call(granting)[0]["headers"] if name.startswith(b"access-control")]


def test_more_requests_than_can_be_answered_are_told_to_come_back():
    async def crowd():
        done = asyncio.Event()

        async def waiting(scope, receive, send):
            await done.wait()
            await send({"type": "http.response.start", "status": 200, "headers": []})

        wall = _wall(waiting)
        inside = [asyncio.create_task(_pass(wall)) for _ in range(MOST_REQUESTS)]
        await asyncio.sleep(0)
        late = await _pass(wall)
        done.set()
        return late, await asyncio.gather(*inside)

    late, inside = asyncio.run(crowd())
    assert {sent[0]["status"] for sent in inside} == {200}
    assert late[0]["status"] == 503
    assert b"retry-after" in dict(late[0]["headers"])
    assert json.loads(late[1]["body"])["error"]["code"] == "busy"


def _call(application):
    """Send one request through the wall and return what came out."""
    return asyncio.run(_pass(_wall(application)))


def _wall(application):
    keys = Keys("reader", "editor", "session")
    people = People(Settings(), Access(), keys)
    return Wall(application, Access(), people, Sites({}, keys.session), Limits(Settings()), set())


async def _pass(wall):
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/",
        "scheme": "http",
        "client": ("127.0.0.1", 1),
        "query_string": b"",
        "headers": [(b"host", b"localhost")],
    }
    sent = []

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        sent.append(message)

    await wall(scope, receive, send)
    return sent


def test_requests_of_other_programs_need_no_origin(client):
    assert isinstance(client.post(ASK, json=QUESTION), httpx.Response)
    assert client.post(ASK, json=QUESTION).status_code == 200
