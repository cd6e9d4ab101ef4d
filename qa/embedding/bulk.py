"""The packaged model in bfloat16 on processors with matrix tiles (AMX), for ingestions large enough to load torch for.

There it takes a third of the int8 graph's time; a processor with AVX-512 alone runs it slower than the graph.
"""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from qa.embedding.pieces import PieceEmbedder
from qa.embedding.uninterrupted import uninterrupted
from qa.errors import ModelUnavailable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_FLAG = "amx_bf16"
PROCESSOR = Path("/proc/cpuinfo")


def has_tiles(processor: Path = PROCESSOR) -> bool:
    """Say whether the processor multiplies bfloat16 matrices in tiles, by Linux's description of it."""
    try:
        lines = processor.read_text("utf-8", "replace").splitlines()
    except OSError:
        return False
    return any(_FLAG in line.split() for line in lines if line.startswith("flags"))


class TileEmbedder(PieceEmbedder):
    """Embed with torch in bfloat16, each call on one core: two calls side by side take two thirds of one on both."""

    batch_pieces = 2048
    """Larger ones are slower: what the allocator gives back to the system between them is cleared again."""

    def __init__(self, folder: Path, name: str, threads: int = 0) -> None:
        """Load the weights; ``threads`` 0 uses every core.

        Raises:
            ModelUnavailable: The weights cannot be loaded.
        """
        super().__init__(folder, name)
        with uninterrupted():
            import torch
            from transformers import AutoModel
            from transformers.utils import logging

        logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        self._torch = torch
        self.calls_at_once = threads or os.cpu_count() or 1
        try:
            model = AutoModel.from_pretrained(str(folder), dtype=torch.bfloat16, local_files_only=True)
        except Exception as exc:  # any of transformers' many ways to say that the folder is no model
            raise ModelUnavailable(f"The embedding model in {folder} cannot be loaded.") from exc
        self._model = model.eval()

    def _states(self, ids: "NDArray[np.int64]", mask: "NDArray[np.int64]") -> "NDArray[np.float32]":
        torch = self._torch
        torch.set_num_threads(1)  # of the calling thread
        # Without a mask the attention takes a quicker way.
        seen = None if mask.all() else torch.from_numpy(mask)
        with torch.inference_mode():
            output = self._model(input_ids=torch.from_numpy(ids), attention_mask=seen)
            states: NDArray[np.float32] = output.last_hidden_state.float().numpy()
        return states
