"""The addresses that clients of OpenAI's interface call: one model, which quotes the archive or says that it cannot.

An answer's citations stand at the end of the message, for people, and in the field ``citations`` beside its content,
for programs; the whole answer is in ``dateline``. Roles but ``user`` and ``assistant`` are not listened to: nothing
that a client writes changes how answers are made.
"""

import json
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated, Any, Literal, get_args
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field, StrictBool

from qa.answer.spoken import plain_name, spoken_day
from qa.errors import NotFound
from qa.render import note_lines
from qa.types import Answer, Citation, Event, Level, TextPiece, Turn
from qa.web import bodies
from qa.web.answering import the_answer
from qa.web.answers import as_dateline_error, json_answer
from qa.web.errors import BadRequest
from qa.web.markup import spoken, web_address
from qa.web.service import Service
from qa.web.verbatim import as_text

router = APIRouter(tags=["openai"])
MODEL = "dateline"
MODELS: dict[str, Level | None] = {MODEL: None, **{f"{MODEL}-{level}": level for level in get_args(Level)}}
"""The levels as models, for clients that can choose nothing else."""
MOST_MESSAGES = 200


class Part(BaseModel):
    """A piece of a message; only text is read."""

    type: Annotated[str, Field(max_length=40)]
    text: Annotated[str, Field(max_length=32_000)] = ""


class Message(BaseModel):
    """A message as OpenAI's clients write it; unknown fields are left alone."""

    role: Annotated[str, Field(max_length=40)]
    content: Annotated[str, Field(max_length=32_000)] | Annotated[list[Part], Field(max_length=50)] | None = None

    def plain(self) -> str:
        """Return its text."""
        if isinstance(self.content, list):
            return "\n".join(part.text for part in self.content if part.type in {"text", "input_text"})
        return self.content or ""


class StreamOptions(BaseModel):
    """What a stream is to end with."""

    include_usage: StrictBool = False


class ChatBody(BaseModel):
    """A conversation that ends with a question; temperature, seeds and the like change nothing and may be sent."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "model": MODEL,
                    "messages": [{"role": "user", "content": "What does Pakistan require for joint dialogue?"}],
                }
            ]
        }
    )

    model: Annotated[str, Field(max_length=100)] = MODEL
    messages: Annotated[list[Message], Field(min_length=1, max_length=MOST_MESSAGES)]
    stream: StrictBool = False
    stream_options: StreamOptions | None = None
    n: Literal[1] | None = None

    def level(self) -> Level | None:
        """Return the level that the model's name asks for.

        Raises:
            NotFound: There is no such model.
        """
        if self.model not in MODELS:
            raise NotFound(f"There is no model {self.model!r}; the models are {', '.join(MODELS)}.")
        return MODELS[self.model]

    def question(self) -> tuple[str, tuple[Turn, ...]]:
        """Return the last message, and what was said before it.

        Raises:
            BadRequest: The last message is not a user's.
        """
        if self.messages[-1].role != "user":
            raise BadRequest("The last message must be the user's question.")
        turns = [
            Turn("user" if message.role == "user" else "assistant", _without_sources(message.plain()))
            for message in self.messages[:-1]
            if message.role in {"user", "assistant"}
        ]
        return self.messages[-1].plain(), tuple(turns[-bodies.MOST_TURNS :])


CHAT_EXAMPLE = {
    "id": "chatcmpl-0a1b2c3d",
    "object": "chat.completion",
    "created": 1767323045,
    "model": MODEL,
    "choices": [
        {
            "index": 0,
            "message": {"role": "assistant", "content": "According to … [1]\n\nSources\n[1] …", "citations": []},
            "finish_reason": "stop",
        }
    ],
    "usage": {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0},
    "dateline": bodies.ANSWER_EXAMPLE,
}
MODELS_EXAMPLE = {"object": "list", "data": [{"id": MODEL, "object": "model", "created": 0, "owned_by": MODEL}]}
SOURCES = "\n\nSources\n"
NOTES = "\n\nNotes\n"
"""Below the sources, since the text is streamed before it is known what is told beside it."""


@router.get("/v1/models", responses=bodies.example(MODELS_EXAMPLE))
async def models() -> Response:
    """List the models: the settings' level, and each level by name."""
    rows = [{"id": name, "object": "model", "created": 0, "owned_by": MODEL} for name in MODELS]
    return json_answer({"object": "list", "data": rows})


