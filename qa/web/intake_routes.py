"""Bringing articles over HTTP: what editors send is taken in as an ingestion that can be followed and cancelled."""

import asyncio
import shutil
import time
from typing import Annotated, Any

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response

from qa.web import bodies, texts
from qa.web.answers import json_answer
from qa.web.errors import NotAllowed
from qa.web.intake import Ingestion
from qa.web.people import COMMAND_LINE, person_of
from qa.web.received import ArticlesBody, received
from qa.web.service import Service

router = APIRouter()
Id = Annotated[str, Path(max_length=64, pattern=r"^[0-9a-f]+$", examples=["5f0c8a6b2d3e4f50"])]
Wait = Annotated[float, Query(ge=0, le=60, description="Seconds to wait for the report before answering 202.")]
DEFAULT_WAIT_S = 20.0
LOOK_S = 0.05
REMOVE_S = 3.0
"""For which removing waits while articles are taken in; the command line has patience."""
COMMAND_LINE_S = 3600.0

REPORT_EXAMPLE: dict[str, Any] = {
    "ingestion": "5f0c8a6b2d3e4f50",
    "added": 1,
    "updated": 0,
    "unchanged": 0,
    "removed": 0,
    "skipped": [{"input": "list.csv", "line": 7, "code": "no_text", "reason": "The article has no text."}],
    "duplicates": [],
    "suspicious": [],
}
INGESTION_EXAMPLE: dict[str, Any] = {
    "id": "5f0c8a6b2d3e4f50",
    "state": "running",
    "asked_at": "2026-01-02T03:04:05+00:00",
    "inputs": ["list.csv"],
    "progress": {"done": 120, "total": None, "unit": "articles", "words_per_second": 4000.0, "seconds_left": 31.5},
    "report": None,
    "error": None,
}
_FORM = {
    "type": "object",
    "properties": {
        "files": {"type": "array", "items": {"type": "string", "format": "binary"}},
        "urls": {"type": "string", "description": "Addresses, one a line."},
        "publisher": {"type": "string"},
        "corpus": {"type": "string"},
    },
}
_JSON = {
    "type": "object",
    "description": "An article by itself (`text` and the other fields), or `url`, or `urls` and `articles`.",
    "properties": ArticlesBody.model_json_schema(ref_template="#/components/schemas/{model}")["properties"],
    "example": {"title": "Bridge closes", "text": "The bridge closes on Monday.", "publisher": "Evening Post"},
}
_JSON["properties"]["articles"] = {"type": "array", "items": {"type": "object"}}
BODY = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": _JSON}, "multipart/form-data": {"schema": _FORM}},
    }
}


def _described(status: int, text: str, example: dict[str, Any]) -> dict[int | str, dict[str, Any]]:
    return {status: {"description": text, "content": {"application/json": {"example": example}}}}


@router.post(
    "/api/v1/articles",
    openapi_extra=BODY,
    responses={
        **_described(200, "The ingestion's report.", REPORT_EXAMPLE),
        **_described(202, "It goes on; `location` leads to it.", INGESTION_EXAMPLE),
        **_described(415, "The body is neither JSON nor a form.", bodies.ERROR_EXAMPLE),
    },
)
async def bring(request: Request, wait: Wait = DEFAULT_WAIT_S) -> Response:
    """Take in files (`multipart/form-data`), addresses or articles (JSON); what is there already stays as it is."""
    service = _allowed(request)
    service.intake.check_room()
    folder = service.intake.new_folder()
    try:
        ingestion = service.intake.begin(await received(request, folder), folder)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    until = time.monotonic() + wait
    while not ingestion.ended and time.monotonic() < until:
        await asyncio.sleep(LOOK_S)
    return _answer(ingestion)


@router.get("/api/v1/ingestions", responses=bodies.example({"ingestions": [INGESTION_EXAMPLE]}))
async def ingestions(request: Request) -> Response:
    """List the ingestions since the server started, the newest first."""
    return json_answer({"ingestions": [one.as_dict() for one in _allowed(request).intake.recent()]})


@router.get("/api/v1/ingestions/{ingestion_id}", responses=bodies.example(INGESTION_EXAMPLE))
async def ingestion(ingestion_id: Id, request: Request) -> Response:
    """Say how far an ingestion is, or how it ended."""
    return json_answer(_allowed(request).intake.ingestion(ingestion_id).as_dict())


@router.delete("/api/v1/ingestions/{ingestion_id}", responses=bodies.example(INGESTION_EXAMPLE))
async def cancel(ingestion_id: Id, request: Request) -> Response:
    """Stop an ingestion at its next step; what it has stored is kept."""
    return json_answer(_allowed(request).intake.cancel(ingestion_id).as_dict())


@router.delete("/api/v1/articles/{article_id}", responses=bodies.example({"removed": ["1f0c8a6b2d3e4f50"]}))
async def remove(article_id: str, request: Request) -> Response:
    """Remove an article with all its revisions; it stays removed. The wall lets only editors come here."""
    service: Service = request.app.state.service
    patience = COMMAND_LINE_S if person_of(request) == COMMAND_LINE else REMOVE_S
    # Not among those who ask: waiting here must keep nobody from an answer.
    await to_thread.run_sync(lambda: service.intake.remove(article_id, patience), limiter=CapacityLimiter(1))
    return json_answer({"removed": [article_id]})


def _allowed(request: Request) -> Service:
    service: Service = request.app.state.service
    if not service.settings.editors_add_articles:
        raise NotAllowed(texts.NOT_SWITCHED_ON)
    return service


def _answer(ingestion: Ingestion) -> Response:
    if ingestion.state == "failed" and ingestion.error:
        raise ingestion.error
    if ingestion.report:
        return json_answer({"ingestion": ingestion.id, **ingestion.report.as_dict()})
    answer = json_answer(ingestion.as_dict(), 202)
    answer.headers["location"] = f"/api/v1/ingestions/{ingestion.id}"
    return answer
