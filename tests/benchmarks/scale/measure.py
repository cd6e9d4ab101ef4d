"""What is measured of one archive: latency in turns with the baseline, ingestion, memory, disk, rebuild, restart."""

import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from random import Random
from statistics import median
from typing import Any

from ingest.run import ingest
from qa.evaluate.stats import percentile
from qa.index.archive import Archive
from qa.index.vectors import BATCH, COLLECTION, batches, open_client
from qa.pipeline import QAPipeline
from qa.types import Filters
from tests.benchmarks.data import ROOT, Row

PAUSE_S = 0.005
"""Runtimes' threads spin for some milliseconds after their work; who is timed next must not pay for it."""
Results = dict[str, Any]


def timed(call: Callable[[], Any]) -> float:
    """Return a call's seconds."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


# Asking


def latencies(
    archives: Mapping[str, Archive], others: Mapping[str, Callable[[str], Any]], questions: Sequence[str]
) -> dict[str, Results]:
    """Ask every archive, plain and filtered, and the others, in an order drawn anew for each question.

    Each kind of call gets the questions in another order, so that none finds what another has just read.
    """
    calls: dict[str, Callable[[int], Any]] = {
        name: lambda at, other=other: other(questions[at % len(questions)]) for name, other in others.items()
    }
    for name, archive in archives.items():
        calls |= _calls(name, archive, questions)
    draw, times = Random(0), {name: list[float]() for name in calls}
    spent = {name: list[float]() for name in calls}
    for at in range(-3, len(questions)):  # the first three load what is loaded late
        for name in draw.sample(list(calls), len(calls)):
            time.sleep(PAUSE_S)
            cpu = time.process_time()
            took = timed(lambda name=name, at=at: calls[name](at))
            if at >= 0:
                times[name].append(1000 * took)
                spent[name].append(1000 * (time.process_time() - cpu))
    return {
        name: {
            "p50": median(took),
            "p95": percentile(took, 0.95),
            # On a machine that does other work, the quickest tenth is nearest to what one alone would show.
            "p10": percentile(took, 0.1),
            "cpu_p50": median(spent[name]),
        }
        for name, took in times.items()
    }


def _calls(name: str, archive: Archive, questions: Sequence[str]) -> dict[str, Callable[[int], Any]]:
    pipeline, limits = QAPipeline(archive), filters_of(archive)

    def put(method: Callable[..., Any], shift: float, *, filtered: bool) -> Callable[[int], Any]:
        first = int(shift * len(questions))
        return lambda at: method(
            questions[(first + at) % len(questions)], filters=limits[at % len(limits)] if filtered else None
        )

    return {
        f"search {name}": put(pipeline.search, 0.0, filtered=False),
        f"ask {name}": put(pipeline.ask, 0.25, filtered=False),
        f"filtered search {name}": put(pipeline.search, 0.5, filtered=True),
        f"filtered ask {name}": put(pipeline.ask, 0.75, filtered=True),
    }


def filters_of(archive: Archive) -> list[Filters]:
    """Return filters, wide and narrow: each publisher, quarters of the time, all but some articles."""
    dated = sorted(one.published_at[:10] for one in archive.articles() if one.published_at)
    cuts = dated[:: max(1, len(dated) // 8)] or ["2024-01-01"]
    spans = [Filters(published_from=first, published_to=last) for first, last in zip(cuts, cuts[2:], strict=False)]
    publishers = [Filters(publishers=(name,)) for name in archive.publishers()]
    without = [Filters(exclude_article_ids=tuple(one.id for one in archive.articles(limit=20)))]
    every = [one for kinds in zip(spans * 9, publishers, strict=False) for one in kinds]
    return [*every, *without] or [Filters()]


# Taking in


def appended(archives: Mapping[str, Archive], slices: Sequence[Sequence[Row]], work: Path) -> dict[str, Results]:
    """Take the same new articles into every archive, slice by slice in turns.

    Loading the model is not timed, and the first slice is not either: it warms up what is lazy.
    """
    if len(slices) < 2:
        return {}
    first = next(iter(archives.values()))
    for archive in archives.values():
        vars(archive)["embedder"] = first.embedder
        archive.refresh()
    found = {name: {"articles": 0, "chunks": 0, "seconds": [], "cpu_seconds": []} for name in archives}
    names = list(archives)
    for at, rows in enumerate(slices):
        path = work / f"slice-{at}" / "corpus.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        for name in names if at % 2 else reversed(names):
            cpu, start = time.process_time(), time.perf_counter()
            report = ingest([path], archives[name])
            if at:
                mine = found[name]
                mine["articles"] += report.added
                mine["chunks"] += report.embedded
                mine["seconds"].append(time.perf_counter() - start)
                mine["cpu_seconds"].append(time.process_time() - cpu)
    return found


def peak_of_ingestion(folder: Path, rows: Sequence[Row], work: Path) -> Results:
    """Take articles in by the command in a process of its own; return its highest memory and its seconds."""
    path = work / "apart" / "corpus.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    command = [sys.executable, "-m", "app", "ingest", str(path), "--data", str(folder), "--json"]
    start = time.perf_counter()
    highest = 0.0
    with (work / "apart" / "report.json").open("w+b") as out:
        process = subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=subprocess.DEVNULL)
        # What the system tells of a child that has ended counts the memory of the process that it was forked from.
        while process.poll() is None:
            with suppress(OSError, StopIteration, ValueError):  # it may end while it is looked at
                highest = max(highest, _peak(process.pid))
            time.sleep(0.1)
        out.seek(0)
        report = json.loads(out.read())
    return {"articles": report["added"], "seconds": time.perf_counter() - start, "peak_mb": highest}


# Serving


def served(folder: Path, questions: Sequence[str]) -> Results:
    """Start a server; return its seconds to ready, its memory then and after some questions."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "app", "serve", "--port", str(port), "--data", str(folder)]
    start = time.perf_counter()
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_until_ready(process, port)
        found: Results = {"ready_seconds": time.perf_counter() - start, "ready_mb": _resident(process.pid)}
        for question in questions:
            body = json.dumps({"question": question}).encode()
            request = urllib.request.Request(
                f"http://127.0.0.1:{port}/api/v1/ask", body, {"Content-Type": "application/json"}
            )
            urllib.request.urlopen(request, timeout=60).read()
        pid = process.pid
        return {
            **found,
            "asked": len(questions),
            "mb": _resident(pid),
            "own_mb": _memory(pid, "RssAnon"),
            "peak_mb": _peak(pid),
        }
    finally:
        process.terminate()
        process.wait(60)


