"""Follow-up questions made to stand alone, over the words of the small and the sample archive."""

import pytest

from qa.retrieve.followup import stand_alone
from qa.types import Turn
from tests.test_sample import QUESTIONS

FERRY = ("Where did the ferry Alma sink?", "According to Harbour Post, 31 March 2024: “The ferry Alma sank.” [1]")


def turns(*exchanges):
    return [
        Turn(role, text) for exchange in exchanges for role, text in zip(("user", "assistant"), exchange, strict=True)
    ]


@pytest.mark.parametrize(
    ("before", "answer", "question", "expected"),
    [
        ("How many ships docked in May 2023?", "Forty.", "And in March?", "How many ships docked in March 2023?"),
        ("How many ships docked in May 2023?", "Forty.", "in June 2024", "How many ships docked in June 2024?"),
        ("Who is the mayor of Bergen?", "Ida Brandt.", "What about Oslo?", "Who is the mayor of Oslo?"),
        (*FERRY, "Why?", "Why did the ferry Alma sink?"),
        (*FERRY, "and when exactly?", "When did the ferry Alma sink?"),
        ("Where did Edgar Holm live?", "At the lighthouse.", "Who did he meet?", "Who did Edgar Holm meet"),
        ("Who kept the Monk lighthouse?", "Edgar Holm kept it.", "What did he sell?", "What did Edgar Holm sell"),
        ("Who is Edgar Holm?", "A keeper.", "What did his crew say?", "What did Edgar Holm's crew say"),
    ],
)
def test_what_is_left_out_is_taken_from_the_last_exchange(small, before, answer, question, expected):
    made = stand_alone(question, turns((before, answer)), small.archive.keywords)
    assert made.startswith(expected)
    assert made.endswith("?")


def test_it_carries_what_the_last_question_was_about(small):
    made = stand_alone("When was it built?", turns(FERRY), small.archive.keywords)
    assert made.startswith("When was it built (about ")
    assert "Alma" in made


@pytest.mark.parametrize(
    "question",
    [
        "What harbour tours does it offer?",  # no harbour tour offers anything
        "When should someone start doing it?",
        "I meant the older one, please.",
        "Oops, I meant the winter timetable",
        "Which is more expensive?",
        "Who gets hurt in this type of accident?",
        "Anything special a six year old has to do?",
        "What job did he look for?",  # he who looks is not what he looks for
        "When will the council vote on it?",  # the council does not vote on itself
        "Was anybody hurt?",
        "Who is going to pay for it?",
        "What is the keeper planning next?",
        "How much of that was grain?",
    ],
)
def test_what_leans_is_seen_to_lean_and_told_of_the_matter(small, question):
    made = stand_alone(question, turns(FERRY), small.archive.keywords)
    assert made.startswith(question.rstrip("?.!"))
    assert "Alma" in made


@pytest.mark.parametrize(
    "question",
    [
        "What harbour tours does Coast Radio offer?",
        "Which tomatoes did Edgar Holm grow when he kept the lighthouse?",
        "When the keeper left, what did he take with him?",
        "Which is the oldest lighthouse on the coast of Norway?",
        "Did the school board meet in the capital cities of the region after it chose Ida Brandt?",
        "What did the mayor do with the money that the ferry line gave to it?",
        "Where had the keeper lived before Ida Brandt visited it?",
        "Was anybody hurt in the Alma?",
        "lighthouse keeper",  # one article has all its words
    ],
)
def test_a_question_that_says_whom_it_means_is_left_as_it_is(small, question):
    assert stand_alone(question, turns(FERRY), small.archive.keywords) == question


def test_an_answer_that_declines_carries_nothing(small):
    declined = (FERRY[0], "Unfortunately I do not know anything about the passengers of fishing boats in fog.")
    made = stand_alone("When was it built?", turns(declined), small.archive.keywords)
    assert "Alma" in made
    assert not {"passengers", "fishing", "boats", "fog"} & set(made.replace(",", " ").replace(")", " ").split())


def test_no_institution_is_taken_for_a_person(small):
    before = ("What did the Carnegie Corporation of New York give to Andrew Holm?", "Ten books.")
    made = stand_alone("How old was he?", turns(before), small.archive.keywords)
    assert made.startswith("How old was Andrew Holm")


def test_a_chain_of_fragments_is_followed_back(small):
    made = stand_alone("And when?", turns(FERRY, ("Why?", "Nobody knows.")), small.archive.keywords)
    assert made == "When did the ferry Alma sink?"


def test_a_follow_up_is_answered_from_the_article_of_the_last_question(small):
    answer = small.pipeline.ask("When was it built?", history=turns(FERRY), level="open")
    assert answer.question == "When was it built?"
    assert answer.standalone_question != answer.question
    assert answer.citations[0].article_id == small.ids["ferry"]


