"""The packaged model as an int8 graph on onnxruntime: no torch is imported, about three times as fast."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from qa.embedding.pooling import pool, pool_question
from qa.embedding.tokens import MAX_PIECES, encode_checked, encode_query, load_tokenizer, token_spans
from qa.errors import ModelUnavailable
from qa.types import Span

if TYPE_CHECKING:
    from tokenizers import Encoding

    from qa.types import Matrix, Vector

BATCH_PIECES = 4096
"""Word pieces of one batch, padding included: 16 chunks of 256, or 40 of 100; larger ones leave the cache."""


def load_onnxruntime() -> Any:
    """Import onnxruntime with its telemetry off: since 1.32 its Linux build reports to its maker by default."""
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime

    onnxruntime.disable_telemetry_events()
    return onnxruntime


class OnnxEmbedder:
    """Embed with the prepared graph; texts of like length share a batch, so little is padded."""

    dimension = 384

    def __init__(self, folder: Path, graph: Path, name: str, threads: int = 0) -> None:
        """Open the graph; ``threads`` 0 uses every core."""
        onnxruntime = load_onnxruntime()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3
        # Spinning threads would fight Chroma and tantivy for the cores between two batches.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            self._session = onnxruntime.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])
        except Exception as exc:  # onnxruntime raises its own classes, all of them meaning "unreadable graph"
            raise ModelUnavailable(f"The prepared model {graph} cannot be opened; delete it and try again.") from exc
        self._inputs = {node.name for node in self._session.get_inputs()}
        self._tokenizer = load_tokenizer(folder)
        self.name = name

    def token_spans(self, text: str) -> Sequence[tuple[int, int]]:
        """Return the (start, end) of each word piece of a text of any length."""
        return token_spans(self._tokenizer, text)

    def embed_query(self, text: str) -> "Vector":
        """Embed one question."""
        whole: Vector = self.embed_question(text)[0]
        return whole

    def embed_question(self, text: str, parts: Sequence[Sequence[Span]] = ()) -> "Matrix":
        """Embed a question and parts of it (spans within it) in one pass; row 0 is the whole."""
        ids, offsets = encode_query(self._tokenizer, text, MAX_PIECES)
        return pool_question(self._states([ids])[0], offsets, parts)

    def embed_chunks(self, texts: Sequence[str], sentences: Sequence[Sequence[Span]]) -> "list[tuple[Vector, Matrix]]":
        """Embed each text and each of its sentences in one pass, in the order given."""
        encodings = encode_checked(self._tokenizer, texts, MAX_PIECES)
        results: list[Any] = [None] * len(texts)
        for batch in _batches(encodings):
            states = self._states([encodings[at].ids for at in batch])
            for row, at in enumerate(batch):
                length = len(encodings[at].ids)
                results[at] = pool(states[row, :length], encodings[at].offsets, sentences[at])
        return results

    def _states(self, rows: Sequence[Sequence[int]]) -> "np.ndarray[Any, np.dtype[np.float32]]":
        longest = max(map(len, rows))
        ids = np.zeros((len(rows), longest), dtype=np.int64)
        mask = np.zeros_like(ids)
        for at, row in enumerate(rows):
            ids[at, : len(row)] = row
            mask[at, : len(row)] = 1
        feed = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        states = self._session.run(None, {name: feed[name] for name in self._inputs})[0]
        return np.asarray(states, dtype=np.float32)


def _batches(encodings: "Sequence[Encoding]") -> Iterator[list[int]]:
    """Group positions by length, longest first, each batch at most BATCH_PIECES once padded."""
    order = sorted(range(len(encodings)), key=lambda at: -len(encodings[at].ids))
    batch: list[int] = []
    for at in order:
        longest = len(encodings[batch[0]].ids) if batch else len(encodings[at].ids)
        if batch and longest * (len(batch) + 1) > BATCH_PIECES:
            yield batch
            batch = []
        batch.append(at)
    if batch:
        yield batch
