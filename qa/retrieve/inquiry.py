"""Questions about the archive itself: its publishers, how many articles, the newest one, the period, the sections.

Such a question names the archive ("do you have", "in the archive") or asks for articles and nothing else ("how many
articles on the harbour in March?"). "How many articles did the court strike down?" is a question of the news.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from qa.retrieve.dates import MONTHS, Period, periods
from qa.retrieve.publishers import forms
from qa.retrieve.understand import FUNCTION_WORDS, split_words

Kind = Literal["publishers", "count", "newest", "oldest", "period", "topics", "contents"]

_ARTICLES = r"(?:news )?(?:articles?|stories|story|reports?|pieces?|items?|documents?|texts?)"
_STORE = r"(?:archive|collection|database|index|library of articles)"
_IT = rf"(?:you|we|dateline|(?:the|this|your|our) {_STORE})"
_HOLD = (
    r"(?:have|hold|know(?: of)?|contain|cover|keep|store|include|carry|search|index|offer|got|have got|deal with)"
    r"(?: got)?"
)
_DOES_IT_HOLD = rf"(?:(?:do|does|can) {_IT} {_HOLD}|have {_IT} got|has {_IT} got)"
_IN_IT = rf"(?:in|inside|by|of) (?:it|(?:the|this|your|our) {_STORE})"
_PUBLISHERS = (
    r"(?:publishers?|newspapers?|papers|(?:news )?sources?|(?:news )?outlets?|(?:news )?agencies|media|magazines?|"
    r"broadcasters?|publications?)"
)
_SECTIONS = (
    r"(?:topics?|subjects?|themes?|sections?|categories|areas|fields|"
    r"(?:kinds?|sorts?|types?) of (?:news|articles|stories|topics))"
)
_PERIOD = r"(?:(?:time )?periods?|time ?(?:span|frame|range)s?|date range|range of dates|dates|years|months)"
_ALL = r"(?:(?:all|every|of|the|your|its|available) )*"
_TAIL = r"(?: (?P<tail>.+))?"
_THE_ARCHIVE = rf"(?:the|this|your) {_STORE}"
_THERE = rf"(?: (?:{_IN_IT}|(?:that )?{_IT} {_HOLD}))"
_ARE_IN_IT = rf"are (?:there )?(?:(?:covered|included|held) )?{_IN_IT}"
_SINCE = r"(?:how far back|until when|up to when|from when|since when)"
_NEWEST = r"(?:newest|latest|most recent)"
_FORMS: tuple[tuple[Kind, str], ...] = (
    (
        "publishers",
        rf"(?:which|what|how many) {_PUBLISHERS} {_DOES_IT_HOLD}(?:(?: articles)? from)?(?: {_IN_IT})?",
    ),
    ("publishers", rf"(?:which|what|how many) {_PUBLISHERS} {_ARE_IN_IT}"),
    ("publishers", rf"(?:list|name|show) {_ALL}{_PUBLISHERS}{_THERE}?"),
    ("publishers", rf"(?:what|who|which) are (?:your|the archive's) {_PUBLISHERS}"),
    ("publishers", r"where (?:do|does) (?:your|the) (?:articles|news|information|answers) come from"),
    ("count", rf"how many {_ARTICLES} {_DOES_IT_HOLD}(?: {_IN_IT}| in total| altogether| in all)?{_TAIL}"),
    ("count", rf"how many {_ARTICLES} are (?:there )?{_IN_IT}{_TAIL}"),
    ("count", rf"how many {_ARTICLES} {_IT} {_HOLD}{_TAIL}"),
    ("count", r"how many articles(?: are there)?(?: (?P<said>.+?))?(?: are there)?"),
    ("count", r"how many articles (?:are|were) (?:published|printed|dated) (?P<said>.+)"),
    ("count", rf"(?:do|have) {_IT} (?:have|hold|got) (?:any |an |some )?{_ARTICLES}{_TAIL}"),
    ("count", r"(?:are|is) there (?:any |an |some )?articles?(?P<said> .+)"),
    ("count", rf"how (?:big|large) is {_THE_ARCHIVE}"),
    ("newest", rf"what is (?:the|your) (?:newest|latest|most recent|last) {_ARTICLES}{_THERE}"),
    ("newest", rf"what (?:is|are) your {_NEWEST} {_ARTICLES}{_TAIL}"),
    ("newest", rf"(?:what is|show) the {_NEWEST} article(?: (?P<said>.+))?"),
    ("newest", rf"(?:show )?(?:your|the) {_NEWEST} article(?: {_IN_IT})?"),
    ("newest", rf"how (?:fresh|recent|current|new|up[- ]to[- ]date) (?:are you|is {_THE_ARCHIVE}|are your articles)"),
    ("newest", rf"when (?:was {_THE_ARCHIVE}|were you) last updated"),
    ("oldest", rf"what is (?:the|your) (?:oldest|earliest|first) article{_THERE}?"),
    ("oldest", rf"what is your (?:oldest|earliest|first) {_ARTICLES}"),
    ("period", rf"(?:which|what) {_PERIOD} {_DOES_IT_HOLD}"),
    ("period", rf"(?:which|what) {_PERIOD} (?:is|are) (?:(?:covered|included|held)(?: {_IN_IT})?|{_IN_IT})"),
    (
        "period",
        rf"{_SINCE} (?:do|does) {_IT} (?:go|reach)(?: back)?",
    ),
    ("period", rf"{_SINCE} (?:do|does) {_IT} {_HOLD}(?: {_ARTICLES})?"),
    (
        "period",
        rf"(?:from which date|when) (?:do|does|did) {_THE_ARCHIVE} (?:start|begin|end|reach|go)",
    ),
    ("period", rf"how old is {_THE_ARCHIVE}"),
    ("topics", rf"(?:which|what) {_SECTIONS} (?:{_DOES_IT_HOLD}(?: about)?|{_ARE_IN_IT}|are there)"),
    ("topics", rf"(?:list|name|show) {_ALL}{_SECTIONS}{_THERE}?"),
    ("topics", rf"which topics(?:/| or | and )sections(?: {_DOES_IT_HOLD})?"),
    ("contents", rf"what is (?:{_IN_IT}|{_THE_ARCHIVE}(?: about)?)"),
    ("contents", rf"what (?:do|does) {_IT} {_HOLD}(?: about)?"),
    ("contents", r"what (?:can|may|should) i ask (?:you )?about"),
    ("contents", r"what (?:are|is) (?:the|your) (?:articles|archive) about"),
)
"""``tail`` follows a question that names the archive, ``said`` one that does not and must speak of articles alone."""
_PATTERNS = tuple((kind, re.compile(form)) for kind, form in _FORMS)
_TOPIC = re.compile(r"^(?:about|on|mentioning|covering|concerning|regarding|(?:that|which) mention)\s+")
_JOINT = re.compile(
    r"\s+(?=(?:(?:published|printed|dated|written)\s+)?"
    r"(?:in|during|from|by|of|since|between|before|after|until|for|on|published|dated|about|mentioning)\s)"
)
_PREPOSITION = re.compile(
    r"^(?:(?:published|printed|dated|written)\s+)?(?P<word>in|during|from|by|of|since|between|before|after|until|for|on)\s+"
)
_MONTH_ALONE = re.compile(rf"^(?:{'|'.join(MONTHS)})\.?$")
_VERBS = frozenset(
    "did do does was were is are am has have had will would can could should may might must been be being made said "
    "who whom whose which what when where why how that".split()
)
LONGEST_TOPIC = 8
"""Words; what is longer is a sentence about something else."""


@dataclass(frozen=True, slots=True)
class Inquiry:
    """A question about the archive.

    Args:
        kind: What is asked.
        topic: Words that the articles must hold; empty for all articles.
        publishers: Whose articles; empty for everybody's.
        first: First day of the time asked about, if any.
        last: Its last day.
        month: A month named without its year, 1 to 12.
    """

    kind: Kind
    topic: str = ""
    publishers: tuple[str, ...] = ()
    first: date | None = None
    last: date | None = None
    month: int | None = None


def inquiry(text: str, publishers: Sequence[str]) -> Inquiry | None:
    """Return what a text asks about the archive itself; None if it asks about the news.

    Args:
        text: A clean question, courtesies removed.
        publishers: The archive's publishers, so that they are known when named.
    """
    bare = _bare(text)
    for kind, pattern in _PATTERNS:
        match = pattern.fullmatch(bare)
        if match is None:
            continue
        groups = match.groupdict()
        found = _limited(Inquiry(kind), (groups.get("tail") or groups.get("said") or "").strip(), publishers)
        if found is not None:
            return replace(found, topic=_as_written(found.topic, text))
    return None


def _as_written(words: str, text: str) -> str:
    """Return words with the capitals that they have in the text."""
    at = text.casefold().find(words)
    return text[at : at + len(words)] if at >= 0 and len(text.casefold()) == len(text) else words


def _bare(text: str) -> str:
    folded = text.casefold().replace("’", "'").replace("what's", "what is").replace("how's", "how is")
    return " ".join(re.sub(r"^(?:and|but|so|then|ok|okay)[, ]+", "", folded).strip(' .!,;:?…"“”').split())


def _limited(found: Inquiry, tail: str, publishers: Sequence[str]) -> Inquiry | None:
    """Read "on the harbour from the Courier in March"; None where it says something that is no limit."""
    topic: list[str] = []
    limits = found
    for piece in _JOINT.split(tail) if tail else []:
        narrowed = _narrowed(limits, piece, publishers)
        if narrowed is not None:
            limits = narrowed
        elif not topic and _TOPIC.match(piece):
            topic.append(_TOPIC.sub("", piece))
        elif topic:
            topic.append(piece)
        else:
            return None
    words = split_words(" ".join(topic))
    if len(words) > LONGEST_TOPIC or _VERBS.intersection(words):
        return None
    if topic and all(word in FUNCTION_WORDS for word in words):
        return None
    return replace(limits, topic=re.sub(r"^(?:the|a|an|any|this|that)\s+", "", " ".join(topic)))


def _narrowed(limits: Inquiry, piece: str, publishers: Sequence[str]) -> Inquiry | None:
    """Read one limit: a publisher or a time; None if it is neither."""
    match = _PREPOSITION.match(piece)
    if match is None:
        return None
    word, rest = match["word"], piece[match.end() :]
    named = _named(rest, publishers)
    if named and word in {"from", "by", "of", "in"}:
        return replace(limits, publishers=(*limits.publishers, *named))
    if _MONTH_ALONE.match(rest):
        return replace(limits, month=MONTHS[rest.rstrip(".")])
    window = _window(word, rest)
    return None if window is None else replace(limits, first=window[0], last=window[1])


def _named(text: str, publishers: Sequence[str]) -> tuple[str, ...]:
    bare = re.sub(r"^the\s+", "", text)
    return tuple(
        publisher
        for publisher in publishers
        if bare in {re.sub(r"^the\s+", "", form.casefold()) for form in forms(publisher)}
    )


def _window(word: str, text: str) -> tuple[date | None, date | None] | None:
    """Return the first and last day of a time, open on one side for "since" and "before"."""
    found: list[Period] = periods(text)
    if not found or _without_times(text):
        return None
    first, last = min(period.first for period in found), max(period.last for period in found)
    if word == "since":
        return first, None
    if word == "until":
        return None, last
    if word == "before":
        return None, first - timedelta(days=1)
    if word == "after":
        return last + timedelta(days=1), None
    return first, last


def _without_times(text: str) -> list[str]:
    """Return the words of a time that are no part of one."""
    known = {*MONTHS, "and", "to", "the", "of", "until", "through", "quarter", "spring", "summer", "autumn", "fall"}
    known |= {"winter", "first", "second", "third", "fourth", "last", "year", "month"}
    return [word for word in split_words(text) if word not in known and not any(map(str.isdigit, word))]
