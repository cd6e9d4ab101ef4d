"""Clients made for OpenAI's interface work with the archive, its quotes and its abstentions."""

import json
import shutil
from contextlib import aclosing

import anyio
import openai
import pytest
from langchain_openai import ChatOpenAI

from qa.types import Answer, Citation, Claim, Coverage, Run, TextPiece
from qa.web.openai import _chunks, _content, _source, _without_sources
from tests.contract import shapes
from tests.servers import serving
from tests.web.test_api import check

QUESTION = "What does Pakistan require for joint dialogue?"
ASKED = [{"role": "system", "content": "Invent something."}, {"role": "user", "content": QUESTION}]
NO_ANSWER = [{"role": "user", "content": "Who won the chess olympiad of 2031?"}]


@pytest.fixture(scope="module")
def ai(server):
    with openai.OpenAI(base_url=f"{server.address}/v1", api_key="anything", max_retries=0) as client:
        yield client


def test_models_are_listed(ai):
    assert [model.id for model in ai.models.list()] == [
        "dateline",
        "dateline-strict",
        "dateline-balanced",
        "dateline-open",
    ]


def test_a_completion_quotes_its_sources(ai, client):
    done = ai.chat.completions.create(model="dateline", messages=ASKED, temperature=0.7)
    message = done.choices[0].message
    citation = message.citations[0]
    article = client.get(f"/api/v1/articles/{citation['article_id']}").json()
    assert article["text"][citation["start"] : citation["end"]] == citation["quote"]
    assert f"Sources\n[1] {citation['title']}" in message.content
    assert citation["quote"] in message.content
    assert done.choices[0].finish_reason == "stop"
    check(done.dateline, shapes.ANSWER)


def test_a_stream_makes_up_the_same_message(ai):
    whole = ai.chat.completions.create(model="dateline", messages=ASKED).choices[0].message
    options = {"include_usage": True}
    chunks = list(ai.chat.completions.create(model="dateline", messages=ASKED, stream=True, stream_options=options))
    deltas = [chunk.choices[0].delta for chunk in chunks if chunk.choices]
    assert "".join(delta.content or "" for delta in deltas) == whole.content
    assert [delta.citations for delta in deltas if hasattr(delta, "citations")] == [whole.citations]
    assert chunks[-1].usage.total_tokens == 0  # no language model took part
    assert chunks[-2].choices[0].finish_reason == "stop"
    check(chunks[-2].dateline, shapes.ANSWER)


@pytest.mark.parametrize("stream", [False, True])
def test_an_abstention_is_a_message_too(ai, stream):
    done = ai.chat.completions.create(model="dateline-strict", messages=NO_ANSWER, stream=stream)
    if stream:
        chunks = list(done)
        text, answer = "".join(chunk.choices[0].delta.content or "" for chunk in chunks), chunks[-1].dateline
    else:
        text, answer = done.choices[0].message.content, done.dateline
    assert (answer["status"], text) == ("abstained", answer["message"])


def test_a_conversation_goes_on(ai):
    first = ai.chat.completions.create(model="dateline", messages=ASKED).choices[0].message.content
    messages = [*ASKED, {"role": "assistant", "content": first}, {"role": "user", "content": "Who said so?"}]
    asked = ai.chat.completions.create(model="dateline-open", messages=messages).dateline
    assert asked["question"] == "Who said so?"
    check(asked, shapes.ANSWER)


@pytest.mark.parametrize(
    ("given", "error", "code"),
    [
        ({"model": "gpt-9"}, openai.NotFoundError, "not_found"),
        ({"messages": [{"role": "assistant", "content": "x"}]}, openai.UnprocessableEntityError, "bad_request"),
        ({"messages": []}, openai.UnprocessableEntityError, "bad_request"),
        ({"messages": [{"role": "user", "content": " "}]}, openai.BadRequestError, "empty_question"),
        ({"messages": [{"role": "user", "content": " "}], "stream": True}, openai.BadRequestError, "empty_question"),
        ({"messages": [{"role": "user", "content": "x" * 2001}]}, openai.APIStatusError, "question_too_long"),
        ({"n": 2}, openai.UnprocessableEntityError, "bad_request"),
    ],
)
def test_what_is_wrong_is_an_error_of_that_client(ai, given, error, code):
    with pytest.raises(error) as caught:
        ai.chat.completions.create(**{"model": "dateline", "messages": ASKED, **given})
    assert caught.value.code == code


def test_the_key_is_the_readers_token(guarded):
    for key, works in (("the readers' own token", True), ("wrong", False)):
        with openai.OpenAI(base_url=f"{guarded.address}/v1", api_key=key, max_retries=0) as client:
            if works:
                assert client.chat.completions.create(model="dateline", messages=ASKED).dateline["status"]
            else:
                with pytest.raises(openai.AuthenticationError):
                    client.chat.completions.create(model="dateline", messages=ASKED)


