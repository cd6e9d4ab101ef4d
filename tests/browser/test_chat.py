"""The chat page and the reader, as people use them: a real browser on a real server."""

import re
import shutil
import socket

import pytest

from tests.browser.conftest import SIZE, Watch, Window, answered, ask
from tests.servers import HOSTILE, serving

SEED = "what does Pakistan require for joint dialogue?"
CARGO = "How many tonnes of cargo did Saltmere handle between January and March 2023?"
OIL = "What did a barrel of crude oil cost in the summer of 2024?"
QUOTE = "framework for joint dialogue policy"
IN_VIEW = """element => {
    const place = element.getBoundingClientRect();
    return place.top >= 0 && place.bottom <= window.innerHeight;
}"""


def beside(page):
    """The marked sentence of the article beside the conversation."""
    mark = page.frame_locator("iframe[name=dl-reader]").locator("mark.here")
    mark.wait_for()
    return mark


def test_a_citation_shows_its_quote_and_opens_the_article_at_it(window):
    page = window.chat()
    answer = ask(page, SEED)
    assert QUOTE in answer.inner_text()
    quoted = page.locator("#dl-panel mark").inner_text()
    assert QUOTE in quoted
    assert "Northshore Press Agency" in page.locator("#dl-panel").inner_text()
    link = answer.get_by_role("link", name="Source 1")
    link.hover()
    peek = page.get_by_role("tooltip")
    assert QUOTE in peek.inner_text()
    assert "Northshore Press Agency" in peek.inner_text()
    link.click()
    mark = beside(page)
    assert mark.inner_text() == quoted
    assert mark.evaluate(IN_VIEW)
    assert mark.evaluate("() => window.scrollY") > 0, "it is below the first screen, so it was scrolled to"
    assert answer.is_visible(), "the conversation stays beside it"
    page.go_back()
    assert QUOTE in page.locator("#dl-panel mark").inner_text()
    page.go_forward()
    assert beside(page).inner_text() == quoted
    page.get_by_role("button", name="Back", exact=True).click()
    page.locator("#dl-panel mark").wait_for()


def test_the_citation_is_a_link_that_a_colleague_can_open(window):
    page = window.chat()
    href = ask(page, SEED).get_by_role("link", name="Source 1").get_attribute("href")
    assert re.fullmatch(r"/articles/\w+\?revision=1&cited=[\d.-]+#c-\d+-\d+", href)
    reader = window.open(href)
    mark = reader.locator("mark")
    reader.wait_for_function(f"({IN_VIEW})(document.querySelector('mark'))")
    assert QUOTE in mark.inner_text()
    assert reader.evaluate("document.activeElement.tagName") == "MARK"
    bare = window.open(re.sub("&cited=[^#]*", "", href))
    bare.locator("mark").wait_for()
    assert bare.locator("mark").inner_text() == mark.inner_text()


def test_everything_is_reached_by_keyboard_alone_and_told_to_screen_readers(window):
    page = window.chat()
    page.keyboard.type(SEED)
    page.keyboard.press("Enter")
    answered(page, SEED)
    assert QUOTE in page.locator("#dl-status").inner_text()
    tab_to(page, "dl-cite", "Shift+Tab")
    peek = page.get_by_role("tooltip")
    assert QUOTE in peek.inner_text()
    described = page.evaluate("document.activeElement.getAttribute('aria-describedby')")
    assert described == peek.get_attribute("id")
    page.keyboard.press("Escape")
    assert peek.count() == 0
    page.keyboard.press("Enter")
    beside(page)
    page.wait_for_function("document.activeElement.name === 'dl-reader'")
    page.keyboard.press("Escape")
    page.wait_for_function("document.activeElement.className === 'dl-cite'")
    assert page.locator("iframe").is_hidden()
    tab_to(page, "dl-open", "Tab")
    page.keyboard.press("Enter")
    beside(page)


def tab_to(page, name, key):
    for _ in range(40):
        page.keyboard.press(key)
        if page.evaluate("document.activeElement.className") == name:
            return
    raise AssertionError(f"{name} is not reached by {key}")


