"""One request over HTTP to an address that was checked, within a time and a size that nothing can stretch."""

import http.client
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from ingest.addresses import PORTS, Target
from ingest.rows import Unreadable
from ingest.text import shown

_CONNECT_SECONDS = 8.0
_BLOCK = 1 << 16
_MOST_TRIED = 3


@dataclass(frozen=True, slots=True)
class Response:
    """What a server answered; names of headers in lower case, the body without its content encoding."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Limits:
    """What one answer may cost.

    Args:
        seconds: From the connection to the last byte.
        size: Bytes of the body, both as it is sent and decompressed.
        cut: Take the beginning of a body that is longer, instead of refusing it.
    """

    seconds: float
    size: int
    cut: bool = False


def exchange(
    target: Target,
    addresses: Sequence[str],
    headers: Mapping[str, str],
    limits: Limits,
    tls: ssl.SSLContext | None = None,
    proxy: tuple[str, int] | None = None,
) -> Response:
    """Ask for an address and return the answer; only an answer of 200 or 203 is read to its end.

    Args:
        target: What is asked for.
        addresses: The checked IP addresses of its host; not used with a proxy.
        headers: Of the request, beside the usual ones.
        limits: Time and size.
        tls: How certificates are checked; the system's authorities by default.
        proxy: Host and port that connect instead of us.

    Raises:
        Unreadable: The server cannot be reached or trusted, takes too long, or answers too much or nonsense.
    """
    deadline = _Deadline(limits.seconds)
    with _mapped(target, deadline), deadline:
        connection = _Connection(target, addresses, deadline, tls, proxy)
        try:
            named = target.url if proxy and target.scheme == "http" else target.path
            connection.request("GET", named, headers={"Accept-Encoding": "gzip", "Connection": "close", **headers})
            with connection.getresponse() as answer:
                found = {name.lower(): value for name, value in answer.getheaders()}
                body = _body(answer, found, limits) if answer.status in (200, 203) else b""
                return Response(answer.status, found, body)
        finally:
            connection.close()


class _Deadline:
    """Shuts a connection when its time is up, whatever it is waiting for."""

    def __init__(self, seconds: float) -> None:
        self.ends = time.monotonic() + seconds
        self.late = False
        self._socket: socket.socket | None = None
        self._lock = threading.Lock()
        self._timer = threading.Timer(seconds, self._shut)
        self._timer.daemon = True

    def __enter__(self) -> None:
        self._timer.start()

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def left(self) -> float:
        return max(self.ends - time.monotonic(), 0.01)

    def watch(self, connected: socket.socket) -> None:
        with self._lock:
            self._socket = connected
            if self.late:
                raise TimeoutError

    def _shut(self) -> None:
        with self._lock:
            self.late = True
            if self._socket is not None:
                try:
                    socket.socket.shutdown(self._socket, socket.SHUT_RDWR)  # of TLS too: without a last exchange
                except OSError:
                    pass  # it is closed already


class _Connection(http.client.HTTPConnection):
    """A connection to a checked address, or through a proxy, that still names the host to the server."""

    def __init__(
        self,
        target: Target,
        addresses: Sequence[str],
        deadline: _Deadline,
        tls: ssl.SSLContext | None,
        proxy: tuple[str, int] | None,
    ) -> None:
        super().__init__(target.host, target.port)
        self.default_port = PORTS[target.scheme]
        self._target, self._deadline, self._tls, self._proxy = target, deadline, tls, proxy
        self._places = [proxy] if proxy else [(address, target.port) for address in addresses[:_MOST_TRIED]]

    def connect(self) -> None:
        made = self._connected()
        self.sock = made
        self._deadline.watch(made)
        if self._target.scheme == "https":
            if self._proxy:
                self._open_tunnel(made)
            context = self._tls or ssl.create_default_context()
            made = context.wrap_socket(made, server_hostname=self._target.host, do_handshake_on_connect=False)
            self.sock = made
            self._deadline.watch(made)
            made.do_handshake()

    def _connected(self) -> socket.socket:
        last: OSError | None = None
        for place in self._places:
            try:
                made = socket.create_connection(place, min(_CONNECT_SECONDS, self._deadline.left()))
            except OSError as exc:
                last = exc
            else:
                made.settimeout(self._deadline.left())
                return made
        raise last or OSError("no address")

    def _open_tunnel(self, made: socket.socket) -> None:
        host = f"[{self._target.host}]" if ":" in self._target.host else self._target.host
        place = f"{host}:{self._target.port}"
        made.sendall(f"CONNECT {place} HTTP/1.1\r\nHost: {place}\r\n\r\n".encode("ascii"))
        answer = http.client.HTTPResponse(made, method="CONNECT")
        answer.begin()
        answer.close()
        if answer.status != 200:
            raise Unreadable("unreachable", f"The proxy does not let the address through ({answer.status}).")


# The body --------------------------------------------------------------------------------------------------------


def _body(answer: http.client.HTTPResponse, headers: Mapping[str, str], limits: Limits) -> bytes:
    packed = headers.get("content-encoding", "").strip().lower()
    if packed not in ("", "identity", "gzip", "x-gzip", "deflate"):
        raise Unreadable("encoding", f"The answer is packed in a way that was not asked for ({shown(packed[:20])}).")
    unpack = _Unpacker(limits.size) if packed not in ("", "identity") else None
    if (answer.length or 0) > limits.size and not limits.cut:
        raise _too_large(limits)
    body, read = bytearray(), 0
    while block := answer.read(_BLOCK):
        read += len(block)
        body += unpack.feed(block, len(body)) if unpack else block
        if max(read, len(body)) > limits.size:
            if limits.cut:
                return bytes(body[: limits.size])
            raise _too_large(limits)
    if answer.length or (unpack and not unpack.is_whole):
        raise Unreadable("damaged", "The answer broke off before its end.")
    return bytes(body)


def _too_large(limits: Limits) -> Unreadable:
    return Unreadable("too_large", f"The answer is larger than {limits.size / 1e6:g} MB (max_document_mb).")


class _Unpacker:
    """Decompresses block by block and never makes more than one byte beyond the limit."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._stream = zlib.decompressobj(zlib.MAX_WBITS | 32)  # gzip or zlib, whichever it is

    @property
    def is_whole(self) -> bool:
        return self._stream.eof

    def feed(self, block: bytes, made: int) -> bytes:
        return b"" if self._stream.eof else self._stream.decompress(block, max(self._most - made, 0) + 1)


