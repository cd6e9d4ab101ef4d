"""Damaged inputs for each parser: whatever is done to a good one, it gives articles or a reason."""

import re

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.parse import parse
from ingest.sources import pages
from ingest.types import RawPage, SourceFile
from ingest.worker import Worker
from qa.config import Settings
from qa.types import ArticleDraft, Skipped

from . import makers

ROWS = b'{"id": 1, "text": "Rain fell.", "published_at": "2024-03-01"}\n{"id": 2, "title": "A", "text": ["B", "C"]}\n'
SEEDS = {
    "html": (makers.page(), makers.page(makers.BODY[:2], head="<meta name=author content=x>", inside="<p hidden>x")),
    "pdf": (makers.pdf([["One line of text", "and another"], ["Page two"]], title="T", picture=True),),
    "docx": (makers.word(["The council met."]),),
    "mail": (makers.mail(attachment=True), makers.mail(html=True)),
    "feed": (makers.rss(2), makers.atom()),
    "zip": (makers.zipped({"a.txt": b"The ferry sailed late.", "b/c.jsonl": ROWS}),),
    "jsonl": (ROWS, b"[" + ROWS.replace(b"}\n{", b"},\n{") + b"]"),
    "csv": (b'id,title,text\n1,"A, B","The mill ""burned"" down.\nAll of it."\n2,C,Rain fell.\n',),
    "text": (b"---\ntitle: A\n---\nHarbour closes\n\nPORT VENN - The harbour closes.\n\nCity\n", "Žluťoučký".encode()),
}
TOKENS = (
    *(b"\0", b"\xff", b"\xfe\xff", b"\xef\xbb\xbf", b"\r", b"\n\n", b'"', b"<", b">", b"&", b"&#0;", b"&#x110000;"),
    *(b"<!--", b"-->", b"<![CDATA[", b"]]>", b"<!DOCTYPE x [<!ENTITY a 'b'>]>", b"<svg>", b"<template>", b"%PDF-1.7"),
    *(b"endobj", b"stream", b"/Length 99999999", b"/Kids [2 0 R]", b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b"),
    *(b"=?utf-8?b?////?=", b"Content-Type: multipart/mixed; boundary=x\n", b"charset=utf-7", b"[" * 3000, b"{" * 3000),
    *(b"<div>" * 600, b"9" * 5000, b"1e999", b"NaN", "\u202e".encode(), b"\xed\xa0\x80", b"\xf4\x90\x80\x80"),
)
EDITS = st.lists(
    st.tuples(
        st.sampled_from(["cut", "insert", "write", "repeat", "end", "flip"]),
        st.floats(0, 1, exclude_max=True),
        st.integers(1, 400),
        st.one_of(st.sampled_from(TOKENS), st.binary(min_size=1, max_size=12)),
    ),
    min_size=1,
    max_size=6,
)


def edited(data, edits):
    """Apply edits, each at a place given as a share of what is there."""
    for what, share, size, token in edits:
        at = int(share * len(data))
        if what == "cut":
            data = data[:at] + data[at + size :]
        elif what == "insert":
            data = data[:at] + token + data[at:]
        elif what == "write":
            data = data[:at] + token + data[at + len(token) :]
        elif what == "repeat":
            data = data[: at + size] + data[at : at + size] * 3 + data[at + size :]
        elif what == "end":
            data = data[:at]
        elif data:
            data = data[:at] + bytes([data[at] ^ (1 << size % 8)]) + data[at + 1 :]
    return data


def check(kind, folder, examples):
    """Read so many mutations of a kind's good inputs in one worker process."""
    limits = Settings(data_dir=folder / "data", max_parse_seconds=10)
    path = folder / f"input.{kind}"
    outcomes = {"articles": 0, "skips": 0}

    with Worker(limits) as worker:

        @settings(
            max_examples=examples,
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=[*HealthCheck],
        )
        @given(st.sampled_from(SEEDS[kind]), EDITS)
        def run(seed, edits):
            data = edited(seed, edits)
            path.write_bytes(data)
            file = SourceFile(path, path.name, kind, False, len(data), str(path))
            items = list(pages(file, limits, worker))
            assert items
            for item in items:
                draft = parse(item) if isinstance(item, RawPage) else item
                outcomes["skips" if isinstance(draft, Skipped) else "articles"] += 1
                check_outcome(draft)

        run()
    return outcomes


def check_outcome(draft):
    """An article is clean text, a skip has a code and a sentence; nothing else comes out."""
    if isinstance(draft, Skipped):
        assert re.fullmatch(r"[a-z_0-9]+", draft.code)
        assert draft.reason[0].isupper() or draft.reason[0].isdigit()
        assert draft.reason.endswith(".")
        assert "Traceback" not in draft.reason
    else:
        assert isinstance(draft, ArticleDraft)
        assert draft.text.strip()
        assert "\0" not in draft.text
        draft.text.encode("utf-8")
