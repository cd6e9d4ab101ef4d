"""Drafted questions: what the rules ask, what they let go, and what every draft of the sample archive keeps to."""

import json

import pytest

import app
from qa.evaluate.datasets import open_set
from qa.evaluate.drafts import MOST_SHARED, Drafter, named
from qa.evaluate.patterns import Asked, Story, ask
from qa.evaluate.people import People
from qa.types import Article

ABOUT = (
    "Captain Agnes Thorold said so. Mrs Ferrand agreed, and so did Norah Pask. Odette Ferrand, 62, did not. Mr Pask "
    "and Mr Teale left; Magnus Teale came back to the Saltmere Port Authority. Desmond Varley said little."
)
STORY = Story(ABOUT, People(ABOUT))


@pytest.mark.parametrize(
    ("sentence", "rule", "question", "answer"),
    [
        ("Mrs Ferrand, 62, said that she was tired.", "age", "How old was Odette Ferrand", "62"),
        ("Agnes Thorold, the harbour master, said no.", "post", "What post did Agnes Thorold hold", "harbour master"),
        (
            "The money came from Desmond Varley, the authority's chief executive, on Friday.",
            "holder",
            "Who was the Saltmere Port Authority's chief executive",
            "Varley",
        ),
        ("Norah Pask, who chairs the finance committee, left.", "holder", "Who chaired the finance committee", "Pask"),
        (
            "Mr Teale said that the gap had more to do with skills than with willingness.",
            "speaker",
            "who said that the gap had more to do with skills than with willingness",
            "Teale",
        ),
        ("Eighteen firefighters took part.", "count", "how many firefighters took part", "18"),
        ("There were 238 ship calls in the quarter.", "count", "how many ship calls were there in the quarter", "238"),
        ("The turnout was 38.4 per cent.", "figure", "what figure is given for the turnout", "38.4 per cent"),
        (
            "The average wage in the town was 2,480 crowns a month.",
            "figure",
            "what figure is given for the average wage in the town",
            "2,480 crowns",
        ),
        ("The unit cost 12.4 million crowns and has 14 beds.", "cost", "what did the unit cost", "12.4 million crowns"),
        ("SALTMERE - The Kittiwake was built in 1991.", "date", "when was the Kittiwake built", "1991"),
        ("Counting was done in the gymnasium.", "place", "where was counting done", "the gymnasium"),
        ("The race was stopped because of the heat.", "reason", "why was the race stopped", "the heat"),
    ],
)
def test_a_rule_asks_what_a_sentence_answers(sentence, rule, question, answer):
    found = {(asked.rule, asked.question, asked.answers[-1]) for asked in ask(sentence, STORY)}
    assert (rule, question, answer) in found


@pytest.mark.parametrize(
    "sentence",
    [
        "Ten minutes later a breeze got up.",  # a time, not a number of things
        "Five of them were hurt.",
        "It was built in 1991.",  # it?
        "Two warehouses were flooded and about 900 tonnes were spoiled.",  # two counts
        "He said that this was a lie.",
        "She had given 30,000 crowns in cash.",
        "Ostrand Dredging, 30,000 crowns richer, said nothing.",  # no age
        "About 60 patients are affected.",  # by what?
        "The rate was 5.9 per cent for men.",  # of what?
        "",
        "a" * 400,
        "," * 400,
        ("The " + "x " * 190 + ".")[:400],
        "A, " * 130,
        "«Ὀδυσσεύς», 62, εἶπεν 🎈 \u202e",
    ],
)
def test_a_sentence_that_would_be_misread_is_let_go(sentence):
    assert list(ask(sentence, STORY)) == []


def test_a_question_says_which_report_it_is_about():
    asked = Asked("count", "how_many", "how many were hurt", ("2",))
    article = Article("1", 1, "", title="Fire", publisher="Echo", published_at="2024-05-02")
    assert named(asked, article) == "In “Fire” (Echo, 2 May 2024), how many were hurt?"
    assert named(asked, Article("1", 1, "", title="Fire")) == "In “Fire”, how many were hurt?"
    assert named(asked, Article("1", 1, "")) is None


