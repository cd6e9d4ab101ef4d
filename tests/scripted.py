"""An OpenAI-compatible endpoint on this machine that answers as a test says."""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def chunk(text):
    """One piece of a streamed reply."""
    body = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    return b"data: " + json.dumps(body | {"choices": [{"index": 0, "delta": {"content": text}}]}).encode() + b"\n\n"


@contextmanager
def endpoint(reply):
    """Serve ``reply(messages)``, text or an HTTP status, and give the address that goes into ``chat_base_url``."""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_):
            pass

        def do_POST(self):
            asked = json.loads(self.rfile.read(int(self.headers.get("content-length", 0))))
            said = reply(asked["messages"])
            if isinstance(said, int):
                self.send_error(said)
                return
            self.send_response(200)
            self.send_header("content-type", "text/event-stream")
            self.end_headers()
            self.wfile.write(chunk(said) + b"data: [DONE]\n\n")
            self.close_connection = True

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        server.shutdown()
        server.server_close()
