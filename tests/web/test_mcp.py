"""The archive as tools, asked by the protocol's own client over standard input and output."""

import json
import sys

import anyio
import pytest
from mcp import Client, StdioServerParameters

from tests.contract import shapes
from tests.servers import ROOT
from tests.web.test_api import check

QUESTION = "What does Pakistan require for joint dialogue?"


def session(folder, calls):
    """Start ``dateline mcp`` on a folder and return its tools and what each (tool, arguments) call gave."""

    async def talk():
        command = ["-m", "app", "mcp", "--data", str(folder)]
        server = StdioServerParameters(command=sys.executable, args=command, cwd=str(ROOT))
        async with Client(server, read_timeout_seconds=60) as client:
            tools = (await client.list_tools()).tools
            return tools, [await client.call_tool(name, given) for name, given in calls]

    return anyio.run(talk)


def value(result):
    assert not result.is_error, result
    return json.loads(result.content[0].text)


@pytest.mark.parametrize("served", [True, False])
def test_tools_answer_search_and_read(served, server, small_folder):
    folder, question = (server.folder, QUESTION) if served else (small_folder, "Where did the ferry Alma sink?")
    tools, (asked, found, empty, missing, much) = session(
        folder,
        [
            ("ask", {"question": question}),
            ("search", {"question": question, "top_k": 3}),
            ("ask", {"question": " "}),
            ("read_article", {"article_id": "nothing"}),
            ("search", {"question": "x", "top_k": 5000}),
        ],
    )
    assert {tool.name for tool in tools} == {"ask", "search", "read_article"}
    assert all(tool.annotations.read_only_hint and tool.description for tool in tools)
    answer = value(asked)
    assert answer["status"] == "answered"
    if not served:
        assert answer["claims"][0]["note"] == "“Sunday” was 31 March 2024"
    check(value(found), shapes.SEARCH)
    assert 1 <= len(value(found)["results"]) <= 3
    assert empty.is_error
    assert "question is empty" in empty.content[0].text
    assert missing.is_error
    assert "no article 'nothing'" in missing.content[0].text
    assert much.is_error
    citation = answer["citations"][0]
    _, (read,) = session(folder, [("read_article", {"article_id": citation["article_id"]})])
    article = value(read)
    assert article["text"][citation["start"] : citation["end"]] == citation["quote"]
    assert article["next_start"] is None
