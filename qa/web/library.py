"""The page of the archive's articles: listed, looked for, and by editors added and removed."""

import json
from collections.abc import Sequence
from html import escape
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from qa.index.catalogue_find import Listed
from qa.reporting import in_time, told
from qa.types import IngestReport, Progress
from qa.web import texts
from qa.web.answers import json_answer
from qa.web.intake import Ingestion
from qa.web.markup import LANGUAGE, origin
from qa.web.pages import page
from qa.web.people import person_of
from qa.web.service import Service

router = APIRouter(include_in_schema=False)
A_PAGE = 50
MOST_SHOWN = 2
"""Ingestions on the page, beside those that have not ended."""
MOST_ROWS = 100
"""Of the inputs that one sentence of a report speaks of."""


@router.get("/articles")
async def library(
    request: Request,
    q: Annotated[str, Query(max_length=300)] = "",
    offset: Annotated[int, Query(ge=0, le=10**9)] = 0,
) -> Response:
    """Show the articles whose titles, origins or addresses hold every word, what came last first."""
    service: Service = request.app.state.service
    total, rows = await service.run(lambda: service.archive.catalogue.find(q, A_PAGE, offset))
    may = person_of(request).role == "editor" and service.settings.editors_add_articles
    main = (
        f'<main data-texts="{escape(json.dumps(texts.FOR_LIBRARY))}"><h1>{texts.ARTICLES}</h1>'
        f"{_adding(service, may)}{_search(q)}{_list(rows, total, q, offset, may)}</main>"
        '<div id="said" class="unseen" role="status"></div>'
    )
    html = page(texts.ARTICLES, main, script="library", style="library")
    return HTMLResponse(html, headers={"cache-control": "no-store"})


@router.get("/library/ingestions")
async def under_way(request: Request) -> Response:
    """Return what is being added, and how the last ones ended."""
    service: Service = request.app.state.service
    return HTMLResponse(ingestions(service.intake.recent()), headers={"cache-control": "no-store"})


@router.get("/library/mentions/{article_id}")
async def mentions(article_id: str, request: Request) -> Response:
    """Say what refers to an article, for whoever is about to remove it."""
    service: Service = request.app.state.service
    return json_answer(await service.run(lambda: {"says": _mentions(service, article_id)}))


def _mentions(service: Service, article_id: str) -> list[str]:
    article = service.archive.article(article_id)
    said = [texts.REMOVE_SURE.format(title=article.title or texts.UNTITLED)]
    kept = service.store.quoting(article_id)
    if kept:
        said.append(texts.REMOVE_KEPT[kept != 1].format(count=f"{kept:,}"))
    copies = service.archive.also_published_by(article_id)
    if copies:
        said.append(texts.REMOVE_COPIES.format(names=", ".join(copies)))
    return [*said, texts.REMOVE_FOR_GOOD]


# Adding ------------------------------------------------------------------------------------------------------------


def _adding(service: Service, may: bool) -> str:
    if not service.settings.editors_add_articles:
        return f'<p class="note">{texts.ADDED_ELSEWHERE}</p>'
    if not may:
        return f'<p class="note">{texts.EDITORS_ADD} <a href="/login?next=/articles">{texts.SIGN_IN_TO_ADD}</a></p>'
    most = service.settings.max_upload_mb
    return (
        f'<section aria-labelledby="add-title"><h2 id="add-title">{texts.ADD}</h2>'
        f'<form id="add" data-most="{most:g}">'
        f'<div class="drop"><label for="files"><b>{texts.FILES}</b> <span>{texts.FILES_HINT}</span></label>'
        f'<input id="files" name="files" type="file" multiple aria-describedby="kinds">'
        f'<p id="kinds" class="facts">{texts.KINDS.format(most=f"{most:g}")}</p></div>'
        f'<label for="urls">{texts.ADDRESSES}</label>'
        f'<textarea id="urls" name="urls" rows="2" dir="ltr" placeholder="https://" autocapitalize="off"'
        ' spellcheck="false"></textarea>'
        f'<label for="publisher">{texts.DEFAULT_PUBLISHER}</label>'
        '<input id="publisher" name="publisher" type="text" maxlength="200" dir="auto">'
        f'<p class="row"><button type="submit" class="main">{texts.ADD_THEM}</button>'
        f'<span id="sending" hidden><progress aria-label="{texts.SENDING}"></progress> <span></span></span></p>'
        '<p id="problem" class="problem" role="alert" hidden></p></form>'
        f'<div id="ingestions">{ingestions(service.intake.recent())}</div></section>'
    )


def ingestions(found: Sequence[Ingestion]) -> str:
    """Return what is being added and what was, as escaped HTML."""
    shown = [one for at, one in enumerate(found) if at < MOST_SHOWN or not one.ended]
    return "".join(_ingestion(one) for one in shown)


def _ingestion(one: Ingestion) -> str:
    names = one.brought.names
    more = f" {texts.AND_MORE.format(count=len(names) - 2)}" if len(names) > 2 else ""
    head = ", ".join(f"<bdi>{escape(name)}</bdi>" for name in names[:2]) + more
    told_of = _ended(one) if one.ended else _going_on(one)
    return f'<article class="job" data-id="{one.id}" data-state="{one.state}"><h3>{head}</h3>{told_of}</article>'


