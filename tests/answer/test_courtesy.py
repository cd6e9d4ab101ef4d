"""Greetings, thanks and "help" are told from the news by being nothing else."""

import pytest

from qa.answer.courtesy import reply, without_asking, without_courtesies, without_courtesy
from qa.types import Turn


@pytest.mark.parametrize(
    ("text", "begins"),
    [
        ("hello", "Good day"),
        ("Hi there!", "Good day"),
        ("Good morning, Dateline.", "Good day"),
        ("Hallo!", "Good day"),
        ("hello, how are you?", "Good day"),
        ("thanks", "You are welcome"),
        ("Thank you very much for your help!", "You are welcome"),
        ("Great! Thank you so much!", "You are welcome"),
        ("bye", "Goodbye"),
        ("ok", "Ask the next question"),
        ("help", "Ask a question"),
        ("What can you do?", "Ask a question"),
        ("How do you work?", "Ask a question"),
        ("Who are you?", "This is Dateline"),
        ("what's your name", "This is Dateline"),
        ("Are you a robot?", "This is Dateline"),
        ("Which languages do you speak?", "Questions are best asked in English"),
    ],
)
def test_a_courtesy_has_a_fixed_reply(text, begins):
    assert (reply(text) or "").startswith(begins)


@pytest.mark.parametrize(
    "text",
    [
        "hello kitty factory fire",
        "help for flood victims",
        "who are the new owners of the Kittiwake?",
        "Who are you voting for, asked the poster; who printed it?",
        "thank you letters to nurses",
        "goodbye party for the harbour master",
        "How does it work?",
        "What is it?",
        "good morning show presenter resigns",
        "what can you do about damp walls, according to the council?",
        "are you being served remake",
        "hi-fi prices",
        "",
    ],
)
def test_news_is_no_courtesy(text):
    assert reply(text) is None


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("Hi, who leads the port? Thanks!", "who leads the port?"),
        ("Hello there! Who leads the port, please", "Who leads the port"),
        ("Hello Kitty factory fire", "Hello Kitty factory fire"),
        ("thanks", "thanks"),
        ("Hi, thanks!", "Hi, thanks!"),
        ("Thanksgiving dinner prices", "Thanksgiving dinner prices"),
    ],
)
def test_what_surrounds_a_question_is_dropped_and_no_more(text, bare):
    assert without_courtesy(text) == bare


def test_asking_to_be_told_is_no_part_of_what_is_asked():
    assert without_asking("Could you please tell me which publishers you have") == "which publishers you have"


def test_courtesies_leave_a_conversation_with_their_replies():
    asked = [Turn("user", "Who won?"), Turn("assistant", "Wynn.")]
    thanked = [Turn("user", "Thank you!"), Turn("assistant", "You are welcome.")]
    assert without_courtesies([*asked, *thanked]) == asked
    assert without_courtesies([]) == []
