"""``dateline eval`` from end to end: what it writes, how it goes on, and when it fails."""

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from ir_measures import RR, R, calc_aggregate, nDCG, read_trec_qrels, read_trec_run

import app
from tests.evaluate.conftest import QUESTIONS, results

ROOT = Path(__file__).parents[2]


def test_a_run_writes_results_summary_and_report(evaluate, questions, out):
    code, shown, _ = evaluate(questions)
    assert code == 0
    assert "recall@5" in shown
    assert "report.html" in shown
    lines = results(out)
    assert [line["id"] for line in lines] == [row["id"] for row in QUESTIONS]
    assert all({"id", "answer", "scores", "unscored"} <= line.keys() for line in lines)
    summary = json.loads((out / "summary.json").read_text())
    for name, figure in summary.items():
        assert {"value", "low", "high", "n"} <= figure.keys(), name
        assert figure["low"] <= figure["value"] + 1e-9, name
        assert figure["value"] <= figure["high"] + 1e-9, name
    assert summary["recall@5"]["n"] == 3
    assert summary["right"]["n"] == 5
    assert summary["abstained_unanswerable"]["n"] == 2
    assert summary["latency_ms"]["n"] == 7
    assert "| recall@5 |" in (out / "summary.md").read_text()
    assert json.loads((out / "slices.json").read_text()) == {}, "no type is shared by five questions"
    assert json.loads((out / "run.json").read_text())["finished"] is True


def test_json_prints_one_object(evaluate, questions, out):
    code, shown, _ = evaluate(questions, "--json")
    found = json.loads(shown)
    assert code == 0
    assert found["questions"] == 7
    assert found["metrics"] == json.loads((out / "summary.json").read_text())
    assert found["gate"] is None


