"""Questions and passages in a language that the embedding model does not read: found by their words alone."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from qa.index.holdings import Holdings
from qa.index.keyword import function_words
from qa.retrieve.language import UNKNOWN, language_of_passage, language_of_question, spoken
from qa.retrieve.rank import rank
from qa.retrieve.readings import Ranked
from qa.retrieve.understand import Question, split_words
from qa.types import Citation, Filters

MOST = 0.5
"""Highest confidence where words alone were compared: what is known of evidence is known of English. It lies between
the thresholds of ``balanced`` and ``strict``, so that matching words may be quoted, and are never called sure."""


def unread(text: str, languages: Collection[str]) -> str | None:
    """Return the language of a question that the embedding model, which reads some languages, does not read.

    A model for which none is named is taken to read all of them; None also where the language is not clear.
    """
    if not languages:
        return None
    code = language_of_question(text)
    return None if code in languages else code


def silent_words(text: str, code: str | None) -> frozenset[str]:
    """Return the words of a question that say nothing about the matter in its own language."""
    return function_words(split_words(text), spoken(code)) if code else frozenset()


def rank_words(archive: Holdings, question: Question, filters: Filters) -> list[Ranked]:
    """Rank by words alone where the question's language is not read; by everything where it is, or no word is found.

    In Chinese, whose words no space divides, the embedding model still knows single characters.
    """
    ranked = rank(archive, question, filters)
    if not question.language:
        return ranked
    return _sharing_words(ranked) or rank(archive, replace(question, language=None), filters)


def _sharing_words(ranked: Sequence[Ranked]) -> list[Ranked]:
    return [found for found in ranked if found.readings[0].terms]


def unread_passage(archive: Holdings, ranked: Sequence[Ranked]) -> bool:
    """Say whether the best passage is in a language that the embedding model does not read."""
    return bool(ranked) and bool(_unread(archive, ranked[0].stored.chunk.article_id, ranked[0].stored.chunk.text))


def note(archive: Holdings, question: Question, ranked: Sequence[Ranked], citations: Sequence[Citation]) -> str | None:
    """Say what was searched by words alone; None where everything is in a language that is read."""
    if question.language:
        named = "a language that" if question.language == UNKNOWN else f"{spoken(question.language)}, which"
        if _sharing_words(ranked):
            return f"The question is in {named} the search does not read: it was looked up by its words alone."
        return f"The question is in {named} the search does not read, and no passage has its words."
    quotes = [(one.article_id, one.quote) for one in citations]
    found = sorted({spoken(other) for article, words in quotes if (other := _unread(archive, article, words))})
    if not found:
        return None
    return f"What is quoted is in {' and '.join(found)}, which the search does not read, only its words."


def _unread(archive: Holdings, article_id: str, text: str) -> str | None:
    languages = archive.settings.languages
    if not languages:
        return None
    article = archive.article(article_id)
    code = language_of_passage(text, article.language, article.text)
    return None if code is None or code in languages else code
