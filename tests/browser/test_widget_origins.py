"""Which pages may use the archive, tried with pages of every kind in a real browser, under a real name and localhost.

The intranet's pages and the archive are two servers on two ports; the names are known to this browser alone.
"""

import pytest

from tests.browser.embedded import NAMES, QUOTED, SEED, ask, start
from tests.intranet.server import serving_intranet

WIDGET = "<script src={address}/widget.js data-site=news defer></script>"
MINIMUM = "default-src 'none'; script-src {address}; connect-src {address}"
FRAME = "<iframe src={source} style='width:900px;height:700px' title=Framed></iframe>"
ANYTHING = "default-src * 'unsafe-inline'"
HOSTS = [(f"dateline.{NAMES}", f"intranet.{NAMES}"), ("localhost", "localhost")]
"""Where the archive is, and where a page of the site's is."""


@pytest.fixture(params=HOSTS, ids=lambda hosts: hosts[0])
def hosts(request, embedded):
    """The archive's address under one of its names, and the origin of the site's pages beside it."""
    archive, page = request.param
    ports = [address.rpartition(":")[2] for address in (embedded.running.dateline, embedded.running.address)]
    return f"http://{archive}:{ports[0]}", f"http://{page}:{ports[1]}"


def put(embedded, html, policy):
    """Give the intranet a page, and return its path."""
    pages = embedded.running.pages.pages
    path = f"/made-{len(pages)}.html"
    pages[path] = (f"<!doctype html><html lang=en><title>Made</title>{html}</html>", policy)
    return path


def visit(embedded, url):
    page = embedded.browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    embedded.contexts.append(page.context)
    page.goto(url)
    return page


@pytest.mark.parametrize("framed_by", [None, "own", "foreign"])
def test_a_listed_origin_works_in_a_frame_and_without(embedded, hosts, framed_by):
    address, origin = hosts
    path = put(embedded, WIDGET.format(address=address), MINIMUM.format(address=address))
    if framed_by is None:
        assert QUOTED in ask(start(visit(embedded, origin + path)), SEED).inner_text()
        return
    outer = put(embedded, FRAME.format(source=origin + path), ANYTHING)
    around = origin if framed_by == "own" else embedded.running.address.replace("intranet.", "portal.")
    frame = visit(embedded, around + outer).frame_locator("iframe")
    assert QUOTED in ask(start(frame), SEED).inner_text()


TRIES = """async address => {
    const site = `${address}/api/v1/sites/news`;
    const body = JSON.stringify({ question: 'what does Pakistan require for joint dialogue?' });
    const said = [];
    const tried = async (url, options) => said.push(await fetch(url, options).then(
        answer => answer.text().then(text => `${answer.type} ${text}`), error => error.name));
    for (const type of ['application/json', 'text/plain']) {
        const headers = { 'content-type': type };
        await tried(`${site}/ask`, { method: 'POST', body, headers });
        await tried(`${address}/api/v1/ask`, { method: 'POST', body, headers });
        await tried(`${site}/ask`, { method: 'POST', body, headers, credentials: 'include' });
    }
    for (const url of [site, `${site}/search?q=dialogue`, `${address}/api/v1/articles`, `${address}/`]) {
        await tried(url, {});
    }
    const blind = { method: 'POST', body, mode: 'no-cors', headers: { 'content-type': 'text/plain' } };
    for (const url of [`${site}/ask`, `${address}/api/v1/ask`, `${address}/logout`]) await tried(url, blind);
    await tried(`${site}/search?q=dialogue`, { mode: 'no-cors' });
    for (const url of [`${site}/ask`, `${address}/api/v1/ask`, `${address}/chat/ask`, `${address}/login`]) {
        const form = document.createElement('form');
        const frame = document.createElement('iframe');
        frame.name = form.target = `frame-${said.length}`;
        Object.assign(form, { method: 'post', action: url, enctype: 'text/plain' });
        form.innerHTML = '<input name="{&quot;question&quot;:&quot;what&quot;,&quot;x&quot;:&quot;" value="&quot;}">';
        document.body.append(frame, form);
        const loaded = new Promise(done => { frame.onload = done; });
        form.submit();
        await loaded;
        said.push('form');
    }
    return said;
}"""


@pytest.mark.parametrize("stranger", ["evil", "lookalike", "prefixed", "other port", "sandboxed"])
def test_a_page_that_is_not_listed_reads_nothing_and_its_posts_are_refused(embedded, hosts, stranger):
    address, origin = hosts
    path = put(embedded, "<body>A page</body>", ANYTHING)
    with serving_intranet(embedded.running.pages) as other_port:
        named, _, port = origin.removeprefix("http://").partition(":")
        url = {
            "evil": f"http://evil.{NAMES}:{port}",
            "lookalike": f"http://{named}.evil.{NAMES}:{port}",
            "prefixed": f"http://x{named}.{NAMES}:{port}",
            "other port": f"http://{named}:{other_port}",
            "sandboxed": origin,
        }[stranger]
        if stranger == "sandboxed":
            inner = f"<iframe src={url}{path} sandbox='allow-scripts allow-forms' title=Sandbox></iframe>"
            page = visit(embedded, url + put(embedded, inner, ANYTHING))
            where = page.frames[1]
        else:
            where = page = visit(embedded, url + path)
        assert where.evaluate("self.origin") == ("null" if stranger == "sandboxed" else url)
        refused = []
        page.on("response", lambda answer: refused.append((answer.request.method, answer.url, answer.status)))
        said = where.evaluate(TRIES, address)
    assert set(said) == {"TypeError", "form"}, said
    answered = [one for one in refused if one[1].startswith(address)]
    assert {status for _, _, status in answered} <= {401, 403}, answered
    # What is fetched is not even shown to the browser's own tools; forms are, and they reached the server.
    posted = {url.removeprefix(address) for method, url, _ in answered if method == "POST"}
    assert posted >= {"/api/v1/sites/news/ask", "/api/v1/ask", "/chat/ask", "/login"}, answered
