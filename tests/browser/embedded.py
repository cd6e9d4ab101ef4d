"""Pages of another origin with the widget in them, and what people do with it."""

import json
from contextlib import contextmanager
from dataclasses import dataclass, field

from ingest.run import ingest
from qa.config import Settings
from qa.index.archive import Archive
from tests.archives import ARTICLES
from tests.intranet.server import Intranet, serving_intranet
from tests.servers import serving

NAMES = "example"
SECRET = "a secret of the tests that nobody else knows"
SEED = "what does Pakistan require for joint dialogue?"
QUOTED = "framework for joint dialogue policy"
UNKNOWN = "What did a barrel of crude oil cost in the summer of 2024?"
FLOAT, INLINE = "dateline-chat[data-float]", "dateline-chat[data-site=staff]"
SETTINGS = """
[sites.news]
origins = ["{intranet}", "{local}"]
title = "Ask the archive"
greeting = "Every sentence of an answer is quoted."
examples = ["{seed}"]
accent = "#0f766e"

[sites.staff]
origins = ["{intranet}"]
title = "Port desk"
publishers = ["The Saltmere Courier"]
login = "token"
secret = "{secret}"
"""

SCARCE = """
[sites.scarce]
origins = ["{intranet}"]
quota_per_minute = 2
"""
BRAND = """
[sites.brand-{name}]
origins = ["{intranet}"]
accent = "#{name}"
"""
BRANDS = ("ffff00", "000000", "ffffff", "777777", "f60")


@dataclass(frozen=True)
class Running:
    """An intranet and the Dateline that it uses."""

    pages: Intranet
    address: str
    dateline: str


@contextmanager
def embedding(folder, corpus):
    """Serve an archive and an intranet, each on a port of its own, until the end of the block."""
    with Archive.open(Settings(data_dir=folder)) as archive:
        more = folder.with_suffix(".jsonl")
        more.write_text("".join(json.dumps(row) + "\n" for row in ARTICLES if row["id"] == "arabic"), "utf-8")
        ingest([corpus, more], archive)
    pages = Intranet("", SECRET)
    with serving_intranet(pages) as port:
        address = f"http://intranet.{NAMES}:{port}"
        settings = SETTINGS.format(intranet=address, local=f"http://localhost:{port}", secret=SECRET, seed=SEED)
        settings += SCARCE.format(intranet=address)
        settings += "".join(BRAND.format(name=name, intranet=address) for name in BRANDS)
        (folder / "dateline.toml").write_text(settings, "utf-8")
        with serving(folder, "--allow-host", f"dateline.{NAMES}") as server:
            pages.dateline = f"http://dateline.{NAMES}:{server.host.rpartition(':')[2]}"
            yield Running(pages, address, pages.dateline)


@dataclass
class Embedded:
    """A browser's windows on the intranet."""

    running: Running
    browser: object
    make_watch: type
    contexts: list = field(default_factory=list)

    def open(self, path, *, host="intranet", before=None, **options):
        """Open a page in a new window; ``before`` gets the page before anything is loaded."""
        options = {"viewport": {"width": 1280, "height": 900}, **options}
        context = self.browser.new_context(**options)
        self.contexts.append(context)
        page = context.new_page()
        page.watch = self.make_watch()
        page.watch.follow(page)
        if before:
            before(page)
        page.goto(self.running.address.replace("intranet.", f"{host}.") + path)
        return page

    def page(self, html, policy="default-src 'none'; script-src {dateline}; connect-src {dateline}", **options):
        """Open a page made of HTML under a content policy; ``{dateline}`` stands for Dateline's address."""
        path = f"/made-{len(self.running.pages.pages)}.html"
        self.running.pages.pages[path] = (f"<!doctype html><html lang=en><title>Made</title>{html}</html>", policy)
        return self.open(path, **options)

    def close(self):
        for context in self.contexts:
            context.close()


def start(page, where=FLOAT):
    """Open the floating panel, or find the inline widget."""
    widget = page.locator(where)
    if where == FLOAT:
        widget.locator(".launcher").click()
    widget.locator("textarea").wait_for()
    return widget


def ask(widget, question, wait=True):
    """Type a question, send it with Enter, and return the turn that it began, answered."""
    before = widget.locator(".turns > li").count()
    box = widget.locator("textarea")
    box.fill(question)
    box.press("Enter")
    turn = widget.locator(".turns > li").nth(before)
    turn.wait_for()
    if wait:
        widget.get_by_role("button", name="Ask", exact=True).wait_for(timeout=20_000)  # until then it stops
    return turn