def _going_on(one: Ingestion) -> str:
    waits = one.state == "waiting" or one.progress is None
    said = texts.WAITING if waits or one.progress is None else _progress(one.progress)
    if one.stop.is_set():
        said = texts.STOPPING
    stop = f'<button type="button" data-do="cancel">{texts.CANCEL}</button>'
    return f'<p class="row"><progress aria-label="{texts.ADDING}"></progress> <span>{said}</span> {stop}</p>'


def _progress(now: Progress) -> str:
    parts = [f"{now.done:,} {texts.TAKEN_IN[now.done != 1]}"]
    if now.words_per_second:
        parts.append(f"{now.words_per_second:,.0f} {texts.WORDS_PER_SECOND}")
    if now.seconds_left is not None:
        parts.append(f"{in_time(now.seconds_left)} {texts.LEFT}")
    return " · ".join(parts)


def _ended(one: Ingestion) -> str:
    if one.report:
        body = "".join(_group(head, rows) for head, rows in told(one.report))
        return f'<p class="outcome">{outcome(one.report)}</p>{body}'
    said = escape(one.error.user_message if one.error else texts.PROBLEM)
    return f'<p class="outcome {one.state}">{said}</p>'


def outcome(report: IngestReport) -> str:
    """Return in one sentence what an ingestion came to."""
    parts = [
        f"{count:,} {words[count != 1]}"
        for count, words in ((report.added, texts.ADDED), (report.updated, texts.UPDATED))
        if count
    ]
    if report.unchanged:
        parts.append(f"{report.unchanged:,} {texts.ALREADY_THERE[report.unchanged != 1]}")
    if report.skipped:
        parts.append(f"{len(report.skipped):,} {texts.LEFT_OUT}")
    return f"{', '.join(parts) or texts.NOTHING_FOUND}."


def _group(head: str, rows: Sequence[str]) -> str:
    if not rows:
        return f'<p class="facts">{escape(head)}</p>'
    items = "".join(f'<li dir="auto">{escape(row)}</li>' for row in rows[:MOST_ROWS])
    more = f"<li>{texts.AND_MORE.format(count=len(rows) - MOST_ROWS)}</li>" if len(rows) > MOST_ROWS else ""
    return f'<p class="facts">{escape(head)}</p><ul>{items}{more}</ul>'


# The list ----------------------------------------------------------------------------------------------------------


def _search(q: str) -> str:
    return (
        f'<form id="search" role="search" action="/articles"><label for="q">{texts.FIND}</label><p class="row">'
        f'<input id="q" name="q" type="search" value="{escape(q)}" maxlength="300" dir="auto" autocomplete="off">'
        f'<button type="submit">{texts.FIND_THEM}</button></p></form>'
    )


def _list(rows: Sequence[Listed], total: int, q: str, offset: int, may: bool) -> str:
    items = "".join(_row(row, may) for row in rows)
    count = f"{total:,} {texts.ARTICLE_COUNT[total != 1]}"
    if total > len(rows) and rows:
        count += f", {texts.SHOWN_OF.format(first=f'{offset + 1:,}', last=f'{offset + len(rows):,}')}"
    nothing = texts.NONE_FOUND if q.strip() else texts.EMPTY_ARCHIVE
    listed = f'<ol class="articles">{items}</ol>' if items else f"<p>{nothing}</p>"
    shown = f'<p class="facts">{count}</p>{listed}{_pages(total, q, offset)}'
    return f'<section id="list" aria-label="{texts.ARTICLES}">{shown}</section>'


def _row(row: Listed, may: bool) -> str:
    lang = f' lang="{row.language}"' if row.language and LANGUAGE.fullmatch(row.language) else ""
    section = f" · <bdi>{escape(row.section)}</bdi>" if row.section else ""
    title = escape(row.title or texts.UNTITLED)
    remove = (
        f'<button type="button" data-do="remove" aria-label="{texts.REMOVE}: {title}">{texts.REMOVE}</button>'
        if may
        else ""
    )
    return (
        f'<li data-id="{escape(row.id)}"><div><a href="/articles/{escape(row.id)}" dir="auto"{lang}>{title}</a>'
        f'<p class="facts">{origin(row.publisher, row.published_at)}{section}</p></div>{remove}</li>'
    )


def _pages(total: int, q: str, offset: int) -> str:
    def link(to: int, label: str) -> str:
        asked = {name: value for name, value in (("q", q), ("offset", to)) if value}
        return f'<a href="{escape("/articles?" + urlencode(asked))}">{label}</a>'

    links = [link(max(offset - A_PAGE, 0), texts.EARLIER_PAGE)] if offset else []
    if offset + A_PAGE < total:
        links.append(link(offset + A_PAGE, texts.LATER_PAGE))
    return f'<nav class="pages" aria-label="{texts.PAGES}">{" ".join(links)}</nav>' if links else ""
