"""The abstention model refitted on a user's own questions, and whether that is better than what is shipped."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from qa.answer.abstain import Features, enough, load_model
from qa.answer.tuned import NAMES, Weighed
from qa.errors import DatelineError, UsageError
from qa.evaluate.datasets import QuestionSet
from qa.evaluate.fitting import FOLDS, Held, Sample, fit, held_out, linked
from qa.evaluate.shelf import Shelf
from qa.evaluate.stats import Figure, Paired, auroc, figure, paired
from qa.evaluate.types import EvalQuestion, digest
from qa.index.archive import Archive
from qa.pipeline import QAPipeline
from qa.types import Filters, Level

if TYPE_CHECKING:
    from numpy.typing import NDArray

NEEDED = 10 * len(NAMES)
"""Questions of each kind that a fit needs: ten of the rarer kind for each fitted number (Peduzzi and others, 1996)."""
ARTICLES_NEEDED = 2 * FOLDS
"""Articles that the questions of each kind must be spread over, so that every fold has some."""
LEVELS: tuple[Level, ...] = ("strict", "balanced", "open")
NOT_TOLD = "nobody says whether it can be answered"
NOT_HERE = "the archive lacks the article that answers it"
NOT_WEIGHED = "it is answered, or declined, without weighing evidence"
BY_WORDS = "its words alone were compared, for another language"
NOT_ASKED = "it cannot be asked"


@dataclass(frozen=True, slots=True)
class Asked:
    """What asking a question set gave: the evidence of each question that counts, and why others do not."""

    samples: tuple[Sample, ...]
    left_out: dict[str, int]
    digest: str


@dataclass(frozen=True, slots=True)
class Quality:
    """How well one set of numbers decides, on questions that it was not fitted on.

    Args:
        auroc: How often a question with an answer gets more confidence than one without, with its interval.
        brier: Mean squared distance of the confidence from the truth, both kinds of question weighing alike.
        answered: By level, the share answered of the questions with an answer, and of those without one.
    """

    auroc: Figure
    brier: float
    answered: dict[Level, tuple[float, float]]

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain values."""
        levels = {
            level: {"answered_of_answerable": round(can, 4), "abstained_of_unanswerable": round(1 - cannot, 4)}
            for level, (can, cannot) in self.answered.items()
        }
        return {"auroc": self.auroc.as_dict(), "brier": round(self.brier, 4), "levels": levels}


@dataclass(frozen=True, slots=True)
class Comparison:
    """The shipped numbers beside those fitted on the user's questions."""

    shipped: Quality
    tuned: Quality
    brier: Paired
    """The difference in Brier, question by question; below 0 the tuned confidence is closer to the truth."""
    numbers: dict[str, Any]
    """Fitted on all the questions; the figures are of models that had not seen the question."""

    @property
    def better(self) -> bool:
        """Whether tuned confidences are closer to the truth beyond chance, and tell the two kinds apart no worse.

        A confidence of one half for everything may be close to the truth and is of no use: they must be told apart.
        """
        return self.brier.high < 0 and self.tuned.auroc.value >= self.shipped.auroc.low and self.tuned.auroc.low > 0.5


def ask(questions: QuestionSet, archive: Archive, progress: Callable[[int, int], None]) -> Asked:
    """Look for evidence for every question, as when somebody asks it.

    Raises:
        UsageError: The set is of another archive, or too small, or all of one kind; the sentence says what is needed.
    """
    asked = list(questions.good())
    shelf, pipeline = Shelf(archive), QAPipeline(archive)
    left_out: Counter[str] = Counter()
    kept: list[tuple[EvalQuestion, Weighed, list[str]]] = []
    _check_archive(asked, shelf)
    for done, question in enumerate(asked, 1):
        found = _weighed(question, shelf, pipeline)
        if isinstance(found, str):
            left_out[found] += 1
        else:
            kept.append((question, found, _tied_to(question, shelf)))
        progress(done, len(asked))
    groups = linked([articles for _, _, articles in kept])
    samples = tuple(
        Sample(_kind(question), bool(question.answerable), _values(weighed.features), group, weighed.trust)
        for (question, weighed, _), group in zip(kept, groups, strict=True)
    )
    check_enough(samples)
    return Asked(samples, dict(left_out), digest(question for question, _, _ in kept))


def _check_archive(asked: Sequence[EvalQuestion], shelf: Shelf) -> None:
    named = [question for question in asked if question.answerable and _names(question)]
    missing = [question for question in named if _is_missing(question, shelf)]
    if 2 * len(missing) > len(named):
        raise UsageError(
            f"The archive lacks the articles that answer {len(missing)} of these {len(named)} questions, so they seem "
            "to be about another archive; name its folder with --data."
        )


def _names(question: EvalQuestion) -> list[str]:
    return [gold.article for gold in question.evidence if gold.article]


