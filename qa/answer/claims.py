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
_END = re.compile(r"[.!?…]+[\"”’)\]*_]*(?:\s*\[[^\[\]\n]{1,20}\])*(?=\s)|\n+")
_WHOLE = re.compile(r"[.!?…][\"”’)\]*_]*(?:\s*[\[(][\w ,;–-]{0,12}[\])]?)*\s*$")
_SILENT = re.compile(
    r"<(think(?:ing)?|reasoning|script|style|svg|iframe|object|template|noscript|textarea"
    r"|(?:tools?|functions?)(?:_\w{1,20})?)\b",
    re.IGNORECASE,
)
"""Opens what a model thinks aloud, calls or would have a browser run: an element whose content nobody is told."""
_BLOCK = re.compile(r"</?(?:p|br|hr|div|[ou]l|li|h[1-6]|table|tr|section|article|blockquote)\b[^<>]*>", re.IGNORECASE)
_INLINE = re.compile(
    r"</?(?:a|abbr|b|cite|code|del|em|font|i|ins|mark|q|s|small|span|strong|su[bp]|t[dh]|u)(?:\s[^<>]*)?>|\s*<img\b[^<>]*>",
    re.IGNORECASE,
)
_TARGET = r"\(\s*<?[^()<>\s]*>?(?:\s+\"[^\"\n]*\")?\s*\)"
_IMAGE = re.compile(rf"\s*(?:!\[[^\[\]]*\]|\[\^?\s*[SsQq]?\d{{1,3}}\]){_TARGET}")
"""Or a citation that is a link."""
_LINK = re.compile(rf"\[([^\[\]]+)\]{_TARGET}")
_BULLET = re.compile(r"^\s*(?:[-*•–>#|]+|\(?\d{1,2}[.)])\s+")
_KEY = re.compile(
    r"\s*(?:\[\^?\s*[SsQq]?\d{1,3}(?:\s*[,;–-]\s*[SsQq]?\d{1,3})*\s*\]"
    r"|\((?:[Ss]ources?|[Ee]vidence)? ?S?\d{1,3}\))"
)
_EMPHASIS = re.compile(r"(\*\*|__|\*|`)(?=\S)(.+?)(?<=\S)\1")
_MARKUP = re.compile(
    r"!?\[[^\]]*\]\s*[(:\[]|!\[|\]\(|https?:|www\.|\w@\w|</?[a-zA-Z!][^>]*>|[<>{}`|\\]|&\w+;|\bdata:|\bjavascript:|"
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
    """Yield each sentence as soon as it is whole; what a model thinks aloud and the like are left out."""
    waiting, read = "", 0
    for piece in pieces:
        read += len(piece)
        if read > MOST_CHARS:
            return
        said, unsaid = _without_unsaid(waiting + piece)
        *whole, last = _cut(said)
        yield from whole
        waiting = last + unsaid
    *whole, last = _cut(_without_unsaid(waiting)[0] + "\n")
    yield from (part for part in [*whole, last] if part.strip())


def is_whole(sentence: str) -> bool:
    """Say whether a sentence has its end, citations after it aside; one of a reply that broke off may be half.

    >>> is_whole("It cost 4.2 million. [S1"), is_whole("It cost 4.2 mill")
    (True, False)
    """
    return _WHOLE.search(sentence) is not None


def _without_unsaid(text: str) -> tuple[str, str]:
    """Return a text without the elements of which nobody is told, and one that is still open, from its tag on."""
    if "<" not in text:
        return text, ""
    parts, start, unsaid = [], 0, ""
    while opened := _SILENT.search(text, start):
        parts.append(text[start : opened.start()])
        closed = re.compile(rf"</{opened[1]}\s*>", re.IGNORECASE).search(text, opened.end())
        start = closed.end() if closed else len(text)
        unsaid = "" if closed else text[opened.start() :]
    return _BLOCK.sub("\n", " ".join([*parts, text[start:]])), unsaid


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
    """Return a sentence without list marks, emphasis, images, links and whatever citations the model gave it.

    What is left may still be markup: ``unusable`` says so.

    >>> clean("- **The ferry** [sank](http://news.example) [S3][2]. ![x](http://news.example/x.png)")
    'The ferry sank.'
    """
    bare = _LINK.sub(r"\1", _IMAGE.sub("", _INLINE.sub("", " ".join(sentence.split()))))
    bare = _EMPHASIS.sub(r"\2", _BULLET.sub("", bare)).replace("**", "")
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
