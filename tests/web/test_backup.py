"""A backup made at work is an archive again elsewhere; what is no backup changes nothing."""

import gzip
import io
import json
import shutil
import tarfile
import threading

import pytest

from qa.config import Settings
from qa.errors import ArchiveDamaged, NotFound, UsageError
from qa.health import verify
from qa.index.archive import Archive
from qa.index.backup import back_up, restore
from tests.servers import run, run_apart, serving
from tests.web.test_serve import FERRY, same

SAID = "status", "text", "claims", "citations"


@pytest.fixture
def backup(small_folder, tmp_path):
    file = tmp_path / "backup.tar.gz"
    assert back_up(Settings(data_dir=small_folder), file) == file.stat().st_size
    return file


def test_the_same_answers_come_from_the_restored_archive(small_folder, backup, tmp_path):
    (small_folder / "dateline.toml").write_text('level = "strict"\n')
    run("backup", backup, "--data", small_folder)
    restored = tmp_path / "elsewhere"
    assert run("restore", backup, "--data", restored)["articles"] == 7
    assert Settings(data_dir=restored).level == "strict"
    assert verify(Settings(data_dir=restored)) == []
    answers = [same(run("ask", FERRY, "--data", folder)) for folder in (small_folder, restored)]
    assert answers[0] == answers[1]
    assert backup.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_backup_is_made_while_articles_come_in_and_questions_are_asked(changing, tmp_path):
    """It is an archive of some moment of the ingestion, sound and with the same answers as the served one."""
    file, restored, left, answers = tmp_path / "many.jsonl", tmp_path / "elsewhere", ("--data", changing.folder), []
    text = "Barge {n} carried {n} casks of oil from Oskerby to Pellin on Monday. " * 12
    rows = [{"id": f"b{n}", "title": f"Barge {n}", "text": text.format(n=n)} for n in range(200)]
    file.write_text("\n".join(map(json.dumps, rows)))
    before = len(run("articles", "list", *left)["articles"])
    taking_in = threading.Thread(target=run_apart, args=("ingest", file, *left))
    asking = threading.Thread(target=_ask_while, args=(taking_in, changing, answers))
    taking_in.start()
    asking.start()
    while len(run("articles", "list", *left)["articles"]) == before:
        assert taking_in.is_alive()
    run("backup", tmp_path / "b.tar.gz", *left)
    assert taking_in.is_alive(), "the ingestion ended before the backup"
    count = run("restore", tmp_path / "b.tar.gz", "--data", restored)["articles"]
    assert before < count <= before + 200
    assert run("verify", "--data", restored) == {"ok": True, "problems": []}
    taking_in.join()
    asking.join()
    assert len(run("articles", "list", "--data", restored)["articles"]) == count
    assert answers
    # Scores weigh a word by how many articles hold it, and the served archive has grown since.
    mine = run("ask", FERRY, "--data", restored)
    for answer in answers:
        assert {name: answer[name] for name in SAID} == {name: mine[name] for name in SAID}


def _ask_while(taking_in, server, answers):
    with server.client() as visitor:
        while taking_in.is_alive():
            answers.append(visitor.post("/api/v1/ask", json={"question": FERRY}).json())


def test_what_people_asked_comes_along_while_more_is_asked(small_folder, tmp_path):
    """The kept answer, its rating and the conversation are there again, for the browser whose they are."""
    file, restored = tmp_path / "b.tar.gz", tmp_path / "elsewhere"
    (small_folder / "dateline.toml").write_text("max_waiting = 100")
    with serving(small_folder) as server, server.client(headers={"origin": server.address}) as browser:

        def ask(question):
            return [json.loads(line) for line in browser.post("/chat/ask", json={"question": question}).iter_lines()][
                -1
            ]

        first = ask(FERRY)
        browser.post(f"/chat/turns/{first['id']}/rating", json={"rating": -1, "reason": "wrong: not there"})
        asking = threading.Thread(target=lambda: [ask("Who kept the lighthouse?") for _ in range(8)])
        asking.start()
        held = run("backup", file, "--data", small_folder)["conversations"]
        asking.join()
        cookies = browser.cookies
    assert held >= 1
    found = run("restore", file, "--data", restored)
    assert 1 <= found["conversations"] <= held
    assert (restored / "people.sqlite3").stat().st_mode & 0o777 == 0o600
    with serving(restored) as server, server.client(cookies=cookies) as browser:
        page = browser.get(f"/answers/{first['id']}").text
        assert FERRY in page
        kept = browser.get(f"/chat/state?c={first['conversation']['id']}").json()
        assert kept["conversation"]["title"] == FERRY
        assert 'data-do="bad" aria-pressed="true"' in kept["turns"]
    assert run("feedback", tmp_path / "rated.jsonl", "--data", restored)


