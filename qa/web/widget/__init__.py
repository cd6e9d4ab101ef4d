"""The widget for other sites' pages: one script with its style inside, no framework and nothing to build.

Its parts stand beside this module and are put together when the first page asks. The style is in the script because a
page's content policy then has to allow one thing less: a script may hand a style sheet over, where a link or a style
element would need ``style-src``.
"""

import gzip
import hashlib
import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from fastapi import APIRouter, Request
from fastapi.responses import Response

from qa.web.etags import is_known

router = APIRouter(include_in_schema=False)

PARTS = ("texts", "dom", "colours", "tokens", "connection", "answer", "turn", "composer", "chat", "floating", "element")
"""In this order: what a part uses at once, and not only in a function, stands in one before it."""
FRESH_S = 300
"""Pages ask again after this long; the answer is then mostly that nothing has changed."""


@dataclass(frozen=True, slots=True)
class Script:
    """The whole script, as it is and compressed, with the tag by which browsers know it again."""

    plain: bytes
    packed: bytes
    tag: str


@cache
def script() -> Script:
    """Return the script that pages include."""
    folder = files(__name__)
    style = json.dumps(folder.joinpath("widget.css").read_text("utf-8"), ensure_ascii=False)
    parts = [folder.joinpath(f"{name}.js").read_text("utf-8") for name in PARTS]
    # A function around it, so that no name of ours meets one of the page's.
    text = "\n".join(["(() => {", '"use strict";', f"const STYLE = {style};", *parts, "})();", ""])
    plain = text.encode()
    return Script(plain, gzip.compress(plain, mtime=0), hashlib.sha256(plain).hexdigest()[:20])


@router.api_route("/widget.js", methods=["GET", "HEAD"])
async def widget(request: Request) -> Response:
    """Send the script, or say that the one the browser has is still right."""
    found = script()
    packed = "gzip" in request.headers.get("accept-encoding", "")
    tag = f'"{found.tag}{"-gz" if packed else ""}"'
    headers = {"etag": tag, "cache-control": f"public, max-age={FRESH_S}", "vary": "accept-encoding"}
    headers["cross-origin-resource-policy"] = "cross-origin"
    if is_known(tag, request.headers.get("if-none-match", "")):
        return Response(status_code=304, headers=headers)
    if packed:
        headers["content-encoding"] = "gzip"
    return Response(
        found.packed if packed else found.plain, media_type="text/javascript; charset=utf-8", headers=headers
    )
