"""axe-core finds nothing wrong with the pages of ours, nor with our parts of the chat page."""

import pytest

from tests.browser.axe import violations
from tests.browser.conftest import ask
from tests.browser.test_chat import OIL, SEED, beside

OURS = "#dl-head, #dl-conversation, #dl-limits, #dl-panel"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_wrong(window, scheme):
    page = window.chat()
    page.emulate_media(color_scheme=scheme)
    assert checked(page) == []
    ask(page, OIL)
    answer = ask(page, SEED)
    assert checked(page) == []
    answer.locator(".dl-cite").first.focus()
    assert checked(page) == []
    page.keyboard.press("Escape")
    answer.get_by_role("button", name="Not a good answer").click()
    answer.locator(".dl-why").wait_for()
    page.locator("summary").first.click()
    assert checked(page) == []
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Conversations").click()
    assert checked(page) == []
    page.keyboard.press("Escape")
    kept = answer.get_by_role("link", name="Link").get_attribute("href")
    reader = answer.locator(".dl-cite").first.get_attribute("href")
    answer.locator(".dl-cite").first.click()
    beside(page)
    assert checked(page) == []
    for address in (kept, reader, reader.replace("cited=", "cited=0-40.")):
        page.goto(window.address + address)
        page.locator("main").wait_for()
        assert violations(page) == [], address


def checked(page):
    found = []
    for part in OURS.split(", "):
        found += violations(page, part)
    return found
