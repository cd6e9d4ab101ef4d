"""Near copies: one agency's report as several publishers carry it, with a byline, other words here and there, or cut.

Two steps. From the beginning of an article some word triples are kept, chosen by their hash alone, so that a copy
that is cut short or partly rewritten keeps the same ones; MinHash estimates the Jaccard likeness instead, which is
0.2 between a report and a copy of 40 % of it. An index from triple to article gives the few articles that share
some, without comparing all with all. These are aligned word by word: the shorter must stand in the longer, and so must
its numbers and names, so that two reports filled into one form ("net profit rose to ...") stay two.

Measured by ``python -m tests.benchmarks.copies``.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from difflib import Match, SequenceMatcher
from hashlib import blake2b

from ingest.metadata import find_dateline

SIZE = 3
"""Words of a shingle: with one word in ten replaced, 0.9 ** 3 = 73 % of them stay."""
DENSE_WORDS, DENSE = 60, 3
SPARSE_WORDS, SPARSE = 360, 10
"""One shingle in three of the first 60 words, one in ten of the next 300: 48 keys of a long article."""
LEAST_SHARED = 3
"""Keys that two articles must share to be aligned."""
MOST_ALIGNED = 8
LEAST_WORDS = 12
"""A shorter text is a copy only if it is the same to the letter."""
LEAST_COVERED = 0.7
"""Of the shorter text, standing in the longer in runs of two words or more; copies have 0.75 and more, different
reports of one event 0.5 and less."""
LEAST_SPECIFICS = 0.75
"""Of the numbers and capitalised words; copies have 0.8 and more, forms filled in anew 0.7 and less."""
LEAD, LEAST_LED = 30, 0.4
"""What is new stands first: of these first words of the shorter text so many must be shared, or the rest is only the
background that two reports of one matter have in common."""
_SHORT, _LONG = 400, 600
"""Words that are aligned of the shorter and of the longer text."""
_FEW_WORDS, LEAST_OF_FEW = 30, 0.8
"""Of few words more must be shared: two short notices of one appointment share 0.75."""
_MOST_LEAD = 12
"""Words that a client puts in front: a byline, a place, "UPDATE 2"."""
_MOST_DAYS = 7
SAME = 0.9
"""Bodies this alike are one report, whatever the headlines say."""
_WORD = re.compile(r"\d[\d.,/-]*\d|\w+")


@dataclass(frozen=True, slots=True)
class Words:
    """An article's words in the form in which copies share them, without its dateline.

    ``specific`` says which are numbers or begin with a capital.
    """

    folded: tuple[str, ...]
    specific: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """What comparing needs of an article that is stored or about to be."""

    article_id: str
    words: Words
    published_at: str | None
    title: str | None = None


def words_of(text: str, most: int = _LONG) -> Words:
    """Return the first words of a text."""
    dateline = find_dateline(text)
    body = text[dateline.end if dateline else 0 :][: most * 40]
    found = _WORD.findall(unicodedata.normalize("NFKC", body))[:most]
    return Words(tuple(map(str.casefold, found)), tuple(word[0].isupper() or word[0].isdigit() for word in found))


def sketch(words: Words) -> tuple[int, ...]:
    """Return the keys under which an article's copies find it: signed 64-bit numbers, at most about 70."""
    folded = words.folded[:SPARSE_WORDS]
    keys: dict[int, None] = {}
    for at in range(len(folded) - SIZE + 1):
        data = " ".join(folded[at : at + SIZE]).encode("utf-8", "surrogatepass")
        key = int.from_bytes(blake2b(data, digest_size=8).digest(), "big", signed=True)
        if key % SPARSE == 0 or (at < DENSE_WORDS and key % DENSE == 0):
            keys[key] = None
    return tuple(keys)


def likeness(first: Words, second: Words) -> float:
    """Return how much of the shorter text the longer one holds, 0 to 1; 0 where numbers and names are others."""
    short, long = sorted((first, second), key=lambda words: len(words.folded))
    aligned = short.folded[:_SHORT]
    if len(aligned) < LEAST_WORDS:
        return 0.0
    matcher = SequenceMatcher(None, long.folded[:_LONG], aligned, autojunk=False)
    blocks = [block for block in matcher.get_matching_blocks() if block.size >= 2]
    if not blocks:
        return 0.0
    lead = blocks[0].b if blocks[0].b <= _MOST_LEAD else 0
    own = max(len(aligned) - lead, LEAST_WORDS)
    covered = sum(block.size for block in blocks) / own
    if (own < _FEW_WORDS and covered < LEAST_OF_FEW) or _led(blocks, lead, len(aligned)) < LEAST_LED:
        return 0.0
    return covered if _specifics(short, long, blocks, lead) >= LEAST_SPECIFICS else 0.0


def _led(blocks: Sequence[Match], lead: int, words: int) -> float:
    """Return the share of the shorter text's first words, after what a client puts in front, that both texts have."""
    end = min(lead + LEAD, words)
    return sum(max(0, min(block.b + block.size, end) - max(block.b, lead)) for block in blocks) / max(1, end - lead)


def _specifics(short: Words, long: Words, blocks: Sequence[Match], lead: int) -> float:
    """Return the share of numbers and names in the aligned part that both texts have."""
    first, last = blocks[0].a, blocks[-1].a + blocks[-1].size
    shared = sum(sum(long.specific[block.a : block.a + block.size]) for block in blocks)
    least = min(sum(short.specific[lead:_SHORT]), sum(long.specific[first:last]))
    return shared / least if least else 1.0


def is_copy(first: Report, second: Report) -> float:
    """Return the likeness of two reports if one is a copy of the other, else 0."""
    if _days_apart(first.published_at, second.published_at) > _MOST_DAYS:
        return 0.0
    found = likeness(first.words, second.words)
    least = SAME if _other_numbers(first.title, second.title) else LEAST_COVERED
    return found if found >= least else 0.0


def _other_numbers(first: str | None, second: str | None) -> bool:
    """Tell whether both headlines give numbers and none in common: 25 hurt, 27 hurt are two states of the news."""
    one, other = (
        {word for word in _WORD.findall(unicodedata.normalize("NFKC", title or "")) if word[0].isdigit()}
        for title in (first, second)
    )
    return bool(one and other) and one.isdisjoint(other)


def _days_apart(first: str | None, second: str | None) -> int:
    if first is None or second is None:
        return 0
    return abs((date.fromisoformat(first[:10]) - date.fromisoformat(second[:10])).days)


def closest(report: Report, candidates: Sequence[Report]) -> str | None:
    """Return the id of the article that a report is most surely a copy of, or None."""
    found = [(is_copy(report, other), other.article_id) for other in candidates]
    best, article_id = max(found, default=(0.0, ""))
    return article_id if best else None
