"""What a question asks about: its content words, apart from the words that only make it a question."""

import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import pairwise

from qa import lexicon
from qa.errors import EmptyQuestion, QuestionTooLong
from qa.index.keyword import KeywordIndex
from qa.retrieve.dates import Period, as_quarters, periods
from qa.retrieve.kinds import kind_of
from qa.retrieve.publishers import parts as divide
from qa.retrieve.relative import relative_periods
from qa.types import Span

FUNCTION_WORDS = frozenset(
    """a about according after all also am an and any are as at be been before being between both but by can could did
    do does doing done during each either for from further had has have having he her here hers him his how i if in into
    is it its itself many may me might more most much must my no nor not of on or other our out over own please same
    shall she should so some such tell than that the their them then there these they this those through to too under
    up upon us was we were what whatever when where whether which while who whom whose why will with would you your
    article articles report reports reported reporting said say says""".split()
)
"""Words that say nothing about the matter; "report" and "say" are in every other news sentence."""
MOST_PARTS = 6
"""Publishers that one question is divided among."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question made ready for retrieval.

    Args:
        text: NFC, white space folded.
        weights: Each content term, as the keyword index knows it, with its inverse document frequency.
        names: Those of the terms that are written as a name or hold a digit.
        words: Each content word that holds no digit, as it is written, with its term.
        kin: For each term that is no name, the other terms of its family: destroy, destruction.
        periods: The days, months, quarters or years that the question names.
        publishers: Whom of the archive's publishers it is put to; empty for everybody.
        spans: Where the clauses of a part stand in the whole question.
        pairs: Content terms that stand side by side in it.
        parts: For each publisher that the question names, what it asks of that one.
        for_now: Whether the present state of the matter is asked for.
        notes: What was made of the question, in sentences for the reader.
        language: What it is written in, where the embedding model does not read that.
        respelt: Whether a word that the archive does not hold was taken for another one.
    """

    text: str
    weights: dict[str, float]
    names: frozenset[str]
    words: tuple[tuple[str, str], ...] = ()
    kin: dict[str, frozenset[str]] = field(default_factory=dict)
    periods: tuple[Period, ...] = ()
    publishers: tuple[str, ...] = ()
    spans: tuple[Span, ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()
    parts: "tuple[Question, ...]" = ()
    for_now: bool = False
    notes: tuple[str, ...] = ()
    language: str | None = None
    respelt: bool = False

    @property
    def total_weight(self) -> float:
        """The weight of all content terms together."""
        return sum(self.weights.values())


def clean_question(text: str, longest: int) -> str:
    """Return a question in one line, or refuse it.

    Raises:
        EmptyQuestion: It holds no letter and no digit.
        QuestionTooLong: It is over the configured length.
    """
    if len(text) > longest:
        raise QuestionTooLong(f"The question has {len(text):,} characters; at most {longest:,} are accepted.")
    printable = (" " if unicodedata.category(letter) in {"Cc", "Cs"} else letter for letter in text)
    cleaned = " ".join(unicodedata.normalize("NFC", "".join(printable)).split())
    if not any(letter.isalnum() for letter in cleaned):
        raise EmptyQuestion("The question is empty; please write what you want to know.")
    return cleaned


def understand(
    text: str,
    keywords: KeywordIndex,
    publishers: Sequence[str] = (),
    today: date | None = None,
    silent: Collection[str] = (),
) -> Question:
    """Find a question's content terms, how rare each is in the archive, its periods, and whom it is put to.

    Args:
        text: A clean question.
        keywords: The index that knows the archive's words.
        publishers: The archive's publishers; those that the question names get a part each.
        today: The day that "last week" is counted from; without it, such words name no period.
        silent: Words that say nothing about the matter in the language of the question, besides the English ones.
    """
    parts = (
        replace(_read(part.text, keywords, today, silent), publishers=part.publishers, spans=part.spans)
        for part in divide(text, publishers)[:MOST_PARTS]
    )
    return replace(_read(text, keywords, today, silent), parts=tuple(parts))


def _read(text: str, keywords: KeywordIndex, today: date | None, silent: Collection[str]) -> Question:
    words = split_words(text)
    content = [word for word in words if word.casefold() not in FUNCTION_WORDS and word not in silent]
    # The first word has its capital from standing first.
    named = [word for word in content if (word is not words[0] and word[0].isupper()) or any(map(str.isdigit, word))]
    terms = keywords.terms(" ".join(content)) or keywords.terms(text)
    weights = keywords.inverse_document_frequencies(terms)
    names = frozenset(keywords.terms(" ".join(named))) & weights.keys()
    relative = relative_periods(text, today) if today else []
    pairs = tuple(
        (one[0], other[0])
        for first, second in pairwise(words)
        if not {first.casefold(), second.casefold()} & FUNCTION_WORDS
        if (one := keywords.terms(first)) and (other := keywords.terms(second))
    )
    plain = dict.fromkeys(word for word in content if not any(map(str.isdigit, word)))
    spelt = tuple((word, known[0]) for word in plain if (known := keywords.terms(word)) and known[0] in weights)
    named_times = periods(text)
    if kind_of(text) == "number":
        named_times = as_quarters(named_times)
    kin = {term: _kin(word, term, keywords) for word, term in spelt if term not in names}
    return Question(text, weights, names, spelt, kin, (*named_times, *relative), pairs=pairs)


def _kin(word: str, term: str, keywords: KeywordIndex) -> frozenset[str]:
    return frozenset(keywords.terms(" ".join(lexicon.kin(word.lower())))) - {term}


def split_words(text: str) -> list[str]:
    """Split a text at everything that is no letter, digit or apostrophe, dropping a possessive ``'s``."""
    spaced = "".join(letter if letter.isalnum() else " " if letter not in "'’" else "'" for letter in text)
    bare = (word.strip("'").removesuffix("'s").strip("'") for word in spaced.split())
    return [word for word in bare if word]
