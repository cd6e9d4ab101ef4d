"""Articles that editors bring over HTTP: the same parsers, limits and report as the command line's."""

import io
import json
import shutil
import threading
import time
import zipfile
from pathlib import Path

import pytest

from qa.config import Settings
from qa.health import verify
from qa.index.archive import Archive
from qa.web.errors import Busy, NotAllowed
from qa.web.intake import Brought, Intake
from qa.web.received import LONGEST_NAME, file_name, is_web_address
from tests.contract import shapes
from tests.ingest.site import served
from tests.servers import as_editor, as_reader, run, serving
from tests.web.test_api import check

TOML = """
login = "always"
reader_token = "the readers' own token"
editor_token = "the editors' own token"
editors_add_articles = true
max_upload_mb = 3
max_parse_seconds = 10
fetch_loopback = true
fetch_delay_seconds = 0
"""
BRING = "/api/v1/articles"
HERON = "Heron colony\n\nOn Tuesday the wardens of Quillmere counted sixty-one herons on the weir."
PAGE = (
    b"<!doctype html><html><head><title>Otters return</title><meta property='og:site_name' content='River Post'></head>"
    b"<body><article><h1>Otters return</h1><p>Two otters were seen below the mill of Quillmere on Friday, the first in "
    b"thirty-one years.</p><p>The council will close the towpath until June so that they are left in peace.</p>"
    b"</article></body></html>"
)


@pytest.fixture(scope="module")
def intake(small_made, tmp_path_factory):
    """A server whose editors may add articles; it must be whole at the end."""
    folder = Path(shutil.copytree(small_made, tmp_path_factory.mktemp("intake") / "data"))
    (folder / "dateline.toml").write_text(TOML)
    with serving(folder) as running:
        yield running
        assert running.stop() == 0
    assert verify(Settings(data_dir=folder)) == []
    assert not (folder / "uploads").exists()


@pytest.fixture
def editor(intake):
    with intake.client(headers=as_editor()) as opened:
        yield opened


def sent(editor, *files, wait=30, **fields):
    parts = [("files", (name, data)) for name, data in files]
    answer = editor.post(f"{BRING}?wait={wait}", files=parts, data=fields)
    assert answer.status_code in {200, 202}, answer.text
    return answer.json()


def ended(editor, ingestion_id):
    for _ in range(600):
        found = editor.get(f"/api/v1/ingestions/{ingestion_id}").json()
        if found["state"] in {"done", "failed", "cancelled"}:
            return found
        time.sleep(0.05)
    raise AssertionError(found)


def said(editor, question):
    return editor.post("/api/v1/ask", json={"question": question, "level": "open"}).json()["text"]


def test_a_file_is_taken_in_asked_about_and_removed_without_a_restart(editor, intake):
    report = sent(editor, ("herons.txt", HERON.encode()), publisher="Weir Watch")
    check({name: value for name, value in report.items() if name != "ingestion"}, shapes.INGEST)
    assert (report["added"], report["skipped"]) == (1, [])
    answer = editor.post("/api/v1/ask", json={"question": "How many herons were counted at Quillmere?"}).json()
    assert "sixty-one herons" in answer["text"]
    assert answer["citations"][0]["publisher"] == "Weir Watch"
    again = sent(editor, ("herons.txt", HERON.encode()), publisher="Weir Watch")
    assert (again["added"], again["unchanged"]) == (0, 1)
    article_id = answer["citations"][0]["article_id"]
    assert editor.delete(f"{BRING}/{article_id}").json() == {"removed": [article_id]}
    assert "herons" not in said(editor, "How many herons were counted at Quillmere?")
    back = sent(editor, ("herons.txt", HERON.encode()))["skipped"]
    assert [(one["input"], one["code"]) for one in back] == [("herons.txt", "removed_before")]
    assert not any((intake.folder / "uploads").iterdir())


def test_a_page_and_articles_as_json_are_taken_in_too(editor):
    with served() as site:
        site.routes["/otters"] = PAGE
        report = editor.post(BRING, json={"url": site.url("/otters")}).json()
        assert report["added"] == 1, report
        assert "otters" in said(editor, "How many otters were seen below the mill?")
        urls = f"{site.url('/otters')}\n{site.url('/gone')}\n"
        report = editor.post(BRING, data={"urls": urls}, files={"x": ("", b"")}).json()
    assert (report["unchanged"], [one["input"] for one in report["skipped"]]) == (1, [site.url("/gone")])
    article = {"id": "7", "title": "Kiln lit", "publisher": "Clay Post", "text": "The kiln of Ambry was lit on Sunday."}
    assert editor.post(BRING, json=article).json()["added"] == 1
    rows = [article, {**article, "text": "The kiln of Ambry was lit on Monday."}, {"id": "8", "text": " "}]
    report = editor.post(BRING, json={"articles": rows}).json()
    assert (report["unchanged"], report["updated"], report["skipped"][0]["line"]) == (1, 1, 3)
    assert report["skipped"][0]["input"] == "api.jsonl"


