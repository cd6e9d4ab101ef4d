"""A citation is a place; a quote that leans on its neighbours brings them."""

import pytest

from qa.answer.citations import cite
from qa.errors import QuoteNotVerbatim
from qa.types import Article, Evidence, Span


def article_of(*sentences, between=" "):
    """An article of the given sentences, and their places."""
    text, spans = "", []
    for sentence in sentences:
        text += between if text else ""
        spans.append(Span(len(text), len(text) + len(sentence)))
        text += sentence
    return Article("a", 1, text, title="T", url="https://x.example/a", publisher="P", author="A"), spans


def evidence_of(article, span, shift=0):
    start, end = span.start + shift, span.end + shift
    return Evidence(article.id, 1, "c", start, end, article.text[span.start : span.end], 1.0)


def context_of(sentences, at, between=" "):
    article, spans = article_of(*sentences, between=between)
    return [near.text for near in cite(1, article, evidence_of(article, spans[at]), spans).context]


FIRST, LAST = "Anna Holm leads the works.", "The road stays open."


@pytest.mark.parametrize(
    "quote",
    [
        "She denied nothing.",
        "But the bridge will close.",
        "However, the bridge will close.",
        "“It will close on Monday,” the council said.",
        "THEY voted nine to four.",
        "This was the third closure.",
        "As a result, buses turn back.",
        "The former will be sold.",
        "Both will be sold.",
        "(He is 62.)",
    ],
)
def test_a_quote_that_opens_with_a_pronoun_or_connective_brings_the_sentence_before(quote):
    assert context_of([FIRST, quote, LAST], 1) == [FIRST]


@pytest.mark.parametrize(
    "quote",
    [
        "The bridge will close.",
        "Butter is dear.",
        "Hershel Lund agreed.",
        "Andersen agreed.",
        "Soap is dear.",
        "42 came.",
    ],
)
def test_a_quote_that_stands_alone_brings_nothing(quote):
    assert context_of([FIRST, quote, LAST], 1) == []


def test_the_first_sentence_has_nothing_before_it():
    assert context_of(["She leads the works.", LAST], 0) == []


@pytest.mark.parametrize(
    "after",
    [
        "The council denied it.",
        "Her office disputes the figure.",
        "The report was rejected by the board.",
        "The claim could not be verified.",
        "The paper retracted the story.",
        "The alleged payment is under review.",
    ],
)
def test_a_denial_after_the_quote_is_brought(after):
    quote = "The mayor took 30,000 crowns."
    assert context_of([FIRST, quote, after], 1) == [after]
    assert context_of([FIRST, quote, after], 1, between="\n\n") == []  # another paragraph, another matter


def test_a_sentence_that_was_cut_for_its_length_brings_its_rest():
    assert context_of(["The long first part,", "and the second part.", LAST], 0) == ["and the second part."]
    assert context_of(["The long first part,", "without a connective it goes on.", LAST], 1) == ["The long first part,"]


def test_an_opened_quotation_brings_the_sentence_that_goes_on_with_it():
    assert context_of(["“We had no choice.", "The pier was rotten,” said Lund.", LAST], 0) == [
        "The pier was rotten,” said Lund."
    ]


def test_neighbours_stand_at_their_places():
    article, spans = article_of(FIRST, "She took it.", "The council denied it.")
    citation = cite(3, article, evidence_of(article, spans[1]), spans)
    assert [(near.start, near.end) for near in citation.context] == [(s.start, s.end) for s in (spans[0], spans[2])]
    assert (citation.number, citation.article_id, citation.title, citation.publisher) == (3, "a", "T", "P")
    assert article.text[citation.start : citation.end] == citation.quote


@pytest.mark.parametrize("shift", [-1, 1, 5, 10_000, -10_000])
def test_a_shifted_place_can_not_be_cited(shift):
    article, spans = article_of(FIRST, "She took it.", LAST)
    with pytest.raises(QuoteNotVerbatim):
        cite(1, article, evidence_of(article, spans[1], shift), spans)


def test_a_quote_without_known_neighbours_stands_alone():
    article, spans = article_of(FIRST, "She took it.")
    assert cite(1, article, evidence_of(article, spans[1]), []).context == ()


@pytest.mark.parametrize(
    "sentence", ["大桥周一重新开放。", "أعيد فتح الميناء يوم الثلاثاء.", "पुल खुल गया।", "🐟" * 50 + "."]
)
def test_offsets_count_code_points_in_any_script(sentence):
    article, spans = article_of("🎣 e\u0301 first.", sentence, "Last.")
    assert cite(1, article, evidence_of(article, spans[1]), spans).quote == sentence
