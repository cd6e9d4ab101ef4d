"""Scores of texts against gold answers and evidence: pure functions, no model judges anything."""

import re
import string
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Literal

from qa.types import Span

_VERDICT = re.compile(r"\W*(yes|no)\b", re.IGNORECASE)
YES_NO = frozenset({"yes", "no"})


def normalise(text: str) -> str:
    """Lower the case and drop punctuation, articles and extra space, as SQuAD's official script does."""
    plain = "".join(letter for letter in text.lower() if letter not in string.punctuation)
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", plain).split())


def exact_match(said: str, answers: Iterable[str]) -> float:
    """Return 1 if a text is one of the answers once both are normalised."""
    return float(any(normalise(said) == normalise(answer) for answer in answers))


def f1(said: str, answers: Iterable[str]) -> float:
    """Return the best harmonic mean of word precision and recall over the answers, as SQuAD's script does."""
    return max((_f1(normalise(said).split(), normalise(answer).split()) for answer in answers), default=0.0)


def _f1(said: Sequence[str], gold: Sequence[str]) -> float:
    if not said or not gold:
        return float(said == gold)
    shared = sum((Counter(said) & Counter(gold)).values())
    return 2 * shared / (len(said) + len(gold))


def held_answers(quotes: Sequence[str], answers: Iterable[str]) -> list[bool]:
    """Say of each gold answer whether it stands in the quotes together, in whole words ("5" is not in "1951").

    The untouched words count too: "1562" stands in "1562-1598", which SQuAD's normalising makes one word.
    """
    raw = " ".join(quotes)
    together = f" {normalise(raw)} "
    return [_has_words(together, raw, answer) for answer in answers]


def holds_answer(quotes: Sequence[str], answers: Iterable[str]) -> bool:
    """Say whether any gold answer stands in the quotes together."""
    return any(held_answers(quotes, answers))


def _has_words(normal: str, raw: str, answer: str) -> bool:
    wanted = normalise(answer)
    if wanted and f" {wanted} " in normal:
        return True
    return bool(answer.strip()) and re.search(rf"(?<!\w){re.escape(answer.strip())}(?!\w)", raw) is not None


def is_yes_no(answers: Iterable[str]) -> bool:
    """Say whether the gold answer is a plain yes or no, which no sentence of an article can be."""
    given = {normalise(answer) for answer in answers}
    return bool(given) and given <= YES_NO


def verdict(said: str) -> Literal["yes", "no"] | None:
    """Return the yes or no that a text opens with."""
    match = _VERDICT.match(said)
    if match is None:
        return None
    return "yes" if match[1].lower() == "yes" else "no"


def squeeze(text: str) -> str:
    """Remove all white space, so that a fact is found across line breaks."""
    return "".join(text.split())


def locate(text: str, wanted: str) -> Span | None:
    r"""Find words in a text, whatever white space is between them.

    >>> locate("The mill\n closed.", "mill closed")
    Span(start=4, end=16)
    """
    at = text.find(wanted)
    if at >= 0 and wanted:
        return Span(at, at + len(wanted))
    words = wanted.split()
    match = re.search(r"\s+".join(map(re.escape, words)), text) if words else None
    return Span(*match.span()) if match else None
