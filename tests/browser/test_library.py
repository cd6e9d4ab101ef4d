"""The page of the articles: added, followed, asked about, found and removed, in a real browser."""

import io
import json
import re
import shutil
import zipfile
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.browser.axe import violations
from tests.browser.conftest import SIZE, Watch, Window, ask
from tests.ingest.site import served
from tests.servers import serving
from tests.web.test_intake import HERON, PAGE, TOML

HERONS = "How many herons were counted at Quillmere?"
HOSTILE_NAME = "<img src=x onerror=window.hacked=1>.txt"


@pytest.fixture(scope="module")
def library(small_made, tmp_path_factory):
    """A server on this machine whose editors may add articles."""
    folder = Path(shutil.copytree(small_made, tmp_path_factory.mktemp("library") / "data"))
    (folder / "dateline.toml").write_text(TOML.replace('login = "always"', ""))
    with serving(folder) as running:
        yield running


@pytest.fixture
def desk(browser, library):
    """An editor's browser window; nothing it asks for may fail or lie elsewhere."""
    context = browser.new_context(viewport=SIZE)
    watch = Watch()
    context.on("page", watch.follow)
    window = Window(context, watch, library.address)
    page = window.open("/articles")
    page.get_by_role("link", name="Sign in as an editor").click()
    page.get_by_label("Token").fill("the editors' own token")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Add articles").wait_for()
    page.close()
    yield window
    context.close()
    assert watch.outside(library.host) == []
    assert watch.failed == []
    assert watch.dialogs == []
    assert watch.errors == []


def file(name, data):
    return {"name": name, "mimeType": "application/octet-stream", "buffer": data}


def outcome(page, at=0):
    """Wait for the end of an upload and return how it ended."""
    job = page.locator(".job").nth(at)
    job.locator(".outcome").wait_for(timeout=60_000)
    return job.locator(".outcome").inner_text()


@contextmanager
def job_begun(page):
    """Wait for what is done in the block to be taken on; until then an earlier upload stands first."""
    before = page.locator(".job").first.get_attribute("data-id") if page.locator(".job").count() else ""
    yield
    page.locator(f'.job:first-child:not([data-id="{before}"])').wait_for()


def add(page, *files, urls=""):
    page.get_by_label(re.compile("^Files")).set_input_files([file(*one) for one in files])
    if urls:
        page.get_by_label("Web addresses").fill(urls)
    with job_begun(page):
        page.get_by_role("button", name="Add", exact=True).click()


def test_a_file_is_added_asked_about_quoted_and_removed(desk):
    page = desk.open("/articles")
    add(page, ("herons.txt", HERON.encode()))
    assert outcome(page) == "1 article added."
    assert "1 passage embedded" in page.locator(".job").first.inner_text()
    row = page.locator(".articles li").first
    assert row.inner_text().startswith("Heron colony"), "what came last stands first"
    chat = desk.chat()
    answer = ask(chat, HERONS)
    assert "sixty-one herons" in answer.inner_text()
    assert "sixty-one herons" in chat.locator("#dl-panel mark").inner_text()
    add(page, ("herons.txt", HERON.encode()))
    assert outcome(page) == "1 article already there, unchanged."
    row.get_by_role("button", name="Remove").click()
    sure = page.get_by_role("dialog")
    assert "1 kept answer holds words of it" in sure.inner_text()
    sure.get_by_role("button", name="Keep it").click()
    assert row.inner_text().startswith("Heron colony")
    row.get_by_role("button", name="Remove").click()
    sure.get_by_role("button", name="Remove").click()
    page.locator(".articles li", has_text="Heron colony").wait_for(state="detached")
    page.locator("#said", has_text="removed").wait_for(state="attached")
    chat.reload()
    chat.locator(".dl-gone").first.wait_for()
    assert "herons" not in chat.locator(".dl-said").inner_text()
    chat.get_by_role("button", name="New conversation").click()
    chat.locator(".dl-turn").first.wait_for(state="detached")
    answer = ask(chat, HERONS)
    assert "The archive does not seem to hold the answer" in answer.inner_text()


