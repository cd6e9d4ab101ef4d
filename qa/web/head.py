"""The head of the chat page: what it says of itself to browsers, search and link previews is ours, not Gradio's."""

import re
from html import escape

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from qa.web import texts

_OTHERS = re.compile(rb'<meta\s+(?:property="og:|name="twitter:)[^>]*>\s*')
_OPEN = b"<head>"
_OURS = (
    f'<title>{texts.TITLE}</title><meta name="description" content="{escape(texts.LEAD)}">'
    f'<meta property="og:title" content="{texts.TITLE}"><meta property="og:type" content="website">'
    f'<meta property="og:description" content="{escape(texts.LEAD)}">'
).encode()


class OwnHead:
    """Put our own words into the head of the page at ``/``."""

    def __init__(self, app: ASGIApp) -> None:
        """Stand before an application."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; of the chat page the whole answer is held, which is some twenty kilobytes."""
        if scope["type"] != "http" or scope["path"] != "/" or scope["method"] != "GET":
            await self._app(scope, receive, send)
            return
        start: Message = {}
        parts: list[bytes] = []

        async def held(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                start = message
                return
            parts.append(message.get("body", b""))
            if not message.get("more_body"):
                body = own_head(b"".join(parts))
                headers = [(name, value) for name, value in start["headers"] if name.lower() != b"content-length"]
                await send({**start, "headers": [*headers, (b"content-length", str(len(body)).encode())]})
                await send({"type": "http.response.body", "body": body})

        await self._app(scope, receive, held)


def own_head(page: bytes) -> bytes:
    """Return a page whose head says nothing of Gradio's."""
    head, end, rest = page.partition(b"</head>")
    return _OTHERS.sub(b"", head).replace(_OPEN, _OPEN + _OURS, 1) + end + rest
