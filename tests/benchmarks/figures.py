"""Write the README's figures from the kept results of a run: ``python -m tests.benchmarks.figures [BENCH_JSON]``."""

import json
import sys
from pathlib import Path
from typing import Any

from tests.benchmarks.names import DATELINE, RETRIEVAL

RESULTS = Path(__file__).with_name("results.json")
README = Path(__file__).parents[2] / "README.md"
START, END = "<!-- figures: start -->", "<!-- figures: end -->"


def block(results: dict[str, Any]) -> str:
    """Return the README's figures, with the marks around them."""
    head = f"Measured {results['at'][:10]} on {results['machine']['cores']} cores; development halves of both sets."
    return "\n\n".join([START, head, *map(_of_set, results["sets"]), END])


def put(readme: str, figures: str) -> str:
    """Return the README with its figures replaced."""
    before, rest = readme.split(START)
    return before + figures + rest.split(END)[1]


def _of_set(results: dict[str, Any]) -> str:
    heads = ("Hits@4", "Hits@10", "MRR@10", "evidence@10", "all@10", "right article first")
    kept = [at for at, name in enumerate((*RETRIEVAL, "right_article_first")) if _known(results, name)]
    title = f"{results['name']} ({results['articles']} articles, {results['questions']} questions)"
    lines = [
        f"| {title} | " + " | ".join(heads[at] for at in kept) + " |",
        "| --- " * (len(kept) + 1) + "|",
        *(_row(name, scores, kept) for name, scores in results["search"].items()),
    ]
    return "\n".join([*lines, "", *_sentences(results)])


def _known(results: dict[str, Any], score: str) -> bool:
    return any(scores.get(score) is not None for scores in results["search"].values())


def _row(name: str, scores: dict[str, Any], kept: list[int]) -> str:
    values = [scores.get((*RETRIEVAL, "right_article_first")[at]) for at in kept]
    cells = ["-" if value is None else f"{value:.3f}" for value in values]
    return f"| {f'**{name}**' if name == DATELINE else name} | " + " | ".join(cells) + " |"


def _sentences(results: dict[str, Any]) -> list[str]:
    answers, times = results["answers"], results["query_ms"]
    lines = [f"Ingestion takes in {results['ingestion']['ratio']:.1f} times the baseline's words per second."]
    if times:
        lines.append(f"A whole `ask` takes {times['ratio_of_medians']:.2f} of the time of the baseline's bare query.")
    if answers["quotes_hold_answer"] is not None and results["level"] == "open":
        lines.append(
            f"Its quotes, {answers['mean_quotes']:.1f} on average, hold a gold answer for "
            f"{answers['quotes_hold_answer']:.1%} of the answerable questions."
        )
    if results["level"] != "open":
        lines.append(
            f"Of {answers['unanswerable']} questions without an answer {answers['abstained_of_unanswerable']:.1%} are "
            f"declined, of {answers['answerable']} with one {answers['abstained_of_answerable']:.1%}."
        )
    return lines


def main() -> None:
    """Keep a run's results, where one is named, and write them into the README."""
    if sys.argv[1:]:
        RESULTS.write_text(Path(sys.argv[1]).read_text("utf-8"), encoding="utf-8")
    figures = block(json.loads(RESULTS.read_text("utf-8")))
    README.write_text(put(README.read_text("utf-8"), figures), encoding="utf-8")


if __name__ == "__main__":
    main()
