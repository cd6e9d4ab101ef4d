"""The packaged model as an int8 graph on onnxruntime: no torch is imported, several times as fast."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from qa.embedding.pooling import pool, pool_question
from qa.embedding.tokens import MAX_PIECES, encode_checked, encode_query, load_tokenizer, token_spans
from qa.embedding.words import WordVectors
from qa.errors import ModelUnavailable
from qa.types import Span

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from qa.types import Matrix, Vector

UNFUSED = ["BiasGeluFusion", "SkipLayerNormFusion"]
"""What onnxruntime would join when it opens the graph: these two joined kernels are slower than their parts."""


def load_onnxruntime() -> Any:
    """Import onnxruntime with its telemetry off: since 1.32 its Linux build reports to its maker by default."""
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime

    onnxruntime.disable_telemetry_events()
    return onnxruntime


class OnnxEmbedder:
    """Embed with the prepared graph, one text a run, each run on the core of the thread that asks for it.

    A batch would leave the cache, be padded, and share one scale of int8 numbers, so that a text's vector would depend
    on its neighbours; two runs side by side take less time than one run on both cores.
    """

    dimension = 384

    def __init__(self, folder: Path, graph: Path, name: str, threads: int = 0) -> None:
        """Open the graph; ``threads`` bounds the calls worth making at once, 0 is one for every core."""
        self._tokenizer = load_tokenizer(folder)
        self.word_vectors = WordVectors(folder, self._tokenizer)
        self.name = name
        self.calls_at_once = threads or os.cpu_count() or 1
        onnxruntime = load_onnxruntime()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(
                str(graph), options, providers=["CPUExecutionProvider"], disabled_optimizers=UNFUSED
            )
        except Exception as exc:  # onnxruntime raises its own classes, all of them meaning "unreadable graph"
            raise ModelUnavailable(f"The prepared model {graph} cannot be opened; delete it and try again.") from exc
        self._inputs = {node.name for node in self._session.get_inputs()}

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
        return pool_question(self._states(ids), offsets, parts)

    def embed_chunks(self, texts: Sequence[str], sentences: Sequence[Sequence[Span]]) -> "list[tuple[Vector, Matrix]]":
        """Embed each text and each of its sentences in one pass, in the order given."""
        encodings = encode_checked(self._tokenizer, texts, MAX_PIECES)
        return [
            pool(self._states(encoding.ids), encoding.offsets, spans)
            for encoding, spans in zip(encodings, sentences, strict=True)
        ]

    def _states(self, pieces: Sequence[int]) -> "NDArray[np.float32]":
        """Return the token states of one text, shape (pieces, dimension)."""
        ids = np.array([pieces], dtype=np.int64)
        feed = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        states = self._session.run(None, {name: feed[name] for name in self._inputs})[0]
        return np.asarray(states[0], dtype=np.float32)
