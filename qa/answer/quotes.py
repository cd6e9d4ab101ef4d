"""The ``quotes`` engine: one to three verbatim sentences of the archive, each in a natural frame and cited."""

import re
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING

from qa.answer import manners
from qa.answer.alone import is_heading, leans_back, named_by
from qa.answer.disagree import both_sides
from qa.answer.engine import Account, Material, Sources, Statement, Written, number_of_articles
from qa.answer.quotable import says_something
from qa.answer.spoken import one_line as one_line
from qa.answer.spoken import plain_name
from qa.answer.spoken import spoken_day as spoken_day
from qa.answer.spoken import spoken_period as spoken_period
from qa.types import Article, Citation, Claim, Evidence, overlap

if TYPE_CHECKING:
    from qa.index.holdings import Holdings  # the command line's help needs the words of this module, not an archive

MOST_QUOTES = 3
WITHIN = 0.5
"""A further quote must score this close to the best; about two quotes an answer on the development questions."""
SAME_ARTICLE = 0.13
"""What a further quote of an article already quoted must be better by: look-alike reports should all be heard."""
LEANS_BACK = 0.2
"""What a publisher's sentence that cannot be read alone must be better by than another one of that publisher."""
HEADING = 0.2
"""What a heading must be better by than a sentence to be quoted first."""
NAMED_WITHIN = 3
"""Sentences before one that are looked through for whom its pronoun means."""
LOOKED_AT = 40
"""Best sentences among which further quotes are looked for."""
_WORD = re.compile(r"\w+")
_SPACE = re.compile(r"\s+")


class QuotesEngine:
    """Answer with sentences of the archive alone; no language model takes part."""

    def __init__(self, archive: "Holdings") -> None:
        """Quote from an open archive."""
        self._archive = archive

    def write(self, material: Material) -> Generator[Written, None, None]:
        """Yield the best sentences as framed claims, each with its own citation, then the account."""
        sources, citations = Sources(self._archive, material.ranked), list[Citation]()
        sides = {found.stored.id: found.part for found in material.ranked if found.part is not None}
        chosen = choose(material.evidence, sides=sides, question=material.question)
        chosen = chosen if sides else self._with_earlier(chosen, material.question)
        quoted, differ = with_other_side(material, chosen, MOST_QUOTES)
        for number, sentence in enumerate(quoted, 1):
            citation = sources.cite(number, sentence)
            citations.append(citation)
            yield Statement(claim(citation), (citation,))
        account = f"Quoted from {number_of_articles(citations)}."
        yield Account("quotes", account, remarks=(differ,) if differ else ())

    def _with_earlier(self, chosen: list[Evidence], question: str) -> list[Evidence]:
        """Add what the first quote leans on, if there is room for it and it stands in the passage before."""
        first = chosen[0] if chosen else None
        if first is None or len(chosen) == MOST_QUOTES or not leans_back(first.text):
            return chosen
        earlier = self._earlier(first)
        if earlier is None or any((one.article_id, one.start) == (earlier.article_id, earlier.start) for one in chosen):
            return chosen
        known = named_by(question, earlier.text, first.text) or leans_back(earlier.text)
        return chosen if known else [first, earlier, *chosen[1:]]

    def _earlier(self, sentence: Evidence) -> Evidence | None:
        spans = self._archive.sentences_of(sentence.article_id)
        span = next((one for one in reversed(spans) if one.end <= sentence.start), None)
        hidden = self._archive.suspicions([sentence.article_id]).get(sentence.article_id, ())
        if span is None or any(overlap(span, one) for one in hidden):
            return None
        text = self._archive.article(sentence.article_id, sentence.revision).text[span.start : span.end]
        usable = says_something(text) and not is_heading(text)
        return replace(sentence, start=span.start, end=span.end, text=text) if usable else None


def with_other_side(material: Material, chosen: Sequence[Evidence], most: int) -> tuple[list[Evidence], str | None]:
    """Return the sentences chosen with one that another report sets against them, and a remark that says so."""
    usable = [sentence for sentence in material.evidence[:LOOKED_AT] if says_something(sentence.text)]
    chunks = {found.stored.id: found.stored.chunk for found in material.ranked}
    return both_sides(material.question, chosen, usable, chunks, most)


def choose(
    evidence: Sequence[Evidence],
    most: int = MOST_QUOTES,
    sides: Mapping[str, int] | None = None,
    question: str = "",
) -> list[Evidence]:
    """Return the sentences to quote, best first: no fragments, nothing twice, nothing far below the best.

    If the best sentence speaks of what only the one before it names ("another carried sheep"), both are quoted; further
    sentences of that kind, and headings, are left out.

    Args:
        evidence: Scored sentences, best first.
        most: How many may be quoted.
        sides: Where a question asks several publishers, whose list each chunk came in: each of them is heard.
        question: What the reader asked; whom it names may be "he" in a quote.
    """
    usable = [sentence for sentence in evidence if says_something(sentence.text)] or list(evidence)
    leaning = _Leaning(evidence, question)
    chosen = _one_of_each(_to_be_heard(usable, leaning), sides)[:most] if sides else []
    chosen = chosen or (_first(usable) if usable else [])
    if len(chosen) == 1:
        chosen += leaning.needed(chosen[0])[: most - 1]
    left, last = usable[:LOOKED_AT], chosen
    while len(chosen) < most:
        left = [sentence for sentence in left if not any(same_words(sentence.text, other.text) for other in last)]
        free = [sentence for sentence in left if not leaning(sentence, chosen)]
        worth = [sentence.score - SAME_ARTICLE * _quoted(sentence, chosen) for sentence in free]
        at = max(range(len(worth)), key=worth.__getitem__, default=None)
        if at is None or worth[at] < usable[0].score - WITHIN:
            break
        chosen.append(free[at])
        last = chosen[-1:]
    return chosen


