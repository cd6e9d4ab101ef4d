"""Answers and conversations as people take them elsewhere: Markdown, JSON, and text with numbered sources."""

import json
import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from qa.answer.spoken import aside, spoken_day
from qa.index.kept import Json
from qa.render import in_words
from qa.types import Span
from qa.web import texts
from qa.web.conversation import told_beside
from qa.web.markup import reader_link, spoken, web_address
from qa.web.store import Conversation, Kept
from qa.web.verbatim import escaped

_MARKUP = re.compile(r"[\\`*_{}\[\]()<>#+\-.!|~$&:@=^]")


def markdown(turns: Sequence[Kept], title: str, base: str) -> str:
    """Return turns as Markdown with numbered sources; what articles and people wrote is text in it, never markup.

    Args:
        turns: Oldest first.
        title: Of the whole.
        base: Address of this server, in front of the links to it.
    """
    return "\n\n".join([f"# {plain(title)}", *(_markdown_turn(turn, base) for turn in turns)]) + "\n"


def _markdown_turn(turn: Kept, base: str) -> str:
    answer = turn.answer
    told = [plain(remark) for remark in told_beside(answer)] if answer["claims"] else [plain(answer["message"])]
    said = [*(_markdown_claim(claim) for claim in answer["claims"]), *told]
    sources = [_markdown_source(one, base) for one in answer["citations"]]
    coverage = answer["coverage"]
    facts = (
        f"*{texts.CONFIDENCE[in_words(answer['confidence'])]} · {coverage['articles']} "
        f"{texts.SEARCHED[coverage['articles'] != 1]} · {texts.AS_OF} {plain(answer['as_of'])}* · "
        f"<{base}/answers/{turn.id}>"
    )
    parts = [f"## {plain(turn.question)}", *said, "\n\n".join(sources), facts]
    return "\n\n".join(part for part in parts if part)


def _markdown_claim(claim: Json) -> str:
    if claim.get("removed_at"):
        return f"*{plain(texts.REMOVED_CLAIM)} {plain(claim['removed_at'][:10])}.*"
    numbers = "".join(f" \\[{number}\\]" for number in claim["citations"])
    unsupported = "" if claim["supported"] else f"**{plain(texts.UNSUPPORTED)}** "
    note = f" {plain(beside)}" if (beside := aside(claim.get("note"))) else ""
    return f"{unsupported}{plain(claim['text'])}{numbers}{note}"


def _markdown_source(citation: Json, base: str) -> str:
    number = f"\\[{citation['number']}\\]"
    if citation.get("removed_at"):
        return f"{number} {plain(texts.REMOVED)} {plain(citation['removed_at'][:10])}."
    place = f"<{base}{_place(citation)}>"
    url = web_address(citation["url"])
    links = [f"<{quote(url, safe=_URL_SAFE)}>", place] if url else [place]
    return f"{number} {plain(_origin(citation))}: “{plain(citation['quote'])}” {' '.join(links)}"


_URL_SAFE = "/:?#[]@!$&'()*+,;=%-._~"


def plain(text: str) -> str:
    r"""Return a text on one line that Markdown shows as it is.

    >>> plain("![x](//evil)\n# <b>")
    '\\!\\[x\\]\\(//evil\\) \\# \\<b\\>'
    """
    return escaped(spoken(text), _MARKUP)


def as_json(turns: Sequence[Kept], conversation: Conversation | None = None) -> str:
    """Return turns as JSON: the answers in their one shape, with what was asked."""
    value: dict[str, Any] = {"turns": [_json_turn(turn) for turn in turns]}
    if conversation:
        value = {"id": conversation.id, "title": conversation.title, "created_at": conversation.created_at, **value}
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def _json_turn(turn: Kept) -> Json:
    return {"id": turn.id, "question": turn.question, "limits": turn.asked, "answer": turn.answer}


def copied(turn: Kept) -> str:
    """Return an answer as plain text with its numbered sources, for pasting into a letter."""
    answer = turn.answer
    said = "\n".join(_copied_claim(claim) for claim in answer["claims"]) or answer["message"]
    told = "\n".join(told_beside(answer)) if answer["claims"] else ""
    sources = "\n".join(_copied_source(one) for one in answer["citations"])
    when = f"Dateline, {texts.AS_OF} {answer['as_of']}"
    return "\n\n".join(part for part in (said, told, sources, when) if part)


def _copied_claim(claim: Json) -> str:
    if claim.get("removed_at"):
        return f"{texts.REMOVED_CLAIM} {claim['removed_at'][:10]}."
    mark = "" if claim["supported"] else f"{texts.UNSUPPORTED} "
    note = f" {beside}" if (beside := aside(claim.get("note"))) else ""
    return "".join([mark, claim["text"], *(f" [{number}]" for number in claim["citations"]), note])


def _copied_source(citation: Json) -> str:
    if citation.get("removed_at"):
        return f"[{citation['number']}] {texts.REMOVED} {citation['removed_at'][:10]}."
    url = web_address(citation["url"])
    return f"[{citation['number']}] {_origin(citation)}: “{spoken(citation['quote'])}”{f' {url}' if url else ''}"


def _origin(citation: Json) -> str:
    day = spoken_day(citation["published_at"]) or texts.UNDATED
    names = (citation["author"], citation["title"] or texts.UNTITLED, citation["publisher"], day)
    return ", ".join(spoken(name) for name in names if name)


def _place(citation: Json) -> str:
    return reader_link(citation["article_id"], citation["revision"], Span(citation["start"], citation["end"]))
