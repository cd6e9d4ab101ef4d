"""Any natural language inference ``CrossEncoder``, which says whether one text follows from another."""

from collections.abc import Sequence
from pathlib import Path
from threading import Lock

from qa.errors import ModelUnavailable

BATCH = 16


class EntailmentModel:
    """Say how surely a text entails or contradicts a statement."""

    def __init__(self, folder: Path, name: str, threads: int = 0) -> None:
        """Load the model from its folder, never from a hub.

        Raises:
            ModelUnavailable: The folder holds no model with the labels "entailment" and "contradiction".
        """
        import torch
        from sentence_transformers import CrossEncoder

        if threads:
            torch.set_num_threads(threads)
        try:
            self._model = CrossEncoder(str(folder), local_files_only=True, trust_remote_code=False)
            labels = {int(at): str(label).casefold() for at, label in self._model.config.id2label.items()}
        except Exception as exc:  # any of transformers' many ways to say that the folder is no model
            raise ModelUnavailable(f"The entailment model in {folder} cannot be loaded.") from exc
        places = {label: at for at, label in labels.items()}
        if not {"entailment", "contradiction"} <= places.keys():
            raise ModelUnavailable(
                f"The entailment model in {folder} has the labels {', '.join(labels.values())}; "
                "entailment and contradiction are needed."
            )
        self._yes, self._no = places["entailment"], places["contradiction"]
        self.name = name
        self._one_at_a_time = Lock()  # its tokenizer must not be used by two threads at once

    def judge(self, texts: Sequence[str], statement: str) -> list[tuple[float, float]]:
        """Return for each text how surely (0 to 1) it entails and how surely it contradicts a statement.

        Raises:
            ModelUnavailable: The model fails.
        """
        try:
            with self._one_at_a_time:
                found = self._model.predict(
                    [(text, statement) for text in texts],
                    batch_size=BATCH,
                    show_progress_bar=False,
                    apply_softmax=True,
                )
            return [(float(row[self._yes]), float(row[self._no])) for row in found]
        except Exception as exc:
            raise ModelUnavailable(f"The entailment model {self.name} failed on this answer.") from exc
