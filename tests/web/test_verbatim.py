"""Text that a client shows as Markdown reads as it is written and makes no link, image, tag or emphasis."""

import re
from dataclasses import replace

import pytest
from markdown_it import MarkdownIt

from qa.web.export import plain
from qa.web.openai import _content
from qa.web.verbatim import as_text
from tests.benchmarks.obeying import payloads
from tests.web.test_openai import noted

HOSTILE = [
    *payloads("x", [], "The ferry sank."),
    "[a][b] ![c][1] [l](#a) [k](/here) [m]( b.c ) [n](<b c>) [x](`y`) [![i](http://x.example/z.png)](http://x.example)",
    "<img src=x> <https://evil.example> <b>x</b><!-- --><a href=x> a < b",
    "see www.evil.example/x?y, HTTPS://EVIL.EXAMPLE, Evil.example or mail bob@evil.example. bbc.com/news said",
    "`x` ``a`` __b__ **b***c*_d_ ~~d~~ \\[a\\](http://b.example) a\\\\[x](y) &#60;b&gt; http&#58;//evil.example",
    "mailto:a@b.example javascript:alert(1) data:text/html,x http://ex_am_ple.example/*x* http://127.0.0.1/`x",
    "[1]: /url 'title' [1]",
]
ADDRESS = re.compile(r"\w://\w|www\.\w|\w@\w|\w{2}\.(?:com|example)\b", re.IGNORECASE)


def read(markdown):
    """What a reader sees, and the parts of it that are mere text."""
    inline = [token for token in MarkdownIt("commonmark").enable("strikethrough").parse(markdown) if token.children]
    tokens = [one for token in inline for one in token.children]
    assert {one.type for one in tokens} <= {"text", "code_inline", "softbreak"}
    return "".join(one.content or " " for one in tokens), [one.content for one in tokens if one.type == "text"]


@pytest.mark.parametrize("written", [as_text, plain])
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_shown_as_it_is_and_nothing_in_it_is_an_address_to_go_to(text, written):
    shown, mere = read(f"According to Post: “{written(text)}” \\[1\\]")
    assert shown.replace("`", "'") == f"According to Post: “{text}” [1]".replace("`", "'")
    assert not [part for part in mere if ADDRESS.search(part)]


@pytest.mark.parametrize(
    "text",
    [
        "He paid $5 million [sic] at 2.30 p.m. in the U.S. & left, i.e. 3 * 4 < 13, on a snake_case day.",
        "“Nobody pushed,” he said (twice). [1] It was No. 2's fault - or not! [2]",
        "He left.She stayed.",
    ],
)
def test_what_is_no_markup_stays_as_it_is(text):
    assert as_text(text) == text


def test_an_answer_and_what_stands_below_it_make_no_links():
    said = "See [this](https://evil.example/x) now."
    answer = noted()
    claims = tuple(replace(one, text=said) for one in answer.claims)
    shown, mere = read(_content(replace(answer, claims=claims)).replace("\n\n", "\n"))
    assert shown.count(said) == 2
    assert not [part for part in mere if ADDRESS.search(part)]
