"""JSON that is no lines: arrays and objects over several lines, read article by article."""

import gzip
import json
import time

import pytest

from ingest.run import ingest
from ingest.sources import find, pages
from ingest.types import RawPage
from ingest.worker import Worker
from qa.config import Settings
from qa.index.archive import Archive


@pytest.fixture
def limits(tmp_path):
    return Settings(data_dir=tmp_path, max_article_mb=0.01, max_file_mb=50, max_document_mb=2)


def outcome(path, limits):
    (file,) = find([path]).files
    with Worker(limits) as worker:
        items = list(pages(file, limits, worker))
    return [(item.line, item.payload if isinstance(item, RawPage) else item.code) for item in items]


A, B = b'{"text": "a]}, [\\" {"}', b'{"text": "b"}'


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("a.json", b"[" + A + b"," + B + b"]", [(1, A), (1, B)]),
        ("a.jsonl", b"\n [\n" + A + b",\n\n" + B + b"\n]\n", [(3, A), (5, B)]),
        ("a.json", b'{\n "text":\n "a"\n}\n' + B, [(1, b'{\n "text":\n "a"\n}'), (5, B)]),
        ("a.json", A + b"\n" + B + b"\n", [(1, A), (2, B)]),
        ("a.ndjson", A + b"\n" + B + b"\n", [(1, A), (2, B)]),
        ("a.jsonl", b"[1]\n" + B + b"\n", [(1, b"[1]"), (2, B)]),  # lines, the first of them no article
        ("a.jsonl", b'{"text": "a\n' + B + b"\n", [(1, b'{"text": "a'), (2, B)]),  # a damaged line is one line
        ("a.json", b"[" + A + b',{"text": "b', [(1, A), (1, b'{"text": "b')]),  # broken off
        ("a.json", b"[" + A + b"\n]\n" + B, [(1, A), (3, B)]),
        ("a.json", b"[ ]", [(None, "empty")]),
        ("a.json", b'["' + b"x" * 20_000 + b'",' + B + b"]", [(1, "too_large"), (1, B)]),
        ("a.json", b"[" + b" " * 2_000_001 + b"]", [(None, "too_large")]),
        ("a.json", "[{}]".encode("utf-16"), [(1, b"{}")]),
    ],
)
def test_each_article_is_read_at_its_line(folder, limits, name, data, expected):
    (folder / name).write_bytes(data)
    assert outcome(folder / name, limits) == expected


@pytest.mark.parametrize("unit", [b'["', b'\\"', b"[[", b"]]", b'{"a":', b'"\\'])
def test_no_content_takes_long(folder, limits, unit):
    (folder / "a.json").write_bytes(b"[" + unit * 500_000)
    started = time.monotonic()
    outcome(folder / "a.json", limits.model_copy(update={"max_article_mb": 5.0}))
    assert time.monotonic() - started < 20  # seconds of slack on a busy machine; quadratic work takes hours


def test_arrays_and_spreadsheet_exports_go_into_the_archive(folder, tmp_path):
    rows = [{"id": at, "title": f"Report {at}", "text": f"The mill number {at} burned down."} for at in range(3)]
    (folder / "a.json").write_text(json.dumps(rows, indent=2))
    (folder / "b.json.gz").write_bytes(gzip.compress(json.dumps({"text": "The ferry sailed late."}).encode()))
    (folder / "c.csv").write_bytes(b"sep=;\r\nid;text\r\n1;Rain fell on the harbour all day.\r\n")
    (folder / "d.tsv").write_bytes(b"id\ttext\n1\tSnow fell on the valley all night.\n")
    (folder / "deep.json").write_bytes(b'{"text": ' + b"[" * 10_000 + b"]" * 10_000 + b"}")
    with Archive.open(Settings(data_dir=tmp_path / "data")) as archive:
        report = ingest([folder], archive)
    assert report.added == 6
    assert [(skip.code, skip.line) for skip in report.skipped] == [("json", 1)]
