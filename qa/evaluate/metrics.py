"""What each figure is called, in which group it stands, and which way is better."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Metric:
    """One figure of the report."""

    group: str
    about: str
    lower_is_better: bool = False
    gated: bool = True
    """Whether a gate pins it by default; times depend on the machine."""
    of_answers: bool = False
    """Whether only questions that were answered have it, so that abstaining once more leaves one fewer."""


METRICS = {
    "right": Metric("overall", "answered rightly, or rightly left alone"),
    "recall@1": Metric("retrieval", "share of the evidence articles that came first"),
    "recall@3": Metric("retrieval", "share of the evidence articles among the first 3"),
    "recall@5": Metric("retrieval", "share of the evidence articles among the first 5"),
    "recall@10": Metric("retrieval", "share of the evidence articles among the first 10"),
    "mrr@10": Metric("retrieval", "1 / place of the first evidence article"),
    "ndcg@10": Metric("retrieval", "order of the first 10 articles against the best possible"),
    "hits@4": Metric("retrieval", "some evidence stands in the first 4 passages"),
    "hits@10": Metric("retrieval", "some evidence stands in the first 10 passages"),
    "evidence_mrr@10": Metric("retrieval", "1 / place of the first passage with evidence"),
    "evidence_map@10": Metric("retrieval", "average precision of the passages with evidence"),
    "evidence@10": Metric("retrieval", "share of the evidence in the first 10 passages"),
    "all_evidence@10": Metric("retrieval", "all evidence stands in the first 10 passages"),
    "em": Metric("answers", "what was said is a gold answer, word for word"),
    "f1": Metric("answers", "words shared with the best gold answer"),
    "contains_gold": Metric("answers", "what was said holds a gold answer, or the share of those that are all needed"),
    "yes_no": Metric("answers", "yes or no, as expected"),
    "citation_verbatim": Metric("citations", "quotes that stand at their place in the catalogue", of_answers=True),
    "citation_precision_article": Metric("citations", "citations of an evidence article", of_answers=True),
    "citation_recall_article": Metric("citations", "evidence articles cited", of_answers=True),
    "citation_precision_sentence": Metric("citations", "citations of an evidence sentence", of_answers=True),
    "citation_recall_sentence": Metric("citations", "evidence sentences cited", of_answers=True),
    "claims_supported": Metric("citations", "claims marked as supported, with a citation", of_answers=True),
    "abstained_unanswerable": Metric("abstention", "unanswerable questions left alone"),
    "abstained_answerable": Metric("abstention", "answerable questions wrongly left alone", lower_is_better=True),
    "abstention_auroc": Metric("abstention", "how well confidence tells answerable from unanswerable"),
    "aurc": Metric("abstention", "mean risk over the coverages reached", lower_is_better=True, of_answers=True),
    "followup_recall@5": Metric("follow-ups", "recall@5 of the stand-alone question"),
    "followup_recall@5_alone": Metric("follow-ups", "recall@5 of the last turn alone", gated=False),
    "followup_gain@5": Metric("follow-ups", "what making it stand alone brings", gated=False),
    "latency_ms": Metric("cost", "milliseconds for an answer, mean", lower_is_better=True, gated=False),
    "latency_p50_ms": Metric("cost", "milliseconds for an answer, median", lower_is_better=True, gated=False),
    "latency_p95_ms": Metric("cost", "milliseconds for an answer, 95 of 100", lower_is_better=True, gated=False),
    "tokens": Metric("cost", "tokens of a language model for an answer", lower_is_better=True, gated=False),
    "judge_correct": Metric("judge", "answers that the judge model calls correct", gated=False),
}
"""Every figure there is; the judge's verdicts are apart and never gated by default."""
