"""What is scored, what does not apply and what is left unscored, on answers over the small archive."""

import copy

import pytest

from qa.evaluate.asker import Asker, How, scored
from qa.evaluate.scorers import SCORERS, Case, no_score, score
from qa.evaluate.types import EvalQuestion, Gold
from qa.types import Turn

FERRY = "https://harbourpost.example/ferry"
RESCUED = "All 42 passengers were rescued by fishing boats within an hour."


@pytest.fixture(scope="module")
def asker(small):
    return Asker(small.archive, How(level="open"))


@pytest.fixture(scope="module")
def line(asker):
    """The result of a question that the small archive answers."""
    return asker.ask(question())


def question(**changes):
    values = {
        "id": "q",
        "question": "How many passengers of the ferry Alma were rescued by fishing boats?",
        "answers": ("42",),
        "answerable": True,
        "evidence": (Gold(FERRY, RESCUED),),
    }
    return EvalQuestion(**{**values, **changes})


def scores_of(asker, line, asked, **changes):
    return scored(asked, {**copy.deepcopy(line), **changes}, asker.shelf)


def test_a_good_answer_has_every_score_that_applies(line):
    scores = line["scores"]
    assert line["unscored"] == {}
    for name in ("right", "contains_gold", "recall@1", "ndcg@10", "hits@4", "evidence@10", "citation_verbatim"):
        assert scores[name] == 1.0, name
    for name in ("citation_recall_article", "citation_recall_sentence", "claims_supported"):
        assert scores[name] == 1.0, name
    assert scores["abstained_answerable"] == scores["tokens"] == scores["em"] == 0.0
    assert 0 < scores["f1"] < 1
    assert scores["latency_ms"] > 0
    assert "abstained_unanswerable" not in scores
    assert "yes_no" not in scores


def test_a_line_holds_what_a_results_file_promises(line):
    assert {"id", "answer", "scores", "unscored"} <= line.keys()
    assert len(line["answer"]["contexts"]) <= 10
    assert line["retrieved"][0] == line["answer"]["contexts"][0]["article_id"]
    assert len(set(line["retrieved"])) == len(line["retrieved"])


def test_the_same_answer_is_scored_the_same_again(asker, line):
    again = scores_of(asker, line, question())
    assert (again["scores"], again["unscored"]) == (line["scores"], line["unscored"])


@pytest.mark.parametrize("change", [{"start": 1}, {"end": -1}, {"article_id": "no-such"}, {"quote": "All 43"}])
def test_a_citation_that_does_not_stand_at_its_place_is_found(asker, line, change):
    moved = copy.deepcopy(line)
    citation = moved["answer"]["citations"][0]
    for name, value in change.items():
        citation[name] = citation[name] + value if isinstance(value, int) else value
    verbatim = scores_of(asker, moved, question())["scores"]["citation_verbatim"]
    assert verbatim == 1 - 1 / len(line["answer"]["citations"])


def test_an_abstention_is_wrong_where_there_is_an_answer_and_right_where_there_is_none(asker, line):
    silent = {**line, "answer": {**line["answer"], "status": "abstained", "claims": [], "citations": []}}
    can = scores_of(asker, silent, question())["scores"]
    assert (can["right"], can["abstained_answerable"], can["contains_gold"], can["f1"]) == (0, 1, 0, 0)
    assert not {"citation_verbatim", "citation_recall_sentence", "claims_supported"} & can.keys()
    assert can["recall@1"] == 1, "retrieval is scored apart from the answer"
    nothing = question(answerable=False, answers=(), evidence=())
    cannot = scores_of(asker, silent, nothing)["scores"]
    assert (cannot["right"], cannot["abstained_unanswerable"]) == (1, 1)
    assert "recall@1" not in cannot
    said = scores_of(asker, line, nothing)["scores"]
    assert (said["right"], said["abstained_unanswerable"]) == (0, 0)


@pytest.mark.parametrize(
    ("change", "names", "reason"),
    [
        ({"evidence": (Gold("https://gone.example/1", RESCUED),)}, "recall@5 ndcg@10 hits@4", "not in the archive"),
        ({"evidence": (Gold(FERRY, "All 43 drowned."),)}, "citation_recall_sentence", "not in its article"),
        ({"answers": ("yes",)}, "yes_no", "neither yes nor no"),
    ],
)
def test_what_cannot_be_measured_is_unscored_and_never_wrong(asker, line, change, names, reason):
    found = scores_of(asker, line, question(**change))
    for name in names.split():
        assert name not in found["scores"]
        assert reason in found["unscored"][name]