# Errors ----------------------------------------------------------------------------------------------------------


@contextmanager
def _mapped(target: Target, deadline: _Deadline) -> Iterator[None]:
    """Turn whatever a server or the network does into one sentence."""
    try:
        yield
    except Unreadable as exc:
        raise (_timeout(target) if deadline.late and exc.code == "damaged" else exc) from None
    except (OSError, http.client.HTTPException, zlib.error, ValueError) as exc:
        raise _told(exc, target, deadline) from exc


def _told(exc: Exception, target: Target, deadline: _Deadline) -> Unreadable:
    if deadline.late or isinstance(exc, TimeoutError):
        return _timeout(target)
    if isinstance(exc, ssl.SSLCertVerificationError):
        return Unreadable("tls", f"The certificate of {target.host} cannot be trusted: {exc.verify_message}.")
    if isinstance(exc, ssl.SSLError):
        return Unreadable("tls", f"No secure connection to {target.host} could be made.")
    if isinstance(exc, OSError):
        why = (exc.strerror or "it closed the connection").lower()
        return Unreadable("unreachable", f"The host {target.host} does not answer: {why}.")
    return Unreadable("damaged", f"What {target.host} answered cannot be read.")


def _timeout(target: Target) -> Unreadable:
    return Unreadable("timeout", f"The host {target.host} took too long to answer (max_fetch_seconds).")
