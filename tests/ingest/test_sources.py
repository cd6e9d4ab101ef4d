"""Files, folders and corpus files, down to the hostile ones."""

import gzip
import os
import random
import subprocess
import tracemalloc

import pytest

from ingest.sources import find, pages
from ingest.types import RawPage
from ingest.worker import Worker
from qa.config import Settings
from qa.types import Skipped

CZECH = (
    "Ve školní jídelně příště žádný řízek nebude, řekl ředitel. Děti z vyšších tříd si podle něj mohou vybrat ze tří "
    "jiných jídel, která kuchařky připraví každé úterý a čtvrtek."
)


@pytest.fixture
def limits(tmp_path):
    return Settings(data_dir=tmp_path, max_article_mb=0.01, max_file_mb=1)


def read(path, limits, column="text"):
    (file,) = find([path]).files
    with Worker(limits) as worker:
        return list(pages(file, limits, worker, column))


def outcome(path, limits, column="text"):
    """What each item is: its line and its payload or code."""
    return [
        (item.line, item.payload if isinstance(item, RawPage) else item.code) for item in read(path, limits, column)
    ]


# Folders ---------------------------------------------------------------------------------------------------------


def test_a_folder_is_walked_in_order_and_what_is_left_out_is_said(folder, tmp_path):
    outside = tmp_path / "outside.txt"
    outside.write_text("Secret.")
    for name in ("b.txt", "a/z.md", "a/.hidden/x.txt", ".DS_Store", "c.jsonl.gz", "d.txt.gz", "e.exe", "F.CSV"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("x")
    (folder / "out.txt").symlink_to(outside)
    (folder / "inside.txt").symlink_to(folder / "b.txt")
    (folder / "loop").symlink_to(folder)
    (folder / "dead.txt").symlink_to(folder / "nowhere.txt")
    os.mkfifo(folder / "pipe.txt")
    found = find([folder])
    assert [os.path.relpath(file.path, folder) for file in found.files] == [
        "F.CSV",
        "a/z.md",
        "b.txt",
        "c.jsonl.gz",
        "inside.txt",
    ]
    assert [(file.kind, file.zipped) for file in found.files][0::3] == [("csv", False), ("jsonl", True)]
    assert found.size == 5
    assert {os.path.relpath(skip.input, folder): skip.code for skip in found.skipped} == {
        ".DS_Store": "hidden",
        "a/.hidden": "hidden",
        "d.txt.gz": "unknown_kind",
        "dead.txt": "not_found",
        "e.exe": "unknown_kind",
        "loop": "link",
        "out.txt": "link",
        "pipe.txt": "special",
    }


def test_folders_nested_deeper_than_the_stack_are_walked(folder, monkeypatch):
    monkeypatch.chdir(folder)
    for _ in range(1200):
        os.mkdir("d")
        os.chdir("d")
    with open("a.txt", "w") as file:
        file.write("Rain.")
    monkeypatch.chdir(folder)
    try:
        assert [os.path.basename(file.path) for file in find(["."]).files] == ["a.txt"]
    finally:
        # Python 3.11's rmtree recurses, so pytest could never clean this up.
        subprocess.run(["rm", "-rf", "d"], check=True)


def test_special_files_given_by_name_are_not_waited_on(folder):
    os.mkfifo(folder / "pipe.jsonl")
    found = find([folder / "pipe.jsonl", "/dev/zero", "a\0b.txt", "HTTP://example.org/a.txt"])
    assert found.files == []
    assert [skip.code for skip in found.skipped] == ["special", "special", "unreadable"]
    assert found.urls == ["HTTP://example.org/a.txt"]


def test_a_file_that_becomes_a_pipe_is_not_waited_on(folder, limits):
    path = folder / "a.txt"
    path.write_text("Rain.")
    (file,) = find([path]).files
    path.unlink()
    os.mkfifo(path)
    assert [item.code for item in pages(file, limits, Worker(limits))] == ["special"]
    path.unlink()
    assert [item.code for item in pages(file, limits, Worker(limits))] == ["not_found"]


def test_names_that_are_no_utf8_are_stored_and_shown_safely(folder, limits):
    path = os.fsencode(folder) + b"/caf\xe9\x1b.txt"
    with open(path, "w") as file:
        file.write("Rain.")
    (found,) = find([folder]).files
    assert found.source.endswith("caf\\xe9\x1b.txt")
    (item,) = pages(found, limits, Worker(limits))
    assert item.payload == b"Rain."
    assert item.input.endswith("caf\\udce9\\x1b.txt")


# Text files ------------------------------------------------------------------------------------------------------


def test_a_text_file_at_and_over_the_limit(folder, limits):
    path = folder / "a.txt"
    path.write_bytes(b"x" * 10_000)
    assert len(read(path, limits)[0].payload) == 10_000
    path.write_bytes(b"x" * 10_001)
    assert outcome(path, limits) == [(None, "too_large")]


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("a.txt", b"GIF89a", "binary"),
        ("a.md", b"text" * 2000 + b"\0", "binary"),
        ("a.jsonl", b"\0" * 50, "binary"),
        ("a.jsonl", b"", "empty"),
        ("a.jsonl", b"\n\r\n \n", "empty"),
        ("a.jsonl", gzip.compress(b"{}"), "binary"),
        ("a.csv", b"", "empty"),
        ("a.csv", b"\n\n", "empty"),
        ("a.csv", b"text\n", "empty"),
        ("a.csv", b"PK\x03\x04", "damaged"),
        ("a.csv", b"text\n" + bytes(range(0x80, 0x100)), "encoding"),
        ("a.jsonl.gz", b'{"text": "Rain."}', "gzip"),
        ("a.jsonl.gz", b"", "gzip"),
        ("a.csv.gz", gzip.compress(b"\0" * 100), "binary"),
        ("a.jsonl.gz", gzip.compress(b"\0" * 3_000_000), "binary"),
    ],
)
def test_files_that_are_not_what_they_are_named(folder, limits, name, data, code):
    (folder / name).write_bytes(data)
    (skipped,) = read(folder / name, limits)
    assert isinstance(skipped, Skipped)
    assert skipped.code == code
    assert skipped.reason.endswith(".")


