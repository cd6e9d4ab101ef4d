"""The widget when things go wrong: lost connections, limits, tokens; pages, articles and answers that mean it ill."""

import json
import re
import time

import jwt
import pytest

from tests.browser.axe import violations
from tests.browser.embedded import FLOAT, INLINE, QUOTED, SECRET, SEED, ask, start
from tests.browser.test_chat import assert_inert
from tests.servers import HOSTILE

ASK = "**/api/v1/sites/*/ask"
PIECES = 'event: state\ndata: {"state": "reading"}\n\nevent: text\ndata: {"text": "A first sentence. [1]"}\n\n'


def sse(answer):
    """Return a stream of one answer, as a server would send it that is not ours."""
    return f"event: answer\ndata: {json.dumps(answer)}\n\n"


def fulfil(page, body, **more):
    """Let the next questions be answered with this body."""
    headers = {
        "access-control-allow-origin": "*",
        "access-control-expose-headers": "retry-after",
        **more.pop("headers", {}),
    }
    page.unroute(ASK)
    page.route(ASK, lambda route: route.fulfill(body=body, content_type="text/event-stream", headers=headers, **more))


# Lost connections ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("broken", ["refused", "cut"])
def test_a_lost_connection_is_told_in_one_sentence_and_the_question_asked_again(embedded, broken):
    page = embedded.open("/plain.html")
    widget = start(page)
    tries = []

    def once(route):
        tries.append(route)
        if len(tries) > 1:
            route.continue_()
        elif broken == "refused":
            route.abort("connectionreset")
        else:
            route.fulfill(body=PIECES, content_type="text/event-stream", headers={"access-control-allow-origin": "*"})

    page.route(ASK, once)
    turn = ask(widget, SEED, wait=False)
    turn.get_by_text("The connection was lost; asking again …").wait_for()
    turn.locator(".answer > .facts").wait_for()
    assert QUOTED in turn.inner_text()
    assert "first sentence" not in turn.inner_text(), "what came of the lost answer is gone"
    assert len(tries) == 2


def test_a_server_that_stays_away_is_told_of_and_can_be_asked_again(embedded):
    page = embedded.open("/plain.html", before=lambda page: page.clock.install())
    widget = start(page)
    page.route(ASK, lambda route: route.abort())
    turn = ask(widget, SEED, wait=False)
    for _ in range(8):
        page.clock.run_for(1000)
    turn.get_by_text("The archive cannot be reached at the moment.").wait_for()
    page.unroute(ASK)
    turn.get_by_role("button", name="Ask again").click()
    turn.locator(".answer > .facts").wait_for()
    assert QUOTED in turn.inner_text()
    assert widget.locator(".turns > li").count() == 1


def test_after_a_sleep_the_question_is_asked_again(embedded):
    page = embedded.open("/plain.html", before=lambda page: page.clock.install())
    widget = start(page)
    held = []
    page.route(ASK, lambda route: held.append(route))
    with page.expect_request(ASK):
        turn = ask(widget, SEED, wait=False)
    page.unroute(ASK)
    page.clock.fast_forward("02:00:00")  # the lid was closed: timers that were due fire once
    page.clock.run_for(6000)
    turn.locator(".answer > .facts").wait_for()
    assert QUOTED in turn.inner_text()


def test_offline_it_waits_until_the_device_is_back(embedded):
    page = embedded.open("/plain.html")
    widget = start(page)
    page.context.set_offline(True)
    turn = ask(widget, SEED, wait=False)
    turn.get_by_text("This device is offline; the question is asked again as soon as it is back.").wait_for()
    page.context.set_offline(False)
    turn.locator(".answer > .facts").wait_for()
    assert QUOTED in turn.inner_text()


def test_an_answer_can_be_stopped_and_asked_for_again(embedded):
    page = embedded.open("/plain.html")
    widget = start(page)
    held = []
    page.route(ASK, lambda route: held.append(route))
    with page.expect_request(ASK):
        turn = ask(widget, SEED, wait=False)
    page.wait_for_timeout(600)  # sooner it would be the second half of a double click
    widget.get_by_role("button", name="Stop").click()
    turn.get_by_text("Stopped.").wait_for()
    assert widget.get_by_role("button", name="Ask", exact=True).is_visible()
    page.unroute(ASK)
    turn.get_by_role("button", name="Ask again").click()
    turn.locator(".answer > .facts").wait_for()
    assert QUOTED in turn.inner_text()
    assert violations(page, FLOAT) == []


