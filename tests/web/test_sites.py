"""A widget site: which pages get in, and that its limits hold at every address."""

import time
from urllib.parse import urlsplit

import jwt
import pytest
from starlette.datastructures import Headers

from qa.config import Settings
from qa.errors import BadSettings
from qa.sites import Site, whole_origin
from qa.types import Span
from qa.web.sites import Sites
from tests.contract import shapes
from tests.servers import FOREIGN, INTRANET, SITE_SECRET, as_reader
from tests.web.test_api import check, events

WARDS = "Why were three wards at St Aldith's hospital closed?"
AGENCY_ONLY = "What does Pakistan require for joint dialogue?"
HERE = {"origin": INTRANET, "sec-fetch-site": "cross-site"}


@pytest.fixture(scope="module")
def visitor(guarded):
    with guarded.client(headers=HERE) as opened:
        yield opened


@pytest.fixture(scope="module")
def listed(guarded):
    """Every article of the archive, by its publisher."""
    with guarded.client(headers=as_reader()) as opened:
        rows = opened.get("/api/v1/articles").json()["articles"]
    return {row["publisher"]: row["id"] for row in rows}, rows


def ask(visitor, site, question=WARDS, **more):
    return visitor.post(f"/api/v1/sites/{site}/ask", json={"question": question, **more})


# Who gets in -------------------------------------------------------------------------------------------------------

ADDRESSES = [
    ("GET", "/api/v1/sites/courier"),
    ("POST", "/api/v1/sites/courier/ask"),
    ("GET", "/api/v1/sites/courier/search?q=cargo"),
]


@pytest.mark.parametrize(("method", "path"), ADDRESSES)
@pytest.mark.parametrize("host", [None, "news.example.org"])
@pytest.mark.parametrize(
    "origin",
    [
        None,
        "null",
        "",
        FOREIGN,
        f"{INTRANET}.evil.example",
        f"{INTRANET}:444",
        f"{INTRANET}/",
        "http://intranet.example.org",
        "https://xintranet.example.org",
        "https://intranet.example.org@evil.example",
        "HTTPS://INTRANET.EXAMPLE.ORG",
        "https://news.example.org",
    ],
)
def test_only_listed_origins_get_in(guarded, method, path, host, origin):
    headers = {} if origin is None else {"origin": origin}
    headers |= {"host": host} if host else {}
    with guarded.client() as opened:
        body = {"json": {"question": WARDS}} if method == "POST" else {}
        for given in (headers, {**headers, **as_reader()}):
            response = opened.request(method, path, headers=given, **body)
            assert (response.status_code, response.json()["error"]["code"]) == (403, "foreign_origin")
            assert not [name for name in response.headers if name.startswith("access-control")]
        asked = {**headers, "access-control-request-method": method}
        preflight = opened.options(path, headers=asked)
        assert preflight.status_code == 403
        assert not [name for name in preflight.headers if name.startswith("access-control")]


@pytest.mark.parametrize(("method", "path"), ADDRESSES)
@pytest.mark.parametrize("host", [None, "news.example.org"])
@pytest.mark.parametrize("origin", [INTRANET, "http://intranet.localhost:8123"])
def test_a_listed_origin_is_granted_itself_and_never_credentials(guarded, method, path, host, origin):
    headers = {"origin": origin, "sec-fetch-site": "cross-site", **({"host": host} if host else {})}
    with guarded.client() as opened:
        preflight = opened.options(path, headers={**headers, "access-control-request-method": method})
        body = {"json": {"question": WARDS}} if method == "POST" else {}
        response = opened.request(method, path, headers=headers, **body)
    assert (preflight.status_code, response.status_code) == (204, 200)
    assert method in preflight.headers["access-control-allow-methods"]
    assert "authorization" in preflight.headers["access-control-allow-headers"]
    for found in (preflight, response):
        assert found.headers["access-control-allow-origin"] == origin
        assert found.headers["vary"] == "Origin"
        assert "access-control-allow-credentials" not in found.headers


