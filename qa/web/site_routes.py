"""What a widget asks: its site's look, questions, passages and articles, all within the site's limits."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from qa.web import bare, bodies, reader
from qa.web.answering import Names, NamesOrAll, answered, found_passages, search_filters
from qa.web.answers import json_answer
from qa.web.errors import BadRequest
from qa.web.etags import tagged
from qa.web.reader import Place, Places
from qa.web.service import Service
from qa.web.sites import VISIT, Visit

router = APIRouter()
SITE_EXAMPLE = {
    "site": "news",
    "title": "Ask the archive",
    "greeting": "Every answer quotes the article it rests on.",
    "examples": ["What does Pakistan require for joint dialogue?"],
    "theme": "auto",
    "accent": "#1d4ed8",
    "login": "anonymous",
    "max_question_chars": 2000,
}


def _visit(request: Request) -> Visit:
    visit: Visit = request.scope[VISIT]
    return visit


@router.get("/api/v1/sites/{site}", responses=bodies.example(SITE_EXAMPLE), tags=["widget"])
async def configuration(request: Request, site: bodies.SiteName) -> Response:
    """Tell a widget on a listed origin what it is to look like."""
    service: Service = request.app.state.service
    own = _visit(request).site
    shown = own.model_dump(include={"title", "greeting", "examples", "theme", "accent", "login"})
    return json_answer({"site": site, **shown, "max_question_chars": service.settings.max_question_chars})


@router.post(
    "/api/v1/sites/{site}/ask", responses=bodies.example(bodies.ANSWER_EXAMPLE, "Answer", stream=True), tags=["widget"]
)
async def ask(body: bodies.AskBody, request: Request, site: bodies.SiteName) -> Response:
    """Answer a question as ``/api/v1/ask`` does, from what the site may see; citations carry a ``reader_url``."""
    service: Service = request.app.state.service
    visit = _visit(request)
    if body.engine == "chat" and service.settings.engine != "chat":
        raise BadRequest("This site's answers are quotes; only its owner can have a language model write them.")
    return await answered(
        request, body, lambda answer: visit.answer(answer, service.sites), pipeline=service.visitors[visit.name]
    )


@router.get(
    "/api/v1/sites/{site}/search", responses=bodies.example(bodies.SEARCH_EXAMPLE, "SearchResults"), tags=["widget"]
)
async def search(
    request: Request,
    site: bodies.SiteName,
    q: Annotated[str | None, Query(examples=["joint dialogue"])] = None,
    question: str | None = None,
    top_k: Annotated[int, Query(ge=1, le=bodies.MOST_RESULTS)] = 10,
    publishers: Names = [],  # noqa: B006 - never changed
    published_from: str | None = None,
    published_to: str | None = None,
    article_ids: NamesOrAll = None,
    exclude_article_ids: Names = [],  # noqa: B006
) -> Response:
    """List the passages that fit a question best, among those that the site may see."""
    filters = search_filters(publishers, published_from, published_to, article_ids, exclude_article_ids)
    service: Service = request.app.state.service
    seen = service.visitors[_visit(request).name]
    return await found_passages(request, q if question is None else question, top_k, filters, seen)


@router.get("/sites/{site}/articles/{article_id}", include_in_schema=False)
async def read(
    request: Request,
    site: bodies.SiteName,
    article_id: str,
    revision: Annotated[int | None, Query(ge=1, le=10**9)] = None,
    cited: Places = "",
    start: Place = None,
    end: Place = None,
) -> Response:
    """Show an article that the site may see, on a page that leads nowhere else."""
    service: Service = request.app.state.service
    visit = _visit(request)
    held = service.visitors[visit.name].archive
    article = await service.run(lambda: held.article(article_id, revision))
    newest = article if revision is None else await service.run(lambda: held.article(article_id))
    marks = reader.places_of(cited, start, end)
    link = service.sites.newest_link(visit.name, article_id)
    page = reader.article_page(
        article, newest.revision, marks, newest.correction, newest_link=link, around=bare.reader_page
    )
    return tagged(request, HTMLResponse(page))