# Limits --------------------------------------------------------------------------------------------------------------


def test_the_button_comes_back_when_the_time_is_over(embedded):
    page = embedded.open("/plain.html", before=lambda page: page.clock.install())
    widget = start(page)
    fulfil(page, json.dumps({"error": {"message": "Slowly."}}), status=429, headers={"retry-after": "30"})
    turn = ask(widget, SEED)
    assert "Too many questions at the moment. Please ask again in 30 seconds." in turn.inner_text()
    said = turn.locator(".problem")
    assert said.get_attribute("role") == "alert"
    assert said.get_by_role("button").is_disabled()
    assert said.get_by_role("button").inner_text() == "Ask again (30)"
    assert violations(page, FLOAT) == []
    page.unroute(ASK)
    page.clock.run_for(31_000)
    turn.get_by_role("button", name="Ask again", exact=True).click()
    turn.locator(".answer > .facts").wait_for()
    assert QUOTED in turn.inner_text()


def test_a_sites_own_quota_is_told_with_when_to_come_back(embedded):
    page = embedded.page("<dateline-chat data-site=scarce></dateline-chat><script src={dateline}/widget.js></script>")
    widget = start(page, "dateline-chat[data-site=scarce]")
    for _ in range(2):
        assert QUOTED in ask(widget, SEED).inner_text()
    refused = ask(widget, SEED)
    said = re.search(r"Too many questions at the moment\. Please ask again in (\d+) seconds\.", refused.inner_text())
    assert 1 <= int(said[1]) <= 61
    assert refused.locator(".problem").get_by_role("button").is_disabled()
    assert widget.locator(".turns > li").first.locator(".answer > .facts").is_visible()  # what was answered stays


def test_a_question_is_no_longer_than_the_archive_takes(embedded):
    widget = start(embedded.open("/plain.html"))
    box = widget.locator("textarea")
    box.fill("a" * 1990)
    assert "1,990 of 2,000 characters" in widget.locator(".composer").inner_text()
    assert box.get_attribute("maxlength") == "2000"
    box.fill("  ")
    widget.get_by_role("button", name="Ask", exact=True).click()
    assert widget.locator(".turns > li").count() == 0


# Tokens --------------------------------------------------------------------------------------------------------------


def token(**changed):
    now = int(time.time())
    claims = {"aud": "dateline:staff", "iat": now, "exp": now + 600, **changed}
    return jwt.encode(claims, SECRET, "HS256")


CARGO = "How many tonnes of cargo did the harbour handle?"
BARE = "<dateline-chat data-site=staff></dateline-chat><script src={dateline}/widget.js></script>"


def test_a_token_is_fetched_once_and_renewed_before_it_expires(embedded):
    made = embedded.running.pages.tokens
    before = len(made)
    page = embedded.open("/", before=lambda page: page.clock.install())
    widget = start(page, INLINE)
    ask(widget, CARGO)
    ask(widget, "And a year later?")
    assert len(made) == before + 1
    page.clock.fast_forward("01:45")  # of the two minutes that it is good for
    with page.expect_request(ASK) as sent:
        turn = ask(widget, CARGO)
    assert len(made) == before + 2
    assert sent.value.headers["authorization"] == f"Bearer {made[-1]}"
    assert "Saltmere" in turn.inner_text()
    asked = [url for url in page.watch.asked if "token" in url]
    assert {url.rpartition("/")[0] for url in asked} == {embedded.running.address}
    assert not [url for url in page.watch.asked if made[-1] in url], "a token is in no address"


