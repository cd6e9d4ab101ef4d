"""Tags by which a client knows again what it already has.

A tag is made of the very bytes that this visitor is sent, after everything was checked that is checked without one:
so it tells nothing that the answer would not, and what a site may not see is not there for it with any tag.
"""

import hashlib

from fastapi import Request
from fastapi.responses import Response

TAGGED_HEADERS = ("link", "x-total-count")
"""What else of an answer makes it another one."""


def tagged(request: Request, response: Response) -> Response:
    """Return an answer with its tag, or that it is still as the client has it.

    Browsers keep it for this person only and ask again each time: whoever is signed out is shown nothing.
    """
    parts = [bytes(response.body), *(response.headers.get(name, "").encode() for name in TAGGED_HEADERS)]
    tag = f'"{hashlib.sha256(b"|".join(parts)).hexdigest()[:32]}"'
    response.headers["etag"] = tag
    response.headers["cache-control"] = "private, no-cache"
    response.headers.add_vary_header("Authorization, Cookie")
    if not is_known(tag, request.headers.get("if-none-match", "")):
        return response
    headers = {name: value for name, value in response.headers.items() if not name.startswith("content-")}
    return Response(status_code=304, headers=headers)


def is_known(tag: str, given: str) -> bool:
    """Say whether an ``If-None-Match`` header names a tag.

    >>> is_known('"a"', 'W/"b", W/"a"'), is_known('"a"', "*"), is_known('"a"', '"ab"'), is_known('"a"', "")
    (True, True, False, False)
    """
    return given.strip() == "*" or tag in (known.strip().removeprefix("W/") for known in given.split(","))
