"""Words that could wrong somebody: resigned, confessed, was killed. No likeness of sentences bears them out.

"The mayor resigned" is like "the mayor was elected" in all but what matters. Such a word is believed only where the
report has it, or one that says as much; ``grave.txt`` tells which.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from qa import lexicon

_NOT_GUILTY = re.compile(r"\bnot guilty\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


@dataclass(frozen=True, slots=True)
class _Group:
    grave: frozenset[str]
    borne_by: frozenset[str]


def unborne(claim: str, sources: str) -> str | None:
    """Return a grave word of a claim that its sources do not bear out; None where there is none.

    >>> unborne("Mayor Ellingham resigned.", "Mayor Ellingham was elected on Thursday.")
    'resigned'
    >>> unborne("Two people lost their lives and one was killed.", "Three deaths were reported.") is None
    True
    """
    there = {word.casefold() for word in _WORD.findall(_NOT_GUILTY.sub("acquitted", sources))}
    said: list[str] = _WORD.findall(claim)
    for word in dict.fromkeys(word.casefold() for word in said):
        groups = _groups().get(word, ())
        if groups and word not in there and not any(_borne(word, group, there) for group in groups):
            return word
    return None


def _borne(word: str, group: _Group, there: set[str]) -> bool:
    # Not by a dictionary's synonyms: in some sense or other "to pass" is "to sink", and "to break" is "to die".
    return any(lexicon.family(word) & lexicon.family(other) or lexicon.forms(other) & group.borne_by for other in there)


@cache
def _groups() -> dict[str, tuple[_Group, ...]]:
    """Return the groups of each grave word, in all of its forms that the list has."""
    found: dict[str, tuple[_Group, ...]] = {}
    for group in _read():
        for word in group.grave:
            found[word] = (*found.get(word, ()), group)
    return found


def _read() -> Iterator[_Group]:
    for line in (files("qa.answer") / "grave.txt").read_text("utf-8").splitlines():
        if line and line[0] != "#":
            grave, _, others = line.partition("|")
            words = frozenset(grave.split())
            yield _Group(words, words | frozenset(others.split()))
