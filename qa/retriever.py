"""The LangChain face: an archive as a retriever for any chain, and as a tool for any agent."""

from itertools import chain

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from langchain_core.tools import StructuredTool, ToolException
from pydantic import Field

from qa.answer.quotes import one_line, spoken_day
from qa.errors import DatelineError
from qa.pipeline import QAPipeline
from qa.render import note_lines, plain
from qa.types import Answer, Citation, Filters, SearchResult

TOOL_DESCRIPTION = (
    "Ask the archive of news articles one question in plain language. Gives back sentences quoted word for word from "
    "articles, each with the number of its source below, or says that the archive does not hold the answer."
)


class ArchiveRetriever(BaseRetriever):
    """Give an archive's best passages to a LangChain chain, best first.

    Args:
        pipeline: Over an open archive.
        top_k: How many passages at most.
        filters: Limits on publishers, dates and articles; one that matches nothing gives no passage.

    Raises:
        EmptyQuestion, QuestionTooLong: When invoked with what is no question.
    """

    pipeline: QAPipeline
    top_k: int = Field(10, ge=1, le=50)
    filters: Filters = Filters()

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        return [_document(result) for result in self.pipeline.search(query, self.top_k, self.filters)]


def archive_tool(pipeline: QAPipeline, filters: Filters | None = None) -> StructuredTool:
    """Return a tool, ``ask_archive``, that answers a question with numbered sources.

    What is wrong with a question, or with the archive, comes back to the agent as a sentence.
    """

    def ask_archive(question: str) -> str:
        try:
            return _answer_text(pipeline.ask(question, filters=filters))
        except DatelineError as error:
            raise ToolException(error.user_message) from error

    return StructuredTool.from_function(
        ask_archive, name="ask_archive", description=TOOL_DESCRIPTION, handle_tool_error=True
    )


def _document(result: SearchResult) -> Document:
    chunk = result.chunk
    metadata = {
        "chunk_id": chunk.id,
        "article_id": chunk.article_id,
        "revision": chunk.revision,
        "start": chunk.start,
        "end": chunk.end,
        "url": chunk.url,
        "title": chunk.title,
        "publisher": chunk.publisher,
        "published_at": chunk.published_at,
        "score": result.score,
        "rank": result.rank,
    }
    return Document(id=chunk.id, page_content=chunk.text, metadata=metadata)


def _answer_text(answer: Answer) -> str:
    if not answer.claims:
        return answer.message
    sources, notes = [_source(citation) for citation in answer.citations], note_lines(answer)
    below = [["", head, *lines] for head, lines in (("Sources:", sources), ("Notes:", notes)) if lines]
    return plain("\n".join([answer.text, *chain.from_iterable(below)]))


def _source(citation: Citation) -> str:
    names = (one_line(citation.title or "(no title)"), citation.publisher, spoken_day(citation.published_at))
    place = f"revision {citation.revision}, characters {citation.start}-{citation.end}"
    lines = [f"[{citation.number}] {', '.join(name for name in names if name)}, "]
    lines[0] += f"{citation.url or citation.article_id} ({place})"
    for near in citation.context:
        where = "before" if near.start < citation.start else "after"
        lines.append(f"    read with the sentence {where} it: “{one_line(near.text)}”")
    return "\n".join(lines)
