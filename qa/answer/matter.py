"""What a question asks for, and which quantities of a sentence are of that kind, thing and role."""

import re
from collections.abc import Sequence
from functools import lru_cache

from qa.answer.quantities import Quantity, quantities

ABOUT_THE_QUESTION = 0.6
"""The share of the question's words that a report's sentence and passage must hold."""
_WORD = re.compile(r"[^\W_][\w’']*")
_PLAIN = frozenset(
    "a an the of in on at to for from by with and or as is are was were be been being has have had did "
    "does do how many much "
    "what when which who whom where why long far old big great large tall high deep heavy wide it its "
    "their his her "
    "this that these those there some any into after before during than about over up out time day date "
    "year number "
    "share amount total people person persons take took taken part get gets got will would can could "
    "not no new so s said use used".split()
)
_ROLES = {
    "dead": r"kill\w*|drown\w*|perish\w*|dead|d[iy](?:e|ed|es|ing)|deaths?|death toll|fatal\w*|lives|"
    r"massacred|lost their lives|victims",
    "hurt": r"injur\w*|hurt|wound\w*|in hospital|hospitali[sz]ed",
    "missing": r"missing|unaccounted",
    "moved": r"evacuat\w*|leave their homes|left their homes|displaced|moved to safety",
    "rescued": r"rescued?|taken off|saved|brought ashore",
    "held": r"arrest\w*|detain\w*|custody|charged",
    "aboard": r"aboard|on board|carrying",
    "crowd": r"attend\w*|crowd\w*|march\w*|protest\w*|demonstrat\w*|took part|take part|turned out|"
    r"visitors|drew|gathered",
    "for": r"back(?:ed|s)|in favou?r|supported|voted for",
    "against": r"(?:vot\w+|\d|spoke|were|was) against|against it|opposed|rejected",
    "signed": r"sign(?:ed|atures)|petition",
    "jobs": r"employ\w*|workforce|staff",
    "height": r"tall|high|height|altitude",
    "depth": r"deep|depth",
    "width": r"wide|width|diamet\w*",
    "thick": r"thick\w*",
    "range": r"flew|fl(?:y|own|ies)|travel\w*|distance|range|covered",
    "place": r"east|west|north|south|off the coast|landed|fell|fallen|away|from",
    "rise": r"ris(?:e|en|es)|rose|grew|increas\w*|up by|went up|fell|drop\w*|down",
    "shut": r"clos(?:e|ed|ure)|shut",
}
_ROLE = {name: re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE) for name, pattern in _ROLES.items()}
OF_COUNTS = (
    "dead",
    "hurt",
    "missing",
    "moved",
    "rescued",
    "held",
    "aboard",
    "crowd",
    "for",
    "against",
    "signed",
    "jobs",
)
_OF_LENGTHS = ("height", "depth", "width", "thick", "range", "place")
EXACT = frozenset(("dead", "hurt", "missing"))
_THINGS = (
    "people persons person passengers residents nurses victims supporters workers women men children "
    "students villagers "
    "fishermen protesters demonstrators spectators visitors fans employees soldiers troops inhabitants "
    "crew casualties "
    "civilians others patients guests attendance crowd revellers lives deaths",
    "homes houses households properties buildings dwellings",
    "excavators diggers",
    "jobs posts positions",
    "ships vessels boats",
)
_ASIDE = re.compile(r",\s(?:in |at |of |to )?(?:which|who|whose|whom|where)\b[^,;]{1,120},")
"""A relative clause: what it says is not said of a quantity of the sentence around it."""
_ELSEWHEN = re.compile(
    r"\b(?:(?:years?|months?|weeks?|decades?) (?:ago|earlier|before)|(?:months|years|weeks) after|"
    r"last year|last month|"
    r"previous(?:ly)?|(?:in|of) (?:1[5-9]|20)\d\d|compared (?:to|with)|by comparison)\b",
    re.IGNORECASE,
)
_DEEDS = (
    r"open\w*|reopen\w*|start\w*|began|begin\w*|resum\w*|launch\w*|broke out|break out|caught|sail\w*|"
    r"hit|struck|shook|from",
    r"clos\w*|shut|end(?:ed|s)?|finish\w*|stop\w*",
    r"built|build|erect\w*|construct\w*|found(?:ed|ing)",
    r"restor\w*|rebuilt|renovat\w*|repair\w*",
    r"sold|sell\w*|bought|buy\w*",
    r"died|born",
)
_DEED = tuple(re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE) for pattern in _DEEDS)
_MONEY_FOR = (
    r"cost\w*|price|paid|pays?|worth|bought|build\w*|set aside|damage\w*|loss(?:es)?|cheated",
    r"rewards?",
    r"repa(?:y|id|ying)|fin(?:e|ed|es)|order(?:ed)? \w+ to pay|compensation",
    r"revenues?|sales|profits?|earn\w*",
    r"deficit|gap|shortfall",
    r"\d[\d.,]* ?(?:dollars|pounds|euros|[$£€])? ?(?:off(?! the)|less|cheaper)|discounts?|savings?|rebates?",
)
_MONEY = tuple(re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE) for pattern in _MONEY_FOR)
_ASKED = (
    (("age",), r"\bhow old\b|\b(?:what|which) age\b|\bage of\b"),
    (("clock",), r"\b(?:what|which) time\b|\bwhat hour\b"),
    (("year",), r"\b(?:what|which) year\b"),
    (("date", "weekday"), r"\b(?:what|which) (?:day|date)\b"),
    (("date", "weekday", "clock", "year"), r"^\W*(?:(?:since|until|by|from|and|so) )?when\b"),
    (("length",), r"\bhow (?:far|tall|high|deep|wide|thick)\b|\bheight|\bdepth|\bdistance"),
    (("mass",), r"\bhow heavy\b|\bweigh"),
    (("duration", "length"), r"\bhow long\b"),
    (("duration",), r"\bhow many (?:\w+ )?(?:hours|days|weeks|months|years|minutes)\b|\bterm\b|\bsentence"),
    (("percent", "points"), r"\b(?:share|percentage|proportion|turnout|rate|per ?cent|chance)\b|"
        r"\bby how much\b"),
    (("count",), r"\bhow many\b|\bdeath toll\b|\bnumber of\b|\bhow (?:big|large) (?:was|is|"
        r"were) the (?:crowd|\w+ crowd|audience|attendance)"),
    (("score",), r"\bscore\b"),
    (("money", "mass", "length", "percent"), r"\bhow (?:much|big|great|large)\b"),
    (("money", "percent", "mass"), r"\b(?:price|cost|costs|reward|damage|loss|budget|deficit|fine|value|"
        r"worth|pay|paid|raise)\b"),
)  # fmt: skip


