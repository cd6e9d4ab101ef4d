"""A real web site on this machine: routes to answers, and a note of every request."""

import contextlib
import gzip
import socket
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Site:
    """Routes: path to bytes, to (status, headers, body), or to a function that writes to the handler."""

    routes: dict = field(default_factory=dict)
    requests: list = field(default_factory=list)
    port: int = 0

    def url(self, path="/", host="127.0.0.1"):
        return f"http://{host}:{self.port}{path}"

    @property
    def paths(self):
        return [path for path, _ in self.requests]

    def pages(self):
        return [path for path in self.paths if path != "/robots.txt"]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        site = self.server.site
        site.requests.append((self.path, dict(self.headers)))
        route = site.routes.get(self.path, (404, {}, b"Not here"))
        with contextlib.suppress(ConnectionError):
            if callable(route):
                route(self)
                return
            status, headers, body = route if isinstance(route, tuple) else (200, {}, route)
            if headers.get("ETag") and self.headers.get("If-None-Match") == headers["ETag"]:
                status, body = 304, b""
            self.answer(status, {"Content-Type": "text/html; charset=utf-8", **headers}, body)

    def answer(self, status, headers, body=b""):
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            if value is not None:
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def served(handler=Handler, wrap=None):
    """Serve on a free port of 127.0.0.1."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    server.handle_error = lambda *_: None
    server.site = Site(port=server.server_address[1])
    if wrap:
        server.socket = wrap(server.socket)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server.site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def slow(handler):
    """A body that never comes to its end: a byte now and then."""
    handler.answer(200, {"Content-Length": "100000"})
    for _ in range(200):
        handler.wfile.write(b"x")
        handler.wfile.flush()
        time.sleep(0.05)


def slow_headers(handler):
    for _ in range(200):
        handler.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        handler.wfile.flush()
        time.sleep(0.05)


def endless(handler):
    """A body without an announced end."""
    handler.answer(200, {"Content-Length": None, "Content-Type": "text/html", "Connection": "close"})
    with contextlib.suppress(OSError):
        while True:
            handler.wfile.write(b"<p>and so on</p>" * 4096)


def bomb(handler):
    body = gzip.compress(bytes(60_000_000), 9)
    handler.answer(200, {"Content-Encoding": "gzip", "Content-Length": str(len(body))}, body)


def broken_off(handler):
    handler.answer(200, {"Content-Length": "5000"}, b"<html><p>Only the beginning")
    handler.connection.shutdown(socket.SHUT_RDWR)


def nonsense(handler):
    handler.wfile.write(b"220 mail.example ESMTP\r\n")
    handler.wfile.flush()
    handler.connection.shutdown(socket.SHUT_RDWR)
