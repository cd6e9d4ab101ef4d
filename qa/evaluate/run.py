"""One evaluation from the question set to the report."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from qa import prompt
from qa.answer import tuned
from qa.errors import DatelineError
from qa.evaluate import gate as gates
from qa.evaluate import judge as judges
from qa.evaluate.asker import How, ask_all, scored
from qa.evaluate.collect import Collected, collect, in_step
from qa.evaluate.datasets import QuestionSet
from qa.evaluate.folder import RunFolder, code_digest, read_results
from qa.evaluate.report import Facts, render
from qa.evaluate.shelf import Shelf
from qa.evaluate.stats import Figure
from qa.evaluate.summary import markdown
from qa.evaluate.types import EvalQuestion, Json, digest
from qa.index.archive import Archive
from qa.types import Filters, Skipped

KEPT_SKIPS = 1000
FAILURES_IN_A_ROW = 25
"""So many failing answers one after another are no bad questions but a broken archive or model."""


@dataclass(frozen=True, slots=True)
class Survey:
    """What a question set holds, found out before anything is asked."""

    count: int
    digest: str
    skipped: list[Skipped]
    more_skipped: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run is to do.

    Args:
        out: The folder of the results.
        how: Engine and level.
        jobs: Processes that ask.
        results: Score the answers of this earlier run rather than asking.
        baseline: An earlier run to compare with.
        gate: Floors to hold the run against.
        judge: A model judge, and its name.
    """

    out: Path
    how: How = field(default_factory=How)
    jobs: int = 1
    results: Path | None = None
    baseline: Path | None = None
    gate: Path | None = None
    judge: tuple[str, judges.Model] | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """Everything that a run found."""

    survey: Survey
    summary: dict[str, Figure]
    collected: Collected
    facts: list[tuple[str, str]] = field(default_factory=list)
    verdict: gates.Verdict | None = None


Progress = Callable[[int, int], None]
"""Called with the questions done and the number of all."""


def survey(questions: QuestionSet) -> Survey:
    """Read a question set once: count it, take its digest, and keep the reasons for what is left out."""
    skipped: list[Skipped] = []
    counts = {"questions": 0, "skipped": 0}

    def good() -> Iterator[EvalQuestion]:
        for item in questions.questions():
            if isinstance(item, Skipped):
                counts["skipped"] += 1
                skipped.extend([item] if len(skipped) < KEPT_SKIPS else [])
            else:
                counts["questions"] += 1
                yield item

    found = digest(good())
    return Survey(counts["questions"], found, skipped, counts["skipped"] - len(skipped))


def run(
    questions: QuestionSet, found: Survey, archive: Archive, plan: Plan, progress: Progress = lambda done, total: None
) -> Outcome:
    """Ask, score, collect and write everything into the folder.

    Raises:
        DatelineError: The archive, the model or the folder fails; what was done so far is kept.
    """
    identity = _identity(found, archive, plan)
    with RunFolder(plan.out, identity) as folder:
        progress(folder.done, found.count)
        for line in _results(questions, archive, plan, folder.done):
            folder.append(line)
            progress(folder.done, found.count)
    shelf = Shelf(archive)
    collected = collect(plan.out, questions.good(), shelf, plan.baseline)
    summary = collected.table.summary()
    verdict = None if plan.gate is None else gates.check(gates.read_gate(plan.gate), found.digest, summary)
    outcome = Outcome(found, summary, collected, _facts(questions, found, archive, plan, collected), verdict)
    _write(folder, outcome, shelf)
    folder.note(finished=True, skipped=len(found.skipped) + found.more_skipped)
    return outcome


def _identity(found: Survey, archive: Archive, plan: Plan) -> Json:
    """Name everything that the results depend on: a run goes on only if all of it is the same."""
    settings = archive.settings.model_dump(mode="json", exclude={"cache_dir", "data_dir", "threads"})
    return {
        "questions": found.digest,
        "count": found.count,
        "settings": settings,
        "engine": plan.how.engine,
        "level": plan.how.level,
        "judge": plan.judge[0] if plan.judge else None,
        "results": str(plan.results) if plan.results else None,
        "archive": [str(archive.settings.data_dir), tuned.recipe(archive), archive.catalogue.last_change()],
        "code": code_digest(),
    }


