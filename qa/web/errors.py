"""What only a web request can do wrong; every other error is in ``qa.errors``."""

from collections.abc import Sequence

from qa.errors import DatelineError, UsageError


class BadRequest(UsageError):
    """Refuse a request whose fields cannot be read."""

    code = "bad_request"
    http_status = 422


class UnknownHost(UsageError):
    """Refuse a request that names a host which is not this server's."""

    code = "unknown_host"
    http_status = 421


class ForeignOrigin(UsageError):
    """Refuse a request that another site's page sent."""

    code = "foreign_origin"
    http_status = 403


class NotAllowed(UsageError):
    """Refuse what this server's settings, or its being no part of this machine, do not allow."""

    code = "not_allowed"
    http_status = 403


class NotSignedIn(UsageError):
    """Refuse a stranger."""

    code = "not_signed_in"
    http_status = 401

    def __init__(self, user_message: str = "Please sign in, or send a token as `Authorization: Bearer`.") -> None:
        """Say how to get in."""
        super().__init__(user_message)


class EditorsOnly(UsageError):
    """Refuse a reader what editors may do."""

    code = "editors_only"
    http_status = 403

    def __init__(self) -> None:
        """Say who may."""
        super().__init__("Only editors may do this.")


class BodyTooLarge(UsageError):
    """Refuse a request over the size limit."""

    code = "too_large"
    http_status = 413


class UnknownMedia(UsageError):
    """Refuse a body of a kind that is not read."""

    code = "unknown_media"
    http_status = 415


class NoSuchAddress(UsageError):
    """Report an address that this server does not have."""

    code = "not_found"
    http_status = 404


class Removed(UsageError):
    """Report an article that was removed, so that whoever kept a link to it knows why."""

    code = "removed"
    http_status = 410


class WrongMethod(UsageError):
    """Report an address that takes another method; ``allowed`` are those that it takes."""

    code = "method_not_allowed"
    http_status = 405

    def __init__(self, user_message: str, allowed: Sequence[str] = ()) -> None:
        """Say which ones it takes."""
        super().__init__(user_message)
        self.allowed = tuple(allowed)


class Later(DatelineError):
    """Ask for patience; ``retry_after`` is in seconds."""

    retryable = True
    retry_after = 2


class Busy(Later):
    """Report that too many questions wait, or that the server is about to stop."""

    code = "busy"
    http_status = 503


class TooMany(Later):
    """Report that somebody asks more often than is allowed."""

    code = "too_many"
    http_status = 429

    def __init__(self, user_message: str, retry_after: int) -> None:
        """Say when to come back, in seconds."""
        super().__init__(user_message)
        self.retry_after = max(1, retry_after)


class TooSlow(UsageError):
    """Report a request that did not arrive in time."""

    code = "too_slow"
    http_status = 408


class Unexpected(DatelineError):
    """Stand for an error nobody foresaw; what it was is in the log only."""

    def __init__(self) -> None:
        """Say the same to everybody."""
        super().__init__("Something unexpected went wrong; the server's log has the details.")
