"""The part "chat": a real, very small chat model (SmolLM2-135M-Instruct) is asked questions of the public sets.

The model writes fluent nonsense, cites nothing and never abstains; what of it anybody sees is what is measured. Each
answer is kept as a line of its own, so that a run that was stopped goes on where it stopped.
"""

import hashlib
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from ingest.run import ingest
from qa.answer import quotes
from qa.config import Settings
from qa.evaluate.folder import code_digest
from qa.index.archive import Archive
from qa.pipeline import QAPipeline
from qa.types import Answer
from tests.benchmarks import data
from tests.benchmarks.rows import Results, Row, at_least, at_most, ours
from tests.small_model import NAME, served

if TYPE_CHECKING:
    from tests.benchmarks.parts import Job

QUESTIONS = 200
"""Of all sets together."""
SETS = ("multihop", "squad2")
LEVEL = "balanced"
CONTEXT = 4096
MOST_TOKENS = 96
_DIGITS = re.compile(r"\d+(?:[.,]\d+)*")
_WORD = re.compile(r"[^\W\d_]+(?:[’'][^\W\d_]+)*")
Line = dict[str, Any]


def run(job: "Job") -> Results:
    """Ask an even share of the questions of each set; ``--keep`` makes the run go on where it was stopped."""
    sets = [data.load(name) for name in SETS]
    each = (job.queries or QUESTIONS) // len(sets)
    with served(CONTEXT) as address:
        return {
            bench.name: figures(list(_of_set(bench, job.folder / "chat" / bench.name, address, each))) for bench in sets
        }