@pytest.mark.parametrize("site", ["closed", "nosuch"])
def test_a_site_without_origins_lets_nobody_in(visitor, site):
    assert ask(visitor, site).status_code == 403
    assert visitor.get(f"/api/v1/sites/{site}").status_code == 403


def test_an_origin_opens_its_site_and_nothing_else(visitor, listed):
    for path in ("/api/v1/articles", "/api/v1/search?q=x", f"/articles/{listed[1][0]['id']}", "/openapi.json"):
        response = visitor.get(path)
        assert response.status_code == 401
        assert "access-control-allow-origin" not in response.headers
    assert visitor.post("/api/v1/ask", json={"question": WARDS}).status_code == 401


def signed(secret=SITE_SECRET, algorithm="HS256", **claims):
    given = {"aud": "dateline:signed", "exp": int(time.time()) + 300, **claims}
    return jwt.encode({name: value for name, value in given.items() if value is not None}, secret, algorithm)


def test_a_site_may_ask_for_a_token_that_its_own_server_signed(visitor):
    good = {"authorization": f"Bearer {signed(sub='ida')}"}
    assert visitor.post("/api/v1/sites/signed/ask", json={"question": WARDS}, headers=good).status_code == 200
    assert visitor.get("/api/v1/sites/signed", headers=good).json()["login"] == "token"


@pytest.mark.parametrize(
    "token",
    [
        "x.y.z",
        signed(exp=int(time.time()) - 3600),
        signed(exp=int(time.time()) + 2 * 3600),
        signed(exp=None),
        signed(aud="dateline:courier"),
        signed(aud=["dateline:signed", "other"]),
        signed(aud=None),
        signed(secret=SITE_SECRET + "x"),
        signed(secret=SITE_SECRET * 2, algorithm="HS512"),
        signed(secret="", algorithm="none"),
        SITE_SECRET,
        "the readers' own token",
    ],
)
def test_another_token_is_refused_and_the_page_may_read_why(visitor, token):
    headers = {"authorization": f"Bearer {token}"}
    for response in (
        visitor.post("/api/v1/sites/signed/ask", json={"question": WARDS}, headers=headers),
        visitor.get("/api/v1/sites/signed/search?q=cargo", headers=headers),
        visitor.get("/api/v1/sites/signed", headers=headers),
    ):
        assert (response.status_code, response.json()["error"]["code"]) == (401, "not_signed_in")
        assert response.headers["access-control-allow-origin"] == INTRANET


def test_a_visitor_spends_no_language_model_that_the_site_does_not_use(visitor):
    for engine, status in (("quotes", 200), ("chat", 422), (None, 200)):
        assert ask(visitor, "courier", engine=engine).status_code == status


# What is seen ------------------------------------------------------------------------------------------------------


def test_the_public_configuration_holds_no_secret(visitor):
    found = visitor.get("/api/v1/sites/courier").json()
    assert found == {
        "site": "courier",
        "title": "Ask the Courier",
        "greeting": "Good day.",
        "examples": ["How much cargo did the harbour handle?"],
        "theme": "dark",
        "accent": "#0a0",
        "login": "anonymous",
        "max_question_chars": 2000,
    }


def test_answers_are_made_from_what_the_site_may_see(visitor, listed):
    limited, whole = ask(visitor, "courier").json(), ask(visitor, "everything").json()
    check(limited, shapes.ANSWER)
    courier = sum(row["publisher"] == "The Saltmere Courier" for row in listed[1])
    assert limited["status"] == whole["status"] == "answered"
    assert {row["publisher"] for row in limited["citations"]} == {"The Saltmere Courier"}
    assert (limited["coverage"]["articles"], whole["coverage"]["articles"]) == (courier, len(listed[1]))
    seen = {row["id"] for row in listed[1] if row["publisher"] == "The Saltmere Courier"}
    assert {row["article_id"] for row in limited["contexts"]} <= seen


def test_other_publishers_of_a_story_are_named_only_to_those_who_may_see_them(visitor):
    limited, whole = ask(visitor, "courier").json(), ask(visitor, "everything", level="open").json()
    assert any(row["also_published_by"] for row in whole["citations"])
    assert not any(row["also_published_by"] for row in limited["citations"])


