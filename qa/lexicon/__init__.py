"""What words have to do with each other: forms, families, meanings in common, opposites.

Read from ``wordnet/`` (Princeton WordNet 3.1, as much of it as ``tests/benchmarks/wordnet.py`` keeps) and from
``opposites.txt``.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from importlib.resources import files

_ENDINGS = (
    ("ies", "y"), ("ied", "y"), ("ier", "y"), ("iest", "y"), ("ves", "f"), ("es", ""), ("es", "e"), ("s", ""),
    ("ed", ""), ("ed", "e"), ("ing", ""), ("ing", "e"), ("er", ""), ("er", "e"), ("est", ""), ("est", "e"), ("ly", ""),
    ("ily", "y"),
)  # fmt: skip
_SHORTEST = 3


def _lines(name: str) -> Iterator[list[str]]:
    for line in (files("qa.lexicon") / name).read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line.split()


@cache
def _meanings() -> dict[str, frozenset[int]]:
    found: dict[str, set[int]] = defaultdict(set)
    for number, words in enumerate(_lines("wordnet/synonyms.txt")):
        for word in words:
            found[word].add(number)
    return {word: frozenset(numbers) for word, numbers in found.items()}


@cache
def _irregular() -> dict[str, frozenset[str]]:
    return _joined(_lines("wordnet/forms.txt"), both=False)


@cache
def _families() -> dict[str, frozenset[str]]:
    return _joined(_lines("wordnet/families.txt"))


@cache
def _opposites() -> dict[str, frozenset[str]]:
    return _joined([*_lines("wordnet/opposites.txt"), *_lines("opposites.txt")])


@cache
def _known() -> frozenset[str]:
    return frozenset(_meanings()) | frozenset(_families()) | frozenset(_opposites())


@cache
def _others() -> frozenset[str]:
    return frozenset(word for line in _lines("wordnet/words.txt") for word in line)


def _joined(lines: Iterable[list[str]], *, both: bool = True) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for one, *others in lines:
        for other in others:
            found[one].add(other)
            if both:
                found[other].add(one)
    return {word: frozenset(others) for word, others in found.items()}


@lru_cache(16384)
def forms(word: str) -> frozenset[str]:
    """Return a word in lower case with all words that it may be a form of.

    >>> sorted(forms("rose"))
    ['rise', 'rose']
    """
    return frozenset(form for form in _stems(word) if form == word or form in _known())


def _stems(word: str) -> set[str]:
    found = {word} | _irregular().get(word, frozenset())
    for ending, instead in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST - bool(instead):
            stem = word[: -len(ending)]
            found.add(stem + instead)
            if len(stem) > _SHORTEST and stem[-1] == stem[-2] and ending in {"ed", "ing", "er", "est"}:
                found.add(stem[:-1])
    return found


@lru_cache(16384)
def family(word: str) -> frozenset[str]:
    """Return a word's forms with those of other kinds: arrive, arrival."""
    own = forms(word)
    return own.union(*(_families().get(form, frozenset()) for form in own))


@cache
def _inflected() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for form, bases in _irregular().items():
        for base in bases:
            found[base].add(form)
    return {base: frozenset(forms) for base, forms in found.items()}


@lru_cache(16384)
def kin(word: str) -> frozenset[str]:
    """Return a word's family with the irregular forms of each of its words.

    >>> sorted(kin("won"))
    ['win', 'winner', 'winning', 'won']
    """
    whole = family(word)
    return whole.union(*(_inflected().get(one, frozenset()) for one in whole))


@lru_cache(16384)
def meanings(word: str) -> frozenset[int]:
    """Return numbers that stand for what a word may mean; synonyms share one."""
    return frozenset().union(*(_meanings().get(form, frozenset()) for form in forms(word)))


@lru_cache(16384)
def opposites(word: str) -> frozenset[str]:
    """Return the words that say the opposite of one of a word's forms."""
    return frozenset().union(*(_opposites().get(form, frozenset()) for form in forms(word)))


@lru_cache(16384)
def ordinary(word: str) -> bool:
    """Say whether a word in lower case is a form of one that a dictionary has.

    >>> ordinary("refloated"), ordinary("zyxquiffle")
    (True, False)
    """
    return bool(forms(word) & _known()) or not _stems(word).isdisjoint(_others())


def known(word: str) -> bool:
    """Say whether a word, or a verb with its particle ("call_off"), has an entry."""
    return word in _known()


@lru_cache(65536)
def alike(one: str, other: str) -> bool:
    """Say whether two words are one, of one family, or may mean the same."""
    return one == other or bool(family(one) & family(other) or meanings(one) & meanings(other))


@lru_cache(65536)
def opposed(one: str, other: str) -> bool:
    """Say whether one word says the opposite of the other."""
    return bool(opposites(one) & forms(other))
