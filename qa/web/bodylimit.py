"""A request's body on its way in: counted, and cut where it is too large or too slow."""

import asyncio

from starlette.types import Message, Receive, Send

from qa.errors import DatelineError
from qa.web.errors import BodyTooLarge, TooSlow

BODY_S = 15.0
"""In which a whole body must have come in."""
UPLOAD_S = 900.0
"""The same for files that an editor sends."""


class Counted:
    """A request's body, counted while it comes in."""

    def __init__(self, receive: Receive, limit: int, seconds: float = BODY_S) -> None:
        """Take at most so many bytes, in so many seconds."""
        self.unchecked = receive
        self.answered = False
        self.refusal: DatelineError | None = None
        """Why the body was cut."""
        self._limit = limit
        self._left = limit
        self._complete = False
        self._seconds = seconds
        self._by: float | None = None

    async def __call__(self) -> Message:
        """Return the next piece.

        Raises:
            BodyTooLarge, TooSlow: The body was cut.
        """
        message = await self._next()
        if message["type"] == "http.request":
            self._complete = not message.get("more_body", False)
            self._left -= len(message.get("body", b""))
            if self._left < 0:
                self.refusal = too_large(self._limit)
                raise self.refusal
        return message

    async def _next(self) -> Message:
        if self._complete:
            return await self.unchecked()  # only that the client has gone can come now
        clock = asyncio.get_running_loop().time
        self._by = self._by or clock() + self._seconds
        try:
            async with asyncio.timeout(max(self._by - clock(), 0)):
                return await self.unchecked()
        except TimeoutError:
            self.refusal = TooSlow(f"The request did not arrive within {self._seconds:.0f} seconds.")
            raise self.refusal from None

    def watch(self, send: Send) -> Send:
        """Drop what the application answers to a body that was cut, and note that it answered otherwise."""

        async def watched(message: Message) -> None:
            if self.refusal and not self.answered:
                return
            self.answered = True
            await send(message)

        return watched


def too_large(limit: int) -> BodyTooLarge:
    """Return the refusal of a body over its limit, in bytes."""
    most = f"{limit / 1_000_000:,.0f} MB" if limit >= 1_000_000 else f"{limit // 1024} kB"
    return BodyTooLarge(f"The request is larger than {most}.")
