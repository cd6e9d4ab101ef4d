"""Whole ingestions, counted."""

import json
import os

import pytest

from ingest.run import ingest
from qa.errors import UsageError

ARTICLE = """Harbour bridge closes for repairs

Harbour bridge closes for repairs

PORT ELLEN - The harbour bridge will close for ten days from Monday, the council said.

Lt Gen (retd) Anna Holm, who leads the works, said ‘no-one’ would be cut off.

City News
"""


def jsonl(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def rows_of(count, **more):
    return [{"id": number, "text": f"Report {number} of the day. It is short.", **more} for number in range(count)]


def codes(report):
    return [(skip.line, skip.code) for skip in report.skipped]


def counts(report):
    return (report.added, report.updated, report.unchanged, report.removed)


def test_an_article_file_is_read_with_its_title_and_section(folder, archive):
    path = folder / "bridge.txt"
    path.write_text(ARTICLE)
    report = ingest([path], archive)
    (draft,) = archive.stored.values()
    assert counts(report) == (1, 0, 0, 0)
    assert report.skipped == []
    assert report.embedded == 1
    assert (draft.title, draft.section) == ("Harbour bridge closes for repairs", "City News")
    assert draft.text.startswith("PORT ELLEN - The harbour")
    assert draft.text.endswith("cut off.")
    assert draft.source == str(path)
    assert archive.refreshed == 1


def test_the_same_input_again_changes_and_embeds_nothing(folder, archive):
    path = jsonl(folder / "a.jsonl", rows_of(150))
    first, second = ingest([path], archive), ingest([str(path)], archive)
    assert counts(first) == (150, 0, 0, 0)
    assert counts(second) == (0, 0, 150, 0)
    assert (second.embedded, second.words) == (0, 0)
    assert archive.refreshed == 1
    assert first.embedded == 150
    assert first.words == 150 * 8
    assert max(len(batch) for batch in archive.puts) <= 64


def test_chunks_of_several_articles_are_embedded_together(folder, archive):
    ingest([jsonl(folder / "a.jsonl", rows_of(64))], archive)
    assert [len(call) for call in archive.embedder.calls] == [32, 32]


def test_new_text_and_new_metadata_are_updates_and_only_text_is_embedded(folder, archive):
    rows = rows_of(3)
    path = jsonl(folder / "a.jsonl", rows)
    ingest([path], archive)
    rows[0]["text"] = "Report 0 was corrected."
    rows[1]["title"] = "A title"
    report = ingest([jsonl(path, rows)], archive)
    assert counts(report) == (0, 2, 1, 0)
    assert report.embedded == 1


def test_one_identity_twice_in_a_run_is_stored_once(folder, archive):
    one = {"url": "https://example.org/a", "text": "First text of it."}
    same = {"url": "HTTPS://EXAMPLE.org/a?utm_source=x#top", "text": "First text of it."}
    changed = {"url": "https://example.org/a", "text": "Second text of it."}
    report = ingest([jsonl(folder / "a.jsonl", [one, same, changed])], archive)
    assert counts(report) == (1, 1, 1, 0)
    assert archive.texts == ["Second text of it."]
    dry = ingest(
        [jsonl(folder / "b.jsonl", [{**row, "url": row["url"] + "b"} for row in (one, changed, changed)])],
        archive,
        dry_run=True,
    )
    assert counts(dry) == (1, 1, 1, 0)


def test_the_same_text_under_another_identity_is_stored_and_reported(folder, archive):
    rows = [{"id": "a", "text": "The very same words."}, {"id": "b", "text": "The very same words."}]
    report = ingest([jsonl(folder / "a.jsonl", rows)], archive)
    assert report.added == 2
    (duplicate,) = report.duplicates
    assert (duplicate.line, duplicate.input) == (2, str(folder / "a.jsonl"))
    assert {duplicate.article_id, duplicate.of} == set(archive.stored)


def test_a_removed_article_does_not_come_back(folder, archive):
    path = jsonl(folder / "a.jsonl", rows_of(2))
    ingest([path], archive)
    archive.remove([next(iter(archive.stored))])
    report = ingest([path], archive)
    assert counts(report) == (0, 0, 1, 0)
    assert codes(report) == [(1, "removed_before")]


def test_bad_inputs_never_stop_the_rest(folder, archive, monkeypatch):
    monkeypatch.chdir(folder)
    (folder / "good.txt").write_text("Rain fell on the town all day long.")
    (folder / "empty.txt").write_text(" \n ")
    (folder / "photo.txt").write_bytes(b"\x89PNG\r\n\x1a\n\0\0")
    (folder / "bridge.svg").write_text("<svg></svg>")
    (folder / "a.jsonl").write_bytes(b'{"text": "One line is good."}\n[1]\n\xff\n{"text": 5}\n{"t": 1}\n')
    report = ingest(["empty.txt", "missing.txt", "ftp://example.org/x", ".", "b\x1b[2J\u202e.txt"], archive)
    assert report.added == 2
    assert [(skip.input, skip.line, skip.code) for skip in report.skipped] == [
        ("missing.txt", None, "not_found"),
        ("ftp://example.org/x", None, "bad_url"),
        ("./bridge.svg", None, "unknown_kind"),
        ("b\\x1b[2J\\u202e.txt", None, "not_found"),
        ("empty.txt", None, "empty"),
        ("./a.jsonl", 2, "json"),
        ("./a.jsonl", 3, "encoding"),
        ("./a.jsonl", 4, "wrong_type"),
        ("./a.jsonl", 5, "no_text"),
        ("./photo.txt", None, "binary"),
    ]
    assert all(skip.reason.endswith(".") and skip.reason[0].isupper() for skip in report.skipped)


def test_mapping_publisher_and_corpus_fill_the_drafts(folder, archive):
    path = folder / "day.CSV"
    path.write_text('body,when,paper,nr\n"Rain, again. It fell.",2024-03-01,Echo,7\nSun.,,,8\n')
    mapping = {"text": "body", "published_at": "when", "publisher": "paper", "id": "nr"}
    ingest([path], archive, mapping=mapping, publisher=" The  Mail ")
    rain, sun = archive.stored.values()
    assert (rain.text, rain.published_at, rain.publisher) == ("Rain, again. It fell.", "2024-03-01", "Echo")
    assert (sun.publisher, sun.external_id, sun.corpus, sun.published_at) == ("The Mail", "8", "day", None)
    ingest([path], archive, mapping=mapping, corpus="mine")
    assert {draft.corpus for draft in archive.stored.values()} == {"day", "mine"}


@pytest.mark.parametrize("mapping", [{"body": "text"}, {"text": ""}, {"text": None}])
def test_a_wrong_mapping_is_refused_before_anything_is_read(archive, mapping):
    with pytest.raises(UsageError, match=r"no field 'body'; the fields are id, |to no column"):
        ingest(["nowhere"], archive, mapping=mapping)


def test_a_dry_run_writes_and_embeds_nothing(folder, archive):
    path = jsonl(folder / "a.jsonl", rows_of(5))
    report = ingest([path], archive, dry_run=True)
    assert counts(report) == (5, 0, 0, 0)
    assert report.dry_run
    assert (archive.stored, archive.refreshed, archive.embedder.calls) == ({}, 0, [])


def test_progress_ends_at_the_end(folder, archive):
    told = []
    ingest([jsonl(folder / "a.jsonl", rows_of(100))], archive, progress=told.append)
    assert told[-1].done == 100
    assert [step.done for step in told] == sorted(step.done for step in told)
    assert all(step.words_per_second >= 0 for step in told)


def test_a_file_named_twice_is_read_once(folder, archive):
    path = jsonl(folder / "a.jsonl", rows_of(2))
    assert counts(ingest([path, folder, str(path)], archive)) == (2, 0, 0, 0)
    assert counts(ingest(str(path), archive)) == (0, 0, 2, 0)


# Synchronising ---------------------------------------------------------------------------------------------------


@pytest.fixture
def synced(folder, archive):
    for name in ("a", "b", "c"):
        (folder / f"{name}.txt").write_text(f"The report {name} is about the town.")
    assert counts(ingest([], archive, sync=folder)) == (3, 0, 0, 0)
    return folder


def test_sync_removes_what_is_gone_and_only_from_that_folder(synced, archive, tmp_path):
    other = tmp_path / "inputs-other.txt"
    other.write_text("Another report, beside the folder.")
    ingest([other], archive)
    (synced / "b.txt").unlink()
    other.unlink()
    assert counts(ingest([], archive, sync=synced, dry_run=True)) == (0, 0, 2, 1)
    assert len(archive.stored) == 4
    refreshed = archive.refreshed
    assert counts(ingest([synced], archive, sync=str(synced))) == (0, 0, 2, 1)
    assert archive.refreshed == refreshed + 1
    assert sorted(archive.texts)[0] == "Another report, beside the folder."


def test_a_file_that_moved_within_the_folder_is_kept(synced, archive):
    (synced / "deeper").mkdir()
    (synced / "b.txt").rename(synced / "deeper" / "new.txt")
    assert counts(ingest([], archive, sync=synced)) == (0, 0, 3, 0)


def test_without_sync_nothing_is_removed(synced, archive):
    (synced / "b.txt").unlink()
    assert counts(ingest([synced], archive)) == (0, 0, 2, 0)
    assert len(archive.stored) == 3


def test_an_empty_or_missing_folder_removes_nothing(synced, archive):
    for path in synced.iterdir():
        path.unlink()
    report = ingest([], archive, sync=synced)
    assert counts(report) == (0, 0, 0, 0)
    assert codes(report) == [(None, "sync")]
    synced.rmdir()
    with pytest.raises(UsageError, match="cannot be synchronised: no such file"):
        ingest([], archive, sync=synced)
    assert len(archive.stored) == 3


def test_what_could_not_be_read_is_kept(synced, archive):
    (synced / "a.txt").unlink()
    (synced / "b.txt").write_bytes(b"\0\0\0")
    os.remove(synced / "c.txt")
    os.mkfifo(synced / "c.txt")
    (synced / "d.txt").write_text("A fourth report has come.")
    report = ingest([], archive, sync=synced)
    assert counts(report) == (1, 0, 0, 1)
    assert [skip.code for skip in report.skipped] == ["special", "binary", "sync_kept"]
    assert report.skipped[-1].reason == "2 articles were kept because the file could not be read completely."


def test_rows_that_left_a_corpus_file_are_removed(folder, archive):
    path = jsonl(folder / "a.jsonl", rows_of(5))
    ingest([folder], archive)
    jsonl(path, rows_of(3))
    assert counts(ingest([folder], archive, sync=folder)) == (0, 0, 3, 2)