_ASKS_NO_NUMBER = re.compile(
    r"\W*(?:(?:and|but|so|then) )*"
    r"(?:who|whom|whose|why|where|did|does|was|were|is|are|has|have|had|will|would|should)\b"
    r"(?!.*\b(?:how|what|which)\b)",
    re.IGNORECASE | re.DOTALL,
)
"""A question that names a price or a budget and asks who, why or whether; "was it 3 million?" asks for the number."""


@lru_cache(64)
def asked_kinds(question: str) -> tuple[str, ...]:
    """Return the kinds of quantity that a question asks for; empty where it asks for none."""
    if _ASKS_NO_NUMBER.match(question) and not any(found.kind not in WHENS for found in printed(question)):
        return ()
    return next((kinds for kinds, pattern in _ASKED if re.search(pattern, question, re.IGNORECASE)), ())


def _stem(word: str) -> str:
    word = re.sub(r"[’']s?$", "", word.casefold())
    word = re.sub(r"(?<=\w{2})(?:ies|y)$", "i", word)
    word = re.sub(r"(?<=\w{4})(?:ings?|ed|es|s)$", "", word)
    return word[:6]


@lru_cache(256)
def _stems(text: str) -> set[str]:
    return {_stem(word) for word in _WORD.findall(text)}


def on_the_matter(question: str, passage: str, names_do: bool) -> bool:
    """Say whether a passage holds the names in the question, and most of its other words unless names will do."""
    held = _stems(passage)
    names, rest = _names_and_words(question)
    if len(names - held) > len(names) // 3:
        return False
    if names and names_do:
        return True
    if len(rest) + len(names) + bool(_role_stems(question)) < 2:
        return False
    return len(rest & held) >= ABOUT_THE_QUESTION * len(rest) - bool(names)


def names_the_matter(question: str, kind: str, text: str) -> bool:
    """Say whether a sentence itself holds enough of the question for its quantity to be an answer.

    A time needs more of it than a number does, since a passage holds many times: a year needs all.
    """
    if kind == "count" and asked_role(question, OF_COUNTS):
        return True
    names, rest = _names_and_words(question)
    wanted = {_GROUP.get(stem, stem) for stem in names | rest}
    held = {_GROUP.get(stem, stem) for stem in _stems(text)}
    for deed in _deeds(kind):
        if deed.search(text):
            held |= {_stem(word) for word in deed.findall(question)}
    return len(wanted & held) >= IN_THE_SENTENCE.get(kind, 0.25) * len(wanted)


IN_THE_SENTENCE = {"year": 1.0, "date": 0.6, "weekday": 0.6, "clock": 0.5, "count": 0.4}
"""The share of the question's words that a sentence with a quantity of that kind must hold; a quarter for others."""


@lru_cache(16)
def _names_and_words(question: str) -> tuple[set[str], set[str]]:
    """Return the stems of a question's names, and those of its other words that are of the matter."""
    found = _WORD.findall(question)
    names = {_stem(word) for word in found[1:] if word[0].isupper() and word.casefold() not in _MONTH_NAMES}
    plain = _PLAIN | _MONTH_NAMES
    words = {_stem(word) for word in found if word.casefold() not in plain and not word.isdigit()}
    return names, words - names - _role_stems(question)


WHENS = frozenset(("date", "year", "weekday", "clock"))
_MONTH_NAMES = frozenset(
    "january february march april may june july august september october november december".split()
)


@lru_cache(16)
def _role_stems(question: str) -> set[str]:
    return {_stem(found[0]) for pattern in _ROLE.values() for found in pattern.finditer(question)}


