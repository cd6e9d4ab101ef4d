"""Photograph the pages for people to look at: ``python -m tests.browser.screenshot FOLDER``.

The README shows ``chat.png``, ``chat-dark-quote.png`` (as ``chat-dark.png``) and ``report.png``; copy them to
``tests/data`` when the pages have changed.
"""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

import app
from ingest.run import ingest
from qa.config import Settings
from qa.index.archive import Archive
from tests.browser.conftest import ask, launch
from tests.browser.test_chat import CARGO, OIL, SEED, beside
from tests.servers import ROOT, serving

WIDTHS = {"phone": (360, 760), "tablet": (768, 1024), "chat": (1280, 800), "wide": (1920, 1080)}


def photograph(browser, address, out):
    """Take pictures of every part of the pages at three widths, in light and dark."""
    for name, (width, height) in WIDTHS.items():
        for scheme in ("light", "dark"):
            context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
            page = context.new_page()
            page.goto(address)
            walk(page, address, out / (name if scheme == "light" else f"{name}-dark"))
            context.close()


def walk(page, address, stem):
    def snap(part, shot=page):
        shot.wait_for_timeout(250)
        shot.screenshot(path=f"{stem}{part and f'-{part}'}.png")

    page.locator("body.dl-ready").wait_for()
    snap("empty")
    ask(page, OIL)
    snap("abstained")
    if page.locator("#dl-panel").is_hidden():
        page.locator('[data-do="sources"]').last.click()
        snap("sources")
        page.get_by_role("button", name="Back").click()
    answer = ask(page, CARGO)
    answer.locator(".dl-cite").first.focus()
    snap("quote")
    page.keyboard.press("Escape")  # what a number quotes lies over what stands below it
    answer.get_by_role("button", name="Not a good answer").click()
    snap("feedback")
    page.locator("summary").first.click()
    snap("limits")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Conversations").click()
    snap("conversations")
    page.keyboard.press("Escape")
    answer.get_by_role("button", name="Not a good answer").click()
    answer = ask(page, SEED)
    kept = answer.get_by_role("link", name="Link").get_attribute("href")
    answer.locator(".dl-cite").last.click()
    beside(page)
    snap("")
    page.goto(address + kept)
    snap("kept")
    page.goto(f"{address}/articles")
    snap("articles")


def photograph_report(browser, data, out):
    """Take a picture of the evaluation's report on the sample archive's questions."""
    questions = ROOT / "tests" / "evals" / "questions.jsonl"
    app.main(["eval", str(questions), "--data", str(data), "--out", str(out / "eval")])
    page = browser.new_page(viewport={"width": 1200, "height": 860}, color_scheme="light")
    page.goto((out / "eval" / "report.html").absolute().as_uri())
    page.screenshot(path=out / "report.png")


def main(folder):
    out = Path(folder)
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data, sync_playwright() as playwright:
        with Archive.open(Settings(data_dir=Path(data))) as archive:
            ingest([ROOT / "ingest" / "sample" / "articles.jsonl"], archive)
        browser = launch(playwright)
        photograph_report(browser, data, out)
        with serving(data) as server:
            photograph(browser, server.address, out)


if __name__ == "__main__":
    main(sys.argv[1])
