"""Open an archive in a process of its own and tell what is in it: ``python tests/drills/examiner.py DATA [write]``.

A process of its own because a damaged index can end its reader, and to show that no model is loaded to mend one.
Prints one JSON object.
"""

import json
import sys
from pathlib import Path

import numpy as np

from qa.config import Settings
from qa.index.archive import Archive
from qa.index.inspect import inspect
from qa.index.keyword import tantivy
from qa.index.vectors import ids_in

SAMPLE = 60
NEIGHBOURS = 10


def examine(data, read_only):
    with Archive.open(Settings(data_dir=data), read_only=read_only) as archive:
        catalogue = archive.catalogue
        ids, matrix = catalogue.vectors(catalogue.chunk_ids())
        everything = archive.keywords._search([(tantivy.Occur.Must, tantivy.Query.all_query())], 10 * len(ids) + 10)
        found = {
            "repairs": list(archive.repairs),
            "articles": sorted(summary.id for summary in archive.articles()),
            "texts": len({archive.article(summary.id).text for summary in archive.articles()}),
            "chunks": ids,
            "keyword_right": sorted(key for key, _ in everything) == ids,
            "vector_right": sorted(ids_in(archive.vectors._opened())) == ids and archive.vectors.count() == len(ids),
            **neighbours(archive, ids, matrix),
            "words": [archive.keywords.query(question, 10) for question in QUESTIONS],
        }
    found["problems"] = inspect(Path(data))
    found["models"] = sorted({"onnxruntime", "torch", "sentence_transformers"} & set(sys.modules))
    return found


QUESTIONS = ("who spoke for the harbour master?", "timber prices in spring", "the council voted on the library")


def neighbours(archive, ids, matrix):
    """Compare Chroma's answers with exact cosine: how many are missed, and how many have a wrong similarity."""
    rows = {key: row for row, key in enumerate(ids)}
    lost, wrong, answers = 0, 0, {}
    for at in sorted({*range(0, len(ids), max(1, len(ids) // SAMPLE))}):
        exact = matrix @ matrix[at]
        hits = archive.vectors.query(matrix[at], NEIGHBOURS)
        floor = np.sort(exact)[-min(NEIGHBOURS, len(ids))] - 1e-5
        true = [key for key, _ in hits if key in rows and exact[rows[key]] >= floor]
        lost += min(NEIGHBOURS, len(ids)) - len(set(true))
        wrong += sum(key not in rows or abs(float(exact[rows[key]]) - score) > 1e-4 for key, score in hits)
        answers[ids[at]] = [round(score, 4) for _, score in hits]
    return {"lost": int(lost), "wrong": int(wrong), "answers": answers}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(examine(sys.argv[1], read_only="write" not in sys.argv[2:])))
