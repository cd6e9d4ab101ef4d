"""A question asked in the course of a conversation, made to stand alone by rules.

A question leans on what came before it where it has a pronoun without anybody to mean ("who did he meet?"), where it
is a fragment ("and in March?", "why?"), or where it names nothing and its words stand in the very passages that the
last question finds. Only then is anything carried: the fragment takes its place in the last question, "he" becomes the
name, and what else mattered in the last question and answer is added in brackets. Whatever stands alone is returned
letter for letter.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from qa.index.keyword import KeywordIndex
from qa.retrieve.leaning import (
    BE,
    FEW_WORDS,
    PERSON,
    TIME,
    WH,
    asks_of_the_same,
    content_words,
    is_told_later,
    leans,
    names_in,
)
from qa.retrieve.topic import with_topic
from qa.types import Turn

TURNS_READ = 4
"""Questions of the user that are followed back."""
PASSAGES_READ = 8
LONGEST_TURN = 4000
"""Characters of a turn that are read; the rest of a long answer rarely names the matter."""

_FRAME = re.compile(r"According to [^:“]{0,200}: (?=“)|\[\d+\]|[“”]")
_OPENING = re.compile(r"^(?:(?:and|but|so|then|ok(?:ay)?|also|well)[, ]+)+", re.IGNORECASE)
_GOES_ON = re.compile(r"^(?:and|but|so)[, ]|^(?:what|how) about ", re.IGNORECASE)
"""Openings of a question that asks about one more of the same."""
_ASKS = re.compile(rf"\b(?:{WH}|{BE})\b", re.IGNORECASE)
_OTHER_TIME = re.compile(
    r"\b(?:now|today|tomorrow|yesterday|current(?:ly)?|latest|newest|recent(?:ly)?|next|later|afterwards?|after|before|"
    r"since|earlier|previous(?:ly)?|last|this (?:week|month|year)|ago|then|still|yet)\b",
    re.IGNORECASE,
)
_ABOUT = re.compile(r"^(?:what|how) about (?P<rest>.+)$", re.IGNORECASE)
_FRAGMENT = re.compile(
    r"^(?:in|on|at|for|during|after|before|since|from|to|with|without|by|under|over|among|of|inside|outside|near|against"
    r"|between)\b(?P<rest>.+)$",
    re.IGNORECASE,
)
_BARE = re.compile(
    rf"^(?P<wh>{WH}|how (?:many|much|long|old|often)|why not|since when)(?: (?:exactly|then|so|else))?$", re.IGNORECASE
)
_DECLINED = re.compile(
    r"^(?:i(?:'m| am) sorry|sorry|unfortunately|i (?:do not|don't|cannot|can't) |i am unable|"
    r"the archive (?:does not|holds n))",
    re.IGNORECASE,
)
"""An answer that says that there is none; its words are not of the matter."""
_NO_PERSON = re.compile(
    r"\b(?:of|Corporation|Company|Foundation|University|School|College|Institute|Bank|Agency|Department|Council|Party|"
    r"Association|Society|Court|Act|Law|League|Club|Union|Group|Street|Road|County|City|Quay|Harbou?r|Bridge|River|"
    r"Island|Square|Hospital|Station|Town|Village|Airport|Radio|News)\b"
)
"""Words of names that nobody has."""
_MALE = re.compile(r"\b(?:he|him|his|himself|mr)\b", re.IGNORECASE)
_FEMALE = re.compile(r"\b(?:she|her|hers|herself|mrs|ms|miss)\b", re.IGNORECASE)
_WHO_IS = re.compile(r"who (?:is|was) [A-Z]", re.IGNORECASE)
_ANOTHER = re.compile(r"who(?:m|se)? \w+ (?:his|her)\b", re.IGNORECASE)
_QUESTION = re.compile(rf"^(?P<wh>(?:{WH})\b(?: (?:many|much|long|old|often))?) (?P<rest>(?:{BE})\b.+)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Before:
    """The last exchange: the user's question, already standing alone, what was answered, and the time it was of."""

    question: str
    answer: str
    time: str