@pytest.fixture(scope="module")
def drafted(sample, tmp_path_factory):
    """What the command drafts from the sample archive."""
    path = tmp_path_factory.mktemp("drafts") / "questions.jsonl"
    assert (
        app.main(
            ["questions", "new", "--data", str(sample.archive.settings.data_dir), "--out", str(path), "--count", "100"]
        )
        == 0
    )
    return path, [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_a_hundred_drafts_stand_on_evidence_with_which_they_share_at_most_half_their_words(sample, drafted):
    by_url = {summary.url: summary.id for summary in sample.archive.articles()}
    drafter = Drafter(sample.archive)
    answerable = [row for row in drafted[1] if row["answerable"]]
    assert len(answerable) == len({row["question"] for row in answerable}) == 100
    for row in answerable:
        (gold,) = row["evidence"]
        assert gold["text"] in sample.archive.article(by_url[gold["url"]]).text
        assert drafter.shared(row["question"], gold["text"]) <= MOST_SHARED, row["question"]
        assert any(answer in gold["text"] for answer in row["answers"]) or row["rule"] == "count", row
    assert len({row["rule"] for row in answerable}) >= 9, "every rule has its turn"


def test_a_twin_asks_the_same_without_the_articles_that_answer(sample, drafted):
    twins = [row for row in drafted[1] if not row["answerable"]]
    first = {row["id"]: row for row in drafted[1] if row["answerable"]}
    assert len(twins) >= 50
    stories = {summary.url: summary.id for summary in sample.archive.articles()}
    for row in twins:
        origin = first[row["id"].removesuffix("-without")]
        assert row["question"] == origin["question"]
        assert row["answers"] == []
        assert origin["evidence"][0]["url"] in row["exclude"]
        copies = sample.archive.also_published_by(stories[origin["evidence"][0]["url"]])
        assert len(row["exclude"]) > bool(copies), "copies of a report are left out with it"


def test_drafts_are_a_question_set_and_the_same_again_for_the_same_seed(sample, drafted, tmp_path):
    path, rows = drafted
    questions = list(open_set([path]).good())
    assert [question.id for question in questions] == [row["id"] for row in rows]
    assert all(bool(question.exclude) != question.answerable for question in questions)
    again, other = tmp_path / "again.jsonl", tmp_path / "other.jsonl"
    common = ["questions", "new", "--data", str(sample.archive.settings.data_dir), "--no-twins", "--count", "20"]
    assert app.main([*common, "--out", str(again)]) == app.main([*common, "--out", str(other), "--seed", "7"]) == 0
    mine = [row["question"] for row in rows if row["answerable"]]
    assert [json.loads(line)["question"] for line in again.read_text("utf-8").splitlines()] != []
    assert again.read_text("utf-8") != other.read_text("utf-8")
    assert len(mine) == 100


def test_a_file_is_overwritten_only_when_that_is_asked(sample, tmp_path, capsys):
    path = tmp_path / "mine.jsonl"
    path.write_text("my own work\n")
    command = ["questions", "new", "--data", str(sample.archive.settings.data_dir), "--out", str(path), "--count", "3"]
    assert app.main(command) == 2
    assert "--force" in capsys.readouterr().err
    assert path.read_text() == "my own work\n"
    assert app.main([*command, "--force", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["answerable"] == 3
    assert found["answerable"] + found["unanswerable"] == len(path.read_text("utf-8").splitlines())


def test_an_archive_with_nothing_to_ask_and_a_folder_that_cannot_be_written_are_reported(
    small_folder, tmp_path, capsys
):
    (tmp_path / "file").write_text("")
    data = ["--data", str(small_folder)]
    app.main(["questions", "new", *data, "--out", str(tmp_path / "few.jsonl")])
    assert "Traceback" not in capsys.readouterr().err
    assert app.main(["questions", "new", *data, "--out", str(tmp_path / "file" / "q.jsonl")]) in {1, 2}
    assert "Traceback" not in capsys.readouterr().err