@pytest.mark.parametrize("level", ["balanced", "open"])
def test_an_article_of_another_publisher_is_not_there_for_the_site(visitor, listed, level):
    agency = listed[0]["Northshore Press Agency"]
    for filters in (
        {"publishers": ["Northshore Press Agency"]},
        {"article_ids": [agency]},
        {"publishers": ["Northshore Press Agency", "Nobody"], "article_ids": [agency]},
    ):
        found = ask(visitor, "courier", AGENCY_ONLY, level=level, filters=filters).json()
        assert (found["reason"], found["contexts"], found["coverage"]["articles"]) == ("filter_empty", [], 0)
    mixed = {"publishers": ["Northshore Press Agency", "THE SALTMERE COURIER"]}
    found = ask(visitor, "courier", WARDS, level="open", filters=mixed).json()
    assert {row["publisher"] for row in found["citations"]} == {"The Saltmere Courier"}


def test_events_hold_the_same_limits(visitor):
    response = visitor.post(
        "/api/v1/sites/courier/ask", json={"question": WARDS}, headers={"accept": "text/event-stream"}
    )
    name, answer = events(response)[-1]
    assert name == "answer"
    assert all(row["reader_url"].startswith("/sites/courier/articles/") for row in answer["citations"])
    assert not any(row["also_published_by"] for row in answer["citations"])


def test_search_holds_the_same_limits(visitor, listed):
    for query in ("q=wards hospital", "q=joint dialogue&publishers=Northshore Press Agency"):
        found = visitor.get(f"/api/v1/sites/courier/search?{query}&top_k=50").json()
        check(found, shapes.SEARCH)
        assert {row["chunk"]["publisher"] for row in found["results"]} <= {"The Saltmere Courier"}
    agency = listed[0]["Northshore Press Agency"]
    assert visitor.get(f"/api/v1/sites/courier/search?q=dialogue&article_ids={agency}").json()["results"] == []
    assert visitor.get(f"/api/v1/sites/everything/search?q=dialogue&article_ids={agency}").json()["results"]


# The reader --------------------------------------------------------------------------------------------------------


def test_a_citation_leads_to_the_marked_article_without_any_origin(guarded, visitor):
    citation = ask(visitor, "courier").json()["citations"][0]
    with guarded.client() as browser:
        page = browser.get(citation["reader_url"], headers={"accept": "text/html"})
    assert page.status_code == 200
    assert f'id="c-{citation["start"]}-{citation["end"]}"' in page.text
    policy = page.headers["content-security-policy"]
    assert f"frame-ancestors {INTRANET} http://intranet.localhost:8123" in policy
    assert "unsafe" not in policy
    assert "x-frame-options" not in page.headers
    # It leads nowhere else of this server, for there its visitor is a stranger.
    assert 'href="/' not in page.text
    assert 'src="/' not in page.text


def test_a_ticket_is_for_one_article_of_one_site(guarded, visitor, listed):
    citation = ask(visitor, "courier").json()["citations"][0]
    ticket = urlsplit(citation["reader_url"]).query.partition("ticket=")[2]
    own = f"/sites/courier/articles/{citation['article_id']}"
    other = next(row["id"] for row in listed[1] if row["id"] != citation["article_id"])
    with guarded.client() as browser:
        assert browser.get(own, params={"ticket": ticket}).status_code == 200
        for path, given in (
            (own, ""),
            (own, ticket + "x"),
            (own, signed(aud="dateline:courier:reader", article=citation["article_id"])),
            (f"/sites/courier/articles/{other}", ticket),
            (f"/sites/everything/articles/{citation['article_id']}", ticket),
            (f"/sites/nosuch/articles/{citation['article_id']}", ticket),
            (f"/articles/{citation['article_id']}", ticket),
            (f"/api/v1/articles/{citation['article_id']}", ticket),
        ):
            assert browser.get(path, params={"ticket": given}).status_code in {401, 403}


