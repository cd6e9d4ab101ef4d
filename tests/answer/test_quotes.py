"""Which sentences are quoted, and how each is framed."""

import pytest

from qa.answer.quotable import says_something
from qa.answer.quotes import MOST_QUOTES, choose, claim, frame, one_line, same_words, spoken_day
from qa.types import Article, Citation, Evidence


def sentences(*rows):
    """Evidence of (text, score), each of an article of its own, best first."""
    return [Evidence(f"a{at}", 1, f"c{at}", 0, len(text), text, score) for at, (text, score) in enumerate(rows)]


def chosen(*rows):
    return [sentence.text for sentence in choose(sentences(*rows))]


FERRY = "The ferry sank off Port Ellen on Sunday."


def test_no_more_than_three_sentences_are_quoted():
    rows = [(f"Report {name} tells of the {name} harbour alone.", 2.0) for name in "north south east west".split()]
    assert len(chosen(*rows)) == MOST_QUOTES == 3


def test_the_best_is_always_quoted_and_comes_first():
    assert chosen((FERRY, 0.01)) == [FERRY]
    assert chosen((FERRY, 2.0), ("The council met for nine hours.", 1.99))[0] == FERRY


def test_a_sentence_far_below_the_best_is_not_quoted():
    assert chosen((FERRY, 2.0), ("The council met for nine hours.", 1.0)) == [FERRY]


def test_near_identical_sentences_are_quoted_once():
    assert chosen((FERRY, 2.0), ("The ferry sank off Port Ellen on Sunday", 2.0), (FERRY.upper(), 1.99)) == [FERRY]


def test_look_alikes_with_other_numbers_are_both_quoted():
    rows = [
        ("The harbour handled 412 tonnes in the quarter.", 2.0),
        ("The harbour handled 438 tonnes in the quarter.", 2.0),
    ]
    assert chosen(*rows) == [text for text, _ in rows]


def test_fragments_and_questions_are_quoted_only_if_there_is_nothing_else():
    assert chosen(("Ferry sinks", 2.5), ("Why did the old ferry sink?", 2.4), (FERRY, 2.0)) == [FERRY]
    assert chosen(("Ferry sinks", 2.5)) == ["Ferry sinks"]


def test_no_evidence_gives_no_quote():
    assert choose([]) == []


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (FERRY, FERRY, True),
        (FERRY, FERRY.upper(), True),
        ("The ferry sank on Monday, police said.", "The ferry sank on Monday, the police said.", True),
        ("The ferry sank on Monday.", "The ferry sank on Tuesday.", False),
        (
            "He was fined 300 crowns on Monday by the town court.",
            "He was fined 400 crowns on Monday by the town court.",
            False,
        ),
        ("", "", False),
        ("大桥周一重新开放", "大桥周一重新开放", True),
    ],
)
def test_two_sentences_are_the_same_when_nearly_all_words_are(one, other, same):
    assert same_words(one, other) is same
    assert same_words(other, one) is same


@pytest.mark.parametrize(
    ("known", "framed"),
    [
        ({"publisher": "Coast Radio", "published_at": "2024-02-03"}, "According to Coast Radio, 3 February 2024"),
        ({"publisher": "Coast Radio"}, "According to Coast Radio, undated"),
        ({"title": "Ferry sinks", "published_at": "2024-02-03"}, "In “Ferry sinks”, 3 February 2024"),
        ({"title": "Ferry sinks"}, "In “Ferry sinks”, undated"),
        ({"published_at": "2024-02-03"}, "In an article of 3 February 2024"),
        ({}, "In an undated article"),
        ({"publisher": "A\nB\t C"}, "According to A B C, undated"),
        ({"publisher": "![A](//evil) <b>"}, "According to ! [A] (//evil) ‹b>, undated"),
        ({"title": "![A](//evil) <b>"}, "In “! [A] (//evil) ‹b>”, undated"),
    ],
)
def test_a_quote_is_framed_by_what_is_known(known, framed):
    assert frame(Article("a", 1, "", **known)) == framed