def test_an_abstention_is_said_plainly_and_shows_what_came_closest(window):
    page = window.chat()
    answer = ask(page, OIL)
    assert "The archive does not seem to hold the answer" in answer.inner_text()
    assert "Low confidence" in answer.inner_text()
    assert answer.locator(".dl-cite").count() == 0
    assert "Closest, but not an answer" in page.locator("#dl-panel").inner_text()


def test_a_conversation_is_kept_over_reload_tabs_and_the_back_button(window):
    page = window.chat()
    ask(page, SEED)
    answer = ask(page, CARGO)
    answer.locator(".dl-cite").first.click()
    beside(page)
    frame = page.frame(name="dl-reader")
    frame.evaluate("window.scrollTo(0, 77)")
    page.wait_for_timeout(250)
    asked = page.locator(".dl-question").count()
    page.reload()
    page.locator(".dl-turn").nth(asked - 1).wait_for()
    beside(page)
    page.wait_for_function("frames[0].scrollY === 77")
    other = window.chat(page.url.removeprefix(window.address))
    assert other.locator(".dl-question").all_inner_texts() == page.locator(".dl-question").all_inner_texts()
    ask(other, OIL)
    page.bring_to_front()
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.locator(".dl-question", has_text=OIL).wait_for()
    page.get_by_role("button", name="New conversation").click()
    page.locator(".dl-turn").first.wait_for(state="detached")
    assert page.locator("#dl-panel mark").count() == 0
    page.go_back()
    page.locator(".dl-question", has_text=OIL).wait_for()


def test_conversations_are_listed_renamed_taken_along_and_deleted(window):
    page = window.chat()
    ask(page, SEED)
    page.get_by_role("button", name="New conversation").click()
    ask(page, CARGO)
    page.get_by_role("button", name="Conversations").click()
    listed = page.locator("#dl-list li")
    assert listed.locator(".dl-title").all_inner_texts() == [CARGO, SEED]
    listed.last.get_by_role("button", name="Rename").click()
    page.keyboard.type("Pakistan <b>")
    page.keyboard.press("Enter")
    listed.locator(".dl-title", has_text="Pakistan <b>").wait_for()
    with page.expect_download() as saved:
        listed.last.get_by_role("link", name="Save as Markdown").click()
    text = saved.value.path().read_text()
    assert QUOTE in text
    assert "Pakistan \\<b\\>" in text
    listed.last.get_by_role("link", name="Pakistan").click()
    page.locator(".dl-question", has_text=SEED).wait_for()
    page.get_by_role("button", name="Conversations").click()
    listed.last.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    page.locator(".dl-turn").first.wait_for(state="detached")
    page.get_by_role("button", name="Conversations").click()
    assert listed.locator(".dl-title").all_inner_texts() == [CARGO]


def test_a_question_is_edited_and_asked_again_in_its_place(window):
    page = window.chat()
    ask(page, OIL)
    ask(page, CARGO)
    page.locator(".dl-turn").first.get_by_role("button", name="Edit").click()
    box = page.locator("#dl-controls textarea")
    assert box.input_value() == OIL
    answer = ask(page, SEED)
    assert QUOTE in answer.inner_text()
    assert page.locator(".dl-question p").all_inner_texts() == [SEED]
    page.reload()
    page.locator(".dl-question", has_text=SEED).wait_for()
    assert page.locator(".dl-question p").all_inner_texts() == [SEED]


def test_a_question_is_stopped_and_nothing_of_it_stays(window):
    page = window.chat()
    page.route("**/chat/ask", lambda _: None)
    box = page.locator("#dl-controls textarea")
    box.fill(SEED)
    box.press("Enter")
    page.get_by_role("button", name="Stop").click()
    page.get_by_text("Stopped.").first.wait_for()
    assert page.locator(".dl-turn").count() == 0
    page.unroute("**/chat/ask")
    assert QUOTE in ask(page, SEED).inner_text()


