"""Corpus files for the drills, with the vectors that the real model gives their chunks."""

import json
import pickle
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import numpy as np

from ingest.chunk import cut
from ingest.parse import parse
from ingest.types import RawPage
from qa.index.archive import embed

PER_FILE = 6
"""Articles of a corpus file, which is one run of ingestion: one or two commits and a refresh."""
NOISE = 0.01
"""How far the vectors of a later edition are from those of the first, along each of 384 axes."""


@dataclass(frozen=True)
class Corpus:
    """Files to ingest, and the pickle of their vectors."""

    files: list[Path]
    vectors: Path

    def part(self, first, last=None):
        return Corpus(self.files[first:last], self.vectors)


def make(folder, embedder, editions, articles=None):
    """Write the sample archive into small files, in several editions that differ in a word of every sentence.

    The first edition is embedded by the real model; the vectors of later ones are those with a little noise, which
    keeps them as news articles lie and costs nothing.
    """
    lines = (files("ingest") / "sample" / "articles.jsonl").read_text("utf-8").splitlines()[:articles]
    rng, vectors, rows = np.random.default_rng(7), {}, []
    for line in lines:
        values = json.loads(line)
        draft = parse(RawPage("sample", 1, "jsonl", line.encode(), "sample"))
        drafts = cut(draft.text, embedder.token_spans(draft.text))
        chunks = embed(embedder, draft.text, drafts)
        for edition in range(editions):
            text = edit(draft.text, edition)
            rows.append(
                {**values, "text": text, "id": f"{values['id']}-{edition}", "url": f"{values['url']}?{edition}"}
            )
            # Editing keeps every length in characters, and so every place; the cutter is asked again all the same.
            again = cut(text, embedder.token_spans(text))
            for number, piece in enumerate(again):
                source = chunks[min(number, len(chunks) - 1)]
                noisy = source.vector + NOISE * edition * rng.standard_normal(source.vector.shape).astype(np.float32)
                sentences = np.resize(source.sentence_vectors, (len(piece.sentences), source.vector.size))
                vectors[text[piece.start : piece.end]] = (noisy / np.linalg.norm(noisy), sentences)
    rows = [row for edition in range(editions) for row in rows[edition::editions]]
    return Corpus(_write(folder, rows), _pickle(folder, vectors))


def edit(text, edition):
    """Return the text with digits turned on, so that later editions are other texts of the same shape."""
    return text.translate({ord(str(digit)): str((digit + edition) % 10) for digit in range(10)}) + (
        f"\n\nThis is edition {edition}." if edition else ""
    )


def _write(folder, rows):
    paths = []
    for first in range(0, len(rows), PER_FILE):
        path = folder / f"part-{first // PER_FILE:03d}.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in rows[first : first + PER_FILE]))
        paths.append(path)
    return paths


def _pickle(folder, vectors):
    path = folder / "vectors.pickle"
    path.write_bytes(pickle.dumps(vectors))
    return path
