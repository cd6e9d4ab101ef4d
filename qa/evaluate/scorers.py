"""The scores of one question, apart from one another: retrieval, answer, citations, abstention, follow-up, cost.

An answer is scored in its JSON form, as it stands in a results file, so that a file from elsewhere is scored by the
same code, and a citation in it is checked against the catalogue again. What does not apply to a question has no score;
what applies and could not be measured is unscored, with the reason, and is never counted as wrong.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from qa.evaluate import texts
from qa.evaluate.retrieval import EVIDENCE, RANKING, ranking_scores, retrieval_scores
from qa.evaluate.shelf import Shelf
from qa.evaluate.types import EvalQuestion, Json
from qa.types import Span

OVERLAP = 0.5
"""A citation stands on an evidence if they share so much of the shorter of the two."""
SHORT_ANSWER = 12
"""Words of a gold answer that can be looked for word by word; a longer one is a text of somebody's own."""


class Unscored(Exception):
    """Say why a score that applies could not be measured."""


@dataclass(frozen=True)
class Case:
    """One question, what came back, and the archive to check it against."""

    question: EvalQuestion
    answer: Json
    shelf: Shelf
    retrieved: Sequence[str]
    """Ids of the articles found, best first, each once."""
    last_turn: Sequence[str] | None = None
    """The same for a follow-up asked without its conversation."""
    latency_ms: float | None = None

    @cached_property
    def answered(self) -> bool:
        """Whether anything was said."""
        return self.answer.get("status") == "answered"

    @cached_property
    def quotes(self) -> list[str]:
        """The words cited."""
        return [citation["quote"] for citation in self.answer["citations"]]

    @cached_property
    def said(self) -> str:
        """What was answered: the quotes of the quotes engine, whose frames are ours, else the claims."""
        if (self.answer.get("run") or {}).get("engine") == "quotes":
            return " ".join(self.quotes)
        return " ".join(claim["text"] for claim in self.answer["claims"])

    @cached_property
    def homes(self) -> list[str]:
        """The evidence articles, copies of one report once; unscored if the archive lacks one."""
        named = [gold for gold in self.question.evidence if gold.article]
        if any(self.shelf.find(gold.article) is None for gold in named):
            raise Unscored("an evidence article is not in the archive")
        return self.merged(self.shelf.homes(named))

    @cached_property
    def places(self) -> list[list[tuple[str, Span]]]:
        """For each evidence the places where it stands, more than one in copies; unscored if it stands in none."""
        found: dict[str, list[tuple[str, Span]]] = {}
        for gold in self.question.evidence:
            if not gold.text:
                continue
            place = self.shelf.place(gold)
            if place is None:
                raise Unscored("the words of an evidence are not in its article")
            found.setdefault(texts.squeeze(gold.text), []).append(place)
        return list(found.values())

    @cached_property
    def _copies(self) -> dict[str, str]:
        return self.shelf.copies(self.question.evidence)

    def merged(self, articles: Sequence[str]) -> list[str]:
        """Return articles, each once, with copies of the evidence under one id."""
        return list(dict.fromkeys(self._copies.get(name, name) for name in articles))


@dataclass(frozen=True, slots=True)
class Scores:
    """What was measured, and the reason for each score that was not."""

    values: dict[str, float] = field(default_factory=dict)
    unscored: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scorer:
    """Scores that apply to the same questions and are measured together."""

    names: tuple[str, ...]
    applies: Callable[[EvalQuestion], bool]
    measure: Callable[[Case], Mapping[str, float]]


def score(case: Case) -> Scores:
    """Measure everything that applies to a question."""
    found = Scores()
    for scorer in SCORERS:
        if scorer.applies(case.question):
            try:
                found.values.update({name: round(value, 9) for name, value in scorer.measure(case).items()})
            except Unscored as exc:
                found.unscored.update(dict.fromkeys(scorer.names, str(exc)))
    return found


