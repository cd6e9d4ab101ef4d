"""axe-core finds nothing wrong with our pages, nor with the chat page whole: what Gradio itself brings adds nothing."""

import pytest

from tests.browser.axe import violations
from tests.browser.conftest import ask
from tests.browser.test_chat import OIL, SEED, beside


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_wrong(window, scheme):
    page = window.chat()
    page.emulate_media(color_scheme=scheme)
    assert violations(page) == []
    ask(page, OIL)
    answer = ask(page, SEED)
    assert violations(page) == []
    answer.locator(".dl-cite").first.focus()
    assert violations(page) == []
    page.keyboard.press("Escape")
    answer.get_by_role("button", name="Not a good answer").click()
    answer.locator(".dl-why").wait_for()
    page.locator("summary").first.click()
    assert violations(page) == []
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Conversations").click()
    assert violations(page) == []
    page.keyboard.press("Escape")
    kept = answer.get_by_role("link", name="Link").get_attribute("href")
    reader = answer.locator(".dl-cite").first.get_attribute("href")
    answer.locator(".dl-cite").first.click()
    beside(page)
    assert violations(page) == []
    for address in (kept, reader, reader.replace("cited=", "cited=0-40.")):
        page.goto(window.address + address)
        page.locator("main").wait_for()
        assert violations(page) == [], address
