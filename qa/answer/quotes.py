"""The ``quotes`` engine: one to three verbatim sentences of the archive, each in a natural frame and cited."""

import re
import unicodedata
from collections.abc import Generator, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from qa.answer import manners
from qa.answer.disagree import both_sides
from qa.answer.engine import Account, Material, Sources, Statement, Written, number_of_articles
from qa.answer.spoken import one_line as one_line
from qa.answer.spoken import plain_name
from qa.answer.spoken import spoken_day as spoken_day
from qa.answer.spoken import spoken_period as spoken_period
from qa.types import Article, Citation, Claim, Evidence

if TYPE_CHECKING:
    from qa.index.holdings import Holdings  # the command line's help needs the words of this module, not an archive

MOST_QUOTES = 3
WITHIN = 0.5
"""A further quote must score this close to the best; about two quotes an answer on the development questions."""
SAME_ARTICLE = 0.13
"""What a further quote of an article already quoted must be better by: look-alike reports should all be heard."""
MIN_WORDS = 4
LOOKED_AT = 40
"""Best sentences among which further quotes are looked for."""
_WORD = re.compile(r"\w+")
_PAGE = r"(?:article|story|page|post|video|report|content)"
_FURNITURE = re.compile(
    r"\W*(?:(?:read|see|find out|learn|click)(?: \w+)? (?:more|next|also|here|full story)\b(?! (?:\w+ )?than)|"
    r"(?:also read|related|recommended|advertisement|continue reading|skip to)\b ?(?:$|[:|-]|stor|arti|content)|"
    rf"(?:share|print|save|e-?mail|tweet|listen to|comment on) (?:this {_PAGE}|on (?:facebook|x|twitter|whatsapp))\b|"
    r"(?:sign up|subscribe|register|log in|sign in) (?:to|for|here|now|today)\b|"
    r"follow (?:us|\w+(?: \w+)?) on (?:facebook|x|twitter|instagram|linkedin|youtube)\b|"
    r"(?:all rights reserved|copyright (?:©|\d{4})|©|cookies? (?:policy|settings)|download (?:our|the) app))",
    re.IGNORECASE,
)
"""What a page says around an article, left over in its text."""
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
        chosen = choose(material.evidence, sides=sides)
        usable = [sentence for sentence in material.evidence[:LOOKED_AT] if says_something(sentence.text)]
        chunks = {found.stored.id: found.stored.chunk for found in material.ranked}
        quoted, differ = both_sides(material.question, chosen, usable, chunks, MOST_QUOTES)
        for number, sentence in enumerate(quoted, 1):
            citation = sources.cite(number, sentence)
            citations.append(citation)
            yield Statement(claim(citation), (citation,))
        account = f"Quoted from {number_of_articles(citations)}."
        yield Account("quotes", account, remarks=(differ,) if differ else ())


def choose(
    evidence: Sequence[Evidence], most: int = MOST_QUOTES, sides: Mapping[str, int] | None = None
) -> list[Evidence]:
    """Return the sentences to quote, best first: no fragments, nothing twice, nothing far below the best.

    Args:
        evidence: Scored sentences, best first.
        most: How many may be quoted.
        sides: Where a question asks several publishers, whose list each chunk came in: each of them is heard.
    """
    usable = [sentence for sentence in evidence if says_something(sentence.text)] or list(evidence)
    chosen = _one_of_each(usable, sides or {})[:most] or usable[:1]
    left = usable[:LOOKED_AT]
    while len(chosen) < most:
        last = chosen if len(left) == len(usable[:LOOKED_AT]) else chosen[-1:]
        left = [sentence for sentence in left if not any(same_words(sentence.text, other.text) for other in last)]
        worth = [sentence.score - SAME_ARTICLE * _quoted(sentence, chosen) for sentence in left]
        at = max(range(len(worth)), key=worth.__getitem__, default=None)
        if at is None or worth[at] < usable[0].score - WITHIN:
            break
        chosen.append(left[at])
    return chosen


def _one_of_each(usable: Sequence[Evidence], sides: Mapping[str, int]) -> list[Evidence]:
    first: dict[int, Evidence] = {}
    for sentence in usable:
        side = sides.get(sentence.chunk_id)
        if side is not None and not any(same_words(sentence.text, other.text) for other in first.values()):
            first.setdefault(side, sentence)
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


def says_something(text: str) -> bool:
    """Say whether a sentence can be quoted alone: it has a few words, and is no question and no furniture of a page.

    >>> says_something("Read more: How the ferry ran aground")
    False
    >>> says_something("Share this bread with your neighbour, the vicar said.")
    True
    """
    if _FURNITURE.match(text) or text.rstrip("\"”’')").endswith("?"):
        return False
    # Scripts without blanks between words: a run of their letters is many words.
    return len(_WORD.findall(text)) >= MIN_WORDS or (
        sum(unicodedata.category(letter) == "Lo" for letter in text) >= 2 * MIN_WORDS
    )