def stand_alone(question: str, history: Sequence[Turn], keywords: KeywordIndex) -> str:
    """Return a question that can be understood without the turns before it; unchanged where it already can.

    Args:
        question: A clean question.
        history: Earlier turns, oldest first; only the last few are read.
        keywords: The index that knows how rare the words are and where they stand.
    """
    before = None
    for asked, answer in _exchanges(history)[-TURNS_READ:]:
        before = _before(_resolved(asked, before, keywords), answer)
    return _resolved(question, before, keywords)


def _exchanges(history: Sequence[Turn]) -> list[tuple[str, str]]:
    """Return each question of the user with the answer that follows it."""
    found: list[tuple[str, str]] = []
    for turn in history:
        text = " ".join(turn.text[:LONGEST_TURN].split())
        if turn.role == "user":
            found.append((text, ""))
        elif found:
            found[-1] = (found[-1][0], "" if _DECLINED.match(text) else text)
    return [exchange for exchange in found if any(letter.isalnum() for letter in exchange[0])]


def _before(question: str, answer: str) -> _Before:
    """Return an exchange with the time that was spoken of: the question's, else that of the report answered from."""
    framed = _FRAME.search(answer)
    for text in (question, framed.group() if framed else answer):
        times = dict.fromkeys(match.group() for match in TIME.finditer(text))
        if times:
            return _Before(question, _FRAME.sub(" ", answer), next(iter(times)) if len(times) == 1 else "")
    return _Before(question, _FRAME.sub(" ", answer), "")


def _resolved(question: str, before: _Before | None, keywords: KeywordIndex) -> str:
    if before is None:
        return question
    goes_on = _GOES_ON.match(question) is not None
    bare = _OPENING.sub("", question).rstrip(" ?.!")
    filled = _filled(bare, before.question, goes_on)
    if filled is not None:
        return filled if _BARE.match(bare) else _told_when(filled, question, before)
    if not (_ABOUT.match(bare) or leans(question) or _stays_on_topic(question, before, keywords)):
        return question
    opened = _upper_first(_OPENING.sub("", question)) or question
    named = _with_person(opened, before)
    of_a_person = named != opened
    # "Who was his lawyer?" asks for another person, whom the last answer's words would outweigh.
    of_another = _ANOTHER.match(bare) or _ABOUT.match(bare)
    texts = [before.question] if of_another else [before.question, before.answer]
    # He who was put in would be outweighed by others who were spoken of.
    without = [name for text in texts for name in _people(text)] if of_a_person else []
    told = with_topic(named, texts, keywords, without, deeds=not (of_a_person or of_another))
    of_a_time = goes_on or asks_of_the_same(question) or is_told_later(question)
    # What became of a person need not stand in the report that the last answer is from.
    if of_a_time and (not (of_a_person or of_another) or TIME.search(before.question)):
        return _told_when(told, question, before)
    return told


# Fragments


def _told_when(told: str, question: str, before: _Before) -> str:
    """Return a question that goes on from the last one with its time added, where it says nothing of a time."""
    if not before.time or TIME.search(told):
        return told
    if is_told_later(question):
        time = f"since {before.time}"
    elif _OTHER_TIME.search(told):
        return told
    else:
        time = before.time
    stem = told.rstrip(" ?.!")
    return f"{stem.removesuffix(')')}, {time})?" if stem.endswith(")") else f"{stem} ({time})?"


def _filled(bare: str, previous: str, goes_on: bool) -> str | None:
    """Return the last question with a fragment in its place, or None if this is no fragment of it."""
    asked = _BARE.match(bare)
    if asked:
        return _asked_again(bare, asked["wh"], previous)
    about, fragment = _ABOUT.match(bare), _FRAGMENT.match(bare)
    if goes_on and about is None and len(bare.split()) < FEW_WORDS and not _ASKS.search(bare):
        return _replaced(bare, previous) or f"{previous.rstrip(' ?.!')}, and {_lower_first(bare)}?"
    if about is None and (fragment is None or len(bare.split()) > FEW_WORDS):
        return None
    rest = (about or fragment)["rest"].strip()  # type: ignore[index]
    replaced = _replaced(rest, previous)
    if about and not replaced and not (_FRAGMENT.match(rest) or names_in(f"x {rest}") or TIME.search(rest)):
        return None  # "what about the contractor?" asks for no more of what was asked
    return replaced or f"{previous.rstrip(' ?.!')}, {_lower_first(bare)}?"


