"""Whether a question leans on what was spoken of before it: by a pronoun that means nothing in it, or by its form.

A pronoun means what stands before it in the same question, if anything there can be meant: not the verb, not what the
question asks for, and not the subject of the clause whose object it is ("what did the council decide about it?").
"""

import re

from qa.retrieve.dates import MONTHS
from qa.retrieve.understand import FUNCTION_WORDS, split_words

FEW_WORDS = 4
"""A question with more content words than this says enough of itself."""

WH = r"who|whom|whose|what|when|where|why|how|which"
BE = r"is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may|might"
_MONTH = "|".join(name.capitalize() for name in MONTHS)
TIME = re.compile(rf"\b(?:(?:{_MONTH})\b\.?(?: \d{{1,2}}\b)?(?:,? (?:19|20)\d\d\b)?|(?:19|20)\d\d\b)")
_NAME = re.compile(r"\b[A-Z][\w’'-]*[\w](?: (?:of |de |van |von |al-)?[A-Z][\w’'-]*\w)*")
PERSON = re.compile(r"\b(?:he|him|she|his|her|hers|himself|herself)\b", re.IGNORECASE)
_PART = rf"\b(?:much|many|some|any|most|all|none|half|part|what|which) of (?:this|that) (?:{BE})\b"
_THING = re.compile(
    r"\b(?:it|its|itself|they|them|their|theirs|this one|that one|the same|(?:these|those)(?! (?:who|days|that)\b))\b"
    r"|\b(?:of|about|with|for|to|by|like|than|in|on|after|before|from|is|was|does|did|do|has|will|would|can) "
    r"(?:this|that)(?: \w+)?[?.!]?$"
    r"|\b(?:this|that) (?:happen|mean|work|affect|matter|relate|take place)"
    r"|\b(?:create|get|need|use|buy|have|find|make|want|about|of|with) (?:one|ones|some)\b[?.!]?$"
    r"|\b(?:(?:any|some|the|what|which|who|where|how) (?:else|other|others|another|more)|others|instead|the former|"
    r"the latter)\b(?! (?:than|of)\b)"
    r"|\b(?:too|as well|there)[?.!]?$"
    rf"|{_PART}"
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
_HE_DOES = re.compile(rf"^(?:{WH})\b[^,;.?!]*?\b(?:{BE}) (?:he|she)\b", re.IGNORECASE)
"""Nor is he who does something what the same clause asks for: "what punishment did he plead for?"."""
_OBJECT = re.compile(r"\b(?:it|them|this|that)[?.!]*$", re.IGNORECASE)
_DOES = re.compile(rf"\b(?i:{BE}) (?:the |a |an )?(?P<subject>[\w’'-]+(?: (?:of )?[A-Z][\w’'-]*)*)")
_CLAUSES = re.compile(
    r"[,;:]|(?<=\w )\b(?:that|which|who|whom|because|if|while|when|and|or|than|(?:before|after|until|since)(?= \w))\b",
    re.IGNORECASE,
)
_SOMETHING = re.compile(r"\b(?:the|a|an) ", re.IGNORECASE)
_THEN = re.compile(
    r"\b(?:next|afterwards?|later|since|since then|until then|back then|meanwhile)[?.!]*$", re.IGNORECASE
)
"""Words of a time that is counted from what was spoken of."""
_OF_THIS_KIND = re.compile(r"\b(?:this|these|that|those|such) (?:types?|kinds?|sorts?) of\b", re.IGNORECASE)
_CORRECTS = re.compile(r"^(?:no|oops|sorry|ok(?:ay)?|hmm|well|i am sorry)?[,. ]*i (?:mean|meant)\b", re.IGNORECASE)
_COMPARES = re.compile(
    r"^(?:which|who|what)(?: one)? (?:is|was|are|were) (?:the )?(?:more |most |less |least )?"
    r"(?:\w+er|\w+est|important|expensive|common|popular|likely|better|best|worse|worst|effective|useful|difficult)$",
    re.IGNORECASE,
)
"""A comparison of what was spoken of: "which is more important?"."""
_NOBODY = frozenset(
    "someone somebody anyone anybody everyone everybody people one start stop keep go get doing".split()
)
_MEANT = re.compile(
    rf"\b(?:the|a|an|whose|which) (?!{BE})\w+|\b(?:what|who) (?!(?:{BE})\b)\w+|\bwho (?:is|was|are|were) \w+ing\b",
    re.IGNORECASE,
)
"""What "he" later in the same question may mean."""
_OF_AN_EVENT = frozenset(
    """arrest arrested blame blamed cause caused charged cost damage damaged dead death deaths decided decision
    destroyed die died end ended happen happened hurt injured injuries kill killed missing outcome pay reaction reason
    rescued responsible result saved start started survive survived survivors victim victims wounded""".split()
)
"""What is asked of any event; nothing says of which."""
_EMPTY_IT = re.compile(
    r"\bit (?:is |was )?(?:takes?|took|true|possible|cost|that|rain|necessary|important)\b|"
    r"\b(?:is|was) it \w+ that\b|\bit (?:is|was) \w+ that\b|"
    r"\b(?:is|was) it (?:true|possible|legal|safe|ok|better|necessary|important|a|the|that|in)\b|"
    r"\b(?:does|did|will|would) it (?:take|cost)\b|\bthere (?:is|are|was|were)\b|\b(?:is|are|was|were) there\b",
    re.IGNORECASE,
)


def leans(question: str) -> bool:
    """Say whether a pronoun or a word like "else" has nothing in the question that it could mean."""
    if _CORRECTS.match(question) or _COMPARES.match(question.rstrip(" ?.!")):
        return True
    if asks_of_the_same(question) or is_told_later(question) or _has_an_object(question):
        return True
    person = PERSON.search(question)
    if person and not names_in(question[: person.start()]):
        return not _MEANT.search(question[: person.start()]) or _HE_DOES.match(question) is not None
    kind = _OF_THIS_KIND.search(question)
    if kind and not names_in(question[: kind.start()]):
        return True
    told = _EMPTY_IT.sub(lambda empty: "_" * len(empty.group()), question)
    subject = _SUBJECT.match(told)
    if subject and not names_in(question[: subject.end()]) and len(content_words(question)) <= 2 * FEW_WORDS:
        return True
    thing = _THING.search(told)
    if thing is None:
        return False
    ahead = question[: thing.start()]
    content = [word for word in content_words(ahead) if word.casefold() not in _NOBODY]
    return not names_in(ahead) and len(content) < 2 and len(content_words(question)) <= 2 * FEW_WORDS


def asks_of_the_same(question: str) -> bool:
    """Say whether a question asks what any event could be asked about, or of what sum something is a part.

    "Was anybody hurt?" and "how much of that was grain?" are of the very event and the very sum spoken of.
    """
    content = {word.casefold() for word in content_words(question)} - _NOBODY
    return bool(content and content <= _OF_AN_EVENT) or re.search(_PART, question, re.IGNORECASE) is not None


def is_told_later(question: str) -> bool:
    """Say whether a question without a name asks what came after something: "what is the hospital planning next?"."""
    few = len(content_words(question)) <= FEW_WORDS
    return few and _THEN.search(question) is not None and not names_in(question)


def _has_an_object(question: str) -> bool:
    """Say whether "it" closes a question of one clause in which nothing but the subject stands before it."""
    thing = _OBJECT.search(question)
    ahead = question[: thing.start()] if thing else ""
    if not ahead or _CLAUSES.search(ahead) or _EMPTY_IT.search(question):
        return False
    does = _DOES.search(ahead)
    subject = does["subject"] if does else ""
    others = [name for name in names_in(ahead) if name not in subject]
    described = _SOMETHING.findall(ahead.replace(does.group(), " ", 1) if does else ahead)
    return not others and not described and 0 < len(content_words(ahead)) <= FEW_WORDS


def names_in(text: str) -> list[str]:
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


def content_words(text: str) -> list[str]:
    """Return the words of a text that say something of its matter."""
    return [word for word in split_words(text) if word.casefold() not in FUNCTION_WORDS]
