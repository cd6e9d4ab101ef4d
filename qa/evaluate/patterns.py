"""Questions that sentences of news answer, made by rules: each rule knows one way in which news is written.

A rule is careful rather than clever. It lets a sentence go if a pronoun in it would stand for something that the
question does not name, and asks in words of its own where it can.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from qa.evaluate.people import PERSON, People

MOST_WORDS = 16
"""Of a part of a sentence that is taken over into a question."""
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_DATE = rf"(?:\d{{1,2}} (?:{_MONTHS})(?: \d{{4}})?|(?:{_MONTHS})(?: \d{{1,2}},)?(?: \d{{4}})?|(?:1[5-9]|20)\d\d)"
_SMALL = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
_TENS = dict(zip("twenty thirty forty fifty sixty seventy eighty ninety".split(), range(20, 100, 10), strict=True))
_WORDS = "|".join([*_SMALL[1:], *_TENS])
_SPOKEN = rf"(?:(?:{'|'.join(_TENS)})-(?:{'|'.join(_SMALL[:9])})|(?:{_WORDS}))"
_NUMBER = rf"(?:(?:\d{{1,3}}(?:,\d{{3}})+|\d+)(?:\.\d+)?(?![,.]?\d)(?: (?:million|billion))?|{_SPOKEN})"
_ABOUT = r"(?:about |around |some |nearly |almost |only |just |more than |at least |up to |over )?"
_MONEY = (
    rf"(?:[$£€] ?\d[\d,.]*\d?(?: (?:million|billion))?|{_NUMBER} "
    r"(?:crowns|dollars|pounds|euros|francs|rupees|yen|kroner|kronor))"
)
_NOUNS = r"(?:The |A )?[\w’'-]+(?: [\w’'-]+){0,8}?"
_PRONOUN = re.compile(
    r"\b(?:he|she|it|they|him|her|them|his|hers|its|their|theirs|i|we|us|our|you|your|my|this|that|these|those|here|"
    r"there|then|now|today|tomorrow|yesterday|tonight|ago|later|earlier|another|others?|latter|former|both|so|such|"
    r"same|too|also|itself|himself|herself|themselves|who|which|whom|whose)\b",
    re.IGNORECASE,
)
_QUOTES = re.compile(r"[\"“”„«»]")
_POST = re.compile(
    r"\b(?:chief|director|master|secretary|manager|head|chair(?:man|woman|person)?|leader|mayor|inspector|captain|"
    r"spokes(?:man|woman|person)|treasurer|minister|president|coach|editor|officer|engineer|librarian|commander|"
    r"coxswain|executive|commissioner|governor|prosecutor|judge|teacher|surgeon|vicar|warden|steward|midwife|founder|"
    r"principal|dean|rector|ambassador|general|adviser|organiser|lifeguard|skipper)\b",
    re.IGNORECASE,
)
_PAST_POST = re.compile(r"\b(?:former|retired|late|then|ex)\b", re.IGNORECASE)
_BODY = "authority|company|board|council|group|club|hospital|union|party|university|committee|agency|bank|firm|school"
_THE_BODY = re.compile(rf"\bthe ({_BODY})(’s|'s)", re.IGNORECASE)
_LOOSE = re.compile(
    rf"\b(?:its|his|her|their|the (?:{_BODY}|team|office|department|service)(?:’s|'s)?)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question to one sentence.

    Args:
        rule: The rule that made it.
        type: ``who``, ``what``, ``when``, ``where``, ``why`` or ``how_many``.
        question: Without a question mark; what it is about may still have to be named.
        answers: As the sentence says it, shortest last.
        dated: Whether it is asked as of a month ("How old was ... in May 2023") rather than of one report.
    """

    rule: str
    type: str
    question: str
    answers: tuple[str, ...]
    dated: bool = False


@dataclass(frozen=True, slots=True)
class Story:
    """What the rules know of the article that a sentence stands in."""

    text: str
    people: People


