"""The numbers that decide whether to answer: the shipped ones, or those fitted on the user's own questions.

Numbers that ``dateline tune`` fitted are kept in the archive. They hold for the recipe and the features that they were
fitted with; under others the shipped ones are used, and ``problem`` says why.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from qa.answer.abstain import Features, confidence, load_model
from qa.index.archive import Archive
from qa.index.holdings import Holdings

NAMES = tuple(field.name for field in fields(Features))
"""The features, in the order in which they are fitted."""
LEVELS = ("balanced", "strict")


def numbers(archive: Holdings) -> Mapping[str, Any]:
    """Return weights, bias and thresholds in use."""
    own = archive.tuned
    return own if own and problem(archive) is None else load_model()


def problem(archive: Holdings) -> str | None:
    """Say in one sentence why the numbers fitted on the user's questions are not used; None if they are, or none is."""
    own = archive.tuned
    if own is None:
        return None
    if not _whole(own):
        return "The tuned numbers are of another version of Dateline and are not used; run `dateline tune` again."
    if own.get("recipe") != archive.recipe:
        return "The archive was embedded anew since it was tuned, so the shipped numbers are used; tune it again."
    return None


def _whole(own: Mapping[str, Any]) -> bool:
    try:
        values = [own["bias"], *own["weights"].values(), *(own["thresholds"][level] for level in LEVELS)]
        return set(own["weights"]) == set(NAMES) and all(isinstance(value, int | float) for value in values)
    except (KeyError, TypeError, AttributeError):
        return False


def keep(archive: Archive, found: Mapping[str, Any]) -> None:
    """Use fitted numbers from now on."""
    archive.set_tuned({**found, "recipe": archive.recipe})


def told(archive: Holdings) -> str:
    """Say in one line which numbers are in use."""
    own = archive.tuned
    if own is None:
        return "as shipped"
    return problem(archive) or (
        f"tuned on {own['made']} on {own['answerable']} questions with an answer and {own['unanswerable']} without one"
    )


def recipe(archive: Holdings) -> str | None:
    """Name what an answer was made with: the embeddings' recipe and what was tuned or added."""
    own = archive.tuned
    if not archive.recipe or own is None or problem(archive):
        return archive.recipe or None
    digest = hashlib.sha256(json.dumps(own, sort_keys=True).encode()).hexdigest()
    return f"{archive.recipe}, tuned {digest[:8]}"


@dataclass(frozen=True, slots=True)
class Weighed:
    """What decides how sure an answer is.

    Args:
        features: What the best evidence has in common with the question.
        trust: Part of the confidence that is left, where the question was read otherwise than it was typed.
        most: The highest confidence, where words alone were compared.
    """

    features: Features
    trust: float = 1.0
    most: float = 1.0

    def confidence(self, in_use: Mapping[str, Any]) -> float:
        """Return the confidence from 0 to 1."""
        return min(confidence(self.features, in_use) * self.trust, self.most)
