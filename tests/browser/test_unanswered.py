"""The editors' page of what was asked in vain, in a real browser under its content policy."""

import pytest
from playwright.sync_api import expect

from tests.browser.axe import violations
from tests.browser.conftest import Watch
from tests.servers import as_editor

PHONE = {"width": 360, "height": 740}
QUESTIONS = ("Who won the chess olympiad of 2031?", "<img src=x onerror=alert(1)> Who invented the zanzibar quark?")


@pytest.mark.parametrize("options", [{"color_scheme": "light"}, {"color_scheme": "dark"}, {"viewport": PHONE}])
def test_an_editor_signs_in_reads_and_clears(browser, guarded, options):
    with guarded.client(headers=as_editor()) as opened:
        opened.delete("/api/v1/unanswered")
        for question in QUESTIONS:
            answer = opened.post("/api/v1/ask", json={"question": question, "level": "strict"}).json()
            assert answer["status"] == "abstained"
    context, watch = browser.new_context(**options), Watch()
    page = context.new_page()
    watch.follow(page)
    page.goto(f"{guarded.address}/unanswered")
    page.get_by_label("Token").fill("the editors' own token")
    page.get_by_role("button", name="Sign in").click()
    rows = page.locator("tbody tr")
    rows.first.wait_for()
    assert page.url.endswith("/unanswered")
    assert violations(page) == []
    assert {rows.nth(at).locator("td").first.inner_text() for at in range(2)} == set(QUESTIONS)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name=f"Clear: {QUESTIONS[0]}").click()
    expect(rows).to_have_count(1)
    page.locator("summary").click()
    page.get_by_role("button", name="Clear all").click()
    page.get_by_text("There are none yet.").wait_for()
    # The first answer is the refusal with the sign-in form.
    assert [said for said in watch.errors if "401" not in said] == []
    assert watch.failed == [f"{guarded.address}/unanswered"]
    assert watch.dialogs == []
    context.close()
