"""The server itself: connections that are too slow are cut, and stopping lets answers be finished."""

import asyncio
import contextlib
import json
import signal
import socket
from typing import Any

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from qa.web.errors import BadRequest
from qa.web.security import PULSE

HEADERS_S = 10.0
"""In which a connection's request line and headers must have come in."""
UNREAD_S = 20.0
"""For which a client may leave what was sent to it unread."""
GRACE_S = 8
"""In which answers that were begun are finished when the server is told to stop."""


class Patient(H11Protocol):
    """HTTP over one connection, for as long as its client keeps up."""

    unread_s = UNREAD_S

    def __init__(self, *arguments: Any, **options: Any) -> None:
        """Begin with no clock running."""
        super().__init__(*arguments, **options)
        self._headers_by: asyncio.TimerHandle | None = None
        self._read_by: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for the first request."""
        super().connection_made(transport)
        self._headers_by = self.loop.call_later(HEADERS_S, self._cut)

    def data_received(self, data: bytes) -> None:
        """Take what came in; a request whose headers are not complete keeps its clock running."""
        if self._headers_by is None and not self._is_answering():
            self._headers_by = self.loop.call_later(HEADERS_S, self._cut)
        super().data_received(data)
        if self._headers_by and self._is_answering():
            self._headers_by.cancel()
            self._headers_by = None

    def send_400_response(self, msg: str) -> None:
        """Answer what is not HTTP, or has more headers than can be read, in the one shape of an error."""
        error = BadRequest("The request cannot be read, or its address and headers are too long.")
        body = json.dumps(error.as_dict()).encode()
        headers = [("content-type", "application/json"), ("content-length", str(len(body))), ("connection", "close")]
        for event in (h11.Response(status_code=400, headers=headers), h11.Data(data=body), h11.EndOfMessage()):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    def pause_writing(self) -> None:
        """Wait for the client to read."""
        super().pause_writing()
        self._read_by = self.loop.call_later(self.unread_s, self._cut)

    def resume_writing(self) -> None:
        """Go on."""
        super().resume_writing()
        if self._read_by:
            self._read_by.cancel()
            self._read_by = None

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clocks."""
        for handle in (self._headers_by, self._read_by):
            if handle:
                handle.cancel()
        super().connection_lost(exc)

    def _is_answering(self) -> bool:
        cycle: Any = self.cycle  # None before the first request
        return cycle is not None and not cycle.response_complete

    def _cut(self) -> None:
        self.transport.abort()


class Server(uvicorn.Server):
    """A server that, told to stop, ends what only listens and finishes what is being answered."""

    def __init__(self, config: uvicorn.Config, pulses: set["asyncio.Task[None]"]) -> None:
        """Keep the tasks that only hold a line open."""
        super().__init__(config)
        self._pulses = pulses

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close the heartbeats of open pages, then wait for the rest."""
        for connection in list(self.server_state.connections):
            path = (getattr(connection, "scope", None) or {}).get("path", "")
            transport = getattr(connection, "transport", None)
            if path.startswith(PULSE) and transport:
                transport.close()
        await asyncio.sleep(0)
        for task in list(self._pulses):
            task.cancel()
        await super().shutdown(sockets)


def serve(app: Any, listener: socket.socket) -> None:
    """Serve an application until the process is told to stop."""
    config = uvicorn.Config(
        app,
        http=Patient,
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # whose headers are believed is a setting
        timeout_graceful_shutdown=GRACE_S,
    )
    server = Server(config, app.state.pulses)

    def stop(*_: Any) -> None:
        server.should_exit = True

    # What comes before uvicorn listens for signals counts as well. It raises each once more when it is done; by then
    # stopping is what happens anyway.
    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    with contextlib.ExitStack() as stack:
        for number, handler in before.items():
            stack.callback(signal.signal, number, handler)
        server.run(sockets=[listener])
