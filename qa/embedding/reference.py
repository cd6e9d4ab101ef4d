"""Any sentence-transformers model, as it comes: the reference, and the way to other models or a GPU."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qa.embedding.pooling import pool, pool_question, unit
from qa.embedding.tokens import MAX_PIECES, encode_checked, encode_query, load_tokenizer, token_spans
from qa.embedding.uninterrupted import uninterrupted
from qa.embedding.words import WordVectors
from qa.errors import ModelUnavailable
from qa.types import Span

if TYPE_CHECKING:
    from qa.types import Matrix, Vector

BATCH = 32


class TorchEmbedder:
    """Embed through sentence-transformers; sentence vectors are pooled from the same pass's token states."""

    calls_at_once = 1

    def __init__(self, folder: Path, name: str, threads: int = 0) -> None:
        """Load the model from its folder, never from a hub."""
        with uninterrupted():
            import torch
            from sentence_transformers import SentenceTransformer

        if threads:
            torch.set_num_threads(threads)
        try:
            self._model = SentenceTransformer(str(folder), local_files_only=True)
        except Exception as exc:  # any of transformers' many ways to say that the folder is no model
            raise ModelUnavailable(f"The embedding model in {folder} cannot be loaded.") from exc
        self._tokenizer = load_tokenizer(folder)
        self.word_vectors = WordVectors(folder, self._tokenizer)
        self.name = name
        self.dimension = int(self._model.get_embedding_dimension() or 0)
        # Chunks are cut for 256 pieces; a model that reads more is given no more, one that reads less is refused.
        self._most = int(self._model.max_seq_length or MAX_PIECES)
        if self._most < MAX_PIECES:
            raise ModelUnavailable(f"The embedding model reads only {self._most} word pieces; {MAX_PIECES} are needed.")

    def token_spans(self, text: str) -> Sequence[tuple[int, int]]:
        """Return the (start, end) of each word piece of a text of any length."""
        return token_spans(self._tokenizer, text)

    def embed_query(self, text: str) -> "Vector":
        """Embed one question."""
        whole: Vector = self.embed_question(text)[0]
        return whole

    def embed_question(self, text: str, parts: Sequence[Sequence[Span]] = ()) -> "Matrix":
        """Embed a question and parts of it (spans within it) in one pass; row 0 is the whole."""
        outputs: list[dict[str, Any]] = self._model.encode([text], output_value=None, show_progress_bar=False)  # type: ignore[assignment]
        output = outputs[0]
        _, offsets = encode_query(self._tokenizer, text, self._most)
        states = output["token_embeddings"].float().cpu().numpy()[: len(offsets)]
        rows = pool_question(states, offsets, parts)
        rows[0] = unit(output["sentence_embedding"].float().cpu().numpy())
        return rows

    def embed_chunks(self, texts: Sequence[str], sentences: Sequence[Sequence[Span]]) -> "list[tuple[Vector, Matrix]]":
        """Embed each text and each of its sentences in one pass, in the order given."""
        encodings = encode_checked(self._tokenizer, texts, self._most)
        outputs: list[dict[str, Any]] = self._model.encode(  # type: ignore[assignment]
            list(texts), batch_size=BATCH, output_value=None, show_progress_bar=False
        )
        results = []
        for output, encoding, spans in zip(outputs, encodings, sentences, strict=True):
            states = output["token_embeddings"].float().cpu().numpy()[: len(encoding.ids)]
            _, rows = pool(states, encoding.offsets, spans)
            results.append((unit(output["sentence_embedding"].float().cpu().numpy()), rows))
        return results
