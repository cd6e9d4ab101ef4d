"""Stories: the versions of one report that several publishers, or one several times, have carried."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from qa.errors import NotFound
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
        return [_versions(service, group, Filters()) for group in groups], total

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
    return tagged(request, json_answer(await service.run(lambda: _story(service, article_id, Filters()))))


@router.get(
    "/api/v1/sites/{site}/articles/{article_id}/story",
    responses=bodies.example(VERSIONS, "Articles", tagged=True),
    tags=["widget"],
)
async def site_story(request: Request, site: bodies.SiteName, article_id: str) -> Response:
    """List the versions of a report that the site may see; an article that it may not is not there."""
    service: Service = request.app.state.service
    visit: Visit = request.scope[VISIT]
    within = visit.limited(Filters())
    return tagged(request, json_answer(await service.run(lambda: _story(service, article_id, within))))


def _story(service: Service, article_id: str, within: Filters) -> dict[str, Any]:
    found = _versions(service, service.archive.catalogue.versions(article_id), within)
    if all(row["id"] != article_id for row in found["articles"]):
        raise NotFound(f"The archive holds no article {article_id[:80]!r}.")
    return found


def _versions(service: Service, article_ids: list[str], within: Filters) -> dict[str, Any]:
    filters = Filters(publishers=within.publishers, article_ids=tuple(article_ids))
    rows: list[ArticleSummary] = service.archive.articles(filters)
    return {"articles": [row.as_dict() for row in rows]}
