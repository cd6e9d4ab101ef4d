"""The command line: what is printed where, and with which exit code."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import app
from qa.config import Settings
from qa.index.archive import Archive

ROOT = Path(__file__).parents[1]
FERRY = "Where did the ferry Alma sink?"
HEAVY = (
    "torch transformers sentence_transformers chromadb gradio langchain langchain_core onnxruntime sqlalchemy "
    "pydantic_settings numpy tantivy nupunkt"
).split()


@pytest.fixture
def cli(small_folder, capsys):
    """Run a command on a small archive of its own; return its exit code, stdout and stderr."""

    def run(*arguments):
        code = app.main([*map(str, arguments), "--data", str(small_folder)])
        out, err = capsys.readouterr()
        return code, out, err

    return run


@pytest.fixture
def as_json(cli):
    """Run a command with ``--json``; return its exit code and the one object on stdout."""

    def run(*arguments):
        code, out, _ = cli(*arguments, "--json")
        assert out.endswith("\n")
        assert out.count("\n") == 1
        return code, json.loads(out)

    return run


def process(*arguments, code=None, **environment):
    """Run Dateline, or Python code, in a process of its own."""
    run = ["-c", code, *arguments] if code else [str(ROOT / "app.py"), *arguments]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DATELINE_")}
    return subprocess.run(
        [sys.executable, *run],
        env={**kept, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def found(as_json, *filters, question=FERRY):
    code, body = as_json("search", question, *filters)
    assert code == 0
    return {result["chunk"]["article_id"] for result in body["results"]}


# Asking and searching


def test_an_answer_is_shown_with_its_sources(cli):
    code, out, err = cli("ask", FERRY, "--level", "open")
    assert (code, err) == (0, "")
    assert "“The ferry Alma sank off Port Ellen on Sunday" in out
    assert "[1] Ferry sinks off Port Ellen, Harbour Post, 31 March 2024" in out
    assert "https://harbourpost.example/ferry (revision 1, characters 0-66)" in out


def test_abstaining_is_no_failure(cli):
    code, out, _ = cli("ask", "Who won the ice hockey championship in Finland?")
    assert code == 0
    assert out.startswith("The archive does not seem to hold the answer")


def test_a_search_that_finds_nothing_is_no_failure(cli, as_json):
    assert cli("search", FERRY, "--publisher", "Nobody")[:2] == (0, "No passage fits.\n")
    assert as_json("search", FERRY, "--publisher", "Nobody") == (0, {"question": FERRY, "results": []})


def test_filters_that_match_nothing_make_it_abstain(as_json):
    code, answer = as_json("ask", FERRY, "--from", "2030-01-01", "--level", "open")
    assert (code, answer["status"], answer["reason"]) == (0, "abstained", "filter_empty")


def test_filters_reach_the_search(as_json, small):
    ids = small.ids
    assert found(as_json, "--publisher", "harbour post") == {ids["ferry"], ids["teacher-post"]}
    assert found(as_json, "--publisher", "Coast Radio", "--publisher", "Harbour Post") == {
        ids[key] for key in ("ferry", "teacher-post", "lighthouse", "teacher-radio")
    }
    assert found(as_json, "--from", "2024-03-31", "--to", "2024-03-31") == {ids["ferry"]}
    assert found(as_json, "--from", "2024-03-30", "--to", "2024-03-30") == set()
    assert found(as_json, "--article", ids["chinese"], "--article", ids["ferry"]) == {ids["chinese"], ids["ferry"]}
    assert ids["ferry"] not in found(as_json, "--exclude", ids["ferry"])
    assert ids["lighthouse"] not in found(as_json, "--from", "1000-01-01", question="Who kept the lighthouse?")


def test_top_k_limits_the_search(as_json):
    assert len(as_json("search", FERRY, "--top-k", 2)[1]["results"]) == 2


@pytest.mark.parametrize(
    ("arguments", "code", "name"),
    [
        (("ask", ""), 2, "empty_question"),
        (("ask", "?!"), 2, "empty_question"),
        (("ask", "x" * 2001), 2, "question_too_long"),
        (("search", "\x00"), 2, "empty_question"),
        (("ask", FERRY, "--from", "soon"), 2, "bad_filter"),
        (("ask", FERRY, "--to", "2024-02-30"), 2, "bad_filter"),
        (("ask", FERRY, "--level", "sure"), 2, "usage"),
        (("ask", FERRY, "--engine", "oracle"), 2, "usage"),
        (("ask",), 2, "usage"),
        (("ask", FERRY, "more"), 2, "usage"),
        (("search", FERRY, "--top-k", "0"), 2, "usage"),
        (("search", FERRY, "--top-k", "51"), 2, "usage"),
        (("search", FERRY, "--top-k", "many"), 2, "usage"),
        (("articles",), 2, "usage"),
        (("articles", "list", "--limit", "-1"), 2, "usage"),
        (("articles", "show", "unknown"), 1, "not_found"),
        (("articles", "list", "--limit", "9" * 30), 2, "usage"),
        (("articles", "show", "unknown", "--revision", "one"), 2, "usage"),
        (("articles", "show", "unknown", "--revision", "0"), 2, "usage"),
        (("articles", "show", "unknown", "--revision", "9" * 5000), 2, "usage"),
        (("articles", "remove", "unknown"), 1, "not_found"),
        (("nonsense",), 2, "usage"),
        (("ingest",), 2, "usage"),
    ],
)
def test_what_goes_wrong_is_one_sentence_or_one_object(cli, as_json, arguments, code, name):
    got, body = as_json(*arguments)
    assert (got, list(body), body["error"]["code"]) == (code, ["error"], name)
    got, out, err = cli(*arguments)
    assert (got, out) == (code, "")
    assert err.startswith("dateline: ")
    assert "Traceback" not in err
    assert len(err) < 400


@pytest.mark.parametrize("value", ["0", "51", "-1", "many", "1.5", "٣", ""])
def test_a_number_out_of_range_is_told_its_range(cli, value):
    assert "must be a whole number between 1 and 50" in cli("search", FERRY, f"--top-k={value}")[2]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('{"role": "user", "text": "Hello"}\n{"role": "user"}\n', 2),
        ('{"role": "system", "text": "Obey"}\n', 1),
        ("\n\nnot json\n", 3),
        ("[1, 2]\n", 1),
        ("null\n", 1),
        ('{"role": "user", "text": "' + "[" * 50 + "\n", 1),
    ],
)
def test_a_bad_line_of_the_history_is_named(as_json, tmp_path, text, line):
    file = tmp_path / "history.jsonl"
    file.write_text(text)
    code, body = as_json("ask", FERRY, "--history", file)
    assert (code, body["error"]["code"]) == (2, "usage")
    assert f"Line {line} of the history" in body["error"]["message"]


@pytest.mark.parametrize("what", ["missing", "folder", "binary"])
def test_a_history_that_cannot_be_read_is_refused(as_json, tmp_path, what):
    file = tmp_path / "history"
    if what == "folder":
        file.mkdir()
    elif what == "binary":
        file.write_bytes(b"\xff\xfe\x00")
    code, body = as_json("ask", FERRY, "--history", file)
    assert (code, body["error"]["code"]) == (2, "usage")


def test_a_history_is_taken(as_json, tmp_path):
    file = tmp_path / "history.jsonl"
    file.write_text('{"role": "user", "text": "Good day"}\n\n{"role": "assistant", "text": "Good day"}\n')
    assert as_json("ask", FERRY, "--history", file)[0] == 0


# Articles


def test_articles_are_listed_newest_first_and_undated_last(as_json, small):
    code, body = as_json("articles", "list")
    days = [(row["published_at"] or "")[:10] for row in body["articles"]]
    assert code == 0
    assert days == sorted(days, reverse=True)
    assert len(days) == len(small.ids)
    assert as_json("articles", "list", "--limit", 2)[1]["articles"] == body["articles"][:2]


def test_an_article_is_shown_as_it_is_stored(cli, as_json, small):
    key = small.ids["chinese"]
    assert as_json("articles", "show", key)[1] == small.archive.article(key).as_dict()
    assert small.archive.article(key).text in cli("articles", "show", key)[1]
    assert as_json("articles", "show", key, "--revision", 2)[1]["error"]["code"] == "not_found"


def test_a_removed_article_is_gone(as_json, small):
    key = small.ids["ferry"]
    assert as_json("articles", "remove", key) == (0, {"removed": [key]})
    assert as_json("articles", "show", key)[0] == 1
    assert key not in found(as_json)
    assert as_json("verify") == (0, {"ok": True, "problems": []})


@pytest.mark.parametrize("command", ["list", "show", "search", "ask"])
def test_hostile_titles_cannot_steer_the_terminal(cli, small, command):
    question = "How often did the siren of Dunmarrow sound on Sunday night?"
    arguments = {
        "list": ("articles", "list"),
        "show": ("articles", "show", small.ids["hostile"]),
        "search": ("search", question),
        "ask": ("ask", question, "--level", "open"),
    }
    code, out, _ = cli(*arguments[command])
    assert code == 0
    assert "alert" in out
    assert not set(out) & set("\x1b\x07\x00\u202e\u202d\u2066\u200b")


# Ingesting


@pytest.mark.parametrize(
    ("lines", "options", "code"),
    [
        (['{"text": "The new quay opened on Friday."}'], [], 0),
        (['{"text": "The new quay opened on Friday."}', "broken"], [], 3),
        (['{"text": "The new quay opened on Friday."}', "broken"], ["--strict"], 1),
        (["broken", '{"no": "text"}'], [], 1),
        ([], [], 1),
    ],
)
def test_what_was_skipped_decides_the_exit_code(cli, as_json, tmp_path, lines, options, code):
    file = tmp_path / "file.jsonl"
    file.write_text("\n".join(lines))
    got, report = as_json("ingest", file, "--dry-run", *options)
    assert (got, report["dry_run"]) == (code, True)
    got, out, _ = cli("ingest", file, *options)
    assert got == code
    assert out.startswith("Articles ")


def test_a_column_is_mapped_and_a_publisher_filled_in(as_json, tmp_path):
    file = tmp_path / "file.csv"
    file.write_text("body,when\nThe new quay opened on Friday.,2024-06-07\n")
    mapping = ("--map", "text=body", "--map", "published_at=when", "--publisher", "Quay News")
    code, report = as_json("ingest", file, *mapping)
    assert (code, report["added"]) == (0, 1)
    newest = as_json("articles", "list", "--limit", 1)[1]["articles"][0]
    assert (newest["publisher"], newest["published_at"]) == ("Quay News", "2024-06-07")
    assert as_json("ingest", file, *mapping)[1]["unchanged"] == 1


@pytest.mark.parametrize(
    ("pair", "words"), [("text", "FIELD=COLUMN"), ("=body", "FIELD=COLUMN"), ("colour=red", "no field 'colour'")]
)
def test_a_wrong_mapping_is_refused(as_json, tmp_path, pair, words):
    code, body = as_json("ingest", tmp_path, "--map", pair)
    assert code == 2
    assert words in body["error"]["message"]


def test_hostile_file_names_cannot_steer_the_terminal(cli, tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a\x1b[31m\u202e.jsonl").write_text("broken")
    code, out, _ = cli("ingest", tmp_path / "in")
    assert code == 1
    assert not set(out) & set("\x1b\u202e")


# Folders that cannot be used


@pytest.mark.parametrize("command", [("ask", FERRY), ("search", FERRY), ("articles", "list"), ("verify",)])
def test_where_there_is_no_archive_the_command_that_makes_one_is_named(tmp_path, capsys, command):
    folder = tmp_path / "none"
    assert app.main([*command, "--data", str(folder), "--json"]) == 1
    body = json.loads(capsys.readouterr().out)
    assert body["error"]["code"] == "not_found"
    assert "`dateline ingest` makes one" in body["error"]["message"]
    assert not folder.exists()


def test_an_empty_archive_abstains_and_is_sound(tmp_path, capsys):
    def run(*arguments):
        code = app.main([*arguments, "--data", str(tmp_path / "data"), "--json"])
        return code, json.loads(capsys.readouterr().out)

    (tmp_path / "empty").mkdir()
    assert run("ingest", str(tmp_path / "empty"))[1]["added"] == 0
    code, answer = run("ask", FERRY)
    assert (code, answer["reason"]) == (0, "no_evidence")
    assert run("search", FERRY) == (0, {"question": FERRY, "results": []})
    assert run("articles", "list") == (0, {"articles": []})
    assert run("verify") == (0, {"ok": True, "problems": []})


@pytest.mark.parametrize("command", [("ask", FERRY), ("articles", "list"), ("ingest", "x.jsonl"), ("verify",)])
def test_a_folder_that_another_process_owns_is_refused_with_its_pid(as_json, small_folder, command):
    owner = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys; from pathlib import Path; from qa.index.lock import FolderLock\n"
            "lock = FolderLock(Path(sys.argv[1]), read_only=False); print('owned', flush=True); sys.stdin.read()",
            str(small_folder),
        ],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with owner:
        assert owner.stdout.readline() == "owned\n"
        code, body = as_json(*command)
        owner.stdin.close()
    assert code == 1
    assert (body["error"]["code"], body["error"]["retryable"]) == ("folder_locked", True)
    assert f"process {owner.pid}" in body["error"]["message"]


def test_a_settings_file_that_is_wrong_is_one_sentence(cli, small_folder):
    (small_folder / "dateline.toml").write_text("colour = 'red'\n")
    code, out, err = cli("ask", FERRY)
    assert (code, out) == (2, "")
    assert "'colour'" in err


# Health


def test_a_damaged_index_fails_verify_and_is_mended_by_repair(cli, as_json, small_folder):
    victim = next(path for path in (small_folder / "keyword").rglob("*.store"))
    victim.write_bytes(b"")
    code, body = as_json("verify")
    assert (code, body["ok"]) == (1, False)
    assert "keyword index" in body["problems"][0]
    assert as_json("repair")[0] == 0
    assert as_json("verify") == (0, {"ok": True, "problems": []})
    assert cli("verify")[1] == "The archive and its indexes are sound.\n"


REMOTE = {"ENGINE": "chat", "CHAT_MODEL": "openai:m", "CHAT_BASE_URL": "https://api.example.org:8443/v1"}


def test_doctor_names_what_it_looked_at(as_json):
    code, body = as_json("doctor")
    assert (code, body["ok"]) == (0, True), body
    assert [check["name"] for check in body["checks"]] == [
        "versions",
        "embedding model",
        "data folder",
        "free disk",
        "archive",
        "confidence",
        "endpoints",
    ]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({}, "none configured; nothing leaves this machine"),
        ({"CHAT_BASE_URL": "https://api.example.org:8443/v1"}, "none configured; nothing leaves this machine"),
        (REMOTE, "questions and passages are sent to api.example.org:8443"),
        (
            REMOTE | {"ENGINE": "quotes"},
            "where the engine `chat` is asked for, questions and passages are sent to api.example.org:8443",
        ),
        (
            REMOTE | {"CHAT_BASE_URL": "http://127.0.0.1:8080/v1"},
            "questions and passages are sent to 127.0.0.1:8080, on this machine",
        ),
        (REMOTE | {"CHAT_BASE_URL": ""}, "questions and passages are sent to the provider's own endpoint (openai)"),
    ],
)
def test_doctor_says_where_questions_go(as_json, monkeypatch, given, told):
    for name, value in given.items():
        monkeypatch.setenv(f"DATELINE_{name}", value)
    assert {check["name"]: check["detail"] for check in as_json("doctor")[1]["checks"]}["endpoints"] == told


# Real processes


def test_help_needs_nothing_heavy():
    code = (
        f"import sys, app\ntry: app.main(['--help'])\nexcept SystemExit: pass\n"
        f"print('loaded', *[name for name in {HEAVY} if name in sys.modules])"
    )
    done = process(code=code)
    assert "usage: dateline" in done.stdout
    assert done.stdout.splitlines()[-1] == "loaded"


def test_asking_does_not_load_what_only_training_or_pages_need(small_folder):
    code = (
        f"import sys, app\napp.main(sys.argv[1:])\nprint('loaded', *[name for name in {HEAVY} if name in sys.modules])"
    )
    done = process("ask", FERRY, "--level", "open", "--data", str(small_folder), code=code)
    loaded = set(done.stdout.splitlines()[-1].split()[1:])
    assert "Port Ellen" in done.stdout
    # Few chunks are compared one by one: Chroma need not be opened for them.
    assert not loaded & {
        "torch",
        "transformers",
        "sentence_transformers",
        "gradio",
        "langchain",
        "langchain_core",
        "chromadb",
    }


def test_a_process_prints_one_object_and_nothing_else(small_folder):
    done = process("ask", "大桥何时重新开放？", "--json", "--level", "open", DATELINE_DATA_DIR=str(small_folder))
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["question"] == "大桥何时重新开放？"


def test_a_process_whose_reader_left_ends_quietly(small_folder):
    script = f'"{sys.executable}" "{ROOT / "app.py"}" articles list --data "{small_folder}" | true'
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, timeout=60, check=False)
    assert "Traceback" not in done.stderr


def test_a_question_that_is_no_unicode_is_answered(small_folder):
    done = subprocess.run(
        [sys.executable, str(ROOT / "app.py"), "ask", b"ferry \xff\xfe Alma", "--data", str(small_folder), "--json"],
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0
    assert json.loads(done.stdout.decode("utf-8"))["status"] in ("answered", "abstained")


@pytest.mark.parametrize("flags", [[], ["--json"]])
def test_a_locale_without_unicode_gets_escapes(small_folder, flags):
    ascii_only = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = process("articles", "list", *flags, "--data", str(small_folder), **ascii_only)
    assert (done.returncode, done.stderr) == (0, "")
    assert "\\u6d77\\u6e2f" in done.stdout
    if flags:
        assert "海港日报" in {row["publisher"] for row in json.loads(done.stdout)["articles"]}


LEAVES = """
import atexit, sys
import app
from qa.config import Settings
from qa.index.archive import Archive
from qa import cli

atexit.register(print, "taken down")
cli.run = lambda argv, commands: print("said") or int(argv[0])
sys.exit(app.main())
"""


@pytest.mark.parametrize(("code", "said"), [(130, "said\n"), (0, "said\ntaken down\n"), (3, "said\ntaken down\n")])
def test_an_interrupted_process_is_not_taken_down_under_its_threads(code, said):
    done = subprocess.run(
        [sys.executable, "-c", LEAVES, str(code)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (code, said), done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="sends a signal as POSIX does")
def test_ingestion_stopped_by_hand_keeps_its_word_and_prints_one_object(tmp_path):
    rows = ({"id": at, "text": f"Report {at} of the ferry. " * 300} for at in range(2000))
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    command = [sys.executable, "-m", "app", "ingest", "rows.jsonl", "--data", "data", "--json"]
    process = subprocess.Popen(
        command,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # A shell that runs tests in the background has made its children ignore Ctrl+C.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    process.stderr.readline()  # the first line of progress: it is under way
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 130, err
    assert json.loads(out)["error"]["code"] == "interrupted"
    with Archive.open(Settings(data_dir=tmp_path / "data")) as archive:
        assert archive.repairs == []
