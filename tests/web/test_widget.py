"""The widget's script as it is sent: to everybody, small, known again, and without what a strict page forbids."""

import gzip
import re
from importlib.resources import files

import pytest

from qa import render
from qa.web import texts
from qa.web.widget import PARTS, script

MOST_PACKED = 25_000
FORBIDDEN = (
    r"\beval\b",
    r"\bnew Function\b",
    r"\b(?:inner|outer)HTML\b",
    r"\binsertAdjacentHTML\b",
    r"\bdocument\.write",
    r"\bsetAttribute\(\s*[\"']style",
    r"\bcssText\b",
    r"\bDOMParser\b",
    r"\bcreateElement\(\s*[\"']style",
    r"\bset(?:Timeout|Interval)\(\s*[\"'`]",
    r"\blocalStorage\b|\bsessionStorage\b|\bdocument\.cookie\b|\bindexedDB\b",
    r"\bpostMessage\b",
)


def test_any_page_may_load_the_script(server):
    with server.client() as stranger:
        response = stranger.get("/widget.js", headers={"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"})
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/javascript; charset=utf-8"
    assert response.headers["cross-origin-resource-policy"] == "cross-origin"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "set-cookie" not in response.headers
    assert response.content == script().plain


def test_all_of_the_widget_is_small(client):
    with client.stream("GET", "/widget.js", headers={"accept-encoding": "gzip"}) as response:
        packed = b"".join(response.iter_raw())
    assert response.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed) == script().plain
    assert len(packed) <= MOST_PACKED


@pytest.mark.parametrize("accepted", ["identity", "gzip"])
def test_an_unchanged_script_is_not_sent_again(client, accepted):
    first = client.get("/widget.js", headers={"accept-encoding": accepted})
    tag = first.headers["etag"]
    assert first.headers["vary"] == "accept-encoding"
    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = client.get("/widget.js", headers={"accept-encoding": accepted, "if-none-match": known})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert client.get("/widget.js", headers={"accept-encoding": accepted, "if-none-match": '"other"'}).content
    head = client.head("/widget.js", headers={"accept-encoding": accepted})
    assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", tag)


def test_nothing_in_it_needs_what_a_strict_page_forbids():
    text = script().plain.decode()
    assert [pattern for pattern in FORBIDDEN if re.search(pattern, text)] == []
    assert set(re.findall(r"https?://[^\s\"'`]+", text)) == {"http://www.w3.org/2000/svg"}, "it asks nobody else"
    style = files("qa.web.widget").joinpath("widget.css").read_text("utf-8")
    assert "url(" not in style
    assert "@import" not in style


def test_every_part_is_in_it():
    parts = {file.name.removesuffix(".js") for file in files("qa.web.widget").iterdir() if file.name.endswith(".js")}
    assert parts == set(PARTS)


def test_it_speaks_as_the_chat_page_does():
    said = files("qa.web.widget").joinpath("texts.js").read_text("utf-8")
    for sentence in (*texts.STATES.values(), *texts.CONFIDENCE.values(), texts.READ, texts.ALSO, texts.UNTITLED):
        assert f'"{sentence}"' in said
    code = files("qa.web.widget").joinpath("answer.js").read_text("utf-8")
    words = re.search(r'confidence >= ([\d.]+) \? "High" : answer\.confidence >= ([\d.]+) \? "Fair" : "Low"', code)
    for edge, word, below in ((float(words[1]), "High", "Fair"), (float(words[2]), "Fair", "Low")):
        assert (render.in_words(edge), render.in_words(edge - 0.001)) == (word, below)
