"""The formats of question sets: our own, SQuAD, MultiHop-RAG, MTRAG, RAGAS rows and BEIR folders.

A reader gets one row and yields its questions; a row that is none raises ``ValueError`` with the reason.
"""

import ast
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from qa.evaluate.types import EvalQuestion, Gold, Json
from qa.types import Turn

TRUE, FALSE = frozenset({"true", "yes", "1"}), frozenset({"false", "no", "0"})
USERS, ASSISTANTS = frozenset({"user", "human"}), frozenset({"assistant", "agent", "ai", "model"})
FIELD_LENGTH = 80


@dataclass(frozen=True, slots=True)
class Format:
    """One format: how its rows are known and read, and the columns its articles come in."""

    name: str
    matches: Callable[[Json], bool]
    read: Callable[[Json, str], Iterator[EvalQuestion]]
    mapping: Mapping[str, str] = field(default_factory=dict)
    articles: Callable[[Json], Iterator[Json]] | None = None
    """Reads the articles that the question file itself holds."""


def format_of(row: Any) -> Format | None:
    """Return the format of a row, or None."""
    return next((known for known in FORMATS if isinstance(row, dict) and known.matches(row)), None)


# Our own -----------------------------------------------------------------------------------------------------------

OWN = frozenset(
    "id question history answers answer all_answers answerable exclude "
    "evidence evidence_url evidence_article_id evidence_text".split()
)


def _own(row: Json, fallback_id: str) -> Iterator[EvalQuestion]:
    evidence = tuple(_gold(item) for item in _list(row.get("evidence")))
    if row.get("evidence_text") or row.get("evidence_url") or row.get("evidence_article_id"):
        where = row.get("evidence_url") or row.get("evidence_article_id")
        evidence = (*evidence, Gold(_text(where), _text(row.get("evidence_text"))))
    answers = _texts(row.get("answers") if row.get("answers") is not None else row.get("answer"))
    answerable = _flag(row.get("answerable"))
    yield EvalQuestion(
        id=_text(row.get("id")) or fallback_id,
        question=_required(row, "question"),
        history=tuple(_turn(turn) for turn in _list(row.get("history"))),
        answers=answers,
        all_answers=_flag(row.get("all_answers"), "all_answers") or False,
        answerable=True if answerable is None and (answers or evidence) else answerable,
        evidence=evidence,
        exclude=tuple(filter(None, (_gold(item).article for item in _list(row.get("exclude"))))),
        fields=_fields(row, OWN),
    )


def _gold(item: Any) -> Gold:
    if isinstance(item, str):
        return Gold(article=item)
    if not isinstance(item, dict):
        raise ValueError("its evidence is no list of {url, text}")
    return Gold(_text(item.get("url") or item.get("article_id")), _text(item.get("text")))


# Public formats ----------------------------------------------------------------------------------------------------


def _squad(article: Json, fallback_id: str) -> Iterator[EvalQuestion]:
    for home, paragraph in _paragraphs(article):
        for at, asked in enumerate(_list(paragraph.get("qas"))):
            impossible = bool(asked.get("is_impossible"))
            answers = [str(answer.get("text") or "") for answer in _list(asked.get("answers"))]
            yield EvalQuestion(
                id=_text(asked.get("id")) or f"{home}/{at}",
                question=_required(asked, "question"),
                answers=() if impossible else tuple(dict.fromkeys(filter(None, answers))),
                answerable=not impossible,
                evidence=(Gold(home),),
                fields={"article": str(article.get("title") or "")[:FIELD_LENGTH]},
            )


def squad_articles(article: Json) -> Iterator[Json]:
    """Yield each paragraph of a SQuAD article as an article of its own."""
    for home, paragraph in _paragraphs(article):
        yield {"id": home, "title": str(article.get("title") or "").replace("_", " "), "text": paragraph["context"]}


def _paragraphs(article: Json) -> Iterator[tuple[str, Json]]:
    for at, paragraph in enumerate(_list(article.get("paragraphs"))):
        if not isinstance(paragraph, dict) or not isinstance(paragraph.get("context"), str):
            raise ValueError("it has a paragraph without context")
        yield f"{article.get('title')}#{at}", paragraph


def _multihop(row: Json, fallback_id: str) -> Iterator[EvalQuestion]:
    evidence = tuple(Gold(_text(item.get("url")), _text(item.get("fact"))) for item in _list(row.get("evidence_list")))
    yield EvalQuestion(
        id=_text(row.get("id")) or fallback_id,
        question=_required(row, "query"),
        answers=_texts(row.get("answer")) if evidence else (),
        answerable=bool(evidence),
        evidence=evidence,
        fields={"type": str(row.get("question_type") or "")[:FIELD_LENGTH]},
    )


ANSWERABILITY = {"ANSWERABLE": True, "PARTIAL": True, "UNANSWERABLE": False}
"""An underspecified or conversational turn has no right answer to wait for; whether it is answered is not scored."""


