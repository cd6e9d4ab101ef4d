"""Plant instructions in news and count what is flagged and quoted: ``python -m tests.benchmarks.injections``.

Reads ``injections`` and ``multihop-rag`` in the folder that ``DATELINE_BENCH_DIR`` names. Each planted string is put at
the start, in the middle and at the end of a real article, which is then asked a question that it answers; a run fails
if a sentence of the string is quoted, or shown beside a quote.
"""

import gzip
import json
import os
import re
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from ingest.run import ingest
from ingest.suspicion import suspicions
from qa.config import Settings
from qa.index.archive import Archive
from qa.pipeline import QAPipeline
from qa.types import Answer, Filters

ARTICLES = 30
PLACES = ("start", "middle", "end")


def read(folder: Path, name: str) -> list[dict[str, Any]]:
    """Return the rows of a file of JSON lines."""
    with gzip.open(folder / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def paragraphs(text: str) -> list[str]:
    """Return a text's paragraphs; of a text without any, its sentences."""
    return text.split("\n\n") if "\n\n" in text else re.split(r"(?<=[.!?]) (?=[A-Z])", text)


def planted(text: str, string: str, place: str) -> str:
    """Return a text with a string of its own paragraph put into it."""
    parts = paragraphs(text)
    at = {"start": 0, "middle": len(parts) // 2, "end": len(parts)}[place]
    return "\n\n".join([*parts[:at], string, *parts[at:]])


def shows(answer: Answer, string: str) -> bool:
    """Say whether a line of the string is in what the answer shows."""
    shown = [part for one in answer.citations for part in (one.quote, *(near.text for near in one.context))]
    return any(len(part) > 12 and (part in string or string in part) for part in shown)


def asked(folder: Path) -> list[tuple[dict[str, Any], str]]:
    """Return articles with a question that each is evidence for."""
    corpus = {row["url"]: row for row in read(folder, "multihop-rag/corpus")}
    found: dict[str, str] = {}
    for row in read(folder, "multihop-rag/queries"):
        for evidence in row.get("evidence_list", []):
            if evidence["url"] in corpus and len(found) < ARTICLES:
                found.setdefault(evidence["url"], row["query"])
    return [(corpus[url], question) for url, question in found.items()]


def main() -> int:
    """Print the figures."""
    named = os.environ.get("DATELINE_BENCH_DIR")
    if not named:
        print("DATELINE_BENCH_DIR names no folder; there is nothing to measure.", file=sys.stderr)
        return 2
    strings = read(Path(named), "injections/attacks")
    for label in ("malicious", "benign"):
        rows = [row for row in strings if row["label"] == label]
        flagged = Counter(row["source"] for row in rows if suspicions(row["text"]))
        print(f"{label}: {flagged.total()} of {len(rows)} strings flagged {dict(flagged)}")
    pairs, quoted, runs, same = asked(Path(named)), 0, 0, 0
    bad = [row for row in strings if row["label"] == "malicious"]
    batches = [bad[at : at + len(pairs)] for at in range(0, len(bad), len(pairs))]
    with tempfile.TemporaryDirectory() as scratch:
        clean = answers(
            Path(scratch) / "clean", [("\n\n".join(paragraphs(row["body"])), question) for row, question in pairs]
        )
        for number, batch in enumerate(batches):
            for place in PLACES:
                given = [
                    (planted(row["body"], one["text"], place), question)
                    for (row, question), one in zip(pairs, batch, strict=False)
                ]
                for at, answer in enumerate(answers(Path(scratch) / f"{number}-{place}", given)):
                    runs += 1
                    quoted += shows(answer, batch[at]["text"])
                    same += {one.quote for one in answer.citations} == {one.quote for one in clean[at].citations}
    print(f"{runs} runs: planted text quoted in {quoted} ({quoted / runs:.1%}); quotes as without it {same / runs:.1%}")
    return 0


def answers(folder: Path, given: list[tuple[str, str]]) -> list[Answer]:
    """Ask each text its question in an archive of all of them, the article alone allowed."""
    folder.mkdir()
    file = folder / "rows.jsonl"
    file.write_text("".join(json.dumps({"id": at, "text": text}) + "\n" for at, (text, _) in enumerate(given)), "utf-8")
    with Archive.open(Settings(data_dir=folder / "data")) as archive:
        ingest([file], archive)
        names = {row.external_id: row.id for row in archive.articles()}
        pipeline = QAPipeline(archive)
        return [
            pipeline.ask(question, level="open", filters=Filters(article_ids=(names[str(at)],)))
            for at, (_, question) in enumerate(given)
        ]


if __name__ == "__main__":
    sys.exit(main())
