"""Photograph the pages for people to look at: ``python -m tests.browser.screenshot FOLDER``.

The README shows ``chat.png``, ``chat-dark-quote.png`` (as ``chat-dark.png``) and ``report.png``; copy them to
``tests/data`` when the pages have changed.
"""

import json
import re
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
from tests.web.test_intake import HERON, TOML

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


ODD = [
    {
        "id": "long",
        "title": "Councillors, harbour masters, fishermen and the two remaining lighthouse keepers of the outer "
        "islands argue for a ninth evening about who is to pay "
        "for Donaudampfschifffahrtsgesellschaftskapitänsmützenreinigung",
        "publisher": "The Evening Post and Courier of the Outer Islands, incorporating the Shipping Gazette",
        "text": "Nobody agreed. The ninth evening ended at a quarter to three.",
    },
    {
        "id": "urdu",
        "title": "دریا کا پل دوبارہ کھل گیا",
        "publisher": "روزنامہ ساحل",
        "published_at": "2024-04-02",
        "language": "ur",
        "text": "نورآباد میں دریا کا پل دس دن کی مرمت کے بعد پیر کو دوبارہ کھل گیا۔ ضلعی انتظامیہ کے مطابق مرمت پر "
        "چالیس لاکھ روپے خرچ ہوئے۔\n\nانجینئر سلمیٰ قریشی نے کہا کہ پل اب محفوظ ہے۔",
    },
]
"""Articles that are hard to lay out."""


def photograph_desk(browser, folder, out):
    """Take pictures of signing in, of an editor's page of the articles, and of articles that are hard to lay out."""
    (folder / "odd.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ODD), "utf-8")
    with Archive.open(Settings(data_dir=folder / "data")) as archive:
        ingest([folder / "odd.jsonl"], archive)
        keys = {one.external_id: one.id for one in archive.articles()}
    (folder / "data" / "dateline.toml").write_text(TOML)
    with serving(folder / "data") as server:
        for name, (width, height) in WIDTHS.items():
            for scheme in ("light", "dark"):
                context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
                page, stem = context.new_page(), out / (name if scheme == "light" else f"{name}-dark")
                page.goto(f"{server.address}/login?next=/articles")
                page.screenshot(path=f"{stem}-sign-in.png")
                page.get_by_label("Token").fill("the editors' own token")
                page.keyboard.press("Enter")
                files = page.get_by_label(re.compile("^Files"))
                files.set_input_files([
                    {"name": file, "mimeType": "text/plain", "buffer": words}
                    for file, words in (("heron.txt", HERON.encode()), ("broken.pdf", b"%PDF-"), ("empty.txt", b""))
                ])  # fmt: skip
                page.get_by_label("Web addresses").fill("http://127.0.0.1:9/news")
                page.get_by_role("button", name="Add", exact=True).click()
                page.locator(".job .outcome").first.wait_for()
                page.locator(".job ul").first.wait_for()
                page.screenshot(path=f"{stem}-desk.png", full_page=True)
                page.goto(f"{server.address}/articles/{keys['urdu']}")
                page.screenshot(path=f"{stem}-urdu.png")
                page.goto(f"{server.address}/login")
                page.screenshot(path=f"{stem}-signed-in.png")
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
    with tempfile.TemporaryDirectory() as data, sync_playwright() as playwright:
        photograph_desk(launch(playwright), Path(data), out)


if __name__ == "__main__":
    main(sys.argv[1])
