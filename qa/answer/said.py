"""Whether the passages found say all of what was asked, in these or in like words.

"Why did the mayor resign?" may find what the mayor said about a flood. That "resign" stands in none of the passages, in
any form and in no word of like meaning ("quit"), is worth a sentence to the reader. It decides nothing: people who
know the answer is there often ask in words of their own. As a part of the confidence it brought nothing on questions
that it was not fitted on.
"""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from qa.retrieve.readings import Ranked
from qa.retrieve.understand import Question
from qa.types import Embedder

if TYPE_CHECKING:
    from numpy.typing import NDArray

PASSAGES = 3
"""Best passages that are looked through, with their titles and publishers."""
UNRELATED = 0.3
"""Likeness of two words up to which they have nothing to do with each other; most pairs are below 0.2."""
HEAVY = 0.25
"""Part of the question's weight from which a word that no passage says is named. Of 80 questions on the sample archive,
written before anything was measured, it names one in 24 of 40 that have no answer there and in 2 of 40 that have."""
_LIGHT = frozenset(
    "get gets got go goes going went gone make makes made take takes took give gives gave put come comes came keep "
    "keeps kept let happen happens happened require requires required need needs needed want wants wanted say says "
    "said tell tells told think thinks thought know knows known mean means meant believe believes believed call calls "
    "called besides topic topics term terms kind kinds describe describes described "
    "explain explains explained show shows showed find finds found".split()
)
"""Words that mean little by themselves, and those by which one asks: what somebody requires is told as "must"."""
_WORD = re.compile(r"[^\W_]+")


def unsaid(question: Question, ranked: Sequence[Ranked], embedder: Embedder) -> str | None:
    """Return the word that weighs most in a question and that no passage says; None if none weighs much."""
    total = sum(question.weights[term] for _, term in question.words)
    heavy = [
        (word, term)
        for word, term in question.words
        if question.weights[term] > HEAVY * total and word.casefold() not in _LIGHT and _alone(term, question)
    ]
    passages = ranked[:PASSAGES]
    # Words are compared by meaning only where every passage lacks one: mostly none does.
    if not passages or any(one.readings[0].terms.issuperset(term for _, term in heavy) for one in passages):
        return None
    weights = np.array([question.weights[term] / total for _, term in heavy])
    lacking = (1.0 - _said(heavy, passages, embedder)) * weights
    best = lacking.min(axis=0)  # of each word, in the passage that says it best
    at = int(best.argmax())
    return heavy[at][0] if best[at] > HEAVY else None


def note(question: Question, ranked: Sequence[Ranked], embedder: Embedder) -> str | None:
    """Say to the reader of an answer which word of the question the passages lack."""
    word = unsaid(question, ranked, embedder)
    return word and f"No passage found says “{word}” or a word like it, so please check that this is what you asked."


def _alone(term: str, question: Question) -> bool:
    """Say whether a term is no part of a name of several words: "Saltmere Town" are soon just "Saltmere"."""
    others = {other for pair in question.pairs if term in pair for other in pair} - {term}
    return term not in question.names or not others & question.names


def _said(asked: Sequence[tuple[str, str]], passages: Sequence[Ranked], embedder: Embedder) -> "NDArray[np.float64]":
    """Return how well each passage says each of the words asked for, from 0 to 1, shape (passages, words)."""
    same = np.array([[float(term in one.readings[0].terms) for _, term in asked] for one in passages])
    wanted = embedder.word_vectors([word.lower() for word, _ in asked])
    each = [_words(passage) for passage in passages]
    places = {word: at for at, word in enumerate(dict.fromkeys(word for words in each for word in words))}
    there = embedder.word_vectors(list(places))
    if wanted is None or there is None:  # a model whose words cannot be read
        return same
    alike = (there @ wanted.T).astype(np.float64)
    likeness = np.stack([alike[[places[word] for word in words]].max(axis=0, initial=0.0) for words in each])
    said: NDArray[np.float64] = np.maximum(same, np.clip((likeness - UNRELATED) / (1.0 - UNRELATED), 0.0, 1.0))
    return said


def _words(passage: Ranked) -> list[str]:
    about = passage.stored.chunk
    text = f"{about.text} {about.title or ''} {about.publisher or ''}"
    return list(dict.fromkeys(_WORD.findall(text.lower())))
