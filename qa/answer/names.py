"""Names and days in a sentence, and whether another sentence has them."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from qa import lexicon
from qa.answer.spoken import WEEKDAYS
from qa.retrieve.dates import MONTHS
from qa.retrieve.understand import FUNCTION_WORDS

_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_DAY_OF_MONTH = re.compile(
    rf"\b(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? (?P<month>{_MONTH})\b"
    rf"|(?P<month2>{_MONTH})\.? (?P<day2>\d{{1,2}})\b)",
    re.IGNORECASE,
)
_MONTH_NAME = re.compile(rf"\b(?P<month>{_MONTH})\b", re.IGNORECASE)
_LOWER_MONTHS = {"may", "march", "mar", "sun", "dec", "jan", "sep", "oct"}
"""Forms that are other words in lower case."""
_WEEKDAY = re.compile(r"\b(Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day", re.IGNORECASE)
_RELATIVE = re.compile(r"\b(today|tonight|yesterday|tomorrow)\b", re.IGNORECASE)
_SEASON = re.compile(r"\b(spring|summer|autumn|winter|christmas|easter)\b", re.IGNORECASE)
_DAY_PART = re.compile(r"\b(morning|afternoon|evening|night|midnight|noon|overnight|tonight)\b", re.IGNORECASE)
_SPAN = re.compile(
    r"\b(last|next|this|past|previous|coming) (week|month|year|weekend|summer|winter|spring|autumn)\b", re.IGNORECASE
)
_TOKEN = re.compile(r"(?:[^\W\d_]\.){2,}|[^\W_]+(?:['’-][^\W_]+)*")
_SENTENCE_START = re.compile(r"(?:^|[.!?:;]\s|[“\"(]\s?)$")
_SAME = {
    name: group[0]
    for group in (
        ["unitedstates", "us", "usa", "america", "american", "americans"],
        ["unitedkingdom", "uk", "britain", "british", "briton", "britons"],
        ["unitednations", "un"],
        ["europeanunion", "eu"],
        ["france", "french"],
        ["netherlands", "dutch"],
        ["spain", "spanish"],
        ["germany", "german", "germans"],
        ["denmark", "danish", "danes"],
        ["poland", "polish", "poles"],
        ["greece", "greek", "greeks"],
        ["china", "chinese"],
        ["switzerland", "swiss"],
        ["turkey", "turkish"],
        ["sweden", "swedish"],
        ["ireland", "irish"],
        ["norway", "norwegian"],
        ["mr", "mister"],
        ["dr", "doctor"],
        ["st", "saint"],
        ["captain", "capt"],
        ["councillor", "cllr"],
        ["professor", "prof"],
    )
    for name in group
}
_TITLES = frozenset("mr mrs ms miss dr sir lady captain councillor professor inspector judge mayor chief".split())
_PRONOUN = re.compile(r"\b(?:he|she|they|it|his|her|their|its|him|them|these|this|that)\b", re.IGNORECASE)
_PLACED = re.compile(
    r"\b(?:from|of|in|at|on|to|near|off|with|for|into|onto|around|outside|inside|between|through|over|under|towards|against)"
    r"(?: the)?(?: [A-Z][\w’'-]*)* $"
)
"""Before a name of which a sentence hardly speaks itself: "boats from Dunmarrow"."""
_BELONGING = ("n", "i", "an", "ian", "ish", "ese", "s", "ans", "ians", "is", "er", "ers")
_COMMON_FIRST = frozenset(
    """among amid bad good new old big small long high low great large heavy strong early late recent local national
    public private young two three other others both half such each all total
    police officials people residents workers staff nearly almost around roughly several some many most few
    every yes work rain water trade research evidence critics experts scientists doctors firefighters farmers
    investigators
    prosecutors parents voters lawmakers ministers members supporters opponents analysts teachers nurses currently
    overall however although though because since despite following until once when while during fewer those these
    its their his her our your here there now then later earlier meanwhile instead also even only just still
    construction production unemployment traffic government parliament authorities rescuers islanders pupils patients
    visitors customers campaigners engineers drivers builders owners players fans union unions
    inflation prices""".split()
)


@dataclass(frozen=True, slots=True)
class Days:
    """What a sentence says about when, each in one form."""

    dates: frozenset[tuple[int, int]]
    months: frozenset[int]
    weekdays: frozenset[str]
    relative: frozenset[str]
    seasons: frozenset[str]
    parts: frozenset[str]
    spans: frozenset[tuple[str, str]]

    @property
    def told(self) -> int:
        """How many days, months and the like are named."""
        return len(self.dates) + len(self.months) + len(self.weekdays | self.relative | self.seasons)

    def missing(self, found: "Days") -> bool:
        """Say whether this speaks of a time that the other does not, or not in this way."""
        exact = ("dates", "months", "weekdays", "relative", "seasons")
        if any(getattr(self, name) - getattr(found, name) for name in exact):
            return True
        # Part of a day and "last week" are only compared where both tell them.
        parts = self.parts and found.parts and self.parts - found.parts
        kinds = {kind for _, kind in self.spans} & {kind for _, kind in found.spans}
        spans = {span for span in self.spans - found.spans if span[1] in kinds}
        return bool(parts or spans)


def days(text: str) -> Days:
    """Return what a sentence says about when."""
    pairs = set()
    for match in _DAY_OF_MONTH.finditer(text):
        month, day = match["month"] or match["month2"], match["day"] or match["day2"]
        pairs.add((MONTHS[month.casefold()], int(day)))
    months = {
        MONTHS[match["month"].casefold()]
        for match in _MONTH_NAME.finditer(text)
        if match["month"][0].isupper() or match["month"] not in _LOWER_MONTHS
    }
    parts = {{"overnight": "night", "tonight": "night"}.get(part, part) for part in _lower(_DAY_PART, text)}
    relative = set(_lower(_RELATIVE, text))
    spans = {(which.casefold(), kind.casefold()) for which, kind in _SPAN.findall(text)}
    return Days(
        frozenset(pairs),
        frozenset(months),
        frozenset(_lower(_WEEKDAY, text)),
        frozenset(relative),
        frozenset(_lower(_SEASON, text)),
        frozenset(parts),
        frozenset(spans),
    )


def _lower(pattern: re.Pattern[str], text: str) -> Iterator[str]:
    return (found.casefold() for found in pattern.findall(text))


def missing_names(claim: str, source: str, common: Iterable[str] = ()) -> list[str]:
    """Return the names of a claim that stand nowhere in a source.

    Args:
        claim: One sentence.
        source: The sentences that it is said to rest on.
        common: Words in lower case that are known to be no names, for the claim's first word.
    """
    held = {_folded(token) for token in _TOKEN.findall(source)}
    held |= {part for token in _TOKEN.findall(source) for part in map(_folded, re.split(r"[-’']", token))}
    held |= {_folded(a + b) for a, b in zip(source.split(), source.split()[1:], strict=False)}
    held |= _initials(source)
    known = _COMMON_FIRST | FUNCTION_WORDS | set(common)
    return [match.group(0) for match in _names(claim, known) if not _held(match.group(0), held)]


def leans_back(text: str, claim: str) -> bool:
    """Say whether a sentence may speak of somebody whom only the sentences before it name, and a claim names.

    It does so with a pronoun, or says "the judge"; but where it names somebody first whom the claim does not name, the
    pronouns behind are about that one.

    >>> leans_back("He was released.", "Crewe was released."), leans_back("Mr Orr shut his eyes.", "Crewe slept.")
    (True, False)
    """
    said = {_folded(token) for token in _TOKEN.findall(claim)}
    others = (
        match.start()
        for match in _names(text, _COMMON_FIRST | FUNCTION_WORDS)
        if _folded(match.group(0)) not in _TITLES
        and not _held(match.group(0), said)
        and not match.group(0).isupper()
        and not _PLACED.search(text[: match.start()])
    )
    first = next(others, None)
    pronoun = _PRONOUN.search(text)
    return first is None or (pronoun is not None and pronoun.start() < first)


def _names(claim: str, known: Iterable[str]) -> Iterator[re.Match[str]]:
    found = list(_TOKEN.finditer(claim))
    for at, match in enumerate(found):
        token = match.group(0)
        mixed = any(map(str.isdigit, token)) and any(map(str.isalpha, token)) and not token[0].isdigit()
        if not (token[0].isupper() or mixed) or token in {"I", "A"}:
            continue
        low = token.casefold()
        if low in MONTHS or low.removesuffix("s") in WEEKDAYS or low in {"christmas", "easter"}:
            continue  # days are compared as days
        if _SENTENCE_START.search(claim[: match.start()]) and not _named_start(found, at, known):
            continue
        if low in FUNCTION_WORDS:
            continue
        yield match


def _named_start(found: list[re.Match[str]], at: int, known: Iterable[str]) -> bool:
    """Say whether the first word of a sentence is a name, though every first word has a capital."""
    token = found[at].group(0)
    low = token.casefold().removesuffix("'s").removesuffix("’s")
    if low in known or not low.isalpha():
        return False
    if low != token.casefold():
        return True  # a possessive that no article uses in lower case
    next_word = found[at + 1].group(0) if at + 1 < len(found) else ""
    if next_word[:1].isupper() and next_word.casefold() not in FUNCTION_WORDS:
        return True
    if low.endswith(("s", "ing", "ed", "ly", "teen", "ty", "ion", "ment", "ness")) or low in _NUMBERS:
        return False
    return not lexicon.ordinary(low)


_NUMBERS = frozenset("one two three four five six seven eight nine ten eleven twelve half twice hundred".split())


def _folded(token: str) -> str:
    low = re.sub(r"['’]s?$", "", token.casefold()).replace(".", "")
    return _SAME.get(low, low)


def _initials(text: str) -> set[str]:
    """Return the initials of runs of names, so that "WHO" stands for the World Health Organization."""
    found = set()
    for run in re.findall(r"(?:\b[A-Z][\w’'-]+\b(?: (?:of|for|and|the|on) | )?){2,}", text):
        found.add("".join(word[0] for word in run.split() if word[0].isupper()).casefold())
    return found


def _held(name: str, held: set[str]) -> bool:
    whole = _folded(name)
    if whole in held or whole.replace("-", "") in held:
        return True
    parts = [_folded(part) for part in re.split(r"[-’']", name) if len(part) > 1]
    if len(parts) > 1 and all(part in held for part in parts):
        return True
    return any(_belongs(whole, other) or _belongs(other, whole) for other in held)


def _belongs(longer: str, shorter: str) -> bool:
    """Say whether a word is another with the ending of those who belong there: Pakistan, Pakistani."""
    return len(shorter) >= 4 and longer.startswith(shorter) and longer[len(shorter) :] in _BELONGING