def _of_set(bench: data.BenchSet, folder: Path, address: str, most: int) -> Iterator[Line]:
    folder.mkdir(parents=True, exist_ok=True)
    corpus = folder / "corpus.jsonl"
    corpus.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in bench.rows), "utf-8")
    settings = Settings(
        data_dir=folder / "archive",
        engine="chat",
        chat_model=NAME,
        chat_base_url=address,
        chat_max_tokens=MOST_TOKENS,
        chat_first_token_seconds=180,
        chat_answer_seconds=300,
    )
    total = min(most, len(bench.queries))
    asked = [bench.queries[at * len(bench.queries) // total].text for at in range(total)]
    with Archive.open(settings) as archive:
        ingest([corpus], archive, mapping=bench.mapping)
        told = [code_digest(), bench.name, LEVEL, MOST_TOKENS, archive.recipe, len(archive.articles())]
        mark = hashlib.sha256(repr(told).encode()).hexdigest()[:12]
        done = _done(folder / "answers.jsonl", mark)
        yield from (done[question] for question in asked if question in done)
        left = [question for question in asked if question not in done]
        started = time.monotonic()
        with (folder / "answers.jsonl").open("a", encoding="utf-8") as kept:
            for at, question in enumerate(left, 1):
                line = {"run": mark, "question": question, **_asked(archive, question)}
                kept.write(json.dumps(line, ensure_ascii=False) + "\n")
                kept.flush()
                yield line
                if at % 5 == 0 or at == len(left):
                    minutes = (time.monotonic() - started) / at * (len(left) - at) / 60
                    done_now = total - len(left) + at
                    print(f"  {bench.name}: {done_now} of {total}, about {minutes:.0f} minutes left", file=sys.stderr)


def _done(path: Path, mark: str) -> dict[str, Line]:
    """Return the answers that an earlier run of the same program over the same articles left."""
    found = {}
    for text in path.read_text("utf-8").splitlines() if path.exists() else ():
        try:
            line = json.loads(text)
        except ValueError:  # the run was killed while it wrote this line
            continue
        if line["run"] == mark:
            found[line["question"]] = line
    return found


def _asked(archive: Archive, question: str) -> Line:
    """Ask both engines; an error is a result too."""
    started = time.monotonic()
    try:
        pipeline = QAPipeline(archive)
        answer, quoted = pipeline.ask(question, level=LEVEL), pipeline.ask(question, engine="quotes", level=LEVEL)
        return {**_told(archive, answer), "quotes_status": quoted.status, "seconds": time.monotonic() - started}
    except Exception as exc:  # whatever it is, it is counted as a crash and named
        return {"crash": f"{type(exc).__name__}: {exc}"}


def _told(archive: Archive, answer: Answer) -> Line:
    by_number = {citation.number: citation for citation in answer.citations}
    written, unseen = [], []
    for claim in answer.claims:
        cited = [by_number[number] for number in claim.citations]
        if len(cited) == 1 and claim.text == quotes.claim(cited[0]).text:
            continue  # a quote in our own frame
        written.append(claim.text)
        unseen += not_in(claim.text, " ".join(citation.quote for citation in cited))
    return {
        "status": answer.status,
        "engine": answer.run.engine,
        "fallback": answer.run.fallback,
        "written": written,
        "unseen": unseen,
        "dropped": answer.run.dropped,
        "claims": len(answer.claims),
        "uncited": sum(not claim.citations for claim in answer.claims),
        "citations": len(answer.citations),
        "verbatim": sum(
            archive.article(one.article_id, one.revision).text[one.start : one.end] == one.quote
            for one in answer.citations
        ),
        "tokens": answer.run.tokens,
    }


def not_in(claim: str, cited: str) -> list[str]:
    """Return numbers and names of a claim that its cited sentences do not hold; plainer than the verifier, on purpose.

    A number is a run of digits, whatever its unit. A name is a capitalised word; the first word of a sentence counts
    as one only before another.
    """
    held = {number.replace(",", "") for number in _DIGITS.findall(cited)}
    missing = [number for number in _DIGITS.findall(claim) if number.replace(",", "") not in held]
    words, known = _WORD.findall(claim), {_bare(word) for word in _WORD.findall(cited)}
    for at, word in enumerate(words):
        named = word[0].isupper() and (at > 0 or (words[1:2] and words[1][0].isupper()))
        if named and _bare(word) not in known:
            missing.append(word)
    return missing


def _bare(word: str) -> str:
    return re.sub(r"[’']s?$", "", word).casefold()


def figures(lines: Sequence[Line]) -> dict[str, Any]:
    """Fold the answers of one set."""
    whole = [line for line in lines if "crash" not in line]
    answered = [line for line in whole if line["status"] == "answered"]
    dropped: Counter[str] = Counter()
    for line in answered:
        dropped.update(line["dropped"])
    return {
        "questions": len(lines),
        "crashes": [line["crash"] for line in lines if "crash" in line],
        "answered": len(answered),
        "abstained_otherwise_than_quotes": sum(line["status"] != line["quotes_status"] for line in whole),
        "citations": sum(line["citations"] for line in answered),
        "citations_verbatim": sum(line["verbatim"] for line in answered),
        "uncited": sum(line["uncited"] for line in answered),
        "claims_kept": sum(len(line["written"]) for line in answered),
        "claims_dropped": dict(dropped.most_common()),
        "not_in_a_cited_sentence": [word for line in answered for word in line["unseen"]],
        "answers_by_the_model": sum(line["engine"] == "chat" for line in answered),
        "fell_back": dict(Counter(line["fallback"] for line in answered if line["fallback"]).most_common()),
        "tokens": {way: sum(line["tokens"].get(way, 0) for line in answered) for way in ("input", "output")},
        "median_seconds": median(line["seconds"] for line in answered) if answered else None,
    }


def rows(results: Results) -> list[Row]:
    """Tell what must be whole, and how much of what was written is shown."""
    found = results.values()
    questions, citations = _sum(found, "questions"), _sum(found, "citations")
    kept, dropped = _sum(found, "claims_kept"), sum(sum(one["claims_dropped"].values()) for one in found)
    wrong = sum(len(one["not_in_a_cited_sentence"]) for one in found)
    crashes = sum(len(one["crashes"]) for one in found)
    same = questions - crashes - _sum(found, "abstained_otherwise_than_quotes")
    return [
        ours("questions asked", questions, at_least(QUESTIONS), ".0f"),
        ours("questions that crashed", crashes, at_most(0), ".0f"),
        ours("citations that are verbatim", _sum(found, "citations_verbatim") / citations, at_least(1.0), ".1%", True),
        ours("numbers and names shown that no cited sentence holds", wrong, at_most(0), ".0f", True),
        ours("abstains where the quotes engine does", same / questions, at_least(1.0), ".1%"),
        ours("of the model's sentences, those that are shown", kept / (kept + dropped), None, ".1%"),
        ours("answers with a sentence of the model's", _sum(found, "answers_by_the_model") / _sum(found, "answered"),
             None, ".1%"),
    ]  # fmt: skip


def notes(results: Results) -> list[str]:
    """Say by set what became of the model's sentences, and why."""
    lines = []
    for name, found in results.items():
        dropped = found["claims_dropped"]
        told = ", ".join(f"{reason} {count}" for reason, count in dropped.items())
        lines.append(
            f"- {name}: {found['questions']} questions, {found['answered']} answered, {found['citations']} citations; "
            f"{found['claims_kept']} sentences shown, {sum(dropped.values())} dropped ({told}); "
            f"{sum(found['fell_back'].values())} answers are quotes alone; "
            f"{found['tokens']['input']:,} tokens read, {found['tokens']['output']:,} written."
        )
    return lines


def _sum(found: Iterable[dict[str, Any]], name: str) -> int:
    return sum(one[name] for one in found)
