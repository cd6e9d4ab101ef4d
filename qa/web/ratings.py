"""Answers that programs keep, and what people think of them."""

from itertools import islice
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from qa.types import Answer
from qa.web import bodies
from qa.web.answers import json_answer
from qa.web.etags import tagged
from qa.web.feedback import question_rows
from qa.web.frozen import Id
from qa.web.keeping import erase_if_removed, keep
from qa.web.people import person_of
from qa.web.service import Service
from qa.web.store import Kept, new_id
from qa.web.visitor import owner_of

router = APIRouter(tags=["feedback"])
MOST_ROWS = 1000
KEPT_EXAMPLE = {"id": "k3v7...", "question": "…", "limits": {}, "rating": 1, "answer": bodies.ANSWER_EXAMPLE}
ROW_EXAMPLE = {
    "id": "k3v7...",
    "question": "What does Pakistan require for joint dialogue?",
    "answerable": True,
    "evidence": [{"article_id": "1f0c8a6b2d3e4f50", "text": "For a joint dialogue, Pakistan requires …"}],
    "type": "rated good",
    "reason": "",
}


@router.get("/api/v1/answers/{answer_id}", responses=bodies.example(KEPT_EXAMPLE, tagged=True))
async def kept_answer(request: Request, answer_id: Id) -> Response:
    """Show an answer that was kept; who knows its id may read it."""
    service: Service = request.app.state.service
    turn = await service.run(lambda: service.store.turn(answer_id))
    shown = {"id": turn.id, "question": turn.question, "limits": turn.asked, "rating": turn.rating}
    return tagged(request, json_answer({**shown, "answer": turn.answer}))


@router.post("/api/v1/answers/{answer_id}/feedback", responses=bodies.example({"rating": 1}))
async def rate(answer_id: Id, body: bodies.RatingBody, request: Request) -> Response:
    """Say whether an answer that you asked for is good; a later word takes the place of an earlier one."""
    service: Service = request.app.state.service
    owner = program_owner(request)
    await service.run(lambda: service.store.rate(owner, answer_id, body.rating, body.reason))
    return json_answer({"rating": body.rating})


@router.get("/api/v1/feedback", responses=bodies.example({"questions": [ROW_EXAMPLE]}))
async def feedback(
    request: Request,
    limit: Annotated[int, Query(ge=1, le=MOST_ROWS)] = 100,
    offset: Annotated[int, Query(ge=0, le=10**9)] = 0,
) -> Response:
    """List the rated answers, in the order of their ratings, as rows of a question set; for editors."""
    service: Service = request.app.state.service

    def rows() -> list[dict[str, Any]]:
        return list(islice(question_rows(service.store), offset, offset + limit))

    return json_answer({"questions": await service.run(rows)})


def program_owner(request: Request) -> str:
    """Return whose an answer is that a program asks for."""
    return owner_of(request) or f"person:{person_of(request).name}"


def keep_answer(request: Request, body: bodies.AskBody, answer: Answer) -> str:
    """Keep an answer in a conversation of its own and return its id."""
    service: Service = request.app.state.service
    limits = body.filters.model_dump(exclude_defaults=True)
    turn = keep(service, program_owner(request), Kept(new_id(), body.question, answer.as_dict(), limits))
    erase_if_removed(service, turn.answer)
    return turn.id
