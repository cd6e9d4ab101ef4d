"""The HTTP API: the same answers, passages and articles as the command line, and one shape for every error."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response, StreamingResponse
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

from qa.config import Settings
from qa.errors import DatelineError
from qa.index.archive import Archive
from qa.pipeline import QAPipeline
from qa.types import Answer, Event, Filters, Ingestor, State
from qa.web import bodies, chat, handover, reader
from qa.web.answers import as_dateline_error, json_answer, sse
from qa.web.security import Access, Wall
from qa.web.service import Service

MOST_RESULTS = 50
MOST_LISTED = 1000
EVENT_STREAM = "text/event-stream"
Names = Annotated[list[str], Query(max_length=bodies.MOST_NAMES)]


def create_app(
    archive: Archive,
    pipeline: QAPipeline,
    settings: Settings,
    ingestor: Ingestor | None = None,
    *,
    access: Access | None = None,
) -> FastAPI:
    """Build the server's application: API, reader and chat page behind one wall.

    Args:
        archive: Open as the writer; it is not closed here.
        pipeline: Answers the questions of every door.
        settings: The archive's.
        ingestor: Takes articles in for the command line; without it that is refused.
        access: The names this server goes by and the command line's secret; by default only this machine's names.
    """
    access = access or Access()
    service = Service(archive, pipeline, settings, access, ingestor)
    app = FastAPI(
        title="Dateline",
        description="Answers questions over an archive of news articles, quoting the exact words that support them.",
        version="1",
        docs_url=None,  # the documentation pages load scripts from elsewhere
        redoc_url=None,
        responses={status: _error_response(text) for status, text in _ERRORS.items()},
    )
    app.state.service = service
    app.add_middleware(Wall, access=access)
    app.add_exception_handler(Exception, _answer_error)
    for kind in (DatelineError, RequestValidationError, HTTPException):
        app.add_exception_handler(kind, _answer_error)
    app.include_router(router)
    app.include_router(handover.router)
    app.include_router(reader.router)
    app.mount("/look", StaticFiles(packages=[("qa.web", "static")]))
    return chat.mount(app, service)


_ERRORS = {
    404: "There is no such article, revision or address.",
    413: "The question or the request is too long.",
    422: "A field is missing or not as it should be.",
    503: "Too many questions at the moment; try again.",
}
router = APIRouter()


def _error_response(text: str) -> dict[str, Any]:
    return {"description": text, "content": {"application/json": {"example": bodies.ERROR_EXAMPLE}}}


def _example(value: dict[str, Any], *, stream: bool = False) -> dict[int | str, dict[str, Any]]:
    content: dict[str, Any] = {"application/json": {"example": value}}
    if stream:
        lines = 'event: state\ndata: {"state": "searching"}\n\nevent: text\ndata: {"text": "..."}\n\nevent: answer\n...'
        content[EVENT_STREAM] = {"example": lines}
    return {200: {"description": "Done.", "content": content}}


# Questions ---------------------------------------------------------------------------------------------------------


@router.post("/api/v1/ask", responses=_example(bodies.ANSWER_EXAMPLE, stream=True))
async def ask(body: bodies.AskBody, request: Request) -> Response:
    """Answer a question, or abstain; with ``Accept: text/event-stream`` as events while it is made."""
    service: Service = request.app.state.service
    events = service.events(body.question, body.turns(), body.filters.value(), body.engine, body.level)
    if EVENT_STREAM in request.headers.get("accept", ""):
        # What is wrong with the question shows before the first event, and is answered as a plain error.
        first = await anext(events)
        return StreamingResponse(
            _event_lines(first, events), media_type=EVENT_STREAM, headers={"cache-control": "no-store"}
        )
    async for event in events:
        if isinstance(event, Answer):
            return json_answer(event.as_dict())
    raise AssertionError("a stream ends with its answer")


async def _event_lines(first: Event, events: AsyncIterator[Event]) -> AsyncIterator[str]:
    yield _event(first)
    try:
        async for event in events:
            yield _event(event)
    except Exception as error:
        yield sse("error", as_dateline_error(error).as_dict())


def _event(event: Event) -> str:
    if isinstance(event, Answer):
        return sse("answer", event.as_dict())
    if isinstance(event, State):
        return sse("state", {"state": event.name})
    return sse("text", {"text": str(event)})


@router.get("/api/v1/search", responses=_example(bodies.SEARCH_EXAMPLE))
async def search(
    request: Request,
    q: Annotated[str | None, Query(examples=["joint dialogue"])] = None,
    question: str | None = None,
    top_k: Annotated[int, Query(ge=1, le=MOST_RESULTS)] = 10,
    publishers: Names = [],  # noqa: B006 - never changed
    published_from: str | None = None,
    published_to: str | None = None,
    article_ids: Names | None = None,
    exclude_article_ids: Names = [],  # noqa: B006
) -> Response:
    """List the passages that fit a question best."""
    service: Service = request.app.state.service
    allowed = None if article_ids is None else tuple(article_ids)
    filters = Filters(tuple(publishers), published_from, published_to, allowed, tuple(exclude_article_ids))
    text = q if question is None else question
    results = await service.run(lambda: service.pipeline.search(text or "", top_k, filters))
    return json_answer({"question": text, "results": [result.as_dict() for result in results]})


# Articles ----------------------------------------------------------------------------------------------------------


@router.get("/api/v1/articles", responses=_example({"articles": [bodies.SUMMARY_EXAMPLE]}))
async def articles(
    request: Request,
    limit: Annotated[int, Query(ge=1, le=MOST_LISTED)] = 100,
    offset: Annotated[int, Query(ge=0, le=10**9)] = 0,
) -> Response:
    """List the articles, newest publication first."""
    service: Service = request.app.state.service
    found = await service.run(lambda: service.archive.articles(limit=limit, offset=offset))
    return json_answer({"articles": [summary.as_dict() for summary in found]})


@router.get("/api/v1/articles/{article_id}", responses=_example({**bodies.SUMMARY_EXAMPLE, "text": "..."}))
async def article(
    request: Request, article_id: str, revision: Annotated[int | None, Query(ge=1, le=10**9)] = None
) -> Response:
    """Show an article as it is stored."""
    service: Service = request.app.state.service
    found = await service.run(lambda: service.archive.article(article_id, revision))
    return json_answer(found.as_dict())


# Health ------------------------------------------------------------------------------------------------------------


@router.get("/healthz", responses=_example({"status": "alive"}))
async def healthz() -> Response:
    """Say that the server runs."""
    return json_answer({"status": "alive"})


@router.get("/readyz", responses=_example({"status": "ready", "articles": 68, "repairs": []}))
async def readyz(request: Request) -> Response:
    """Say whether the archive can be asked, and what had to be mended when it was opened."""
    service: Service = request.app.state.service
    coverage = await service.run(lambda: service.archive.coverage(Filters()))
    return json_answer({"status": "ready", "articles": coverage.articles, "repairs": list(service.archive.repairs)})


async def _answer_error(request: Request, error: Exception) -> Response:
    found = as_dateline_error(error)
    if request.url.path.startswith("/articles/"):
        return reader.error_page(found)
    return json_answer(found.as_dict(), found.http_status)