def test_a_removed_article_does_not_come_back_in_a_kept_answer(small_folder, tmp_path):
    settings = Settings(data_dir=small_folder)
    with serving(small_folder) as server, server.client(headers={"origin": server.address}) as browser:
        lines = browser.post("/chat/ask", json={"question": FERRY}).text.splitlines()
        article_id = browser.get(f"/answers/{json.loads(lines[-1])['id']}?as=json").json()["turns"][0]
        article_id = article_id["answer"]["citations"][0]["article_id"]
        run("articles", "remove", article_id, "--data", small_folder)
        back_up(settings, tmp_path / "b.tar.gz")
    restore(tmp_path / "new", tmp_path / "b.tar.gz")
    assert b"Alma sank off" not in (tmp_path / "new" / "people.sqlite3").read_bytes()


def test_a_backup_does_not_need_the_folder_s_lock(small_folder, tmp_path):
    with Archive.open(Settings(data_dir=small_folder)):
        back_up(Settings(data_dir=small_folder), tmp_path / "b.tar.gz")
    assert restore(tmp_path / "new", tmp_path / "b.tar.gz") == 7


def test_what_is_there_is_not_overwritten(small_folder, backup):
    before = sorted(path.name for path in small_folder.iterdir())
    with pytest.raises(UsageError, match="not empty"):
        restore(small_folder, backup)
    assert sorted(path.name for path in small_folder.iterdir()) == before


def test_without_an_archive_there_is_no_backup(tmp_path):
    with pytest.raises(NotFound):
        back_up(Settings(data_dir=tmp_path / "none"), tmp_path / "b")
    with pytest.raises(NotFound):
        restore(tmp_path / "new", tmp_path / "b")
    assert not (tmp_path / "b").exists()


def _members(backup):
    with tarfile.open(backup) as tar:
        return {member.name: tar.extractfile(member).read() for member in tar}


def _tar(target, members):
    with tarfile.open(target, "w:gz") as tar:
        for member, data in members:
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))


def _file(name):
    return tarfile.TarInfo(name)


def _link(name, to):
    made = tarfile.TarInfo(name)
    made.type, made.linkname = tarfile.SYMTYPE, to
    return made


def _spoiled(kind, backup, tmp_path):  # noqa: C901 - one way of spoiling it a branch
    """Write a file that is no backup in one of many ways."""
    whole, target = backup.read_bytes(), tmp_path / "spoiled"
    held = _members(backup)
    note, catalogue = held["backup.json"], held["catalogue.sqlite3"]
    if kind == "empty":
        target.write_bytes(b"")
    elif kind == "text":
        target.write_text("This is not a backup.")
    elif kind == "cut":
        target.write_bytes(whole[: len(whole) // 2])
    elif kind == "flipped":
        middle = len(whole) // 2
        target.write_bytes(whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :])
    elif kind == "plain gzip":
        target.write_bytes(gzip.compress(b"x" * 5000))
    elif kind == "another catalogue":
        _tar(target, [(_file("backup.json"), note), (_file("catalogue.sqlite3"), catalogue + b"x")])
    elif kind == "another people":
        members = [("backup.json", note), ("catalogue.sqlite3", catalogue), ("people.sqlite3", b"x")]
        _tar(target, [(_file(name), data) for name, data in members])
    elif kind == "no note":
        _tar(target, [(_file("catalogue.sqlite3"), catalogue)])
    elif kind == "newer":
        _tar(target, [(_file("backup.json"), b'{"format": 2}'), (_file("catalogue.sqlite3"), catalogue)])
    elif kind == "odd note":
        _tar(target, [(_file("backup.json"), b"[]"), (_file("catalogue.sqlite3"), catalogue)])
    elif kind == "link":
        _tar(target, [(_file("backup.json"), note), (_link("catalogue.sqlite3", "/etc/passwd"), b"")])
    return target


@pytest.mark.parametrize(
    "kind",
    "empty|text|cut|flipped|plain gzip|another catalogue|another people|no note|newer|odd note|link".split("|"),
)
def test_what_is_no_backup_leaves_the_folder_empty(backup, tmp_path, kind):
    with pytest.raises(ArchiveDamaged):
        restore(tmp_path / "new", _spoiled(kind, backup, tmp_path))
    assert list((tmp_path / "new").iterdir()) == []


def test_paths_out_of_the_folder_are_not_written(backup, tmp_path):
    held = _members(backup)
    names = ["../outside", "/tmp/dateline-outside", "a/../../outside", "./catalogue.sqlite3"]
    members = [(_file(name), b"x") for name in names] + [(_link("dateline.toml", "/etc/passwd"), b"")]
    _tar(tmp_path / "odd", [*members, *((_file(name), data) for name, data in held.items())])
    restore(tmp_path / "new", tmp_path / "odd")
    assert not (tmp_path / "outside").exists()
    assert not (tmp_path / "new" / "dateline.toml").exists()
    assert not [path for path in (tmp_path / "new").iterdir() if path.is_symlink()]
    shutil.rmtree(tmp_path / "new")
