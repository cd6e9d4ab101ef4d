"""What people read in a terminal."""

import pytest

from qa.render import answer_lines, article_lines, list_lines, plain, search_lines
from qa.types import Answer, Article, ArticleSummary, Chunk, Citation, Claim, Coverage, Neighbour, Run, SearchResult

HOSTILE = "a\x1b[2J\x07\r\x00\x9b\u202e\u2066\u200b\ufeff\ud800b"
TEXT = "The ferry sank. She was old."


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", ""),
        ("plain text,\nline two", "plain text,\nline two"),
        ("\x1b[31mred\x1b[0m", " [31mred [0m"),
        ("\x1b]0;title\x07", " ]0;title "),
        ("over\rwritten", "over written"),
        ("a\u202egnp.exe", "a gnp.exe"),
        ("zero\u200bwidth", "zero width"),
        ("lone \ud800", "lone  "),
        ("\x9b31m", " 31m"),
        ("tab\there", "tab here"),
        ("海港 ميناء é 🎣", "海港 ميناء é 🎣"),
    ],
)
def test_what_a_terminal_would_obey_is_not_shown(text, shown):
    assert plain(text) == shown


def answer(**changes):
    citation = Citation(
        1, "id", 2, "She was old.", 16, 28, TEXT, title=HOSTILE, publisher=HOSTILE, published_at="2024-02-03"
    )
    values = {
        "question": "q",
        "standalone_question": "q",
        "status": "answered",
        "reason": None,
        "message": "",
        "as_of": "2024-01-01T00:00:00+00:00",
        "confidence": 0.9,
        "claims": (Claim(f"According to {HOSTILE}: “She was old.”", (1,)),),
        "citations": (citation,),
        "contexts": (),
        "coverage": Coverage(3, "2024-02-03"),
        "run": Run("quotes"),
    }
    return Answer(**{**values, **changes})


def test_what_is_told_beside_a_claim_stands_below_it_on_one_line():
    said = answer_lines(answer(claims=(Claim("She was old.", (1,), note=f"{HOSTILE}\nrests on unnamed sources"),)))
    assert said.splitlines()[0] == "She was old. [1]"
    assert said.splitlines()[1].strip().endswith("b rests on unnamed sources)")


@pytest.mark.parametrize(
    "lines",
    [
        answer_lines(answer()),
        search_lines(
            [SearchResult(1, 0.5, Chunk("c", "id", 1, HOSTILE, 0, 9, HOSTILE, HOSTILE, HOSTILE, "2024-02-03"))]
        ),
        list_lines([ArticleSummary("id", HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE, 1)]),
        article_lines(Article("id", 1, HOSTILE, title=HOSTILE, url=HOSTILE, publisher=HOSTILE, author=HOSTILE)),
    ],
    ids=["answer", "search", "list", "article"],
)
def test_no_part_of_an_article_can_steer_the_terminal(lines):
    assert not set(lines) & set(HOSTILE) - set("ab[2J")
    lines.encode("utf-8")


def test_the_sentence_that_a_quote_is_read_with_is_shown_apart():
    near = Neighbour(0, 15, "The ferry sank.")
    citation = Citation(1, "id", 2, "She was old.", 16, 28, TEXT, context=(near,), also_published_by=("B", "C"))
    lines = answer_lines(answer(citations=(citation,)))
    assert "the sentence before it: “The ferry sank.”" in lines
    assert "also published by B, C" in lines
    assert "id (revision 2, characters 16-28)" in lines


def test_what_an_answer_adds_of_its_sources_is_told():
    remarks = ("Reports differ: A says 1; B says 2.", "The newest article found on this is of 3 May 2020.")
    lines = answer_lines(answer(message=f"Quoted from 2 articles of the archive. {' '.join(remarks)}", remarks=remarks))
    assert "\n\n".join(remarks) in lines
    assert "Quoted from" not in lines


def test_what_is_said_of_the_archive_has_no_sources_and_no_confidence():
    claims = (Claim("The archive holds 3 articles.", ()),)
    lines = answer_lines(answer(claims=claims, citations=(), message="From the catalogue."))
    assert lines.startswith("The archive holds 3 articles.\n\nFrom the catalogue. As of ")
    assert "Sources" not in lines
    assert "confidence" not in lines


def test_an_abstention_is_its_message():
    lines = answer_lines(answer(claims=(), citations=(), message="Nothing on this.", confidence=0.1))
    assert lines.startswith("Nothing on this.\n")
    assert "Sources" not in lines
    assert "Low confidence (0.10) · 3 articles searched, newest of 3 February 2024" in lines
