"""Passages that hold what the question quotes come before others; the others stay."""

from collections.abc import Sequence
from dataclasses import replace

from qa.retrieve.phrases import holds, same_form
from qa.retrieve.readings import Ranked, in_place

VERBATIM_WEIGHT = 0.6
"""What all of a question's quoted phrases together are worth to a passage; less than a time that is named."""


def prefer_verbatim(phrases: Sequence[str], ranked: Sequence[Ranked]) -> list[Ranked]:
    """Return ranked chunks with those that hold the quoted phrases, in their text or title, worth more."""
    if not phrases:
        return list(ranked)
    worth = [_held(phrases, found) * VERBATIM_WEIGHT / len(phrases) for found in ranked]
    if not any(worth):
        return list(ranked)
    # By the score of their places, so that publishers keep their turns and nothing moves but what holds a phrase.
    order = sorted(range(len(ranked)), key=lambda at: -(ranked[at].score + worth[at]))
    return in_place([_worth_more(ranked[at], worth[at]) if worth[at] else ranked[at] for at in order])


def _held(phrases: Sequence[str], found: Ranked) -> int:
    chunk = found.stored.chunk
    read = same_form(f"{chunk.title or ''}\n{chunk.text}")
    return sum(holds(read, phrase) for phrase in phrases)


def _worth_more(found: Ranked, more: float) -> Ranked:
    return replace(found, readings=tuple(replace(one, score=one.score + more) for one in found.readings))
