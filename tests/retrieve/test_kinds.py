"""What is asked for, and what a sentence holds."""

import pytest

from qa.retrieve.kinds import holds, kind_of


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("How old is the harbour master?", "age"),
        ("How many tonnes were handled?", "number"),
        ("What was the unemployment rate in May?", "number"),
        ("When did the pool open?", "time"),
        ("On which day did it rain?", "time"),
        ("What time did the fire start?", "hour"),
        ("In what time period was it built?", "time"),
        ("Who leads the review?", "person"),
        ("Where did the ferry sink?", "place"),
        ("Why did the engine stop?", "cause"),
        ("What does Pakistan require for joint dialogue?", None),
        ("whoever is there", None),
    ],
)
def test_the_kind_of_a_question(question, kind):
    assert kind_of(question) == kind


@pytest.mark.parametrize(
    ("kind", "question", "sentence", "held"),
    [
        ("person", "Who leads the review?", "The review will be led by Aurelia Stone.", True),
        ("person", "Who succeeded Leena Faraday?", "The board thanked Leena Faraday.", False),
        ("age", "How old is Captain Thorold?", "Captain Thorold said the harbour was full.", False),
        ("age", "How old is Captain Thorold?", "Captain Thorold, 54, said the harbour was full.", True),
        ("number", "How many of the 40 boats sank?", "Of the 40 boats, seven sank.", True),
        ("number", "How many of the 40 boats sank?", "The 40 boats had sailed early.", False),
        ("time", "When did it open?", "It opened on Monday.", True),
        ("time", "When did it open?", "It opened to applause.", False),
        ("hour", "What time did it open?", "It opened at ten minutes past one.", True),
        ("hour", "What time did it open?", "It opened at 9.30 on Monday.", True),
        ("hour", "What time did it open?", "It opened on Monday, at two gates.", False),
        ("cause", "Why did it stop?", "Water in the fuel had stopped it.", True),
        (None, "Tell me about it", "It opened on Monday.", False),
    ],
)
def test_a_sentence_holds_what_is_asked_for_and_not_named_already(kind, question, sentence, held):
    assert holds(kind, sentence, question) is held


@pytest.mark.parametrize(
    ("sentence", "held"),
    [
        ("The ferry Kittiwake ran aground on 19 August.", False),
        ("It was the worst storm since August 19, said the board.", False),
        ("The door jammed in January 2024.", False),
        ("About 2,000 marched through the rain.", True),
        ("They counted 1,985 seals in 2023.", True),
        ("Twelve of them had left by then.", True),
    ],
)
def test_neither_a_day_nor_a_year_says_how_many(sentence, held):
    assert holds("number", sentence, "How many people were on board?") is held


@pytest.mark.parametrize("sentence", ["The fire was started by oily rags.", "It began in the battery of a bicycle."])
def test_what_started_something_is_a_cause(sentence):
    assert holds("cause", sentence, "What caused the blaze?")
