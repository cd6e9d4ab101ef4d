"""One typo in a word that the archive does not hold is searched for as the word that it does hold.

A word is left as it was typed if the archive holds any form of it, if the embedding model knows it as a word, if no
passage holds what it may stand for together with another word of the question, or if it may stand for several words
that are about as frequent: then nobody knows which. A word that stands in a single passage is taken only for a long
name, or for one with two letters swapped: "Rajat" is somebody else than Rajan. So is a name with another first letter:
few misspellings begin wrong (1 to 7 in a hundred in the collections that Kukich compares, ACM Computing Surveys 24,
1992), and many other names do.
"""

import re
from dataclasses import dataclass

from qa.index.holdings import Holdings
from qa.index.keyword import header, one_typo
from qa.retrieve.understand import FUNCTION_WORDS, split_words
from qa.types import Filters

SHORTEST = 6
SHORTEST_NAME = 5
MOST_CORRECTED = 2
TRUST = 0.5
"""Part of the confidence that is left where a word was taken for another: somebody unknown may have been meant."""
CANDIDATES = 20
"""Words of the archive looked at for one typed word."""
CLEARLY_MORE = 4
"""In so many times the passages of any other word that may be meant must the one stand that is taken."""
LONG_NAME = 7
"""Letters from which a name that stands in a single passage is taken for what was meant."""


@dataclass(frozen=True, slots=True)
class Correction:
    """A word as it was typed, and the word that was searched for in its place."""

    typed: str
    found: str

    def __str__(self) -> str:
        """Say so to the reader."""
        return f"Searched for {self.found}; the archive has no “{self.typed}”."


def corrected(text: str, archive: Holdings, filters: Filters | None = None) -> tuple[str, tuple[Correction, ...]]:
    """Return a question with its mistyped words put right, and what was changed; most come back as they are."""
    if not archive.recipe:  # nothing is stored yet
        return text, ()
    keywords = archive.keywords
    content = [word for word in dict.fromkeys(split_words(text)) if word.casefold() not in FUNCTION_WORDS]
    unknown = [word for word in content if not keywords.holds(word)]
    if not unknown or len(unknown) > max(MOST_CORRECTED, len(content) // 2):
        return text, ()
    known = " ".join(word for word in content if word not in unknown)
    made = []
    for word in unknown[:MOST_CORRECTED]:
        found = _stands_for(word, known, archive) if _may_be_mistyped(word, archive) else None
        # Nobody is told to have meant a word that no allowed article holds.
        if found is not None and not (filters and not archive.keywords.articles_with(found, filters)):
            made.append(Correction(word, found))
            text = re.sub(rf"\b{re.escape(word)}\b", found, text)
    return text, tuple(made)


def _may_be_mistyped(word: str, archive: Holdings) -> bool:
    if not word.isalpha() or len(word) < (SHORTEST_NAME if word[0].isupper() else SHORTEST):
        return False
    return len(archive.embedder.token_spans(word)) > 1


def _stands_for(word: str, known: str, archive: Holdings) -> str | None:
    """Return the archive's word, one typo away, that stands with the rest of the question and is clearly meant."""
    found = []
    for term in archive.keywords.one_typo_from(word)[:CANDIDATES]:
        passage = archive.keywords.with_term(term, known)
        written = _as_written(word, term, passage[0], archive) if passage else None
        if written is not None:
            found.append((archive.keywords.passages_with(term), written))
    found.sort(reverse=True)
    if not found or (len(found) > 1 and found[0][0] < CLEARLY_MORE * found[1][0]):
        return None
    passages, written = found[0]
    swapped = sorted(written.casefold()) == sorted(word.casefold())  # hardly anybody is called that
    sure = passages > 1 or swapped or (word[0].isupper() and len(word) >= LONG_NAME)
    return written if sure else None


def _as_written(word: str, term: str, chunk_id: str, archive: Holdings) -> str | None:
    """Return a form of a term, as a passage writes it, that is one typo from the word."""
    for stored, _ in archive.chunks([chunk_id]).values():
        words = split_words(f"{header(stored)} {stored.chunk.text}")
        forms = [form for form in words if archive.keywords.terms(form) == [term]]
        near = [form for form in forms if _may_stand_for(form, word)]
        return max(near, key=near.count, default=None)
    return None


def _may_stand_for(form: str, word: str) -> bool:
    """Say whether a form is one typo away: the first letter is hardly ever the wrong one, and a name stays a name."""
    if form[0].casefold() != word[0].casefold() or (word[0].isupper() and not form[0].isupper()):
        return False
    if len(form) < SHORTEST_NAME:
        return False
    return one_typo(form.casefold(), word.casefold())