def test_a_server_that_cannot_be_reached_costs_no_words(window):
    page = window.chat()
    page.route("**/chat/ask", lambda route: route.abort("connectionrefused"))
    box = page.locator("#dl-controls textarea")
    box.fill(SEED)
    box.press("Enter")
    page.get_by_text("cannot be reached").first.wait_for()
    assert box.input_value() == SEED
    window.watch.failed.clear()
    window.watch.errors.clear()


def test_a_question_is_limited_to_a_publisher_with_its_count(window):
    page = window.chat()
    page.locator("summary", has_text="Publisher").click()
    choice = page.locator(".dl-limit label", has_text="The Saltmere Courier")
    assert choice.locator(".dl-count").inner_text() == "1"
    choice.click()
    page.keyboard.press("Escape")
    answer = ask(page, SEED)
    assert QUOTE not in answer.inner_text()
    assert "Only The Saltmere Courier" in answer.inner_text()
    assert "1 article searched" in answer.inner_text()


def test_what_people_think_of_an_answer_is_kept(window):
    page = window.chat()
    answer = ask(page, OIL)
    answer.get_by_role("button", name="Not a good answer").click()
    answer.get_by_label("The archive does hold the answer").check()
    answer.get_by_label("In your own words").fill("It is in the May issue.")
    answer.get_by_role("button", name="Send").click()
    page.locator("#dl-toast", has_text="Thank you").wait_for()
    page.reload()
    pressed = page.get_by_role("button", name="Not a good answer")
    pressed.wait_for()
    assert pressed.get_attribute("aria-pressed") == "true"


def test_an_answer_has_a_page_of_its_own_for_good(window, server):
    page = window.chat()
    answer = ask(page, SEED)
    address = answer.get_by_role("link", name="Link").get_attribute("href")
    said = answer.locator(".dl-said").inner_text()
    # Somebody else, with the link only.
    stranger = window.context.browser.new_context()
    frozen = stranger.new_page()
    response = frozen.goto(window.address + address)
    assert "script-src 'self'" in response.headers["content-security-policy"]
    assert "unsafe" not in response.headers["content-security-policy"]
    assert frozen.locator(".dl-said").inner_text() == said
    assert "all-MiniLM-L6-v2" in frozen.locator("main").inner_text()
    frozen.locator(".dl-cite").click()
    frozen.locator("mark").wait_for()
    assert stranger.request.get(f"{window.address}{address}?as=json").json()["turns"][0]["question"] == SEED
    found = stranger.request.get(f"{window.address}/chat/state?c={page.url.split('c=')[1]}").json()
    assert found["conversation"] is None, "an answer's link gives away no conversation"
    stranger.close()


