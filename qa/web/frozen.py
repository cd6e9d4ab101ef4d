"""Kept answers: a page for each, with its evidence and how it was made, and files to take along."""

from html import escape
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import HTMLResponse, Response

from qa.errors import NotFound
from qa.index.kept import Json
from qa.types import Span
from qa.web import texts
from qa.web.conversation import Find, answer_html, covered, facts, limits
from qa.web.etags import tagged
from qa.web.export import as_json, markdown
from qa.web.markup import moment, origin, reader_link
from qa.web.pages import page
from qa.web.service import Service
from qa.web.sources import panel
from qa.web.store import Kept
from qa.web.visitor import owner_of

router = APIRouter(include_in_schema=False)
Id = Annotated[str, Path(max_length=64, pattern=r"^[\w-]+$")]
Form = Annotated[Literal["page", "markdown", "json"], Query(alias="as")]
MOST_SHOWN = 600
KINDS = {"markdown": ("text/markdown; charset=utf-8", "md"), "json": ("application/json", "json")}


@router.get("/answers/{turn_id}")
async def answer(request: Request, turn_id: Id, form: Form = "page") -> Response:
    """Show an answer as it was given, or hand it out as a file."""
    service: Service = request.app.state.service
    turn = await service.run(lambda: service.store.turn(turn_id))
    if form == "json":
        return tagged(request, _file(as_json([turn]), form, f"answer-{turn_id}"))
    if form == "markdown":
        return tagged(request, _file(markdown([turn], texts.KEPT, _base(request)), form, f"answer-{turn_id}"))
    html = await service.run(lambda: answer_page(turn, service.archive.article))
    return tagged(request, HTMLResponse(html, headers={"x-robots-tag": "noindex"}))


@router.get("/conversations/{conversation_id}")
async def conversation(request: Request, conversation_id: Id, form: Form = "markdown") -> Response:
    """Hand out a whole conversation as a file, to the person whose it is."""
    service: Service = request.app.state.service
    owner = owner_of(request)
    if owner is None:
        raise NotFound("This browser has no conversations here.")
    found = await service.run(lambda: service.store.conversation(owner, conversation_id))
    turns = await service.run(lambda: service.store.turns(owner, conversation_id))
    text = as_json(turns, found) if form == "json" else markdown(turns, found.title, _base(request))
    return _file(text, "json" if form == "json" else "markdown", f"conversation-{conversation_id}")


def _file(text: str, form: str, name: str) -> Response:
    media_type, ending = KINDS[form]
    headers = {"content-disposition": f'attachment; filename="{name}.{ending}"', "cache-control": "no-store"}
    return Response(text.encode("utf-8", "replace"), media_type=media_type, headers=headers)


def _base(request: Request) -> str:
    return str(request.base_url).rstrip("/")


def answer_page(turn: Kept, find: Find) -> str:
    """Return the page of a kept answer."""
    found = turn.answer
    understood = ""
    if found["standalone_question"] != turn.question:
        understood = f'<p class="note">{texts.UNDERSTOOD} <bdi>{escape(found["standalone_question"])}</bdi></p>'
    files = (
        f'<p class="files"><a href="/answers/{turn.id}?as=markdown">{texts.EXPORT_MARKDOWN}</a> '
        f'<a href="/answers/{turn.id}?as=json">{texts.EXPORT_JSON}</a></p>'
    )
    main = (
        f'<main class="kept"><p class="kicker">{texts.KEPT}</p><h1 dir="auto">{escape(turn.question)}</h1>{understood}'
        f"{answer_html(found, find)}{facts(found, turn.asked)}{files}"
        f'<section class="sources">{panel(found, find)}</section>'
        f"{_contexts(found, find)}{_how(turn)}"
        f'<p class="note">{texts.KEPT_LEAD}</p></main>'
    )
    return page(turn.question, main)


def _contexts(found: Json, find: Find) -> str:
    rows = "".join(_context(one, find) for one in found["contexts"])
    return f'<details><summary>{texts.LOOKED_IN}</summary><ol class="contexts">{rows}</ol></details>' if rows else ""


def _context(context: Json, find: Find) -> str:
    text = context["text"] if len(context["text"]) <= MOST_SHOWN else context["text"][:MOST_SHOWN] + " …"
    head = ""
    try:
        article = find(context["article_id"], None)
        place = Span(context["start"], context["end"])
        link = reader_link(article.id, article.revision, place)
        title = escape(article.title or texts.UNTITLED)
        head = f'<a href="{escape(link)}"><bdi>{title}</bdi></a> {origin(article.publisher, article.published_at)}'
    except NotFound:
        head = texts.REMOVED_SINCE
    return f'<li><p class="facts">{head}</p><p dir="auto">{escape(text)}</p></li>'


def _how(turn: Kept) -> str:
    found, run = turn.answer, turn.answer.get("run") or {}
    rows = {
        "engine": {"quotes": texts.QUOTED, **texts.MADE}.get(run.get("engine", ""), run.get("engine")),
        "model": run.get("model"),
        "prompt": run.get("prompt"),
        "recipe": run.get("recipe"),
        "confidence": f"{found['confidence']:.2f}",
        "took": f"{sum((run.get('timings_ms') or {}).values()):.0f} ms" if run.get("timings_ms") else None,
        "id": turn.id,
    }
    shown = {name: f"<bdi>{escape(str(value))}</bdi>" for name, value in rows.items() if value}
    shown |= {"searched": covered(found), "as_of": moment(found["as_of"])}
    if turn.asked:
        shown["limits"] = ", ".join(limits(turn.asked))
    body = "".join(f"<dt>{label}</dt><dd>{shown[name]}</dd>" for name, label in texts.HOW.items() if name in shown)
    return f"<section><h2>{texts.HOW_MADE}</h2><dl>{body}</dl></section>"
