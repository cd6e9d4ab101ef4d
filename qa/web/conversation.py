"""The turns of a conversation as HTML of ours: what was asked, what was answered, and how sure that is."""

from collections.abc import Callable, Sequence
from html import escape

from qa.answer.spoken import aside, plain_name
from qa.errors import NotFound
from qa.index.kept import Json
from qa.render import in_words
from qa.types import Article, Span
from qa.web import texts
from qa.web.markup import button, day, isolated, language, moment, plain_origin, reader_link, spoken
from qa.web.sources import panel
from qa.web.store import Kept

Find = Callable[[str, int | None], Article]
"""Return an article in its current or a given revision."""


def conversation(kept: Sequence[Kept], find: Find) -> str:
    """Return the turns of a conversation, oldest first, as items of the page's list."""
    return "".join(turn_html(turn, find) for turn in kept)


def turn_html(turn: Kept, find: Find) -> str:
    """Return a question with its answer; its sources lie in a template until the page shows them."""
    answer = turn.answer
    return (
        f'<li class="dl-turn" data-turn="{escape(turn.id)}">{question_html(turn.question)}'
        f'<div class="dl-answer"><h3 class="dl-hidden">{texts.ANSWER}</h3>{_understood(turn)}'
        f"{answer_html(answer, find, turn.id)}{facts(answer, turn.asked)}{_actions(turn)}</div>"
        f'<template class="dl-its-sources">{panel(answer, find)}</template></li>'
    )


def question_html(question: str) -> str:
    """Return what was asked."""
    return f'<div class="dl-question"><h2 class="dl-hidden">{texts.YOU}</h2><p dir="auto">{escape(question)}</p></div>'


def problem(message: str) -> str:
    """Return an error in the place of an answer."""
    return f'<p class="dl-problem" role="alert">{escape(message)}</p>'


def answer_html(answer: Json, find: Find, turn_id: str = "") -> str:
    """Return an answer whose citation numbers lead to the reader, or the abstention.

    Args:
        answer: The one JSON shape.
        find: Looks up the articles that are quoted, for their languages.
        turn_id: Keeps the ids of several answers on one page apart.
    """
    links = {one["number"]: _number_link(one, answer["citations"], turn_id) for one in answer["citations"]}
    tongues = {one["number"]: _language(one, find) for one in answer["citations"]}
    claims = "".join(_claim(claim, links, _apart(claim, answer["citations"], tongues)) for claim in answer["claims"])
    body = claims or f'<p class="dl-abstained">{escape(answer["message"])}</p>'
    told = told_beside(answer) if claims else []
    notes = "".join(f'<p class="dl-note" dir="auto">{escape(remark)}</p>' for remark in told)
    peeks = "".join(_peek(one, turn_id, tongues[one["number"]]) for one in answer["citations"])
    return f'<div class="dl-said">{body}</div>{notes}{peeks}'


def told_beside(answer: Json) -> list[str]:
    """Return what is told of a whole answer beside its claims: why another engine wrote it, and its remarks."""
    if "remarks" not in answer:  # kept before answers had them: its message tells all of it
        return [answer["message"]] if answer["citations"] else []
    fallback = answer["run"].get("fallback")
    return [*([fallback] if fallback else []), *answer["remarks"]]


def facts(answer: Json, asked: Json | None = None) -> str:
    """Return how sure the answer is, what was searched, and as of when."""
    if answer["claims"] and not answer["citations"]:
        return f'<p class="dl-facts">{escape(answer["message"])} · {texts.AS_OF} {moment(answer["as_of"])}</p>'
    word = in_words(answer["confidence"])
    sure = f'<span class="dl-sure dl-{word.lower()}">{texts.CONFIDENCE[word]}</span>'
    made = texts.MADE.get((answer.get("run") or {}).get("engine", "")) if answer["claims"] else None
    parts = [sure, made, covered(answer), f"{texts.AS_OF} {moment(answer['as_of'])}", *limits(asked or {})]
    return f'<p class="dl-facts">{" · ".join(part for part in parts if part)}</p>'


def covered(answer: Json) -> str:
    """Say how much was searched, and how new that is."""
    coverage = answer["coverage"]
    held = f"{coverage['articles']:,} {texts.SEARCHED[coverage['articles'] != 1]}"
    newest = day(coverage["newest_published_at"])
    return f"{held}, {texts.NEWEST} {newest}" if newest else held


def limits(asked: Json) -> list[str]:
    """Return what a question was limited to, as escaped HTML."""
    names = [*asked.get("publishers", ()), *asked.get("sections", ())]
    found = [f"{texts.ONLY} <bdi>{escape(name)}</bdi>" for name in names]
    for name, label in (("published_from", texts.FROM), ("published_to", texts.TO)):
        if asked.get(name):
            found.append(f"{label} {day(asked[name])}")
    return found


