"""What was asked in vain: for editors only, counted, shown as text, cleared, and gone after its days."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from qa.errors import WriteFailed
from qa.web.asked import Unanswered, every, key_of
from tests.servers import FOREIGN, HOSTILE_WORDS, INTRANET, as_editor, as_reader

LIST, PAGE, CLEAR = "/api/v1/unanswered", "/unanswered", "/unanswered/clear"
BROWSER = {"accept": "text/html"}
OIL = "What did a barrel of crude oil cost in the summer of 2024?"
NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def editor(guarded):
    with guarded.client(headers=as_editor()) as opened:
        opened.delete(LIST)
        yield opened


@pytest.fixture
def reader(guarded):
    with guarded.client(headers=as_reader()) as opened:
        yield opened


def ask(opened, question, path="/api/v1/ask"):
    answer = opened.post(path, json={"question": question, "level": "strict"})
    assert answer.json()["status"] == "abstained"


def test_editors_see_what_readers_and_visitors_asked_in_vain(guarded, reader, editor):
    ask(reader, OIL)
    ask(reader, "  what did a barrel of crude oil cost, in the summer of 2024")
    with guarded.client(headers={"origin": INTRANET}) as visitor:
        ask(visitor, OIL, "/api/v1/sites/courier/ask")
    ask(reader, "Who won the chess olympiad of 2031?")
    rows = editor.get(LIST).json()["questions"]
    assert [(row["times"], row["sites"]) for row in rows] == [(3, ["", "courier"]), (1, [""])]
    assert key_of(rows[0]["question"]) == rows[0]["key"] == key_of(OIL)
    assert datetime.now(UTC) - datetime.fromisoformat(rows[0]["last_asked"]) < timedelta(hours=1)
    page = editor.get(PAGE, headers=BROWSER).text
    assert rows[0]["question"] in page
    assert "courier" in page
    assert editor.get(f"{LIST}?limit=1&offset=1").json()["questions"] == rows[1:]


def test_what_was_answered_is_not_among_them(reader, editor):
    answer = reader.post("/api/v1/ask", json={"question": "What does Pakistan require for joint dialogue?"})
    assert answer.json()["status"] == "answered"
    assert editor.get(LIST).json()["questions"] == []


def test_hostile_text_is_text(reader, editor):
    ask(reader, f"Where is the \" onfocus=alert(1) x=' kraken? {HOSTILE_WORDS}")
    page = editor.get(PAGE, headers=BROWSER).text
    assert "&lt;script&gt;window.hacked=1&lt;/script&gt;" in page
    assert "<script>window" not in page
    assert "<img" not in page
    assert '" onfocus' not in page


def test_nobody_else_sees_or_clears_them(guarded, reader, editor):
    ask(reader, OIL)
    for method, path in (("GET", LIST), ("DELETE", LIST), ("GET", PAGE), ("POST", CLEAR)):
        assert reader.request(method, path, headers=BROWSER).status_code == 403
        with guarded.client() as stranger:
            assert stranger.request(method, path).status_code == 401
            visited = stranger.request(method, path, headers={"origin": INTRANET})
            assert visited.status_code == 401
            assert "access-control-allow-origin" not in visited.headers
    shown = reader.get(PAGE, headers=BROWSER)
    assert "Only editors may do this." in shown.text
    assert f'value="{PAGE}"' in shown.text  # and where to sign in as one
    assert OIL not in shown.text
    for origin in (FOREIGN, INTRANET, "null"):
        assert editor.post(CLEAR, data={"all": "yes"}, headers={"origin": origin}).status_code == 403
        assert editor.delete(LIST, headers={"origin": origin}).status_code == 403
    assert len(editor.get(LIST).json()["questions"]) == 1


def test_one_question_is_cleared_or_all(reader, editor):
    ask(reader, OIL)
    ask(reader, "Who won the chess olympiad of 2031?")
    ask(reader, "Who invented the zanzibar quark?")
    unclear = editor.post(CLEAR, data={"key": ""}, headers=BROWSER)
    assert (unclear.status_code, len(editor.get(LIST).json()["questions"])) == (422, 3)
    answer = editor.post(CLEAR, data={"key": key_of(OIL)})
    assert (answer.status_code, answer.headers["location"]) == (303, PAGE)
    assert OIL not in {row["question"] for row in editor.get(LIST).json()["questions"]}
    assert editor.delete(LIST, params={"key": key_of("Who invented the zanzibar quark?")}).status_code == 200
    assert len(editor.get(LIST).json()["questions"]) == 1
    editor.post(CLEAR, data={"all": "yes"})
    assert "There are none yet." in editor.get(PAGE, headers=BROWSER).text


def test_where_they_are_not_kept_the_page_says_so(server):
    editors = {"authorization": f"Bearer {(server.folder / 'editor.token').read_text().strip()}"}
    with server.client(headers=editors) as editor:
        for path in (LIST, PAGE):
            found = editor.get(path, headers=BROWSER)
            assert found.status_code == 404
            assert "log_questions = true" in found.text
    with server.client() as reader:
        assert reader.get(LIST).status_code == 403


def test_a_question_is_gone_when_its_days_are_over(tmp_path):
    kept = Unanswered(tmp_path, 30, on=True)
    kept.note("An old zanzibarquark?", "no_evidence", when=NOW - timedelta(days=31))
    kept.note("A new one?", "no_evidence", when=NOW - timedelta(days=29))
    kept.note("An old one, asked again?", "no_evidence", when=NOW - timedelta(days=40))
    kept.note("An old one, asked again?", "no_evidence", "news", when=NOW)
    kept.forget(NOW)
    assert [(row.question, row.times) for row in kept.rows(10)] == [
        ("An old one, asked again?", 1),
        ("A new one?", 1),
    ]
    assert kept.count() == 2
    files = [path.read_bytes() for path in tmp_path.iterdir()]
    assert not any(b"zanzibarquark" in found for found in files)  # not even in a free page or the log of writes


def test_switched_off_what_was_kept_is_erased(tmp_path):
    kept = Unanswered(tmp_path, 30, on=True)
    kept.note("Who?", "no_evidence")
    kept = Unanswered(tmp_path, 30, on=False)
    kept.note("Who?", "no_evidence")
    assert kept.rows(10) == []


def test_nobody_fills_the_disk_by_asking(tmp_path):
    kept = Unanswered(tmp_path, 30, on=True, most=3)
    for at in range(10):
        kept.note(f"Who is number {at}?", "no_evidence", when=NOW + timedelta(seconds=at))
    assert {row.question for row in kept.rows(10)} == {f"Who is number {at}?" for at in (7, 8, 9)}


def test_half_a_character_is_kept_as_a_mark(tmp_path):
    kept = Unanswered(tmp_path, 30, on=True)
    kept.note("Who is \ud800?", "no_evidence")
    assert [row.question for row in kept.rows(10)] == ["Who is ??"]


def test_old_questions_are_erased_at_the_start_and_again_and_a_full_disk_does_not_end_that():
    done, times = threading.Event(), []

    def work():
        times.append(len(times))
        if len(times) == 2:
            raise WriteFailed("The disk is full.")
        if len(times) == 4:
            done.set()

    with every(0.01, work):
        assert times[0] == 0
        assert done.wait(10)
    seen = len(times)
    threading.Event().wait(0.1)
    assert len(times) == seen
