"""A question set over the small archive, and the command run on it."""

import json

import pytest

import app

FERRY = "https://harbourpost.example/ferry"
QUESTIONS = [
    {
        "id": "f1",
        "question": "How many passengers of the ferry Alma were rescued?",
        "answers": ["42"],
        "answerable": True,
        "evidence": [{"url": FERRY, "text": "All 42 passengers were rescued by fishing boats within an hour."}],
        "type": "how_many",
    },
    {
        "id": "f2",
        "question": "Where was the ferry Alma built?",
        "answers": ["Oskerby"],
        "answerable": True,
        "evidence": [{"url": FERRY, "text": "She had been built in Oskerby in 1987."}],
        "type": "where",
    },
    {
        "id": "l1",
        "question": "Who kept the Monk lighthouse?",
        "answers": ["Edgar Holm"],
        "answerable": True,
        "evidence": [
            {"article_id": "lighthouse", "text": "Edgar Holm kept the Monk lighthouse alone for nineteen years."}
        ],
        "type": "who",
    },
    {"id": "n1", "question": "Who won the ice hockey championship?", "answerable": False, "type": "who"},
    {"id": "n2", "question": "What does a barrel of oil cost?", "answerable": False, "type": "how_many"},
    {"id": "u1", "question": "Who is the head teacher of Eastcliff?", "type": "who"},
    {"id": "h1", "question": "Where did the red siren sound?", "type": "where"},
]


@pytest.fixture
def questions(tmp_path):
    """The set as a file."""
    path = tmp_path / "questions.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in QUESTIONS))
    return path


@pytest.fixture
def evaluate(small_folder, tmp_path, capsys):
    """Run ``dateline eval`` on the small archive; return exit code, stdout and stderr."""

    def run(*arguments, data=True):
        own = ("--data", str(small_folder)) if data else ()
        code = app.main(["eval", *map(str, arguments), *own, "--out", str(tmp_path / "out")])
        return code, *capsys.readouterr()

    return run


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out"


def results(folder):
    """The lines of a results file."""
    return [json.loads(line) for line in (folder / "results.jsonl").read_text().splitlines()]