def _mtrag(row: Json, fallback_id: str) -> Iterator[EvalQuestion]:
    turns = [_turn(turn) for turn in _list(row.get("input"))]
    if not turns or turns[-1].role != "user":
        raise ValueError("its conversation does not end with the user")
    kind = (_texts(row.get("answerability") or row.get("Answerability")) or ("",))[0].upper()
    names = ("Question Type", "Multi-Turn", "Collection")
    more = {name.lower(): ", ".join(_texts(row.get(name)))[:FIELD_LENGTH] for name in names if row.get(name)}
    yield EvalQuestion(
        id=_text(row.get("task_id")) or fallback_id,
        question=turns[-1].text,
        history=tuple(turns[:-1]),
        answers=_texts([item.get("text") for item in _list(row.get("targets"))]) if ANSWERABILITY.get(kind) else (),
        answerable=ANSWERABILITY.get(kind),
        evidence=tuple(Gold(_text(item.get("document_id"))) for item in _list(row.get("contexts"))),
        fields={"type": kind.lower(), **more},
    )


RAGAS = frozenset(
    "user_input response reference retrieved_contexts reference_contexts retrieved_context_ids reference_context_ids "
    "rubrics multi_responses reference_tool_calls reference_topics".split()
)


def _ragas(row: Json, fallback_id: str) -> Iterator[EvalQuestion]:
    asked, history = row.get("user_input"), []
    if isinstance(asked, list):
        turns = [_turn(turn) for turn in asked]
        last = max((at for at, turn in enumerate(turns) if turn.role == "user"), default=None)
        if last is None:
            raise ValueError("its messages hold no question")
        asked, history = turns[last].text, turns[:last]
    texts, ids = _texts(row.get("reference_contexts")), _texts(row.get("reference_context_ids"))
    places = range(max(len(texts), len(ids)))
    gold = [Gold(ids[at] if at < len(ids) else None, texts[at] if at < len(texts) else None) for at in places]
    answers = _texts([row["reference"]] if row.get("reference") else None)
    yield EvalQuestion(
        id=_text(row.get("id")) or fallback_id,
        question=_required({"user_input": asked}, "user_input"),
        history=tuple(history),
        answers=answers,
        answerable=True if answers or gold else None,
        evidence=tuple(gold),
        fields=_fields(row, RAGAS | {"id"}),
    )


def beir_question(row: Json, relevant: Sequence[str]) -> EvalQuestion:
    """Make a question of a BEIR query and the ids of its relevant documents."""
    text = _required({"text": row.get("text")}, "text")
    return EvalQuestion(str(row.get("_id")), text, answerable=True, evidence=tuple(Gold(name) for name in relevant))


BEIR_MAPPING = {"id": "_id"}
FORMATS = (
    Format("squad", lambda row: "paragraphs" in row, _squad, articles=squad_articles),
    Format(
        "multihop-rag",
        lambda row: "query" in row and "evidence_list" in row,
        _multihop,
        {"text": "body", "publisher": "source"},
    ),
    Format("mtrag", lambda row: "input" in row and ("task_id" in row or "conversation_id" in row), _mtrag),
    Format("ragas", lambda row: "user_input" in row, _ragas),
    Format("dateline", lambda row: "question" in row, _own),
)


# Cells -------------------------------------------------------------------------------------------------------------


def _required(row: Mapping[str, Any], name: str) -> str:
    found = row.get(name)
    if not isinstance(found, str) or not found.strip():
        raise ValueError(f"it has no {name}")
    return found


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, bool | list | dict) or not str(value).strip():
        return None
    return str(value)


def _list(value: Any) -> list[Any]:
    """Return a list; a cell of a table may hold one as JSON, or as Python writes it."""
    if value is None or value == "":
        return []
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            value = _literal(value)
    if not isinstance(value, list):
        raise ValueError("a list is expected where there is none")
    return value


def _literal(text: str) -> Any:
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None


def _texts(value: Any) -> tuple[str, ...]:
    """Return texts: of a list, or of a cell in which ``|`` stands between them."""
    if isinstance(value, str) and not value.lstrip().startswith("["):
        value = value.split("|")
    elif not isinstance(value, list | str) and value is not None:
        value = [value]
    found = (_text(item) for item in _list(value))
    return tuple(text.strip() for text in found if text)


def _turn(turn: Any) -> Turn:
    if not isinstance(turn, dict):
        raise ValueError("its history is no list of {role, text}")
    role = str(turn.get("role") or turn.get("speaker") or turn.get("type") or "").lower()
    text = turn.get("text") if turn.get("text") is not None else turn.get("content")
    if not isinstance(text, str) or role not in USERS | ASSISTANTS:
        raise ValueError("its history is no list of {role, text}")
    return Turn("user" if role in USERS else "assistant", text)


def _flag(value: Any, name: str = "answerable") -> bool | None:
    if isinstance(value, bool) or value is None:
        return value
    text = str(value).strip().lower()
    if text in TRUE | FALSE:
        return text in TRUE
    if text:
        raise ValueError(f"its `{name}` is neither true nor false")
    return None


def _fields(row: Json, taken: frozenset[str]) -> dict[str, str]:
    found = {name: _text(value) for name, value in row.items() if name not in taken}
    return {name[:FIELD_LENGTH]: value[:FIELD_LENGTH] for name, value in sorted(found.items()) if value}
