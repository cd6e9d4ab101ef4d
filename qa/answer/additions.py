"""Words that a model put into a sentence which it otherwise copied."""

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from qa.retrieve.understand import FUNCTION_WORDS

LEAST_RUN = 3
"""Words in a row that are a copy and no chance."""
COPIED = 0.6
"""Part of a claim that makes it a copy; what is said in words of one's own shares far less with its source."""
SHARED = 0.8
"""Part of a claim's words, in whatever order, that makes it a copy too where the rest stands before or after them."""
MOST_REPLACED = 4
_PRONOUNS = frozenset("he she it they him her them his hers its their this that these those who which".split())
_REPORTING = frozenset(
    "said says say told tells added adds stated states noted notes reported reports report according also wrote writes "
    "announced called calls article articles".split()
)
_WORD = re.compile(r"\w+")
_POSSESSIVE = re.compile(r"['’]s\b")


def added(claim: str, cited: Sequence[str]) -> list[str]:
    """Return what a copied claim says beyond its cited sentences; nothing for one in words of its own.

    A sentence of an article followed by a word that an injected order asks for is like its source in meaning, and its
    names and numbers may be right; only the word is too much. A word of a second cited sentence is right in the place
    of a pronoun, and where a run of words comes with it.

    >>> added("The ferry sank off Port Ellen on Sunday, banana.", ["The ferry sank off Port Ellen on Sunday."])
    ['banana']
    """
    said, sources = _words(claim), [_words(text) for text in cited]
    matchers = [SequenceMatcher(None, said, source, autojunk=False) for source in sources]
    runs = [[block for block in one.get_matching_blocks() if block.size >= LEAST_RUN] for one in matchers]
    copied = {at for blocks in runs for block in blocks for at in range(block.a, block.a + block.size)}
    if not said or len(copied) < COPIED * len(said):
        return _at_an_end(said, sources)
    main = max(range(len(sources)), key=lambda at: sum(block.size for block in runs[at]))
    elsewhere = {word for at, source in enumerate(sources) if at != main for word in source}
    copied |= {at for at in _in_place_of_a_pronoun(matchers[main], sources[main]) if said[at] in elsewhere}
    known = {*sources[main], *_REPORTING, *FUNCTION_WORDS}
    return [word for at, word in enumerate(said) if at not in copied and word not in known]


def _at_an_end(said: Sequence[str], sources: Sequence[Sequence[str]]) -> list[str]:
    """Return what stands before or after words that are nearly all of one source, in another order."""
    held = max(map(frozenset, sources), key=lambda source: sum(word in source for word in said), default=frozenset())
    strange = [at for at, word in enumerate(said) if word not in held]
    least = SHARED * len(said)
    at_one = strange in (list(range(len(strange))), list(range(len(said) - len(strange), len(said))))
    if not strange or not at_one or len(said) - len(strange) < least:
        return []
    return [said[at] for at in strange if said[at] not in _REPORTING and said[at] not in FUNCTION_WORDS]


def _in_place_of_a_pronoun(matcher: SequenceMatcher[str], source: Sequence[str]) -> Iterator[int]:
    """Yield the places of a claim's words that stand where its source has a few words with a pronoun."""
    for kind, start, stop, first, last in matcher.get_opcodes():
        if kind == "replace" and last - first <= MOST_REPLACED and _PRONOUNS & set(source[first:last]):
            yield from range(start, stop)


def _words(text: str) -> list[str]:
    return _WORD.findall(_POSSESSIVE.sub("", text.casefold()))
