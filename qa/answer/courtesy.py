"""What people type that asks nothing of the archive: greetings, thanks, "help", "who are you?"; the replies are fixed.

Only a text that is nothing but the courtesy counts: "help for flood victims" and "hello kitty factory fire" are news.
"""

import re
from collections.abc import Sequence

from qa.types import Turn

_GREETING = (
    r"(?:hi|hello|hey|hiya|howdy|greetings|hallo|bonjour|salut|hola|ciao|namaste|salaam|salam|as-?salaa?mu? alaikum|"
    r"guten tag|guten morgen|grüß gott|good (?:morning|afternoon|evening|day))"
)
_WHOM = r"(?: (?:there|all|everyone|everybody|dateline|again|you|sir|madam))?"
_THANKS = r"(?:many )?(?:thanks|thank you|thank u|thx|cheers|danke|merci|gracias|shukriya)"
_GOOD = r"(?:oh|ok(?:ay)?|great|perfect|good|nice|cool|no|yes|that(?:'s| is) (?:fine|ok|okay|all|great|good|enough))"
_MUCH = r"(?: (?:a lot|very much|so much|again|dateline|all))?(?: for (?:the|your|all your|that|this)(?: [a-z]+){0,2})?"
_REPLIES = (
    (
        rf"{_GREETING}{_WHOM}|(?:{_GREETING}{_WHOM}[,.!]? )?how are you(?: (?:today|doing))?",
        "Good day. Ask about the articles in this archive; every answer quotes the sentence it rests on.",
    ),
    (rf"(?:{_GOOD}[,.!]* )?{_THANKS}{_MUCH}", "You are welcome."),
    (r"(?:good ?bye|bye(?: bye)?|see you|good night|farewell)(?: dateline)?", "Goodbye."),
    (
        rf"(?:{_GOOD}|got it|i see|very good|well done|alright|all right)",
        "Ask the next question whenever you like.",
    ),
    (
        r"(?:help(?: me)?|i need help|can you help me|(?:what|which things) can (?:you|i|one) do(?: here)?|"
        r"how (?:do|can|does) (?:you|i|one|dateline)(?: (?:work|use (?:you|dateline)|ask(?: questions?)?))|"
        r"how to (?:use (?:you|dateline)|ask)|what (?:can|should|may) i (?:ask|type|say|do)(?: you| here)?)",
        "Ask a question in plain language, for example “Who was elected mayor?”, and name a publisher or a time if you "
        "like. Ask for an overview (“what happened in March 2024?”, “summarise the trial”) or about the archive itself "
        "(“which publishers do you hold?”). Where the archive does not hold the answer, you are told so.",
    ),
    (
        r"(?:who|what) (?:are|r) (?:you|u)|what is (?:dateline|your name)|who is dateline|"
        r"introduce yourself|tell me about yourself|"
        r"are you (?:a |an )?(?:robot|bot|human|person|machine|ai|chat ?bot|program|real|chatgpt)",
        "This is Dateline, a program. It answers from the news articles of this archive in their own words, names its "
        "sources, and says so where they hold no answer.",
    ),
    (
        r"(?:what|which) languages? (?:do|can) (?:you|i|dateline) (?:speak|understand|know|use|ask in)|"
        r"do you (?:speak|understand) [a-z]+|(?:can|may) i ask in [a-z]+",
        "Questions are best asked in English. What is written in other languages is mostly found by its words alone.",
    ),
)
_PATTERNS = tuple((re.compile(pattern), reply) for pattern, reply in _REPLIES)
_EDGES = " \t.!,;:?¿¡…-–—\"'“”‘’()🙂😊👋🙏👍"
_GREETED = rf"(?:{_GREETING}{_WHOM}|{_GOOD}[,.!]* {_THANKS}|{_THANKS})[,.!]+ "
_LEAD = re.compile(rf"^(?:{_GREETED})+(?:please,? )?(?=\w)", re.IGNORECASE)
_TAIL = re.compile(rf"(?:[,.!?]? (?:please|{_THANKS}))+[.!]*$", re.IGNORECASE)
_ASKING = re.compile(
    r"^(?:please,? |i (?:would|'d) like to know |i want to know |do you know |"
    r"(?:(?:can|could|would) you )?(?:please )?(?:tell|show) me )+(?=\w)",
    re.IGNORECASE,
)


def reply(text: str) -> str | None:
    """Return the fixed reply to a text that only greets, thanks or asks for help; None for anything else.

    >>> reply("Thank you!")
    'You are welcome.'
    >>> reply("thank you letters written by the mayor") is None
    True
    """
    folded = text.casefold().replace("’", "'").replace("what's", "what is").strip(_EDGES)
    bare = " ".join(re.sub(r"[,.!?;:…]+(?:\s|$)", " ", folded).split())
    return next((answer for pattern, answer in _PATTERNS if pattern.fullmatch(bare)), None)


def without_courtesy(text: str) -> str:
    """Return a question without the greeting in front of it and the thanks behind it.

    >>> without_courtesy("Hi, who leads the port? Thanks!")
    'who leads the port?'
    """
    bare = _LEAD.sub("", text, count=1)
    bare = _TAIL.sub(lambda match: "?" if "?" in match.group() else "", bare)
    return bare if any(map(str.isalnum, bare)) and reply(bare) is None else text


def without_asking(text: str) -> str:
    """Return a question without "could you tell me", too.

    >>> without_asking("Could you tell me how many articles you have, please?")
    'how many articles you have'
    """
    return _ASKING.sub("", without_courtesy(text), count=1)


def without_courtesies(history: Sequence[Turn]) -> list[Turn]:
    """Return a conversation without its greetings and thanks and what was replied to them."""
    kept: list[Turn] = []
    dropping = False
    for turn in history:
        dropping = reply(turn.text) is not None if turn.role == "user" else dropping
        if not dropping:
            kept.append(turn)
    return kept