def test_a_restart_keeps_everything(browser, served_folder, tmp_path):
    folder = tmp_path / "data"
    shutil.copytree(served_folder, folder, ignore=shutil.ignore_patterns("*.token", "owner.json", "people.*"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    context = browser.new_context(viewport=SIZE)
    with serving(folder, "--port", port) as server:
        page = Window(context, Watch(), server.address).chat()
        answer = ask(page, SEED)
        answer.locator(".dl-cite").click()
        before = beside(page).inner_text()
    with serving(folder, "--port", port):
        # The page that stayed open goes on as well.
        assert "412,600" in ask(page, CARGO).inner_text()
        page.go_back()
        page.reload()
        page.locator(".dl-turn").nth(1).wait_for()
        page.locator(".dl-cite").first.click()
        assert beside(page).inner_text() == before
    context.close()


def test_on_a_phone_there_is_one_pane(window):
    page = window.chat()
    page.set_viewport_size({"width": 360, "height": 760})
    answer = ask(page, SEED)
    assert page.locator("#dl-panel").is_hidden()
    answer.get_by_role("button", name="Sources (1)").click()
    assert QUOTE in page.locator("#dl-panel mark").inner_text()
    page.get_by_role("button", name="Back").click()
    assert page.locator("#dl-panel").is_hidden()
    answer.locator(".dl-cite").click()
    assert beside(page).evaluate(IN_VIEW)
    assert answer.is_visible() is False or page.locator("#dl-panel").bounding_box()["width"] == 360
    page.go_back()
    page.locator("#dl-panel").wait_for(state="hidden")
    assert answer.is_visible()


def test_a_hostile_article_is_text_in_the_chat(window):
    page = window.chat()
    # What came closest is shown as it is, too.
    ask(page, "When did the siren of Dunmarrow sound three times?")
    assert "Siren <script>window.hacked=1</script>" in page.locator("#dl-panel").inner_text()
    assert_inert(page, "#dl-conversation, #dl-panel, #dl-limits")
    answer = ask(page, "What did the fire brigade of Dunmarrow find?")
    assert "<script>window.hacked=1</script>" in answer.inner_text() + page.locator("#dl-panel").inner_text()
    assert "[click](javascript:alert(1))" in page.locator("#dl-panel").inner_text()
    answer.locator(".dl-cite").first.hover()
    assert_inert(page, "#dl-conversation, #dl-panel, #dl-limits")
    address = answer.get_by_role("link", name="Link").get_attribute("href")
    frozen = window.open(address)
    assert "<script>window.hacked=1</script>" in frozen.locator("main").inner_text()
    assert_inert(frozen, "main")


@pytest.mark.parametrize("width", [360, 1280])
def test_a_hostile_article_is_text_in_the_reader(window, ids, width):
    page = window.open(f"/articles/{ids['Siren']}")
    page.set_viewport_size({"width": width, "height": 800})
    said = page.locator("body").inner_text()
    assert HOSTILE["title"] in said
    assert "![x](//evil.example/x.png) **bold**" in said
    assert_inert(page, "body")
    assert page.evaluate("document.documentElement.scrollWidth") <= width, "nothing has to be scrolled sideways"


@pytest.mark.parametrize("width", [360, 1280])
def test_a_hostile_article_is_text_in_the_list(window, width):
    page = window.open("/articles")
    page.set_viewport_size({"width": width, "height": 800})
    row = page.locator(".articles li", has_text="Siren")
    assert HOSTILE["title"] in row.inner_text()
    assert HOSTILE["section"][:80] in row.inner_text()
    assert_inert(page, "main")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_label("Find articles").fill("<script>window.hacked=1</script>")
    page.locator("#list .facts", has_text=re.compile("^1 article$")).first.wait_for()
    assert_inert(page, "main")


def assert_inert(page, where):
    """Nothing of an article became an element, a link or a running script."""
    page.wait_for_timeout(200)
    assert page.evaluate("window.hacked") is None
    places = page.locator(where)
    for at in range(places.count()):
        place = places.nth(at)
        assert place.locator("img, svg, iframe:not([name=dl-reader]), [onmouseover], [onerror], [onload]").count() == 0
        assert place.locator("form:not(.dl-why, .dl-limits, #search), input[name=q]:not(#q), b:not(nav b)").count() == 0
        assert place.locator("script:not([src='/look/reader.js'])").count() == 0
        for link in place.locator("a").all():
            assert (link.get_attribute("href") or "/").startswith(("/", "#", "http://", "https://"))


@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (1920, "dark")])
def test_the_page_fits_its_window_and_nothing_jumps(window, width, scheme):
    page = window.context.new_page()
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)
    page.add_init_script(
        "window.moved = 0; new PerformanceObserver(list => { for (const entry of list.getEntries())"
        " window.moved += entry.value; }).observe({type: 'layout-shift', buffered: true});"
    )
    page.goto(window.address)
    page.locator("body.dl-ready").wait_for()
    page.wait_for_timeout(300)
    assert page.evaluate("window.moved") < 0.05
    ask(page, SEED)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("document.documentElement.scrollHeight") <= 800, "only the panes scroll"
    for name in ("Ask", re.compile("^New")):
        box = page.get_by_role("button", name=name, exact=True).bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (light == "rgb(247, 246, 242)") is (scheme == "light")
