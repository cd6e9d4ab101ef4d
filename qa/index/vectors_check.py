"""Compare a Chroma collection with the catalogue: ``python -m qa.index.vectors_check FOLDER CATALOGUE``.

Prints one JSON object (see ``qa.index.vectors.check_in_subprocess``). It runs in a process of its own because a
damaged HNSW file can end its reader with a signal. Counts are not enough: ids, every embedding and the neighbours of
a sample are compared, since a damaged graph answers without an error.
"""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from qa.index.catalogue import Catalogue
from qa.index.vectors import BATCH, COLLECTION, batches, ids_in, open_client

SAMPLE = 64
NEIGHBOURS = 10
MIN_OVERLAP = 0.9
"""Mean share of true neighbours found; a sound graph of 100,000 chunks finds 0.997."""
MAX_LOST = 0.02
"""Share of chunks that may miss themselves: among hundreds of near copies a sound graph loses about one in a thousand,
a damaged one most of what was written last."""


def main(folder: Path, catalogue_path: Path) -> dict[str, Any]:
    """Return what is missing, extra or wrong in the collection."""
    catalogue = Catalogue(catalogue_path.parent, migrate=False)
    client = open_client(folder)
    collection = client.get_collection(COLLECTION, embedding_function=None)
    wanted = set(catalogue.chunk_ids())
    present = set(ids_in(collection))
    shared = sorted(wanted & present)
    wrong = _wrong_embeddings(collection, catalogue, shared) or _wrong_neighbours(collection, catalogue, shared)
    if collection.count() != len(present):
        wrong = "the collection miscounts its rows"
    return {"missing": sorted(wanted - present), "extra": sorted(present - wanted), "wrong": wrong}


def _wrong_embeddings(collection: Any, catalogue: Catalogue, ids: list[str]) -> str:
    for part in batches(ids, BATCH):
        found = collection.get(ids=part, include=["embeddings"])
        stored = dict(zip(found["ids"], found["embeddings"], strict=True))
        for key, vector in zip(*catalogue.vectors(part), strict=True):
            if not np.allclose(stored[key], vector, atol=1e-6):
                return f"the embedding of {key} differs"
    return ""


def _wrong_neighbours(collection: Any, catalogue: Catalogue, ids: list[str]) -> str:
    if not ids:
        return ""
    keys, vectors = catalogue.vectors(ids)
    # Evenly spread, and the last ones written, where a crash leaves its traces.
    sample = sorted({*range(0, len(keys), max(1, len(keys) // SAMPLE)), *range(max(0, len(keys) - SAMPLE), len(keys))})
    n = min(NEIGHBOURS, len(keys))
    overlap, lost = 0.0, []
    for at in sample:
        similarity = vectors @ vectors[at]
        floor = np.sort(similarity)[-n] - 1e-5
        answer = collection.query(query_embeddings=[vectors[at]], n_results=n, include=["distances"])
        if not answer["distances"][0] or answer["distances"][0][0] > 1e-4:
            lost.append(keys[at])
        rows = {key: row for row, key in enumerate(keys)}
        overlap += sum(similarity[rows[key]] >= floor for key in answer["ids"][0] if key in rows) / n
    if len(lost) > MAX_LOST * len(sample):
        return f"{len(lost)} of {len(sample)} chunks do not find themselves, such as {lost[0]}"
    return "" if overlap / len(sample) >= MIN_OVERLAP else "neighbours are missing"


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(Path(sys.argv[1]), Path(sys.argv[2]))))