def _understood(turn: Kept) -> str:
    found = turn.answer["standalone_question"]
    if " ".join(found.split()) == " ".join(turn.question.split()):
        return ""
    return f'<p class="dl-note">{texts.UNDERSTOOD} <bdi>{escape(found)}</bdi></p>'


def _language(citation: Json, find: Find) -> str:
    """Return the ``lang`` attribute of what a citation quotes."""
    try:
        return "" if citation.get("removed_at") else language(find(citation["article_id"], citation["revision"]))
    except NotFound:
        return ""


def _apart(claim: Json, citations: Sequence[Json], tongues: dict[int, str]) -> dict[str, str]:
    """Return what of a claim is written in its own direction, whatever stands around it, with its language."""
    found: dict[str, str] = {}
    for one in citations:
        if one["number"] in claim["citations"] and not one.get("removed_at"):
            found |= {spoken(one["quote"]): tongues[one["number"]], one["quote"]: tongues[one["number"]]}
            found |= {plain_name(one["publisher"]): ""} if one["publisher"] else {}
    return found


def _claim(claim: Json, links: dict[int, str], apart: dict[str, str]) -> str:
    if claim.get("removed_at"):
        return f'<p class="dl-gone">{texts.REMOVED_CLAIM} {day(claim["removed_at"])}.</p>'
    numbers = "".join(f"\u00a0{links[number]}" for number in claim["citations"] if number in links)
    beside = aside(claim.get("note"))
    note = f' <bdi class="dl-facts">{escape(beside)}</bdi>' if beside else ""
    if claim["supported"]:
        return f'<p dir="auto">{isolated(claim["text"], apart)}{numbers}{note}</p>'
    label = f'<strong class="dl-unsupported-label">{texts.UNSUPPORTED}</strong>'
    return f'<p class="dl-unsupported" dir="auto">{label} {isolated(claim["text"], apart)}{numbers}</p>'


def _number_link(citation: Json, all_of_it: Sequence[Json], turn_id: str) -> str:
    number = citation["number"]
    if citation.get("removed_at"):
        return f'<span class="dl-cite dl-gone">{number}</span>'
    same = [
        Span(one["start"], one["end"])
        for one in all_of_it
        if (one["article_id"], one["revision"]) == (citation["article_id"], citation["revision"])
    ]
    where = reader_link(citation["article_id"], citation["revision"], Span(citation["start"], citation["end"]), same)
    label = escape(f"{texts.SOURCE} {number}: {citation['title'] or texts.UNTITLED}")
    described = f' aria-describedby="peek-{escape(turn_id)}-{number}"'
    return f'<a class="dl-cite" href="{escape(where)}" aria-label="{label}"{described}>{number}</a>'


def _peek(citation: Json, turn_id: str, lang: str) -> str:
    """Return what a citation number shows when it is pointed at or reached."""
    if citation.get("removed_at"):
        return ""
    return (
        f'<span class="dl-peek" role="tooltip" id="peek-{escape(turn_id)}-{citation["number"]}" hidden>'
        f'<q dir="auto"{lang}>{escape(spoken(citation["quote"]))}</q> '
        f'<span class="dl-facts">{plain_origin(citation)}</span></span>'
    )


def _actions(turn: Kept) -> str:
    sources = len(turn.answer["citations"])
    label = f"{texts.SOURCES} ({sources})" if sources else texts.CLOSEST
    told = {1: turn.rating == 1, -1: turn.rating == -1}
    link = f"/answers/{escape(turn.id)}"
    return (
        '<div class="dl-actions">'
        + (button("sources", label) if sources or turn.answer["contexts"] else "")
        + button("copy", texts.COPY)
        + f'<a class="dl-action" data-do="link" href="{link}">{texts.LINK}</a>'
        + button("edit", texts.EDIT)
        + button("again", texts.AGAIN)
        + button("good", texts.GOOD, pressed=told[1], icon="+")
        + button("bad", texts.BAD, pressed=told[-1], icon="−")
        + "</div>"
        + _why(turn.id)
    )


def _why(turn_id: str) -> str:
    name = f"why-{escape(turn_id)}"
    choices = "".join(
        f'<label><input type="radio" name="{name}" value="{code}"> {label}</label>'
        for code, label in texts.REASONS.items()
    )
    more = f'<label class="dl-more">{texts.WHY_MORE}<input type="text" name="more" maxlength="600" dir="auto"></label>'
    return (
        f'<form class="dl-why" hidden><fieldset><legend>{texts.WHY}</legend>{choices}{more}'
        f'<button type="submit" class="dl-button">{texts.SEND}</button></fieldset></form>'
    )
