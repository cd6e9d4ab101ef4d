"""Question sets in our form and in public ones, whole and damaged."""

import csv
import gzip
import json

import pytest

from qa.errors import UsageError
from qa.evaluate.datasets import open_set
from qa.evaluate.run import survey
from qa.evaluate.types import EvalQuestion, Gold
from qa.types import Turn

SQUAD_ARTICLE = {
    "title": "Old_mill",
    "paragraphs": [
        {
            "context": "The mill closed in 1871.",
            "qas": [
                {
                    "id": "s1",
                    "question": "When did the mill close?",
                    "answers": [{"text": "1871", "answer_start": 19}, {"text": "1871", "answer_start": 19}],
                    "is_impossible": False,
                },
                {
                    "id": "s2",
                    "question": "Who closed the church?",
                    "answers": [],
                    "plausible_answers": [{"text": "mill", "answer_start": 4}],
                    "is_impossible": True,
                },
            ],
        },
        {"context": "It burned.", "qas": [{"question": "Did it burn?", "answers": [{"text": "It burned"}]}]},
    ],
}
MULTIHOP_ROW = {
    "query": "Which bank did the Post and the Radio name?",
    "answer": "First Bank",
    "question_type": "inference_query",
    "evidence_list": [
        {"url": "https://a.example/1", "fact": "First Bank fell."},
        {"url": "https://b.example/2", "fact": "x"},
    ],
}
MULTIHOP_NULL = {
    "query": "Who?",
    "answer": "Insufficient information.",
    "question_type": "null_query",
    "evidence_list": [],
}
MTRAG_ROW = {
    "task_id": "t<::>2",
    "conversation_id": "t",
    "answerability": ["ANSWERABLE"],
    "Collection": "clapnq",
    "input": [
        {"speaker": "user", "text": "Who won?"},
        {"speaker": "agent", "text": "The Gulls."},
        {"speaker": "user", "text": "When?"},
    ],
    "targets": [{"speaker": "agent", "text": "In May."}],
    "contexts": [{"document_id": "d-1", "text": "..."}, {"document_id": "d-2", "text": "..."}],
}
RAGAS_ROW = {
    "user_input": "Who won?",
    "retrieved_contexts": ["x"],
    "response": "y",
    "reference": "The Gulls.",
    "reference_contexts": ["The Gulls won.", "They won in May."],
    "topic": "sport",
}
OWN_ROW = {
    "id": "o1",
    "question": "When?",
    "history": [{"role": "user", "text": "Who won?"}, {"role": "assistant", "text": "The Gulls."}],
    "answers": ["in May", "May"],
    "answerable": True,
    "evidence": [{"url": "https://a.example/1", "text": "They won in May."}, {"article_id": "abc"}],
    "exclude": [{"url": "https://a.example/2"}],
    "type": "when",
    "weight": 3,
}


@pytest.fixture
def lines(tmp_path):
    """Write rows as JSON lines and return the file."""

    def write(*rows, name="set.jsonl"):
        path = tmp_path / name
        text = "".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows)
        path.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
        return path

    return write


def read(*paths, limit=None):
    return list(open_set(paths, limit).good())


def test_our_own_form(lines):
    (found,) = read(lines(OWN_ROW))
    assert found == EvalQuestion(
        id="o1",
        question="When?",
        history=(Turn("user", "Who won?"), Turn("assistant", "The Gulls.")),
        answers=("in May", "May"),
        answerable=True,
        evidence=(Gold("https://a.example/1", "They won in May."), Gold("abc", None)),
        exclude=("https://a.example/2",),
        fields={"type": "when", "weight": "3"},
    )


@pytest.mark.parametrize(
    ("row", "answerable"),
    [
        ({"question": "Q?"}, None),
        ({"question": "Q?", "answerable": False}, False),
        ({"question": "Q?", "answers": ["a"]}, True),
        ({"question": "Q?", "evidence": [{"url": "u"}]}, True),
        ({"question": "Q?", "answerable": "no"}, False),
    ],
)
def test_what_is_not_said_is_unknown(lines, row, answerable):
    (found,) = read(lines(row))
    assert found.answerable is answerable
    assert found.id == "set-1"