def fitting(question: str, kinds: Sequence[str], text: str) -> list[Quantity]:
    """Return the quantities of a sentence that are of what the question asks."""
    named = _years_of(question)
    return [
        found
        for found in printed(text)
        if found.kind.split(":")[0] in kinds
        and not _elsewhen(text, found, named)
        and (found.kind != "count" or _counts_what_is_asked(question, text, found))
        and (found.kind != "length" or _measures_what_is_asked(question, text, found))
    ]


@lru_cache(256)
def printed(text: str) -> list[Quantity]:
    """Return the quantities of a sentence."""
    # The same sentences are compared with each that is quoted.
    return quantities(text)


@lru_cache(16)
def _years_of(question: str) -> set[str]:
    return set(re.findall(r"\b(?:1[5-9]|20)\d\d\b", question))


def _elsewhen(text: str, found: Quantity, named: set[str]) -> bool:
    """Say whether the words around a quantity speak of another time than the report's own."""
    if found.kind in WHENS:
        return False
    near = text[max(0, found.start - 60) : found.end + 60]
    return any(not (named and named & set(re.findall(r"\d{4}", at[0]))) for at in _ELSEWHEN.finditer(near))


@lru_cache(64)
def asked_role(question: str, roles: tuple[str, ...]) -> str | None:
    """Return what the question says of the thing asked, such as ``dead``, among some roles."""
    return next((role for role in roles if _ROLE[role].search(question)), None)


def role_of(text: str, found: Quantity, roles: Sequence[str]) -> str | None:
    """Return what a sentence says of a quantity: the nearest such word, those behind it and in its clause first."""
    best: tuple[float, str] | None = None
    main = _ASIDE.sub(lambda aside: _aside(aside, found), text)
    for role in roles:
        for at in _ROLE[role].finditer(main):
            gap = at.start() - found.end if at.start() >= found.end else (found.start - at.end()) * 1.5
            between = text[min(at.end(), found.end) : max(at.start(), found.start)]
            gap += 40 * len(re.findall(r"[,;:(]| and | but | while ", between))
            if best is None or gap < best[0]:
                best = (max(gap, 0), role)
    return best[1] if best else None


def _aside(aside: re.Match[str], found: Quantity) -> str:
    """Return nothing in a relative clause's place, as long as it, unless the quantity stands in the clause."""
    holds = aside.start() <= found.start < aside.end()
    return aside[0] if holds else f",{' ' * (len(aside[0]) - 2)},"


def _counts_what_is_asked(question: str, text: str, found: Quantity) -> bool:
    asked = asked_role(question, OF_COUNTS)
    role = role_of(text, found, OF_COUNTS)
    thing = re.search(
        r"\bhow many ((?:[\w’'-]+ ){0,3}?)([\w’'-]+)(?= (?:were|was|are|is|did|do|does|has|have|had|"
        r"will|can|could|died|took|came|in|on|of|from|to|went|signed|marched|protested|attended|"
        r"searched|voters|lost|worked|live|\w+ed)\b|\?|$)",
        question,
        re.I,
    )
    wanted = _class_of([thing[2]]) if thing else {"people"}
    after = re.findall(r"[\w’'-]+", re.split(r"[,;:(]|\.\s", text[found.end :])[0])[:4]
    counted = _class_of(after)
    if asked and role and role != asked:
        return False
    if "passengers" in question and role == "aboard" and not {"passengers"} & {word.casefold() for word in after}:
        return False  # the crew is aboard too
    if counted & wanted:
        return True
    if asked and role == asked:
        return not counted & _ALL_THINGS or bool(counted & wanted)
    if not after or after[0].casefold() in _PLAIN:
        return bool(wanted & _class_of(_WORD.findall(text[: found.start])[-8:]))
    return False


def _class_of(words: Sequence[str]) -> set[str]:
    """Return the stems of words, with the first of its group for what goes under several names."""
    return {_GROUP.get(_stem(word), _stem(word)) for word in words}


_GROUP = {_stem(word): group.split()[0] for group in _THINGS for word in group.split()}
_ALL_THINGS = frozenset(_GROUP.values())


def _measures_what_is_asked(question: str, text: str, found: Quantity) -> bool:
    asked = asked_role(re.sub(r"\bhow far\b", "how far distance", question, flags=re.IGNORECASE), _OF_LENGTHS)
    role = role_of(text, found, _OF_LENGTHS)
    return asked is None or role is None or role == asked


def _deeds(kind: str) -> Sequence[re.Pattern[str]]:
    return _MONEY if kind.startswith("money") else _DEED if kind in WHENS else ()


def other_deed(kind: str, question: str, one: str, other: str) -> bool:
    """Say whether two sentences, or one and the question, tell of different deeds: then nothing can be compared."""
    when = kind in {"date", "year", "weekday"}
    groups = _deeds(kind)
    asked, first, second = (
        {at for at, deed in enumerate(groups) if deed.search(text)} for text in (question, one, other)
    )
    told = [side for side in (first, second) if side or (when and asked)]
    return any(asked and not side & asked for side in told) or (bool(first and second) and not first & second)
