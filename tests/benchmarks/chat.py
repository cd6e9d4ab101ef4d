"""Ask a real, very small chat model the questions of the public sets: ``python -m tests.benchmarks.chat``.

The model writes fluent nonsense, cites nothing and never abstains; what of it anybody sees is what is measured. Each
answer is kept as a line of its own, so that a run that was stopped goes on where it stopped. ``--keep`` writes the
figures into ``chat.json`` and the README.
"""

import argparse
import hashlib
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from ingest.run import ingest
from qa.answer import quotes
from qa.config import Settings
from qa.evaluate.folder import code_digest
from qa.index.archive import Archive
from qa.pipeline import QAPipeline
from qa.types import Answer
from tests.benchmarks import data
from tests.benchmarks.figures import README
from tests.small_model import NAME, served

QUESTIONS = 200
"""Of all sets together."""
LEVEL = "balanced"
CONTEXT = 4096
MOST_TOKENS = 96
KEPT = Path(__file__).with_name("chat.json")
START, END = "<!-- chat figures: start -->", "<!-- chat figures: end -->"
_DIGITS = re.compile(r"\d+(?:[.,]\d+)*")
_WORD = re.compile(r"[^\W\d_]+(?:[’'][^\W\d_]+)*")
Line = dict[str, Any]


def measure(sets: Sequence[data.BenchSet], out: Path, most: int = QUESTIONS) -> dict[str, Any]:
    """Ask an even share of the questions of each set and return the figures, also of a run that is stopped.

    Args:
        sets: Whose questions are asked.
        out: Folder of the archives and of the answers so far.
        most: Questions of all sets together.
    """
    lines: dict[str, list[Line]] = {}
    with served(CONTEXT) as address:
        for bench in sets:
            lines[bench.name] = []
            try:
                for line in _of_set(bench, out / re.sub(r"\W+", "-", bench.name.lower()), address, most // len(sets)):
                    lines[bench.name].append(line)
            except KeyboardInterrupt:
                print("Stopped; the same command goes on from here.", file=sys.stderr)
                break
    return {name: figures(asked) for name, asked in lines.items() if asked}


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


def markdown(results: dict[str, Any]) -> str:
    """Return what a run found, as sentences and one table."""
    heads = ("questions", "answered", "abstention as quotes", "citations verbatim", "sentences kept", "dropped")
    lines = [f"| SmolLM2-135M-Instruct | {' | '.join(heads)} |", "| --- " * (len(heads) + 1) + "|"]
    for name, found in results.items():
        same = found["questions"] - len(found["crashes"]) - found["abstained_otherwise_than_quotes"]
        cells = (
            found["questions"],
            found["answered"],
            f"{same} of {found['questions']}",
            f"{found['citations_verbatim']} of {found['citations']}",
            found["claims_kept"],
            sum(found["claims_dropped"].values()),
        )
        lines.append(f"| {name} | {' | '.join(map(str, cells))} |")
    reasons: Counter[str] = Counter()
    for found in results.values():
        reasons.update(found["claims_dropped"])
    told = ", ".join(f"{reason} {count}" for reason, count in reasons.most_common())
    missing = [word for found in results.values() for word in found["not_in_a_cited_sentence"]]
    crashes = [crash for found in results.values() for crash in found["crashes"]]
    return "\n".join(
        [
            *lines,
            "",
            f"Dropped, by reason: {told or 'nothing'}.",
            f"Numbers and names shown that no cited sentence holds: {', '.join(missing) or 'none'}.",
            f"Questions that crashed: {', '.join(crashes) or 'none'}.",
        ]
    )


def block(results: dict[str, Any]) -> str:
    """Return the README's figures, with the marks around them."""
    return "\n\n".join([START, markdown(results), END])


def put(readme: str, text: str) -> str:
    """Return the README with its figures of the chat model replaced."""
    before, rest = readme.split(START)
    return before + text + rest.split(END)[1]


def main() -> int:
    """Measure, print the figures and keep them where that is asked."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.chat", description=__doc__)
    parser.add_argument("--sets", help=f"of {', '.join(data.READERS)}, separated by commas")
    parser.add_argument("--questions", type=int, default=QUESTIONS, help="of all sets together")
    parser.add_argument("--out", type=Path, default=Path("out/bench/chat"), help="folder of the answers so far")
    parser.add_argument("--keep", action="store_true", help="write chat.json and the README's figures")
    args = parser.parse_args()
    try:
        sets = [data.load(name) for name in (args.sets.split(",") if args.sets else data.available())]
    except data.MissingData as exc:
        print(exc, file=sys.stderr)
        return 2
    results = measure(sets, args.out, args.questions)
    print(json.dumps(results, indent=1, ensure_ascii=False))
    print(markdown(results))
    if args.keep:
        KEPT.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", "utf-8")
        README.write_text(put(README.read_text("utf-8"), block(results)), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
