"""A widget site: who may show the archive's widget, and what its visitors may see."""

import re
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, StringConstraints, model_validator

from qa.patterns import written

DEFAULT_PORTS = {"http": 80, "https": 443}
SHORTEST_SECRET = 32
"""HMAC with SHA-256 takes keys of at least its own 32 bytes."""
_ORIGIN = re.compile(r"(https?)://([a-z0-9._-]+|\[[0-9a-f:.]+\])(?::(\d{1,5}))?")


def whole_origin(given: str) -> str:
    """Return an origin as browsers send it; a wildcard, a path, ``null`` or a bare host is none.

    >>> whole_origin("HTTPS://Intranet.Example:443")
    'https://intranet.example'
    """
    found = _ORIGIN.fullmatch(given.strip().lower())
    if found is None or not urlsplit(found[0]).hostname or int(found[3] or 1) not in range(1, 65536):
        raise ValueError(f"{given[:80]!r} is not an origin like https://intranet.example")
    port = found[3] and int(found[3])
    return f"{found[1]}://{found[2]}{f':{port}' if port and port != DEFAULT_PORTS[found[1]] else ''}"


Origin = Annotated[str, AfterValidator(whole_origin)]
SiteName = Annotated[
    str,
    written("[a-z0-9][a-z0-9-]{0,62}", "a site's name is of small letters, digits and hyphens, at most 63"),
]
Sentence = Annotated[str, StringConstraints(strip_whitespace=True, max_length=300)]


class Site(BaseModel):
    """What ``[sites.NAME]`` in the settings file says of one site.

    Args:
        origins: Origins whose pages may use it, such as ``https://intranet.example``; empty means none may.
        title: Heading of the widget.
        greeting: What it says before the first question.
        examples: Questions it offers.
        publishers: Whose articles it may see; empty means everybody's.
        quota_per_minute: Questions of all its visitors together in a minute; of other requests ten times as many.
        theme: Its colours.
        accent: The colour of its buttons and links, ``#rrggbb``.
        login: Whether visitors are anonymous, or bring a token that the intranet's server signed with ``secret``.
        secret: Shared with the intranet's server only, at least 32 characters.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    origins: tuple[Origin, ...] = ()
    title: Annotated[Sentence, StringConstraints(min_length=1)] = "Dateline"
    greeting: Sentence = ""
    examples: Annotated[tuple[Sentence, ...], Field(max_length=6)] = ()
    publishers: tuple[Sentence, ...] = ()
    quota_per_minute: Annotated[int, Field(ge=1, le=100_000)] = 120
    theme: Literal["auto", "light", "dark"] = "auto"
    accent: Annotated[str, written("#(?:[0-9A-Fa-f]{3}){1,2}", "a colour is written #rgb or #rrggbb")] = "#1d4ed8"
    login: Literal["anonymous", "token"] = "anonymous"
    secret: SecretStr | None = None

    @model_validator(mode="after")
    def _has_a_secret(self) -> Self:
        if self.login == "token" and len(self.secret.get_secret_value() if self.secret else "") < SHORTEST_SECRET:
            raise ValueError(f"a site with login = 'token' needs a secret of at least {SHORTEST_SECRET} characters")
        if any(not name for name in self.publishers):
            raise ValueError("a publisher without a name would mean nobody")
        return self