_DATELINE = re.compile(r"^[A-Z][A-Z .’'-]+(?:, [^()–—-]{0,40})?(?: \([^()]{0,40}\))? [-–—] ")
Rule = Callable[[str, Story], Iterator[Asked]]
"""Sentence and article in, questions out."""


def ask(sentence: str, story: Story) -> Iterator[Asked]:
    """Yield every question that a rule finds a sentence to answer."""
    bare = _DATELINE.sub("", sentence)
    for rule in RULES:
        yield from rule(bare, story)


def _plain(*parts: str) -> bool:
    """Say whether parts of a sentence can be read without it."""
    return not any(_PRONOUN.search(part) or _QUOTES.search(part) for part in parts) and (
        sum(len(part.split()) for part in parts) <= MOST_WORDS
    )


def _subject(words: str, story: Story) -> str:
    """Return a subject as it stands inside a sentence: only a name keeps its capital."""
    first, *rest = words.split()
    if first in {"The", "A", "An"}:
        return words[0].lower() + words[1:]
    inside = re.search(rf"(?:^|[ “\"])[a-z][\w’'-]*,? {re.escape(first)}\b", story.text)
    is_name = inside or first.endswith(("’s", "'s")) or (rest and rest[0][0].isupper())
    return words if is_name else words[0].lower() + words[1:]


# People ------------------------------------------------------------------------------------------------------------

_AGE = re.compile(rf"(?P<who>{PERSON}), (?P<age>\d\d),(?!\d)")


def age(sentence: str, story: Story) -> Iterator[Asked]:
    """Ask how old somebody was: ``Odette Ferrand, 62, said``."""
    match = _AGE.search(sentence)
    name = story.people.full(match["who"]) if match else None
    if match and name and int(match["age"]) >= 15:
        yield Asked("age", "how_many", f"How old was {name}", (match["age"],), dated=True)


_AFTER = re.compile(rf"(?P<who>{PERSON}), (?P<role>(?:the |an? )?[a-z][^,;:()]*?),(?= [a-z])")
_BEFORE = re.compile(
    rf"(?:^|, |\bwhile )(?P<role>(?:the|The|Its|its|His|Her|Their|their) [^,;:()]*?), (?P<who>{PERSON}),"
)
_CHAIRS = re.compile(
    rf"(?P<who>{PERSON}), who (?P<verb>chairs|leads|runs|heads|owns|represents) (?P<what>[^,;:()]*?),(?= [a-z])"
)


def role(sentence: str, story: Story) -> Iterator[Asked]:
    """Ask for a post and who held it: ``Agnes Thorold, the harbour master, said``."""
    for pattern in (_AFTER, _BEFORE):
        match = pattern.search(sentence)
        name = story.people.full(match["who"]) if match else None
        if match is None or name is None or not _is_role(match["role"]):
            continue
        written = match["role"]
        bare = _ARTICLE.sub("", written)
        if not _POST.search(bare) or _PAST_POST.search(bare):
            if len(bare.split()) >= 3 and _SAYS_OF_WHAT.search(written) and "colleague" not in bare:
                yield Asked("description", "who", f"How was {name} described", (written, bare), dated=True)
            continue
        answers = (bare,) if re.match(r"its |their ", written, re.IGNORECASE) else (written, bare)
        yield Asked("post", "what", f"What post did {name} hold", answers, dated=True)
        held = _named(written, story)
        if not held.startswith(("a ", "an ")) and _SAYS_OF_WHAT.search(held) and not _LOOSE.search(held):
            yield Asked("holder", "who", f"Who was {_definite(held)}", (name, name.split()[-1]), dated=True)


_ARTICLE = re.compile(r"^(?:the|an?|its|his|her|their) ", re.IGNORECASE)
_SAYS_OF_WHAT = re.compile(r" (?:of|for|at) (?!the \w+$)|(?:’s|'s|s’|s') | [A-Z]")
"""A post that says of what: not "the harbour master", nor "the owner of the building"."""


