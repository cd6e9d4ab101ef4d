"""Candidates ranked by what their sentences say, not by the likeness of the whole chunk alone.

What a chunk's sentences are worth is told in ``score``.

A question that names publishers gets a list of each: their chunks, scored under the whole question and under the part
that speaks of them. The lists take turns, the best one first; the rest of the archive comes behind them. Among the
first, a chunk is also worth what it adds of the question's words to those before it.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from qa.index.catalogue import publisher_key
from qa.index.holdings import Holdings
from qa.retrieve.fuse import Candidates, Wording, candidates, keyword_scores
from qa.retrieve.held import Terms
from qa.retrieve.readings import Ranked, in_place
from qa.retrieve.score import Grid, compare
from qa.retrieve.understand import Question
from qa.types import Filters

if TYPE_CHECKING:
    from qa.types import Matrix

RANKED = 30
"""Candidates whose sentences are looked at."""
RANKED_OF_A_PUBLISHER = 15
RANKED_BEHIND = 15
"""Candidates of everybody where publishers are asked."""
NOVELTY_WEIGHT = 1.2
"""What the share of the question's words that no passage before it holds is worth to a passage."""
CLEARLY_BETTER = 0.15
"""By so much must the best chunk of everybody beat the publishers' own to take turns with theirs: then the name was
probably not meant as one ("Wheel of Fortune")."""
LOOK_UPS = ThreadPoolExecutor(2, "look-up")
"""Embedding a question takes as long as looking its words up, and neither needs the other."""
COMPANY_WEIGHT = 0.1
"""What the score of another chunk of its article is worth to a chunk: an article on the matter says more about it."""
ALONE = 0.75
"""What a chunk is taken to have beside it, in parts of its own worth, where no other chunk of its article was found: a
short article has none."""
NOVEL = 10
"""Places for which novelty is counted; behind them the score alone decides."""


def rank(archive: Holdings, question: Question, filters: Filters) -> list[Ranked]:
    """Return the best chunks for a question, best first."""
    sought = _lists(question, filters)
    vectors, proposed = _look_up(archive, question, sought)
    keys = list(dict.fromkeys(key for one in proposed for key in one.ids))
    stored = archive.chunks(keys)
    # In this order whatever was read before: a sum of floats depends on it in its last digit.
    places = {key: at for at, key in enumerate(key for key in keys if key in stored)}
    if not places:
        return []
    words = question.weights.keys() | {term for part in question.parts for term in part.weights}
    terms = Terms(words if archive.settings.keyword_search else (), question.kin)
    grid = compare([stored[key] for key in places], [question, *question.parts], vectors, terms)
    everybody, *lists = (_ranked(grid, places, one, found) for one, found in zip(sought, proposed, strict=True))
    return _merge(everybody, [found for found in lists if found], question)


def _lists(question: Question, filters: Filters) -> "list[_Sought]":
    """Return the lists to be made: of everybody, and of the publishers of each part."""
    sought = [_Sought([question], filters, RANKED_BEHIND if question.parts else RANKED)]
    for at, part in enumerate(question.parts):
        narrowed = _narrowed(filters, part.publishers)
        if narrowed is not None:
            sought.append(_Sought([question, part], narrowed, RANKED_OF_A_PUBLISHER, at))
    return sought


def _look_up(archive: Holdings, question: Question, sought: "Sequence[_Sought]") -> "tuple[Matrix, list[Candidates]]":
    """Return the embeddings of the question and its parts, and the candidates of each list."""
    archive.embedder  # noqa: B018 - loaded by the thread that Ctrl+C reaches, so that it can be put off
    embedding = LOOK_UPS.submit(_vectors, archive, question)
    found_by_words = list(LOOK_UPS.map(lambda one: _bm25(archive, one), sought))
    vectors = embedding.result()
    wordings = [
        [Wording(vectors[row], bm25) for row, bm25 in zip(one.rows, scores, strict=True)]
        for one, scores in zip(sought, found_by_words, strict=True)
    ]
    proposed = LOOK_UPS.map(lambda one, read: candidates(archive, read, one.filters, one.most), sought, wordings)
    return vectors, list(proposed)


def _merge(everybody: list[Ranked], lists: list[list[Ranked]], question: Question) -> list[Ranked]:
    """Let the lists of publishers take turns, and put everybody's behind them, or among them if clearly better."""
    if not lists or _first_score(everybody) > max(map(_first_score, lists)) + CLEARLY_BETTER:
        lists = [*lists, everybody]
    first = _take_turns([found for found in lists if found], question.weights)
    placed = {found.stored.id for found in first}
    return in_place([*first, *(found for found in everybody if found.stored.id not in placed)])


