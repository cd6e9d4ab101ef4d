"""The widget as people use it, in pages of another origin under strict content policies."""

import pytest

from tests.browser.axe import violations
from tests.browser.embedded import BRANDS, FLOAT, INLINE, QUOTED, SEED, UNKNOWN, ask, start

PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
DARK = {"color_scheme": "dark"}


def assert_clean(page):
    assert page.watch.errors == []
    # Chromium calls some streams aborted that it has read to their end, and that nobody has cut.
    assert [failed for failed in page.watch.failed if not failed.endswith("/ask net::ERR_ABORTED")] == []


def test_a_citation_shows_its_quote_and_leads_to_the_marked_sentence(embedded):
    page = embedded.open("/plain.html")
    widget = start(page)
    turn = ask(widget, SEED)
    assert QUOTED in turn.locator(".answer > p").first.inner_text()
    turn.get_by_role("button", name="Source 1: ").click()
    card = turn.locator("details[open]")
    assert QUOTED in card.locator("blockquote").inner_text()
    assert "Northshore Press Agency · undated" in card.inner_text()
    with page.context.expect_page() as opened:
        card.get_by_role("link", name="Read it in the article").click()
    reader = opened.value
    assert reader.url.startswith(f"{embedded.running.dateline}/sites/news/articles/")
    assert reader.locator("mark").inner_text() == card.locator("blockquote").inner_text()
    assert_clean(page)
    hosts = {url.split("/")[2] for url in page.watch.asked}
    assert hosts == {address.split("/")[2] for address in (embedded.running.address, embedded.running.dateline)}


def test_it_abstains_as_plainly_as_the_chat_page(embedded):
    turn = ask(start(embedded.open("/plain.html")), UNKNOWN)
    assert "The archive does not seem to hold the answer" in turn.inner_text()
    assert turn.get_by_role("link").count() == 0


def test_follow_up_questions_are_asked_with_what_was_said_before(embedded):
    page = embedded.open("/plain.html")
    widget = start(page)
    ask(widget, SEED)
    with page.expect_request("**/api/v1/sites/news/ask") as sent:
        ask(widget, "And what about the US?")
    history = sent.value.post_data_json["history"]
    assert [turn["role"] for turn in history] == ["user", "assistant"]
    assert QUOTED in history[1]["text"]


def test_it_works_in_a_frame(embedded):
    page = embedded.open("/frame.html")
    frame = page.frame_locator("iframe")
    widget = start(frame)
    assert QUOTED in ask(widget, SEED).inner_text()
    remarked = ask(widget, "What is new?").locator("p.facts").all_inner_texts()
    assert [text for text in remarked if "newest first" in text] == ["An overview, newest first."]
    assert_clean(page)


def test_a_foreign_origin_gets_nothing(embedded):
    page = embedded.open("/plain.html", host="evil")
    page.locator("dateline-chat").first.wait_for(state="attached")
    page.wait_for_load_state("networkidle")
    assert page.locator(f"{FLOAT} .launcher").count() == 0
    assert [url.partition(".example")[0] for url in page.watch.failed] == ["http://dateline"] * len(page.watch.failed)
    assert any("CORS" in said for said in page.watch.errors)
    read = """async address => {
        const said = [];
        for (const [path, method] of [['', 'GET'], ['/ask', 'POST'], ['/search?q=dialogue', 'GET']]) {
            const body = method === 'POST' ? JSON.stringify({ question: 'What?' }) : undefined;
            for (const type of ['application/json', 'text/plain']) {
                const options = { method, body, headers: { 'content-type': type } };
                said.push(await fetch(address + path, options).then(answer => answer.text(), error => error.name));
            }
        }
        return said;
    }"""
    assert set(page.evaluate(read, f"{embedded.running.dateline}/api/v1/sites/news")) == {"TypeError"}


