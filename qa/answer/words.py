"""Words that carry a sentence's yes or no: negations, and pairs that say the opposite of each other."""

import re
from functools import lru_cache

NEGATIONS = frozenset(
    """not no never none nobody nothing nor neither nowhere without cannot hardly scarcely barely n't""".split()
)
REFUSALS = frozenset("refuse decline deny reject oppose forbid ban prevent".split())
"""Verbs that turn what follows into its opposite."""
SAYS_NO = frozenset(
    """fail lack dismiss avoid cancel abandon halt unable impossible unlikely absent miss unwilling object stop few
    fewer little less least only short silence empty shut lose exclude resist escape disagree except beyond denial
    refusal rejection neglect doubt too""".split()
)
"""Other words that may say no by themselves."""
_OPPOSITES = """
accept/reject refuse decline deny|grant/refuse deny|allow/forbid ban prevent prohibit
approve/reject oppose refuse|agree/disagree refuse
support/oppose|back/oppose|favour/oppose|praise/criticise blame condemn|like/dislike|love/hate|welcome/reject condemn
increase/decrease fall drop shrink reduce|rise/fall drop decline sink|grow/shrink fall|gain/lose|win/lose|up/down
more/less fewer|most/least fewest|higher/lower|high/low|highest/lowest|best/worst|better/worse|largest/smallest
larger/smaller|bigger/smaller|longer/shorter|longest/shortest|older/younger|oldest/youngest|faster/slower|quicker/slower
early/late|earlier/later|before/after|first/last|begin/end|start/end stop finish cease
open/close shut|continue/stop cease end
enter/leave|arrive/leave depart|succeed/fail|pass/fail|alive/dead|live/die|survive/die|guilty/innocent|convict/acquit
safe/dangerous unsafe|easy/hard difficult|strong/weak|rich/poor|full/empty|cheap/expensive|heavy/light|hot/cold
inside/outside|above/below|over/under|near/far|north/south|east/west|left/right|male/female|man/woman|men/women
public/private|buy/sell|lend/borrow|give/take|remember/forget|include/exclude|confirm/deny|true/false|right/wrong
legal/illegal|able/unable|known/unknown|conscious/unconscious|happy/unhappy sad|willing/unwilling|likely/unlikely
possible/impossible|everybody/nobody|everyone/nobody|always/never|all/none|both/neither|many/few|much/little
with/without|present/absent|build/demolish destroy|keep/lose abandon|save/waste spend|raise/lower cut|repair/damage
attack/defend|friend/enemy|ally/enemy|hire/dismiss fire|employ/dismiss|join/leave|unite/divide|improve/worsen
expand/contract|advance/retreat|hope/fear|peace/war|day/night|summer/winter|morning/evening|import/export
complete/halt abandon stop|extend/shorten end|fast/slow|serious/harmless|great/little|permanent/temporary
"""
_ENDINGS = ("ied", "ies", "ing", "ed", "es", "s", "d", "ly")
_IRREGULAR = {
    form: base
    for base, forms in {
        "win": "won winning",
        "lose": "lost losing",
        "rise": "rose risen rising",
        "fall": "fell fallen",
        "grow": "grew grown",
        "begin": "began begun beginning",
        "give": "gave given giving",
        "take": "took taken taking",
        "leave": "left leaving",
        "buy": "bought",
        "sell": "sold",
        "keep": "kept",
        "stop": "stopped stopping",
        "ban": "banned banning",
        "forbid": "forbade forbidden",
        "forget": "forgot forgotten",
        "build": "built",
        "shrink": "shrank shrunk",
        "drop": "dropped dropping",
        "rule": "ruling ruled",
        "deny": "denied denies",
        "die": "dying died",
        "shut": "shutting",
        "cancel": "cancelled cancelling",
        "unable": "inability",
        "refuse": "refusal",
        "reject": "rejection",
        "object": "objection",
        "lack": "lacking",
        "approve": "approval",
    }.items()
    for form in forms.split()
}
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")


def plain_words(text: str) -> list[str]:
    """Return a text's words in lower case, a contracted "not" as a word of its own."""
    words: list[str] = []
    for match in _WORD.finditer(text):
        word = match.group(0).casefold().replace("’", "'")
        if word.endswith("n't"):
            words += [word[:-3], "not"]
        elif word == "cannot":
            words += ["can", "not"]
        else:
            words.append(word.removesuffix("'s"))
    return words


@lru_cache(8192)
def base(word: str) -> str:
    """Return a word without its ending, roughly; the same for all forms of the words in this module.

    >>> base("opposed"), base("won"), base("denies")
    ('oppose', 'win', 'deny')
    """
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    for known in (word, *_shorter(word)):
        if known in _KNOWN:
            return known
    return word


def _shorter(word: str) -> list[str]:
    found = []
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            stem = word[: -len(ending)]
            found += [stem, stem + "e", stem + "y"]
    return found


def opposites(word: str) -> frozenset[str]:
    """Return the words, without endings, that say the opposite."""
    return _TABLE.get(word, frozenset())


def _table() -> dict[str, frozenset[str]]:
    pairs: dict[str, set[str]] = {}
    for entry in _OPPOSITES.replace("\n", "|").split("|"):
        if not entry:
            continue
        one, others = entry.split("/")
        for other in others.split():
            pairs.setdefault(one, set()).add(other)
            pairs.setdefault(other, set()).add(one)
    return {word: frozenset(others) for word, others in pairs.items()}


_TABLE = _table()
_KNOWN = frozenset(_TABLE) | REFUSALS | SAYS_NO
