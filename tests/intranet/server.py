"""The intranet's web server: it sends pages with their content policies, and signs tokens for who works there."""

import json
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from string import Template

import jwt

PAGES = Path(__file__).parent
KINDS = {".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8"}
MINIMUM = "default-src 'none'; script-src {dateline}; connect-src {dateline}"
"""What a page has to allow for the widget, and no more."""
OWN = MINIMUM + " 'self'; style-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'"
"""The demo's: the tokens come from the intranet itself, and so do its style and its frames."""
POLICIES = {"/plain.html": MINIMUM}
TOKEN_S = 120


@dataclass
class Intranet:
    """What the server sends.

    Args:
        dateline: The address of Dateline, without a path.
        secret: Shared with Dateline for the site that asks for tokens.
        pages: More pages by path, each with its HTML and content policy; ``{dateline}`` stands for the address.
    """

    dateline: str
    secret: str
    pages: dict = field(default_factory=dict)
    tokens: list = field(default_factory=list)
    """Those that were made."""
    token_status: int = 200

    def page(self, path):
        """Return the body, the kind and the policy of a path, or None."""
        if path in self.pages:
            text, policy = self.pages[path]
            return text.replace("{dateline}", self.dateline), KINDS[".html"], policy.format(dateline=self.dateline)
        file = PAGES / (path.removeprefix("/") or "index.html")
        if file.parent != PAGES or file.suffix not in KINDS or not file.is_file():
            return None
        text = Template(file.read_text("utf-8")).safe_substitute(dateline=self.dateline)
        return text, KINDS[file.suffix], POLICIES.get(path, OWN).format(dateline=self.dateline)

    def token(self, user="ida"):
        """Return a new token for somebody who is signed in at the intranet."""
        now = int(time.time())
        claims = {"aud": "dateline:staff", "sub": user, "iat": now, "exp": now + TOKEN_S}
        self.tokens.append(jwt.encode(claims, self.secret, "HS256"))
        return self.tokens[-1]


def handler_of(intranet):
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            path = self.path.partition("?")[0]
            if path == "/dateline-token":
                # A real intranet looks first who is signed in, by its own session's cookie.
                body = json.dumps({"token": intranet.token()})
                self.answer(intranet.token_status, body, "application/json", "default-src 'none'")
                return
            found = intranet.page(path)
            self.answer(200 if found else 404, *(found or ("", KINDS[".html"], "default-src 'none'")))

        def answer(self, status, text, kind, policy):
            body = text.encode()
            self.send_response(status)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(body)))
            self.send_header("content-security-policy", policy)
            self.send_header("cache-control", "no-store")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    return Handler


@contextmanager
def serving_intranet(intranet, port=0):
    """Serve on this machine until the end of the block; gives the port."""
    server = ThreadingHTTPServer(("127.0.0.1", port), handler_of(intranet))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
