"""What crosses the modules of the evaluation: questions with what is known of their answers."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from qa.types import Turn

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Gold:
    """Where an answer stands: an article (by URL, id or the id it was given) and its words, as far as known."""

    article: str | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class EvalQuestion:
    """A question with what is known of its answer.

    Args:
        id: Unique in its set.
        question: As the user asks it.
        history: Earlier turns, oldest first.
        answers: Gold answers, each as short as it can be and right on its own, unless ``all_answers``.
        all_answers: Whether an answer must hold every one of them, as where two reports disagree.
        answerable: Whether the archive holds the answer; None if nobody knows.
        evidence: Where the answer stands; of an unanswerable question, the article it was written about.
        exclude: Articles left out when it is asked, which makes an answerable question unanswerable.
        fields: What results can be split by, such as ``type``.
    """

    id: str
    question: str
    history: tuple[Turn, ...] = ()
    answers: tuple[str, ...] = ()
    all_answers: bool = False
    answerable: bool | None = None
    evidence: tuple[Gold, ...] = ()
    exclude: tuple[str, ...] = ()
    fields: dict[str, str] = field(default_factory=dict)

    def as_dict(self) -> Json:
        """Return all of it as plain values."""
        return asdict(self)


def digest(questions: Iterable[EvalQuestion]) -> str:
    """Return one digest of what a run of questions asks and expects, in order."""
    found = hashlib.sha256()
    for question in questions:
        found.update(line_digest(question))
    return found.hexdigest()


def line_digest(question: EvalQuestion) -> bytes:
    """Return the digest of one question."""
    text = json.dumps(question.as_dict(), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).digest()
