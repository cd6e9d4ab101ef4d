"""The chat page and the reader, as people use them: a real browser on a real server."""

import pytest

from tests.browser.conftest import ask
from tests.servers import HOSTILE

SEED = "what does Pakistan require for joint dialogue?"
IN_VIEW = """element => {
    const place = element.getBoundingClientRect();
    return place.top >= 0 && place.bottom <= window.innerHeight;
}"""


def test_a_citation_leads_to_the_marked_sentence(window):
    page = window.chat()
    answer = ask(page, SEED)
    assert "framework for joint dialogue policy" in answer.inner_text()
    quoted = page.locator("#dl-panel mark").inner_text()
    assert "framework for joint dialogue policy" in quoted
    assert "Northshore Press Agency" in page.locator("#dl-panel").inner_text()
    link = answer.get_by_role("link", name="Source 1")
    assert link.get_attribute("href").startswith("/articles/")
    with window.context.expect_page() as opened:
        link.click()
    reader = opened.value
    mark = reader.locator("mark")
    mark.wait_for()
    assert mark.inner_text() == quoted
    reader.wait_for_function(f"({IN_VIEW})(document.querySelector('mark'))")
    assert reader.evaluate("window.scrollY") > 0, "the sentence is below the first screen, so it was scrolled to"


def test_the_citation_is_reached_by_keyboard_alone(window):
    page = window.chat()
    page.keyboard.type(SEED)
    page.keyboard.press("Enter")
    page.locator("#dl-conversation .dl-cite").wait_for(timeout=30_000)
    with window.context.expect_page() as opened:
        for _ in range(30):
            page.keyboard.press("Shift+Tab")
            if page.evaluate("document.activeElement.className") == "dl-cite":
                page.keyboard.press("Enter")
                break
    opened.value.locator("mark").wait_for()


def test_an_abstention_is_said_plainly_and_shows_what_came_closest(window):
    page = window.chat()
    answer = ask(page, "What did a barrel of crude oil cost in the summer of 2024?")
    assert "The archive does not seem to hold the answer" in answer.inner_text()
    assert answer.get_by_role("link").count() == 0
    assert "Closest, but not an answer" in page.locator("#dl-panel").inner_text()


def test_a_new_conversation_forgets_the_old_one(window):
    page = window.chat()
    ask(page, SEED)
    page.get_by_role("button", name="New conversation").click()
    page.locator("#dl-conversation .dl-answer").wait_for(state="detached")
    assert page.locator("#dl-panel mark").count() == 0


def test_a_hostile_article_is_text_in_the_chat(window):
    page = window.chat()
    answer = ask(page, "When did the siren of Dunmarrow sound three times?")
    assert "<script>window.hacked=1</script>" in answer.inner_text() + page.locator("#dl-panel").inner_text()
    assert "[click](javascript:alert(1))" in page.locator("#dl-panel").inner_text()
    assert_inert(page, "#dl-conversation, #dl-panel")


@pytest.mark.parametrize("width", [360, 1280])
def test_a_hostile_article_is_text_in_the_reader(window, ids, width):
    page = window.open(f"/articles/{ids['Siren']}")
    page.set_viewport_size({"width": width, "height": 800})
    said = page.locator("body").inner_text()
    assert HOSTILE["title"] in said
    assert "![x](//evil.example/x.png) **bold**" in said
    assert_inert(page, "body")
    assert page.evaluate("document.documentElement.scrollWidth") <= width, "nothing has to be scrolled sideways"


def assert_inert(page, where):
    """Nothing of an article became an element, a link or a running script."""
    page.wait_for_timeout(200)
    assert page.evaluate("window.hacked") is None
    places = page.locator(where)
    for at in range(places.count()):
        place = places.nth(at)
        assert place.locator("img, form, input, iframe, b, strong, [onmouseover], [onerror], [onload]").count() == 0
        assert place.locator("script:not([src='/look/reader.js'])").count() == 0
        for link in place.locator("a").all():
            assert link.get_attribute("href").startswith(("/", "http://", "https://"))


@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (1920, "dark")])
def test_the_page_fits_its_window(window, width, scheme):
    page = window.chat()
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 800})
    ask(page, SEED)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for name in ("Ask", "New conversation"):
        box = page.get_by_role("button", name=name, exact=True).bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