def test_an_address_is_pasted_by_keyboard_alone_at_phone_width(desk):
    page = desk.open("/articles")
    page.set_viewport_size({"width": 360, "height": 700})
    with served() as site:
        site.routes["/otters"] = PAGE
        page.get_by_label(re.compile("^Files")).focus()
        page.keyboard.press("Tab")
        page.keyboard.type(site.url("/otters"))
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        with job_begun(page):
            page.keyboard.press("Enter")
        assert outcome(page) == "1 article added."
    page.locator("#said", has_text="1 article added.").wait_for(state="attached")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.get_by_label("Find articles").focus()
    page.keyboard.type("otters river")
    page.locator("#list .facts", has_text=re.compile("^1 article$")).first.wait_for()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_role("dialog").wait_for()
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.dataset.do") == "remove", "the focus comes back"
    page.keyboard.press("Enter")
    page.get_by_role("dialog").wait_for()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_text("No article has all of these words.").wait_for()


def test_bad_files_are_told_in_one_sentence_each_and_named_files_are_text(desk):
    page = desk.open("/articles")
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("a.html", b"<p>" + b"0" * 200_000_000)
    add(page, (HOSTILE_NAME, b"Lamp\n\nThe lamp of Ambry burns."), ("bomb.zip", bomb.getvalue()), ("no.pdf", b"%PDF-"))
    assert outcome(page) == "1 article added, 2 left out."
    job = page.locator(".job").first
    assert HOSTILE_NAME in job.inner_text()
    assert "bomb.zip" in job.locator("ul").inner_text()
    assert page.locator(".job img").count() == 0
    assert page.evaluate("window.hacked") is None
    page.get_by_role("button", name="Add", exact=True).click()
    assert "Choose a file, or give an address." in page.get_by_role("alert").inner_text()
    page.get_by_label(re.compile("^Files")).set_input_files([file("big.txt", b"x" * 3_200_000)])
    page.get_by_role("button", name="Add", exact=True).click()
    assert "more than can be sent at once" in page.get_by_role("alert").inner_text()
    assert desk.watch.failed == [], "it was not even sent"


def test_an_upload_is_followed_over_a_reload_and_cancelled(desk):
    page = desk.open("/articles")
    text = "Gull {n} of Ambry was ringed on day {n} of the survey and flew {n} miles inland. " * 40
    rows = [json.dumps({"id": f"g{n}", "title": f"Gull {n}", "text": text.format(n=n)}) for n in range(600)]
    add(page, ("gulls.jsonl", "\n".join(rows).encode()))
    add(page, ("tern.txt", b"Tern\n\nThe tern of Ambry was seen on Friday."))
    page.reload()
    going = page.locator(".job", has_text="gulls.jsonl")
    going.get_by_text("articles so far").wait_for()
    assert page.locator(".job", has_text="tern.txt").get_by_text("Waiting for its turn").is_visible()
    chat = desk.chat()
    assert "Port Ellen" in ask(chat, "Where did the ferry Alma sink?").inner_text(), "asking goes on meanwhile"
    going.get_by_role("button", name="Cancel").click()
    going.get_by_text("Cancelled; what had been added by then is kept.").wait_for(timeout=60_000)
    page.locator(".job", has_text="tern.txt").get_by_text("1 article added.").wait_for(timeout=60_000)
    page.locator(".articles li", has_text="Tern").wait_for()


def test_readers_see_the_list_and_nothing_else(desk, browser, library):
    context = browser.new_context(viewport=SIZE)
    page = context.new_page()
    page.goto(f"{library.address}/articles?q=eastcliff")
    assert page.locator(".articles li").count() >= 1
    assert page.get_by_role("button", name="Remove").count() == 0
    assert page.locator("form#add").count() == 0
    assert page.evaluate("fetch('/library/ingestions').then(answer => answer.status)") == 403
    page.goto(library.address)
    page.locator("body.dl-ready").wait_for()
    page.get_by_role("link", name="Articles", exact=True).click()
    page.get_by_role("heading", name="Articles").wait_for()
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_wrong_with_the_page_of_the_articles(desk, scheme):
    page = desk.open("/articles")
    page.emulate_media(color_scheme=scheme)
    assert violations(page) == []
    add(page, ("a.txt", b"Ambry\n\nThe quay of Ambry was mended."), ("empty.txt", b""))
    outcome(page)
    assert violations(page) == []
    page.get_by_role("button", name="Remove").first.click()
    page.get_by_role("dialog").wait_for()
    assert violations(page) == []