def _is_role(text: str) -> bool:
    words = text.split()
    return (
        1 <= len(words) <= 8
        and not re.search(
            rf"\b(?:who|which|that|whose|where|when|and|not|but|them|these|those|same|also|sent|{_VERB})\b|\d", text
        )
        and not re.match(r"(?:of|for|in|from|with|at|on|by|as|like|his |her )", text, re.IGNORECASE)
    )


def _definite(held: str) -> str:
    text = re.sub(r"^The ", "the ", held)
    return text if text.startswith("the ") or text[:1].isupper() else f"the {text}"


def _named(role_text: str, story: Story) -> str:
    """Return a role with ``the authority's`` spelled out as the article first names it."""

    def full(match: re.Match[str]) -> str:
        found = re.search(rf"\b(?:[A-Z][\w’'-]+ )+{match[1].capitalize()}\b", story.text)
        if not found:
            return match[0]
        body = found[0].removeprefix("The ")
        return f"{'the ' if f'the {body}' in story.text else ''}{body}{match[2]}"

    return _THE_BODY.sub(full, role_text)


_PAST = {"chairs": "chaired", "leads": "led", "runs": "ran", "heads": "headed", "owns": "owned"}


def chairs(sentence: str, story: Story) -> Iterator[Asked]:
    """Ask who did it: ``Norah Pask, who chairs the finance committee, said``."""
    match = _CHAIRS.search(sentence)
    name = story.people.full(match["who"]) if match else None
    if match and name and _plain(match["what"]) and not _LOOSE.match(match["what"]):
        verb = _PAST.get(match["verb"], "represented")
        yield Asked("holder", "who", f"Who {verb} {match['what']}", (name, name.split()[-1]), dated=True)


_SAID = re.compile(rf"^(?P<who>{PERSON})(?:, [^,]{{3,60}},)? said that (?P<what>[^.;:]+)\.$")


def who_said(sentence: str, story: Story) -> Iterator[Asked]:
    """Ask who said so: ``Mr Teale said that the figure was normal``."""
    match = _SAID.match(sentence)
    name = story.people.full(match["who"]) if match else None
    if match and name and _plain(match["what"]) and len(match["what"].split()) >= 5:
        yield Asked("speaker", "who", f"who said that {match['what']}", (name, name.split()[-1]))


# Numbers -----------------------------------------------------------------------------------------------------------

_VERB = (
    r"(?:was|were|are|is|had|have|took|came|went|lost|left|stood|rose|fell|gave|got|made|found|sat|said|"
    r"(?!hundred)\w+(?:ed))"
)
_COUNTED = re.compile(
    rf"^(?P<n>{_ABOUT}{_NUMBER}) (?P<what>(?!minutes|hours|days|weeks|months|years|per |of |in )[a-z][^,;:.()]*?)"
    r"(?:, [^.]*|;[^.]*)?\.$",
    re.IGNORECASE,
)
_THERE = re.compile(
    rf"^(?:In all,? )?(?:There|there) (?P<be>were|are) (?P<n>{_ABOUT}{_NUMBER}) (?P<what>(?!of )[a-z][^,;:.()]*?)"
    r"(?P<where> (?:in|on|at|for|aboard|between|during|from|without) [^,;:.()]*)?(?:, [^.]*)?\.$"
)


def counted(sentence: str, story: Story) -> Iterator[Asked]:
    """Ask how many did: ``Eighteen firefighters took part``."""
    match = _COUNTED.match(sentence)
    vague = rf" and {_ABOUT}{_NUMBER}\b| are \w+$"  # two counts in one, or "60 patients are affected": by what?
    if match and _plain(match["what"]) and not re.search(vague, match["what"]):
        words = match["what"].split()
        plural = next((at for at, word in enumerate(words[:4]) if _is_plural(word)), None)
        verb = plural is not None and re.match(_VERB + r"$", words[plural + 1] if plural + 1 < len(words) else "")
        if verb or (plural is not None and len(words) > plural + 2 and re.search(rf"\b{_VERB}\b", match["what"])):
            yield Asked("count", "how_many", f"how many {match['what']}", _numbers(match["n"]))


