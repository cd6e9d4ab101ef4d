"""The HTTP API: the same answers, passages and articles as the command line, and one shape for every error."""

from functools import partial
from importlib import metadata
from typing import Annotated

from fastapi import APIRouter, FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

from qa.config import Settings
from qa.errors import DatelineError
from qa.index.archive import Archive
from qa.pipeline import QAPipeline
from qa.types import Filters, Ingestor
from qa.web import (
    bare,
    bodies,
    chat,
    frozen,
    handover,
    intake_routes,
    library,
    login,
    openai,
    ratings,
    reader,
    site_routes,
    stories,
    talk,
    unanswered,
    widget,
)
from qa.web.access import Access
from qa.web.answering import Names, NamesOrAll, answered, found_passages, search_filters
from qa.web.answers import as_dateline_error, json_answer
from qa.web.asked import Unanswered
from qa.web.description import describe
from qa.web.etags import tagged
from qa.web.examples import Examples
from qa.web.head import OwnHead
from qa.web.intake import Intake
from qa.web.keys import keys_of
from qa.web.limits import Limits
from qa.web.people import PERSON, People
from qa.web.refusal import headers_of
from qa.web.security import Wall
from qa.web.service import Service
from qa.web.sites import Sites
from qa.web.store import Store

MOST_LISTED = 1000


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
        ingestor: Takes articles in; without it that is refused.
        access: The names this server goes by and the command line's secret; by default only this machine's names.
    """
    access = access or Access()
    keys = keys_of(settings)
    sites = Sites(settings.sites, keys.session)
    intake = Intake(archive, ingestor)
    kept = Unanswered(settings.data_dir, settings.keep_questions_days, on=settings.log_questions)
    examples, store = Examples(archive, pipeline), Store(settings.data_dir)
    people = People(settings, access, keys, store)
    visitors = {name: QAPipeline(archive.part(site.publishers)) for name, site in settings.sites.items()}
    archive.drop_other_parts()
    service = Service(archive, pipeline, settings, access, keys, people, sites, store, examples, intake, kept, visitors)
    app = FastAPI(
        title="Dateline",
        description="Answers questions over an archive of news articles, quoting the exact words that support them.",
        version="1",
        docs_url=None,  # the documentation pages load scripts from elsewhere
        redoc_url=None,
    )
    app.state.service = service
    app.state.pulses = set()
    app.add_middleware(OwnHead)
    app.add_middleware(
        Wall, access=access, people=people, sites=sites, limits=Limits(settings), pulses=app.state.pulses
    )
    app.add_exception_handler(Exception, _answer_error)
    for kind in (DatelineError, RequestValidationError, HTTPException):
        app.add_exception_handler(kind, _answer_error)
    app.include_router(router)
    for part in (
        handover,
        intake_routes,
        library,
        stories,
        ratings,
        openai,
        site_routes,
        reader,
        frozen,
        talk,
        login,
        widget,
        unanswered,
    ):
        app.include_router(part.router)
    describe(app)
    app.mount("/look", StaticFiles(packages=[("qa.web", "static")]))
    return chat.mount(app, service)


router = APIRouter()


# Questions ---------------------------------------------------------------------------------------------------------


@router.post("/api/v1/ask", responses=bodies.example(bodies.ANSWER_EXAMPLE, "Answer", stream=True))
async def ask(body: bodies.KeptAskBody, request: Request) -> Response:
    """Answer a question, or abstain; with ``Accept: text/event-stream`` as events while it is made.

    With ``keep`` the answer has an ``id`` under which it is kept, read again and rated.
    """
    keep = partial(ratings.keep_answer, request, body) if body.keep else None
    return await answered(request, body, keep=keep)


@router.get("/api/v1/search", responses=bodies.example(bodies.SEARCH_EXAMPLE, "SearchResults"))
async def search(
    request: Request,
    q: Annotated[str | None, Query(examples=["joint dialogue"])] = None,
    question: str | None = None,
    top_k: Annotated[int, Query(ge=1, le=bodies.MOST_RESULTS)] = 10,
    publishers: Names = [],  # noqa: B006 - never changed
    published_from: str | None = None,
    published_to: str | None = None,
    article_ids: NamesOrAll = None,
    exclude_article_ids: Names = [],  # noqa: B006
) -> Response:
    """List the passages that fit a question best."""
    filters = search_filters(publishers, published_from, published_to, article_ids, exclude_article_ids)
    return await found_passages(request, q if question is None else question, top_k, filters)


# Articles ----------------------------------------------------------------------------------------------------------


@router.get(
    "/api/v1/articles", responses=bodies.example({"articles": [bodies.SUMMARY_EXAMPLE]}, "Articles", tagged=True)
)
async def articles(
    request: Request,
    limit: Annotated[int, Query(ge=1, le=MOST_LISTED)] = 100,
    offset: Annotated[int, Query(ge=0, le=10**9)] = 0,
) -> Response:
    """List the articles, newest publication first; `x-total-count` and `link` lead through the pages."""
    service: Service = request.app.state.service
    found = await service.run(lambda: service.archive.articles(limit=limit, offset=offset))
    total = (await service.run(lambda: service.archive.coverage(Filters()))).articles
    answer = json_answer({"articles": [summary.as_dict() for summary in found]})
    answer.headers["x-total-count"] = str(total)
    if offset + limit < total:
        answer.headers["link"] = f'</api/v1/articles?limit={limit}&offset={offset + limit}>; rel="next"'
    return tagged(request, answer)


@router.get(
    "/api/v1/articles/{article_id}",
    responses=bodies.example({**bodies.SUMMARY_EXAMPLE, "text": "..."}, "Article", tagged=True),
)
async def article(
    request: Request, article_id: str, revision: Annotated[int | None, Query(ge=1, le=10**9)] = None
) -> Response:
    """Show an article as it is stored."""
    service: Service = request.app.state.service
    found = await service.run(lambda: service.archive.article(article_id, revision))
    return tagged(request, json_answer(found.as_dict()))


@router.get("/api/v1/version", responses=bodies.example({"name": "dateline", "version": "0.1.0", "api": "1"}))
async def version() -> Response:
    """Say which Dateline this is."""
    return json_answer({"name": "dateline", "version": metadata.version("dateline"), "api": "1"})


# Health ------------------------------------------------------------------------------------------------------------


@router.get("/healthz", responses=bodies.example({"status": "alive"}))
async def healthz() -> Response:
    """Say that the server runs."""
    return json_answer({"status": "alive"})


@router.get("/readyz", responses=bodies.example({"status": "ready", "articles": 68, "repairs": []}))
async def readyz(request: Request) -> Response:
    """Say whether the archive can be asked, and what had to be mended when it was opened."""
    service: Service = request.app.state.service
    coverage = await service.run(lambda: service.archive.coverage(Filters()))
    if request.scope[PERSON] is None:
        return json_answer({"status": "ready"})
    return json_answer({"status": "ready", "articles": coverage.articles, "repairs": list(service.archive.repairs)})


PAGES = ("/articles/", "/answers/", "/conversations/", unanswered.PAGE)
"""Where what goes wrong is told on a page."""


async def _answer_error(request: Request, error: Exception) -> Response:
    found = as_dateline_error(error)
    if request.url.path == "/articles" or request.url.path.startswith(PAGES):
        return reader.error_page(found)
    if request.url.path.startswith("/sites/"):
        return reader.error_page(found, bare.reader_page)
    answer = json_answer(found.as_dict(), found.http_status)
    answer.headers.update(headers_of(found))
    return answer