def test_answers_are_written_for_a_spreadsheet_and_never_as_a_formula(evaluate, tmp_path, out):
    path = tmp_path / "set.jsonl"
    asked = [
        "=1+1 where did the ferry sink?",
        "+cmd ferry",
        "@ferry",
        "-2 ferries",
        "\t=ferry",
        "＝ferry",
        "Who kept it?",
    ]
    path.write_text(
        "".join(json.dumps({"question": question, "id": f"={at}"}) + "\n" for at, question in enumerate(asked))
    )
    evaluate(path)
    with (out / "answers.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(asked)
    for row in rows:
        assert not any(cell.lstrip().startswith(tuple("=+-@＝＋－＠")) for cell in row.values()), row
    assert rows[0]["question"] == "'=1+1 where did the ferry sink?"
    assert rows[-1]["status"] in {"answered", "abstained"}


def test_retrieval_figures_are_those_of_ir_measures_on_the_exported_run(evaluate, questions, out):
    evaluate(questions)
    summary = json.loads((out / "summary.json").read_text())
    measures = [R @ 1, R @ 3, R @ 5, R @ 10, RR @ 10, nDCG @ 10]
    found = calc_aggregate(
        measures, list(read_trec_qrels(str(out / "qrels.trec"))), list(read_trec_run(str(out / "run.trec")))
    )
    names = ["recall@1", "recall@3", "recall@5", "recall@10", "mrr@10", "ndcg@10"]
    for name, measure in zip(names, measures, strict=True):
        assert summary[name]["value"] == pytest.approx(found[measure], abs=1e-6), name


def test_a_finished_run_is_made_anew(evaluate, questions, out):
    evaluate(questions)
    before = (out / "results.jsonl").stat().st_ino, (out / "results.jsonl").stat().st_mtime_ns
    _, _, said = evaluate(questions)
    assert "done before" not in said
    assert (out / "results.jsonl").stat().st_mtime_ns != before[1]
    assert len(results(out)) == 7


def unfinish(out, keep, torn=""):
    """Leave a run as a kill leaves it: some results, the last one perhaps torn."""
    lines = (out / "results.jsonl").read_text().splitlines(keepends=True)
    (out / "results.jsonl").write_text("".join(lines[:keep]) + torn)
    run = json.loads((out / "run.json").read_text())
    (out / "run.json").write_text(json.dumps({**run, "finished": False}))
    return lines


@pytest.mark.parametrize("torn", ["", '{"id": "n1", "answ', "\x00\x00\x00", '{"id": "n1", "answer": {}}\n'])
def test_an_unfinished_run_goes_on_where_it_stopped(evaluate, questions, out, torn):
    evaluate(questions)
    lines = unfinish(out, 3, torn)
    code, _, said = evaluate(questions)
    assert code == 0
    assert "3 of 7 questions were done before" in said
    after = (out / "results.jsonl").read_text().splitlines(keepends=True)
    assert after[:3] == lines[:3], "what was done is kept as it was"
    assert [json.loads(line)["id"] for line in after] == [row["id"] for row in QUESTIONS]
    assert json.loads((out / "summary.json").read_text())["latency_ms"]["n"] == 7


@pytest.mark.parametrize("change", ["--level=open", "another set"])
def test_runs_of_other_settings_or_questions_are_never_mixed(evaluate, questions, out, change):
    evaluate(questions)
    lines = unfinish(out, 3)
    if change == "another set":
        questions.write_text(questions.read_text().replace("Oskerby", "Lund"))
    code, _, said = evaluate(questions, *(["--level=open"] if change.startswith("--") else []))
    assert code == 0
    assert "done before" not in said
    (aside,) = out.glob("results-*.jsonl")
    assert aside.read_text() == "".join(lines[:3])
    assert len(results(out)) == 7


def test_a_kill_and_an_interrupt_keep_what_is_done(small_folder, tmp_path, questions):
    """The real command in a process of its own, stopped twice, ends with the same results as one that never was."""
    many = tmp_path / "many.jsonl"
    rows = [{**row, "id": f"{row['id']}-{at}"} for at in range(60) for row in QUESTIONS]
    many.write_text("".join(json.dumps(row) + "\n" for row in rows))
    command = [
        sys.executable,
        "app.py",
        "eval",
        str(many),
        "--data",
        str(small_folder),
        "--out",
        str(tmp_path / "killed"),
    ]
    file = tmp_path / "killed" / "results.jsonl"
    for stop in (signal.SIGKILL, signal.SIGINT):
        done = file.read_bytes().count(b"\n") if file.exists() else 0
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            # A shell's background job ignores interrupts, and so would what it starts.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and (not file.exists() or file.read_bytes().count(b"\n") < done + 30):
            time.sleep(0.02)
        process.send_signal(stop)
        said = process.communicate(timeout=60)[1].decode()
        kept = file.read_bytes().count(b"\n")
        assert done < kept < len(rows), "it was stopped in the middle"
    assert process.returncode == 130
    assert "same command goes on" in said
    assert "Traceback" not in said
    finished = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert f"of {len(rows)} questions were done before" in finished.stderr
    assert [json.loads(line)["id"] for line in file.read_text().splitlines()] == [row["id"] for row in rows]


def test_several_processes_give_the_results_of_one(evaluate, questions, out, tmp_path):
    evaluate(questions)
    shutil.copytree(out, tmp_path / "one")
    code, _, _ = evaluate(questions, "--jobs", 2)
    assert code == 0
    for one, two in zip(results(tmp_path / "one"), results(out), strict=True):
        for line in (one, two):
            line["scores"].pop("latency_ms")
            line.pop("latency_ms")
            line["answer"].pop("as_of")
            line["answer"]["run"].pop("timings_ms")
        assert one == two


# Gate and results files --------------------------------------------------------------------------------------------


@pytest.fixture
def gate(evaluate, questions, tmp_path):
    """A gate pinned to a run on the set, with small n allowed for."""
    path = tmp_path / "gate.json"
    assert evaluate(questions, "--gate", path, "--update")[0] == 0
    found = json.loads(path.read_text())
    found["floors"]["recall@5"] = 1.0
    found["floors"]["abstained_unanswerable"] = 1.0
    path.write_text(json.dumps(found))
    return path


def test_a_gate_holds_and_fails_by_name(evaluate, questions, gate):
    assert evaluate(questions, "--gate", gate)[0] == 0
    code, shown, _ = evaluate(questions, "--gate", gate, "--level", "open")
    assert code == 1
    assert "abstained_unanswerable: 0.0000 is below its floor" in shown


def test_a_citation_shifted_by_one_character_fails_the_gate_by_name(evaluate, questions, gate, out, tmp_path):
    evaluate(questions)
    shifted = tmp_path / "shifted.jsonl"
    lines = results(out)
    cited = next(line for line in lines if line["answer"]["citations"])
    for name in ("start", "end"):
        cited["answer"]["citations"][0][name] += 1
    shifted.write_text("".join(json.dumps(line) + "\n" for line in lines))
    code, shown, _ = evaluate(questions, "--results", shifted, "--gate", gate)
    assert code == 1
    assert "citation_verbatim" in shown
    assert "is below its floor 1.0000" in shown


def test_results_scored_again_give_the_same_figures(evaluate, questions, out, tmp_path):
    evaluate(questions)
    shutil.copytree(out, tmp_path / "first")
    code, _, _ = evaluate(questions, "--results", tmp_path / "first")
    assert code == 0
    assert (out / "summary.json").read_text() == (tmp_path / "first" / "summary.json").read_text()


def test_a_changed_set_exits_with_2(evaluate, questions, gate):
    questions.write_text(questions.read_text().replace("Oskerby", "Lund"))
    code, shown, _ = evaluate(questions, "--gate", gate)
    assert code == 2
    assert "--update" in shown


def test_update_lowers_a_floor_only_when_that_is_allowed(evaluate, questions, gate):
    code, shown, _ = evaluate(questions, "--gate", gate, "--update", "--level", "open")
    assert code == 1
    assert "abstained_unanswerable" in shown
    assert json.loads(gate.read_text())["floors"]["abstained_unanswerable"] == 1.0
    code, _, _ = evaluate(questions, "--gate", gate, "--update", "--allow-regression", "--level", "open")
    assert code == 0
    assert json.loads(gate.read_text())["floors"]["abstained_unanswerable"] == 0.0


def test_a_baseline_is_compared_question_by_question(evaluate, questions, out, tmp_path):
    evaluate(questions)
    shutil.copytree(out, tmp_path / "before")
    code, shown, _ = evaluate(
        questions, "--level", "open", "--baseline", tmp_path / "before" / "results.jsonl", "--json"
    )
    pair = json.loads(shown)["metrics"]["abstained_unanswerable"]["against_baseline"]
    assert code == 0
    assert (pair["baseline"], pair["difference"], pair["n"]) == (1.0, -1.0, 2)
    assert 0 < pair["p"] <= 1


@pytest.mark.parametrize(
    ("bad", "sentence"),
    [
        ([{"id": "other", "answer": None}], "not of this question set"),
        ([], "not of this question set"),
        (["no json", {"id": "f1", "answer": None}], "is no result"),
        ([{"id": row["id"], "answer": None} for row in [*QUESTIONS, {"id": "more"}]], "more of them"),
    ],
)
def test_results_of_another_set_are_refused(evaluate, questions, tmp_path, bad, sentence):
    path = tmp_path / "other.jsonl"
    path.write_text("".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in bad))
    code, _, said = evaluate(questions, "--results", path)
    assert code == 2
    assert sentence in said


