"""What the command line hands to the server that owns its data folder: taking in what lies on this machine.

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

from qa.types import Progress
from qa.web import bodies
from qa.web.answers import as_dateline_error, sse
from qa.web.errors import NotAllowed
from qa.web.people import COMMAND_LINE, person_of
from qa.web.service import Service

router = APIRouter(include_in_schema=False)


@router.post("/api/v1/handover")
async def take_in(body: bodies.IngestBody, request: Request) -> Response:
    """Ingest files and folders of this machine; events ``progress``, then ``report`` or ``error``."""
    return StreamingResponse(_ingestion(_local(request), body), media_type="text/event-stream")


def _local(request: Request) -> Service:
    service: Service = request.app.state.service
    if person_of(request) != COMMAND_LINE:
        raise NotAllowed("Only the command line on the server's own machine may change the archive.")
    return service


async def _ingestion(service: Service, body: bodies.IngestBody) -> AsyncIterator[str]:
    loop, events = asyncio.get_running_loop(), asyncio.Queue[Progress]()
    left = False

    def progress(now: Progress) -> None:
        loop.call_soon_threadsafe(events.put_nowait, now)

    def work() -> dict[str, Any]:
        report = service.intake.take_in(progress=progress, is_stopped=lambda: left, **body.model_dump())
        return report.as_dict()

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
