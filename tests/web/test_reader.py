"""The reader and the conversation: the right place is marked, and hostile articles are text."""

import json
import re
from html.parser import HTMLParser

import pytest

from qa.index.kept import without_articles
from qa.types import Answer, Article, Citation, Claim, Context, Coverage, Run, Span
from qa.web import texts
from qa.web.conversation import answer_html, conversation, problem
from qa.web.export import as_json, copied, markdown, plain
from qa.web.frozen import answer_page
from qa.web.markup import excerpt, language, marked, paragraphs, surroundings, web_address
from qa.web.reader import article_page
from qa.web.sources import panel
from qa.web.store import Kept
from tests.servers import HOSTILE

SAFE_TAGS = frozenset(
    "html head meta title link script body nav main h1 h2 h3 dl dt dd bdi time div p mark a ol li article b span q "
    "blockquote button form fieldset legend label input template strong section details summary".split()
)


class Page(HTMLParser):
    """The elements of a page, their attributes and its text."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.text, self.marks = [], "", []
        self._marking = False
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag == "mark":
            self.marks.append("")
        self._marking = tag == "mark"

    def handle_endtag(self, tag):
        self._marking = False

    def handle_data(self, data):
        self.text += data
        if self._marking:
            self.marks[-1] += data


def check_harmless(html):
    """Only elements of ours, no handlers, links only to ourselves and to the web."""
    page = Page(html)
    for tag, attributes in page.tags:
        assert tag in SAFE_TAGS
        assert not [name for name in attributes if name.startswith("on")], (tag, attributes)
        assert not set(attributes) & {"style", "srcdoc", "action", "formaction"}, (tag, attributes)
        for name in ("href", "src"):
            assert attributes.get(name, "/").startswith(("/", "http://", "https://")), (tag, attributes)
    assert [attributes.get("src") for tag, attributes in page.tags if tag == "script"] in ([], ["/look/reader.js"])
    return page


HOSTILE_ARTICLE = Article(
    "x", 1, **{name: HOSTILE[name] for name in "text title author publisher section url language published_at".split()}
)


def test_a_hostile_article_is_shown_as_text():
    page = check_harmless(article_page(HOSTILE_ARTICLE, 1, Span(0, 20)))
    for name in ("text", "title", "author", "publisher", "section", "url"):
        for line in HOSTILE[name].splitlines():
            assert line in page.text
    assert not [attributes for tag, attributes in page.tags if tag == "main" and "lang" in attributes]


def test_a_hostile_article_is_read_over_http(client, ids):
    response = client.get(f"/articles/{ids['Siren']}", params={"revision": 1})
    page = check_harmless(response.text)
    assert HOSTILE["text"].splitlines()[0] in page.text
    assert client.get(f"/api/v1/articles/{ids['Siren']}").json()["text"] == HOSTILE["text"]


def answered(article, start, end, **changes):
    quote = article.text[start:end]
    citation = Citation(
        1, article.id, 1, quote, start, end, article.text, title=article.title, also_published_by=("<i>Other</i>",)
    )
    values = {
        "question": "<b>who?</b>",
        "standalone_question": "who?",
        "status": "answered",
        "reason": None,
        "message": "<u>message</u>",
        "as_of": "2026-01-02T03:04:05+00:00",
        "confidence": 0.9,
        "claims": (Claim(f"According to {article.publisher}: “{quote}”", (1,)),),
        "citations": (citation,),
        "contexts": (Context("c", article.id, start, end, quote, 1.0),),
        "coverage": Coverage(1, '2024"><script>'),
        "run": Run("quotes"),
    }
    return Answer(**{**values, **changes}).as_dict()


def found(*_):
    return HOSTILE_ARTICLE


@pytest.mark.parametrize("changes", [{}, {"claims": (), "citations": (), "status": "abstained", "reason": "x"}])
def test_a_hostile_answer_is_shown_as_text(changes):
    answer = answered(HOSTILE_ARTICLE, 0, 150, **changes)
    side = check_harmless(panel(answer, lambda *_: HOSTILE_ARTICLE))
    kept = Kept("t1", answer["question"], answer, {"publishers": ["<b>x</b>"], "published_from": "<i>"})
    talk = check_harmless(conversation([kept], lambda *_: HOSTILE_ARTICLE))
    page = check_harmless(answer_page(kept, lambda *_: HOSTILE_ARTICLE))
    assert HOSTILE["title"] in page.text
    assert "<b>x</b>" in talk.text
    assert HOSTILE["title"] in side.text
    assert "<b>who?</b>" in talk.text
    if not changes:
        assert side.marks == [HOSTILE["text"][:150]]
        assert HOSTILE["publisher"] in talk.text
    check_harmless(problem("<script>"))


def test_an_abstention_shows_the_closest_passages_as_such():
    answer = answered(HOSTILE_ARTICLE, 0, 60, claims=(), citations=(), status="abstained", message="Nothing on this.")
    side = Page(panel(answer, lambda *_: HOSTILE_ARTICLE))
    assert "Closest, but not an answer" in side.text
    assert side.marks == []
    assert "Nothing on this." in Page(answer_html(answer, found)).text


def test_a_passage_of_a_text_that_changed_meanwhile_is_left_out():
    answer = answered(HOSTILE_ARTICLE, 0, 60, claims=(), citations=(), status="abstained")
    assert "<article" not in panel(answer, lambda *_: Article("x", 2, "All new."))


def test_what_an_answer_adds_of_its_sources_is_told_on_the_page_and_in_files():
    differ = "Reports differ: <b>A</b> says 1; B says 2."
    said = f"Quoted from 2 articles of the archive. {differ}"
    answer = answered(HOSTILE_ARTICLE, 0, 60, message=said, remarks=(differ,))
    kept = Kept("t1", "who?", answer)
    assert "Reports differ: <b>A</b> says 1; B says 2." in Page(answer_html(answer, found)).text
    assert "Reports differ: <b>A</b> says 1; B says 2." in copied(kept)
    assert "Reports differ" in markdown([kept], "T", "http://127.0.0.1")
    assert "Quoted from" not in answer_html(answer, found) + copied(kept)
    older = {name: value for name, value in answer.items() if name != "remarks"}
    assert said in Page(answer_html(older, found)).text, "an answer kept before there were remarks"
    gone = without_articles(answer, {"x": "2024-05-01"})
    assert "says 1" not in json.dumps(gone), "a removed article's figures are remarked no more"
    assert "removed on" in Page(answer_html(gone, found)).text


def test_a_citation_leads_to_its_sentence():
    link = next(a for tag, a in Page(answer_html(answered(HOSTILE_ARTICLE, 4, 9), found)).tags if tag == "a")
    assert link["href"] == "/articles/x?revision=1&cited=4-9#c-4-9"


def test_hostile_words_are_words_in_exported_files_too():
    kept = Kept("t1", "<b>who?</b>", answered(HOSTILE_ARTICLE, 0, 150))
    written = markdown([kept], "T", "http://127.0.0.1")
    ours = re.sub(r"`[^`\n]+`", "", written.replace("<http://127.0.0.1/", ""))  # addresses in the text are code
    assert not re.search(r"(?<!\\)[<\[!*`]", ours.replace(f"*{texts.CONFIDENCE['High']}", "").replace("00\\:00* ", ""))
    assert "`window.hacked`\\=1" in written
    assert "[1]" in copied(kept)


NOTE = "Gazette, <b>undated</b>\n![x](//evil.example/x.png) · rests on unnamed sources"
NOTED = "(Gazette, ‹b>undated‹/b> ! [x] (//evil.example/x.png) · rests on unnamed sources)"


def test_what_is_told_beside_a_claim_is_told_on_the_pages_and_in_what_is_taken_along():
    article = Article("a", 1, "The siren rang.")
    answer = answered(article, 0, 15, claims=(Claim("The siren rang.", (1,), note=NOTE),))
    kept = Kept("t1", "who?", answer)
    for html in (conversation([kept], lambda *_: article), answer_page(kept, lambda *_: article)):
        assert f"{NOTED}" in check_harmless(html).text
    assert f"The siren rang. [1] {NOTED}\n" in copied(kept)
    assert f"The siren rang\\. \\[1\\] {plain(NOTED)}\n" in markdown([kept], "T", "http://127.0.0.1")
    for claim in (Claim("It rang.", (1,)), Claim("It rang.", (1,), note="")):
        bare = Kept("t1", "who?", answered(article, 0, 15, claims=(claim,)))
        assert "It rang. [1]\n" in copied(bare)
        assert "It rang\\. \\[1\\]\n" in markdown([bare], "T", "http://127.0.0.1")


def test_nothing_is_told_beside_a_claim_of_a_removed_article():
    answer = answered(HOSTILE_ARTICLE, 0, 9, claims=(Claim("It rang.", (1,), note=NOTE),))
    kept = Kept("t1", "who?", without_articles(answer, {"x": "2026-01-02T03:04:05+00:00"}))
    written = (copied(kept), markdown([kept], "T", "http://127.0.0.1"), as_json([kept]), answer_page(kept, found))
    assert not [text for text in written if "unnamed sources" in text]


def test_a_claim_without_support_is_marked_as_such():
    claims = (Claim("It rained.", (1,)), Claim("It never rains <b>.", (), supported=False))
    answer = answered(HOSTILE_ARTICLE, 4, 9, claims=claims, run=Run("chat", fallback="It was <i>slow</i>."))
    said = answer_html(answer, found)
    assert '<p class="dl-unsupported" dir="auto"><strong' in said
    assert "It was <i>slow</i>." in check_harmless(said).text


def test_all_cited_sentences_are_marked_with_a_way_from_one_to_the_next():
    article = Article("a", 1, TEXT)
    page = Page(article_page(article, 1, [Span(19, 29), Span(0, 10), Span(5, 12), Span(90, 99)]))
    assert page.marks == ["One 🎣 two.", "Vier fünf."]
    steps = [a["href"] for tag, a in page.tags if tag == "a" and a["href"].startswith("#")]
    assert steps == ["#c-0-10", "#c-19-29"]
    assert 'class="steps"' not in article_page(article, 1, [Span(0, 10)])


TEXT = "One 🎣 two. Three.\n\nVier fünf.\n \nSix."


@pytest.mark.parametrize(
    ("start", "end", "marks"),
    [
        (0, 10, ["One 🎣 two."]),
        (11, 17, ["Three."]),
        (19, 29, ["Vier fünf."]),
        (11, 23, ["Three.", "Vier"]),
        (0, 0, []),
        (9, 4, []),
        (900, 999, []),
        (0, 10**9, ["One 🎣 two. Three.", "Vier fünf.", "Six."]),
    ],
)
def test_code_points_are_marked(start, end, marks):
    assert Page(article_page(Article("a", 1, TEXT), 1, Span(start, end))).marks == marks


def test_an_earlier_revision_says_so():
    assert "earlier revision" in article_page(Article("a", 1, "Text."), 2)
    assert "has changed since it was quoted" in article_page(Article("a", 1, "Text."), 2)
    assert "earlier revision" not in article_page(Article("a", 2, "Text."), 2)


def test_a_correction_is_shown_also_above_the_revision_that_it_corrects():
    notice = "Correction: the mill was built in 1871 <script>."
    for page in (
        check_harmless(article_page(Article("a", 2, "Text.", correction=notice), 2)),
        check_harmless(article_page(Article("a", 1, "Text."), 2, correction=notice)),
    ):
        assert notice in page.text
    assert "says of itself" not in article_page(Article("a", 1, "Text."), 1)


@pytest.mark.parametrize(
    ("url", "linked"),
    [
        ("https://news.example/a?b=1&c=2", True),
        ("http://news.example", True),
        ("javascript:alert(1)", False),
        (" javascript:alert(1)", False),
        ("java\nscript:alert(1)", False),
        ("data:text/html,x", False),
        ("//news.example/x", False),
        ("https://", False),
        ("http://[", False),
        (None, False),
    ],
)
def test_only_web_addresses_become_links(url, linked):
    assert (web_address(url) == url) is linked if url else web_address(url) is None
    hrefs = [a for tag, a in Page(article_page(Article("a", 1, "Text.", url=url), 1)).tags if tag == "a"]
    links = [a for a in hrefs if a["href"] != "/"]  # the bar's own, to the chat page
    assert [link["href"] for link in links] == ([url] if linked else [])
    assert all(link["rel"] == "noopener noreferrer nofollow" for link in links)


@pytest.mark.parametrize(
    ("given", "shown"),
    [("de", ' lang="de"'), ("zh-Hant-TW", ' lang="zh-Hant-TW"'), ('en" onload="x', ""), ("", ""), (None, "")],
)
def test_a_language_is_an_attribute_only_if_it_is_one(given, shown):
    assert language(Article("a", 1, "t", language=given)) == shown


def test_the_parts_of_a_text():
    assert [TEXT[p.start : p.end] for p in paragraphs(TEXT)] == ["One 🎣 two. Three.", "Vier fünf.", "Six."]
    assert marked("a<b", 10, Span(11, 12)) == "a<mark>&lt;</mark>b"
    assert Page(excerpt(TEXT, Span(11, 17), Span(11, 17))).text == "One 🎣 two. Three."


def test_of_an_endless_paragraph_only_the_surroundings_are_shown():
    text = "word " * 2000
    shown = surroundings(text, Span(5000, 5010), Span(5000, 5010))
    assert shown.start > 4000
    assert shown.end < 6000
    page = Page(excerpt(text, Span(5000, 5010), Span(5000, 5010)))
    assert page.text.startswith("… ")
    assert page.text.endswith(" …")
    assert page.marks == [text[5000:5010]]
