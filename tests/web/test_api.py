"""The HTTP API answers what the command line answers, and everything that fails has one shape."""

import json
import re

import pytest
from jsonschema import Draft202012Validator

from qa.web.answers import as_dateline_error
from tests.contract import shapes

QUESTION = "What does Pakistan require for joint dialogue?"
MILLION = "harbour " * 125_000


def check(value, schema):
    Draft202012Validator(schema).validate(value)


def events(response):
    found = []
    for block in response.text.strip().split("\n\n"):
        name, data = block.split("\n")
        found.append((name.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return found


def test_a_question_is_answered_with_its_place(client):
    answer = client.post("/api/v1/ask", json={"question": QUESTION}).json()
    check(answer, shapes.ANSWER)
    citation = answer["citations"][0]
    article = client.get(f"/api/v1/articles/{citation['article_id']}").json()
    assert answer["status"] == "answered"
    assert article["text"][citation["start"] : citation["end"]] == citation["quote"]


def test_a_question_without_an_answer_is_an_answer_too(client):
    answer = client.post("/api/v1/ask", json={"question": "Who won the chess olympiad of 2031?"}).json()
    check(answer, shapes.ANSWER)
    assert (answer["status"], answer["claims"]) == ("abstained", [])


def test_events_end_with_the_answer_whose_text_they_make_up(client):
    response = client.post("/api/v1/ask", json={"question": QUESTION}, headers={"accept": "text/event-stream"})
    found = events(response)
    assert response.headers["content-type"].startswith("text/event-stream")
    assert [data["state"] for name, data in found if name == "state"] == ["searching", "reading", "checking"]
    assert found[-1][0] == "answer"
    assert "".join(data["text"] for name, data in found if name == "text") == found[-1][1]["text"]


def test_half_a_character_is_no_reason_to_fail(client):
    half = b'{"question": "\\ud800 harbour"}'
    response = client.post("/api/v1/ask", content=half, headers={"content-type": "application/json"})
    check(response.json(), shapes.ANSWER)


def test_filters_and_history_are_heard(client, ids):
    body = {
        "question": QUESTION,
        "history": [{"role": "user", "text": "Who speaks of dialogue?"}, {"role": "assistant", "text": "Pakistan."}],
        "filters": {"publishers": ["Nobody"], "published_from": "2023-01-01", "exclude_article_ids": [ids["Timber"]]},
        "level": "open",
        "engine": "quotes",
    }
    assert client.post("/api/v1/ask", json=body).json()["reason"] == "filter_empty"


@pytest.mark.parametrize("name", ["q", "question"])
def test_passages_are_listed(client, ids, name):
    found = client.get("/api/v1/search", params={name: "timber", "top_k": 2}).json()
    check(found, shapes.SEARCH)
    assert 1 <= len(found["results"]) <= 2
    for title in ("Timber", "Islamabad"):
        found = client.get("/api/v1/search", params={name: "timber", "article_ids": [ids[title]]}).json()
        assert {row["chunk"]["article_id"] for row in found["results"]} == {ids[title]}
    assert client.get("/api/v1/search", params={name: "timber", "article_ids": [""]}).json()["results"] == []


def test_articles_are_listed_and_shown(client, ids):
    listed = client.get("/api/v1/articles", params={"limit": 2}).json()
    check(listed, shapes.ARTICLE_LIST)
    assert len(listed["articles"]) == 2
    check(client.get(f"/api/v1/articles/{ids['Timber']}", params={"revision": 1}).json(), shapes.ARTICLE)


def test_a_long_list_is_read_page_by_page(client, ids):
    path, found = "/api/v1/articles?limit=2", []
    while path:
        page = client.get(path)
        assert page.headers["x-total-count"] == str(len(ids))
        found += [row["id"] for row in page.json()["articles"]]
        path = page.links.get("next", {}).get("url")
    assert sorted(found) == sorted(ids.values())


def test_every_answer_has_an_id_and_keeps_the_one_it_was_given(client):
    first, second = (client.get("/api/v1/version") for _ in range(2))
    assert first.headers["x-request-id"] != second.headers["x-request-id"]
    for given, kept in (("abc-1.2_3", True), ("a b", False), ("x" * 65, False), ("<script>", False)):
        assert (client.get("/nowhere", headers={"x-request-id": given}).headers["x-request-id"] == given) is kept
    assert first.json() == {"name": "dateline", "version": first.json()["version"], "api": "1"}


def test_health(client):
    assert client.get("/healthz").json() == {"status": "alive"}
    assert client.get("/readyz").json() == {"status": "ready", "articles": 3, "repairs": []}


def test_every_operation_is_described_with_an_example(client):
    described = client.get("/openapi.json").json()
    assert set(described["paths"]) == {
        "/api/v1/ask",
        "/api/v1/search",
        "/api/v1/articles",
        "/api/v1/articles/{article_id}",
        "/api/v1/articles/{article_id}/story",
        "/api/v1/stories",
        "/api/v1/answers/{answer_id}",
        "/api/v1/answers/{answer_id}/feedback",
        "/api/v1/feedback",
        "/api/v1/unanswered",
        "/api/v1/ingestions",
        "/api/v1/ingestions/{ingestion_id}",
        "/v1/chat/completions",
        "/v1/models",
        "/api/v1/version",
        "/api/v1/sites/{site}",
        "/api/v1/sites/{site}/ask",
        "/api/v1/sites/{site}/search",
        "/api/v1/sites/{site}/articles/{article_id}/story",
        "/healthz",
        "/readyz",
    }
    for operations in described["paths"].values():
        for operation in operations.values():
            assert "example" in operation["responses"]["200"]["content"]["application/json"]
    assert described["components"]["schemas"]["AskBody"]["examples"]


ERRORS = [
    ("POST", "/api/v1/ask", {"json": {"question": "  \n"}}, 400, "empty_question"),
    ("POST", "/api/v1/ask", {"json": {"question": "x" * 2001}}, 413, "question_too_long"),
    ("POST", "/api/v1/ask", {"json": {"question": MILLION}}, 413, "too_large"),
    ("POST", "/api/v1/ask", {"json": {}}, 422, "bad_request"),
    ("POST", "/api/v1/ask", {"json": {"question": 7}}, 422, "bad_request"),
    ("POST", "/api/v1/ask", {"json": {"question": "a", "extra": 1}}, 422, "bad_request"),
    ("POST", "/api/v1/ask", {"json": {"question": "a", "level": "brave"}}, 422, "bad_request"),
    ("POST", "/api/v1/ask", {"json": {"question": "a", "history": [{"role": "system", "text": "x"}]}}, 422, None),
    ("POST", "/api/v1/ask", {"json": {"question": "a", "filters": {"published_from": "soon"}}}, 400, "bad_filter"),
    ("POST", "/api/v1/ask", {"json": ["question"]}, 422, "bad_request"),
    ("POST", "/api/v1/ask", {"content": b"{", "headers": {"content-type": "application/json"}}, 422, "bad_request"),
    ("POST", "/api/v1/ask", {"content": b"\xff\xfe", "headers": {"content-type": "application/json"}}, 422, None),
    ("GET", "/api/v1/search", {}, 400, "empty_question"),
    ("GET", "/api/v1/search", {"params": {"q": "a", "top_k": 0}}, 422, "bad_request"),
    ("GET", "/api/v1/search", {"params": {"q": "a", "top_k": "many"}}, 422, "bad_request"),
    ("GET", "/api/v1/search", {"params": {"q": "a", "published_to": "never"}}, 400, "bad_filter"),
    ("GET", "/api/v1/search", {"params": {"q": "a" * 3000}}, 413, "question_too_long"),
    ("GET", "/api/v1/search", {"params": {"q": "a" * 20_000}}, 413, "too_large"),
    ("GET", "/api/v1/articles", {"params": {"limit": -1}}, 422, "bad_request"),
    ("GET", "/api/v1/articles/nothing", {}, 404, "not_found"),
    ("GET", "/api/v1/articles/nothing", {"params": {"revision": 0}}, 422, "bad_request"),
    ("GET", "/api/v1/elsewhere", {}, 404, "not_found"),
    ("GET", "/nowhere", {}, 404, "not_found"),
    ("GET", "/docs", {}, 404, "not_found"),
    ("PUT", "/api/v1/ask", {"json": {}}, 405, "method_not_allowed"),
    ("DELETE", "/api/v1/search", {}, 405, "method_not_allowed"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path", "options", "status", "code"), ERRORS)
def test_what_fails_has_one_shape(client, method, path, options, status, code):
    response = client.request(method, path, **options)
    check(response.json(), shapes.ERROR)
    assert response.status_code == status
    assert code is None or response.json()["error"]["code"] == code
    assert not re.search(r"Traceback|pydantic|File \"|errors\.|/site-packages", response.text)


def test_a_wrong_question_is_refused_before_the_first_event(client):
    response = client.post("/api/v1/ask", json={"question": ""}, headers={"accept": "text/event-stream"})
    assert response.status_code == 400
    check(response.json(), shapes.ERROR)


def test_what_nobody_foresaw_shows_no_internals(caplog):
    error = as_dateline_error(ZeroDivisionError("in /home/secret.py"))
    assert (error.code, error.http_status) == ("error", 500)
    assert "secret" not in str(error.as_dict())
    assert error.id in caplog.text
    assert "ZeroDivisionError" in caplog.text