def no_score(question: EvalQuestion, reason: str) -> Scores:
    """Leave everything that applies unscored: there is no answer to score."""
    names = [name for scorer in SCORERS if scorer.applies(question) for name in scorer.names]
    return Scores({}, dict.fromkeys(names, reason))


# Retrieval ---------------------------------------------------------------------------------------------------------


def _ranking(case: Case) -> dict[str, float]:
    return ranking_scores(case.merged(case.retrieved), case.homes)


def _evidence(case: Case) -> dict[str, float]:
    _ = case.homes  # an article that is missing cannot be found
    facts = [gold.text for gold in case.question.evidence if gold.text]
    return retrieval_scores([context["text"] for context in case.answer["contexts"]], facts)


def _follow_up(case: Case) -> dict[str, float]:
    if case.last_turn is None:
        raise Unscored("the question was not searched without its conversation")
    both = (case.last_turn, case.retrieved)
    alone, whole = (ranking_scores(case.merged(found), case.homes)["recall@5"] for found in both)
    return {"followup_recall@5": whole, "followup_recall@5_alone": alone, "followup_gain@5": whole - alone}


# Answers -----------------------------------------------------------------------------------------------------------


def _answer_text(case: Case) -> dict[str, float]:
    gold, said = case.question.answers, case.said
    return {
        "em": texts.exact_match(said, gold),
        "f1": texts.f1(said, gold),
        "contains_gold": _held(case, gold),
    }


def _held(case: Case, gold: Sequence[str]) -> float:
    """Return 1 if what was said holds a gold answer; where all are needed, the share that it holds."""
    held = texts.held_answers([case.said], gold)
    return sum(held) / len(held) if case.question.all_answers else float(any(held))


def _yes_no(case: Case) -> dict[str, float]:
    if (case.answer.get("run") or {}).get("engine") == "quotes":
        raise Unscored("quotes say neither yes nor no")
    if not case.answered:
        return {"yes_no": 0.0}
    verdict = texts.verdict(case.said)
    if verdict is None:
        raise Unscored("the answer says neither yes nor no")
    return {"yes_no": float(verdict in map(texts.normalise, case.question.answers))}


def _right(case: Case) -> dict[str, float]:
    """Score 1 for an answer that holds a gold answer or cites its evidence, and for leaving alone what has none.

    Where all gold answers are needed, it must hold all of them, or cite all of its evidence.
    """
    if case.question.answerable is False:
        return {"right": float(not case.answered)}
    if not case.answered:
        return {"right": 0.0}
    short = [answer for answer in case.question.answers if len(answer.split()) <= SHORT_ANSWER]
    if short and not texts.is_yes_no(short) and _held(case, short) == 1:
        return {"right": 1.0}
    if any(gold.text and gold.article for gold in case.question.evidence):
        recall = _sentence_shares(case)[1]
        return {"right": float(recall == 1 if case.question.all_answers else recall > 0)}
    if short and not texts.is_yes_no(short):
        return {"right": 0.0}
    if not case.homes:
        raise Unscored("nothing is known that an answer could be compared with")
    return {"right": float(any(name in case.homes for name in _cited(case)))}


def _cited(case: Case) -> list[str]:
    return case.merged([citation["article_id"] for citation in case.answer["citations"]])


# Citations ---------------------------------------------------------------------------------------------------------


def _verbatim(case: Case) -> dict[str, float]:
    if not case.answered or not case.answer["citations"]:
        return {}
    stands = [_stands(case.shelf, citation) for citation in case.answer["citations"]]
    return {"citation_verbatim": sum(stands) / len(stands)}


def _stands(shelf: Shelf, citation: Json) -> bool:
    article = shelf.article(citation["article_id"], citation["revision"])
    start, end, quote = citation["start"], citation["end"], citation["quote"]
    return article is not None and bool(quote) and start >= 0 and article.text[start:end] == quote


