"""What the tables call the systems and the figures; imports nothing, so that a test of the README needs no bench extra."""

DATELINE = "Dateline"
BASELINE = "LangChain tutorial"
RETRIEVAL = ("hits@4", "hits@10", "evidence_mrr@10", "evidence@10", "all_evidence@10")
