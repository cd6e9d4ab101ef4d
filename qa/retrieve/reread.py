"""The first passages put in the order of a cross-encoder, where the settings name one."""

from collections.abc import Sequence
from dataclasses import replace

from qa.retrieve.readings import Ranked, in_place
from qa.retrieve.understand import Question
from qa.types import PairScorer


def reread(question: Question, ranked: Sequence[Ranked], scorer: PairScorer, most: int) -> list[Ranked]:
    """Return ranked chunks with the first ``most`` in the order of the scorer.

    Its scores replace ours and are never mixed with them: whoever comes in a place takes the strength of the one who
    had that place, so that all that follows sees the scale it was made for. Publishers that are asked keep their turns,
    each with its own passages in the scorer's order, and passages of a time that is named stay in front of the others.
    """
    first, rest = list(ranked[:most]), ranked[most:]
    if len(first) < 2:
        return list(ranked)
    scores = scorer.scores(question.text, [passage(found) for found in first])
    order = sorted(range(len(first)), key=lambda at: (-_timely(question, first[at]), -scores[at], at))
    turns = {part: [at for at in order if first[at].part == part] for part in {found.part for found in first}}
    chosen = [first[turns[found.part].pop(0)] for found in first]
    strengths = sorted((found.strength for found in first), reverse=True)
    return in_place([*map(_of_strength, chosen, strengths), *rest])


def passage(found: Ranked) -> str:
    """Return what the scorer reads of a chunk: its title, then its text."""
    chunk = found.stored.chunk
    return f"{chunk.title}\n{chunk.text}" if chunk.title else chunk.text


def _timely(question: Question, found: Ranked) -> bool:
    return bool(question.periods) and found.readings[0].timely > 0


def _of_strength(found: Ranked, strength: float) -> Ranked:
    return replace(found, readings=tuple(replace(one, score=strength) for one in found.readings))