# JSON lines ------------------------------------------------------------------------------------------------------


def test_json_lines_are_numbered_as_an_editor_would(folder, limits):
    path = folder / "a.jsonl"
    path.write_bytes(b'\xef\xbb\xbf{"a"}\r\n\n \t\n{"b"}\n{"c"}')
    assert outcome(path, limits) == [(1, b'{"a"}\r'), (4, b'{"b"}'), (5, b'{"c"}')]
    assert read(path, limits)[-1].bytes_read == path.stat().st_size


def test_a_10_mb_line_is_left_out_without_being_held(folder, limits):
    path = folder / "a.jsonl"
    path.write_bytes(b"1\n" + b"x" * 10_000_000 + b"\n3\n" + b"y" * 10_001 + b"\n" + b"z" * 10_000)
    roomy = limits.model_copy(update={"max_file_mb": 50.0})
    tracemalloc.start()
    items = outcome(path, roomy)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert items == [(1, b"1"), (2, "too_large"), (3, b"3"), (4, "too_large"), (5, b"z" * 10_000)]
    assert peak < 2_000_000


def test_a_zip_bomb_stops_at_the_limit(folder, limits):
    path = folder / "a.jsonl.gz"
    path.write_bytes(gzip.compress(b"1\n2\n" + b"x" * 100_000_000))
    assert path.stat().st_size < 200_000
    items = read(path, limits)
    assert [item.line for item in items] == [1, 2, 3]
    assert items[-1].code == "too_large"
    assert items[-1].reason == "Reading stopped here: the file is larger than 1 MB (max_file_mb)."


def test_a_damaged_gzip_keeps_what_stood_before(folder, limits):
    noise = random.Random(1)
    lines = b"".join(b'{"n": "%d %s"}\n' % (number, noise.randbytes(40).hex().encode()) for number in range(5000))
    whole = gzip.compress(lines, mtime=0)
    for damaged in (whole[:-2000], whole[:-9] + bytes([whole[-9] ^ 0xFF]) + whole[-8:], whole + b"junk"):
        (folder / "a.jsonl.gz").write_bytes(damaged)
        items = read(folder / "a.jsonl.gz", limits)
        assert isinstance(items[1000], RawPage)
        assert items[-1].code == "gzip"
        assert "damaged after line" in items[-1].reason