def test_what_the_settings_forbid_is_forbidden(intake, guarded, corpus, editor):
    body, article = {"inputs": [str(corpus)]}, {"text": HERON}
    # The command line's door is for those who can read its secret.
    assert editor.post("/api/v1/handover", json=body).json()["error"]["code"] == "not_allowed"
    # Off unless it is switched on, for editors too.
    with guarded.client(headers=as_editor()) as opened:
        refused = opened.post(BRING, json=article)
        assert (refused.status_code, refused.json()["error"]["code"]) == (403, "not_allowed")
        assert opened.get("/api/v1/ingestions").status_code == 403
    with intake.client(headers=as_reader()) as opened:
        for method, path in (("POST", BRING), ("GET", "/api/v1/ingestions"), ("DELETE", "/api/v1/ingestions/0a")):
            refused = opened.request(method, path, json=article)
            assert (refused.status_code, refused.json()["error"]["code"]) == (403, "editors_only")
    with intake.client(headers={**as_editor(), "origin": "https://evil.example"}) as opened:
        assert opened.post(BRING, json=article).json()["error"]["code"] == "foreign_origin"


@pytest.mark.parametrize(
    ("options", "status", "code"),
    [
        ({"json": {}}, 422, "bad_request"),
        ({"json": []}, 422, "bad_request"),
        ({"json": {"url": "/etc/passwd"}}, 422, "bad_request"),
        ({"json": {"urls": ["file:///etc/passwd"]}}, 422, "bad_request"),
        ({"json": {"url": ["x"]}}, 422, "bad_request"),
        ({"json": {"inputs": ["/etc/passwd"]}}, 422, "bad_request"),
        ({"json": {"text": 7}}, 422, "bad_request"),
        ({"json": {"text": "x", "colour": "red"}}, 422, "bad_request"),
        ({"content": b"{", "headers": {"content-type": "application/json"}}, 422, "bad_request"),
        ({"content": b"[" * 100_000, "headers": {"content-type": "application/json"}}, 422, "bad_request"),
        ({"content": b"x", "headers": {"content-type": "text/plain"}}, 415, "unknown_media"),
        ({"content": b"x", "headers": {"content-type": "multipart/form-data"}}, 422, "bad_request"),
        ({"content": b"x", "headers": {"content-type": "multipart/form-data; boundary=b"}}, 422, "bad_request"),
        ({"data": {"urls": "ftp://x"}, "files": {"x": ("", b"")}}, 422, "bad_request"),
        ({"files": {"files": ("big.txt", b"x" * 3_100_000)}}, 413, "too_large"),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_sentence(editor, intake, options, status, code):
    answer = editor.post(BRING, **options)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code), answer.text
    assert not list((intake.folder / "uploads").iterdir())


def test_files_that_are_bad_cost_only_themselves(editor):
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("a.html", b"<p>" + b"0" * 200_000_000)
    good = "Lamp\n\nThe lamp of Ambry pier burns again since Saturday."
    names = ["<img src=x onerror=alert(1)>.txt", "../../escape.txt", "empty.txt", "bomb.zip", "noise.pdf"]
    data = [good.encode(), good.replace("Saturday", "Friday").encode(), b"", bomb.getvalue(), b"%PDF-1.7 no"]
    report = sent(editor, *zip(names, data, strict=True))
    assert report["added"] == 2
    skipped = {one["input"].split("!")[0].split("/")[0]: one["reason"] for one in report["skipped"]}
    assert set(skipped) >= {"empty.txt", "noise.pdf"}
    assert any(name.startswith("bomb.zip") for name in skipped)
    assert all("uploads" not in name for name in skipped)


def test_two_uploads_at_once_are_both_taken_in_while_questions_are_answered(editor, intake):
    rows = [
        json.dumps({"id": f"t{n}", "title": f"Tug {n}", "text": f"Tug {n} towed {n} rafts." * 9}) for n in range(60)
    ]
    first = sent(editor, ("tugs.jsonl", "\n".join(rows).encode()), wait=0)
    second = sent(editor, ("reeds.txt", b"Reeds\n\nThe reeds of Quillmere were cut on Thursday."), wait=0)
    assert {one["id"] for one in editor.get("/api/v1/ingestions").json()["ingestions"]} >= {first["id"], second["id"]}
    assert "Port Ellen" in said(editor, "Where did the ferry Alma sink?")
    reports = [ended(editor, one["id"])["report"] for one in (first, second)]
    assert [report["added"] for report in reports] == [60, 1]
    assert run("articles", "list", "--data", intake.folder)["articles"]


def test_an_upload_is_cancelled_and_what_was_stored_is_kept(editor):
    with served() as site:
        stop = threading.Event()

        def slow(handler):
            stop.wait(20)
            handler.answer(200, {"Content-Type": "text/html"}, PAGE)

        site.routes["/first"] = PAGE.replace(b"otters", b"beavers").replace(b"Otters", b"Beavers")
        site.routes["/slow"] = slow
        begun = editor.post(f"{BRING}?wait=0", json={"urls": [site.url("/first"), site.url("/slow"), site.url("/x")]})
        assert begun.status_code == 202
        where = begun.headers["location"]
        while "/slow" not in site.paths:
            time.sleep(0.02)
        waiting = editor.post(f"{BRING}?wait=0", json={"text": "Never\n\nThis was never taken in."}).json()["id"]
        assert editor.delete(f"/api/v1/ingestions/{waiting}").status_code == 200
        assert ended(editor, waiting)["state"] == "cancelled"
        refused = editor.delete(f"{BRING}/nothing")
        assert (refused.status_code, refused.json()["error"]["code"]) == (503, "busy")
        editor.delete(where)
        stop.set()
        found = ended(editor, begun.json()["id"])
        assert (found["state"], found["error"]["code"]) == ("cancelled", "cancelled")
        assert "/x" not in site.paths
    assert editor.get("/api/v1/ingestions/00").status_code == 404
    assert "never" not in said(editor, "What was never taken in?")


# Apart from a server -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("news.pdf", "news.pdf"),
        ("../../etc/cron.d/x", "x"),
        ("C:\\Users\\me\\May 4.docx", "May 4.docx"),
        ("a\x00\x1b[2Jb\u202e.txt", "a[2Jb.txt"),
        ("..", "file"),
        ("", "file"),
        (None, "file"),
        ("\udcff.txt", "?.txt"),
        ("ä" * 300 + ".jsonl", "ä" * 87 + ".jsonl"),
        ("x" * 400, "x" * (LONGEST_NAME - 1)),
    ],
)
def test_names_of_files_name_nothing_but_a_file(given, kept):
    assert file_name(given) == kept


