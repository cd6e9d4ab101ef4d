"""What the commands print is what the contract says."""

import json

import pytest
from jsonschema import Draft202012Validator, ValidationError

import app
from tests.contract import shapes

ALL = {name: getattr(shapes, name) for name in "ANSWER SEARCH INGEST ARTICLE_LIST ARTICLE ERROR".split()}


@pytest.fixture
def printed(small_folder, capsys):
    """Run a command on the small archive and return the one object it prints."""

    def run(*arguments):
        app.main([*map(str, arguments), "--data", str(small_folder), "--json"])
        return json.loads(capsys.readouterr().out)

    return run


def check(value, schema):
    Draft202012Validator(schema).validate(value)


@pytest.mark.parametrize("name", sorted(ALL))
def test_the_schemas_are_schemas(name):
    Draft202012Validator.check_schema(ALL[name])


@pytest.mark.parametrize(
    "arguments",
    [
        ("ask", "Where did the ferry Alma sink?", "--level", "open"),
        ("ask", "Who kept the Monk lighthouse?", "--level", "open"),
        ("ask", "متى أعيد فتح الميناء؟", "--level", "open"),
        ("ask", "Who won the ice hockey championship?"),
        ("ask", "Where did the ferry sink?", "--publisher", "Nobody"),
    ],
)
def test_an_answer_and_an_abstention(printed, arguments):
    answer = printed(*arguments)
    check(answer, shapes.ANSWER)
    numbers = [citation["number"] for citation in answer["citations"]]
    assert all(number in numbers for claim in answer["claims"] for number in claim["citations"])
    claims = [claim["text"] + "".join(f" [{number}]" for number in claim["citations"]) for claim in answer["claims"]]
    assert answer["text"] == " ".join(claims)


@pytest.mark.parametrize("arguments", [("ferry", "--top-k", 3), ("ferry", "--publisher", "Nobody")])
def test_a_search(printed, arguments):
    check(printed("search", *arguments), shapes.SEARCH)


def test_an_article_in_the_list_and_alone(printed):
    listed = printed("articles", "list")
    check(listed, shapes.ARTICLE_LIST)
    assert len(listed["articles"]) == 7
    for summary in listed["articles"]:
        check(printed("articles", "show", summary["id"]), shapes.ARTICLE)


def test_an_ingestion(printed, tmp_path):
    file = tmp_path / "more.jsonl"
    file.write_text('{"text": "The new quay opened on Friday morning."}\nno json\n')
    report = printed("ingest", file)
    check(report, shapes.INGEST)
    assert (report["added"], report["skipped"][0]["line"]) == (1, 2)


@pytest.mark.parametrize(
    "arguments",
    [
        ("ask", "?!"),
        ("ask", "x" * 2001),
        ("ask", "ferry", "--from", "soon"),
        ("ask", "ferry", "--level", "sure"),
        ("ask", "ferry", "--history", "/no/such/file"),
        ("search", "ferry", "--top-k", "0"),
        ("search",),
        ("articles", "show", "unknown"),
        ("articles", "show", "\x1b[31m"),
        ("articles", "remove", "unknown"),
        ("ingest",),
        ("ingest", "x.jsonl", "--map", "colour=red"),
        ("ingest", "x.jsonl", "--map", "text"),
        ("no-such-command",),
    ],
)
def test_an_error(printed, arguments):
    check(printed(*arguments), shapes.ERROR)


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        (shapes.ERROR, {"error": {"code": "x", "message": "No.", "retryable": False}}),
        (shapes.ERROR, {"error": {"code": "x", "message": "two\nlines.", "retryable": False, "id": "1"}}),
        (shapes.SEARCH, {"question": "q", "results": [{}]}),
        (shapes.INGEST, {"added": -1}),
        (shapes.ARTICLE_LIST, {"articles": [{"id": "a"}]}),
    ],
)
def test_the_schemas_refuse_what_is_no_such_shape(schema, value):
    with pytest.raises(ValidationError):
        check(value, schema)


def test_an_answer_that_abstains_with_a_citation_is_refused(printed):
    answer = printed("ask", "Where did the ferry Alma sink?", "--level", "open")
    for change in ({"status": "abstained"}, {"citations": []}, {"reason": "because"}, {"text": ""}, {"confidence": 2}):
        with pytest.raises(ValidationError):
            check({**answer, **change}, shapes.ANSWER)
    check({**answer, "new_field": 1}, shapes.ANSWER)