def there_were(sentence: str, story: Story) -> Iterator[Asked]:
    """Ask how many there were: ``There were 238 ship calls in the quarter``."""
    match = _THERE.match(sentence)
    words = match["what"].split() if match else []
    plural = next((at for at, word in enumerate(words[:4], 1) if _is_plural(word)), None)
    if match and plural and _plain(match["what"], match["where"] or ""):
        things, rest = " ".join(words[:plural]), " ".join(["", *words[plural:]])
        question = f"how many {things} {match['be']} there{rest}{match['where'] or ''}"
        yield Asked("count", "how_many", question, _numbers(match["n"]))


def _is_plural(word: str) -> bool:
    return word in {"people", "men", "women", "children", "police"} or (
        word.endswith("s") and not word.endswith(("ss", "us", "is"))
    )


def _numbers(written: str) -> tuple[str, ...]:
    bare = re.sub(rf"^{_ABOUT}", "", written, flags=re.IGNORECASE)
    tens, _, ones = bare.lower().partition("-")
    small = {word: at for at, word in enumerate(_SMALL, 1)} | _TENS
    figure = str(small[tens] + small.get(ones, 0)) if tens in small else None
    return tuple(dict.fromkeys(filter(None, (written, bare, figure))))


_FIGURE = re.compile(
    rf"^(?P<what>{_NOUNS}) (?:was|were|is|are|stood at|came to|reached|rose to|fell to|amounted to) "
    rf"(?:still )?(?P<n>{_ABOUT}(?:{_MONEY}|{_NUMBER}(?: (?:per cent|percent|tonnes|metres|kilometres|"
    r"degrees|weeks|litres|hectares|kilograms|barrels))?))"
    r"(?P<rest>[,.;]| (?:a|an|and|in|at|on|of|for|by|after|against|when|than|below|above) )"
)


def figure(sentence: str, story: Story) -> Iterator[Asked]:
    """Ask for a figure: ``The turnout was 38.4 per cent``."""
    match = _FIGURE.match(sentence)
    if match and _is_subject(match["what"]) and match["rest"].strip() not in {"of", "than"}:
        if _names_a_figure(match["what"]):
            question = f"what figure is given for {_subject(match['what'], story)}"
            yield Asked("figure", "how_many", question, _numbers(match["n"]))


_HAS_A_FIGURE = re.compile(
    r"\b(?:rate|number|total|turnout|share|price|cost|wage|wages|exports|imports|landings|shipments|attendance|"
    r"temperature|depth|height|speed|average|record|wait|loss|damage|profit|sales|revenue|deficit|surplus|reserve|"
    r"population|capacity|majority|budget|length|weight|timber|grain|fertiliser|rent|fine|score|age|value|output)\b",
    re.IGNORECASE,
)


def _names_a_figure(what: str) -> bool:
    """Say whether a subject is one that has a figure, and of what: neither "the crew" (was two) nor "the rate"."""
    return what not in {"The rate", "The number", "The total"} and _HAS_A_FIGURE.search(what) is not None


_COST = re.compile(
    rf"^(?P<what>(?:The|An?) (?:[\w’'-]+ ){{0,5}}[\w’'-]+?)(?:, which|, \w+ \w+ \w+,)? (?:has |have |had )?cost "
    rf"(?P<n>{_ABOUT}{_MONEY})"
)


