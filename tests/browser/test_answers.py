"""Answers that are no plain quotes, and what stands around the first question, in a real browser."""

import shutil
from pathlib import Path

import pytest

from tests.answer.test_chat import TRUE, Nasty, endpoint  # noqa: F401 - a fixture
from tests.browser.conftest import ask
from tests.servers import serving

FERRY = "Where did the ferry Alma sink?"


@pytest.fixture(scope="module")
def server(small_made, tmp_path_factory, endpoint):  # noqa: F811
    """A server whose answers a chat model writes, in the place of the usual one."""
    folder = Path(shutil.copytree(small_made, tmp_path_factory.mktemp("written") / "data"))
    (folder / "dateline.toml").write_text(
        f'engine = "chat"\nchat_model = "openai:m"\nchat_base_url = "{endpoint}"\nchat_api_key = "secret-key"\n'
        "chat_first_token_seconds = 2\nchat_answer_seconds = 4\nchat_retries = 0\n"
    )
    with serving(folder) as running:
        yield running


def test_what_a_model_writes_is_cited_and_said_to_be_a_model_s(window):
    Nasty.mode = "good"
    page = window.chat()
    answer = ask(page, FERRY)
    assert TRUE in answer.locator(".dl-said").inner_text()
    assert "Written by a model, each sentence checked against its quotes" in answer.inner_text()
    answer.get_by_role("link", name="Source 1").focus()
    assert "The ferry Alma sank off Port Ellen" in page.get_by_role("tooltip").inner_text()
    assert "The ferry Alma sank off Port Ellen" in page.locator("#dl-panel mark").inner_text()
    page.goto(window.address + answer.get_by_role("link", name="Link").get_attribute("href"))
    assert "answer_rules@" in page.locator("main").inner_text(), "the prompt is named"


@pytest.mark.parametrize("mode", ["500", "other"])
def test_when_the_model_fails_quotes_stand_in_its_place_and_it_is_said(window, mode):
    Nasty.mode = mode
    answer = ask(window.chat(), FERRY)
    assert "According to Harbour Post" in answer.locator(".dl-said").inner_text()
    assert "Quotes are shown instead." in answer.locator(".dl-note").inner_text()
    assert "secret" not in answer.inner_text()


def test_a_summary_quotes_several_stories_each_with_its_source(window):
    Nasty.mode = "500"
    page = window.chat()
    answer = ask(page, "What is new?")
    cited = answer.locator(".dl-cite").count()
    assert cited > 2
    assert page.locator("#dl-panel .dl-card").count() == cited
    titles = page.locator("#dl-panel .dl-card h3").all_inner_texts()
    assert len(set(titles)) == len(titles)


def test_every_question_to_try_is_answered(window):
    Nasty.mode = "500"
    page = window.chat()
    tries = page.locator(".dl-try")
    assert tries.count() == 3
    for at in range(3):
        page.goto(window.address)
        page.locator("body.dl-ready").wait_for()
        tries.nth(at).click()
        page.locator(".dl-turn:not(.dl-pending) .dl-cite").first.wait_for()


def test_limits_show_how_many_there_are_and_are_cleared_with_one_button(window):
    page = window.chat()
    clear = page.get_by_role("button", name="Clear all limits")
    assert clear.count() == 0
    page.locator("summary", has_text="Publisher").click()
    page.locator(".dl-limit label", has_text="Coast Radio").click()
    page.locator(".dl-limit label", has_text="Harbour Post").click()
    page.keyboard.press("Escape")
    assert page.locator("summary", has_text="Publisher").inner_text() == "Publisher · 2"
    clear.click()
    assert page.locator(".dl-limit input:checked").count() == 0
    assert page.locator("summary").first.inner_text() == "Publisher"
    assert clear.count() == 0
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
    assert "Only" not in ask(page, FERRY).locator(".dl-facts").last.inner_text()


def test_links_to_the_page_are_shown_under_our_name(server):
    with server.client() as visitor:
        answer = visitor.get("/")
        head = answer.text.partition("</head>")[0]
        assert "<title>Dateline</title>" in head
        assert '<meta property="og:title" content="Dateline">' in head
        assert "twitter" not in head
        assert "githubusercontent" not in head
        assert "og:image" not in head
        assert int(answer.headers["content-length"]) == len(answer.content)
        assert visitor.head("/").status_code in {200, 405}


@pytest.mark.parametrize("gone", [True, False])
def test_questions_to_try_follow_the_archive(small_made, tmp_path, gone):
    folder = Path(shutil.copytree(small_made, tmp_path / "data"))
    with serving(folder) as running, running.client() as visitor:
        before = visitor.get("/chat/state").json()["tries"]
        assert "Ferry sinks off Port Ellen" in before
        assert "onerror" not in before  # the newest article, which addresses a machine
        rows = visitor.get("/api/v1/articles").json()["articles"]
        for row in rows if gone else rows[:1]:
            token = {"x-dateline-token": running.token}
            assert visitor.delete(f"/api/v1/articles/{row['id']}", headers=token).status_code == 200
        after = visitor.get("/chat/state").json()["tries"]
        assert rows[0]["title"] not in after
        assert ("holds no articles yet" in after) is gone
