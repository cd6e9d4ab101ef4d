"""The OpenAPI description: what every operation may answer, read off its door, and the shapes of what it sends.

Who may come in, what costs a question and how large a body may be stands in ``qa.web.doors`` alone; the shapes are
those of ``qa.types``. So neither can say something else than what the server does.
"""

import re
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from qa.web.bodies import ERROR_EXAMPLE
from qa.web.doors import Door, find_door

Schema = dict[str, Any]
REFERENCE = "#/components/schemas/{model}"
SAFE = frozenset({"get", "head"})
STATUSES = {
    400: "The question is empty, a limit cannot be read, or the request is no HTTP.",
    401: "Nobody is signed in, or the site's token is missing, wrong or too old.",
    403: "This person, page or site may not do this.",
    404: "There is no such article, revision, story, answer or model.",
    408: "The request did not arrive in time.",
    410: "It was removed.",
    413: "The question or the request is too long.",
    421: "The server does not go by the name in `host`.",
    422: "A field is missing or not as it should be.",
    429: "Too many requests in the last minute; `retry-after` says when to come back.",
    500: "Something unexpected went wrong; the server's log has the details under the id.",
    503: "Too many requests at the moment; `retry-after` says when to come back.",
    507: "The disk is full or refuses to be written.",
}


def describe(app: FastAPI) -> None:
    """Make an application describe its routes by their doors."""

    def openapi() -> Schema:
        if app.openapi_schema is None:
            app.openapi_schema = _description(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # how FastAPI documents it


def _description(app: FastAPI) -> Schema:
    found = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
    components = found.setdefault("components", {})
    components["schemas"] = {**_without_fastapis(components.get("schemas", {})), **_shapes()}
    components["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer", "description": "The readers' or the editors' token."},
        "session": {"type": "apiKey", "in": "cookie", "name": "dateline_session", "description": "From `/login`."},
    }
    for path, operations in found["paths"].items():
        for method, operation in operations.items():
            _complete(operation, find_door(_sample(path), method.upper()), method)
    return found


def _sample(path: str) -> str:
    """Return an address that a template stands for."""
    return re.sub(r"\{[^}]*\}", "x", path)


def _complete(operation: Schema, door: Door, method: str) -> None:
    for parameter in operation.get("parameters", ()):
        parameter["schema"] = _sendable(parameter["schema"])
    responses = operation["responses"]
    responses.pop("422", None)  # FastAPI's own shape of it, which is never sent
    for status in sorted(_statuses(operation, door, method)):
        responses.setdefault(str(status), _answer(status))
    if door.who != "everyone":
        # Where nobody has to sign in, on the server's own machine, neither is asked for.
        operation["security"] = [{}, {"token": []}, *([] if door.who == "site" else [{"session": []}])]


def _sendable(schema: Schema) -> Schema:
    """Return a parameter's schema without null, which an address cannot hold: it is left out."""
    kinds = [kind for kind in schema.get("anyOf", ()) if kind != {"type": "null"}]
    if len(kinds) != 1:
        return schema
    return {**{name: value for name, value in schema.items() if name != "anyOf"}, **kinds[0]}


def _statuses(operation: Schema, door: Door, method: str) -> set[int]:
    found = {400, 408, 413, 421, 500, 503}
    if "parameters" in operation or "requestBody" in operation:
        found.add(422)
    if any(one["in"] == "path" for one in operation.get("parameters", ())):
        found |= {404, 410}
    if door.who != "everyone":
        found.add(401)
    if door.asks or door.reads:
        found.add(429)
    if door.asks:
        found.add(404)
    if method not in SAFE or door.who in {"site", "editor"}:
        found.add(403)
    if door.who == "editor":
        found.add(404)  # what the settings have not switched on
    if method not in SAFE:
        found.add(507)
    return found


def _answer(status: int) -> Schema:
    content = {"schema": {"$ref": REFERENCE.format(model="Error")}, "example": ERROR_EXAMPLE}
    return {"description": STATUSES[status], "content": {"application/json": content}}


# Shapes ------------------------------------------------------------------------------------------------------------


def _without_fastapis(schemas: Schema) -> Schema:
    return {name: schema for name, schema in schemas.items() if name not in {"HTTPValidationError", "ValidationError"}}


def _shapes() -> Schema:
    """Return the JSON Schemas of what is sent, made of the types themselves."""
    from pydantic import TypeAdapter

    from qa.types import Answer, Article, ArticleSummary, SearchResult

    found: Schema = {}
    for kind in (Answer, Article, ArticleSummary, SearchResult):
        schema = TypeAdapter(kind).json_schema(mode="serialization", ref_template=REFERENCE)
        found |= {**schema.pop("$defs", {}), kind.__name__: schema}
    del found["Citation"]["properties"]["source_text"]  # only compared with, never sent
    found["Answer"]["properties"]["text"] = {"type": "string", "title": "Text"}
    for schema in found.values():
        schema["required"] = sorted(schema["properties"])  # every field is sent, also one that is null
        schema["description"] = schema.get("description", "").partition("\n")[0]
    found["Articles"] = _object(articles=_list("ArticleSummary"))
    found["SearchResults"] = _object(question={"type": ["string", "null"]}, results=_list("SearchResult"))
    texts: Schema = {name: {"type": "string"} for name in ("code", "message", "id")}
    found["Stories"] = _object(stories=_list("Articles"))
    found["Error"] = _object(error=_object(**texts, retryable={"type": "boolean"}))
    return found


def _object(**properties: Any) -> Schema:
    return {"type": "object", "properties": properties, "required": sorted(properties)}


def _list(name: str) -> Schema:
    return {"type": "array", "items": {"$ref": REFERENCE.format(model=name)}}