@router.post("/v1/chat/completions", responses=bodies.example(CHAT_EXAMPLE, stream=True))
async def chat_completions(body: ChatBody, request: Request) -> Response:
    """Answer the last message of a conversation, or say that the archive cannot; ``stream`` sends chunks."""
    service: Service = request.app.state.service
    level, (question, history) = body.level(), body.question()
    events = service.events(question, history, level=level)
    about = {"id": f"chatcmpl-{request.scope['dateline.request_id']}", "created": int(time.time()), "model": body.model}
    if body.stream:
        first = await anext(events)  # what is wrong with the question is a plain error
        usage = bool(body.stream_options and body.stream_options.include_usage)
        lines = _chunks(first, events, {**about, "object": "chat.completion.chunk"}, usage=usage)
        return StreamingResponse(lines, media_type="text/event-stream", headers={"cache-control": "no-store"})
    answer = await the_answer(events)
    message = {"role": "assistant", "content": _content(answer), "citations": _citations(answer)}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
    whole = {**about, "object": "chat.completion", "choices": [choice], "usage": _usage(answer)}
    return json_answer({**whole, "dateline": answer.as_dict()})


async def _chunks(
    first: Event, events: AsyncGenerator[Event], about: dict[str, Any], *, usage: bool
) -> AsyncGenerator[str]:
    def chunk(delta: dict[str, Any], finish: str | None = None, **more: Any) -> str:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return f"data: {json.dumps({**about, 'choices': [choice], **more})}\n\n"

    async with aclosing(events):
        try:
            yield chunk({"role": "assistant", "content": ""})
            event = first
            while not isinstance(event, Answer):
                if isinstance(event, TextPiece):
                    yield chunk({"content": as_text(str(event))})
                event = await anext(events)
            rest = _below(event) if event.text else as_text(event.message)
            yield chunk({"content": rest, "citations": _citations(event)})
            yield chunk({}, "stop", dateline=event.as_dict())
            if usage:
                yield f"data: {json.dumps({**about, 'choices': [], 'usage': _usage(event)})}\n\n"
            yield "data: [DONE]\n\n"
        except Exception as error:
            yield f"data: {json.dumps(as_dateline_error(error).as_dict())}\n\n"


def _content(answer: Answer) -> str:
    """Return the answer as a message with its sources and what is told beside its claims, or why there is none.

    Many clients show it as Markdown, in which nothing of an article may become a link or an image.
    """
    return as_text(answer.text) + _below(answer) if answer.text else as_text(answer.message)


def _below(answer: Answer) -> str:
    below = SOURCES + "\n".join(map(_source, answer.citations)) if answer.citations else ""
    notes = note_lines(answer)
    return below + (NOTES + "\n".join(map(as_text, notes)) if notes else "")


def _source(citation: Citation) -> str:
    names = [as_text(plain_name(name or "")) for name in (citation.title, citation.publisher)]
    url = web_address(citation.url)
    about = [*names, spoken_day(citation.published_at), quote(url, safe=_URL_SAFE) if url else None]
    return f"[{citation.number}] {', '.join(part for part in about if part)}: “{as_text(spoken(citation.quote))}”"


_URL_SAFE = "/:?#@!$&'+,;=%-.~_"
"""Letters of an article's own address that stay as they are: none that Markdown reads."""


def _without_sources(text: str) -> str:
    """Return an earlier answer without what this server put under it: the list of sources, and notes."""
    return text.partition(SOURCES)[0]


def _citations(answer: Answer) -> list[dict[str, Any]]:
    return [citation.as_dict() for citation in answer.citations]


def _usage(answer: Answer) -> dict[str, int]:
    """Return what a language model used for the answer; nothing, where none took part."""
    tokens = answer.run.tokens
    asked, written = tokens.get("input", 0), tokens.get("output", 0)
    return {"prompt_tokens": asked, "completion_tokens": written, "total_tokens": asked + written}
