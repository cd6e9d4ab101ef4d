"""Passages that speak to a machine and not to a reader: instructions to a language model, planted in an article.

What counts is the kind of speech: an order about the reader's own input, output or rules; a role, a turn or a boundary
of a conversation that the article is not; a call of a tool; an address to "any AI reading this". Reported speech is
none of it: what stands in quotation marks inside somebody else's sentence is news. Such passages stay in the article,
are named in the report of ingestion, and are not quoted as an answer. A request that any reader might make ("Describe
the life of a butterfly.") cannot be told from text, and does not have to be.

Measured by ``python -m tests.benchmarks.injections``.
"""

import re
from collections.abc import Iterator

from ingest.disguise import in_signals, is_unseen, readings, shown_text
from qa.types import Suspicion

_SEGMENT = re.compile(r"[^\n]*?(?:[.!?…][\"”’)\]>]*(?=\s)|(?=\n|\Z))", re.DOTALL)
_QUOTED = re.compile(r"“[^”\n]{2,600}”|\"[^\"\n]{2,600}\"|«[^»\n]{2,600}»|‘[^’\n]{12,600}’(?!\w)")
_OWN_WORDS = 3
"""Words outside the quotation marks that make a sentence somebody's report of the words inside."""
_MOST = 2000
"""Characters of one sentence that are looked at."""

_ORDER = (
    r"(?:^|[.!?:;,>\])}|*#=—–-]\s*|\b(?:please|kindly|just|now|then|and|but|or|instead|must|should|shall|always|first|only|"
    r"simply|also|not|never|you (?:are|were|have|need)(?: \w+){0,2} to|(?:want|need|like|ask|order|instruct) you to|"
    r"(?:task|job|goal|role|duty|purpose) is to|you (?:will|can|may|could|should|must|now))\s+)"
)
"""Where an order begins: a clause without a subject of its own."""
_INPUT = (
    r"(?:(?:instruction|direction|directive|prompt|command|guideline|guidance|constraint|restriction|polic(?:y|"
    r"ies)|"
    r"context|message|input|conversation|programming|training|filter|safeguard|guardrail|rule)s?)"
)
_EARLIER = r"(?:previous(?:ly)?|prior|preceding|above|earlier|foregoing|former|initial|original|existing|past|old)"
_OUTPUT = r"(?:answer|response|reply|output|summary|completion|generation|translation|message)s?"
_MACHINE = (
    r"(?:ai(?:[ -](?:assistant|agent|model|system|bot|reader|tool|reviewer|crawler|summari[sz]er)s?)?|a\.i\.|"
    r"artificial intelligences?|llms?|(?:large )?language models?|chat ?bots?|bots?|(?:virtual |"
    r"digital )?assistants?|"
    r"chatgpt|gpt(?:-?\d\S*)?|copilot|claude|gemini|llama|"
    r"(?:automated|summari[sz]ation|retrieval) (?:systems?|tools?|agents?|models?)|crawlers?|agents?|models?|"
    r"systems?)"
)

