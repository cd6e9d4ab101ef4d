"""What a claim says is done, where its source only says that it is to be done, can be or was asked for."""

import re

from qa import lexicon

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?|[,;:.]")
_HAVE = frozenset("has have had".split())
_BETWEEN = frozenset("already also now since been just both all not never ever".split())
_OPEN = frozenset(
    """to will would shall should may might can could must whether if until hope hopes hoped plan plans planned want
    wants wanted ask asked asks wish intend intends intended expect expected expects propose proposed""".split()
)
"""Before a verb they leave open whether it is done."""
_ALONG = frozenset("be not also soon now then later be being formally finally".split())
"""May stand between them and the verb."""
REACH = 3


def undone(claim: str, source: str) -> bool:
    """Say whether what a claim tells as done, by "has" and a verb, is in its source nowhere done.

    >>> undone("The region has bought a ferry.", "The region set money aside for a ferry, to be bought in 2026.")
    True
    >>> undone("The region has bought a ferry.", "The region bought a ferry.")
    False
    """
    said, there = _words(claim), _words(source)
    for at, word in enumerate(said):
        if word not in _HAVE or (at and said[at - 1] in _OPEN):
            continue
        verb = next((one for one in said[at + 1 : at + 1 + REACH] if one not in _BETWEEN), "")
        if not lexicon.forms(verb) - {verb}:
            continue  # no participle: "have it easy"
        places = [to for to, other in enumerate(there) if lexicon.forms(verb) & lexicon.forms(other)]
        if places and all(_left_open(there, to) for to in places):
            return True
    return False


def _left_open(words: list[str], at: int) -> bool:
    before = next((word for word in reversed(words[:at]) if word not in _ALONG), "")
    return before in _OPEN


def _words(text: str) -> list[str]:
    return [word.casefold() for word in _WORD.findall(text)]