def _results(questions: QuestionSet, archive: Archive, plan: Plan, done: int) -> Iterator[Json]:
    """Yield the results that are not there yet."""
    lines: Iterator[Json]
    if plan.results is not None:
        shelf = Shelf(archive)
        pairs = in_step(questions.good(), read_results(plan.results))
        lines = (scored(question, line, shelf) for question, line in islice(pairs, done, None))
    else:
        lines = ask_all(archive, plan.how, islice(questions.good(), done, None), plan.jobs)
    if plan.judge is not None:
        model = plan.judge[1]
        pairs = zip(islice(questions.good(), done, None), lines, strict=True)
        lines = (judges.judge(model, question, line) for question, line in pairs)
    yield from _not_broken(lines)


def _not_broken(lines: Iterator[Json]) -> Iterator[Json]:
    failures = 0
    for line in lines:
        failures = failures + 1 if line.pop("kind", None) == "failed" else 0
        if failures >= FAILURES_IN_A_ROW:
            raise DatelineError(
                f"{failures} questions in a row could not be answered; the last time: {line['error']['message']}"
            )
        yield line


def _facts(
    questions: QuestionSet, found: Survey, archive: Archive, plan: Plan, collected: Collected
) -> list[tuple[str, str]]:
    coverage = archive.coverage(Filters())
    engine = plan.how.engine or archive.settings.engine
    facts = [
        ("Questions", f"{found.count} ({questions.format}), digest {found.digest[:12]}"),
        ("Archive", f"{coverage.articles} articles, recipe {tuned.recipe(archive) or 'none'}"),
        ("Answered", f"engine {engine}, level {plan.how.level or archive.settings.level}"),
    ]
    if plan.judge is not None:
        facts.append(
            ("Judge", f"{plan.judge[0]}, prompt {prompt.version(*judges.prompts())}; its verdicts stand apart")
        )
    left_out = len(found.skipped) + found.more_skipped
    if left_out:
        facts.append(("Left out", f"{left_out} rows that are no questions"))
    if plan.baseline is not None:
        facts.append(("Baseline", f"{collected.by_baseline} questions of {plan.baseline} compared in pairs"))
    return facts


def _write(folder: RunFolder, outcome: Outcome, shelf: Shelf) -> None:
    table, collected = outcome.collected.table, outcome.collected
    slices = [(name, value, table.summary(mask)) for name, value, mask in table.slices()]
    title = "How good the answers are"
    folder.write("summary.json", _json(summary_json(outcome.summary, collected)))
    nested: dict[str, dict[str, Any]] = {}
    for name, value, figures in slices:
        nested.setdefault(name, {})[value] = {metric: found.as_dict() for metric, found in figures.items()}
    folder.write("slices.json", _json(nested))
    folder.write("summary.md", markdown(title, outcome.facts, outcome.summary, collected, outcome.verdict))
    page = render(Facts(title, outcome.facts), outcome.summary, slices, collected, shelf, outcome.verdict)
    folder.write("report.html", page)


def summary_json(summary: dict[str, Figure], collected: Collected) -> Json:
    """Return ``{metric: {value, low, high, n, unscored}}``, with the comparison where there is a baseline."""
    return {
        name: {
            **found.as_dict(),
            **({"against_baseline": collected.paired[name].as_dict()} if name in collected.paired else {}),
        }
        for name, found in summary.items()
    }


def _json(value: Json) -> str:
    return json.dumps(value, indent=1) + "\n"


def skipped_lines(found: Survey, most: int = 20) -> Sequence[str]:
    """Show what was left out and why."""
    left_out = len(found.skipped) + found.more_skipped
    if not left_out:
        return []
    lines = [f"{left_out} rows were left out:"]
    lines += [f"  {s.input}{f', line {s.line}' if s.line else ''}: {s.reason}" for s in found.skipped[:most]]
    return [*lines, *([f"  ... and {left_out - most} more."] if left_out > most else [])]
