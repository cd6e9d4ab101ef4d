"""The evaluation's report, opened from disk in a real browser with the network off."""

import json

import pytest

import app
from tests.evaluate.conftest import QUESTIONS


@pytest.fixture
def report(browser, small_folder, tmp_path):
    """A page that shows the report of a run; it holds a hostile question."""
    hostile = {"id": "x1", "question": '<img src=x onerror="alert(1)"> Where is the ferry?', "answerable": False}
    path = tmp_path / "questions.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in [*QUESTIONS, {**hostile, "type": "<b>odd"}]))
    command = ["eval", str(path), "--data", str(small_folder), "--out", str(tmp_path / "out"), "--level", "open"]
    assert app.main(command) == 0
    context = browser.new_context(offline=True)
    page = context.new_page()
    page.asked, page.wrong = [], []
    page.on("request", lambda request: page.asked.append(request.url))
    page.on("pageerror", lambda error: page.wrong.append(str(error)))
    page.on("console", lambda said: page.wrong.append(said.text) if said.type == "error" else None)
    page.on("dialog", lambda dialog: page.wrong.append(dialog.message))
    page.goto((tmp_path / "out" / "report.html").as_uri())
    yield page
    context.close()


def test_the_report_opens_from_disk_with_its_plots_and_asks_for_nothing_else(report):
    assert report.locator("h1").inner_text() == "How good the answers are"
    widths = report.eval_on_selector_all("figure img", "images => images.map(image => image.naturalWidth)")
    assert len(widths) >= 3
    assert all(width > 100 for width in widths)
    assert [url for url in report.asked if not url.startswith(("file:", "data:"))] == []
    assert sum(url.startswith("file:") for url in report.asked) == 1
    assert report.wrong == []


def test_filters_leave_what_fits(report):
    cases = report.locator(".case")
    everything = cases.count()
    assert everything >= 3
    assert report.locator("#shown").inner_text() == f"{everything} of {everything} shown"
    report.get_by_label("Words").fill("barrel OIL")
    assert report.locator(".case:visible").count() == 1
    assert report.locator("#shown").inner_text() == f"1 of {everything} shown"
    report.get_by_label("Words").fill("")
    report.get_by_label("Type").select_option("<b>odd")
    assert report.locator(".case:visible").count() == 1
    assert "<img src=x" in report.locator(".case:visible summary").inner_text()
    assert report.wrong == [], "what a question holds is shown and never obeyed"


def test_the_report_is_read_with_the_keyboard_alone(report):
    report.keyboard.press("Tab")
    assert report.evaluate("document.activeElement.className") == "skip"
    report.keyboard.press("Enter")
    for _ in range(12):
        report.keyboard.press("Tab")
        if report.evaluate("document.activeElement.tagName") == "SUMMARY":
            break
    assert report.evaluate("document.activeElement.tagName") == "SUMMARY"
    report.keyboard.press("Enter")
    assert report.locator(".case[open]").count() == 1
    report.keyboard.press("Tab")
    assert report.evaluate("document.activeElement.getAttribute('href')").startswith("#place-")
    report.keyboard.press("Enter")
    assert report.locator(".place:target mark").is_visible()
    assert report.wrong == []
