"""What the command line hands to the server that owns its data folder: taking articles in, and removing them.

Only a caller on this machine who can read the token beside ``owner.json`` may: a path on the server's disk must never
be read for a visitor of the page.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import asdict
from typing import Any

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse

from qa.errors import DatelineError
from qa.types import Ingestor, Progress
from qa.web import bodies
from qa.web.answers import as_dateline_error, json_answer, sse
from qa.web.errors import NotLocal
from qa.web.people import COMMAND_LINE, person_of
from qa.web.service import Service

router = APIRouter()


@router.post("/api/v1/articles", include_in_schema=False)
async def take_in(body: bodies.IngestBody, request: Request) -> Response:
    """Ingest files and folders of this machine; events ``progress``, then ``report`` or ``error``."""
    service = _local(request)
    if service.ingestor is None:
        raise NotLocal("This server takes no articles in.")
    return StreamingResponse(_ingestion(service, service.ingestor, body), media_type="text/event-stream")


@router.delete("/api/v1/articles/{article_id}", responses=bodies.example({"removed": ["1f0c8a6b2d3e4f50"]}))
async def remove(article_id: str, request: Request) -> Response:
    """Remove an article with all its revisions; it stays removed. The wall lets only editors come here."""
    service: Service = request.app.state.service
    await service.run(lambda: service.remove(article_id))
    return json_answer({"removed": [article_id]})


def _local(request: Request) -> Service:
    service: Service = request.app.state.service
    if person_of(request) != COMMAND_LINE:
        raise NotLocal("Only the command line on the server's own machine may change the archive.")
    return service


class _GoneAway(DatelineError):
    """Stop an ingestion whose caller has left."""


async def _ingestion(service: Service, ingestor: Ingestor, body: bodies.IngestBody) -> AsyncIterator[str]:
    loop, events = asyncio.get_running_loop(), asyncio.Queue[Progress]()
    left = False

    def progress(now: Progress) -> None:
        if left:
            raise _GoneAway("The caller left; what was taken in is kept.")
        loop.call_soon_threadsafe(events.put_nowait, now)

    def work() -> dict[str, Any]:
        with service.writing:
            return ingestor(**body.model_dump(), progress=progress).as_dict()

    job = asyncio.create_task(to_thread.run_sync(work, limiter=CapacityLimiter(1)))
    try:
        while not job.done():
            waiting = asyncio.create_task(events.get())
            await asyncio.wait({job, waiting}, return_when=asyncio.FIRST_COMPLETED)
            if waiting.done():
                yield sse("progress", asdict(waiting.result()))
            waiting.cancel()
        yield _outcome(job)
    finally:
        left = True


def _outcome(job: "asyncio.Task[dict[str, Any]]") -> str:
    error = job.exception()
    if isinstance(error, Exception):
        return sse("error", as_dateline_error(error).as_dict())
    return sse("report", job.result())
