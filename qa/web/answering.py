"""A question's way through the HTTP API: as JSON, or as events while the answer is made."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from typing import Annotated, Any

from anyio import to_thread
from fastapi import Query, Request
from fastapi.responses import Response, StreamingResponse

from qa.pipeline import QAPipeline
from qa.types import Answer, Event, Filters, State
from qa.web import bodies
from qa.web.answers import as_dateline_error, json_answer, sse
from qa.web.service import Service

EVENT_STREAM = "text/event-stream"
Names = Annotated[list[str], Query(max_length=bodies.MOST_NAMES)]
NamesOrAll = Annotated[list[str] | None, Query(max_length=bodies.MOST_NAMES)]
Shown = Callable[[Answer], dict[str, Any]]
"""Returns an answer as its asker may see it."""
Final = Callable[[Answer], Awaitable[dict[str, Any]]]


Keep = Callable[[Answer], str]
"""Keeps an answer and returns its id."""


async def answered(
    request: Request,
    body: bodies.AskBody,
    shown: Shown = Answer.as_dict,
    keep: Keep | None = None,
    pipeline: QAPipeline | None = None,
) -> Response:
    """Answer a question; with ``Accept: text/event-stream`` as events while it is made.

    Args:
        request: Of whoever asks.
        body: What they ask.
        shown: Makes of the answer what they may see.
        keep: Keeps it.
        pipeline: Over what they may see; by default the whole archive.
    """

    async def final(answer: Answer) -> dict[str, Any]:
        return {"id": await to_thread.run_sync(keep, answer), **shown(answer)} if keep else shown(answer)

    service: Service = request.app.state.service
    events = service.events(body.question, body.turns(), body.filters.value(), body.engine, body.level, pipeline)
    if EVENT_STREAM in request.headers.get("accept", ""):
        # What is wrong with the question shows before the first event, and is answered as a plain error.
        first = await anext(events)
        lines = _event_lines(first, events, final)
        return StreamingResponse(lines, media_type=EVENT_STREAM, headers={"cache-control": "no-store"})
    return json_answer(await final(await the_answer(events)))


async def the_answer(events: AsyncGenerator[Event]) -> Answer:
    """Return the answer that a stream of events ends with."""
    async with aclosing(events):  # or it would keep its place
        async for event in events:
            if isinstance(event, Answer):
                return event
    raise AssertionError("a stream ends with its answer")


async def found_passages(
    request: Request, question: str | None, top_k: int, filters: Filters, pipeline: QAPipeline | None = None
) -> Response:
    """List the passages that fit a question best, within filters; ``pipeline`` is by default the whole archive's."""
    service: Service = request.app.state.service
    asked = pipeline or service.pipeline
    results = await service.run(lambda: asked.search(question or "", top_k, filters))
    return json_answer({"question": question, "results": [result.as_dict() for result in results]})


def search_filters(
    publishers: list[str],
    published_from: str | None,
    published_to: str | None,
    article_ids: list[str] | None,
    exclude_article_ids: list[str],
) -> Filters:
    """Return the filters of an address's query.

    Raises:
        BadFilter: A date is none.
    """
    allowed = None if article_ids is None else tuple(article_ids)
    return Filters(tuple(publishers), published_from, published_to, allowed, tuple(exclude_article_ids))


async def _event_lines(first: Event, events: AsyncGenerator[Event], final: Final) -> AsyncGenerator[str]:
    async with aclosing(events):
        try:
            yield await _event(first, final)
            async for event in events:
                yield await _event(event, final)
        except Exception as error:
            yield sse("error", as_dateline_error(error).as_dict())


async def _event(event: Event, final: Final) -> str:
    if isinstance(event, Answer):
        return sse("answer", await final(event))
    if isinstance(event, State):
        return sse("state", {"state": event.name})
    return sse("text", {"text": str(event)})
