"""Use Dateline where loopback is the only route; run in a network namespace of its own by ``test_alone``.

Prints one JSON object: the answer, what the browser asked for, and how often the kernel had no route for somebody.
"""

import json
import socket
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.conftest import Watch, ask, launch
from tests.browser.test_chat import SEED, beside
from tests.servers import ROOT, serving


def without_route():
    """Return how many packets or connections found no route since this namespace exists, of both protocols."""
    heads, values = [line.split() for line in Path("/proc/net/snmp").read_text().splitlines() if line[:3] == "Ip:"]
    newer = dict(line.split() for line in Path("/proc/net/snmp6").read_text().splitlines())
    return int(values[heads.index("OutNoRoutes")]) + int(newer.get("Ip6OutNoRoutes", 0))


def proven():
    """Try to leave once, to show that an attempt is counted."""
    before = without_route()
    for family, address in ((socket.AF_INET, "203.0.113.1"), (socket.AF_INET6, "2001:db8::1")):
        with socket.socket(family, socket.SOCK_STREAM) as tried:
            try:
                tried.connect((address, 80))
            except OSError:
                continue
            raise SystemExit("there is a route to the outside")
    return without_route() - before


def browse(address):
    """Ask on the page, follow the citation, and return what was seen and requested."""
    watch = Watch()
    with sync_playwright() as playwright:
        browser = launch(playwright)
        context = browser.new_context()
        context.on("page", watch.follow)
        page = context.new_page()
        page.goto(address)
        page.locator("body.dl-ready").wait_for()
        answer = ask(page, SEED)
        said = answer.inner_text()
        kept = answer.get_by_role("link", name="Link").get_attribute("href")
        answer.locator(".dl-cite").first.click()
        beside(page)
        page.goto(address + kept)
        page.locator(".dl-said").wait_for()
        page.goto(f"{address}/articles")
        page.locator(".articles li").first.wait_for()
        fonts = page.evaluate("[...document.fonts].filter(font => font.status === 'error').length")
        browser.close()
    return {
        "answer": said,
        "outside": watch.outside(address.removeprefix("http://")),
        "failed": watch.failed,
        "fonts": fonts,
    }


def main(folder):
    """Ingest, serve, ask and read."""
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    counted = proven()
    before = without_route()
    subprocess.run([sys.executable, "app.py", "ingest", "--sample", "--data", folder], cwd=ROOT, check=True)
    with serving(folder) as server:
        # The browser makes attempts of its own, which are not Dateline's: its requests are watched instead.
        asked = subprocess.run(
            [sys.executable, "app.py", "ask", SEED, "--data", folder, "--json"],
            cwd=ROOT,
            check=True,
            capture_output=True,
            text=True,
        )
        attempts = without_route() - before
        seen = browse(server.address)
    found = {"counted": counted, "attempts": attempts, "asked": json.loads(asked.stdout), **seen}
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