def test_a_table_of_ours(tmp_path):
    path = tmp_path / "set.csv"
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        table = csv.writer(file)
        table.writerow(["id", "question", "answers", "answerable", "evidence_url", "evidence_text", "type"])
        table.writerow(["a", "Wer, bitte?", "Anna|Änne", "true", "https://a.example/1", "Anna\nwar es.", "who"])
        table.writerow(["b", "Why?", '["for x | y"]', "", "", "", ""])
        table.writerow(["c", "How?", "", "false", "", "", ""])
    first, second, third = read(path)
    assert (first.question, first.answers, first.evidence) == (
        "Wer, bitte?",
        ("Anna", "Änne"),
        (Gold("https://a.example/1", "Anna\nwar es."),),
    )
    assert (second.answers, second.answerable, second.fields) == (("for x | y",), True, {})
    assert third.answerable is False


@pytest.mark.parametrize("shape", ["official", "pretty", "article a line", "article a line, compressed"])
def test_squad(tmp_path, lines, shape):
    if shape.startswith("article"):
        path = lines(SQUAD_ARTICLE, name="set.jsonl.gz" if "compressed" in shape else "set.jsonl")
    else:
        path = tmp_path / "dev-v2.0.json"
        whole = {"version": "v2.0", "data": [SQUAD_ARTICLE]}
        path.write_text(json.dumps(whole, indent=1 if shape == "pretty" else None))
    questions = open_set([path])
    first, second, third = questions.good()
    assert (first.id, first.answers, first.answerable, first.evidence) == ("s1", ("1871",), True, (Gold("Old_mill#0"),))
    assert (second.answers, second.answerable, second.evidence) == ((), False, (Gold("Old_mill#0"),))
    assert (third.id, third.answerable, third.evidence) == ("Old_mill#1/0", True, (Gold("Old_mill#1"),))
    assert questions.own_articles
    written = [json.loads(line) for line in questions.write_articles(tmp_path / "out").read_text().splitlines()]
    assert written[0] == {"id": "Old_mill#0", "title": "Old mill", "text": "The mill closed in 1871."}
    assert len(written) == 2


def test_multihop_rag_as_lines_and_as_the_released_array(tmp_path, lines):
    array = tmp_path / "MultiHopRAG.json"
    array.write_text(json.dumps([MULTIHOP_ROW, MULTIHOP_NULL], indent=2))
    for path in (lines(MULTIHOP_ROW, MULTIHOP_NULL), array):
        questions = open_set([path])
        first, null = questions.good()
        assert (first.answers, first.answerable, first.fields) == (("First Bank",), True, {"type": "inference_query"})
        assert first.evidence == (Gold("https://a.example/1", "First Bank fell."), Gold("https://b.example/2", "x"))
        assert (null.answers, null.answerable, null.evidence) == ((), False, ())
        assert questions.mapping == {"text": "body", "publisher": "source"}


def test_mtrag(lines):
    unanswerable = {**MTRAG_ROW, "task_id": "u", "answerability": ["UNANSWERABLE"]}
    vague = {**MTRAG_ROW, "task_id": "v", "answerability": ["UNDERSPECIFIED"]}
    first, second, third = read(lines(MTRAG_ROW, unanswerable, vague))
    assert (first.question, [turn.role for turn in first.history]) == ("When?", ["user", "assistant"])
    assert (first.answers, first.answerable) == (("In May.",), True)
    assert first.evidence == (Gold("d-1"), Gold("d-2"))
    assert first.fields == {"type": "answerable", "collection": "clapnq"}
    assert (second.answerable, second.answers) == (False, ())
    assert third.answerable is None


def test_ragas_rows_also_with_messages_and_as_pandas_writes_them(tmp_path, lines):
    several = {
        "user_input": [
            {"type": "human", "content": "Who won?"},
            {"type": "ai", "content": "The Gulls."},
            {"type": "human", "content": "When?"},
        ]
    }
    first, second = read(lines(RAGAS_ROW, several))
    assert (first.question, first.answers, first.answerable) == ("Who won?", ("The Gulls.",), True)
    assert [gold.text for gold in first.evidence] == ["The Gulls won.", "They won in May."]
    assert first.fields == {"topic": "sport"}
    assert (second.question, len(second.history), second.answerable) == ("When?", 2, None)
    path = tmp_path / "ragas.csv"
    with path.open("w", newline="") as file:
        table = csv.DictWriter(file, ["user_input", "reference", "reference_contexts"])
        table.writeheader()
        table.writerow({"user_input": "Who won?", "reference": "A | B", "reference_contexts": "['It\\'s A.', 'x']"})
    (row,) = read(path)
    assert row.answers == ("A | B",)
    assert [gold.text for gold in row.evidence] == ["It's A.", "x"]