def _wait_until_ready(process: "subprocess.Popen[bytes]", port: int) -> None:
    while process.poll() is None:
        with suppress(OSError, urllib.error.URLError):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5).read()
            return
        time.sleep(0.05)
    raise RuntimeError("the server did not start")


def _resident(pid: int) -> float:
    return _memory(pid, "VmRSS")


def _peak(pid: int) -> float:
    return _memory(pid, "VmHWM")


def _memory(pid: int, name: str) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name)) / 1024


# Disk, rebuild, restart


def disk_mb(folder: Path) -> dict[str, float]:
    """Return the megabytes of the catalogue and of both indexes."""
    parts = {"catalogue": folder.glob("catalogue.sqlite3*"), "keyword": (folder / "keyword").rglob("*")}
    parts["vectors"] = (folder / "vectors").rglob("*")
    return {name: sum(path.stat().st_size for path in found if path.is_file()) / 1e6 for name, found in parts.items()}


def rebuilt(archive: Archive, work: Path) -> Results:
    """Make both indexes again, and beside it put the same vectors into Chroma with nothing around."""
    chunks = archive.catalogue.chunk_count()
    ids = archive.catalogue.chunk_ids()
    with _bare(work) as collection:
        bare = 0.0
        for part in batches(ids, BATCH):
            names, vectors = archive.catalogue.vectors(part)
            bare += timed(lambda names=names, vectors=vectors: collection.upsert(ids=names, embeddings=vectors))
    took = timed(archive.rebuild)
    return {
        "chunks": chunks,
        "seconds": took,
        "bare_upsert_seconds": bare,
        "ratio": took / bare,
        "embedder_was_loaded": "embedder" in vars(archive),
    }


@contextmanager
def _bare(work: Path) -> Iterator[Any]:
    client = open_client(work / "bare")
    try:
        yield client.create_collection(COLLECTION, embedding_function=None, configuration={"hnsw": {"space": "cosine"}})
    finally:
        client.close()