def _asked_again(bare: str, wh: str, previous: str) -> str | None:
    """Return the last question under another question word: "why?" after "where did it sink?"."""
    was = _QUESTION.match(previous)
    if was and was["wh"].casefold() not in {"who", "what", "which", "whose", "how many", "how much"}:
        return f"{wh.capitalize()} {was['rest'].rstrip(' ?.!')}?"
    return f"{bare.capitalize()}, as to “{previous.rstrip(' .!?')}”?"


def _replaced(rest: str, previous: str) -> str | None:
    """Return the last question with its time or its only name exchanged for another one."""
    time, old_times = TIME.search(rest), list(TIME.finditer(previous))
    if time and len(old_times) == 1:
        old, new = old_times[0].group(), time.group()
        year = re.search(r"\b(?:19|20)\d\d\b", old)
        if year and not re.search(r"\d{4}", new) and not re.fullmatch(r"\d{4}", old):
            new = f"{new} {year.group()}"
        return previous[: old_times[0].start()] + new + previous[old_times[0].end() :]
    names = [name for name in names_in(previous) if not TIME.fullmatch(name)]
    words = re.sub(r"^(?:in|on|at|for|from|to|with|by) ", "", rest, flags=re.IGNORECASE)
    if len(names) == 1 and names_in(f"x {words}") == [words] and not time:
        return previous.replace(names[0], words)
    return None


# Pronouns and topics


def _stays_on_topic(question: str, before: _Before, keywords: KeywordIndex) -> bool:
    """Say whether a short question without a name uses the words of passages that the last question finds."""
    content = content_words(question)
    if len(content) > FEW_WORDS or any(word[0].isupper() for word in content[1:] if word):
        return False
    terms = set(keywords.terms(" ".join(content)))
    if not terms:
        return bool(_BARE.match(question.rstrip(" ?.!")))
    if _GOES_ON.match(question):
        return True
    opens = _OPENING.match(question) or PERSON.search(question)
    if not opens and keywords.articles_with(" ".join(content)):
        return False  # one article has all its words and nothing points back, so it is about that
    found = [key for key, _ in keywords.query(before.question, PASSAGES_READ)]
    return len(keywords.scores(" ".join(content), found)) * 2 >= len(found) > 0


def _with_person(question: str, before: _Before) -> str:
    """Put the name that "he" or "she" stands for in its place."""
    asked, told = _people(before.question), _people(before.answer)
    # "Who owns Ostrand Dredging?" is answered with whom the next question calls "he".
    new = [name for name in told if name not in asked]
    people = (
        new or asked
        if re.match(r"who\b", before.question, re.IGNORECASE) and not _WHO_IS.match(before.question)
        else (asked or told)
    )
    asked_for = PERSON.search(question)
    if not people or not asked_for or _is_of_another_sex(asked_for.group(), f"{before.question} {before.answer}"):
        return question

    def name(match: re.Match[str]) -> str:
        word = match.group().casefold()
        follows = question[match.end() :]
        owns = word == "his" or (word == "her" and re.match(r" [a-z]", follows))
        return f"{people[0]}'s" if owns else people[0]

    return PERSON.sub(name, question, count=1)


def _people(text: str) -> list[str]:
    return [name for name in names_in(text) if " " in name and not _NO_PERSON.search(name)]


def _is_of_another_sex(pronoun: str, text: str) -> bool:
    """Say whether a pronoun is "she" where a text speaks of men alone, or "he" where it speaks of women alone."""
    own, other = (_FEMALE, _MALE) if _FEMALE.match(pronoun) else (_MALE, _FEMALE)
    return other.search(text) is not None and own.search(text) is None


def _upper_first(text: str) -> str:
    return text[:1].upper() + text[1:]


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]
