"""What becomes of an article over time: it is revised, corrected, moved and removed."""

import json
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ingest.run import ingest
from qa.config import Settings
from qa.errors import NotFound
from qa.index.archive import Archive
from qa.index.kept import articles_of
from qa.pipeline import QAPipeline
from qa.web.frozen import answer_page
from qa.web.store import Kept, Store, new_id

ROOT = Path(__file__).parents[2]
SECRET = "The quixotic zanzibari apothecary Wilhelmina Featherstonehaugh hid marzipan under the xylophone."
FIRST = (
    "Before it was corrected this said that the kaleidoscopic bandicoot Ruprecht had fled to Vladivostok by steamer."
)
OTHERS = [
    {"id": at, "text": f"Report {at} tells of rain over the harbour and of a long night in port."} for at in range(40)
]


def write(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def found_in(folder, words):
    """The files of a folder that hold one of the words, in any of the encodings that a file of ours may have."""
    needles = {word.encode(code) for word in words for code in ("utf-8", "utf-16-le")}
    needles |= {needle.lower() for needle in needles}
    return [
        str(path.relative_to(folder))
        for path in sorted(folder.rglob("*"))
        if path.is_file() and any(needle in path.read_bytes() for needle in needles)
    ]


WORDS = ("Featherstonehaugh", "apothecary", "marzipan", "zanzibari", "bandicoot", "Ruprecht", "kaleidoscop")


def fill(folder, data):
    file = folder / "a.jsonl"
    with Archive.open(Settings(data_dir=data)) as archive:
        ingest([write(file, [*OTHERS, {"id": "secret", "title": "Apothecary", "text": FIRST}])], archive)
        ingest([write(file, [*OTHERS, {"id": "secret", "title": "Apothecary", "text": SECRET}])], archive)
        return next(one.id for one in archive.articles() if one.external_id == "secret")


def test_a_removed_article_is_in_no_byte_of_the_data_folder(folder, tmp_path):
    data = tmp_path / "archive"
    article_id = fill(folder, data)
    (data / "catalogue.schema1.backup.sqlite3").write_bytes(SECRET.encode())
    assert found_in(data, WORDS)
    with Archive.open(Settings(data_dir=data)) as archive:
        assert archive.article(article_id, 1).text == FIRST
        assert archive.remove([article_id]) == 1
        assert found_in(data, WORDS) == []
        assert archive.articles()
        archive.refresh()
        with pytest.raises(NotFound):
            archive.article(article_id, 1)
        report = ingest([folder / "a.jsonl"], archive)
        assert [(skip.line, skip.code) for skip in report.skipped] == [(41, "removed_before")]
    assert found_in(data, WORDS) == []


def keep_answers(data, archive, article_id):
    """Ask, and keep what is answered as the chat page does; return the store and the ids of the turns."""
    store, pipeline = Store(data), QAPipeline(archive)
    kept = []
    asked = f"{LONG_TITLE}? Where did the apothecary hide marzipan?", "What is known of the harbour rain of report 7?"
    for question in asked:
        answer = pipeline.ask(question, level="open").as_dict()
        titles = {held: LONG_TITLE if held == article_id else None for held in articles_of(answer)}
        kept.append(store.keep("me", Kept(new_id(), question, answer), titles).id)
    return store, kept


LONG_TITLE = "The Featherstonehaugh affair of the spring"


@pytest.mark.parametrize("with_server", [True, False])
def test_a_removed_article_goes_from_kept_answers_too(folder, tmp_path, with_server):
    data = tmp_path / "archive"
    article_id = fill(folder, data)
    with Archive.open(Settings(data_dir=data)) as archive:
        store, (about_it, other) = keep_answers(data, archive, article_id)
        assert "Featherstonehaugh" in store.turn(about_it).answer["text"]
        whole = store.turn(other).answer["citations"]
        if not with_server:
            store.close()
        assert archive.remove([article_id]) == 1
        # The word of the person who asked stays; the words of the article and its title go.
        assert found_in(data, [word for word in WORDS if word not in {"apothecary", "marzipan"}]) == []
    turn = Store(data).turn(about_it)
    gone = next(one for one in turn.answer["citations"] if one["article_id"] == article_id)
    assert gone["quote"] == ""
    assert gone["removed_at"]
    with Archive.open(Settings(data_dir=data), read_only=True) as archive:
        assert "was removed on" in answer_page(turn, archive.article)
    assert [one["quote"] for one in Store(data).turn(other).answer["citations"] if one["quote"]]
    assert whole


REMOVES_AND_DIES = """
import os, pathlib, signal, sys
from qa.config import Settings
from qa.index.archive import Archive

archive = Archive.open(Settings(data_dir=pathlib.Path(sys.argv[1])))
archive.catalogue.remove([sys.argv[2]])
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="kills its process as POSIX does")
def test_what_a_killed_process_left_of_a_removed_article_goes_at_the_next_start(folder, tmp_path):
    data = tmp_path / "archive"
    article_id = fill(folder, data)
    ended = subprocess.run(
        [sys.executable, "-c", REMOVES_AND_DIES, str(data), article_id], cwd=ROOT, check=False, timeout=60
    )
    assert ended.returncode == -signal.SIGKILL
    assert found_in(data, WORDS)
    with Archive.open(Settings(data_dir=data)) as archive:
        assert not archive.catalogue.is_unwiped
        assert len(archive.articles()) == len(OTHERS)
    assert found_in(data, WORDS) == []


def test_removing_keeps_the_others_searchable(folder, tmp_path):
    article_id = fill(folder, tmp_path / "archive")
    with Archive.open(Settings(data_dir=tmp_path / "archive")) as archive:
        archive.remove([article_id])
        assert archive.keywords.count() == archive.vectors.count() == archive.catalogue.chunk_count() == len(OTHERS)
        assert archive.keywords.query("harbour rain", 5)


def test_an_old_citation_opens_the_revision_that_it_quotes(folder, tmp_path):
    article_id = fill(folder, tmp_path / "archive")
    with Archive.open(Settings(data_dir=tmp_path / "archive"), read_only=True) as archive:
        assert (archive.article(article_id).revision, archive.article(article_id, 1).text) == (2, FIRST)


def test_a_correction_notice_is_kept_with_the_revision(folder, tmp_path):
    notice = "Correction: An earlier version of this article misspelled Ida Holm's name."
    rows = [{"id": 1, "text": "The bridge closes on Monday."}]
    with Archive.open(Settings(data_dir=tmp_path / "archive")) as archive:
        ingest([write(folder / "a.jsonl", rows)], archive)
        rows[0]["text"] += f"\n\n{notice}"
        ingest([write(folder / "a.jsonl", rows)], archive)
        (summary,) = archive.articles()
        assert archive.article(summary.id).correction == notice
        assert archive.article(summary.id, 1).correction is None


def test_an_article_that_moved_stays_when_its_old_folder_is_synchronised(folder, tmp_path):
    old, new = folder / "old", folder / "new"
    old.mkdir()
    new.mkdir()
    write(old / "a.jsonl", OTHERS[:3])
    (old / "b.txt").write_text("The mill burned down in the night.")
    with Archive.open(Settings(data_dir=tmp_path / "archive")) as archive:
        assert ingest([], archive, sync=folder).added == 4
        shutil.move(old / "b.txt", new / "b.txt")
        assert ingest([new], archive).unchanged == 1
        assert ingest([], archive, sync=old).removed == 0
        assert len(archive.articles()) == 4
        (new / "b.txt").unlink()
        (new / "c.txt").write_text("The mill is being built anew.")
        report = ingest([], archive, sync=new)
        assert (report.added, report.removed) == (1, 1)
