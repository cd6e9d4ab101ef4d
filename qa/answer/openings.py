"""What models write around a statement: words that say where it is from, and sentences about their evidence alone."""

import re

_GIVEN = r"(?:provided|given|available|above|supplied|retrieved|cited|numbered|listed|following|quoted|shown)"
_WHAT = r"(?:evidence(?: sentences?)?|articles?|passages?|texts?|context|information|excerpts?|documents?)"
_MORE = r"(?:sources?|sentences?|news)"
"""What is evidence only where it is called given: "the sources" may be people."""
_EVIDENCE = (
    rf"(?:(?:(?:the|this|these|all) )?{_GIVEN} (?:news )?(?:{_WHAT}|{_MORE})(?: (?:sentences?|sources?|{_GIVEN}))?"
    rf"|(?:the|this|these) {_WHAT}(?: {_GIVEN})?)(?: (?:above|below))?(?: \[?s?\d{{1,2}}\]?)?"
)
_SAYS = r"(?:states?|says?|shows?|reports?|indicates?|mentions?|notes?|tells? us|suggests?|confirms?|reveals?)"
_TOLD = r"(?:stated|mentioned|noted|described|reported|indicated|shown|seen|said|clear|known)"
_OPENING = re.compile(
    rf"(?:(?:according to|based on|judging by|going by|from|in|per|as {_TOLD} (?:in|by)) {_EVIDENCE}, ?"
    rf"(?:it (?:is|was) {_TOLD} that )?"
    rf"|{_EVIDENCE} {_SAYS}(?: that|,)? "
    r"|(?:in (?:summary|short|conclusion|brief)|to (?:summari[sz]e|sum up|answer (?:your|the) question)"
    r"|(?:the )?answer(?: to (?:your|the|this) question)?(?: is(?: that)?)?)[,:]? "
    r"|(?:(?:sure|certainly|absolutely|of course|okay|ok)(?: thing)?[,.!:]+ )?here(?:[’']s| is| are) "
    r"(?:(?:the|your|my|an?) )?(?:(?:short|brief|concise|direct|final|quick) )?"
    rf"(?:answer|summary|response|overview|reply|what {_EVIDENCE} {_SAYS})"
    rf"(?: (?:to (?:your|the|this) question|(?:based on|according to|from|of) {_EVIDENCE}|(?:for|you)[^:.!?]{{0,40}}))?"
    r": )",
    re.IGNORECASE,
)
_NOT = (
    r"(?:do(?:es)? not|did not|(?:doesn|don|didn)['’]t|cannot|can['’]t|(?:gives?|contains?|provides?|offers?|has|have|"
    r"holds?|makes?) no|never|(?:is|are) silent|says? nothing|ends?|only)"
)
_TURN = r"(?:(?:however|but|unfortunately|beyond that|apart from that|otherwise),? )?"
_ASIDE = re.compile(
    rf"{_TURN}(?:{_EVIDENCE}(?: itself)? {_NOT}\b"
    r"|(?:there (?:is|are) )?no (?:(?:further|other|more|additional|specific) )?"
    r"(?:mention|information|details?|indication|word|answer|reference|statement)\b[^.]{0,60}"
    rf"\b(?:in|by|from) {_EVIDENCE}"
    r"|(?:no|nothing) (?:further|more|else|other|additional)\b[^.]{0,40}"
    r"\b(?:provided|given|mentioned|available|stated)\W*$)",
    re.IGNORECASE,
)
_LEAST_LEFT = 12
"""Letters that must be left of a sentence for its opening to be one."""
_MOST_OPENINGS = 3
"""Models write "Here is the answer: Based on the evidence, ..."."""


def without_opening(sentence: str) -> str:
    """Return a sentence without words that only say where it is from, as models open theirs.

    >>> without_opening("Based on the provided sources, the ferry sank on Sunday.")
    'The ferry sank on Sunday.'
    """
    for _ in range(_MOST_OPENINGS):
        found = _OPENING.match(sentence)
        if found is None or len(sentence) - found.end() < _LEAST_LEFT:
            break
        rest = sentence[found.end() :].lstrip()
        sentence = rest[0].upper() + rest[1:]
    return sentence


def speaks_of_evidence(sentence: str) -> bool:
    """Say whether a sentence tells of the evidence and not of the news.

    >>> speaks_of_evidence("The evidence does not mention more."), speaks_of_evidence("The evidence made him angry.")
    (True, False)
    """
    return _ASIDE.match(sentence) is not None
