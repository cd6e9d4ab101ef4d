"""A word of the question that no passage says is named to the reader."""

from dataclasses import replace

import pytest

from qa.answer.said import note, unsaid
from qa.retrieve.rank import rank
from qa.retrieve.understand import understand
from qa.types import Filters


def lacking(archive, text, embedder=None):
    question = understand(text, archive.keywords)
    return unsaid(question, rank(archive, question, Filters()), embedder or archive.embedder)


@pytest.mark.parametrize(
    ("question", "word"),
    [
        ("Where was the ferry Alma auctioned?", "auctioned"),
        ("Where did the ferry Alma sink?", None),  # "sank"
        ("Where did the ferry Bettina sink?", "Bettina"),
        ("", None),
        ("What is it?", None),
        ("What does the ferry Alma require?", None),  # told as "must", or not at all
    ],
)
def test_the_heaviest_word_that_no_passage_says_is_found(small, question, word):
    assert lacking(small.archive, question) == word


class WithoutTable:
    """A model whose words cannot be read."""

    def word_vectors(self, words):
        return None


def test_without_word_vectors_the_words_themselves_are_looked_for(small):
    assert lacking(small.archive, "Where was the ferry Alma auctioned?", WithoutTable()) == "auctioned"
    assert lacking(small.archive, "Where did the ferry Alma sink?", WithoutTable()) in (None, "sink")


def test_nothing_found_says_nothing(small):
    question = understand("Where was the ferry Alma auctioned?", small.archive.keywords)
    assert unsaid(question, [], small.archive.embedder) is None
    assert note(question, [], small.archive.embedder) is None
    assert unsaid(replace(question, words=()), rank(small.archive, question, Filters()), small.archive.embedder) is None


def test_the_answer_says_which_word_its_evidence_lacks(sample):
    asked = sample.pipeline.ask("Why was Captain Agnes Thorold suspended?", level="open")
    assert "“suspended”" in asked.message
    assert "No passage found" not in sample.pipeline.ask("Who owns Ferrand's Bakery?", level="open").message


def test_who_abstains_has_nothing_to_add(sample):
    asked = sample.pipeline.ask("Who painted the Mona Lisa of Vladivostok?")
    assert asked.status == "abstained"
    assert "No passage found" not in asked.message