@pytest.mark.parametrize(
    ("published", "spoken"),
    [
        ("2018-03-12", "12 March 2018"),
        ("2018-03-12T23:30:00+05:00", "12 March 2018"),
        ("2018-03-12T00:30:00-11:00", "12 March 2018"),
        (None, None),
        ("", None),
        ("soon", None),
        ("2018-02-30", None),
    ],
)
def test_a_day_is_spoken_in_the_articles_own_offset(published, spoken):
    assert spoken_day(published) == spoken


def test_long_names_are_cut_to_one_line():
    assert one_line(" a \n b ") == "a b"
    assert len(one_line("x" * 5000)) == 120


def test_a_claim_folds_white_space_that_the_citation_keeps():
    text = "The ferry\nsank  off Port Ellen."
    citation = Citation(2, "a", 1, text, 0, len(text), text, publisher="P")
    found = claim(citation)
    assert found.text == "According to P, undated: “The ferry sank off Port Ellen.”"
    assert found.cited_text.endswith("” [2]")
    assert citation.quote == text


def test_each_publisher_that_a_question_asks_is_heard():
    rows = sentences(
        ("The post writes of the fire at length.", 2.0),
        ("The post writes of the smoke at length.", 1.9),
        ("The post writes of the ashes at length.", 1.8),
        ("The radio speaks of a fire as well.", 0.5),
    )
    sides = {"c0": 0, "c1": 0, "c2": 0, "c3": 1}
    assert [sentence.chunk_id for sentence in choose(rows, sides=sides)] == ["c0", "c3", "c1"]
    assert [sentence.chunk_id for sentence in choose(rows, sides={"c0": 0})] == ["c0", "c1", "c2"]


def test_a_heading_is_quoted_first_only_where_no_sentence_is_nearly_as_good():
    heading, near = ("Fire destroys the old mill", 2.0), ("The old mill burned down on Sunday.", 1.9)
    far = ("The mill was built when wheat was dear.", 1.6)
    assert choose(sentences(heading, near))[0].text == near[0]
    assert choose(sentences(heading, far))[0].text == heading[0]


@pytest.mark.parametrize(
    ("text", "quotable"),
    [
        ("Read more: How the ferry ran aground", False),
        ("Share this article with your friends now", False),
        ("Sign up for our morning newsletter today", False),
        ("Follow us on Twitter and on Facebook", False),
        ("Related: Ferry runs aground once more", False),
        ("Listen to this story in four minutes", False),
        ("Copyright 2024 The Courier, all of it", False),
        ("Here is the team to take on the champions pic.twitter.com/nkf6rXBPUU", False),
        ("Sport email {{ message }} Something went wrong, please try again later.", False),
        ("Country Titles Years won Australia 5 1987, 1999 India 2 1983, 2011 West Indies 2 1975", False),
        ("Wrexham advance 4-2 Highlights Wed, Aug. 9 Leeds United 2-1 Shrewsbury Bristol City 5-1 Oxford", False),
        ("In 1987, 1999, 2003 and 2007 Australia won the cup, more than anybody else has.", True),
        ("Leeds United beat Bristol City by 3-1 in 2021 and by 2-0 in 2022.", True),
        ("大桥于2019年1月2日至2020年3月4日关闭，耗资56万元，共有7家公司参与。", True),
        ("Share prices fell by 3 per cent on Monday.", True),
        ("Related companies said that they would wait.", True),
        ("Subscribers will pay more from next May.", True),
        ("See how the tide rose above the wall.", True),
        ("Copyright law was changed in the spring.", True),
        ("Advertisement revenue fell by a third.", True),
    ],
)
def test_what_a_page_says_around_an_article_is_not_quoted(text, quotable):
    assert says_something(text) is quotable