def test_links_end_when_a_sites_secret_changes():
    def sites(secret, key="session key"):
        return Sites({"news": Site(login="token", secret=secret)}, key)

    link = sites(SITE_SECRET).reader_link("news", "a1", 1, Span(0, 4))
    path, _, query = link.partition("#")[0].partition("?")
    scope = {"path": path, "query_string": query.encode()}
    assert sites(SITE_SECRET).enter_reader("news", scope, Headers({})) is not None
    for other in (sites(SITE_SECRET + "x"), sites(SITE_SECRET, "another key")):
        assert other.enter_reader("news", scope, Headers({})) is None


def test_a_link_on_a_listed_page_opens_the_reader_of_an_anonymous_site(guarded, listed):
    article_id = listed[0]["The Saltmere Courier"]
    with guarded.client() as browser:
        for site, referrer, status in (
            ("courier", f"{INTRANET}/start?x=1", 200),
            ("courier", f"{FOREIGN}/{INTRANET}", 403),
            ("courier", f"{INTRANET}.evil.example/", 403),
            ("courier", "null", 403),
            ("signed", f"{INTRANET}/", 403),
            ("closed", f"{INTRANET}/", 403),
        ):
            path = f"/sites/{site}/articles/{article_id}"
            assert browser.get(path, headers={"referer": referrer}).status_code == status, (site, referrer)


def test_the_reader_does_not_tell_a_hidden_article_from_one_that_is_not_there(guarded, listed):
    agency = listed[0]["Northshore Press Agency"]
    with guarded.client(headers={"referer": f"{INTRANET}/"}) as browser:
        for revision in ("", "?revision=1", "?revision=9"):
            hidden = browser.get(f"/sites/courier/articles/{agency}{revision}")
            absent = browser.get(f"/sites/courier/articles/nothing{revision}")
            assert (hidden.status_code, absent.status_code) == (404, 404)
            assert hidden.text.replace(agency, "nothing") == absent.text
        assert browser.get(f"/sites/everything/articles/{agency}").status_code == 200


def test_people_who_are_signed_in_see_what_a_site_shows_and_no_more(guarded, listed):
    with guarded.client(headers=as_reader()) as reader:
        assert reader.get(f"/sites/courier/articles/{listed[0]['The Saltmere Courier']}").status_code == 200
        assert reader.get(f"/sites/courier/articles/{listed[0]['Northshore Press Agency']}").status_code == 404


# The record --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "origin"),
    [
        ("https://intranet.example", "https://intranet.example"),
        (" HTTP://Intranet.Example:80 ", "http://intranet.example"),
        ("https://intranet.example:8443", "https://intranet.example:8443"),
        ("http://[::1]:8000", "http://[::1]:8000"),
        ("http://127.0.0.1:08000", "http://127.0.0.1:8000"),
    ],
)
def test_an_origin_is_kept_as_browsers_send_it(given, origin):
    assert whole_origin(given) == origin


@pytest.mark.parametrize(
    "record",
    [
        {"origins": ["*"]},
        {"origins": ["null"]},
        {"origins": ["intranet.example"]},
        {"origins": ["https://intranet.example/"]},
        {"origins": ["https://*.example"]},
        {"origins": ["https://a.example; script-src *"]},
        {"origins": ["https://a.example:99999"]},
        {"accent": "red"},
        {"accent": "#12345"},
        {"accent": "#123456; x"},
        {"login": "token"},
        {"login": "token", "secret": "short"},
        {"title": ""},
        {"publishers": [" "]},
        {"quota_per_minute": 0},
        {"theme": "pink"},
        {"colour": "red"},
    ],
)
def test_a_record_that_is_wrong_is_refused(tmp_path, record):
    with pytest.raises(BadSettings, match="'sites"):
        Settings(data_dir=tmp_path, sites={"news": record})


@pytest.mark.parametrize("name", ["", "News", "a/b", "a" * 64, "-a"])
def test_a_site_has_a_plain_name(tmp_path, name):
    with pytest.raises(BadSettings):
        Settings(data_dir=tmp_path, sites={name: {}})


def test_a_secret_is_not_shown(tmp_path):
    settings = Settings(data_dir=tmp_path, sites={"news": {"login": "token", "secret": SITE_SECRET}})
    assert SITE_SECRET not in repr(settings)
    assert Site().origins == ()
