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
from qa.retrieve.dates import MONTHS
from qa.retrieve.understand import FUNCTION_WORDS, split_words
from qa.types import Turn

CARRIED = 3
"""Words carried from the last question, and as many from the last answer; more brought nothing."""
TURNS_READ = 4
"""Questions of the user that are followed back."""
FEW_WORDS = 4
"""A question with more content words than this says enough of itself."""
PASSAGES_READ = 8
MINIMUM = 3
"""Letters of a carried word; "off" and "up" pass, initials and "s" do not."""
LONGEST_TURN = 4000
"""Characters of a turn that are read; the rest of a long answer rarely names the matter."""

_WH = r"who|whom|whose|what|when|where|why|how|which"
_BE = r"is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may|might"
_MONTH = "|".join(name.capitalize() for name in MONTHS)
_TIME = re.compile(rf"\b(?:(?:{_MONTH})\b\.?(?: \d{{1,2}}\b)?(?:,? (?:19|20)\d\d\b)?|(?:19|20)\d\d\b)")
_NAME = re.compile(r"\b[A-Z][\w’'-]*[\w](?: (?:of |de |van |von |al-)?[A-Z][\w’'-]*\w)*")
_FRAME = re.compile(r"According to [^:“]{0,200}: (?=“)|\[\d+\]|[“”]")
_OPENING = re.compile(r"^(?:(?:and|but|so|then|ok(?:ay)?|also|well)[, ]+)+", re.IGNORECASE)
_ABOUT = re.compile(r"^(?:what|how) about (?P<rest>.+)$", re.IGNORECASE)
_FRAGMENT = re.compile(
    r"^(?:in|on|at|for|during|after|before|since|from|to|with|by|under|over)\b(?P<rest>.+)$", re.IGNORECASE
)
_BARE = re.compile(
    rf"^(?P<wh>{_WH}|how (?:many|much|long|old|often)|why not|since when)(?: (?:exactly|then|so|else))?$", re.IGNORECASE
)
_PERSON = re.compile(r"\b(?:he|him|she|his|her|hers|himself|herself)\b", re.IGNORECASE)
_THING = re.compile(
    r"\b(?:it|its|itself|they|them|their|theirs|this one|that one|the same|(?:these|those)(?! (?:who|days|that)\b))\b"
    r"|\b(?:of|about|with|for|to|by|like|than|in|on|after|before|from|is|was|does|did|do|has|will|would|can) "
    r"(?:this|that)(?: \w+)?[?.!]?$"
    r"|\b(?:this|that) (?:happen|mean|work|affect|matter|relate|take place)"
    r"|\b(?:create|get|need|use|buy|have|find|make|want|about|of|with) (?:one|ones|some)\b[?.!]?$"
    r"|\b(?:(?:any|some|the|what|which|who|where|how) (?:else|other|others|another|more)|others|instead|the former|"
    r"the latter)\b(?! (?:than|of)\b)"
    r"|\b(?:too|as well|there)[?.!]?$"
    r"|\bif (?:there (?:is|are) )?any[?.!]*$|\bif there (?:is|are) any\b"
    r"|\banything (?:special|different)\b",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"^(?:and |but |so |ok,? |then )*(?:what|which|how|when|where|why|who|whom)\b[^,;.?!]*?\b"
    r"(?:do|does|did|is|are|was|were|can|could|will|would|has|have|had|should|may|might) (?:it|they|these|those)\b"
    r"(?! (?:who|that|\w+s)\b)",
    re.IGNORECASE,
)
"""A pronoun that does something cannot mean what the same clause asks for: "what sports does it offer?"."""
_OF_THIS_KIND = re.compile(r"\b(?:this|these|that|those|such) (?:types?|kinds?|sorts?) of\b", re.IGNORECASE)
_CORRECTS = re.compile(r"^(?:no|oops|sorry|ok(?:ay)?|hmm|well|i am sorry)?[,. ]*i (?:mean|meant)\b", re.IGNORECASE)
_COMPARES = re.compile(
    r"^(?:which|who|what)(?: one)? (?:is|was|are|were) (?:the )?(?:more |most |less |least )?"
    r"(?:\w+er|\w+est|important|expensive|common|popular|likely|better|best|worse|worst|effective|useful|difficult)$",
    re.IGNORECASE,
)
"""A comparison of what was spoken of: "which is more important?"."""
_SAYS_NOTHING = FUNCTION_WORDS | frozenset(
    """sorry unfortunately okay yes thank thanks information question questions answer know want need specific however
    furthermore consequently additionally therefore please help helpful""".split()
)
"""Words of a conversation that are not its matter."""
_DECLINED = re.compile(
    r"^(?:i(?:'m| am) sorry|sorry|unfortunately|i (?:do not|don't|cannot|can't) |i am unable|"
    r"the archive (?:does not|holds n))",
    re.IGNORECASE,
)
"""An answer that says that there is none; its words are not of the matter."""
_NOBODY = frozenset(
    "someone somebody anyone anybody everyone everybody people one start stop keep go get doing".split()
)
_MEANT = re.compile(
    rf"\b(?:the|a|an|whose|which) (?!{_BE})\w+|\b(?:what|who) (?!(?:{_BE})\b)\w+|\bwho (?:is|was|are|were) \w+ing\b",
    re.IGNORECASE,
)
"""What "he" later in the same question may mean."""
_NO_PERSON = re.compile(
    r"\b(?:of|Corporation|Company|Foundation|University|School|College|Institute|Bank|Agency|Department|Council|Party|"
    r"Association|Society|Court|Act|Law|League|Club|Union|Group|Street|Road|County|City)\b"
)
"""Words of names that nobody has."""
_WHO_IS = re.compile(r"who (?:is|was) [A-Z]", re.IGNORECASE)
_EMPTY_IT = re.compile(
    r"\bit (?:is |was )?(?:takes?|took|true|possible|cost|that|rain|necessary|important)\b|"
    r"\b(?:is|was) it \w+ that\b|\bit (?:is|was) \w+ that\b|"
    r"\b(?:is|was) it (?:true|possible|legal|safe|ok|better|necessary|important|a|the|that|in)\b|"
    r"\b(?:does|did|will|would) it (?:take|cost)\b|\bthere (?:is|are|was|were)\b|\b(?:is|are|was|were) there\b",
    re.IGNORECASE,
)
_QUESTION = re.compile(
    rf"^(?P<wh>(?:{_WH})\b(?: (?:many|much|long|old|often))?) (?P<rest>(?:{_BE})\b.+)$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class _Before:
    """The last exchange: the user's question, already standing alone, and what was answered."""

    question: str
    answer: str


def stand_alone(question: str, history: Sequence[Turn], keywords: KeywordIndex) -> str:
    """Return a question that can be understood without the turns before it; unchanged where it already can.

    Args:
        question: A clean question.
        history: Earlier turns, oldest first; only the last few are read.
        keywords: The index that knows how rare the words are and where they stand.
    """
    before = None
    for asked, answer in _exchanges(history)[-TURNS_READ:]:
        before = _Before(_resolved(asked, before, keywords), answer)
    return _resolved(question, before, keywords)


def _exchanges(history: Sequence[Turn]) -> list[tuple[str, str]]:
    """Return each question of the user with the answer that follows it."""
    found: list[tuple[str, str]] = []
    for turn in history:
        text = " ".join(turn.text[:LONGEST_TURN].split())
        if turn.role == "user":
            found.append((text, ""))
        elif found:
            found[-1] = (found[-1][0], "" if _DECLINED.match(text) else _FRAME.sub(" ", text))
    return [exchange for exchange in found if any(letter.isalnum() for letter in exchange[0])]


def _resolved(question: str, before: _Before | None, keywords: KeywordIndex) -> str:
    if before is None:
        return question
    bare = _OPENING.sub("", question).rstrip(" ?.!")
    filled = _filled(bare, before.question)
    if filled is not None:
        return filled
    if not (_leans(question) or _stays_on_topic(question, before, keywords)):
        return question
    named = _with_person(_OPENING.sub("", question) or question, before)
    return _with_topic(named, before, keywords)


# Fragments


def _filled(bare: str, previous: str) -> str | None:
    """Return the last question with a fragment in its place, or None if this is no fragment of it."""
    asked = _BARE.match(bare)
    if asked:
        return _asked_again(bare, asked["wh"], previous)
    about, fragment = _ABOUT.match(bare), _FRAGMENT.match(bare)
    if about is None and (fragment is None or len(bare.split()) > FEW_WORDS):
        return None
    rest = (about or fragment)["rest"].strip()  # type: ignore[index]
    return _replaced(rest, previous) or (f"{previous.rstrip(' ?.!')}, {_lower_first(bare)}?")


def _asked_again(bare: str, wh: str, previous: str) -> str | None:
    """Return the last question under another question word: "why?" after "where did it sink?"."""
    was = _QUESTION.match(previous)
    if was and was["wh"].casefold() not in {"who", "what", "which", "whose", "how many", "how much"}:
        return f"{wh.capitalize()} {was['rest'].rstrip(' ?.!')}?"
    return f"{bare.capitalize()}, as to “{previous.rstrip(' .!?')}”?"


def _replaced(rest: str, previous: str) -> str | None:
    """Return the last question with its time or its only name exchanged for another one."""
    time, old_times = _TIME.search(rest), list(_TIME.finditer(previous))
    if time and len(old_times) == 1:
        old, new = old_times[0].group(), time.group()
        year = re.search(r"\b(?:19|20)\d\d\b", old)
        if year and not re.search(r"\d{4}", new) and not re.fullmatch(r"\d{4}", old):
            new = f"{new} {year.group()}"
        return previous[: old_times[0].start()] + new + previous[old_times[0].end() :]
    names = [name for name in _names(previous) if not _TIME.fullmatch(name)]
    words = re.sub(r"^(?:in|on|at|for|from|to|with|by) ", "", rest, flags=re.IGNORECASE)
    if len(names) == 1 and _names(f"x {words}") == [words] and not time:
        return previous.replace(names[0], words)
    return None


# Pronouns and topics


def _leans(question: str) -> bool:
    """Say whether a pronoun or a word like "else" has nothing in the question that it could mean."""
    if _CORRECTS.match(question) or _COMPARES.match(question.rstrip(" ?.!")):
        return True
    person = _PERSON.search(question)
    if person and not _names(question[: person.start()]):
        return not _MEANT.search(question[: person.start()])
    kind = _OF_THIS_KIND.search(question)
    if kind and not _names(question[: kind.start()]):
        return True
    told = _EMPTY_IT.sub(lambda empty: "_" * len(empty.group()), question)
    subject = _SUBJECT.match(told)
    if subject and not _names(question[: subject.end()]) and len(_content(question)) <= 2 * FEW_WORDS:
        return True
    thing = _THING.search(told)
    if thing is None:
        return False
    ahead = question[: thing.start()]
    content = [word for word in _content(ahead) if word.casefold() not in _NOBODY]
    return not _names(ahead) and len(content) < 2 and len(_content(question)) <= 2 * FEW_WORDS


def _stays_on_topic(question: str, before: _Before, keywords: KeywordIndex) -> bool:
    """Say whether a short question without a name uses the words of passages that the last question finds."""
    content = _content(question)
    if len(content) > FEW_WORDS or any(word[0].isupper() for word in content[1:] if word):
        return False
    terms = set(keywords.terms(" ".join(content)))
    if not terms:
        return bool(_BARE.match(question.rstrip(" ?.!")))
    opens = _OPENING.match(question) or _PERSON.search(question)
    if not opens and keywords.articles_with(" ".join(content)):
        return False  # one article has all its words and nothing points back, so it is about that
    found = [key for key, _ in keywords.query(before.question, PASSAGES_READ)]
    return len(keywords.scores(" ".join(content), found)) * 2 >= len(found) > 0


def _with_person(question: str, before: _Before) -> str:
    """Put the name that "he" or "she" stands for in its place."""
    asked, told = (
        [name for name in _names(text) if " " in name and not _NO_PERSON.search(name)]
        for text in (before.question, before.answer)
    )
    # "Who owns Ostrand Dredging?" is answered with whom the next question calls "he".
    new = [name for name in told if name not in asked]
    people = (
        new or asked
        if re.match(r"who\b", before.question, re.IGNORECASE) and not _WHO_IS.match(before.question)
        else (asked or told)
    )
    if not people or not _PERSON.search(question):
        return question

    def name(match: re.Match[str]) -> str:
        word = match.group().casefold()
        follows = question[match.end() :]
        owns = word == "his" or (word == "her" and re.match(r" [a-z]", follows))
        return f"{people[0]}'s" if owns else people[0]

    return _PERSON.sub(name, question, count=1)


def _with_topic(question: str, before: _Before, keywords: KeywordIndex) -> str:
    """Add in brackets what mattered most in the last question and answer and is not in this one."""
    held = set(keywords.terms(question))
    carried: list[str] = []
    for text in (before.question, before.answer):
        words = _salient(text, held, keywords)
        carried += words
        held |= set(keywords.terms(" ".join(words)))
    if not carried:
        return question
    stem = question.rstrip(" ?.!")
    return f"{stem} (about {', '.join(carried)})?"


def _salient(text: str, held: set[str], keywords: KeywordIndex) -> list[str]:
    """Return the few words of a text that are rarest in the archive for how often they come, in their own order."""
    times: dict[str, int] = {}
    shown: dict[str, str] = {}
    for word in split_words(text):
        term = "".join(keywords.terms(word)[:1])
        if not term or len(word) < MINIMUM or word.casefold() in _SAYS_NOTHING or "'" in word or term in held:
            continue
        times[term] = times.get(term, 0) + 1
        shown.setdefault(term, word)
    rarity = keywords.inverse_document_frequencies([*times, ""])
    unknown = rarity.pop("")
    worth = {term: (1 + times[term]) * rare for term, rare in rarity.items() if rare < unknown}
    best = sorted(worth, key=lambda term: -worth[term])[:CARRIED]
    return [shown[term] for term in shown if term in best]


def _names(text: str) -> list[str]:
    """Return the runs of capitalised words, a question's first word left out unless a name goes on from it."""
    found = []
    for match in _NAME.finditer(text):
        words = match.group().split()
        if match.start() == 0 and (len(words) == 1 or words[0].casefold() in FUNCTION_WORDS):
            words = words[1:]
        words = words[next((at for at, w in enumerate(words) if w.casefold() not in FUNCTION_WORDS), len(words)) :]
        if words:
            found.append(re.sub(r"['’]s$", "", " ".join(words)))
    return found


def _content(text: str) -> list[str]:
    return [word for word in split_words(text) if word.casefold() not in FUNCTION_WORDS]


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]
