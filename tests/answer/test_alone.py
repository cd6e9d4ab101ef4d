"""Which sentences can be read alone, and what is quoted instead of or beside those that cannot."""

import pytest

from qa.answer.alone import is_heading, leans_back, named_by
from qa.answer.quotes import choose
from qa.types import Evidence


@pytest.mark.parametrize(
    "text",
    [
        "Another carried 22 sheep, which their owner was allowed to water.",
        "Among them is the Anchor Café, which had stood on the corner since 1962.",
        "They are in Net Lane, where water came up through the drains.",
        "Its owner had heard nothing.",
        "The board's report on the first of these was published in November.",
        "Mr Crewe said today that this was a lie.",
        "Captain Thorold closed the entrance for 41 hours in that storm, the longest closure so far.",
        "After that fire the council drew up a plan.",
        "The gangs had worked seven hours of overtime a week, he said.",
        "For the reserve, she said, the whole of the sum was needed.",
        "In his speech in 1960, he announced the continuation of the war.",
        "“Perhaps some people took two.”",
        "He bought himself wealth, power and influence.”",
        "as its inferior, not only increased the sense of self.",
        "Both were found at the lighthouse.",
        "The independents, Silas Birch and Carla Nye, voted against.",
        "Announced May 24 that it is laying off about 6,000 people.",
        "Let go of 30 employees in its talent organization.",
        "Plus, it says that the windfall from such a clash would be great.",
    ],
)
def test_what_names_what_it_speaks_of_elsewhere_leans(text):
    assert leans_back(text)


@pytest.mark.parametrize(
    "text",
    [
        "It was the hottest day of the year in Saltmere.",
        "It is not clear who opened the gate.",
        "But it was the storm in June that killed the pups.",
        "This week the council voted for the wall.",
        "Those who left received four weeks' pay.",
        "Two people were hurt when the ferry ran aground.",
        "Both teams played well on Saturday.",
        "Some have described the strife as a form of war.",
        "Mr Varley said that the wind was too strong.",
        "“No one was hurt and no ship was lost,” Captain Thorold said.",
        "The Island Rose lost her engines in the sound.",
        "iPhone sales fell in March.",
        "Announced in May, the plan would close four schools.",
        "Plans to build a bridge were dropped, the council said.",
        "Cut flowers sold well at the fair.",
        "大桥周一重新开放。",
        "",
    ],
)
def test_what_says_of_what_it_speaks_does_not(text):
    assert not leans_back(text)


def test_whom_the_question_names_may_be_he():
    before = "Möngke Khan succeeded his cousin in 1251."
    assert named_by("When did Mongke Khan die?", before, "He died in 1259.")
    assert not named_by("When did the mayor die?", before, "He died in 1259.")
    assert named_by("Under which rule were the tribes?", "", "These tribes were under Iroquois rule.")


def test_a_heading_is_no_sentence_and_a_part_of_one_no_heading():
    assert is_heading("Point spread odds in basketball")
    assert not is_heading("“We are excited.”")
    assert not is_heading("The Central Region, ruled from Khanbaliq;")


def passage(*rows):
    """Evidence of (text, score) that stands in this order in one passage, best first."""
    found, start = [], 0
    for text, score in rows:
        found.append(Evidence("a", 1, "c", start, start + len(text), text, score))
        start += len(text) + 1
    return sorted(found, key=lambda sentence: -sentence.score)


LORRIES = "Among the lorries was one with fresh food for Pellin."
SHEEP = "Another carried 22 sheep for the island."
DOOR = "The bow door of the Lady Maren would not open."


def quoted(*rows, question="How many sheep were aboard?"):
    return [sentence.text for sentence in choose(passage(*rows), question=question)]


def test_the_best_sentence_is_quoted_with_the_one_that_it_leans_on():
    assert quoted((DOOR, 1.0), (LORRIES, 1.2), (SHEEP, 2.0)) == [SHEEP, LORRIES]


def test_a_further_quote_that_leans_on_what_is_not_quoted_is_left_out():
    assert quoted((DOOR, 2.0), (LORRIES, 1.0), (SHEEP, 1.8)) == [DOOR]
    assert quoted((LORRIES, 2.0), (SHEEP, 1.8), (DOOR, 1.0)) == [LORRIES, SHEEP]


def test_a_heading_is_quoted_only_where_it_is_the_best():
    heading = "Sheep and lorries on the Lady Maren"
    assert quoted((DOOR, 2.0), (heading, 1.9)) == [DOOR]
    assert quoted((heading, 2.0), (DOOR, 1.0)) == [heading]


def test_what_the_first_quote_leans_on_is_quoted_from_the_passage_before(sample):
    answer = sample.pipeline.ask("What has the former owner of the Anchor Café found to do for a living?")
    first, second = answer.citations[:2]
    assert first.quote.startswith("Among them is the Anchor Café")
    assert second.quote.startswith("Eleven small businesses") or "four of them" in second.quote
    assert second.article_id == first.article_id
    assert second.start < first.start
