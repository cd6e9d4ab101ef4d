"""The people that an article speaks of: their full names by what else it calls them."""

import re
from collections.abc import Iterator

TITLES = (
    "Mr|Mrs|Ms|Miss|Dr|Prof|Professor|Sir|Dame|Lord|Lady|Captain|Colonel|General|Inspector|Sergeant|Judge|Justice|"
    "Councillor|Mayor|Senator|Minister|President|Sheikh|Father|Sister|Rear Commodore"
)
_WORD = r"[A-Z][^\W\d_]+(?:[’'-][^\W\d_]+)*"
PERSON = rf"(?:(?:{TITLES})\.? )*{_WORD}(?: (?:de|da|di|van|von|der|den|al|bin|ibn|la|le) {_WORD}| {_WORD}){{0,3}}"
"""How a person is written; whether it is one is for ``People`` to say."""
_LEADING = re.compile(rf"^(?:(?:{TITLES})\.? )+")
_FULL = re.compile(rf"(?<![\w’'-]){_WORD}(?: (?:de|da|di|van|von|der|den|al|bin|ibn|la|le) {_WORD}| {_WORD}){{1,3}}")
_BODIES = re.compile(
    r"\b(?:Authority|Board|Council|Office|University|Hospital|Union|Party|Alliance|Group|Company|Bank|Agency|School|"
    r"Club|Town|City|United|Street|Road|Quay|Bay|Island|Islands|North|South|East|West|New|Works|Press|News|Courier|"
    r"Times|Post|Church|Ferries|Dredging|Lettings|Industries|Systems|Technologies|Airlines|Airways|Motors|Foods|"
    r"Energy|Holdings|Capital|Media|Studios|Partners|Association|Service|Services|Centre|Center|"
    r"Hotel|House|Department|Ministry|Committee|Court|League|Cup|Division|Inc|Ltd|"
    r"January|February|March|April|June|July|August|September|October|November|December|"
    r"Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)\b"
)


class People:
    """Full names found in one article."""

    def __init__(self, text: str) -> None:
        """Read the names out of a text; a name counts as a person's where the text treats it so."""
        self._full: dict[str, str] = {}
        several: set[str] = set()
        people = _treated_as_people(text)
        for name in _names(text):
            last = name.split()[-1]
            if last not in people:
                continue
            if self._full.setdefault(last, name) != name:
                several.add(last)
        for last in several:  # two of one family: the last name alone tells nobody
            self._full[last] = ""

    def full(self, written: str) -> str | None:
        """Return the full name for what stands in the text, or None if it is no person or it is not clear which.

        >>> People("Odette Ferrand, 62, owns it. Mrs Ferrand said so.").full("Mrs Ferrand")
        'Odette Ferrand'
        """
        bare = _LEADING.sub("", written).strip()
        known = self._full.get(bare.split()[-1]) if bare else None
        if not known:
            return None
        return known if bare == known or " " not in bare else None


def _names(text: str) -> Iterator[str]:
    seen: set[str] = set()
    for match in _FULL.finditer(text):
        if match[0] in seen:
            continue
        seen.add(match[0])
        name = _LEADING.sub("", match[0])
        if " " in name and not _BODIES.search(name):
            yield name


_SIGNS = (
    re.compile(rf"\b(?:{TITLES})\.? ({_WORD})(?: ({_WORD}))?"),
    re.compile(rf"\b({_WORD}), \d\d,(?!\d)"),
    re.compile(rf"\b({_WORD}) (?:said|told|added|says)\b"),
    re.compile(rf"\bsaid ({_WORD})(?: ({_WORD}))?"),
)


def _treated_as_people(text: str) -> set[str]:
    """Return the names that a text gives a title or an age, or lets speak."""
    return {name for sign in _SIGNS for match in sign.finditer(text) for name in match.groups() if name}
