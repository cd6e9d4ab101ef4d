"""Speed beyond a single query: cold starts of whole processes, the server's start, and searching within a filter.

What is compared is run in turns and its median taken; only ratios are aimed at, since a machine that does other work
is slower for everybody. The times of warm queries beside the other systems' are measured with the sets.
"""

import socket
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from random import Random
from statistics import median
from typing import TYPE_CHECKING
from urllib.error import URLError

from qa.types import Filters
from tests.benchmarks import data
from tests.benchmarks.names import BASELINE, DATELINE
from tests.benchmarks.rows import Results, Row, at_least, at_most, ours

if TYPE_CHECKING:
    from tests.benchmarks.parts import Job

SET = "multihop"
ROUNDS = 3
QUESTIONS = 100
READY_S = 600.0
COLD = Path(__file__).with_name("cold_baseline.py")
IMPORTS = "import chromadb, gradio"


def run(job: "Job") -> Results:
    """Time processes and filtered searches over one set."""
    from tests.benchmarks.systems import Dateline, compared  # opens archives

    name = SET if SET in data.available() else data.available()[0]
    bench = data.subset(data.load(name), job.articles, job.queries or QUESTIONS)
    folder = job.folder / name
    with compared(bench, folder, job.baseline) as systems:
        dateline = systems[0]
        assert isinstance(dateline, Dateline)
        filtered = filtered_searches(dateline, [query.text for query in bench.queries])
    calls = processes(folder, bench.queries[0].text, job.baseline)
    return {"set": bench.name, "articles": len(bench.rows), "rounds": ROUNDS, "questions": len(bench.queries),
            "search_ms": filtered, "process_s": in_turns(calls, ROUNDS)}  # fmt: skip


def filtered_searches(dateline, questions: list[str]) -> dict[str, float]:
    """Return the median milliseconds of a search in everything, of one publisher, of a month, and of both."""
    publishers, months = Counter(), Counter()
    for summary in dateline.archive.articles():
        publishers[summary.publisher] += 1
        months[(summary.published_at or "")[:7]] += 1
    publisher = next(name for name, _ in publishers.most_common() if name)
    month = next((name for name, _ in months.most_common() if name), "2023-10")
    of_one, of_month = (publisher,), {"published_from": f"{month}-01", "published_to": f"{month}-28"}
    limits = {
        "all": Filters(),
        "publisher": Filters(publishers=of_one),
        "month": Filters(**of_month),
        "both": Filters(publishers=of_one, **of_month),
    }
    dateline.pipeline.search(questions[0])  # what is loaded late is not timed
    times: dict[str, list[float]] = {name: [] for name in limits}
    for at, question in enumerate(questions):
        for name in Random(at).sample(list(limits), len(limits)):
            start = time.perf_counter()
            dateline.pipeline.search(question, filters=limits[name])
            times[name].append(1000 * (time.perf_counter() - start))
    return {name: median(taken) for name, taken in times.items()}


def processes(folder: Path, question: str, baseline: bool) -> dict[str, Callable[[], float]]:
    """Return what is started cold: our commands, the server, and what each is compared with."""
    dateline = [sys.executable, "-m", "app"]
    stored = ["--data", str(folder / "archive")]
    calls: dict[str, Callable[[], float]] = {
        "ask": lambda: _run([*dateline, "ask", question, *stored]),
        "help": lambda: _run([*dateline, "--help"]),
        "serve": lambda: _serve([*dateline, "serve", *stored]),
        "imports": lambda: _run([sys.executable, "-c", IMPORTS]),
    }
    if baseline:
        calls["baseline"] = lambda: _run([sys.executable, str(COLD), str(folder / "baseline"), question])
    return calls


def in_turns(calls: dict[str, Callable[[], float]], rounds: int) -> dict[str, float]:
    """Return the median seconds of each call over some rounds in turns, after one more that warms the disk."""
    times: dict[str, list[float]] = {name: [] for name in calls}
    warming = int(rounds > 1)
    for at in range(rounds + warming):
        for name in list(calls) if at % 2 else reversed(calls):
            taken = calls[name]()
            if at >= warming:
                times[name].append(taken)
    return {name: median(taken) for name, taken in times.items()}


def _run(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, cwd=data.ROOT, check=True, capture_output=True, timeout=READY_S)
    return time.perf_counter() - start


def _serve(command: list[str]) -> float:
    """Start a server, wait until it says that it is ready, and stop it; return the seconds without the stopping."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    start = time.perf_counter()
    server = subprocess.Popen(
        [*command, "--port", str(port)], cwd=data.ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait_until_ready(server, f"http://127.0.0.1:{port}/readyz")
        return time.perf_counter() - start
    finally:
        server.terminate()
        server.wait(READY_S)


def _wait_until_ready(server: subprocess.Popen, address: str) -> None:
    until = time.monotonic() + READY_S
    while time.monotonic() < until:
        if server.poll() is not None:
            raise RuntimeError(f"The server ended with code {server.returncode} before it was ready.")
        try:
            with urllib.request.urlopen(address, timeout=5) as reply:
                if reply.status == 200:
                    return
        except (URLError, OSError):
            time.sleep(0.02)
    raise RuntimeError("The server was not ready in time.")


def rows(results: Results) -> list[Row]:
    """Tell every time as a ratio."""
    seconds, search = results["process_s"], results["search_ms"]
    lines = []
    if "baseline" in seconds:
        lines += [
            Row("cold `ask`: times quicker than a cold script of the baseline",
                {DATELINE: seconds["baseline"] / seconds["ask"], BASELINE: 1.0}, at_least(5.0), ".1f", headline=True),
            ours("`--help`: part of that script's time", seconds["help"] / seconds["baseline"], at_most(0.1), ".3f"),
        ]  # fmt: skip
    lines.append(
        ours("`serve` ready, in the time of importing gradio and chromadb", seconds["serve"] / seconds["imports"],
             at_most(1.5), ".2f")
    )  # fmt: skip
    told = {"publisher": "one publisher", "month": "one month", "both": "both"}
    for name, limit in told.items():
        lines.append(ours(f"`search` in {limit}, in the time of one in everything", search[name] / search["all"],
                          at_most(2.0), ".2f"))  # fmt: skip
    return lines


def notes(results: Results) -> list[str]:
    """Tell the times themselves, which depend on the machine."""
    seconds = ", ".join(f"{name} {taken:.2f}" for name, taken in results["process_s"].items())
    search = ", ".join(f"{name} {taken:.1f}" for name, taken in results["search_ms"].items())
    return [
        f"- {results['set']}, {results['articles']} articles. Seconds of whole processes, medians of "
        f"{results['rounds']} rounds in turns: {seconds}.",
        f"- Milliseconds of a search, medians of {results['questions']} questions: {search}.",
    ]
