"""How a request is answered that goes no further than the wall."""

import asyncio
import contextlib
import json
from collections.abc import Sequence

from starlette.types import Receive, Send

from qa.errors import DatelineError
from qa.web.errors import Later, NotSignedIn, WrongMethod

DISCARD_BYTES = 32 * 1024 * 1024
DISCARD_S = 3.0


async def say(send: Send, status: int, headers: Sequence[tuple[bytes, bytes]], body: bytes = b"") -> None:
    """Send a whole answer."""
    length = [(b"content-length", str(len(body)).encode())] if body else []
    await send({"type": "http.response.start", "status": status, "headers": [*headers, *length]})
    await send({"type": "http.response.body", "body": body})


async def refuse(send: Send, error: DatelineError, receive: Receive) -> None:
    """Answer with an error, and throw away the rest of the request's body."""
    body = json.dumps(error.as_dict(), ensure_ascii=False).encode("utf-8", "backslashreplace")
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    headers += [(name.encode(), value.encode()) for name, value in headers_of(error).items()]
    headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": error.http_status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": True})
    # Closing on a client that still sends resets the connection, and it may never see why.
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(DISCARD_S):
            await _discard(receive)
    await send({"type": "http.response.body", "body": b""})


def headers_of(error: DatelineError) -> dict[str, str]:
    """Return the headers that go with an error."""
    if isinstance(error, Later):
        return {"retry-after": str(error.retry_after)}
    if isinstance(error, WrongMethod):
        return {"allow": ", ".join(error.allowed)}
    return {"www-authenticate": 'Bearer realm="dateline"'} if isinstance(error, NotSignedIn) else {}


async def _discard(receive: Receive) -> None:
    left = DISCARD_BYTES
    while left > 0:
        message = await receive()
        left -= len(message.get("body", b""))
        if message["type"] != "http.request" or not message.get("more_body"):
            return