def test_two_widgets_on_a_loud_page_keep_their_looks_and_their_conversations(embedded):
    page = embedded.open("/")
    inline = start(page, INLINE)
    cargo = ask(inline, "How many tonnes of cargo did the harbour handle?")
    assert "The Saltmere Courier" in cargo.inner_text()
    assert "does not seem to hold" in ask(inline, SEED).inner_text(), "the site sees the Courier's articles alone"
    floating = start(page)
    assert QUOTED in ask(floating, SEED).inner_text()
    assert (inline.locator(".turns > li").count(), floating.locator(".turns > li").count()) == (2, 1)
    for widget in (inline, floating):
        look = widget.evaluate(
            "element => { const look = getComputedStyle(element); return [look.opacity, look.transform, look.filter,"
            " look.visibility, look.animationName]; }"
        )
        assert look == ["1", "none", "none", "visible", "none"]
        text = widget.locator(".answer > p").first.evaluate(
            "element => { const look = getComputedStyle(element); return [look.fontSize, look.textTransform,"
            " look.textShadow, look.letterSpacing, look.fontFamily.includes('Comic'), look.color]; }"
        )
        assert text == ["16px", "none", "none", "normal", False, "rgb(23, 25, 30)"]
    assert_clean(page)


def test_the_panel_lies_over_everything_of_the_page(embedded):
    page = embedded.open("/")
    page.evaluate("document.querySelector('header').scrollIntoView()")
    start(page)
    on_top = page.evaluate(
        """() => { const box = document.querySelector('dateline-chat[data-float]').shadowRoot.querySelector('.panel')
        .getBoundingClientRect(); return [0.05, 0.5, 0.95].map(part =>
        document.elementFromPoint(box.left + box.width / 2, box.top + box.height * part).localName); }"""
    )
    assert on_top == ["dateline-chat"] * 3


def test_it_is_used_by_keyboard_alone(embedded):
    page = embedded.open("/plain.html")
    launcher = page.locator(f"{FLOAT} .launcher")
    launcher.wait_for()
    page.evaluate("() => { window.heard = []; addEventListener('keydown', event => heard.push(event.key)); }")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.type(SEED)
    page.keyboard.press("Enter")
    page.locator(f"{FLOAT} .answer > .facts").wait_for()
    focused = "document.querySelector('dateline-chat').shadowRoot.activeElement"
    seen = set()
    for _ in range(12):
        page.keyboard.press("Tab")
        seen.add(page.evaluate(f"{focused}?.localName"))
    assert seen == {"button", "div", "summary", "textarea"}, "the focus stays in the panel and reaches all of it"
    page.keyboard.press("Escape")
    assert page.evaluate(f"{focused}.className") == "launcher"
    assert launcher.get_attribute("aria-expanded") == "false"
    assert page.evaluate("window.heard") == ["Tab"], "what is typed here sets off none of the page's shortcuts"


def test_a_screen_reader_hears_the_answer_once(embedded):
    page = embedded.open("/plain.html")
    widget = start(page)
    page.evaluate(
        """() => { window.said = [];
        new MutationObserver(found => found.forEach(one => one.addedNodes.forEach(node => said.push(node.textContent))))
            .observe(document.querySelector('dateline-chat').shadowRoot.querySelector('[role=status]'),
                { childList: true }); }"""
    )
    ask(widget, SEED)
    said = page.evaluate("said")
    assert [QUOTED in sentence for sentence in said].count(True) == 1
    assert said[0] == "Searching the archive …"
    assert said[-1] == "1 source"


@pytest.mark.parametrize("options", [{}, DARK, PHONE, {**PHONE, **DARK}], ids=["light", "dark", "phone", "dark phone"])
def test_axe_finds_nothing_wrong(embedded, options):
    page = embedded.open("/plain.html", reduced_motion="reduce", **options)
    page.locator(f"{FLOAT} .launcher").wait_for()
    assert violations(page) == []
    widget = start(page)
    assert violations(page, FLOAT) == []
    turn = ask(widget, SEED)
    turn.get_by_role("button", name="Source 1: ").click()
    ask(widget, UNKNOWN)
    assert violations(page, FLOAT) == []
    assert page.evaluate("document.getAnimations().length") == 0, "nothing moves where the reader wants no motion"


