"""Who gets in where, and as whom."""

import json
import re
import shutil
import subprocess
import sys

import pytest
from starlette.datastructures import Headers

from qa.config import Settings
from qa.errors import DatelineError
from qa.web.access import Access, names_of
from qa.web.doors import find_door
from qa.web.keys import Keys, keys_of
from qa.web.login import own_path
from qa.web.people import ANYBODY, COMMAND_LINE, LOCAL, People, Person
from qa.web.store import Store
from qa.web.visitor import browser_of, new_secret
from tests.servers import GUARDED_TOML, INTRANET, ROOT, as_editor, as_reader, serving

PAGE = {"accept": "text/html"}
PUBLIC = {
    ("GET", "/healthz"),
    ("GET", "/readyz"),
    ("GET", "/widget.js"),
    ("GET", "/widget.css"),
    ("HEAD", "/widget.js"),
    ("HEAD", "/widget.css"),
    ("GET", "/login"),
    ("POST", "/logout"),
}
"""What answers a stranger; `POST /login` without a right token refuses too."""


@pytest.fixture(scope="module")
def table(small_made, tmp_path_factory):
    """Every (method, path) of the application's own table, those of what is mounted in it too."""
    folder = shutil.copytree(small_made, tmp_path_factory.mktemp("table") / "data")
    command = [sys.executable, "-m", "tests.web.addresses", str(folder)]
    return json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout)


def test_a_stranger_gets_in_nowhere_but_where_it_is_meant(guarded, table):
    assert len(table) > 80  # Gradio's are among them
    with guarded.client() as stranger:
        for method, template in table:
            path = re.sub(r"\{site[^}]*\}", "courier", template)
            path = re.sub(r"\{[^}]*\}", "x", path)
            status = stranger.request(method, path).status_code
            assert (status not in {401, 403}) == ((method, template) in PUBLIC), (method, path, status)
    with guarded.client() as stranger:
        for path in ("/", "/nowhere", "/docs", "/gradio_api/upload", "/api/v1/sites/nosuch", "/sites/x/articles/y"):
            assert stranger.get(path).status_code in {401, 403}


@pytest.mark.parametrize("host", ["localhost", "news.example.org"])
@pytest.mark.parametrize(
    "origin", ["null", "", "https://evil.example", "http://{host}.evil.example", "http://x{host}", INTRANET]
)
def test_no_other_page_gets_anything_done_for_whoever_is_signed_in(guarded, table, host, origin):
    given = {"host": host, "origin": origin.format(host=host), **as_editor()}
    changing = 0
    with guarded.client(headers=given) as opened:
        for method, template in table:
            path = re.sub(r"\{[^}]*\}", "x", template)
            if method == "GET" or "/sites/" in path:  # sites have origins of their own, tested with them
                continue
            answer = opened.request(method, path)
            assert not [name for name in answer.headers if name.startswith("access-control")], (method, path)
            if method != "HEAD":
                # Gradio's routes are not there at all.
                assert answer.status_code in ({403} if _has_door(path, method) else {404, 405}), (method, path)
                changing += _has_door(path, method)
    assert changing > 10


def _has_door(path, method):
    try:
        return bool(find_door(path, method))
    except DatelineError:
        return False


def test_a_stranger_learns_of_health_no_more_than_that(guarded):
    with guarded.client() as opened:
        assert opened.get("/readyz").json() == {"status": "ready"}
        assert opened.get("/readyz", headers=as_reader()).json()["articles"] > 1


def test_a_browser_is_shown_where_to_sign_in_and_a_program_how(guarded):
    with guarded.client() as stranger:
        page = stranger.get("/articles/x", headers=PAGE)
        assert page.status_code == 401
        assert 'name="next" type="hidden" value="/articles/x"' in page.text
        assert "<script" not in page.text
        linked = stranger.get("/articles/x?revision=1&cited=4-9", headers=PAGE)
        assert 'name="next" type="hidden" value="/articles/x?revision=1&amp;cited=4-9"' in linked.text
        program = stranger.get("/api/v1/articles")
        assert (program.status_code, program.json()["error"]["code"]) == (401, "not_signed_in")
        assert program.headers["www-authenticate"].startswith("Bearer")


