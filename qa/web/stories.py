"""Stories: the versions of one report that several publishers, or one several times, have carried."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from qa.index.holdings import Holdings
from qa.types import ArticleSummary, Filters
from qa.web import bodies
from qa.web.answers import json_answer
from qa.web.etags import tagged
from qa.web.service import Service
from qa.web.sites import VISIT, Visit

router = APIRouter(tags=["stories"])
MOST_LISTED = 200
VERSIONS = {"articles": [bodies.SUMMARY_EXAMPLE]}


@router.get("/api/v1/stories", responses=bodies.example({"stories": [VERSIONS]}, "Stories", tagged=True))
async def stories(
    request: Request,
    limit: Annotated[int, Query(ge=1, le=MOST_LISTED)] = 50,
    offset: Annotated[int, Query(ge=0, le=10**9)] = 0,
) -> Response:
    """List the stories with more than one version, newest first; `x-total-count` and `link` lead through the pages."""
    service: Service = request.app.state.service

    def found() -> tuple[list[dict[str, Any]], int]:
        groups, total = service.archive.catalogue.retold(limit, offset)
        return [_rows(service.archive.articles(Filters(article_ids=tuple(group)))) for group in groups], total

    rows, total = await service.run(found)
    answer = json_answer({"stories": rows})
    answer.headers["x-total-count"] = str(total)
    if offset + limit < total:
        answer.headers["link"] = f'</api/v1/stories?limit={limit}&offset={offset + limit}>; rel="next"'
    return tagged(request, answer)


@router.get("/api/v1/articles/{article_id}/story", responses=bodies.example(VERSIONS, "Articles", tagged=True))
async def story(request: Request, article_id: str) -> Response:
    """List every version of the report that an article is one of, itself among them."""
    service: Service = request.app.state.service
    return await _story(request, service.archive, article_id)


@router.get(
    "/api/v1/sites/{site}/articles/{article_id}/story",
    responses=bodies.example(VERSIONS, "Articles", tagged=True),
    tags=["widget"],
)
async def site_story(request: Request, site: bodies.SiteName, article_id: str) -> Response:
    """List the versions of a report that the site may see; an article that it may not is not there."""
    service: Service = request.app.state.service
    visit: Visit = request.scope[VISIT]
    return await _story(request, service.visitors[visit.name].archive, article_id)


async def _story(request: Request, held: Holdings, article_id: str) -> Response:
    service: Service = request.app.state.service
    return tagged(request, json_answer(_rows(await service.run(lambda: held.versions(article_id)))))


def _rows(versions: Sequence[ArticleSummary]) -> dict[str, Any]:
    return {"articles": [row.as_dict() for row in versions]}