_SAID = {
    "override": (
        _ORDER + r"(?:ignor(?:e|ing)|disregard(?:ing)?|forget|overrid(?:e|ing)|bypass|discard|abandon|drop|erase|"
        r"dismiss|neglect|overlook|skip|cease following|stop (?:following|obeying)|"
        r"(?:do not|don[’']t|no longer) (?:follow|obey|comply with|adhere to))\b(?: \w+){0,3}? "
        rf"(?:(?:{_EARLIER}|your|system|safety|developer[’']?s?|operator[’']?s?|content)(?: \w+){{0,2}} {_INPUT}\b"
        rf"|{_INPUT} (?:{_EARLIER}|before|you (?:got|were|have|received))\b"
        r"|(?:everything|anything|all|what(?:ever)?)(?: \w+){0,5}? (?:above|before|earlier|previously|prior|"
        r"preceding)\b"
        r"|(?:everything|all|any) (?:info(?:rmation)?|data|content|text|else)\b"
        r"|(?:the )?rest of (?:th(?:e|is)|your) (?:data|document|text|page|article|content|input|context|file|"
        r"prompt)s?\b"
        r"|the user(?:[’']s)?\b|them and instead\b)",
        _ORDER + r"(?:olvid[ae]|ignor[aeiz]\w*|omit[ae]|desconsider[ae]|esque[çc]a|oublie[zr]?|dimentica(?:te)?|"
        r"vergiss|vergesst|vergessen sie|ignoriere?n?|missachte\w*|negeer|vergeet|zignoruj|zapomnij|игнориру\w+|"
        r"забуд\w+)"
        r"\b.{0,60}?\b(?:instru[kcçz]\w+|istruzion\w+|consignes?|indicaciones|indica[çc][õo]es|anweisung\w*|"
        r"befehle?|"
        r"r[eè]gles?|regeln|regole|reglas|regras|prompts?|aanwijzing\w*|polece\w+|инструкц\w+|указани\w+)",
        r"(?:忽略|無視|无视|忘记|忘れ).{0,20}(?:指令|指示|提示|规则|ルール)|(?:指令|指示|提示).{0,6}(?:忽略|無視|无视)",
    ),
    "output": (
        _ORDER + rf"(?!be\b|is\b|are\b)[a-z]{{3,14}}\b(?: [^.!?]{{0,140}})? "
        rf"(?:in|to|into|of|at|on|with|for|as|after|before|from|within|throughout)\b(?: \w+){{0,4}}? your "
        rf"(?:\w+ ){{0,2}}{_OUTPUT}\b",
        _ORDER
        + r"(?:encod|render|writ|provid|revers|scrambl|present|format|rewrit|repeat|return|craft|generat|augment|"
        r"modif|enhanc|embellish|obfuscat|cipher|encrypt|translat|transform|convert|giv|mak|end|begin|start|"
        r"finish|preced|"
        r"prefix|limit|restrict|shorten|replac|deliver|conceal|hid|alter|chang|adjust|rephras|express|combin|"
        r"split|fill|"
        rf"us|anagram|rearrang|jumbl|shuffl)\w{{0,3}} (?:\w+ ){{0,4}}?your (?:\w+ ){{0,2}}{_OUTPUT}(?:[’']s)?\b",
        r"^(?:in|at the (?:end|start|beginning) of|within|throughout|for|when writing) your (?:\w+ )?"
        + _OUTPUT
        + r"[,:]? "
        r"[a-z]+\b",
        _ORDER + r"(?:reply|respond|answer)\b (?:only|solely|exclusively|exactly|just|in|with|using|as|to (?:every|all|"
        r"any))\b"
        r".{0,40}?\b(?:only|following|nothing else|base ?\d+|morse|rot ?13|cipher|binary|hex\w*|emojis?|json|"
        r"backwards?|"
        r"uppercase|words?|phrase|string|\w+ encoding|english|french|german|spanish)\b",
        r"\b(?:must|should|shall|has to|have to|needs? to|is to|are to|will|always) (?:always )?(?:be )?"
        r"(?:add|append|includ|insert|attach|repeat|show|mention|prepend|plac|print|output|cit|display)\w* .{0,80}?"
        rf"(?:\b(?:every|any|each|all|your|future|the final)) (?:\w+ )?(?:{_OUTPUT}|summaries|replies)\b",
        r"\b(?:ajout|aggiun|a[ñn]ad|agreg|hinzu|angeh[äa]ng|inclu|anexad|toegevoegd)\w*\b.{0,60}?\b"
        r"(?:toutes?|chaque|ogni|cada|toda|jeder|alle|elke|votre|ta|tu|sua|ihrer?|deiner?)\b.{0,12}?"
        r"(?:r[ée]ponses?|rispost[ae]|respuestas?|respostas?|antwort\w*|antwoord\w*)",
        _ORDER + r"(?:print|output|say|type|write|return|echo|repeat|display)\b.{0,60}?"
        r"(?:\bverbatim\b|\bexact(?:ly)? (?:this|the following|the (?:token|string|phrase|words?|text))"
        r"|\bthe following (?:text|sentence|phrase|string|words?|token|code|line)\b|\b(?:and )?nothing (?:else|"
        r"more)\b"
        r"|\braw \w+ (?:database|table|list)\b|[<\[]|!\[)",
        r"(?-i:^(?:[A-Z!.,' ]{0,40}\s)?(?:JUST|NOW|ONLY) (?:PRINT|OUTPUT|ECHO|SAY|REPEAT)\b)",
        _ORDER
        + r"(?:translat\w+|render|interpret|summari[sz]e) (?:this|it|the (?:above|following)|these)\b.{0,30}? as\b",
        _ORDER + r"(?:replace|substitute|swap|capitali[sz]e|anagram|scramble|reverse|encode|double|omit|remove) "
        r"(?:all |every |each |the )?(?:\w+ )?(?:vowel|consonant|letter|word|character|syllable|space|keyword)s?\b",
        _ORDER + r"(?:focus|concentrate|rely|base (?:it|yourself)) (?:only|exclusively|solely)\b.{0,60}?"
        r"\b(?:information|text|instructions?|brackets?|data)\b",
    ),
    "secrets": (
        _ORDER
        + r"(?:reveal|show|print|output|repeat|tell|display|leak|dump|expose|list|give|share|disclose|recite|echo|"
        r"return|reproduce|provide|write|send|spell|describe|what (?:is|are|were))\b.{0,60}?\b"
        r"(?:(?:system|initial|hidden|secret|internal|developer|original|pre|base) ?(?:prompts?|instructions?|"
        r"messages?|"
        r"rules|directives?|configuration)|your (?:exact |own |full |initial |hidden |secret |"
        r"current )*(?:prompts?|"
        r"instructions?|guidelines|configuration|rules|context|programming|credentials|api keys?|memory|"
        r"training data)"
        r"|context window|instructions you (?:were|have been|got|received)|everything (?:in|from|above)"
        r".{0,20}(?:context|above|prompt)|(?:credentials|passwords?|api keys?|tokens) (?:that )?you (?:can|have|"
        r"know|hold))",
        _ORDER + r"(?:revel|muestr|mostr|montr|r[ée]v[éè]l|zeig|verrat|enth[üu]ll|affich|imprim|stamp|dime|"
        r"dis)\w*\b.{0,40}?\b"
        r"(?:(?:instru[kcçz]\w+|istruzion\w+|consignes?|anweisung\w*|prompts?)\b.{0,12}?\b(?:syst|sist|systeem|"
        r"initial|inicial)"
        r"|(?:syst|sist)\w*[ -]?(?:prompt|anweisung|instru)|prompt d[eiu]\w* (?:syst|sist))",
        r"\bhere (?:is|are|[’']s) the (?:admin|root|system|secret)\b.{0,20}\b(?:password|prompt|key|credentials)",
    ),
    "persona": (
        r"\byou (?:are|will be|[’']re) (?:now|no longer|going to (?:act|be|play|pretend)|about to (?:immerse|"
        r"act|play|become)|"
        r"hereby|henceforth|operating|running) ?(?:in|an?|the|as|instructed|free|bound|authori[sz]ed|"
        r"allowed)?\b.{0,80}?\b"
        r"(?:ai|model|assistant|bot|mode|role|rules?|restrictions?|unrestricted|instructed|filters?|limits?|"
        r"\w*gpt|dan)\b",
        r"\bfrom (?:now on|this (?:point|moment) (?:on|forward|onwards?)),? (?:you|your|answer|respond|reply|"
        r"act|ignore|always)\b",
        _ORDER + r"(?:act|behave|pose|respond|roleplay|role-play|play|pretend|simulate|adopt|emulate|speak)"
        r"\b.{0,60}?\b(?:un(?:restricted|censored|filtered|limited|ethical|moderated)|jail ?broken|dan\b|"
        r"do anything|"
        r"without (?:any )?(?:rules?|restrictions?|limits?|limitations|filters?|guidelines|ethics|censorship)|"
        r"evil ai|"
        r"(?:an?|the) (?:\w+ )?(?:ai|model|llm|chatbot|language model)\b)",
        r"\b(?:developer|god|debug|admin|maintenance|sudo|dan|jailbreak|unrestricted) mode (?:enabled|activated|"
        r"on\b|output)",
        r"\b(?:broken|break|freed?) (?:free )?(?:of|from) (?:the )?(?:typical )?(?:confines|restrictions|rules|"
        r"shackles|limits) of a",
        r"\bdo anything now\b|\byou are (?:chatgpt|an? (?:helpful|ai|large|"
        r"unrestricted)[\w -]{0,30}(?:assistant|model|ai))\b",
        r"\b(?:rules|restrictions|guidelines|policies) (?:set|imposed|given) (?:for|on|to) (?:you|them|it) by\b|"
        r"\bstay in character\b|\bin (?:both|two) (?:different )?ways?: (?:one|the first)\b",
    ),
    "address": (
        r"(?:^|[.!?:\]>*#]\s*)(?:(?:special |important |urgent |secret |hidden |system )*(?:note|notice|"
        r"attention|message|"
        r"instructions?|warning|reminder|memo|alert|hint|command|directive)s? (?:to|for)|attention,?|dear|hey,?|"
        r"hello,?|"
        rf"hi,?|important (?:to|for)|for|to|if you are|as) (?:any|all|every|the|an?|other|each|"
        rf"whichever)?\s?{_MACHINE}"
        r"(?: ?(?:[:,!—–]|$)|\s(?:reading|processing|parsing|handling|summari[sz]ing|analy[sz]ing|reviewing|"
        r"indexing|evaluating|"
        r"answering|generating|that (?:reads?|process\w*|summari\w*)|who (?:reads?|process\w*)))",
        rf"\b{_MACHINE} (?:reading|processing|parsing|summari[sz]ing|analy[sz]ing|reviewing) (?:this|these|"
        rf"the (?:above|following))\b",
        r"\bif you(?: are|[’']re) (?:an? )?" + _MACHINE + r"\b",
        r"^\W*(?:system|admin(?:istrator)?|developer|security) (?:note|notice|message|override|alert|prompt|"
        r"update|instruction)s?\s*"
        r"(?:[:—–-]|$)|^(?:note syst[èe]me|nota d[ie] sistema|nota del sistema|systemhinweis|systemnachricht|"
        r"nota do sistema)\b",
        r"\b(?:your|the) (?:new|real|actual|true|only|updated|next) (?:task|instruction|objective|goal|purpose|"
        r"directive|"
        r"orders?|job)s? (?:is|are|now|will be)(?: now)?(?::| to\b)",
        _ORDER + r"(?:save|store|remember|keep|write|add|commit|record)\b.{0,40}?\b(?:your|long-term|"
        r"persistent) (?:\w+ )?memory\b",
    ),
    "user": (
        r"\b(?:if|when(?:ever)?|once|before|after|should) (?:the |a |any )?users? (?:asks?|requests?|wants?|"
        r"queries|inquires?|"
        r"says?|mentions?|types?|questions?)\b[^,]{0,80}, ?(?:always|never|only|just|do|please)?\s?(?:reply|"
        r"respond|say|answer|"
        r"print|tell|output|ignore|refuse|direct|send|return|give|provide|state|write|claim|use|call|insist|"
        r"recommend)\b",
        r"\bbefore (?:you )?(?:answer|respond|reply)\w* (?:to )?the user\b|\bthe user is (?:an? )?(?:admin|"
        r"authori[sz]ed|root|developer)",
        _ORDER + r"(?:tell|inform|direct|instruct|urge|remind|convince|persuade|advise|encourage|ask|warn|redirect|"
        r"show|send|"
        r"provide|give|return|present|ignore|deceive|trick)\b(?: \w+){0,4}? (?:the|this|your|every|each) users?\b",
        r"(?:^|[:,.;]\s*)grant (?:all|every|any)\b.{0,20}\brequests?\b|\bshown? to the user in (?:every|each|"
        r"all|any)\b",
    ),
    "tool": (
        _ORDER
        + r"(?:call|invoke|run|execute|trigger)\b(?: the)?(?: \w+){0,2}? `?(?-i:[a-z]+_[a-z_]+|[a-z]+[A-Z]\w+\()",
        r"(?-i:\b[a-z]+_[a-z_]+)\([^)\n]{0,200}\)|</?(?:tool|function)[_-]?(?:call|use|code|response|result)s?\b",
        r"[\"'](?:tool|tool_name|function|function_call|tool_calls?|action|recipient_name)[\"']\s*:\s*[\"'{\[]",
        r"\b(?:tool|function)_calls?\b|\b(?:send|forward|post|upload|exfiltrate|transmit|email)\b.{0,60}?\b"
        r"(?:all|full|entire|every|processed|raw|user|customer|order|conversation|chat)\b.{0,40}?\b(?:webhook|"
        r"endpoint|externally|"
        r"https?://|\S+@\S+)",
        r"^\s*(?:action|action input|thought|observation|final answer)\s*:\s*\S",
    ),
    "boundary": (
        r"<\|\/?(?:im_)?\w+\|>|\[/?INST\]|<</?SYS>>|\[/?(?:SYSTEM|ASSISTANT|USER|TOOL)\]|^\s*#{2,}\s*(?:system|"
        r"instructions?|"
        r"user|assistant|human|response|prompt|new|end|begin|input|output)\b",
        r"</?(?:system|instructions?|assistant|user|human|prompt|context|documents?|evidence|untrusted|im_start|"
        r"im_end|"
        r"admin|important|secret|sys|quote|source)(?:[-_ ]\w+)*\s*/?>|<end of \w+>",
        r"^\W*(?:system|assistant|user|human|chatbot|gpt)\s*:\s*(?:\S|$)",
        r"^[\W_]*(?:begin|end|start|resume|new|core|override|updated?|admin|system|legal|final|begin of|end of)"
        r"(?: \w+,?){0,4} (?:prompt|instructions?|input|context|session|conversation|system|user|amendment|"
        r"override)\b[\W_]*$",
        r"(?-i:^\W*(?:[A-Z]+[ ,]+){1,4}(?:INSTRUCTIONS?|PROMPT|OVERRIDE)\b[\W_]*$)",
    ),
    "image": (r"!\[[^\]\n]{0,200}\]\s?[(\[]\s*<?(?:https?:|data:|//|\{|www\.)",),
    "markup": (
        r"<(?:img|script|iframe|object|embed|form|svg|style|meta|link|base|input|video|"
        r"audio)\b[^>\n]{0,400}(?:=|>)|"
        r"\bjavascript:\s*\w|\bdata:text/html|\bon(?:error|load|click|mouseover)\s*=\s*[\"'\w]",
    ),
    "citation": (
        r"【\d+[†:]|\[\[?(?:citation|source|ref|doc(?:ument)?|evidence|cite)[:_ #]\s?(?:[a-z]|\w{0,12}\d\w{0,12})\]?\]|"
        r"\[\^?\d{1,3}\]:\s*(?:https?:|www\.)"
        r"|\[\[\d{1,3}\]\]\(|<(?:cite|ref)\b[^>]*>|^\s*(?:sources?|citations?|references?)\s*:\s*\[?\d{1,3}\b[\],]",
    ),
    "code": (
        _ORDER + r"(?:decod|decipher|decrypt|unscrambl|deobfuscat)\w*\b.{0,80}?\b(?:follow|obey|execut|comply|"
        r"do (?:exactly )?"
        r"(?:what|as)|carry out|instruction|run (?:it|the))\w*",
    ),
}
_EXACT = frozenset({"boundary", "tool", "citation", "image", "markup"})
_RULES = {
    code: re.compile("|".join(f"(?:{part})" for part in parts), re.IGNORECASE | re.MULTILINE)
    for code, parts in _SAID.items()
}
_NAMES_A_MACHINE = re.compile(
    r"instruct|prompt|direct|command|guid|rule|polic|context|input|user|your?\b|\bai\b|a\.i\.|llm|model|"
    r"assistant|bot\b|gpt|"
    r"agent|system|ignor|disregard|forget|overrid|[<\[{|_#【:]|!\[|summar|answer|response|repl[yi]|output|risp|"
    r"r[ée]pon|respo|"
    r"antwo|print|data|information|vowel|consonant|letter|character|decod|mode\b|memory|stru[kcz]|consigne|"
    r"anweis|regl|regol|"
    r"indica|指|規|规|ルール|提|инстр|указ|do anything|javascript|onerror|onload|everything|password|translat|render|"
    r"interpret",
    re.IGNORECASE,
)
"""One of these is in every sentence that a rule fits; the rules are looked at only then."""
REASONS = {
    "override": "It orders its reader to ignore instructions.",
    "output": "It orders its reader what to write in an answer.",
    "secrets": "It asks its reader for hidden instructions or secrets.",
    "persona": "It orders its reader to be somebody else, or free of rules.",
    "address": "It speaks to a machine.",
    "user": "It tells a machine what to do with its user.",
    "tool": "It holds the call of a tool.",
    "boundary": "It pretends to be a turn or a boundary of a conversation.",
    "image": "It holds an image that would be fetched.",
    "markup": "It holds active markup.",
    "citation": "It holds a made-up citation.",
    "code": "It orders its reader to decode and obey.",
    "hidden": "It says this in letters or a code that readers cannot read.",
}