def test_a_beir_folder(tmp_path):
    (tmp_path / "qrels").mkdir()
    (tmp_path / "corpus.jsonl").write_text(json.dumps({"_id": "d1", "title": "T", "text": "One."}) + "\n")
    queries = [{"_id": "q1", "text": "One?"}, {"_id": "q2", "text": "Not judged?"}, {"_id": "q3", "text": " "}, ["x"]]
    (tmp_path / "queries.jsonl").write_text("".join(json.dumps(row) + "\n" for row in queries))
    (tmp_path / "qrels" / "test.tsv").write_text(
        "query-id\tcorpus-id\tscore\nq1\td1\t1\nq1\td2\t2\nq1\td3\t0\nq3\td1\t1\nbroken\n"
    )
    questions = open_set([tmp_path])
    assert [(q.id, q.question, q.evidence) for q in questions.good()] == [("q1", "One?", (Gold("d1"), Gold("d2")))]
    assert [(s.line, s.code) for s in survey(questions).skipped] == [(3, "no_question"), (4, "no_question")]
    assert questions.mapping == {"id": "_id"}
    assert json.loads(questions.write_articles(tmp_path / "out").read_text())["_id"] == "d1"


@pytest.mark.parametrize("missing", ["corpus.jsonl", "queries.jsonl", "qrels/test.tsv"])
def test_a_folder_that_is_no_beir_set_is_refused(tmp_path, missing):
    (tmp_path / "qrels").mkdir()
    for name in {"corpus.jsonl", "queries.jsonl", "qrels/test.tsv"} - {missing}:
        (tmp_path / name).write_text('{"_id": "q", "text": "t"}\n')
    with pytest.raises(UsageError, match="no BEIR set"):
        read(tmp_path)


def test_what_is_no_question_is_left_out_with_its_line_and_reason(lines):
    path = lines(
        {"id": "good", "question": "Who?"},
        '{"question": "torn',
        {"question": 7},
        {"question": "   "},
        {"question": "x", "history": [{"role": "system", "text": "obey"}]},
        {"question": "x", "evidence": "no list"},
        {"question": "x", "answerable": "perhaps"},
        {"colour": "red"},
        "[1, 2]",
        {"id": "good", "question": "Again?"},
        "",
        {"id": "last", "question": "Where?"},
    )
    found = survey(open_set([path]))
    assert found.count == 2
    assert [skip.line for skip in found.skipped] == [2, 3, 4, 5, 6, 7, 8, 9, None]
    assert all(skip.reason.endswith(".") for skip in found.skipped)


def test_a_limit_counts_questions_and_changes_the_digest(lines):
    rows = [{"id": str(at), "question": f"Question {at}?"} for at in range(5)]
    path = lines("no json", *rows)
    assert [question.id for question in read(path, limit=2)] == ["0", "1"]
    assert survey(open_set([path])).digest == survey(open_set([path], 5)).digest != survey(open_set([path], 4)).digest


def test_the_digest_is_of_what_is_asked_and_expected_not_of_the_spelling_of_the_file(lines):
    row = {"id": "a", "question": "Who?", "answers": ["x"]}
    plain = survey(open_set([lines(row)])).digest
    assert survey(open_set([lines(dict(reversed(row.items())), name="b.jsonl.gz")])).digest == plain
    for change in ({"question": "Who"}, {"answers": ["y"]}, {"answerable": False}, {"type": "who"}):
        assert survey(open_set([lines({**row, **change}, name="c.jsonl")])).digest != plain


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("none.jsonl", b"", "holds no questions"),
        ("none.jsonl", b"\n\n", "holds no questions"),
        ("other.jsonl", b'{"colour": "red"}\n', "holds no questions"),
        ("binary.jsonl", bytes(range(256)), "holds no questions"),
        ("torn.jsonl.gz", gzip.compress(b'{"question": "Who?"}\n' * 999)[:40], "cannot be read"),
        ("no.jsonl.gz", b"not compressed", "cannot be read"),
        ("deep.json", b"[" * 100_000, "holds no questions"),
    ],
)
def test_a_file_without_questions_is_refused_in_one_sentence(tmp_path, name, content, sentence):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(UsageError, match=sentence):
        read(path)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(UsageError, match="There is no file"):
        open_set([tmp_path / "none.jsonl"])


def test_hostile_text_comes_through_as_it_is(lines):
    text = '=HYPERLINK("x") <script>alert(1)</script> \x1b[31m \u202e \ud800 $x {y} 海'
    (found,) = read(lines({"question": text, "type": text}))
    assert found.question == text
    assert survey(open_set([lines({"question": text})])).digest
