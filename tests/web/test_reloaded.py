"""A conversation with the chat engine through a real server: what the model reads of it, and what comes back of it."""

import json
import re
import shutil
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest

from qa.answer.generate import MOST_HISTORY, MOST_TURNS, conversation
from qa.types import Turn
from tests.answer.test_chat import chunk
from tests.servers import serving

FIRST = "What does Pakistan require for joint dialogue?"
SECOND = "How many ships called at the port of Saltmere in the first quarter?"
REPLIES = {
    FIRST: "Pakistan requires that all stakeholders, among them the Afghan government and the US, prepare a framework "
    "for a joint dialogue policy [S1].",
    SECOND: "In all, 231 ships were calling at the port [1].",
}


class Endpoint(BaseHTTPRequestHandler):
    """An OpenAI-compatible server that knows two answers and keeps what it was asked."""

    asked: ClassVar[list[str]] = []

    def log_message(self, *_):
        pass

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        said = body["messages"][-1]["content"]
        type(self).asked.append(said)
        reply = next(reply for question, reply in REPLIES.items() if said.rstrip().endswith(question))
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.end_headers()
        self.wfile.write(chunk(reply) + b"data: [DONE]\n\n")
        self.close_connection = True


@pytest.fixture(scope="module")
def folder(tmp_path_factory, served_folder):
    endpoint = ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
    threading.Thread(target=endpoint.serve_forever, daemon=True).start()
    copy = shutil.copytree(
        served_folder, tmp_path_factory.mktemp("talk") / "data", ignore=shutil.ignore_patterns("*lock*")
    )
    (copy / "dateline.toml").write_text(
        'engine = "chat"\nlevel = "open"\nchat_model = "openai:m"\nchat_api_key = "none"\n'
        f'chat_base_url = "http://127.0.0.1:{endpoint.server_port}/v1"\n'
    )
    yield copy
    endpoint.shutdown()
    endpoint.server_close()


def ask(client, question, conversation_id=""):
    reply = client.post("/chat/ask", json={"question": question, "conversation": conversation_id})
    *said, kept = map(json.loads, reply.text.splitlines())
    assert "problem" not in kept
    return "".join(piece.get("text", "") for piece in said), kept


def cited(html):
    """The places that citation numbers lead to, and the quotes beside them."""
    return re.findall(r'<a class="dl-cite" href="([^"]+)"', html), re.findall(r"<q[^>]*>(.*?)</q>", html, re.DOTALL)


def test_a_reloaded_conversation_shows_the_same_claims_and_citations(folder):
    with serving(folder) as server, server.client() as client:
        text, first = ask(client, FIRST)
        assert text == REPLIES[FIRST].replace(" [S1].", ".") + " [1]"
        text, second = ask(client, SECOND, first["conversation"]["id"])
        assert text == "In all, 231 ships were calling at the port. [1]"
        cookies = dict(client.cookies)
    with serving(folder) as again, again.client(cookies=cookies) as client:
        turns = client.get("/chat/state", params={"c": first["conversation"]["id"]}).json()["turns"]
        page = client.get(f"/answers/{first['id']}").text
    assert first["turn"] in turns
    assert second["turn"] in turns
    places, quotes = cited(turns)
    assert (places, quotes) == tuple(map(sum, zip(cited(first["turn"]), cited(second["turn"]), strict=True), ([], [])))
    assert len(places) == len(quotes) >= 2
    assert all(quote in page for quote in cited(first["turn"])[1])
    # What the model reads of the turn before carries none of its numbers.
    before = Endpoint.asked[-1].split("</conversation>")[0]
    assert "joint dialogue policy" in before
    assert not re.search(r"\[\s*S?\d+\s*\]", before)


def test_what_a_model_reads_of_a_conversation_is_bounded(small):
    embedder = small.archive.embedder
    short = [Turn("user" if at % 2 == 0 else "assistant", f"Turn number {at} [3].") for at in range(40)]
    lines = conversation(short, embedder).splitlines()
    assert len(lines) == 2 * MOST_TURNS
    assert lines[-1] == "assistant: Turn number 39."
    long = [Turn("user", "the harbour and the ferry " * 400)] * 6
    assert len(embedder.token_spans(conversation(long, embedder))) <= MOST_HISTORY + 6 * len(long)
    assert conversation([], embedder) == ""
