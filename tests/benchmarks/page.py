"""The chat page in a real browser: from Enter to the answer on screen, beside ``ask``, and how soon it is there."""

import shutil
import time
from statistics import median
from typing import TYPE_CHECKING

from tests.benchmarks import data
from tests.benchmarks.rows import Results, Row, at_most, ours

if TYPE_CHECKING:
    from tests.benchmarks.parts import Job

SET = "multihop"
QUESTIONS = 40
WARMING = 3
WATCH = """
new MutationObserver((_, watch) => {
  if (!document.body || !document.body.classList.contains("dl-ready")) return;
  watch.disconnect();
  window.ready = performance.now();
}).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ["class"] });
window.onScreen = new Promise((resolve) => {
  let start = 0;
  document.addEventListener("keydown", () => { start = performance.now(); }, { once: true, capture: true });
  new MutationObserver((_, watch) => {
    if (!document.querySelector(".dl-turn:not(.dl-pending) .dl-answer")) return;
    watch.disconnect();
    requestAnimationFrame(() => resolve(performance.now() - start));
  }).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ["class"] });
});
"""


def run(job: "Job") -> Results:
    """Ask each question in the page and of the archive itself, in turns."""
    from playwright.sync_api import sync_playwright

    from tests.benchmarks.systems import Dateline, opened  # opens archives
    from tests.browser.conftest import launch
    from tests.servers import serving

    name = SET if SET in data.available() else data.available()[0]
    bench = data.subset(data.load(name), job.articles, job.queries or QUESTIONS)
    questions = [query.text for query in bench.queries]
    times: dict[str, list[float]] = {"ask": [], "shown": [], "ready": []}
    with opened(bench, job.folder / name) as archive:
        dateline = Dateline(archive)
        # An archive has one owner: the server gets one of its own.
        served = shutil.copytree(job.folder / name / "archive", job.folder / "page", dirs_exist_ok=True)
        with serving(served) as server, sync_playwright() as playwright:
            browser = launch(playwright)
            for at, question in enumerate([*questions[:WARMING], *questions]):
                page = browser.new_page()
                page.add_init_script(WATCH)
                page.goto(server.address)
                page.locator("body.dl-ready").wait_for()
                page.locator("#dl-controls textarea").fill(question)
                page.keyboard.press("Enter")
                shown, ready = page.evaluate("async () => [await window.onScreen, window.ready]")
                page.close()
                start = time.perf_counter()
                dateline.ask(question, "balanced")
                took = 1000 * (time.perf_counter() - start)
                if at >= min(WARMING, len(questions)):
                    for kind, value in (("ask", took), ("shown", shown), ("ready", ready)):
                        times[kind].append(value)
            browser.close()
    return {"set": bench.name, "articles": len(bench.rows), "questions": len(questions),
            "ms": {kind: median(values) for kind, values in times.items()}}  # fmt: skip


def rows(results: Results) -> list[Row]:
    """Tell the time to the screen as a ratio."""
    found = results["ms"]
    return [ours("answer on screen after Enter, in the time of its `ask`", found["shown"] / found["ask"], at_most(3.0),
                 ".2f")]  # fmt: skip


def notes(results: Results) -> list[str]:
    """Tell the times themselves, which depend on the machine."""
    found = results["ms"]
    return [
        f"- {results['set']}, {results['articles']} articles, medians of {results['questions']} questions in Chromium: "
        f"`ask` {found['ask']:.1f} ms, on screen {found['shown']:.1f} ms after Enter; the page can be used "
        f"{found['ready']:.0f} ms after it was asked for."
    ]
