"""Every address that this server answers at, for which methods, to whom, and how large a request may be.

Gradio has some eighty routes, among them uploads, a proxy and file reading; the chat page needs none that do anything.
"""

import re
from dataclasses import dataclass
from typing import Literal

from qa.web.errors import NoSuchAddress, WrongMethod

Who = Literal["everyone", "site", "reader", "editor"]
"""``site``: visitors of a widget site, each by that site's own rules."""
MAX_BODY = 64 * 1024


@dataclass(frozen=True, slots=True)
class Door:
    """An address with what holds for it.

    Args:
        pattern: Matches the whole path; a group ``site`` names the widget site.
        methods: What it takes.
        who: Who may come in.
        asks: Whether it costs the work of a question, which is counted and limited.
        reads: Whether it reads the archive or what is kept, which is counted apart from questions and limited too.
        most: Largest body, in bytes.
        uploads: Whether it takes files, which may be larger and take longer; a setting says how large.
    """

    pattern: re.Pattern[str]
    methods: frozenset[str]
    who: Who
    asks: bool = False
    reads: bool = False
    most: int = MAX_BODY
    uploads: bool = False


def _door(
    methods: str, path: str, who: Who = "reader", *, asks: bool = False, uploads: bool = False, free: bool = False
) -> Door:
    reads = who in {"site", "reader"} and not asks and not free
    return Door(re.compile(path), frozenset(methods.split()), who, asks, reads, uploads=uploads)


SITE = r"/api/v1/sites/(?P<site>[a-z0-9][a-z0-9-]{0,62})"
DOORS: tuple[Door, ...] = (
    _door("GET", r"/(?:healthz|readyz)", "everyone"),
    _door("GET HEAD", r"/widget\.(?:js|css)", "everyone"),
    _door("GET POST", r"/login", "everyone"),
    _door("POST", r"/logout", "everyone"),
    _door("GET OPTIONS", SITE, "site", free=True),  # every view of every page with a widget reads it
    _door("POST OPTIONS", f"{SITE}/ask", "site", asks=True),
    _door("GET OPTIONS", f"{SITE}/search", "site", asks=True),
    _door("GET", r"/sites/(?P<site>[a-z0-9][a-z0-9-]{0,62})/articles/[^/]+", "site"),
    _door("POST", r"/api/v1/ask", asks=True),
    _door("GET", r"/api/v1/search", asks=True),
    _door("GET OPTIONS", f"{SITE}/articles/[^/]+/story", "site"),
    _door("GET", r"/api/v1/articles(?:/[^/]+(?:/story)?)?"),
    _door("GET", r"/api/v1/stories"),
    _door("GET", r"/api/v1/answers/[\w-]+"),
    _door("POST", r"/api/v1/answers/[\w-]+/feedback"),
    _door("GET", r"/api/v1/feedback", "editor"),
    _door("POST", r"/api/v1/articles", "editor", uploads=True),
    _door("GET", r"/api/v1/ingestions", "editor"),
    _door("GET DELETE", r"/api/v1/ingestions/[\w-]+", "editor"),
    _door("POST", r"/api/v1/handover", "editor"),
    _door("DELETE", r"/api/v1/articles/[^/]+", "editor"),
    _door("GET DELETE", r"/api/v1/unanswered", "editor"),
    _door("GET", r"/unanswered", "editor"),
    _door("POST", r"/unanswered/clear", "editor"),
    _door("POST", r"/v1/chat/completions", asks=True),
    _door("GET", r"/v1/models", free=True),
    _door("GET", r"/api/v1/version", free=True),
    _door("GET", r"/openapi\.json", free=True),
    _door("GET", r"/articles(?:/[^/]+)?"),
    _door("GET", r"/library/(?:ingestions|mentions/[^/]+)", "editor"),
    _door("GET", r"/(?:answers|conversations)/[\w-]+"),
    _door("GET", r"/chat/state"),
    _door("POST", r"/chat/ask", asks=True),
    _door("DELETE", r"/chat/conversations/[\w-]+"),
    _door("POST", r"/chat/conversations/[\w-]+/title"),
    _door("POST", r"/chat/turns/[\w-]+/rating"),
    _door("GET HEAD", r"/look/[\w-]+\.(?:js|css)", free=True),
    _door("GET HEAD", r"/|/(?:config/?|theme\.css|robots\.txt|favicon\.ico|manifest\.json)", free=True),
    _door("GET HEAD", r"/(?:assets|static|svelte)/(?!.*\.\.)[\w./@+-]+", free=True),
    _door("GET", r"/gradio_api/(?:theme\.css|startup-events|heartbeat/[\w-]+)", free=True),
)


def find_door(path: str, method: str) -> Door:
    """Return the door of an address for a method.

    Raises:
        NoSuchAddress, WrongMethod: There is nothing there, or not for this method.
    """
    found = [door for door in DOORS if door.pattern.fullmatch(path)]
    if not found:
        raise NoSuchAddress("There is nothing at this address.")
    for door in found:
        if method in door.methods:
            return door
    allowed = sorted(set[str]().union(*(door.methods for door in found)))
    raise WrongMethod(f"This address takes {' or '.join(allowed)} only.", allowed)