# Articles of their own ---------------------------------------------------------------------------------------------


def test_articles_are_taken_in_for_a_run_and_not_again_for_the_next(evaluate, tmp_path, out):
    (tmp_path / "a.jsonl").write_text(
        json.dumps({"id": "mill", "body": "The old mill of Dunmarrow closed in 1871 after a fire.", "source": "Echo"})
        + "\n"
    )
    asked = {"query": "When did the mill of Dunmarrow close?", "answer": "1871", "question_type": "x"}
    evidence = [{"url": "mill", "fact": "closed in 1871"}]
    (tmp_path / "q.jsonl").write_text(json.dumps({**asked, "evidence_list": evidence}) + "\n")
    for _ in range(2):
        code, _, _ = evaluate(tmp_path / "q.jsonl", "--articles", tmp_path / "a.jsonl", "--level", "open", data=False)
        assert code == 0
        summary = json.loads((out / "summary.json").read_text())
        assert summary["recall@1"]["value"] == summary["contains_gold"]["value"] == summary["hits@4"]["value"] == 1.0


def test_a_beir_folder_and_ragas_rows_run_by_one_command_each(evaluate, tmp_path, out):
    folder = tmp_path / "beir"
    (folder / "qrels").mkdir(parents=True)
    documents = [
        {"_id": "d1", "title": "Mill", "text": "The old mill of Dunmarrow closed in 1871 after a fire."},
        {"_id": "d2", "title": "Goal", "text": "Lena Okafor scored twice in the last minutes of the match."},
    ]
    (folder / "corpus.jsonl").write_text("".join(json.dumps(row) + "\n" for row in documents))
    (folder / "queries.jsonl").write_text(json.dumps({"_id": "q1", "text": "Who scored twice?"}) + "\n")
    (folder / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq1\td2\t1\n")
    assert evaluate(folder, "--level", "open", data=False)[0] == 0
    assert json.loads((out / "summary.json").read_text())["recall@1"]["value"] == 1.0
    sample = {
        "user_input": "When did the mill of Dunmarrow close?",
        "reference": "1871",
        "reference_contexts": [documents[0]["text"]],
        "reference_context_ids": ["d1"],
    }
    (tmp_path / "ragas.jsonl").write_text(json.dumps(sample) + "\n")
    articles = ("--articles", folder / "corpus.jsonl", "--map", "id=_id", "--level", "open")
    assert evaluate(tmp_path / "ragas.jsonl", *articles, data=False)[0] == 0
    summary = json.loads((out / "summary.json").read_text())
    assert summary["recall@1"]["value"] == summary["contains_gold"]["value"] == summary["hits@4"]["value"] == 1.0


@pytest.mark.parametrize(
    ("separator", "encoding"), [(",", "utf-8"), (";", "utf-8-sig"), ("\t", "utf-16"), (";", "utf-16")]
)
def test_questions_are_read_as_spreadsheets_write_them(evaluate, tmp_path, out, separator, encoding):
    rows = [["id", "question", "answers"], ["1", "Où le ferry a-t-il été construit?", "Oskerby"]]
    path = tmp_path / "set.csv"
    path.write_bytes("".join(separator.join(row) + "\r\n" for row in rows).encode(encoding))
    assert evaluate(path)[0] == 0
    assert results(out)[0]["answer"]["question"] == rows[1][1]


def test_a_set_that_holds_its_articles_needs_no_others(evaluate, tmp_path, out):
    article = {
        "title": "Mill",
        "paragraphs": [
            {
                "context": "The old mill of Dunmarrow closed in 1871 after a fire.",
                "qas": [{"id": "1", "question": "When did the mill close?", "answers": [{"text": "1871"}]}],
            },
            {"context": "Lena Okafor scored twice in the last minutes.", "qas": []},
        ],
    }
    (tmp_path / "squad.json").write_text(json.dumps({"version": "v2.0", "data": [article]}))
    code, _, _ = evaluate(tmp_path / "squad.json", "--level", "open", data=False)
    assert code == 0
    assert json.loads((out / "summary.json").read_text())["recall@1"]["value"] == 1.0


def test_rows_that_are_no_questions_are_reported_and_the_rest_is_asked(evaluate, questions):
    questions.write_text("torn {\n" + questions.read_text())
    code, shown, _ = evaluate(questions)
    assert code == 3
    assert "1 rows were left out" in shown
    assert "line 1" in shown


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["/no/such/file.jsonl"], "There is no file"),
        (["QUESTIONS", "--update"], "--gate"),
        (["QUESTIONS", "--gate", "/no/such/gate.json"], "no gate file"),
        (["QUESTIONS", "--allow-regression"], "--update"),
        (["QUESTIONS", "--articles", "x.jsonl"], "not to both"),
        (["QUESTIONS", "--baseline", "/no/such/results"], "There is no file"),
        (["QUESTIONS", "--limit", "0"], "whole number"),
        (["QUESTIONS", "--judge", "no-such-provider:x"], "not available"),
    ],
)
def test_wrong_use_is_refused_in_one_sentence(evaluate, questions, arguments, sentence):
    code, _, said = evaluate(*[str(questions) if part == "QUESTIONS" else part for part in arguments])
    assert code == 2
    assert sentence in said
    assert "Traceback" not in said


def test_the_results_in_the_output_folder_are_not_read_while_they_are_written(evaluate, questions, out):
    evaluate(questions)
    code, _, said = evaluate(questions, "--results", out)
    assert code == 2
    assert "the same" in said
    assert len(results(out)) == 7


def test_help_of_eval_names_every_option(capsys):
    with pytest.raises(SystemExit):
        app.main(["eval", "--help"])
    shown = capsys.readouterr().out
    for option in ("--data", "--articles", "--engine", "--level", "--out", "--gate", "--baseline", "--limit", "--json"):
        assert option in shown