@pytest.mark.parametrize("brand", BRANDS)
def test_every_brand_colour_stays_readable(embedded, brand):
    script = f"<script src={{dateline}}/widget.js data-site=brand-{brand} data-theme=light></script>"
    page = embedded.page(script, reduced_motion="reduce")
    widget = start(page)
    ask(widget, SEED).get_by_role("button", name="Source 1: ").click()
    assert violations(page, FLOAT) == []
    page.evaluate(f"document.querySelector('{FLOAT}').dataset.theme = 'dark'")
    assert violations(page, FLOAT) == []


@pytest.mark.parametrize("width", [320, 360])
def test_on_a_phone_it_is_a_sheet_over_the_whole_screen(embedded, width):
    size = {"width": width, "height": 700}
    page = embedded.open("/", reduced_motion="reduce", **{**PHONE, "viewport": size})
    widget = start(page)
    ask(widget, SEED)
    box = widget.locator(".panel").bounding_box()
    assert (box["x"], box["y"], box["width"], box["height"]) == (0, 0, width, 700)
    log = widget.locator(".log")
    assert log.evaluate("element => element.scrollWidth <= element.clientWidth")
    for name in ("Ask", "Close", "New conversation"):
        place = widget.get_by_role("button", name=name, exact=True).bounding_box()
        assert place["x"] >= 0
        assert place["x"] + place["width"] <= width
        assert min(place["width"], place["height"]) >= 24
    widget.get_by_role("button", name="Close").click()
    assert widget.locator(".launcher").is_visible()


def test_it_follows_the_page_to_light_or_dark(embedded):
    theme = f"document.querySelector('{FLOAT}').shadowRoot.firstChild.dataset.theme"
    assert [start(page := embedded.open(path, **DARK)) and page.evaluate(theme) for path in ("/plain.html", "/")] == [
        "dark",
        "light",  # whoever prefers dark pages still has a bright one here
    ]
    page = embedded.open("/plain.html")
    start(page)
    page.emulate_media(color_scheme="dark")
    # Not by wait_for_function, which has the page evaluate text, as the strict policy of these pages forbids.
    page.locator(FLOAT).locator("[data-theme=dark]").wait_for(state="attached")
    assert page.evaluate(theme) == "dark"
    page.evaluate(f"document.querySelector('{FLOAT}').dataset.theme = 'light'")
    assert page.evaluate(theme) == "light"


def test_a_new_conversation_forgets_the_old_one(embedded):
    page = embedded.open("/plain.html")
    widget = start(page)
    ask(widget, SEED)
    widget.get_by_role("button", name="New conversation").click()
    assert widget.locator(".turns > li").count() == 0
    with page.expect_request("**/ask") as sent:
        widget.get_by_role("button", name=SEED).click()
    assert sent.value.post_data_json["history"] == []


def test_a_closed_panel_goes_on_and_says_that_the_answer_is_there(embedded):
    page = embedded.open("/plain.html")
    widget = start(page)
    held = []
    page.route("**/ask", lambda route: held.append(route))
    with page.expect_request("**/ask"):
        ask(widget, SEED, wait=False)
    page.keyboard.press("Escape")
    held[0].continue_()
    launcher = widget.locator(".launcher")
    launcher.get_by_text("An answer is ready").wait_for(state="attached")
    launcher.click()
    assert QUOTED in widget.locator(".turns > li").inner_text()


def test_it_survives_being_moved_in_the_page(embedded):
    page = embedded.open("/plain.html")
    widget = start(page)
    ask(widget, SEED)
    page.evaluate(
        "() => { const all = document.querySelector('main'); all.append(document.querySelector('dateline-chat')); }"
    )
    assert QUOTED in ask(widget, SEED).inner_text()