def test_a_token_that_the_server_refuses_is_replaced_once(embedded):
    page = embedded.page(BARE)
    page.evaluate(
        """tokens => { window.given = [];
        document.querySelector('dateline-chat').token = () => {
            given.push(tokens.shift());
            return given.at(-1);
        }; }""",
        [token(exp=int(time.time()) - 60), token(), "nonsense"],
    )
    page.get_by_role("button", name="Try again").click()
    widget = start(page, INLINE)
    assert "Saltmere" in ask(widget, CARGO).inner_text()
    assert page.evaluate("given.length") == 2


def test_without_a_token_the_page_is_asked_for_one(embedded):
    counts = "window.wanted = 0; addEventListener('dateline-token', () => { window.wanted += 1; })"
    page = embedded.page(BARE, before=lambda page: (page.clock.install(), page.add_init_script(counts)))
    page.clock.run_for(11_000)
    page.get_by_text("Your access has expired. Please reload the page, or sign in to it again.").wait_for()
    page.evaluate("given => addEventListener('dateline-token', event => { event.target.token = given; })", token())
    page.get_by_role("button", name="Try again").click()
    assert "Saltmere" in ask(start(page, INLINE), CARGO).inner_text()
    assert page.evaluate("window.wanted") == 2  # when it came into the page, and when it was tried again


def test_a_page_that_signs_nobody_in_says_so(embedded):
    embedded.running.pages.token_status = 403
    try:
        page = embedded.open("/")
        widget = page.locator(INLINE)
        widget.get_by_text("Your access has expired. Please reload the page, or sign in to it again.").wait_for()
        assert violations(page, INLINE) == []
    finally:
        embedded.running.pages.token_status = 200
    widget.get_by_role("button", name="Try again").click()
    assert "Saltmere" in ask(start(page, INLINE), CARGO).inner_text()


def test_a_token_is_not_fetched_from_another_origin(embedded):
    page = embedded.page(BARE.replace("data-site", "data-token-url=//evil.example/token data-site"))
    page.get_by_text("Your access has expired.").wait_for()
    assert not [url for url in page.watch.asked if "evil" in url]


# Hostile articles and answers ----------------------------------------------------------------------------------------


def test_a_hostile_article_is_text(embedded):
    page = embedded.open("/plain.html")
    # What it quotes is the hostile sentence itself, however sure an answer must be otherwise.
    page.route(
        ASK, lambda route: route.continue_(post_data=json.dumps({**route.request.post_data_json, "level": "open"}))
    )
    turn = ask(start(page), "When did the siren of Dunmarrow sound three times?")
    turn.get_by_role("button", name="Source 1: ").click()
    said = turn.inner_text()
    assert "<script>window.hacked=1</script>" in said
    assert HOSTILE["title"] in said
    assert HOSTILE["publisher"] in said
    assert_inert(page, f"{FLOAT} .turns")
    assert turn.get_by_role("link").count() == 1


def citation(number=1, **changed):
    return {"number": number, "title": "T", "publisher": "P", "published_at": "2024-05-05", "quote": "Q", **changed}


def test_what_is_told_beside_a_claim_is_text_and_only_where_it_is_a_text(embedded):
    page = embedded.open("/plain.html")
    widget = start(page)
    note = "Gazette <img src=x onerror=window.hacked=1>\u202e · rests on unnamed sources"
    notes = (note, None, "", " ", 7, {"toString": "x"}, ["x"])
    claims = [{"text": f"C{at}", "citations": [1], "note": one} for at, one in enumerate(notes)]
    fulfil(page, sse({"claims": claims, "citations": [citation()]}))
    told = ask(widget, "What?").locator(".answer > p .facts")
    assert told.count() == 1
    assert told.text_content() == f"({note})"
    assert told.evaluate("beside => beside.localName") == "bdi", "it turns nothing around it"
    assert_inert(page, f"{FLOAT} .turns")


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "//evil.example/sites/news/articles/1",
        "/\\evil.example/sites/news/articles/1",
        "https://evil.example/sites/news/articles/1",
        "/sites/news/articles/../../../login",
        "/sites/news/articles/%2e%2e/%2e%2e/staff/articles/1",
        "/sites/staff/articles/1",
        "/articles/1",
        "data:text/html,hello",
        "",
        None,
        7,
        {"href": "/sites/news/articles/1"},
        ["/sites/news/articles/1"],
    ],
)
def test_links_lead_to_the_sites_own_reader_only(embedded, address):
    page = embedded.open("/plain.html")
    widget = start(page)
    claims = [{"text": "C", "citations": [1, 2], "supported": True}]
    sound = citation(2, reader_url="/sites/news/articles/2?revision=1#c-1-2")
    fulfil(page, sse({"claims": claims, "citations": [citation(reader_url=address), sound]}))
    turn = ask(widget, "What?")
    links = turn.locator("a")
    assert links.count() == 1
    ours = f"{embedded.running.dateline}/sites/news/articles/2?revision=1#c-1-2"
    assert links.evaluate("link => [link.href, link.target, link.rel]") == [
        ours,
        "_blank",
        "noopener noreferrer nofollow",
    ]


