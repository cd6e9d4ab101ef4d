"""Measure archives of several sizes: ``python -m tests.benchmarks.scale --chunks 10000,85000,300000``.

Each step is kept as soon as it is done; running the command again goes on where it was stopped. Delete the folder to
start anew.
"""

import argparse
import json
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from ingest.run import ingest
from qa.config import Settings
from qa.index.archive import Archive
from qa.types import Progress
from tests.benchmarks import data
from tests.benchmarks.data import Row
from tests.benchmarks.scale import corpus, measure, report

PUT_TOGETHER = 64
CHARACTERS_OF_A_CHUNK = 900
APPENDED_CHUNKS, SLICES = 3000, 4
PEAK_CHUNKS = 1000
QUESTIONS, SERVED_QUESTIONS = 150, 60
PER_CHUNK = {"base": 0.03, "grow": 0.012, "rebuild": 0.005, "serve": 0.0005}
"""Seconds that a step takes for each chunk, and ``FIXED`` for all, as far as the time left is guessed from them."""
SURE_AFTER = 120.0
FIXED = {"baseline": 600.0, "latency": 400.0, "append": 400.0, "serve": 30.0, "peak": 60.0}
Step = tuple[str, float, Callable[[], Any]]


def main(argv: Sequence[str] | None = None) -> int:
    """Do the steps that are not done yet and write the report."""
    args = _arguments(argv)
    args.work.mkdir(parents=True, exist_ok=True)
    try:
        run = Run(args)
    except data.MissingData as exc:
        print(exc, file=sys.stderr)
        return 2
    run.go()
    print(report.markdown(run.state))
    return 0


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.scale", description=__doc__)
    parser.add_argument("--chunks", default="10000,85000,300000", help="sizes of the archives, the smallest first")
    parser.add_argument("--work", type=Path, default=Path("out/scale"), help="folder of archives, results and report")
    parser.add_argument("--questions", type=int, default=QUESTIONS, help="questions put to each archive")
    parser.add_argument("--no-baseline", action="store_true", help="leave the baseline out; nothing is compared")
    parser.add_argument("--set", choices=list(data.READERS), default=data.available()[0], help="articles and questions")
    parser.add_argument("--clean", action="store_true", help="delete the archives in the end; results stay")
    return parser.parse_args(argv)


