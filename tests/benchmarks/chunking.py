"""Chunking: how much of what answers a question its five best passages hold, and how little else.

The data are those of "Evaluating Chunking Strategies for Retrieval" (Smith and Troynikov, Chroma 2024,
https://github.com/brandonstarxel/chunking_evaluation, MIT): three long texts, and questions with the exact places that
answer them. Each text is one article. Counted are characters: recall is the share of the answering places that the
passages cover, IoU what of them is covered in parts of places and passages together, those of another text included;
both are means over the questions. The places are looked up in the text that a system keeps, so that white space mended
on the way in costs nobody anything; characters that two passages share count once.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING

from tests.benchmarks import data
from tests.benchmarks.names import BASELINE, DATELINE
from tests.benchmarks.rows import Results, Row, at_least, ours

if TYPE_CHECKING:
    from tests.benchmarks.parts import Job
    from tests.benchmarks.systems import Hit, System

TOP = 5


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, the text that answers it, and the places in it: where each begins, and its words."""

    text: str
    home: str
    places: tuple[tuple[int, str], ...]


def run(job: "Job") -> Results:
    """Ask every system every question and return recall and IoU of each."""
    from tests.benchmarks.systems import compared  # opens an archive

    bench, asked = texts(), list(questions())
    asked = asked[:: job.step(len(asked))]
    with compared(bench, job.folder / "chunking", job.baseline) as systems:
        archive = systems[0].archive
        own = {summary.external_id: archive.article(summary.id).text for summary in archive.articles()}
        given = {data.key(row): bench.text(row) for row in bench.rows}
        lengths = [len(chunk.chunk.text) for chunk in archive.catalogue.all_chunks()]
        return {
            "questions": len(asked),
            "chunks": len(lengths),
            "mean_characters": fmean(lengths),
            "mean_word_pieces": word_pieces(archive),
            "scores": {
                system.name: scores(system, asked, given if system.name == BASELINE else own) for system in systems
            },
        }


def texts() -> data.BenchSet:
    """Return the texts as articles."""
    folder = data.bench_dir() / "chunking-eval" / "corpora"
    rows = ({"id": path.stem, "title": path.stem, "text": path.read_text("utf-8")} for path in sorted(folder.iterdir()))
    return data.BenchSet("chunking-eval", tuple(rows), (), {}, "open")


def questions() -> Iterator[Asked]:
    """Yield the questions with the places that answer them."""
    for row in data.read_rows(data.bench_dir() / "chunking-eval" / "questions.jsonl.gz"):
        places = tuple((place["start_index"], place["content"]) for place in json.loads(row["references"]))
        yield Asked(row["question"], row["corpus_id"], places)


def word_pieces(archive) -> float:
    """Return how many word pieces of the embedding model a chunk has on average."""
    return fmean(len(archive.embedder.token_spans(chunk.chunk.text)) for chunk in archive.catalogue.all_chunks())


def scores(system: "System", asked: Sequence[Asked], texts: dict[str, str]) -> dict[str, float]:
    """Return one system's mean recall and IoU."""
    found = [score(system.search(one.text, TOP), one, texts[one.home]) for one in asked]
    return {"recall": fmean(recall for recall, _ in found), "iou": fmean(iou for _, iou in found)}


def score(hits: "Sequence[Hit]", asked: Asked, text: str) -> tuple[float, float]:
    """Return recall and IoU of one question's passages, in characters."""
    gold = {at for start, words in asked.places for at in span_of(words, text, start)}
    shown = {(hit.key, at) for hit in hits for at in range(hit.start, hit.start + len(hit.text))}
    covered = sum((asked.home, at) in shown for at in gold)
    return covered / len(gold), covered / (len(gold) + len(shown) - covered)


def span_of(words: str, text: str, near: int) -> range:
    """Return where words stand in a text, whatever white space is between them: of several places the nearest."""
    pattern = r"\s+".join(map(re.escape, words.split()))
    found = min(re.finditer(pattern, text), key=lambda match: abs(match.start() - near), default=None)
    # What a system lost of the text cannot be covered.
    return range(*found.span()) if found else range(-len(words), 0)


def rows(results: Results) -> list[Row]:
    """Tell recall, IoU and how long chunks are."""
    found = results["scores"]
    return [
        Row("recall at 5", {name: one["recall"] for name, one in found.items()}, at_least(0.88), headline=True),
        Row("IoU at 5", {name: one["iou"] for name, one in found.items()}, at_least(0.05), headline=True),
        ours("mean length of a chunk, characters", results["mean_characters"], form=".0f"),
        ours("mean length of a chunk, word pieces", results["mean_word_pieces"], form=".0f"),
    ]


def notes(results: Results) -> list[str]:
    """Say how much was asked."""
    return [f"- {results['questions']} questions over three texts in {results['chunks']} chunks of {DATELINE}'s."]
