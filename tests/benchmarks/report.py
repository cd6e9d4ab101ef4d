"""Write what a run measured, as one Markdown table a set and as JSON."""

from typing import Any

from tests.benchmarks.names import BASELINE, DATELINE, RETRIEVAL

HEADS = ("Hits@4", "Hits@10", "MRR@10", "evidence@10", "all@10", "right article first", "query p50 / p95 ms", "words/s")


def markdown(results: dict[str, Any]) -> str:
    """Return the report of a run."""
    machine = results["machine"]
    head = f"Measured {results['at']} on {machine['cores']} cores, Python {machine['python']}, {machine['system']}."
    versions = ", ".join(f"{name} {version}" for name, version in machine["versions"].items())
    return "\n\n".join([head, versions, *map(_set_report, results["sets"])]) + "\n"


def _set_report(results: dict[str, Any]) -> str:
    title = f"## {results['name']}: {results['articles']} articles, {results['questions']} questions"
    lines = [
        "| system | " + " | ".join(HEADS) + " |",
        "|---" * (len(HEADS) + 1) + "|",
        *(_row(results, name) for name in results["search"]),
    ]
    return "\n".join([title, "", *lines, "", *_sentences(results)])


def _row(results: dict[str, Any], name: str) -> str:
    scores, times = results["search"][name], results["query_ms"].get(name)
    speed = results["ingestion"]["words_per_s"].get(name)
    cells = [_figure(scores.get(score)) for score in (*RETRIEVAL, "right_article_first")]
    cells.append(f"{times['p50']:.1f} / {times['p95']:.1f}" if times else "-")
    cells.append(f"{speed:,.0f}" if speed else "-")
    return f"| {name} | " + " | ".join(cells) + " |"


def _sentences(results: dict[str, Any]) -> list[str]:
    ingestion, answers, times = results["ingestion"], results["answers"], results["query_ms"]
    again, chunks = ingestion["again"], ingestion["chunks"]
    lines = [
        f"Ingestion: {ingestion['added']} added, {ingestion['skipped']} skipped, {ingestion['words']:,} words in "
        f"{chunks[DATELINE]:,} chunks ({chunks[BASELINE]:,} for the baseline); the same again: "
        f"{again['added']} added, {again['unchanged']} unchanged, {again['embedded']} embedded.",
        f"Words per second, ours / the baseline's: {ingestion['ratio']:.2f} (median of the rounds).",
    ]
    if times:
        lines.append(
            f"A whole `ask` takes {times['ask']['p50']:.1f} ms (p95 {times['ask']['p95']:.1f}), "
            f"{times['ratio_of_medians']:.2f} of the baseline's bare query (median of the pairs "
            f"{times['median_ratio']:.2f})."
        )
    lines.append(
        f"`ask` at level `{results['level']}`, {answers['answerable']} answerable questions: right article first "
        f"{_figure(answers['right_article_first'])}, quoted {_figure(answers['right_article_quoted'])}, quotes hold a "
        f"gold answer {_figure(answers['quotes_hold_answer'])}, quotes per answer {_figure(answers['mean_quotes'])}."
    )
    own = answers.get("auroc_own_article")
    lines.append(
        f"Abstained of {answers['unanswerable']} unanswerable questions "
        f"{_figure(answers['abstained_of_unanswerable'])}, of the answerable ones "
        f"{_figure(answers['abstained_of_answerable'])}; AUROC of the confidence {_figure(answers['auroc'])}"
        + ("." if own is None else f", with the question's own article given {own:.3f}.")
    )
    return [f"- {line}" for line in lines]


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
