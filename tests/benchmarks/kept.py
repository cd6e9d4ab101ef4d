"""Results of runs, kept part by part, so that one part can be measured again without the others."""

import json
import os
import platform
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

VERSIONS = ("torch", "onnxruntime", "sentence-transformers", "chromadb", "tantivy", "langchain-core")
Kept = dict[str, dict[str, Any]]
"""By part: ``at``, ``machine`` and ``figures``."""


def read(path: Path) -> Kept:
    """Return the parts of a file; none where it is not there."""
    if not path.exists():
        return {}
    parts: Kept = json.loads(path.read_text("utf-8"))["parts"]
    return parts


def write(path: Path, parts: Kept, order: list[str]) -> None:
    """Write parts in a fixed order, so that a part measured again changes only its own lines."""
    inside = {name: parts[name] for name in sorted(parts, key=order.index)}
    path.write_text(json.dumps({"parts": inside}, indent=1) + "\n", encoding="utf-8")


def newest(*kept: Kept) -> Kept:
    """Merge results: of each part what was measured last."""
    merged: Kept = {}
    for parts in kept:
        for name, part in parts.items():
            if name not in merged or part["at"] >= merged[name]["at"]:
                merged[name] = part
    return merged


def stamped(figures: dict[str, Any]) -> dict[str, Any]:
    """Return what is kept of a part that was measured just now, on this machine."""
    return {"at": datetime.now(UTC).isoformat(timespec="seconds"), "machine": machine(), "figures": figures}


def machine() -> dict[str, Any]:
    """Describe this machine."""
    return {
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "python": platform.python_version(),
        "system": platform.platform(terse=True),
        "versions": {name: version(name) for name in VERSIONS},
    }