@pytest.mark.parametrize(
    ("given", "is_one"),
    [
        ("https://news.example/a", True),
        ("HTTP://news.example", True),
        ("/etc/passwd", False),
        ("file:///etc/passwd", False),
        ("http:/etc/passwd", False),
        ("http://", False),
        ("http://[", False),
        ("https://a\n/etc/passwd", False),
        ("list.urls", False),
    ],
)
def test_only_addresses_of_the_web_are_taken_for_addresses(given, is_one):
    assert is_web_address(given) is is_one


def test_a_line_of_uploads_has_an_end_and_closing_stops_it(writable):
    begun, go_on = threading.Event(), threading.Event()

    def ingestor(inputs, *, progress, **_):
        begun.set()
        go_on.wait(20)
        progress(None)
        raise AssertionError("it was to stop")

    (writable.settings.data_dir / "uploads" / "left").mkdir(parents=True)
    intake = Intake(writable, ingestor)
    assert not (writable.settings.data_dir / "uploads").exists(), "what an earlier server left is gone"
    first = intake.begin(Brought(("a",), ("a",)))
    assert begun.wait(20)
    others = [intake.begin(Brought(("b",), ("b",))) for _ in range(15)]
    with pytest.raises(Busy):
        intake.begin(Brought(("c",), ("c",)))
    with pytest.raises(Busy):
        intake.remove("x", 0.01)
    closing = threading.Thread(target=intake.close)
    closing.start()
    go_on.set()
    closing.join(20)
    assert {one.state for one in (first, *others)} == {"cancelled"}
    with pytest.raises(Busy):
        intake.check_room()
    with pytest.raises(NotAllowed):
        Intake(writable, None).check_room()


def test_articles_are_found_by_what_their_lines_say(small_folder):
    with Archive.open(Settings(data_dir=small_folder)) as archive:

        def titles(text, limit=10, offset=0):
            return [row.title for row in archive.catalogue.find(text, limit, offset)[1]]

        assert titles("ferry SINKS") == ["Ferry sinks off Port Ellen"]
        assert titles("harbour 2024-02") == ["New head for Eastcliff"]
        assert titles("海港") == ["海港大桥重新开放"]
        assert titles("100% _") == []
        assert archive.catalogue.find("", 2, 0)[0] == 7
        assert len(titles("", 5) + titles("", 5, 5)) == 7
