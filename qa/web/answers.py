"""The one shape of what the HTTP API sends: JSON values, server-sent events, errors without internals."""

import json
import logging
from typing import Any

from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from qa.errors import DatelineError
from qa.web.errors import BadRequest, NoSuchAddress, Unexpected, WrongMethod

logger = logging.getLogger(__name__)


def json_answer(value: dict[str, Any], status: int = 200) -> Response:
    """Return a value as JSON; a lone surrogate is escaped, so that it can always be sent."""
    text = json.dumps(value, ensure_ascii=False).encode("utf-8", "backslashreplace")
    return Response(text, status, media_type="application/json", headers={"cache-control": "no-store"})


def sse(name: str, data: dict[str, Any]) -> str:
    """Return one server-sent event; JSON has no line ends, so that no text can start another event."""
    return f"event: {name}\ndata: {json.dumps(data)}\n\n"


def as_dateline_error(error: Exception) -> DatelineError:
    """Return the error that a visitor may see; what nobody foresaw goes to the log with the id that they see."""
    if isinstance(error, DatelineError):
        return error
    if isinstance(error, RequestValidationError):
        return _bad_request(error)
    if isinstance(error, HTTPException) and error.status_code in {404, 405}:
        wrong = WrongMethod if error.status_code == 405 else NoSuchAddress
        return wrong("There is nothing at this address for this method.")
    if isinstance(error, HTTPException) and error.status_code < 500:
        return BadRequest("The request cannot be read.")
    unexpected = Unexpected()
    logger.error("Error %s", unexpected.id, exc_info=error)
    return unexpected


def _bad_request(error: RequestValidationError) -> BadRequest:
    first = error.errors()[0]
    names = [str(part)[:60] for part in first["loc"] if part not in {"body", "query", "path"}]
    if first["type"] == "json_invalid" or not names:
        return BadRequest("The request's body is not a JSON object as described in /openapi.json.")
    return BadRequest(f"The field {'.'.join(names)!r} is not valid: {first['msg'].lower()}.")