def _vectors(archive: Holdings, question: Question) -> "Matrix":
    """Embed the question and its parts; all zeros, which are like nothing, where the model does not read it."""
    if question.language and archive.settings.keyword_search:
        return np.zeros((1 + len(question.parts), archive.embedder.dimension), dtype=np.float32)
    return archive.embedder.embed_question(question.text, [part.spans for part in question.parts])


def _first_score(ranked: Sequence[Ranked]) -> float:
    """Return the first chunk's score under the whole question."""
    return ranked[0].readings[0].score if ranked else 0.0


def _narrowed(filters: Filters, publishers: Sequence[str]) -> Filters | None:
    """Limit a filter to some publishers; None if it allows none of them."""
    allowed = {publisher_key(name) for name in filters.publishers}
    left = tuple(name for name in publishers if not allowed or publisher_key(name) in allowed)
    return replace(filters, publishers=left) if left else None


@dataclass(frozen=True, slots=True)
class _Sought:
    """A list to be made: of everybody, or of the publishers of one part of the question."""

    wordings: list[Question]
    filters: Filters
    most: int
    part: int | None = None

    @property
    def rows(self) -> list[int]:
        """The wordings' rows among the embeddings: the whole question is row 0, its parts follow."""
        return [0] if self.part is None else [0, self.part + 1]


def _bm25(archive: Holdings, sought: _Sought) -> list[dict[str, float]]:
    """Return what the words of each wording find."""
    return [keyword_scores(archive, one.text, sought.filters, sought.most) for one in sought.wordings]


def _ranked(grid: Grid, places: Mapping[str, int], sought: _Sought, proposed: Candidates) -> list[Ranked]:
    """Return the candidates of one list under all its wordings together, best first."""
    keys = [key for key in proposed.ids if key in places]  # a chunk can have gone between the look-up and here
    readings = [
        tuple(
            grid.reading(places[key], column, nearest, keyword[key])
            for column, nearest, keyword in zip(sought.rows, proposed.nearest, proposed.keyword, strict=True)
        )
        for key in keys
    ]
    stored = [grid.pool[places[key]] for key in keys]
    worth = [sum(reading.score for reading in each) / len(each) for each in readings]
    gains = _company([one.chunk.article_id for one in stored], worth)
    found = [
        Ranked(one, each, sought.part, company=gain) for one, each, gain in zip(stored, readings, gains, strict=True)
    ]
    return sorted(found, key=lambda chunk: (-chunk.strength, chunk.stored.id))


def _company(article_ids: Sequence[str], worth: Sequence[float]) -> list[float]:
    """Return what each chunk gains by the best other chunk of its article, as far as that is above the weakest."""
    least = min(worth, default=0.0)
    of_article: dict[str, list[float]] = {}
    for own, article_id in sorted(zip(worth, article_ids, strict=True), reverse=True):
        of_article.setdefault(article_id, []).append(own - least)
    gains = []
    for own, article_id in zip(worth, article_ids, strict=True):
        best, second = [*of_article[article_id], ALONE * (own - least)][:2]
        gains.append(COMPANY_WEIGHT * (best if own - least < best else second))
    return gains


def _take_turns(lists: Sequence[Sequence[Ranked]], weights: dict[str, float]) -> list[Ranked]:
    """Merge lists in turns, the one with the best chunk first, each time with what is worth most there."""
    left = [list(found) for found in sorted(lists, key=lambda found: -found[0].strength)]
    missing, total = dict(weights), sum(weights.values()) or 1.0
    chosen: dict[str, Ranked] = {}
    while any(left):
        for found in left:
            if not found:
                continue
            # Where one list is all there is, its best passage comes first, whatever it adds.
            by_score = len(chosen) >= NOVEL or (not chosen and len(left) == 1)
            at = 0 if by_score else _worth_most(found, missing, total)
            best = found.pop(at)
            if best.stored.id not in chosen:
                chosen[best.stored.id] = best
                for term in best.readings[0].terms:
                    missing.pop(term, None)
    return list(chosen.values())


def _worth_most(found: Sequence[Ranked], missing: dict[str, float], total: float) -> int:
    worth = [
        chunk.strength + NOVELTY_WEIGHT * sum(missing.get(term, 0.0) for term in chunk.readings[0].terms) / total
        for chunk in found
    ]
    return max(range(len(worth)), key=lambda at: worth[at])
