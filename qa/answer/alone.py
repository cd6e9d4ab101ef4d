"""Whether a sentence can be read alone, or speaks of something that only the sentence before it names."""

import re
import unicodedata
from collections.abc import Collection
from functools import lru_cache

from qa.retrieve.leaning import content_words, names_in

SAME_MATTER = 2
"""So many of the question's words in the sentence before make its matter the question's."""
STEM = 6
"""Letters that are compared of a word: "engines" and "engine" are the same."""
_QUOTED = r"[\"“‘'(\[]*"
_AND = (
    r"(?:(?:and|but|so|yet|still|however|then|also|plus|indeed|in fact|meanwhile|instead|nevertheless|even so|at first)"
    r"[, ]+)?"
)
_PRONOUN = r"(?:it|they|he|she|its|their|his|hers?|them|theirs)"
_IS = r"(?:is|was|has been|would be|will be|could be|had been)"
_DOES = (
    rf"(?:{_IS}|are|were|have|had|has|do|does|did|will|would|can|could|may|might|must|should|went|came|said|told|took|"
    r"made|gave|left|lost|won|got|ran|carried|brought|showed|found|began|remained|became|\w+ed)"
)
_FEW = r"(?:none|both|neither|each|(?:an)?others?|two|three|four|five|six|seven|nine)"
_BY_PRONOUN = re.compile(rf"{_QUOTED}{_AND}{_PRONOUN}\b", re.IGNORECASE)
_EMPTY_IT = re.compile(
    rf"{_QUOTED}{_AND}it (?:{_IS} (?:not )?(?:clear|unclear|thought|believed|expected|known|likely|unlikely|possible|"
    r"hard|easy|difficult|important|necessary|said|estimated|feared|hoped|raining|snowing|too (?:early|late|soon)|"
    r"the (?:\w+ )?(?:first|second|third|last|\w+est|most|best|worst|largest|only)\b)|takes?\b|took\b|rain|snow|"
    rf"{_IS} [^,.;]{{1,80}} (?:that|who|which)\b|"
    r"seems?\b|appear|emerged\b|turned out\b|remains? (?:unclear|to be seen))",
    re.IGNORECASE,
)
"""An "it" that stands for nothing said before."""
_BY_POINTING = re.compile(
    rf"{_QUOTED}{_AND}(?:"
    r"(?:this|that|these|those|such)(?! (?:week|month|year|morning|afternoon|evening|night|summer|winter|spring|autumn|"
    r"time|who|which|with|without|in|of|under|over|on|at|from|is not|said)\b)\b"
    rf"|(?:among|of|one of|some of|most of|many of|two of|three of|all of|none of|both of|for|to|with|besides) "
    r"(?:them|these|those)(?! (?:who|that|in|of|with|under|over)\b)\b"
    rf"|{_FEW} (?:of (?:them|these|those) )?{_DOES}\b"
    rf"|another (?!day|week|year|month|way|one of)|the (?:two|three|four|others?|latter|former|pair|same) {_DOES}\b"
    r"|(?:after|before|since|during|following|despite|because of|as a result of|by|from|in|at|on) "
    r"(?:this|that|it|these|those)\b(?! (?:week|month|year|morning|afternoon|evening|night|summer|winter|spring|autumn|"
    r"date|who|which)\b))",
    re.IGNORECASE,
)
_WITHIN = re.compile(
    r"\b(?:after|before|since|during|for|in|at|of|from|by|with) that (?!the\b|an?\b|of\b|it\b|he\b|she\b|they\b|we\b|"
    r"there\b|\w+ing\b)(?:same )?[a-z]{3,}(?=[,.;]|$| (?:the|an?|he|she|it|they|his|her|its|their|was|were|is|[A-Z]))"
    r"|\bthe (?:first|second|third|last|other) of (?:these|those|them)\b"
    r"|\b(?:from|of|in|by|with|for|after|before) such an? (?!\w+ (?:that|as)\b)"
    r"|\b(?:voted|spoke|argued) (?:against|for)[.,]"
    r"|\b(?:said|says|told \w+|claimed|added)(?: \w+){0,2} that (?:this|that|these|those) "
    r"(?:was|were|is|are|had|would)\b"
)
"""What points back from within a sentence: "in that storm", "the first of these", "said that this was a lie"."""
_HIS_OWN = re.compile(
    rf"{_QUOTED}{_AND}(?:in|at|on|with|after|before|during|despite|as part of|throughout) (?:his|her|their|its) "
    r"[^,]{1,60}, (?:he|she|they|it)\b",
    re.IGNORECASE,
)
_SOMEBODY_SAID = re.compile(
    r", (?:he|she|they) (?:said|says|added|explained|warned|argued),"
    r"|,[\"”’']? (?:he|she|they) (?:said|says|added|told|wrote|explained|warned|argued|noted|replied)\b"
    r"[^,;]{0,20}[.!?\"”’')]*$"
)
"""Speech whose speaker is named elsewhere."""
_SPOKEN = re.compile(r"\s*(?:[\"“][^\"”]*[\"”]\W*|[^\"“”]*[”\"]\W*)$")
"""Nothing but what somebody said, with nobody to say it."""
_SUBJECTLESS = re.compile(
    r"(?:announced|confirmed|reported|revealed|disclosed|said|told \w+|plans?|planned|let go|laid off|cut) "
    r"(?:(?:on|in|late|early|this|last)\b|[A-Z]\w+ \d|that\b|to\b|of\b|about\b|\d)(?!.*, )",
    re.IGNORECASE,
)
"""An entry of a list under the heading that names whom it is of: "Announced May 24 that it will close"."""
KEPT = 4096
"""Sentences for which what is said of them is remembered: neighbouring questions meet the same ones."""
_ENDS = (".", "!", "?", "…", ",", ";", "。", "！", "？", "।", "؟", "۔")
"""A comma or semicolon ends a part of a long sentence, no heading."""
_HEADLESS = re.compile(r"\W*[a-z]{2,}\b")
"""A sentence begins with a capital, what is left of one does not."""
_LONGEST = 380
"""Letters from which a sentence was cut, and ends nowhere."""
_POINTED = re.compile(rf"{_QUOTED}{_AND}(?:this|that|these|those|such) (?P<noun>[^\W\d_]{{3,}})", re.IGNORECASE)
_WORD = re.compile(r"\w+")


