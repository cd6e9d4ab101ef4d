"""What is said of the archive is counted in its catalogue, within the user's filters."""

import pytest

from qa.config import Settings
from qa.index.archive import Archive
from qa.pipeline import QAPipeline
from qa.types import Filters, TextPiece, Turn


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("How many articles do you have?", "The archive holds 7 articles. The newest of them is “Red "),
        (
            "how many articles on Eastcliff in February?",
            "The archive holds 2 articles from February of any year that mention “Eastcliff”. The newest of them is "
            "“Brandt to lead Eastcliff” (Coast Radio, 3 February 2024).",
        ),
        (
            "How many articles on Port Ellen from Harbour Post?",
            "The archive holds 1 article of Harbour Post that mentions “Port Ellen”. It is “Ferry sinks off Port "
            "Ellen” (Harbour Post, 31 March 2024).",
        ),
        ("How many articles are there on volcanoes?", "The archive holds no article that mentions “volcanoes”."),
        ("How many articles since April 2024?", "The archive holds 3 articles since 1 April 2024."),
        ("How many articles in January?", "The archive holds no article from January of any year."),
        ("What is your oldest article?", "The oldest article is “New head for Eastcliff” (Harbour Post, 2 Feb"),
        ("What is your newest article from Coast Radio?", "The newest article of Coast Radio is “Brandt to lead"),
        ("What period do you cover?", "The archive holds 6 dated articles, from 2 February 2024 to 5 May 2024. 1 fur"),
        ("Which publishers do you hold?", "The archive holds articles of 5 publishers: Coast Radio (2), Harbour P"),
        ("Which sections do you have?", "The articles name no sections; ask about any matter in your own words."),
    ],
)
def test_the_catalogue_answers(small, question, text):
    answer = small.pipeline.ask(question)
    assert answer.text.startswith(text)
    assert (answer.status, answer.run.engine, answer.citations) == ("answered", "archive", ())
    assert answer.message == "From the archive's own catalogue; no article is quoted."


def test_filters_limit_what_is_counted(small):
    def text(question, **limits):
        return small.pipeline.ask(question, filters=Filters(**limits)).text

    assert text("How many articles do you have?", publishers=("Harbour Post",)).startswith(
        "The archive holds 2 articles within the filters."
    )
    assert "5 publishers" not in text("Which publishers do you hold?", published_to="2024-03-31")
    assert "no article" in text("How many articles from Coast Radio?", publishers=("Harbour Post",))
    assert "no article" in text("How many articles since May 2024?", published_to="2024-03-31")
    assert text("What is your newest article?", publishers=("Nobody",)) == (
        "No article in the archive matches the filters."
    )


def test_sections_are_listed_by_how_many_stand_in_them(archive):
    assert QAPipeline(archive).ask("Which sections do you have?").text == (
        "The articles stand in 1 section: City (1). 7 articles name no section."
    )


def test_an_empty_archive_says_so(tmp_path):
    with Archive.open(Settings(data_dir=tmp_path / "data")) as empty:
        pipeline = QAPipeline(empty)
        assert pipeline.ask("How many articles do you have?").text == "The archive holds no articles yet."
        assert pipeline.ask("hello").text.startswith("Good day.")


def test_a_courtesy_is_answered_at_once_and_streamed(small):
    events = list(small.pipeline.stream("Thank you!", [Turn("user", "Where did the ferry Alma sink?")]))
    assert events[-1].run.engine == "fixed"
    assert "".join(event for event in events if isinstance(event, TextPiece)) == events[-1].text == "You are welcome."
    assert events[-1].standalone_question == "Thank you!"


def test_a_follow_up_may_ask_about_the_archive(small):
    history = [Turn("user", "How many articles on Eastcliff in January?"), Turn("assistant", "No article.")]
    answer = small.pipeline.ask("And in February?", history)
    assert answer.text.startswith("The archive holds 2 articles from February of any year that mention “Eastcliff”.")
