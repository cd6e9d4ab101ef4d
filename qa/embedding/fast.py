"""The packaged model as an int8 graph on onnxruntime: no torch is imported, about three times as fast."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from qa.embedding.pieces import PieceEmbedder
from qa.errors import ModelUnavailable

if TYPE_CHECKING:
    from numpy.typing import NDArray


def load_onnxruntime() -> Any:
    """Import onnxruntime with its telemetry off: since 1.32 its Linux build reports to its maker by default."""
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime

    onnxruntime.disable_telemetry_events()
    return onnxruntime


class OnnxEmbedder(PieceEmbedder):
    """Embed with the prepared graph."""

    def __init__(self, folder: Path, graph: Path, name: str, threads: int = 0) -> None:
        """Open the graph; ``threads`` 0 uses every core."""
        super().__init__(folder, name)
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

    def _states(self, ids: "NDArray[np.int64]", mask: "NDArray[np.int64]") -> "NDArray[np.float32]":
        feed = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        states = self._session.run(None, {name: feed[name] for name in self._inputs})[0]
        return np.asarray(states, dtype=np.float32)