class Run:
    """The steps of one command, and what is known by now."""

    def __init__(self, args: argparse.Namespace) -> None:
        """Read the articles, and what an earlier run has measured."""
        self._args, self._work = args, args.work
        self._sizes = sorted(map(int, args.chunks.split(",")))
        self._bench = data.load(args.set)
        self._rows = corpus.articles(args.set)
        step = max(1, len(self._bench.queries) // args.questions)
        self._questions = [query.text for query in self._bench.queries][::step][: args.questions]
        self._file = self._work / "scale.json"
        kept = json.loads(self._file.read_text("utf-8")) if self._file.exists() else {}
        self.state: dict[str, Any] = {"set": args.set, "questions": len(self._questions), "steps": {}, **kept}

    def go(self) -> None:
        """Do what is not done yet."""
        steps = list(self._steps())
        left = [step for step in steps if step[0] not in self.state["steps"]]
        guessed = taken = 0.0
        for at, (name, guess, call) in enumerate(left):
            rate = (taken + SURE_AFTER) / (guessed + SURE_AFTER)
            more = rate * sum(step[1] for step in left[at:])
            self._say(f"step {len(steps) - len(left) + at + 1} of {len(steps)}: {name}; about {more / 60:.0f} min left")
            start = time.perf_counter()
            found = call()
            seconds = time.perf_counter() - start
            guessed, taken = guessed + guess, taken + seconds
            self._keep(name, found, seconds)
        if self._args.clean:
            for folder in ("archives", "baseline", "scratch"):
                shutil.rmtree(self._work / folder, ignore_errors=True)

    def _steps(self) -> Iterator[Step]:
        sizes, smallest = self._sizes, self._sizes[0]
        yield f"base {smallest}", PER_CHUNK["base"] * smallest, self._base
        if not self._args.no_baseline:
            yield "baseline", FIXED["baseline"], self._fill_baseline
        for before, size in pairwise(sizes):
            guess = PER_CHUNK["grow"] * (size - before)
            yield f"grow {size}", guess, lambda before=before, size=size: self._grow(before, size)
        yield f"latency {' '.join(map(str, sizes))}", FIXED["latency"], self._latency
        for size in sizes:
            guess = FIXED["serve"] + PER_CHUNK["serve"] * size
            yield f"serve {size}", guess, lambda size=size: self._serve(size)
            yield f"rebuild {size}", PER_CHUNK["rebuild"] * size, lambda size=size: self._rebuild(size)
        yield f"append {' '.join(map(str, sizes))}", FIXED["append"], self._append
        for size in sizes:
            yield f"peak {size}", FIXED["peak"], lambda size=size: self._peak(size)

    # Filling

    def _folder(self, size: int) -> Path:
        return Path(self._work) / "archives" / str(size)

    def _open(self, size: int) -> Archive:
        return Archive.open(Settings(data_dir=self._folder(size)))

    def _base(self) -> dict[str, Any]:
        """Take in real articles until there are as many chunks as wanted."""
        at, most = 0, self._sizes[0]
        with self._open(most) as archive:
            archive.embedder  # noqa: B018 - loading it is no part of taking in
            count, words, start = archive.chunk_count(corpus.EVERYTHING), 0, time.perf_counter()
            while count < most and at < len(self._rows):
                part = list(_about(self._rows[at:], most - count))
                at += len(part)
                found = ingest([self._written(part, f"base-{at}")], archive, progress=self._progress)
                words += found.words
                count = archive.chunk_count(corpus.EVERYTHING)
                self._say(f"  {count} of {most} chunks")
            seconds = time.perf_counter() - start
            return {"articles": at, "chunks": count, "words": words, "words_per_second": words / seconds}

    def _grow(self, before: int, size: int) -> dict[str, Any]:
        """Make a larger archive of a smaller one; nothing is embedded."""
        scratch = self._folder(size).with_suffix(".new")
        shutil.rmtree(scratch, ignore_errors=True)
        shutil.copytree(self._folder(before), scratch, ignore=shutil.ignore_patterns("lock"))
        with Archive.open(Settings(data_dir=scratch)) as archive, self._open(self._sizes[0]) as base:
            words = corpus.Vocabulary([base.article(one.id).text for one in base.articles()])
            numbers = range(self._repeats_of(before) + 1, 10_000)
            batch, count = [], archive.chunk_count(corpus.EVERYTHING)
            reached = 0
            for number, prepared in corpus.repeats(base, numbers, words):
                reached = number
                batch.append(prepared)
                count += len(prepared.chunks)
                if len(batch) == PUT_TOGETHER or count >= size:
                    archive.put(batch)
                    batch = []
                    self._now_and_then(f"  {count} of {size} chunks")
                if count >= size:
                    break
            self._say("  both indexes follow")
            archive.refresh()
            held = archive.chunk_count(corpus.EVERYTHING)
        scratch.rename(self._folder(size))
        return {"chunks": held, "repeats": reached - 1}

    def _repeats_of(self, size: int) -> int:
        grown = self.state["steps"].get(f"grow {size}")
        return int(grown["repeats"]) if grown else 0

    def _fill_baseline(self) -> dict[str, Any]:
        from tests.benchmarks.baseline import TutorialBaseline

        folder = self._work / "baseline"
        shutil.rmtree(folder, ignore_errors=True)
        baseline, chunks, rows = TutorialBaseline(folder), 0, self._bench.rows
        for at in range(0, len(rows), 20):
            chunks += baseline.add(self._bench, rows[at : at + 20])
            self._now_and_then(f"  {at} of {len(rows)} articles")
        return {"articles": len(rows), "chunks": chunks}

    # Measuring

    def _latency(self) -> dict[str, Any]:
        others: dict[str, Callable[[str], Any]] = {}
        if not self._args.no_baseline:
            from tests.benchmarks.baseline import TutorialBaseline

            baseline = TutorialBaseline(self._work / "baseline")
            others["baseline"] = lambda question: baseline.search(question, 10)
        archives = {str(size): self._open(size) for size in self._sizes}
        try:
            return measure.latencies(archives, others, self._questions)
        finally:
            for archive in archives.values():
                archive.close()

    def _serve(self, size: int) -> dict[str, Any]:
        found = measure.served(self._folder(size), self._questions[:SERVED_QUESTIONS])
        return {**found, "disk_mb": measure.disk_mb(self._folder(size))}

    def _rebuild(self, size: int) -> dict[str, Any]:
        with self._open(size) as archive:
            return measure.rebuilt(archive, self._scratch(f"rebuild-{size}"))

    def _append(self) -> dict[str, Any]:
        rows = self._unused(APPENDED_CHUNKS, 0)
        slices = [part for at in range(1 + SLICES) if (part := rows[at :: 1 + SLICES])]
        archives = {str(size): self._open(size) for size in self._sizes}
        try:
            return measure.appended(archives, slices, self._scratch("append"))
        finally:
            for archive in archives.values():
                archive.close()

    def _peak(self, size: int) -> dict[str, Any]:
        rows = self._unused(PEAK_CHUNKS, APPENDED_CHUNKS)
        return measure.peak_of_ingestion(self._folder(size), rows, self._scratch(f"peak-{size}"))

    def _unused(self, chunks: int, after: int) -> list[Row]:
        """Return the articles behind those of the base that make about so many chunks, after others of so many."""
        left = self._rows[self.state["steps"][f"base {self._sizes[0]}"]["articles"] :]
        return list(_about(left, after + chunks))[len(list(_about(left, after))) :]

    # Telling

    def _scratch(self, name: str) -> Path:
        folder = Path(self._work) / "scratch" / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder

    def _written(self, rows: Sequence[Row], name: str) -> Path:
        path = self._scratch(name) / "corpus.jsonl"
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
        return path

    def _keep(self, name: str, found: dict[str, Any], seconds: float) -> None:
        self.state["steps"][name] = {**found, "took": round(seconds, 1)}
        self.state["at"] = datetime.now(UTC).isoformat(timespec="seconds")
        scratch = self._file.with_suffix(".new")
        scratch.write_text(json.dumps(self.state, indent=2) + "\n", encoding="utf-8")
        scratch.replace(self._file)
        (self._work / "scale.md").write_text(report.markdown(self.state), encoding="utf-8")

    def _progress(self, progress: Progress) -> None:
        self._now_and_then(f"  {progress.words_per_second:,.0f} words/s")

    _last = 0.0

    def _now_and_then(self, line: str) -> None:
        if time.monotonic() - self._last > 20:
            self._last = time.monotonic()
            self._say(line)

    def _say(self, line: str) -> None:
        print(line, file=sys.stderr, flush=True)


def _about(rows: Sequence[Row], chunks: int) -> Iterator[Row]:
    """Yield the first articles that make about so many chunks."""
    count = 0
    for row in rows:
        if count >= chunks:
            return
        count += 1 + len(row["text"]) // CHARACTERS_OF_A_CHUNK
        yield row


if __name__ == "__main__":
    sys.exit(main())
