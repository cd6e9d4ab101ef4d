"""Debian's Chromium, driven by Playwright, and what every page of it asked for."""

import os
import shutil
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import sync_playwright

from tests.browser.embedded import NAMES, Embedded, embedding

SIZE = {"width": 1280, "height": 900}
# Without these the browser itself looks for updates; a container's shared memory is often too small for it.
SWITCHES = (
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--disable-dev-shm-usage",
)


def chromium():
    """Return the browser's path, or skip; where CI is set, the browser must be there."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        missing = "chromium is missing, so that no browser test ran; install the package chromium"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(missing)
    return found


def launch(playwright, *more):
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    switches = [*SWITCHES, *more, *(["--no-sandbox"] if root else [])]
    return playwright.chromium.launch(executable_path=chromium(), args=switches, chromium_sandbox=not root)


@dataclass
class Watch:
    """What the pages of a browser window asked for and what went wrong in them."""

    asked: list = field(default_factory=list)
    failed: list = field(default_factory=list)
    dialogs: list = field(default_factory=list)
    errors: list = field(default_factory=list)

    def follow(self, page):
        page.on("request", lambda request: self.asked.append(request.url))
        page.on("requestfailed", self._failed)
        page.on("response", lambda answer: self.failed.append(answer.url) if answer.status >= 400 else None)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda said: self.errors.append(said.text) if said.type == "error" else None)
        page.on("dialog", self._dialog)

    def outside(self, host):
        """Return the addresses that are neither the server's nor the page's own."""
        return [
            url for url in self.asked if urlsplit(url).scheme not in {"data", "blob"} and urlsplit(url).netloc != host
        ]

    def _failed(self, request):
        # What was stopped, or saved as a file in the place of a page, has not failed.
        stopped = request.url.endswith("/chat/ask") or "?as=" in request.url
        if not (stopped and request.failure == "net::ERR_ABORTED"):
            self.failed.append(f"{request.url} {request.failure}")

    def _dialog(self, dialog):
        self.dialogs.append(dialog.message)
        dialog.dismiss()


@dataclass(frozen=True)
class Window:
    """A browser window with its own cookies."""

    context: object
    watch: Watch
    address: str

    def open(self, path="/"):
        page = self.context.new_page()
        page.goto(self.address + path)
        return page

    def chat(self, path="/"):
        page = self.open(path)
        page.locator("body.dl-ready").wait_for()
        return page


def ask(page, question):
    """Type a question, send it with Enter and wait for what is answered."""
    box = page.locator("#dl-controls textarea")
    box.fill(question)
    box.press("Enter")
    return answered(page, question)


def answered(page, question):
    """Wait for the answer to a question that was asked last."""
    turn = page.locator(".dl-turn:not(.dl-pending)").last
    turn.locator(".dl-question p", has_text=question[:60]).wait_for(timeout=30_000)
    return turn.locator(".dl-answer")


# Playwright runs an event loop in the test's own thread: it must be gone before other tests run theirs.
@pytest.fixture(scope="module")
def browser():
    chromium()
    with sync_playwright() as playwright:
        started = launch(playwright)
        yield started
        started.close()


@pytest.fixture
def window(browser, server):
    context = browser.new_context(viewport=SIZE)
    watch = Watch()
    context.on("page", watch.follow)
    yield Window(context, watch, server.address)
    context.close()
    assert watch.outside(server.host) == []
    assert watch.failed == []
    assert watch.dialogs == []
    assert watch.errors == []


# The widget stands in pages of another origin, under names that only this browser knows.
@pytest.fixture(scope="session")
def intranet(tmp_path_factory, corpus):
    with embedding(tmp_path_factory.mktemp("intranet"), corpus) as running:
        yield running


@pytest.fixture(scope="module")
def intranet_browser():
    chromium()
    with sync_playwright() as playwright:
        started = launch(playwright, f"--host-resolver-rules=MAP *.{NAMES} 127.0.0.1")
        yield started
        started.close()


@pytest.fixture
def embedded(intranet, intranet_browser):
    """Open pages of the intranet, each in a window of its own."""
    opened = Embedded(intranet, intranet_browser, Watch)
    yield opened
    opened.close()
