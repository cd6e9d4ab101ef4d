"""One of each format and a broken twin of each, taken in by the command itself."""

import gzip
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from . import makers

ROOT = Path(__file__).parents[2]
SECONDS = "6.37"  # of the limit for one document; stands in the command line of the worker, by which it is known
MOST_MEMORY_KB = 2_000_000
MOST_SECONDS = 120
ROWS = b"".join(b'{"id": %d, "text": "Row %d tells of rain in the valley."}\n' % (at, at) for at in range(3))
BODIES = [
    [line.replace("harbour", word).replace("bridge", f"{word} road") for line in makers.BODY]
    for word in "timber grain coal wool".split()
]

GOOD = {
    "a.txt": b"The ferry sailed late on Monday, and forty passengers missed their train.",
    "b.md": b"# The mill\n\nThe mill at the weir burned down on Sunday night.",
    "c.csv": b"id,text\n1,The council met on Monday and agreed on the budget.\n",
    "d.jsonl": ROWS,
    "e.jsonl.gz": gzip.compress(ROWS.replace(b"rain", b"snow")),
    "f.html": makers.page(BODIES[0], head=""),
    "g.pdf": makers.pdf([BODIES[1][1:2]], title="The grain report"),
    "h.docx": makers.word(BODIES[2], title="Coal"),
    "i.eml": makers.mail().replace(b"eleven", b"twelve"),
    "j.rss": makers.rss(2),
    "k.zip": makers.zipped({"in/a.txt": b"The library keeps its branch in the old mill open."}),
    "l-utf16.csv": "id,text\n7,Žofie Nováková won the race on Saturday.\n".encode("utf-16"),
}
ARTICLES = 1 + 1 + 1 + 3 + 3 + 1 + 1 + 1 + 1 + 2 + 1 + 1
NUL = makers.zipped({"nulXname.txt": b"A name that ends early."}).replace(b"nulXname", b"nul\0name")
BAD = {
    "bad-a.txt": b"\x89PNG\r\n\x1a\n\0\0\0",
    "bad-b.md": b" \n\t\n",
    "bad-c.csv": b"id,body\n1,No column is named as it should be.\n",
    "bad-d.jsonl": b'{"text": ' + b"[" * 10_000 + b"]" * 10_000 + b"}\n",
    "bad-e.jsonl.gz": gzip.compress(ROWS * 2000)[:300],
    "bad-f.html": b"<html><body>" + b"<div><b><p><table><a href=x>" * 185_000,
    "bad-g.pdf": makers.pdf([BODIES[1]])[:400],
    "bad-h.docx": makers.word(BODIES[2])[:3000],
    "bad-i.eml": b"Message-ID: <1@x>\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x\n\n--x\n",
    "bad-j.rss": b'<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>' + makers.rss(),
    "bad-k.zip": makers.zipped({"a.txt": bytes(100_000_000)}),
    "bad-l.zip": NUL,
    "bad-m.bin": os.urandom(5000),
}


def workers():
    """The processes that read documents under the limit of this test."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if f'"seconds": {SECONDS}'.encode() in entry.read_bytes():
                found.append(entry.parent.name)
        except OSError:
            continue
    return found


def memory_kb(pid):
    """Return the most memory that a process has held so far, in kilobytes; 0 once it has none."""
    try:
        told = re.search(r"VmHWM:\s*(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    except OSError:
        return 0
    return int(told[1]) if told else 0


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_good_files_are_taken_in_and_each_broken_one_is_reported(folder, tmp_path):
    for name, data in {**GOOD, **BAD}.items():
        (folder / name).write_bytes(data)
    os.mkfifo(folder / "bad-pipe.txt")
    (folder / "bad-link.txt").symlink_to("/etc/hostname")
    environment = {**os.environ, "DATELINE_MAX_PARSE_SECONDS": SECONDS}
    command = [sys.executable, "-m", "app", "ingest", str(folder), "--data", str(tmp_path / "data"), "--json"]
    started = time.monotonic()
    with open(tmp_path / "out", "wb") as out:
        process = subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=subprocess.DEVNULL, env=environment)
        most = 0
        while process.poll() is None:  # what wait4 tells would count the memory of whoever started it, too
            most = max(most, memory_kb(process.pid))
            time.sleep(0.02)
    report = json.loads((tmp_path / "out").read_bytes())
    assert process.returncode == 3
    assert report["added"] == ARTICLES
    skipped = {Path(skip["input"].split("!")[0]).name for skip in report["skipped"]}
    assert skipped == {*BAD, "bad-pipe.txt", "bad-link.txt"}
    assert all(skip["code"] and skip["reason"].endswith(".") for skip in report["skipped"])
    assert 100_000 < most < MOST_MEMORY_KB
    assert time.monotonic() - started < MOST_SECONDS
    assert workers() == []