def test_gzip_of_several_members_is_one_file(folder, limits):
    (folder / "a.jsonl.gz").write_bytes(gzip.compress(b"1\n2") + gzip.compress(b"3\n4\n"))
    assert outcome(folder / "a.jsonl.gz", limits) == [(1, b"1"), (2, b"23"), (3, b"4")]


def test_json_lines_in_utf_16(folder, limits):
    (folder / "a.jsonl").write_bytes('{"text": "首相"}\n'.encode("utf-16") + "2\n".encode("utf-16-le"))
    assert outcome(folder / "a.jsonl", limits) == [(1, '{"text": "首相"}'.encode()), (2, b"2")]


# CSV -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "rows"),
    [
        (b"text,title\nRain.,A\n", [(2, {"text": "Rain.", "title": "A"})]),
        (b"\xef\xbb\xbftext\r\nRain.\r\n", [(2, {"text": "Rain."})]),
        (b'id;text\n1;"Rain; and ""sun"""\n', [(2, {"id": "1", "text": 'Rain; and "sun"'})]),
        (b"Title\tTEXT\nA\tRain.\n", [(2, {"Title": "A", "text": "Rain."})]),
        (
            b'text,a\n"Rain.\n\nSun.",1\nLater.,2\n',
            [(2, {"text": "Rain.\n\nSun.", "a": "1"}), (5, {"text": "Later.", "a": "2"})],
        ),
        (b"text,a\nRain.\n\nSun.,1,2,3\n", [(2, {"text": "Rain.", "a": None}), (4, {"text": "Sun.", "a": "1"})]),
        (b"text,text\nfirst,second\n", [(2, {"text": "first"})]),
        (
            f'text\n"{CZECH}"\n'.encode("cp1250"),
            [(2, {"text": CZECH})],
        ),
        ("text\n首相\n".encode("utf-16"), [(2, {"text": "首相"})]),
        (
            b"text\n" + "Ægir Æ Æ Æ\n".encode() + b"\xff\n" + b"Sun.\n",
            [(2, {"text": "Ægir Æ Æ Æ"}), (3, "encoding"), (4, {"text": "Sun."})],
        ),
        (b"text\n" + b"x" * 10_001 + b"\nSun.\n", [(2, "too_large"), (3, {"text": "Sun."})]),
        (b'text,a\n5" pipe,1\n', [(2, {"text": '5" pipe', "a": "1"})]),
        (b'text\nRain.\n"never closed\nand so on\n', [(2, {"text": "Rain."}), (3, "csv")]),
        (b"text\rRain.\rSun.\r", [(1, "csv")]),
    ],
    ids=range(14),
)
def test_csv_shapes(folder, limits, data, rows):
    (folder / "a.csv").write_bytes(data)
    assert outcome(folder / "a.csv", limits) == rows


def test_a_row_over_many_lines_is_bounded_and_the_next_ones_are_read(folder, limits):
    (folder / "a.csv").write_bytes(b'text,b\n"' + b"many lines\n" * 2000 + b'",1\nSun.,2\n')
    items = outcome(folder / "a.csv", limits)
    assert items[0] == (2, "too_large")
    assert items[-1] == (2003, {"text": "Sun.", "b": "2"})


def test_csv_without_a_text_column_is_one_reason_with_the_way_out(folder, limits):
    (folder / "a.csv").write_bytes(b"body,when\nRain.,2024\nSun.,2025\n")
    (skipped,) = read(folder / "a.csv", limits)
    assert skipped.code == "no_text_column"
    assert skipped.reason == (
        "No column is named 'text'; the columns are 'body', 'when'; "
        "name the one that holds the text with --map text=COLUMN."
    )
    assert outcome(folder / "a.csv", limits, "body")[0] == (2, {"body": "Rain.", "when": "2024"})


@pytest.mark.parametrize("given", ["file:///etc/passwd", "ftp://news.example/a.txt", "GOPHER://x/"])
def test_an_address_that_is_not_fetched_is_named_as_such(given):
    found = find([given])
    assert [(skip.input, skip.code) for skip in found.skipped] == [(given, "bad_url")]
    assert "http" in found.skipped[0].reason