def test_no_question_that_stands_alone_is_touched(sample):
    history = turns(("Where did the balloon land?", "In a field near Oskerby."))
    changed = [
        row["id"]
        for row in QUESTIONS
        if stand_alone(row["question"], history, sample.archive.keywords) != row["question"]
    ]
    assert changed == []


@pytest.mark.parametrize(
    "history",
    [
        (),
        (Turn("assistant", "Good day"),),
        (Turn("user", "  "), Turn("assistant", "?")),
    ],
)
def test_with_nothing_before_it_a_question_stays(small, history):
    assert stand_alone("Why?", history, small.archive.keywords) == "Why?"


@pytest.mark.parametrize(
    "text", ["(" * 5000, "A" * 100_000, "“According to" * 2000, "海港大桥 什么时候", "\x00[1] he he", "Aa " * 30_000]
)
def test_hostile_turns_are_read_quickly_and_safely(small, text):
    import time

    start = time.perf_counter()
    made = stand_alone("Why did he say it?", turns((text, text)), small.archive.keywords)
    assert time.perf_counter() - start < 1
    assert made.startswith("Why did ")


@pytest.mark.parametrize(
    ("before", "answer", "question", "time"),
    [
        ("How many passed at Eastcliff in 2024?", "147.", "And how many failed?", "2024"),
        ("How long is the wait for a hip?", FERRY[1], "And for a knee?", "March 2024"),  # the time of the report
        ("How high was the tide in May 2023?", "3.42 metres.", "Was anybody hurt?", "May 2023"),
        ("How high was the tide in May 2023?", "3.42 metres.", "What did the keeper do next?", "since May 2023"),
        ("Who kept the lighthouse in May 2023?", "Edgar Holm.", "And who keeps it now?", None),
        ("Who kept the lighthouse from 1931 to 1986?", "Edgar Holm.", "And who left?", None),  # which of the two?
    ],
)
def test_what_goes_on_from_a_question_is_of_its_time(small, before, answer, question, time):
    made = stand_alone(question, turns((before, answer)), small.archive.keywords)
    assert made.endswith(f"{time})?") if time else "20" not in made.removeprefix(before.rstrip("?"))


def test_a_number_and_a_time_are_carried_whole(sample):
    told = ("What did the port handle in the third quarter of 2024?", "455,100 tonnes, a record.")
    made = stand_alone("How much of that was grain?", turns(told), sample.archive.keywords)
    assert "455,100" in made


GUILTY = (
    "What was Lennart Crewe convicted of?",
    "According to Tideway Radio News, 19 April 2024: “Lennart Crewe, 54, was convicted of two counts of fraud, one of "
    "accepting bribes and one of false accounting.” [1]",
)
HIM = (GUILTY[0], "Lennart Crewe was found guilty on Friday of four of the five charges against him.")
HOMES = ("How many homes were flooded in December 2023?", "A storm tide flooded 180 homes in Lower Quay.")


@pytest.mark.parametrize(
    ("before", "question", "expected"),
    [
        (GUILTY, "and how long did he get?", "How long did Lennart Crewe get (about bribes)?"),
        (GUILTY, "Who was his lawyer?", "Who was Lennart Crewe's lawyer?"),
        (GUILTY, "And what about the contractor?", "What about the contractor (about Lennart Crewe)?"),
        (HOMES, "And what about the mayor?", "What about the mayor (about homes, December 2023)?"),
    ],
)
def test_it_reads_as_a_question_that_somebody_would_ask(sample, before, question, expected):
    assert stand_alone(question, turns(before), sample.archive.keywords) == expected


@pytest.mark.parametrize(
    ("before", "question"), [(HIM, "Was she satisfied?"), (HOMES, "What did she say?"), (HOMES, "Was he hurt?")]
)
def test_no_man_is_taken_for_a_woman_and_no_place_for_a_person(sample, before, question):
    made = stand_alone(question, turns(before), sample.archive.keywords)
    assert made.startswith(f"{question.rstrip('?')} (about ")


@pytest.mark.parametrize(
    ("before", "question", "named"),
    [(GUILTY, "Who was his lawyer?", "Rupert Sallis"), (HOMES, "And what about the mayor?", "Marta Ellingham")],
)
def test_another_person_asked_about_by_a_role_is_found(sample, before, question, named):
    assert named in sample.pipeline.ask(question, history=turns(before)).text


def test_of_verbs_the_noun_is_carried_and_names_are_carried_whole(sample):
    told = ("Which volcano erupted on Tavara in May 2023?", "Mount Iru.")
    made = stand_alone("How many homes did it ruin there?", turns(told), sample.archive.keywords)
    assert made == "How many homes did it ruin there (about volcano, eruption, Tavara, Mount Iru)?"