def cost(sentence: str, story: Story) -> Iterator[Asked]:
    """Ask for a price: ``The unit cost 12.4 million crowns``."""
    match = _COST.match(sentence)
    if match and _plain(match["what"]) and not re.search(rf"\b{_VERB}\b", match["what"]):
        question = f"what did {_subject(match['what'], story)} cost"
        yield Asked("cost", "how_many", question, _numbers(match["n"]))


def _is_subject(words: str) -> bool:
    """Say whether the words before a verb are a subject that a question can name."""
    opens = re.match(r"(?:in|at|on|for|by|of|after|before|when|while|among|with|from|as|if|but|and)\b", words.lower())
    counted_things = re.match(rf"{_ABOUT}{_NUMBER}\b", words.lower())
    named_loosely = re.match(r"An? [A-Z]", words)
    return _plain(words) and not (opens or counted_things or named_loosely or re.search(rf"\b{_VERB}\b", words))


# When, where, why --------------------------------------------------------------------------------------------------

_WHEN = re.compile(
    rf"^(?P<what>{_NOUNS}) (?P<be>was|were) (?P<verb>(?:\w+ed|built|made|set up|born|found|held|shut|sold|shown|begun|"
    rf"lost|put up|taken over))(?: (?:by|in|at|from|with|to|for) [^,;:.()]*?)? (?:in|on) (?P<when>{_DATE})\b"
)


def when(sentence: str, story: Story) -> Iterator[Asked]:
    """Ask when: ``The Kittiwake was built in 1991``."""
    match = _WHEN.match(sentence)
    if match and _is_subject(match["what"]):
        question = f"when {match['be']} {_subject(match['what'], story)} {match['verb']}"
        yield Asked("date", "when", question, (match["when"],))


_WHERE = re.compile(
    rf"^(?P<what>{_NOUNS}) (?P<be>was|were|are|is) (?P<verb>(?:being )?(?:taken|held|done|moved|treated|built|kept|"
    r"shown|buried|found|staying|living|born|stored|sent|examined|opened|based)) "
    r"(?P<where>(?:to|in|at|into|on) (?!time|order|a |an |favour|short|the same|all )[^,;:.()]*?)"
    r"(?: (?:where|by|for|with|on|after|because|which|when|until|before|as|from|and) [^.]*|, [^.]*)?\.$"
)


def where(sentence: str, story: Story) -> Iterator[Asked]:
    """Ask where: ``Counting was done in the gymnasium``."""
    match = _WHERE.match(sentence)
    if match and _is_subject(match["what"]) and _plain(match["where"]) and not _TIME.search(match["where"]):
        if re.search(r" [A-Z]|\b(?:hall|gymnasium|office|centre|center|building|room|hotel|school)\b", match["where"]):
            place = match["where"].partition(" ")[2]
            yield Asked(
                "place",
                "where",
                f"where {match['be']} {_subject(match['what'], story)} {match['verb']}",
                (match["where"], place),
            )


_TIME = re.compile(rf"\d|\b(?:{_MONTHS}|years?|months?|weeks?|days?|hours?|minutes?|night|morning)\b")
_WHY = re.compile(
    rf"^(?P<what>{_NOUNS}) (?P<be>was|were|is|are|could|would|will|(?:had|has|have)(?= (?:not )?(?:been|\w+ed)\b))"
    r"(?P<no> not)? (?P<rest>[^,;:.()]*?),? because (?P<why>[^,;:()]+)(?:, [^;:()]+)?\.$"
)


def why(sentence: str, story: Story) -> Iterator[Asked]:
    """Ask why: ``The race was stopped because of the heat``."""
    match = _WHY.match(sentence)
    if match and _is_subject(match["what"]) and _plain(match["rest"]):
        question = f"why {match['be']} {_subject(match['what'], story)}{match['no'] or ''} {match['rest']}"
        yield Asked("reason", "why", question, (f"because {match['why']}", match["why"].removeprefix("of ")))


RULES: tuple[Rule, ...] = (age, role, chairs, who_said, counted, there_were, figure, cost, when, where, why)
