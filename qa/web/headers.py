"""What every answer tells browsers to keep to, by the kind of page it is."""

from starlette.datastructures import MutableHeaders
from starlette.types import Message, Send

from qa.web.bare import READER_SCRIPT, READER_STYLE, SIGN_IN_STYLE, digest
from qa.web.sites import Visit

_OURS = "/api/ /v1/ /articles/ /answers/ /conversations/ /chat/ /library/ /look/ /unanswered"
_OURS += " /healthz /readyz /openapi.json /widget."
OURS = tuple(_OURS.split())
PAGE_POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'"
PAGE_POLICY += "; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
LIBRARY = "/articles"
LIBRARY_POLICY = PAGE_POLICY.replace("form-action 'none'", "form-action 'self'; connect-src 'self'")
"""The page of the articles searches, sends files and removes."""
CHAT_POLICY = "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'"
CHAT_POLICY += "; img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; object-src 'none'"
CHAT_POLICY += "; base-uri 'self'; form-action 'none'; frame-ancestors 'self'"
"""Gradio's page carries inline scripts; nothing of an article's stands on it unescaped, and this keeps even a mistake
from sending anything elsewhere."""
_BARE = "default-src 'none'; img-src data:; base-uri 'none'"
SITE_READER_POLICY = (
    f"{_BARE}; form-action 'none'; script-src {digest(READER_SCRIPT)}; style-src {digest(READER_STYLE)}"
)
LIST = "/unanswered"
LIST_POLICY = PAGE_POLICY.replace("form-action 'none'", "form-action 'self'")
SIGN_IN = ("/login", "/logout")
SIGN_IN_POLICY = f"{_BARE}; form-action 'self'; style-src {digest(SIGN_IN_STYLE)}; frame-ancestors 'none'"
GRANTED = "retry-after, x-request-id"
"""What of our headers a widget's script may read."""


def with_headers(send: Send, path: str, visit: Visit | None = None) -> Send:
    """Add to an answer what holds for its address, and to a site's visitors what their page may read."""

    async def decorated(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(raw=message.setdefault("headers", []))
            for name in [name for name in headers if name.startswith("access-control-")]:
                del headers[name]
            for name, value in _headers(path, visit).items():
                headers[name] = value
            if visit and visit.origin:
                headers["access-control-allow-origin"] = visit.origin
                headers["access-control-expose-headers"] = GRANTED
                headers.add_vary_header("Origin")
        await send(message)

    return decorated


def with_request_id(send: Send, request_id: str) -> Send:
    """Add the id under which a request is found in the log."""

    async def decorated(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(raw=message.setdefault("headers", []))["x-request-id"] = request_id
        await send(message)

    return decorated


def preflight_headers(visit: Visit, methods: str) -> list[tuple[bytes, bytes]]:
    """Return what a browser asks for before a widget may send."""
    given = {
        "access-control-allow-origin": visit.origin or "",
        "access-control-allow-methods": methods,
        "access-control-allow-headers": "authorization, content-type",
        "access-control-max-age": "600",
        "vary": "Origin",
    }
    return [(name.encode(), value.encode()) for name, value in given.items()]


def _headers(path: str, visit: Visit | None) -> dict[str, str]:
    headers = {
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "x-frame-options": "SAMEORIGIN",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "content-security-policy": PAGE_POLICY if path.startswith(OURS) else CHAT_POLICY,
    }
    if path.startswith("/widget."):
        headers["cross-origin-resource-policy"] = "cross-origin"
    elif path.startswith("/sites/"):
        frames = " ".join(visit.site.origins) if visit and visit.site.origins else "'none'"
        headers["content-security-policy"] = f"{SITE_READER_POLICY}; frame-ancestors {frames}"
        del headers["x-frame-options"]  # it knows no list
    elif path == LIBRARY:
        headers["content-security-policy"] = LIBRARY_POLICY
    elif path.startswith(LIST):
        headers["content-security-policy"] = LIST_POLICY
        headers["referrer-policy"] = "same-origin"  # as below
    elif path in SIGN_IN:
        headers["content-security-policy"] = SIGN_IN_POLICY
        headers["referrer-policy"] = "same-origin"  # without a referrer, browsers send forms from Origin `null`
    return headers