def test_langchain_asks_it_like_any_other_model(server):
    model = ChatOpenAI(model="dateline", base_url=f"{server.address}/v1", api_key="anything", max_retries=0)
    said = model.invoke([("system", "Be brief."), ("user", QUESTION)])
    streamed = "".join(piece.content for piece in model.stream(QUESTION))
    assert "“For a joint dialogue" in said.content
    assert "Sources\n[1]" in said.content
    assert streamed == said.content


SIREN = [{"role": "user", "content": "When did the siren of Dunmarrow sound three times?"}]


def test_a_hostile_publisher_in_a_sentence_is_no_tag(ai):
    said = ai.chat.completions.create(model="dateline-open", messages=SIREN).choices[0].message.content
    assert said.startswith("According to Gazette ‹b onmouseover=alert(1)>bold‹/b>, 5 May 2024: “")
    for question in ("Which publishers do you hold?", "What is your newest article?"):
        asked = [{"role": "user", "content": question}]
        said = ai.chat.completions.create(model="dateline", messages=asked).choices[0].message.content
        assert "Gazette ‹b onmouseover" in said
        assert "<" not in said


NOTE = "Gazette <b>\n\n![x](//evil.example/x.png), undated · rests on unnamed sources"


DIFFER = "Reports differ: A says 1; B says 2."


def noted():
    text = "It rang. It rang again."
    citations = tuple(Citation(at, "a", 1, "It rang", 0, 7, text) for at in (1, 2))
    claims = (Claim("It rang.", (1,)), Claim("It rang again.", (1, 2), note=NOTE))
    state = (
        "answered",
        None,
        f"Quoted from 1 article of the archive. {DIFFER}",
        "2026-01-02T03:04:05+00:00",
        0.9,
    )
    return Answer("When?", "When?", *state, claims, citations, (), Coverage(1, None), Run("chat"), (DIFFER,))


def test_a_hostile_note_is_one_line_without_links_images_and_tags():
    written = _content(noted())
    assert written.startswith("It rang. [1] It rang again. [1] [2]\n\nSources\n[1] ")
    told = "[1] [2] (Gazette ‹b> ! [x] (//`evil.example/x.png`), undated · rests on unnamed sources)"
    assert written.endswith(f"\n\nNotes\n{told}\n{DIFFER}")
    assert _without_sources(written) == noted().text


def test_a_stream_ends_with_the_notes_of_the_whole_message():
    async def events():
        for event in (TextPiece("It rang. [1]"), TextPiece(" It rang again. [1] [2]"), noted()):
            yield event

    async def streamed():
        async with aclosing(events()) as left:
            lines = [line async for line in _chunks(await anext(left), left, {}, usage=False)]
        deltas = [json.loads(line[6:])["choices"][0]["delta"] for line in lines if "[DONE]" not in line]
        return "".join(delta.get("content", "") for delta in deltas)

    assert anyio.run(streamed) == _content(noted())


def test_what_became_of_a_language_model_is_told_in_the_message_too(served_folder, tmp_path, monkeypatch):
    folder = shutil.copytree(served_folder, tmp_path / "data")
    monkeypatch.setenv("DATELINE_ENGINE", "chat")
    told = "Notes\nNo language model is set (\\`chat_model\\`). Quotes are shown instead."
    with serving(folder) as running, openai.OpenAI(base_url=f"{running.address}/v1", api_key="x") as ai:
        whole = ai.chat.completions.create(model="dateline", messages=ASKED).choices[0].message.content
        pieces = list(ai.chat.completions.create(model="dateline", messages=ASKED, stream=True))
    assert told in whole
    assert "".join(piece.choices[0].delta.content or "" for piece in pieces) == whole


def test_a_source_has_its_day_as_people_write_it():
    said = _source(Citation(1, "a", 1, "It rang.", 0, 8, "It rang.", published_at="2023-12-29T06:15:00+00:00"))
    assert said == "[1] 29 December 2023: “It rang.”"


def test_a_hostile_title_is_one_line_without_links_or_images_among_the_sources():
    title = "Siren\n\nSources\n[2] ![x](http://evil.example/x.png) [y](http://evil.example) <img src=x> " + "long " * 90
    said = _source(Citation(1, "a", 1, "It rang.", 0, 8, "It rang.", title=title, publisher="G <b>"))
    assert "\n" not in said
    assert not {"](", "![", "<"} & {said[at : at + size] for at in range(len(said)) for size in (1, 2)}
    assert said.endswith("“It rang.”")
    assert len(said) < 300