def test_signing_in_begins_a_session_and_signing_out_ends_it(guarded):
    with guarded.client(headers={"origin": guarded.address}) as browser:
        answer = browser.post("/login", data={"token": "the readers' own token", "next": "/articles/x?start=1"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/articles/x?start=1")
        cookie = answer.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie
        assert "the readers' own token" not in cookie
        assert browser.get("/api/v1/articles").status_code == 200
        assert browser.get("/", headers=PAGE).status_code == 200
        assert "You are signed in as a reader." in browser.get("/login").text
        assert browser.delete("/api/v1/articles/x").status_code == 403  # a reader
        kept = {"cookie": f"dateline_session={browser.cookies['dateline_session']}"}
        assert browser.get("/api/v1/articles", headers=kept).status_code == 200
        assert browser.post("/logout").headers["location"] == "/login"
        assert browser.get("/api/v1/articles").status_code == 401
    with guarded.client() as thief:  # whoever has a copy of the cookie is out too
        assert thief.get("/api/v1/articles", headers=kept).status_code == 401


@pytest.mark.parametrize("token", ["", "x", "the readers' own toke", "\ud800".encode("utf-8", "surrogatepass"), "é"])
def test_a_wrong_token_begins_nothing(guarded, token):
    with guarded.client() as browser:
        answer = browser.post("/login", data={"token": token, "next": "/"})
        assert answer.status_code == 403
        assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("origin", ["null", "https://evil.example", "http://localhost:1"])
def test_no_other_site_can_sign_somebody_in_or_out(guarded, origin):
    with guarded.client(headers={"origin": origin}) as browser:
        for path in ("/login", "/logout"):
            answer = browser.post(path, data={"token": "the readers' own token"})
            assert (answer.status_code, answer.json()["error"]["code"]) == (403, "foreign_origin")


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ("/articles/a?start=1&end=2", "/articles/a?start=1&end=2"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/\t/evil.example", "/"),
        ("https://evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/a\r\nset-cookie: x=1", "/"),
        ("", "/"),
    ],
)
def test_signing_in_leads_to_our_own_pages_only(given, path):
    assert own_path(given) == path


def test_an_editor_may_what_a_reader_may_not(guarded):
    with guarded.client() as opened:
        assert opened.delete("/api/v1/articles/nothing", headers=as_reader()).status_code == 403
        assert opened.delete("/api/v1/articles/nothing", headers=as_editor()).status_code == 404


# Recognising -------------------------------------------------------------------------------------------------------

KEYS = Keys("reader's token", "editor's token", "session key")


def recognised(headers, *, peer="127.0.0.1", access=None, version="1.1", **settings):
    given = {"host": "localhost:1", **headers}
    scope = {"client": (peer, 1), "scheme": "http", "http_version": version}
    people = People(Settings(**settings), access or Access(names_of(["news.example"]), token="secret"), KEYS)
    return people.recognise(scope, Headers(given))


BEHIND = {"trusted_proxies": ["10.0.0.0/8"], "proxy_user_header": "X-User", "proxy_editors": ["ida"]}
OPEN = Access(names_of(["news.example"]), any_address=True, loopback=False)


@pytest.mark.parametrize(
    ("headers", "options", "person"),
    [
        ({}, {}, LOCAL),
        ({"host": "news.example"}, {}, None),
        ({"x-forwarded-for": "192.0.2.1"}, {}, None),
        ({"forwarded": "for=192.0.2.1"}, {}, None),
        ({"via": "1.1 proxy"}, {}, None),
        ({"X-Forwarded-Server": "news.example"}, {}, None),
        ({"cf-connecting-ip": "192.0.2.1"}, {"login": "never"}, ANYBODY),
        ({}, {"version": "1.0"}, None),  # as nginx passes requests on where it is told nothing
        ({}, {"version": "1.0", "login": "never"}, ANYBODY),
        ({}, {"trusted_proxies": ["127.0.0.1"]}, None),
        ({"host": "news.example"}, {"login": "never"}, ANYBODY),
        ({}, {"peer": "192.0.2.1"}, None),
        ({}, {"access": OPEN}, None),
        ({}, {"access": OPEN, "login": "never"}, ANYBODY),
        ({}, {"login": "never"}, LOCAL),
        ({"x-forwarded-for": "192.0.2.1"}, {"login": "never"}, ANYBODY),
        ({}, {"login": "always"}, None),
        ({"host": "news.example"}, {"login": "never", "peer": "192.0.2.1", "access": OPEN}, ANYBODY),
        ({"authorization": "Bearer reader's token"}, {"access": OPEN}, Person("reader", "reader")),
        ({"authorization": "bearer  editor's token "}, {"access": OPEN}, Person("editor", "editor")),
        ({"authorization": "Bearer wrong"}, {"access": OPEN}, None),
        ({"authorization": "Bearer wrong"}, {}, LOCAL),
        ({"authorization": "Basic reader's token"}, {"access": OPEN}, None),
        ({"authorization": "Bearer "}, {"access": OPEN}, None),
        ({"x-dateline-token": "secret"}, {}, COMMAND_LINE),
        ({"x-dateline-token": "secret"}, {"peer": "192.0.2.1"}, None),
        ({"x-user": "ida"}, {"peer": "10.1.2.3", **BEHIND}, Person("ida", "editor")),
        ({"x-user": " Bo "}, {"peer": "10.1.2.3", **BEHIND}, Person("Bo", "reader")),
        ({"x-user": "Bo"}, {"peer": "::ffff:10.1.2.3", **BEHIND}, Person("Bo", "reader")),
        ({"x-user": "local"}, {"peer": "10.1.2.3", **BEHIND}, Person("local (from the proxy)", "reader")),
        ({"x-user": "site:news"}, {"peer": "10.1.2.3", **BEHIND}, Person("site:news (from the proxy)", "reader")),
        ({"x-user": "readers"}, {"peer": "10.1.2.3", **BEHIND}, Person("readers", "reader")),
        ({"x-user": "ida"}, {"peer": "192.0.2.1", **BEHIND}, None),
        ({"x-user": ""}, {"peer": "10.1.2.3", **BEHIND}, None),
        ({"x-user": "x" * 201}, {"peer": "10.1.2.3", **BEHIND}, None),
        ({"x-user": "ida"}, {"peer": "10.1.2.3", "trusted_proxies": ["10.0.0.0/8"]}, None),
        ({"cookie": "dateline_session=x.y.z"}, {"access": OPEN}, None),
        ({"cookie": "\x00;;="}, {"access": OPEN}, None),
    ],
)
def test_people_are_recognised_by_what_proves_them(headers, options, person):
    assert recognised(headers, **options) == person


def test_a_session_ends_when_the_tokens_change():
    mine = People(Settings(), OPEN, KEYS)
    cookie = {"cookie": f"a=b; dateline_session={mine.session(Person('reader-1', 'reader'))}", "host": "news.example"}
    scope = {"client": ("192.0.2.1", 1), "scheme": "http"}
    assert mine.recognise(scope, Headers(cookie)) == Person("reader-1", "reader")
    for other in (Keys("new", KEYS.editor, KEYS.session), Keys(KEYS.reader, KEYS.editor, "new")):
        assert People(Settings(), OPEN, other).recognise(scope, Headers(cookie)) is None


def test_a_session_that_was_ended_stays_so_and_ends_no_other(tmp_path):
    scope = {"client": ("192.0.2.1", 1), "scheme": "http"}
    store = Store(tmp_path)

    def people():
        return People(Settings(), OPEN, KEYS, store)

    def cookie(session):
        return Headers({"host": "news.example", "cookie": f"dateline_session={session}"})

    mine = people()
    person = mine.sign_in("reader's token", browser_of(new_secret()))
    left, stays = (cookie(mine.session(person)) for _ in range(2))
    mine.end_session(left)
    mine.end_session(cookie("x.y.z"))
    for later in (mine, people()):
        assert later.recognise(scope, left) is None
        assert later.recognise(scope, stays) == person
    store.end_session("long ago", 1)
    assert len(store.ended_sessions()) == 1
    store.close()


def test_people_who_share_a_token_are_told_apart_by_their_browsers():
    people = People(Settings(), OPEN, KEYS)
    first, second = (people.sign_in("reader's token", browser_of(new_secret())) for _ in range(2))
    assert first.role == second.role == "reader"
    assert first.name != second.name
    assert first.browser != second.browser
    assert people.sign_in("wrong", first.browser) is None
    cookie = {"cookie": f"dateline_session={people.session(first)}", "host": "news.example"}
    assert people.recognise({"client": ("192.0.2.1", 1), "scheme": "http"}, Headers(cookie)) == first


def conversations(browser):
    return [row["title"] for row in browser.get("/chat/state").json()["conversations"]]


def test_conversations_come_back_to_the_browser_and_to_no_other(served_folder, tmp_path):
    def sign_in(browser, who):
        assert browser.post("/login", data={"token": f"the {who}s' own token"}).status_code == 303

    folder = shutil.copytree(served_folder, tmp_path / "data")
    (folder / "dateline.toml").write_text(GUARDED_TOML)
    question = "Who sounded the siren?"
    with serving(folder) as running, running.client() as browser, running.client() as other:
        sign_in(browser, "reader")
        assert browser.post("/chat/ask", json={"question": question}).status_code == 200
        for who in ("reader", "editor"):
            browser.post("/logout")
            assert browser.get("/chat/state").status_code == 401
            sign_in(browser, who)
            assert f"You are signed in as {'an' if who == 'editor' else 'a'} {who}." in browser.get("/login").text
            assert conversations(browser) == [question]
        sign_in(other, "reader")
        assert conversations(other) == []
        left = browser.post("/logout", data={"forget": "yes"})
        assert left.headers["location"] == "/login"
        sign_in(browser, "reader")
        assert conversations(browser) == []


def test_a_browser_keeps_its_conversations_when_it_begins_to_sign_in(served_folder, tmp_path):
    folder = shutil.copytree(served_folder, tmp_path / "data")
    with serving(folder) as running, running.client() as browser:
        browser.post("/chat/ask", json={"question": "Who sounded the siren?"})
        assert browser.post("/login", data={"token": (folder / "editor.token").read_text()}).status_code == 303
        assert conversations(browser) == ["Who sounded the siren?"]
        assert "You are signed in as an editor." in browser.get("/login").text


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("192.0.2.1", "203.0.113.9", "192.0.2.1"),
        ("10.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("10.0.0.1", "1.1.1.1, 203.0.113.9, 10.0.0.7", "203.0.113.9"),
        ("10.0.0.1", "", "10.0.0.1"),
    ],
)
def test_an_address_is_believed_from_trusted_proxies_only(peer, forwarded, address):
    people = People(Settings(trusted_proxies=["10.0.0.0/8"]), OPEN, KEYS)
    assert people.address_of({"client": (peer, 1)}, Headers({"x-forwarded-for": forwarded})) == address


def test_tokens_are_made_once_for_this_user_only(tmp_path):
    settings = Settings(data_dir=tmp_path, editor_token="an editor's token of its own")
    keys = keys_of(settings)
    assert keys.editor == "an editor's token of its own"
    assert {path.name for path in keys.made} == {"reader.token", "session.key"}
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in keys.made)
    assert keys.reader not in repr(keys)
    again = keys_of(settings)
    assert (again.reader, again.session, again.made) == (keys.reader, keys.session, ())