def test_nothing_is_known_of_a_question_without_answers(asker, line):
    found = scores_of(asker, line, question(answers=(), answerable=None, evidence=()))
    assert set(found["scores"]) == {"citation_verbatim", "claims_supported", "latency_ms", "tokens"}
    assert found["unscored"] == {}


def test_a_question_that_cannot_be_asked_leaves_everything_unscored(asker):
    found = asker.ask(question(question="x" * 3000))
    assert found["answer"] is None
    assert found["scores"] == {}
    assert found["error"]["code"] == "question_too_long"
    assert {"right", "recall@5", "f1", "citation_verbatim", "latency_ms"} <= found["unscored"].keys()


def test_every_score_of_a_line_is_one_that_its_scorer_names(asker, line):
    named = {name for scorer in SCORERS for name in scorer.names}
    assert line["scores"].keys() <= named
    assert set(no_score(question(), "x").unscored) <= named


def test_a_chat_models_yes_or_no_is_compared(asker, line):
    answer = {**line["answer"], "run": {"engine": "chat"}, "claims": []}
    asked = question(answers=("Yes",))
    for text, expected in (("Yes, all of them.", 1.0), ("No.", 0.0)):
        answer["claims"] = [{"text": text, "citations": [1], "supported": True}]
        assert score(Case(asked, answer, asker.shelf, [])).values["yes_no"] == expected
    answer["claims"] = [{"text": "It is hard to say.", "citations": [1], "supported": True}]
    assert "neither yes nor no" in score(Case(asked, answer, asker.shelf, [])).unscored["yes_no"]


def test_an_unsupported_claim_counts_against_the_claims(asker, line):
    claims = [{"text": "a", "citations": [1], "supported": True}, {"text": "b", "citations": [], "supported": True}]
    answer = {**line["answer"], "claims": [*claims, {"text": "c", "citations": [1], "supported": False}]}
    assert scores_of(asker, line, question(), answer=answer)["scores"]["claims_supported"] == pytest.approx(1 / 3)


def test_a_follow_up_is_also_searched_alone(asker):
    history = (Turn("user", "Where did the ferry Alma sink?"), Turn("assistant", "Off Port Ellen."))
    found = asker.ask(question(question="How many passengers were rescued?", history=history))
    scores = found["scores"]
    assert scores["followup_gain@5"] == scores["followup_recall@5"] - scores["followup_recall@5_alone"]
    assert found["last_turn"]


def test_an_excluded_article_is_not_found(asker, small):
    found = asker.ask(question(answerable=False, answers=(), evidence=(), exclude=(FERRY,)))
    assert small.ids["ferry"] not in found["retrieved"]


@pytest.mark.parametrize(
    "name", [FERRY, "ferry", "http://www.harbourpost.example/ferry/", "https://harbourpost.example/ferry#top"]
)
def test_an_article_is_known_by_its_url_in_any_spelling_or_its_given_id(asker, small, name):
    assert asker.shelf.find(name) == small.ids["ferry"]
    assert asker.shelf.find(small.ids["ferry"]) == small.ids["ferry"]


@pytest.mark.parametrize("name", [None, "", "https://harbourpost.example/", "no-such"])
def test_an_unknown_name_is_no_article(asker, name):
    assert asker.shelf.find(name) is None


def test_copies_of_one_report_are_one_source(asker, line):
    """The archive that holds a sentence twice may show either copy; neither ranking nor citing is half right."""
    copied = question(evidence=(Gold(FERRY, RESCUED), Gold("lighthouse", RESCUED)))
    assert asker.shelf.copies(copied.evidence) == {
        asker.shelf.find(name): asker.shelf.find(FERRY) for name in (FERRY, "lighthouse")
    }
    both = question(evidence=(Gold(FERRY, RESCUED), Gold("lighthouse", "Edgar Holm kept it.")))
    assert len(set(asker.shelf.copies(both.evidence).values())) == 2


def test_where_all_answers_are_needed_one_is_not_enough(asker, line):
    one = scores_of(asker, line, question(answers=("42", "1987"), all_answers=False, evidence=()))["scores"]
    both = scores_of(asker, line, question(answers=("42", "43,000"), all_answers=True, evidence=()))["scores"]
    assert (one["contains_gold"], one["right"]) == (1.0, 1.0)
    assert (both["contains_gold"], both["right"]) == (0.5, 0.0)
