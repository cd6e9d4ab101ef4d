"""Photograph the pages for people to look at: ``python -m tests.browser.screenshot FOLDER``.

The README shows ``chat.png`` and ``report.png``; copy them to ``tests/data`` when the pages have changed.
"""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

import app
from ingest.run import ingest
from qa.config import Settings
from qa.index.archive import Archive
from tests.browser.conftest import SIZE, ask, launch
from tests.browser.test_chat import SEED
from tests.servers import ROOT, serving

LOOKS = (("chat", SIZE, "light"), ("dark", SIZE, "dark"), ("phone", {"width": 360, "height": 760}, "light"))


def photograph(browser, address, out):
    """Take pictures of an answer, its article and an abstention in every look."""
    for name, size, scheme in LOOKS:
        context = browser.new_context(viewport=size, color_scheme=scheme)
        page = context.new_page()
        page.goto(address)
        answer = ask(page, SEED)
        page.screenshot(path=out / f"{name}.png")
        with context.expect_page() as opened:
            answer.get_by_role("link").first.click()
        opened.value.locator("mark").wait_for()
        opened.value.screenshot(path=out / f"{name}-reader.png")
        ask(page, "What did a barrel of crude oil cost in the summer of 2024?")
        page.screenshot(path=out / f"{name}-abstained.png", full_page=True)
        context.close()


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