def _is_missing(question: EvalQuestion, shelf: Shelf) -> bool:
    names = _names(question)
    return bool(question.answerable and names and not any(map(shelf.find, names)))


def _weighed(question: EvalQuestion, shelf: Shelf, pipeline: QAPipeline) -> Weighed | str:
    """Return what decides the confidence, or why the question does not count."""
    if question.answerable is None:
        return NOT_TOLD
    if _is_missing(question, shelf):
        return NOT_HERE
    excluded = tuple(filter(None, map(shelf.find, question.exclude)))
    try:
        found = pipeline.weigh(question.question, question.history, Filters(exclude_article_ids=excluded))
    except DatelineError:
        return NOT_ASKED
    if found is None:
        return NOT_WEIGHED
    return found if found.most == 1.0 else BY_WORDS


def _tied_to(question: EvalQuestion, shelf: Shelf) -> list[str]:
    """Return the articles that a question is about; a set's own names of them, where the archive lacks them."""
    return [shelf.find(name) or name for name in [*_names(question), *question.exclude]]


def _kind(question: EvalQuestion) -> str:
    return "answerable" if question.answerable else "no answer"


def _values(features: Features) -> tuple[float, ...]:
    return tuple(asdict(features).values())


def check_enough(samples: Sequence[Sample]) -> None:
    """Refuse questions that nothing can be fitted on.

    Raises:
        UsageError: There are too few of a kind, or they are about too few articles.
    """
    can, cannot = ([one for one in samples if one.answerable is kind] for kind in (True, False))
    advice = "`dateline questions new` drafts some of both kinds from the archive."
    need = f"At least {NEEDED} of each kind are needed; {advice}"
    if not samples:
        raise UsageError(f"None of these questions says whether the archive can answer it. {need}")
    if not cannot:
        raise UsageError(f"All of these {len(can)} questions have an answer, so none shows when to abstain. {need}")
    if not can:
        raise UsageError(f"None of these {len(cannot)} questions has an answer, so none shows when to answer. {need}")
    if min(len(can), len(cannot)) < NEEDED:
        raise UsageError(f"These are {len(can)} questions with an answer and {len(cannot)} without one. {need}")
    for some, named in ((can, "with an answer"), (cannot, "without one")):
        spread = len({sample.group for sample in some})
        if spread < ARTICLES_NEEDED:
            raise UsageError(
                f"The questions {named} are about {spread} articles or groups of articles; at least {ARTICLES_NEEDED} "
                "are needed to measure on articles that nothing was fitted on."
            )


def compare(samples: Sequence[Sample]) -> Comparison:
    """Fit on all questions but those measured, fold by fold, and on all; put the shipped numbers beside it."""
    shipped, tuned = as_shipped(samples), held_out(samples)
    far = paired(_distances(samples, tuned), _distances(samples, shipped))
    return Comparison(quality(samples, shipped), quality(samples, tuned), far, fit(samples))


def _distances(samples: Sequence[Sample], held: Held) -> "NDArray[np.float64]":
    """Return squared distances of confidence from truth, scaled so that both kinds of question weigh alike."""
    can = np.array([sample.answerable for sample in samples])
    share = np.where(can, can.mean(), 1 - can.mean())
    found: NDArray[np.float64] = (held.confidence - can) ** 2 / (2 * share)
    return found


def as_shipped(samples: Sequence[Sample]) -> Held:
    """Return what the shipped numbers, fitted on none of these questions, say of them."""
    shipped = load_model()
    values = [Weighed(Features(*sample.values), sample.trust).confidence(shipped) for sample in samples]
    levels: tuple[Level, ...] = ("balanced", "strict")
    return Held(
        np.array(values), {level: np.array([enough(value, level, shipped) for value in values]) for level in levels}
    )


def quality(samples: Sequence[Sample], held: Held) -> Quality:
    """Measure confidences and decisions against what is known of the questions."""
    can = np.array([sample.answerable for sample in samples])

    def told_apart(rows: "NDArray[np.intp]") -> float | None:
        confidence, truth = held.confidence[rows], can[rows]
        return auroc(confidence[truth], confidence[~truth])

    found = figure(told_apart, len(samples))
    assert found is not None, "both kinds are there"
    answered: dict[Level, tuple[float, float]] = {"open": (1.0, 1.0)}
    for level in LEVELS:
        if level != "open":
            flags = held.answered[level]
            answered[level] = (float(flags[can].mean()), float(flags[~can].mean()))
    return Quality(found, float(_distances(samples, held).mean()), answered)


def to_keep(found: Comparison, asked: Asked) -> dict[str, Any]:
    """Return the fitted numbers with what they were fitted on, as the archive keeps them."""
    can = sum(sample.answerable for sample in asked.samples)
    return {
        **found.numbers,
        "made": datetime.now(UTC).date().isoformat(),
        "answerable": can,
        "unanswerable": len(asked.samples) - can,
        "questions": asked.digest,
        "cross_validated": found.tuned.as_dict(),
    }