class _Leaning:
    """Say of a sentence whether it is a heading, or leans on what stands before it and is told of nowhere else."""

    def __init__(self, evidence: Sequence[Evidence], question: str) -> None:
        inside = sorted(evidence, key=_place)
        self._places = {_place(sentence): at for at, sentence in enumerate(inside)}
        self._inside = inside
        self._question = question
        self._known: dict[tuple[str, int], bool] = {}

    def before(self, sentence: Evidence, most: int = 1) -> list[Evidence]:
        """Return the sentences before one in its chunk, nearest last."""
        at = self._places[_place(sentence)]
        return [one for one in self._inside[max(at - most, 0) : at] if one.chunk_id == sentence.chunk_id]

    def needed(self, sentence: Evidence) -> list[Evidence]:
        """Return the sentence that one leans on, if it does and that one can be quoted."""
        found = self.before(sentence) if self._leans(sentence, ()) else []
        return [
            one for one in found if says_something(one.text) and not is_heading(one.text) and not self._leans(one, ())
        ]

    def __call__(self, sentence: Evidence, told: Sequence[Evidence] = ()) -> bool:
        """Say whether a sentence is not to be read alone; what is told of it already makes up for that."""
        return is_heading(sentence.text) or self._leans(sentence, told)

    def _leans(self, sentence: Evidence, told: Sequence[Evidence]) -> bool:
        place = _place(sentence)
        if place not in self._known:
            self._known[place] = leans_back(sentence.text)
        if not self._known[place] or any(one in told for one in self.before(sentence)):
            return False
        before = " ".join(one.text for one in self.before(sentence, NAMED_WITHIN))
        beside = " ".join(one.text for one in told if one.article_id == sentence.article_id)
        return not named_by(self._question, before, sentence.text, beside)


def _place(sentence: Evidence) -> tuple[str, int]:
    return sentence.chunk_id, sentence.start


def _first(usable: Sequence[Evidence]) -> list[Evidence]:
    """Return the best sentence; a heading gives way to a sentence that is hardly worse."""
    if not is_heading(usable[0].text):
        return list(usable[:1])
    near = (one for one in usable[:LOOKED_AT] if one.score >= usable[0].score - HEADING)
    return [next((one for one in near if not is_heading(one.text)), usable[0])]


def _to_be_heard(usable: Sequence[Evidence], leaning: _Leaning) -> Iterator[Evidence]:
    """Yield sentences by score, less of it for those that cannot be read alone; only the first are looked into."""
    waiting = [(-sentence.score, at, False) for at, sentence in enumerate(usable)]
    heapify(waiting)
    while waiting:
        rank, at, known = heappop(waiting)
        if known or not leaning(usable[at]):
            yield usable[at]
        else:
            heappush(waiting, (rank + LEANS_BACK, at, True))


def _one_of_each(usable: Iterable[Evidence], sides: Mapping[str, int]) -> list[Evidence]:
    first: dict[int, Evidence] = {}
    left = set(sides.values())
    for sentence in usable:
        side = sides.get(sentence.chunk_id)
        if side in left and not any(same_words(sentence.text, other.text) for other in first.values()):
            first[side] = sentence
            left.remove(side)
        if not left:
            break
    return list(first.values()) if len(first) > 1 else []


def _quoted(sentence: Evidence, chosen: Sequence[Evidence]) -> int:
    return sum(other.article_id == sentence.article_id for other in chosen)


def same_words(one: str, other: str) -> bool:
    """Say whether two sentences are the same report of the same thing: nearly all their words are shared.

    >>> same_words("The ferry sank on Monday, police said.", "The ferry sank on Monday, the police said.")
    True
    >>> same_words("The ferry sank on Monday.", "The ferry sank on Tuesday.")
    False
    """
    a, b = _words(one), _words(other)
    # What differs much in length shares too little, whatever the words.
    if min(len(a), len(b)) < 0.85 * max(len(a), len(b)) or len(a & b) < 0.85 * max(len(a | b), 1):
        return False
    return not any(letter.isdigit() for word in a ^ b for letter in word)


@lru_cache(2048)
def _words(text: str) -> frozenset[str]:
    # Every sentence is compared with every one chosen.
    return frozenset(_WORD.findall(text.casefold()))


def claim(citation: Citation) -> Claim:
    """Put a citation's quote into a sentence that says who published it and when, with what must be told beside it."""
    text = f"{frame(citation)}: “{_SPACE.sub(' ', citation.quote)}”"
    return Claim(text, (citation.number,), note=manners.note([citation], framed=True))


def frame(article: Article | Citation) -> str:
    """Say who published an article and when, as far as it is known."""
    day = spoken_day(article.published_at)
    if article.publisher:
        return f"According to {plain_name(article.publisher)}, {day or 'undated'}"
    if article.title:
        return f"In “{plain_name(article.title)}”, {day or 'undated'}"
    return f"In an article of {day}" if day else "In an undated article"
