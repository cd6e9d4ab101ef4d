"""What is carried from the last question and answer into one that leans on them: names, times, nouns, in brackets."""

import re
from collections.abc import Sequence

from qa import lexicon
from qa.index.keyword import KeywordIndex
from qa.retrieve.leaning import TIME, names_in
from qa.retrieve.understand import FUNCTION_WORDS, split_words

CARRIED = 3
"""Words carried from the last question, and as many from the last answer; more brought nothing."""
MINIMUM = 3
"""Letters of a carried word; "off" and "up" pass, initials and "s" do not."""
_SAYS_NOTHING = FUNCTION_WORDS | frozenset(
    """sorry unfortunately okay yes thank thanks information question questions answer know want need specific however
    furthermore consequently additionally therefore please help helpful per cent percent get gets got happen happens
    happened""".split()
)
"""Words of a conversation that are not its matter."""
_COUNTS = frozenset(
    """one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
    eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred hundreds thousand thousands million
    millions billion billions dozen dozens half once twice first second third""".split()
)
"""Words that count what they stand beside; alone they are of no matter."""
_NO_VERB = ("s", "er", "est", "ly")
_NOUN = ("ion", "ment", "ance", "ence", "ense", "al", "ure")
_TITLE = re.compile(r"^(?:Mr|Mrs|Ms|Miss|Dr) ")
LONGEST_NAME = 3
"""Words of a name that is carried whole; a longer run of capitals is a headline."""
_NUMBER = re.compile(r"\d+(?:[.,]\d+)+")


def with_topic(
    question: str, texts: Sequence[str], keywords: KeywordIndex, without: Sequence[str] = (), *, deeds: bool = True
) -> str:
    """Add in brackets what mattered most in earlier texts and is not in the question.

    Args:
        question: A question that leans on them.
        texts: The last question and, where it may matter, its answer.
        keywords: The index that knows how rare the words are.
        without: Names that are not to be added.
        deeds: Whether what was done matters too, as a noun.
    """
    held = set(keywords.terms(" ".join((question, *without))))
    carried: list[str] = []
    for text in texts:
        words = _salient(text, held, keywords, deeds=deeds)
        carried += words
        held |= set(keywords.terms(" ".join(words)))
    if not carried:
        return question
    stem = question.rstrip(" ?.!")
    return f"{stem} (about {', '.join(carried)})?"


def _salient(text: str, held: set[str], keywords: KeywordIndex, *, deeds: bool) -> list[str]:
    """Return the few words of a text that are rarest in the archive for how often they come, in their own order."""
    times: dict[str, int] = {}
    shown: dict[str, str] = {}
    for word in split_words(text):
        term = "".join(keywords.terms(word)[:1])
        if not term or len(word) < MINIMUM or word.casefold() in _SAYS_NOTHING or "'" in word or term in held:
            continue
        times[term] = times.get(term, 0) + 1
        shown.setdefault(term, word)
    rarity = keywords.inverse_document_frequencies([*times, ""])
    unknown = rarity.pop("")
    worth = {term: (1 + times[term]) * rare for term, rare in rarity.items() if rare < unknown}
    best = sorted(worth, key=lambda term: -worth[term])[:CARRIED]
    whole = {word: unit for unit in _units(text) for word in split_words(unit)}
    words = [shown[term] for term in shown if term in best and shown[term].casefold() not in _COUNTS]
    nouns = [_as_noun(word, deeds=deeds) for word in words]
    return list(dict.fromkeys(whole.get(noun, noun) for noun in nouns if noun))


def _units(text: str) -> list[str]:
    """Return the names, times and numbers of a text, which are carried whole."""
    names = [name for name in names_in(text) if len(name.split()) <= LONGEST_NAME and not TIME.search(name)]
    others = [match.group() for pattern in (TIME, _NUMBER) for match in pattern.finditer(text)]
    return [_TITLE.sub("", name) for name in names] + others


def _as_noun(word: str, *, deeds: bool = True) -> str:
    """Return a word, or the noun for one that has the form of a verb; nothing where there is none.

    >>> [_as_noun(word) for word in ("convicted", "accepting", "flooded", "building", "bribes")]
    ['conviction', 'acceptance', '', 'building', 'bribes']
    """
    if not word.islower() or word.endswith(_NO_VERB) or (word.endswith("ing") and lexicon.known(word)):
        return word
    own = lexicon.forms(word)
    nouns = [other for other in lexicon.family(word) - own if other.endswith(_NOUN)] if deeds else []
    return word if own == {word} else min(nouns, key=lambda noun: (len(noun), noun), default="")
