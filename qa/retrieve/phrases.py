"""Phrases that a question sets in quotation marks: whoever quotes wants those very words."""

import re
from collections.abc import Sequence

from qa.retrieve.publishers import mentions

_QUOTED = re.compile(
    r"\"([^\"]{2,200})\"|“([^”]{2,200})”|„([^“”]{2,200})[“”]|«\s?([^»]{2,200}?)\s?»"
    r"|(?<!\w)['‘]([^'‘’\"]{3,200})['’](?!\w)"
)
_WORDS = re.compile(r"\w[\w'.-]* (?:.* )?\w")
_APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "‐": "-", "‑": "-", "–": "-"})
MOST = 4


def quoted_phrases(text: str, publishers: Sequence[str] = ()) -> tuple[str, ...]:
    """Return the phrases in quotation marks, in the form of ``same_form``.

    None are marks around a single word, which say that it is somebody's word. None count where publishers are named:
    the phrase is then of what one of them printed, and passages of the others that hold it too would take their places.

    >>> quoted_phrases("Who said “a clear  warning,” and who called it 'Project Kite'?")
    ('a clear warning', 'project kite')
    """
    matches = list(_QUOTED.finditer(text))
    if not matches or mentions(text, publishers):
        return ()
    found = (same_form(next(filter(None, match.groups()))).strip(" ,.;:!?") for match in matches)
    return tuple(dict.fromkeys(phrase for phrase in found if _WORDS.search(phrase)))[:MOST]


def same_form(text: str) -> str:
    """Return a text as phrases are compared: white space folded, lower case, one kind of apostrophe and dash."""
    return " ".join(text.translate(_APOSTROPHES).casefold().split())


def holds(text: str, phrase: str) -> bool:
    """Say whether a text in that form holds a phrase as whole words."""
    return re.search(rf"(?<!\w){re.escape(phrase)}(?!\w)", text) is not None
