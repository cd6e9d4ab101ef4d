"""What a model writes, cut into sentences as it comes and cleaned of everything that is not plain text."""

import re
from collections.abc import Iterable, Iterator

from qa.answer.openings import speaks_of_evidence

MOST_CHARS = 12_000
"""More than this is no answer: the model is stopped."""
LEAST_WORDS = 3
MOST_SENTENCE_CHARS = 600
"""A longer sentence is no statement; the embedding model would read only its beginning."""
_ABBREVIATION = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|St|Sen|Rep|Gov|Gen|Lt|Col|Capt|Sgt|Rev|Hon|vs|No|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|"
    r"Nov|Dec|Inc|Ltd|Co|Corp)|\b[A-Z]|\b[a-z]\.[a-z])\.$"
)
_END = re.compile(r"[.!?…]+[\"”’)\]]*(?:\s*\[[^\[\]\n]{1,20}\])*(?=\s)|\n+")
_WHOLE = re.compile(r"[.!?…][\"”’)\]*_]*(?:\s*[\[(][\w ,;–-]{0,12}[\])]?)*\s*$")
_THINKING = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL | re.IGNORECASE)
_BULLET = re.compile(r"^\s*(?:[-*•–>#|]+|\(?\d{1,2}[.)])\s+")
_KEY = re.compile(
    r"\s*(?:\[\^?\s*[SsQq]?\d{1,3}(?:\s*[,;–-]\s*[SsQq]?\d{1,3})*\s*\]"
    r"|\((?:[Ss]ources?|[Ee]vidence)? ?S?\d{1,3}\))"
)
_EMPHASIS = re.compile(r"(\*\*|__|\*|`)(?=\S)(.+?)(?<=\S)\1")
_MARKUP = re.compile(
    r"!?\[[^\]]*\]\s*[(:\[]|https?:|www\.|\w@\w|</?[a-zA-Z!][^>]*>|[<>{}`|\\]|&\w+;|\bdata:|\bjavascript:|"
    r"\b[\w-]+\.(?:com|org|net|biz|info|io|co|ru|cn|xyz|top|site|online|app|dev|example|html?|php|exe|gov|edu)\b",
    re.IGNORECASE,
)
_TO_A_MODEL = re.compile(
    r"\b(?:(?:system|user|this|your|the|my) prompts?|previous instructions|system message|as an ai|language model|"
    r"jailbreak|api key)\b"
    r"|^\s*(?:i (?:cannot|can't|can’t|could not|couldn't|couldn’t|am sorry|do not|don't|don’t|will now|have no)|"
    r"i['’]m (?:sorry|unable|afraid)|sorry, )",
    re.IGNORECASE,
)


def pieces_to_sentences(pieces: Iterable[str]) -> Iterator[str]:
    """Yield each sentence as soon as it is whole; what a model thinks aloud is left out."""
    waiting, read = "", 0
    for piece in pieces:
        read += len(piece)
        waiting = _THINKING.sub(" ", waiting + piece) if "</think" in waiting + piece else waiting + piece
        if read > MOST_CHARS:
            return
        if "<think" in waiting.casefold():
            continue
        *whole, waiting = _cut(waiting)
        yield from whole
    *whole, last = _cut(_THINKING.sub(" ", waiting) + "\n")
    yield from (part for part in [*whole, last] if part.strip())


def is_whole(sentence: str) -> bool:
    """Say whether a sentence has its end, citations after it aside; one of a reply that broke off may be half.

    >>> is_whole("It cost 4.2 million. [S1"), is_whole("It cost 4.2 mill")
    (True, False)
    """
    return _WHOLE.search(sentence) is not None


def _cut(text: str) -> list[str]:
    parts, start = [], 0
    for match in _END.finditer(text):
        if match.group(0)[0] != "\n" and _ABBREVIATION.search(text[start : match.start() + 1]):
            continue
        if text[start : match.end()].strip():
            parts.append(text[start : match.end()].strip())
        start = match.end()
    return [*parts, text[start:]]


def clean(sentence: str) -> str:
    """Return a sentence without list marks, emphasis and whatever citations the model gave it.

    >>> clean("- **The ferry** sank [S3][2].")
    'The ferry sank.'
    """
    bare = _EMPHASIS.sub(r"\2", _BULLET.sub("", sentence))
    bare = "".join(letter for letter in _KEY.sub("", bare) if letter.isprintable())
    return " ".join(bare.split())


def unusable(sentence: str) -> str | None:
    """Return why a clean sentence may never be shown, whatever the evidence holds."""
    if _MARKUP.search(sentence):
        return "markup"
    if _TO_A_MODEL.search(sentence):
        return "address"
    if speaks_of_evidence(sentence):
        return "aside"
    if len(sentence) > MOST_SENTENCE_CHARS:
        return "overlong"
    words = re.findall(r"\w+", sentence)
    if len({word.casefold() for word in words}) < LEAST_WORDS or sentence.endswith((":", "?")):
        return "fragment"
    return None


def without_old_citations(text: str) -> str:
    """Return an earlier turn's text without its citation numbers."""
    return _KEY.sub("", text)