NESTED = {"toString": "x", "length": 10**9, "__proto__": {"hacked": 1}}


@pytest.mark.parametrize(
    "body",
    [
        "event: answer\ndata: null\n\n",
        "event: answer\ndata: {broken\n\n",
        "event: answer\ndata: 7\n\n",
        "event: error\ndata: null\n\n",
        "event: text\ndata: null\n\n",
        "event: error\ndata: " + json.dumps({"error": {"message": "<b>x</b>" * 5000}}) + "\n\n",
        "event: text\ndata: " + "x" * 5_000_000,
    ],
    ids=["null", "broken", "number", "no error", "no text", "long", "endless"],
)
def test_an_answer_that_is_none_ends_in_a_sentence(embedded, body):
    page = embedded.open("/plain.html")
    widget = start(page)
    fulfil(page, body)
    turn = ask(widget, "What?")
    assert turn.locator(".problem p").inner_text().strip()
    assert turn.locator("b").count() == 0
    page.unroute(ASK)
    assert QUOTED in ask(widget, SEED).inner_text(), "the next question is answered as ever"


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"claims": NESTED, "citations": NESTED, "message": NESTED, "confidence": "high", "coverage": 7},
        {
            "claims": [
                None,
                7,
                "x",
                {"text": NESTED},
                {"text": "C", "citations": NESTED},
                {"text": "D", "citations": [[1], "1"]},
            ]
        },
        {
            "claims": [{"text": "C", "citations": [1]}],
            "citations": [None, 7, {"number": "1"}, {"number": 1, "context": [None, 7]}],
        },
        {
            "claims": [{"text": "C", "citations": [1, 1, 99, -1]}],
            "citations": [citation(also_published_by=[NESTED, None])],
        },
        {"claims": [{"text": "A\ud800B", "citations": []}], "coverage": {"articles": 1e300, "newest_published_at": []}},
    ],
    ids=["empty", "wrong kinds", "odd claims", "odd citations", "odd numbers", "half a character"],
)
def test_an_answer_of_the_wrong_shape_shows_what_is_sound_of_it(embedded, answer):
    page = embedded.open("/plain.html")
    widget = start(page)
    fulfil(page, sse(answer))
    turn = ask(widget, "What?")
    assert turn.locator(".problem").count() == 0
    assert "[object" not in turn.inner_text()
    assert "undefined" not in turn.inner_text()
    assert page.evaluate("({}).hacked") is None
    assert page.watch.errors == []


def test_a_very_long_answer_is_read_from_its_beginning_and_stays_in_its_box(embedded):
    page = embedded.open("/plain.html", viewport={"width": 320, "height": 640})
    widget = start(page)
    words = "Unbroken" * 400
    claims = [{"text": f"{number}. {words} and more. " * 3, "citations": [1, 2]} for number in range(60)]
    fulfil(
        page,
        sse({"claims": claims, "citations": [citation(title=words, publisher=words), citation(2, quote=words * 9)]}),
    )
    turn = ask(widget, "What " * 300)
    log = widget.locator(".log")
    assert log.evaluate("element => element.scrollWidth <= element.clientWidth")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert turn.locator(".question").bounding_box()["y"] < 200
    assert widget.get_by_role("button", name="Ask", exact=True).bounding_box()["y"] < 640