def _cited_articles(case: Case) -> dict[str, float]:
    homes = case.homes
    if not case.answered:
        return {}
    cited = [case.merged([citation["article_id"]])[0] for citation in case.answer["citations"]]
    return {
        "citation_precision_article": sum(name in homes for name in cited) / len(cited) if cited else 0.0,
        "citation_recall_article": sum(home in cited for home in homes) / len(homes),
    }


def _cited_sentences(case: Case) -> dict[str, float]:
    if not case.answered:
        return {}
    precision, recall = _sentence_shares(case)
    return {"citation_precision_sentence": precision, "citation_recall_sentence": recall}


def _sentence_shares(case: Case) -> tuple[float, float]:
    cited = [(row["article_id"], Span(row["start"], row["end"])) for row in case.answer["citations"]]
    places = case.places
    precision = sum(any(_overlap(one, place) for same in places for place in same) for one in cited)
    recall = sum(any(_overlap(one, place) for one in cited for place in same) for same in places)
    return precision / len(cited) if cited else 0.0, recall / len(places)


def _overlap(one: tuple[str, Span], other: tuple[str, Span]) -> bool:
    (home, a), (there, b) = one, other
    shared = min(a.end, b.end) - max(a.start, b.start)
    return home == there and shared >= OVERLAP * max(1, min(a.end - a.start, b.end - b.start))


def _claims(case: Case) -> dict[str, float]:
    claims = case.answer["claims"]
    if not case.answered or not claims:
        return {}
    return {"claims_supported": sum(bool(claim["supported"] and claim["citations"]) for claim in claims) / len(claims)}


# Abstaining and cost -----------------------------------------------------------------------------------------------


def _abstained(case: Case) -> dict[str, float]:
    which = "answerable" if case.question.answerable else "unanswerable"
    return {f"abstained_{which}": float(not case.answered)}


def _latency(case: Case) -> dict[str, float]:
    if case.latency_ms is None:
        raise Unscored("the time was not taken")
    return {"latency_ms": case.latency_ms}


def _cost(case: Case) -> dict[str, float]:
    tokens = (case.answer.get("run") or {}).get("tokens") or {}
    return {"tokens": float(sum(tokens.values()))}


def _can(question: EvalQuestion) -> bool:
    return question.answerable is True


def _names_article(question: EvalQuestion) -> bool:
    return _can(question) and any(gold.article for gold in question.evidence)


def _has_words(question: EvalQuestion) -> bool:
    return _can(question) and any(gold.text for gold in question.evidence)


def _has_place(question: EvalQuestion) -> bool:
    return _can(question) and any(gold.text and gold.article for gold in question.evidence)


def _has_answer(question: EvalQuestion) -> bool:
    return _can(question) and bool(question.answers) and not texts.is_yes_no(question.answers)


SCORERS = (
    Scorer(("right",), lambda q: q.answerable is not None, _right),
    Scorer(RANKING, _names_article, _ranking),
    Scorer(EVIDENCE, _has_words, _evidence),
    Scorer(("em", "f1", "contains_gold"), _has_answer, _answer_text),
    Scorer(("yes_no",), lambda q: _can(q) and texts.is_yes_no(q.answers), _yes_no),
    Scorer(("citation_verbatim",), lambda q: True, _verbatim),
    Scorer(("citation_precision_article", "citation_recall_article"), _names_article, _cited_articles),
    Scorer(("citation_precision_sentence", "citation_recall_sentence"), _has_place, _cited_sentences),
    Scorer(("claims_supported",), lambda q: True, _claims),
    Scorer(("abstained_unanswerable",), lambda q: q.answerable is False, _abstained),
    Scorer(("abstained_answerable",), _can, _abstained),
    Scorer(
        ("followup_recall@5", "followup_recall@5_alone", "followup_gain@5"),
        lambda q: bool(q.history) and _names_article(q),
        _follow_up,
    ),
    Scorer(("latency_ms",), lambda q: True, _latency),
    Scorer(("tokens",), lambda q: True, _cost),
)
