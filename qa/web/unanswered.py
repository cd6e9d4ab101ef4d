"""What the archive could not answer, as editors see it: a page with a button that clears it, and the same as JSON."""

from dataclasses import asdict
from html import escape
from typing import Annotated
from urllib.parse import parse_qs

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from qa.errors import NotFound
from qa.web import bodies, texts
from qa.web.answers import json_answer
from qa.web.asked import Asked
from qa.web.errors import BadRequest
from qa.web.markup import moment
from qa.web.pages import page
from qa.web.service import Service

router = APIRouter(tags=["editors"])
MOST_LISTED = 500
PAGE = "/unanswered"
EXAMPLE = {
    "questions": [
        {
            "key": "5f1d0c2b9a7e4d3c2b1a0f9e",
            "question": "What did a barrel of crude oil cost in the summer of 2024?",
            "times": 3,
            "last_asked": "2026-01-02T03:04:05+00:00",
            "reasons": ["no_evidence"],
            "sites": ["news"],
        }
    ]
}


@router.get("/api/v1/unanswered", responses=bodies.example(EXAMPLE))
async def listed(
    request: Request,
    limit: Annotated[int, Query(ge=1, le=MOST_LISTED)] = 100,
    offset: Annotated[int, Query(ge=0, le=10**9)] = 0,
) -> Response:
    """List what was asked in vain, the most asked first; for editors, and only where `log_questions` is on."""
    service = _keeping(request)
    rows = await service.run(lambda: service.unanswered.rows(limit, offset))
    return json_answer({"questions": [asdict(row) for row in rows]})


@router.delete("/api/v1/unanswered", responses=bodies.example({"questions": []}))
async def cleared(request: Request, key: Annotated[str | None, Query(max_length=64)] = None) -> Response:
    """Erase one question by its `key`, or all."""
    service = _keeping(request)
    await service.run(lambda: service.unanswered.clear(key))
    return json_answer({"questions": []})


@router.get(PAGE, include_in_schema=False)
async def show(request: Request) -> Response:
    """Show what was asked in vain."""
    service = _keeping(request)
    rows = await service.run(lambda: service.unanswered.rows(MOST_LISTED))
    total = await service.run(service.unanswered.count)
    html = list_page(rows, total, service.settings.keep_questions_days)
    return HTMLResponse(html, headers={"cache-control": "no-store"})


@router.post(f"{PAGE}/clear", include_in_schema=False)
async def clear(request: Request) -> Response:
    """Erase the question whose button was pressed, or all."""
    service = _keeping(request)
    form = parse_qs((await request.body()).decode("utf-8", "replace"), max_num_fields=10)
    key = form.get("key", [""])[0] or None
    if key is None and "all" not in form:
        raise BadRequest(texts.CLEAR_WHICH)
    await service.run(lambda: service.unanswered.clear(key))
    return RedirectResponse(PAGE, 303)


def _keeping(request: Request) -> Service:
    """Return the service where questions are kept.

    Raises:
        NotFound: They are not.
    """
    service: Service = request.app.state.service
    if not service.unanswered.on:
        raise NotFound(texts.NOT_KEPT)
    return service


def list_page(rows: list[Asked], total: int, days: int) -> str:
    """Return the page of the questions; what people wrote is text in it."""
    head = f"<h1>{texts.UNANSWERED}</h1><p class='note'>{texts.UNANSWERED_LEAD.format(days=days)}</p>"
    if not rows:
        return page(texts.UNANSWERED, f"<main>{head}<p>{texts.NONE_UNANSWERED}</p></main>")
    shown = "" if total <= len(rows) else f"<p>{texts.MOST_ASKED.format(shown=len(rows), total=total)}</p>"
    names = "".join(f'<th scope="col">{name}</th>' for name in texts.UNANSWERED_COLUMNS)
    table = f"<table><thead><tr>{names}</tr></thead><tbody>{''.join(map(_row, rows))}</tbody></table>"
    everything = (
        f"<details><summary>{texts.CLEAR_ALL}</summary><p>{texts.CLEAR_ALL_LEAD}</p>"
        f'<form method="post" action="{PAGE}/clear"><button name="all" value="yes">{texts.CLEAR_ALL}</button></form>'
        "</details>"
    )
    return page(texts.UNANSWERED, f'<main class="asked">{head}{shown}{table}{everything}</main>')


def _row(asked: Asked) -> str:
    why = ", ".join(texts.WHY_NOT.get(reason, escape(reason)) for reason in asked.reasons)
    where = ", ".join(escape(site) or texts.OWN_PAGE for site in asked.sites)
    button = (
        f'<form method="post" action="{PAGE}/clear"><input type="hidden" name="key" value="{escape(asked.key)}">'
        f'<button aria-label="{texts.CLEAR}: {escape(asked.question)}">{texts.CLEAR}</button></form>'
    )
    return (
        f'<tr><td dir="auto">{escape(asked.question)}</td><td>{asked.times}</td><td>{moment(asked.last_asked)}</td>'
        f"<td>{where}</td><td>{why}</td><td>{button}</td></tr>"
    )