@lru_cache(KEPT)
def leans_back(text: str) -> bool:
    """Say whether a sentence speaks of something that it does not name.

    >>> leans_back("Another carried 22 sheep."), leans_back("The ferry carried 22 sheep.")
    (True, False)
    """
    if any(found.match(text) for found in (_HEADLESS, _BY_POINTING, _HIS_OWN, _SPOKEN)) or _WITHIN.search(text):
        return True
    if _SOMEBODY_SAID.search(text) or _SUBJECTLESS.match(text):
        return True
    return _BY_PRONOUN.match(text) is not None and _EMPTY_IT.match(text) is None


def is_heading(text: str) -> bool:
    """Say whether what was taken for a sentence ends in no full stop, as headings, captions and list entries do.

    >>> is_heading("Point spread odds in basketball"), is_heading("The odds are even.”")
    (True, False)
    """
    return len(text) < _LONGEST and not text.rstrip("\"”’'»›)]} ").endswith(_ENDS)


def named_by(question: str, before: str, text: str, told: str = "") -> bool:
    """Say whether what a leaning sentence speaks of is named in the question, or in what is told already.

    Args:
        question: What the reader asked, and has before them.
        before: The sentences before the one that leans: its pronoun's name is among theirs.
        text: The sentence that leans.
        told: What else the reader has before them.
    """
    pointed = _POINTED.match(text)
    if pointed:
        return bool(_stems([pointed["noun"]]) & _stems([question, told]))
    if not _BY_PRONOUN.match(text) or _WITHIN.search(text):
        return False
    known = _stems([before])
    return bool(known & _stems(names_in(question))) or len(known & _stems(content_words(question))) >= SAME_MATTER


def _stems(texts: Collection[str]) -> frozenset[str]:
    return frozenset(word[:STEM] for text in texts for word in _WORD.findall(_plain(text)) if len(word) > 1)


def _plain(text: str) -> str:
    """Return a text in small letters without accents: "Möngke" is asked for as "Mongke"."""
    if text.isascii():
        return text.lower()
    parts = unicodedata.normalize("NFD", text.casefold())
    return "".join(letter for letter in parts if not unicodedata.combining(letter))