def test_text_from_right_to_left_runs_from_right_to_left(embedded):
    page = embedded.open("/plain.html")
    widget = start(page)
    arabic = "أعيد فتح ميناء سالتمير يوم الثلاثاء بعد العاصفة."
    overridden = "Safe \u202egnp.exe"
    claims = [{"text": arabic, "citations": [1]}, {"text": overridden, "citations": [1]}]
    fulfil(page, sse({"claims": claims, "citations": [citation(title=arabic, publisher="صوت الميناء", quote=arabic)]}))
    turn = ask(widget, "متى أعيد فتح الميناء؟")
    way = "element => getComputedStyle(element).direction"
    assert turn.locator(".question").evaluate(way) == "rtl"
    assert [turn.locator(".answer > p").nth(at).evaluate(way) for at in (0, 1)] == ["rtl", "ltr"]
    turn.get_by_role("button", name="Source 1: ").first.click()
    assert turn.locator("blockquote").evaluate(way) == "rtl"
    first, second = (turn.locator(".answer > p").nth(at) for at in (0, 1))
    assert first.locator(".cite").bounding_box()["x"] < first.bounding_box()["x"] + first.bounding_box()["width"] / 2
    number = second.locator(".cite").bounding_box()
    words = second.locator(".apart").bounding_box()
    assert number["x"] >= words["x"] + words["width"], "a direction mark in the text moves nothing beside it"


# Hostile pages -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "html",
    [
        "<img name=currentScript><form name=body></form><img name=createElement hidden>",
        "<base href=https://evil.example/ target=_top>",
        '<dateline-chat data-site="../../v1/articles"></dateline-chat><dateline-chat></dateline-chat>',
        "<dateline-chat data-site=news data-base=https://evil.example data-host=https://evil.example></dateline-chat>",
    ],
    ids=["names", "base", "site names", "other hosts"],
)
def test_markup_that_a_page_lets_in_turns_the_widget_against_nobody(embedded, html):
    page = embedded.page(f"<body><main>{html}</main><script src={{dateline}}/widget.js data-site=news></script>")
    widget = start(page)
    assert QUOTED in ask(widget, SEED).inner_text()
    assert widget.locator("a").evaluate("link => link.href").startswith(embedded.running.dateline)
    hosts = {url.split("/")[2].partition(":")[0] for url in page.watch.asked}
    assert hosts == {"intranet.example", "dateline.example"}


STRICTEST = "default-src 'none'; script-src {dateline}; connect-src {dateline}; base-uri 'none'; form-action 'none'"
STRICTEST += "; require-trusted-types-for 'script'; trusted-types 'none'; frame-ancestors 'none'"
STRICTEST += "; sandbox allow-scripts allow-same-origin"


def test_it_works_under_trusted_types_and_in_a_sandbox(embedded):
    page = embedded.page("<script src={dateline}/widget.js data-site=news defer></script>", STRICTEST)
    assert QUOTED in ask(start(page), SEED).inner_text()
    assert page.watch.errors == []


def test_old_libraries_that_change_every_array_do_no_harm(embedded):
    spoiled = "Array.prototype.toJSON = Object.prototype.toJSON = function () { return 'spoiled'; };"
    spoiled += "Object.prototype.extended = 1; Array.prototype.each = function () {};"
    page = embedded.open("/plain.html", before=lambda page: page.add_init_script(spoiled))
    widget = start(page)
    ask(widget, SEED)
    assert QUOTED in ask(widget, SEED).inner_text()


def test_the_script_twice_on_a_page_does_no_harm(embedded):
    twice = "<script src={dateline}/widget.js data-site=news defer></script>" * 2
    page = embedded.page(twice)
    page.locator(f"{FLOAT} .launcher").nth(1).wait_for()
    boxes = [page.locator(f"{FLOAT} .launcher").nth(at).bounding_box() for at in (0, 1)]
    assert abs(boxes[0]["y"] - boxes[1]["y"]) >= boxes[0]["height"], "one button stands above the other"
    page.locator(f"{FLOAT} .launcher").first.click()
    assert page.locator(f"{FLOAT} textarea").first.is_visible()
    assert violations(page, FLOAT) == []
    assert page.watch.errors == []
