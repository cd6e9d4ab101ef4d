"""Any sentence-transformers ``CrossEncoder``, which reads a question and a passage together and scores the pair."""

import math
from collections.abc import Sequence
from pathlib import Path
from threading import Lock

from qa.embedding.uninterrupted import uninterrupted
from qa.errors import ModelUnavailable

BATCH = 16


class CrossScorer:
    """Score passages against a question; higher is better, on the model's own scale."""

    def __init__(self, folder: Path, name: str, threads: int = 0) -> None:
        """Load the model from its folder, never from a hub.

        Raises:
            ModelUnavailable: The folder holds no cross-encoder that gives one score for a pair.
        """
        with uninterrupted():
            import torch
            from sentence_transformers import CrossEncoder

        if threads:
            torch.set_num_threads(threads)
        try:
            self._model = CrossEncoder(str(folder), local_files_only=True, trust_remote_code=False)
        except Exception as exc:  # any of transformers' many ways to say that the folder is no model
            raise ModelUnavailable(f"The cross-encoder in {folder} cannot be loaded.") from exc
        if self._model.num_labels != 1:
            raise ModelUnavailable(
                f"The cross-encoder in {folder} gives {self._model.num_labels} scores for a passage; one is needed."
            )
        self.name = name
        self._one_at_a_time = Lock()  # its tokenizer must not be used by two threads at once

    def scores(self, question: str, passages: Sequence[str]) -> list[float]:
        """Return one score for each passage.

        Raises:
            ModelUnavailable: The model fails or gives what is no number.
        """
        pairs = [(question, passage) for passage in passages]
        try:
            with self._one_at_a_time:
                found = self._model.predict(pairs, batch_size=BATCH, show_progress_bar=False)
            values = [float(value) for value in found]
        except Exception as exc:
            raise ModelUnavailable(f"The cross-encoder {self.name} failed on this question.") from exc
        if not all(map(math.isfinite, values)):
            raise ModelUnavailable(f"The cross-encoder {self.name} gives scores that are no numbers.")
        return values
