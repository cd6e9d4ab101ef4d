"""What the chat page asks of the server: answers as they are made, conversations, and what people think of answers."""

import json
import logging
from collections.abc import AsyncIterator
from html import escape
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response, StreamingResponse
from pydantic import Field

from qa.errors import NotFound
from qa.index.kept import Json
from qa.types import Answer, Event, Filters, State
from qa.web import filterbar, texts
from qa.web.answers import as_dateline_error, json_answer
from qa.web.bodies import Body, Day, Names, RatingBody, Text
from qa.web.conversation import conversation, turn_html
from qa.web.export import copied
from qa.web.keeping import erase_if_removed, keep
from qa.web.service import Service
from qa.web.store import Conversation, Kept, history_of, new_id
from qa.web.visitor import browser_of, new_secret, owner_of, remember

logger = logging.getLogger(__name__)

router = APIRouter(prefix="/chat", include_in_schema=False)
MOST_HISTORY = 20
Id = Annotated[str, Path(max_length=64, pattern=r"^[\w-]+$")]
OptionalId = Annotated[str, Field(max_length=64, pattern=r"^[\w-]*$")]


class QuestionBody(Body):
    """A question with its place in a conversation, and what it is limited to."""

    question: Text
    conversation: OptionalId = ""
    instead_of: OptionalId = ""
    publishers: Annotated[Names, Field(default_factory=list)]
    sections: Annotated[Names, Field(default_factory=list)]
    published_from: Day = ""
    published_to: Day = ""

    def asked(self) -> Json:
        """Return what it is limited to, as it is kept."""
        given = self.model_dump(include={"publishers", "sections", "published_from", "published_to"})
        return {name: value for name, value in given.items() if value}


class TitleBody(Body):
    """A new title."""

    title: Annotated[str, Field(min_length=1, max_length=500)]


@router.get("/state")
async def state(request: Request, c: Annotated[str, Query(max_length=64)] = "") -> Response:
    """Return what the page shows when it is opened: limits to choose from, conversations, and the turns of one."""
    service, owner = _service(request), owner_of(request)
    return json_answer(await service.run(lambda: _state(service, owner, c)))


def _state(service: Service, owner: str | None, conversation_id: str) -> Json:
    found: Json = {"limits": filterbar.bar(service.archive), "tries": tries(service), "conversations": []}
    found |= {"turns": "", "conversation": None, "copies": {}}
    if owner:
        found["conversations"] = [_listed(one) for one in service.store.conversations(owner)]
    if conversation_id:
        try:
            if owner is None:
                raise NotFound("There is no such conversation in this browser.")
            found["conversation"] = _listed(service.store.conversation(owner, conversation_id))
            kept = service.store.turns(owner, conversation_id)
            found["turns"] = conversation(kept, service.archive.article)
            found["copies"] = {turn.id: copied(turn) for turn in kept}
        except NotFound as missing:
            found["problem"] = missing.user_message
    return found


def tries(service: Service) -> str:
    """Return questions to begin with, made of the archive itself, as buttons."""
    questions = service.examples.questions()
    if not questions and service.archive.coverage(Filters()).articles:
        return ""
    if not questions:
        return f'<p class="dl-empty">{texts.EMPTY_ARCHIVE}</p>'
    buttons = "".join(
        f'<li><button type="button" class="dl-try" data-do="try" dir="auto">{escape(question)}</button></li>'
        for question in questions
    )
    return f"<h3>{texts.TRY}</h3><ul>{buttons}</ul>"


def _listed(one: Conversation) -> Json:
    return {"id": one.id, "title": one.title, "updated_at": one.updated_at}


# Asking ------------------------------------------------------------------------------------------------------------


@router.post("/ask")
async def ask(body: QuestionBody, request: Request) -> Response:
    """Answer a question as lines of JSON: states, verified text, then the turn as it is kept."""
    service, owner, token = _service(request), owner_of(request), None
    if owner is None:
        token = new_secret()
        owner = f"browser:{browser_of(token)}"
    prepared = await service.run(lambda: _prepare(service, owner, body))
    response = StreamingResponse(
        _lines(service, owner, body, *prepared),
        media_type="application/x-ndjson",
        headers={"cache-control": "no-store", "x-accel-buffering": "no"},
    )
    if token:
        remember(response, token, secure=service.people.is_https(request.scope, request.headers))
    return response


def _prepare(service: Service, owner: str, body: QuestionBody) -> tuple[list[Kept], Filters]:
    filters = filterbar.filters(service.archive, body.asked())
    kept = service.store.turns(owner, body.conversation) if body.conversation else []
    for at, turn in enumerate(kept):
        if turn.id == body.instead_of:
            return kept[:at], filters
    return kept, filters


async def _lines(
    service: Service, owner: str, body: QuestionBody, before: list[Kept], filters: Filters
) -> AsyncIterator[str]:
    try:
        history = history_of(before[-MOST_HISTORY:])
        async for event in service.events(body.question, history, filters):
            if isinstance(event, Answer):
                yield _line(await service.run(lambda found=event: _keep(service, owner, body, found)))  # type: ignore[misc]
            else:
                yield _line(_said(event))
    except Exception as error:
        yield _line({"problem": as_dateline_error(error).user_message})


def _said(event: Event) -> Json:
    return {"state": texts.STATES[event.name]} if isinstance(event, State) else {"text": str(event)}


def _line(value: Json) -> str:
    return json.dumps(value) + "\n"


def _keep(service: Service, owner: str, body: QuestionBody, found: Answer) -> Json:
    """Keep an answer and return how the page shows it; what cannot be kept is shown all the same."""
    turn = Kept(new_id(), body.question, found.as_dict(), body.asked(), body.conversation)
    value: Json = {}
    try:
        turn = keep(service, owner, turn, instead_of=body.instead_of or None)
        value["conversation"] = _listed(service.store.conversation(owner, turn.conversation_id))
        erase_if_removed(service, turn.answer)
    except Exception as error:
        value["problem"] = as_dateline_error(error).user_message
    return {**value, "id": turn.id, "turn": turn_html(turn, service.archive.article), "copy": copied(turn)}


# Conversations -----------------------------------------------------------------------------------------------------


@router.post("/conversations/{conversation_id}/title")
async def rename(conversation_id: Id, body: TitleBody, request: Request) -> Response:
    """Give a conversation another title."""
    service, owner = _service(request), _known(request)
    await service.run(lambda: service.store.rename(owner, conversation_id, body.title))
    return json_answer(_listed(await service.run(lambda: service.store.conversation(owner, conversation_id))))


@router.delete("/conversations/{conversation_id}")
async def delete(conversation_id: Id, request: Request) -> Response:
    """Delete a conversation with its answers."""
    service, owner = _service(request), _known(request)
    await service.run(lambda: service.store.delete(owner, conversation_id))
    return json_answer({"deleted": conversation_id})


@router.post("/turns/{turn_id}/rating")
async def rate(turn_id: Id, body: RatingBody, request: Request) -> Response:
    """Note what the person who asked thinks of the answer."""
    service, owner = _service(request), _known(request)
    await service.run(lambda: service.store.rate(owner, turn_id, body.rating, body.reason))
    return json_answer({"rating": body.rating})


def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


def _known(request: Request) -> str:
    owner = owner_of(request)
    if owner is None:
        raise NotFound("This browser has no conversations here.")
    return owner
