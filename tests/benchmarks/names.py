"""What the tables call the systems and the figures; imports nothing that only the bench extra brings."""

DATELINE = "Dateline"
DENSE = "dense only"
KEYWORDS = "BM25 only"
BASELINE = "LangChain tutorial"
SYSTEMS = (DATELINE, DENSE, KEYWORDS, BASELINE)
RETRIEVAL = ("hits@4", "hits@10", "evidence_mrr@10", "evidence@10", "all_evidence@10")
