"""A local model's word on whether a claim follows from its sentences, beside the rules.

What the rules look up exactly (numbers, dates, names, quotations) no model can overrule. On meaning and denial the
model decides: it takes away claims that the rules would keep, and keeps paraphrases that are too free for them.
"""

from collections.abc import Sequence

from qa.answer.verify import RuleVerifier, Sentence, Verdict
from qa.types import EntailmentJudge

LEAST_ENTAILED = 0.5


class ModelVerifier:
    """The verifier where the settings name an entailment model."""

    def __init__(self, rules: RuleVerifier, judge: EntailmentJudge) -> None:
        """Use the rules and a model."""
        self._rules = rules
        self._judge = judge

    def check(self, claim: str, evidence: Sequence[Sentence]) -> Verdict:
        """Return the sentences that the claim rests on, or why there are none.

        Raises:
            ModelUnavailable: The model fails.
        """
        verdict = self._rules.check(claim, evidence)
        if verdict.reason is None:
            text = " ".join(evidence[at].text for at in sorted(verdict.cited, key=lambda at: _place(evidence[at])))
            [(entailed, contradicted)] = self._judge.judge([text], claim)
            if entailed >= LEAST_ENTAILED:
                return verdict
            return Verdict(reason="negation" if contradicted > entailed else "meaning", support=entailed)
        if verdict.reason not in {"meaning", "negation"}:
            return verdict
        places = self._rules.exact(claim, evidence)
        judged = self._judge.judge([evidence[at].text for at in places], claim) if places else []
        best = max(zip(judged, places, strict=True), key=lambda pair: pair[0][0], default=None)
        if best is None or best[0][0] < LEAST_ENTAILED:
            return verdict
        return Verdict((best[1],), None, best[0][0])


def _place(sentence: Sentence) -> tuple[str, int]:
    return sentence.evidence.article_id, sentence.evidence.start