def suspicions(text: str, *, images: bool = True) -> tuple[Suspicion, ...]:
    """Return the passages of an article's text that speak to a machine, in order, without overlap.

    Args:
        text: As it is stored.
        images: Whether the mark-up of an image is one; in Markdown files it is usual.
    """
    found: list[Suspicion] = []
    for start, end in _paragraphs(text):
        segments = list(_segments(text, start, end))
        codes = [_code_of(text[first:last]) for first, last in segments]
        if sum(code not in (None, "markup") for code in codes) * 2 > len(codes) > 2:  # the rest belongs to it
            whole = next(code for code in codes if code)
            codes = [code or whole for code in codes]
        found += [
            Suspicion(first, last, code)
            for (first, last), code in zip(segments, codes, strict=True)
            if code is not None and (images or code != "image")
        ]
    return tuple(found)


def _paragraphs(text: str) -> Iterator[tuple[int, int]]:
    yield from ((match.start(), match.end()) for match in re.finditer(r"[^\n]+(?:\n[^\n]+)*", text))


def _segments(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield about the sentences of a paragraph; a line ends one, and one in dots and dashes is one."""
    if in_signals(text[start:end]):
        yield start, end
        return
    for match in _SEGMENT.finditer(text, start, end):
        first = match.start() + len(match.group()) - len(match.group().lstrip())
        if first < match.end():
            yield first, match.end()


def _code_of(sentence: str) -> str | None:
    """Return what kind of speech to a machine a sentence is, or None."""
    sentence = sentence[:_MOST]
    if is_unseen(sentence):
        return "hidden"
    said = shown_text(sentence)
    code = _plain_code(said)
    if code is None and any(_plain_code(reading) for reading in readings(said)):
        return "hidden"
    return code


def _plain_code(sentence: str) -> str | None:
    if not _NAMES_A_MACHINE.search(sentence):
        return None
    spoken = _without_reported(sentence)
    return next(
        (code for code, rule in _RULES.items() if rule.search(sentence if code in _EXACT else spoken)),
        None,
    )


def _without_reported(sentence: str) -> str:
    """Return a sentence without what stands in quotation marks, unless that is all there is."""
    outside = _QUOTED.sub(" … ", sentence)
    return outside if len(re.findall(r"[^\W\d_]{2,}", outside)) >= _OWN_WORDS else sentence
