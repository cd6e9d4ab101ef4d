"""Sentences as evidence."""

from qa.retrieve.evidence import CHUNKS_READ, evidence
from qa.retrieve.rank import rank
from qa.retrieve.understand import understand
from qa.types import Filters


def ranked_for(opened, text):
    question = understand(text, opened.archive.keywords)
    return rank(opened.archive, question, Filters())


def found(opened, text):
    return evidence(ranked_for(opened, text), text)


def test_every_sentence_stands_at_its_place(small):
    for sentence in found(small, "Where did the ferry Alma sink?"):
        article = small.archive.article(sentence.article_id, sentence.revision)
        assert article.text[sentence.start : sentence.end] == sentence.text


def test_the_sentence_that_answers_comes_first(small):
    best = found(small, "How many passengers of the ferry were rescued?")[0]
    assert best.text == "All 42 passengers were rescued by fishing boats within an hour."


def test_sentences_come_best_first_and_each_once(small):
    sentences = found(small, "Who became head teacher of Eastcliff?")
    assert [one.score for one in sentences] == sorted((one.score for one in sentences), reverse=True)
    assert len({(one.article_id, one.start) for one in sentences}) == len(sentences)


def test_only_the_best_passages_are_read(sample):
    question = "How much cargo did the harbour handle?"
    ranked = ranked_for(sample, question)
    read = {sentence.chunk_id for sentence in evidence(ranked, question)}
    assert len(ranked) > CHUNKS_READ
    assert read == {one.stored.id for one in ranked[:CHUNKS_READ]}


def test_nothing_gives_no_evidence():
    assert evidence([], "Who?") == []
