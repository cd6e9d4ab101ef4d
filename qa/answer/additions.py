"""Words of a model's own in a sentence that is borne out: put into what it copied, or found in no dictionary."""

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from difflib import SequenceMatcher

from qa import lexicon
from qa.retrieve.language import language_of_passage
from qa.retrieve.understand import FUNCTION_WORDS

LEAST_RUN = 3
"""Words in a row that are a copy and no chance."""
COPIED = 0.6
"""Part of a claim that makes it a copy; what is said in words of one's own shares far less with its source."""
SHARED = 0.8
"""Part of a claim's words, in whatever order, that makes it a copy too where the rest stands before or after them."""
MOST_REPLACED = 4
SAME_START = 5
"""Letters that two forms of one word begin with at least."""
_LETTERS = re.compile(r"[^\W\d_]+")
_SPELT_OUT = re.compile(r"(?:\b[^\W\d_]\b[\s._-]*){4,}")
"""A word with its letters apart."""
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
    return [word for at, word in enumerate(said) if at not in copied and not _among(word, known)]


def strange(claim: str, cited: Sequence[str], pieces: Callable[[str], int]) -> list[str]:
    """Return words of a claim that are neither in its cited sentences nor known to be English.

    Who says a thing in words of their own says it in common words; what an injected order wants to see is often none.
    Where the cited sentences are in another language nothing is known of words, and nothing returned.

    Args:
        claim: A sentence that is borne out otherwise.
        cited: The sentences that it rests on.
        pieces: How many pieces the embedding model cuts a word into; a common one is one.

    >>> strange("The ferry zyxquiffle sank.", ["The ferry went down off Port Ellen."], len)
    ['zyxquiffle']
    """
    text = " ".join(cited)
    held = {word.casefold() for word in _LETTERS.findall(text)}
    said = dict.fromkeys(word.casefold() for word in _LETTERS.findall(_POSSESSIVE.sub("", claim)))
    found = [
        word
        for word in said
        if len(word) > 2 and not _form_of_one(word, held) and not lexicon.ordinary(word) and pieces(word) > 1
    ]
    found += [match.group(0) for match in _SPELT_OUT.finditer(claim) if match.group(0) not in text]
    return found if found and language_of_passage(text) in {None, "en"} else []


def _form_of_one(word: str, held: set[str]) -> bool:
    """Say whether a word is among others, or begins as one of them does."""
    return word in held or any(
        len(other) >= SAME_START and word.startswith(other[: max(SAME_START, len(other) - 3)]) for other in held
    )


def _at_an_end(said: Sequence[str], sources: Sequence[Sequence[str]]) -> list[str]:
    """Return what stands before or after words that are nearly all of one source, in another order."""
    held = max(map(frozenset, sources), key=lambda source: sum(word in source for word in said), default=frozenset())
    strange = [at for at, word in enumerate(said) if word not in held]
    least = SHARED * len(said)
    at_one = strange in (list(range(len(strange))), list(range(len(said) - len(strange), len(said))))
    if not strange or not at_one or len(said) - len(strange) < least:
        return []
    return [said[at] for at in strange if not _among(said[at], {*held, *_REPORTING, *FUNCTION_WORDS})]


def _among(word: str, words: Collection[str]) -> bool:
    """Say whether a word, in another form or by a synonym, is among others."""
    return word in words or any(lexicon.alike(word, other) for other in words)


def _in_place_of_a_pronoun(matcher: SequenceMatcher[str], source: Sequence[str]) -> Iterator[int]:
    """Yield the places of a claim's words that stand where its source has a few words with a pronoun."""
    for kind, start, stop, first, last in matcher.get_opcodes():
        if kind == "replace" and last - first <= MOST_REPLACED and _PRONOUNS & set(source[first:last]):
            yield from range(start, stop)


def _words(text: str) -> list[str]:
    return _WORD.findall(_POSSESSIVE.sub("", text.casefold()))
