"""The bodies that the HTTP API reads, with their examples for the OpenAPI page."""

from typing import Annotated, Any, Literal

from fastapi import Path
from pydantic import BaseModel, ConfigDict, Field

from qa.types import Filters, Turn

MOST_RESULTS = 50
MOST_TURNS = 40
MOST_NAMES = 200
Text = Annotated[str, Field(max_length=32_000)]
Name = Annotated[str, Field(max_length=500)]
Names = Annotated[list[Name], Field(max_length=MOST_NAMES)]
SiteName = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$", examples=["news"])]
Day = Annotated[str, Field(max_length=40, examples=["2023-07-01"])]


class Body(BaseModel):
    """A body of known fields only."""

    model_config = ConfigDict(extra="forbid", strict=True)


class TurnBody(Body):
    """One earlier message."""

    role: Literal["user", "assistant"]
    text: Text


class FiltersBody(Body):
    """Limits on what is answered from."""

    publishers: Names = []
    published_from: Day | None = None
    published_to: Day | None = None
    article_ids: Names | None = None
    exclude_article_ids: Names = []

    def value(self) -> Filters:
        """Return the filters.

        Raises:
            BadFilter: A date is none.
        """
        return Filters(
            tuple(self.publishers),
            self.published_from,
            self.published_to,
            None if self.article_ids is None else tuple(self.article_ids),
            tuple(self.exclude_article_ids),
        )


class AskBody(Body):
    """A question with its conversation and limits."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"question": "What does Pakistan require for joint dialogue?"},
                {
                    "question": "How much was it a year later?",
                    "history": [{"role": "user", "text": "How much cargo did the harbour handle in 2022?"}],
                    "filters": {"publishers": ["The Saltmere Courier"], "published_from": "2023-01-01"},
                    "level": "strict",
                },
            ]
        }
    )

    question: str
    history: Annotated[list[TurnBody], Field(max_length=MOST_TURNS)] = []
    filters: FiltersBody = FiltersBody()
    level: Literal["strict", "balanced", "open"] | None = None
    engine: Literal["quotes", "chat"] | None = None

    def turns(self) -> tuple[Turn, ...]:
        """Return the conversation so far."""
        return tuple(Turn(turn.role, turn.text) for turn in self.history)


class KeptAskBody(AskBody):
    """A question whose answer may be kept."""

    keep: bool = False
    """Whether the answer is kept, so that it can be rated and read again under its ``id``."""


class RatingBody(Body):
    """What somebody thinks of an answer: 1 for good, -1 for not, 0 to take it back."""

    rating: Literal[-1, 0, 1]
    reason: Annotated[str, Field(max_length=1000)] = ""


class IngestBody(Body):
    """What the command line hands over: absolute paths on this machine."""

    inputs: list[Text] = []
    mapping: dict[str, str] = {}
    publisher: str | None = None
    corpus: str | None = None
    sync: str | None = None
    dry_run: bool = False


ANSWER_EXAMPLE: dict[str, Any] = {
    "question": "What does Pakistan require for joint dialogue?",
    "standalone_question": "What does Pakistan require for joint dialogue?",
    "status": "answered",
    "reason": None,
    "message": "Quoted from 1 article of the archive.",
    "remarks": [],
    "text": "According to Northshore Press Agency, undated: “For a joint dialogue, Pakistan requires …” [1]",
    "as_of": "2026-01-02T03:04:05+00:00",
    "confidence": 0.94,
    "claims": [{"text": "According to …", "citations": [1], "supported": True}],
    "citations": [
        {
            "number": 1,
            "article_id": "1f0c8a6b2d3e4f50",
            "revision": 1,
            "url": "https://wire.northshorepress.example/world/background/world-pakistan-us-dialogue",
            "title": "Islamabad sets out its terms",
            "publisher": "Northshore Press Agency",
            "author": None,
            "published_at": None,
            "updated_at": None,
            "retrieved_at": None,
            "quote": "For a joint dialogue, Pakistan requires …",
            "start": 497,
            "end": 673,
            "also_published_by": [],
            "context": [],
        }
    ],
    "contexts": [],
    "coverage": {"articles": 68, "newest_published_at": "2024-12-11"},
    "run": {
        "engine": "quotes",
        "fallback": None,
        "model": None,
        "prompt": None,
        "recipe": None,
        "timings_ms": {"search": 12.5},
        "tokens": {},
    },
}
ERROR_EXAMPLE = {
    "error": {
        "code": "empty_question",
        "message": "Please type a question.",
        "retryable": False,
        "id": "0a1b2c3d",
    }
}
SEARCH_EXAMPLE = {
    "question": "joint dialogue",
    "results": [
        {
            "rank": 1,
            "score": 1.4,
            "chunk": {
                "id": "1f0c8a6b2d3e4f50-1-0",
                "article_id": "1f0c8a6b2d3e4f50",
                "revision": 1,
                "text": "For a joint dialogue, Pakistan requires …",
                "start": 497,
                "end": 673,
                "url": None,
                "title": "Islamabad sets out its terms",
                "publisher": "Northshore Press Agency",
                "published_at": None,
            },
        }
    ],
}
SUMMARY_EXAMPLE = {
    "id": "1f0c8a6b2d3e4f50",
    "url": None,
    "external_id": None,
    "title": "Islamabad sets out its terms",
    "publisher": "Northshore Press Agency",
    "published_at": None,
    "revision": 1,
}


def example(
    value: dict[str, Any], shape: str = "", *, stream: bool = False, tagged: bool = False
) -> dict[int | str, dict[str, Any]]:
    """Return an operation's answers with an example, for the OpenAPI page.

    Args:
        value: What it answers, such as this.
        shape: The name of its schema.
        stream: Whether it may come as events.
        tagged: Whether it carries an ``etag``, and is not sent again to who has it.
    """
    schema = {"$ref": f"#/components/schemas/{shape}"} if shape else {"type": "object"}
    content: dict[str, Any] = {"application/json": {"example": value, "schema": schema}}
    if stream:
        lines = 'event: state\ndata: {"state": "searching"}\n\nevent: text\ndata: {"text": "..."}\n\nevent: answer\n...'
        content["text/event-stream"] = {"example": lines}
    found: dict[int | str, dict[str, Any]] = {200: {"description": "Done.", "content": content}}
    return {**found, 304: {"description": "It is as it was when it had the given `etag`."}} if tagged else found
