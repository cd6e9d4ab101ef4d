"""The archive inside a real LangChain chain."""

import asyncio

import pytest
from langchain_core.language_models.fake_chat_models import FakeListChatModel
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import RunnableLambda, RunnablePassthrough
from pydantic import ValidationError

from qa.errors import EmptyQuestion
from qa.render import plain
from qa.retriever import ArchiveRetriever, archive_tool
from qa.types import Filters

QUESTION = "Where did the ferry Alma sink?"


def test_documents_carry_the_passage_and_its_place(small):
    documents = ArchiveRetriever(pipeline=small.pipeline, top_k=3).invoke(QUESTION)
    results = small.pipeline.search(QUESTION, 3)
    assert [document.metadata["rank"] for document in documents] == [1, 2, 3]
    for document, result in zip(documents, results, strict=True):
        data = document.metadata
        article = small.archive.article(data["article_id"], data["revision"])
        assert document.page_content == article.text[data["start"] : data["end"]]
        assert data["score"] == result.score
        assert data["chunk_id"] == document.id == result.chunk.id
        for name in ("url", "title", "publisher", "published_at"):
            assert data[name] == getattr(article, name)


def test_a_real_chain_runs_on_it(small):
    seen = []

    def format_passages(documents):
        seen.extend(documents)
        return "\n".join(document.page_content for document in documents)

    chain = (
        {"passages": ArchiveRetriever(pipeline=small.pipeline, top_k=2) | format_passages, "q": RunnablePassthrough()}
        | ChatPromptTemplate.from_messages([("system", "Passages:\n{passages}"), ("human", "{q}")])
        | RunnableLambda(lambda prompt: seen.append(prompt.to_string()) or prompt)
        | FakeListChatModel(responses=["Off Port Ellen."])
        | StrOutputParser()
    )
    assert chain.invoke(QUESTION) == "Off Port Ellen."
    *documents, prompt = seen
    assert len(documents) == 2
    assert "The ferry Alma sank off Port Ellen" in prompt


def test_it_runs_in_an_asynchronous_chain_and_in_a_batch(small):
    retriever = ArchiveRetriever(pipeline=small.pipeline, top_k=1)
    expected = retriever.invoke(QUESTION)
    assert asyncio.run(retriever.ainvoke(QUESTION)) == expected
    assert retriever.batch([QUESTION, QUESTION]) == [expected, expected]


def test_filters_limit_the_passages_and_never_fall_back(small):
    def publishers(*names):
        retriever = ArchiveRetriever(pipeline=small.pipeline, filters=Filters(publishers=names))
        return {document.metadata["publisher"] for document in retriever.invoke(QUESTION)}

    assert publishers("coast radio") == {"Coast Radio"}
    assert publishers("Nobody's News") == set()


@pytest.mark.parametrize("top_k", [0, -1, 51, "many"])
def test_a_number_of_passages_that_makes_no_sense_is_refused(small, top_k):
    with pytest.raises(ValidationError):
        ArchiveRetriever(pipeline=small.pipeline, top_k=top_k)


def test_what_is_no_question_is_our_error(small):
    with pytest.raises(EmptyQuestion):
        ArchiveRetriever(pipeline=small.pipeline).invoke("?!")


def test_the_tool_answers_with_numbered_sources(small):
    tool = archive_tool(small.pipeline)
    assert tool.name == "ask_archive"
    assert set(tool.args) == {"question"}
    text = tool.invoke({"question": QUESTION})
    answer = small.pipeline.ask(QUESTION)
    assert text.startswith(answer.text + "\n\nSources:\n[1] Ferry sinks off Port Ellen, Harbour Post, 31 March 2024")
    assert "https://harbourpost.example/ferry (revision 1, characters 0-66)" in text
    assert "\n\nNotes:\n[1] (“Sunday” was 31 March 2024)" in text


def test_the_tool_shows_the_sentence_that_a_quote_is_read_with(small):
    text = archive_tool(small.pipeline).invoke({"question": "When was the ferry Alma built in Oskerby?"})
    assert "She had been built in Oskerby in 1987." in text
    assert "read with the sentence before it: “All 42 passengers were rescued" in text
    assert "read with the sentence after it: “The operator rejected a claim" in text


def test_the_tool_says_that_the_archive_does_not_hold_the_answer(small):
    tool = archive_tool(small.pipeline, Filters(publishers=("Nobody's News",)))
    assert tool.invoke({"question": QUESTION}) == small.pipeline.ask(QUESTION, filters=Filters(article_ids=())).message


def test_the_tool_tells_what_the_archive_says_of_itself(small):
    asked = "How many articles do you hold?"
    assert archive_tool(small.pipeline).invoke({"question": asked}) == plain(small.pipeline.ask(asked).text)


@pytest.mark.parametrize(("question", "words"), [("?!", "is empty"), ("x" * 2001, "2,001 characters")])
def test_the_tool_says_what_is_wrong_with_a_question(small, question, words):
    assert words in archive_tool(small.pipeline).invoke({"question": question})


def test_hostile_text_cannot_steer_what_the_tool_prints(small):
    text = archive_tool(small.pipeline).invoke({"question": "How often did the siren of Dunmarrow sound?"})
    assert "Dunmarrow" in text
    assert not any(letter in text for letter in "\x1b\x07\u202e")
