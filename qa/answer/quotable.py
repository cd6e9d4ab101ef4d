"""Whether what was taken for a sentence is prose: no furniture of its page, no table, no embedded post."""

import re
import unicodedata
from functools import lru_cache

MIN_WORDS = 4
KEPT = 4096
"""Sentences for which what is said of them is remembered: neighbouring questions meet the same ones."""
TABLE_NUMBERS = 4
"""A table's row has so many numbers, and hardly a word that is no name."""
TABLE_SMALL_WORDS = 0.2
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
_SIGNPOST = re.compile(
    r"\b(?:READ(?: MORE| ALSO)?|ALSO READ|SEE ALSO|(?:MUST )?WATCH|LISTEN|OPINION|ANALYSIS|EXPLAINER|RELATED|PHOTOS?|"
    r"VIDEOS?|GALLERY|MORE): "
)
"""One that stands within what was taken for a sentence."""
_EMBEDDED = re.compile(r"\bpic\.(?:twitter|x)\.com/|\bhttps?://t\.co/|\{\{|\}\}")
"""What is left of a post of another site, or of a page's template."""


@lru_cache(KEPT)
def says_something(text: str) -> bool:
    """Say whether a sentence can be quoted alone: it has a few words, and is no question and no furniture of a page.

    >>> says_something("Read more: How the ferry ran aground")
    False
    >>> says_something("Share this bread with your neighbour, the vicar said.")
    True
    """
    if _FURNITURE.match(text) or _SIGNPOST.search(text) or _EMBEDDED.search(text) or _is_table(text):
        return False
    if text.rstrip("\"”’')").endswith("?"):
        return False
    # Scripts without blanks between words: a run of their letters is many words.
    return len(_WORD.findall(text)) >= MIN_WORDS or (
        sum(unicodedata.category(letter) == "Lo" for letter in text) >= 2 * MIN_WORDS
    )


def _is_table(text: str) -> bool:
    """Say whether a text is a table's row run into one line: "Australia 5 1987, 1999 India 2 1983, 2011"."""
    words = _WORD.findall(text)
    numbers = sum(word[0].isdigit() for word in words)
    if numbers < TABLE_NUMBERS or any(unicodedata.category(letter) == "Lo" for letter in text):
        return False  # letters without case: names cannot be told from other words
    small = sum(word[0].islower() for word in words)
    return bool(small < TABLE_SMALL_WORDS * len(words))
