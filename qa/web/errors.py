"""What only a web request can do wrong; every other error is in ``qa.errors``."""

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


class NotLocal(UsageError):
    """Refuse what only the command line on this machine may do."""

    code = "not_allowed"
    http_status = 403


class BodyTooLarge(UsageError):
    """Refuse a request over the size limit."""

    code = "too_large"
    http_status = 413


class NoSuchAddress(UsageError):
    """Report an address that this server does not have."""

    code = "not_found"
    http_status = 404


class WrongMethod(UsageError):
    """Report an address that takes another method."""

    code = "method_not_allowed"
    http_status = 405


class Busy(DatelineError):
    """Report that too many questions wait."""

    code = "busy"
    retryable = True
    http_status = 503


class Unexpected(DatelineError):
    """Stand for an error nobody foresaw; what it was is in the log only."""

    def __init__(self) -> None:
        """Say the same to everybody."""
        super().__init__("Something unexpected went wrong; the server's log has the details.")
