"""The publishers that a question names, and which part of the question speaks of which of them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from qa.types import Span

_SUBTITLE = re.compile(r" *(?:[|:–—]| - ).*$")
_DOMAIN = re.compile(r"\.(?:com|org|net|co\.uk|co|news|info|io|tv)\b.*$", re.IGNORECASE)
_BEFORE = re.compile(r"(?:\b(?:by|in|from|to|per|of|via|the|did|does|has|what)|\W)\s*$", re.IGNORECASE)
_AFTER = re.compile(
    r"^(?:'s|’s)?\s*(?:articles?|reports?|reported|says?|said|stor(?:y|ies)|pieces?|coverage|write|wrote|writes|claims?|"
    r"claimed|suggests?|editorial|interview|news|print(?:ed)?|publish(?:ed)?|describes?|described|call(?:s|ed)?)\b",
    re.IGNORECASE,
)
_BREAKS = re.compile(
    r"[,;:]\s+|\.\s+(?=[A-Z])|\s+(?=(?:and|but|while|whereas|whilst|when|than|with|after|before)\b)", re.IGNORECASE
)
_MARKS = frozenset("\"'“”‘’„«»")
SHORTEST_BARE_NAME = 5
"""A name is looked for without its "The" only from this length: "Age" is a word, "Guardian" a newspaper."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A place in a question that names a publisher, and every publisher of the archive that it can mean."""

    start: int
    end: int
    publishers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """What a question asks of one publisher: the clauses that name it, and those that name nobody."""

    publishers: tuple[str, ...]
    text: str
    spans: tuple[Span, ...]
    """The clauses' places in the question."""


def mentions(text: str, publishers: Sequence[str]) -> list[Mention]:
    """Return where a question names publishers, in order; of overlapping names the longest counts.

    A name of one word counts with a capital, or in lower case where the words around it speak of a
    publication ("according to fortune").

    >>> [m.publishers for m in mentions("What did the Courier say of Fortune?", ["The Courier", "Fortune | US"])]
    [('The Courier',), ('Fortune | US',)]
    """
    known = _by_name(tuple(publishers))
    folded = text.casefold()
    if len(folded) != len(text):  # a letter that grows when folded would move every place after it
        folded = text.lower() if len(text.lower()) == len(text) else text
    found: list[Mention] = []
    for name in sorted((name for name in known if name in folded), key=lambda name: (-len(name), name)):
        for match in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", folded):
            free = all(match.end() <= other.start or other.end <= match.start() for other in found)
            if free and _means_a_publisher(text, match.start(), match.end()):
                found.append(Mention(match.start(), match.end(), tuple(dict.fromkeys(known[name]))))
    return sorted(found, key=lambda mention: mention.start)


@lru_cache(32)
def _by_name(publishers: tuple[str, ...]) -> dict[str, list[str]]:
    known: dict[str, list[str]] = {}
    for publisher in publishers:
        for form in forms(publisher):
            known.setdefault(form.casefold(), []).append(publisher)
    return known


def forms(publisher: str) -> list[str]:
    """Return the names by which people call a publisher: without subtitle, domain ending and article.

    >>> forms("The Verge")
    ['The Verge', 'Verge']
    >>> forms("CBSSports.com | News")
    ['CBSSports.com | News', 'CBSSports.com', 'CBSSports']
    """
    short = _SUBTITLE.sub("", publisher).strip()
    bare = short.removeprefix("The ").removeprefix("the ")
    names = [publisher, short, _DOMAIN.sub("", short)]
    if len(bare) >= SHORTEST_BARE_NAME:
        names.append(bare)
    return [name for name in dict.fromkeys(names) if len(name) > 1]


def parts(text: str, publishers: Sequence[str]) -> list[Part]:
    """Divide a question among the publishers it names, in order of their first mention; empty if it names none."""
    found = mentions(text, publishers)
    clauses: dict[tuple[str, ...], list[Span]] = {mention.publishers: [] for mention in found}
    shared: list[Span] = []
    current: tuple[str, ...] | None = None
    for span in _clauses(text):
        named = [mention.publishers for mention in found if span.start <= mention.start < span.end]
        for publishers_named in dict.fromkeys(named):
            clauses[publishers_named].append(span)
            current = publishers_named
        if not named:
            (clauses[current] if current else shared).append(span)
    return [_part(text, names, [*shared, *own]) for names, own in clauses.items()]


def _part(text: str, publishers: tuple[str, ...], spans: Sequence[Span]) -> Part:
    return Part(publishers, " ".join(text[span.start : span.end].strip() for span in spans), tuple(spans))


def _clauses(text: str) -> list[Span]:
    cuts = [0, *(match.end() for match in _BREAKS.finditer(text)), len(text)]
    return [Span(start, end) for start, end in pairwise(cuts) if text[start:end].strip()]


def _means_a_publisher(text: str, start: int, end: int) -> bool:
    printed = text[start:end]
    if text[max(start - 1, 0) : start] in _MARKS and text[end : end + 1] in _MARKS:
        return True
    if printed[0].isupper() and (start > 0 or " " in printed):
        return True
    if " " in printed and printed.casefold().split()[0] != "the":
        return True
    return bool(_BEFORE.search(text[:start]) and _AFTER.search(text[end:])) or bool(
        re.search(r"\b(?:according to|reported by|published by|per)\s+(?:the\s+)?$", text[:start], re.IGNORECASE)
    )
