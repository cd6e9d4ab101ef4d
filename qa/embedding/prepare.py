"""Find the prepared graph of the packaged model, or have it made once."""

import logging
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

from qa.errors import ModelUnavailable

logger = logging.getLogger(__name__)

GRAPH_VERSION = 2
"""Raised when the export changes, so that an older graph is not used."""
EXPORT_TIMEOUT_S = 600


def prepared_graph(folder: Path, cache_dir: Path) -> Path:
    """Return the int8 graph of the packaged model, making it when it is missing (about 20 seconds, once).

    The file's name carries the weights' digest and the versions it depends on, so a new version makes its own.

    Raises:
        ModelUnavailable: It could not be made, or does not agree with the original model.
    """
    from qa.embedding import PACKAGED_SHA256, check_packaged_weights

    runtime = version("onnxruntime")
    graph = cache_dir / "models" / f"{PACKAGED_SHA256[:12]}-int8-v{GRAPH_VERSION}-ort{runtime}.onnx"
    if graph.is_file():
        return graph
    check_packaged_weights()
    logger.info("Preparing the embedding model for this processor (once, about 20 seconds) ...")
    try:
        graph.parent.mkdir(parents=True, exist_ok=True)
        # A process of its own: torch's memory and import time do not stay with whoever asked.
        done = subprocess.run(
            [sys.executable, "-m", "qa.embedding.export", str(folder), str(graph)],
            capture_output=True,
            text=True,
            timeout=EXPORT_TIMEOUT_S,
            cwd=Path(__file__).parents[2],
            check=False,
        )
    except (OSError, subprocess.SubprocessError) as exc:
        raise ModelUnavailable(f"The embedding model could not be prepared: {exc}.") from exc
    if done.returncode != 0:
        logger.debug("export failed: %s", done.stderr)
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise ModelUnavailable(f"The embedding model could not be prepared: {last[:200]}.")
    return graph
