"""Floors: what fails, what is pinned, and what never falls."""

import json

import pytest

from qa.errors import UsageError
from qa.evaluate.gate import Gate, check, pin, read_gate, write_gate
from qa.evaluate.stats import Figure

SET = "a" * 64


def figures(n=100, **values):
    names = {"recall": "recall@5", "wrong": "abstained_answerable", "verbatim": "citation_verbatim", "f1": "f1"}
    return {names[name]: Figure(value, value, value, n) for name, value in values.items()}


def gate(**changes):
    return Gate(**{"questions": SET, "count": 100, "floors": {"recall@5": 0.8}, **changes})


@pytest.mark.parametrize(
    ("pinned", "measured", "named"),
    [
        (gate(), figures(recall=0.8), []),
        (gate(), figures(recall=0.7999), ["recall@5"]),
        (gate(), {}, ["recall@5"]),  # what is not measured does not pass
        (gate(n={"recall@5": 100}), figures(n=99, recall=0.9), ["recall@5"]),
        (gate(n={"recall@5": 100}), figures(n=120, recall=0.9), []),
        (gate(ceilings={"abstained_answerable": 0.1}), figures(recall=0.9, wrong=0.1), []),
        (gate(ceilings={"abstained_answerable": 0.1}), figures(recall=0.9, wrong=0.11), ["abstained_answerable"]),
        (gate(floors={}), figures(verbatim=0.999), ["citation_verbatim"]),  # held by every gate
        (gate(floors={"recall@5": 0.8, "f1": 0.5}), figures(recall=0.1, f1=0.1), ["recall@5", "f1"]),
    ],
)
def test_a_failure_names_its_figure(pinned, measured, named):
    verdict = check(pinned, SET, measured)
    assert [failure.split(":")[0] for failure in verdict.failures] == named
    assert verdict.exit_code == (1 if named else 0)


def test_another_question_set_is_not_compared():
    verdict = check(gate(), "b" * 64, figures(recall=0.1))
    assert verdict.changed_set
    assert verdict.exit_code == 2
    assert "--update" in verdict.failures[0]


def pinned(before, allow_regression=False, **values):
    return pin(before, SET, 100, figures(**values), allow_regression=allow_regression)


def test_a_floor_is_pinned_one_question_below_what_was_measured():
    made, refused = pinned(None, recall=0.9, wrong=0.05)
    assert refused == []
    assert made.floors == {"recall@5": 0.89}
    assert made.ceilings == {"abstained_answerable": 0.06}
    assert made.n == {"recall@5": 100, "abstained_answerable": 100}
    assert check(made, SET, figures(recall=0.9, wrong=0.05)).ok


def test_a_better_run_raises_a_floor_and_a_run_within_it_leaves_it():
    before, _ = pinned(None, recall=0.9, wrong=0.05)
    assert pinned(before, recall=0.95, wrong=0.02)[0].floors == {"recall@5": 0.94}
    assert pinned(before, recall=0.95, wrong=0.02)[0].ceilings == {"abstained_answerable": 0.03}
    kept, refused = pinned(before, recall=0.895, wrong=0.055)
    assert (kept.floors, kept.ceilings, refused) == (before.floors, before.ceilings, [])


def test_a_floor_is_lowered_only_when_that_is_allowed():
    before, _ = pinned(None, recall=0.9, wrong=0.05)
    kept, refused = pinned(before, recall=0.5, wrong=0.5)
    assert kept.floors == before.floors
    assert [sentence.split(":")[0] for sentence in refused] == ["recall@5", "abstained_answerable"]
    lowered, none = pinned(before, allow_regression=True, recall=0.5, wrong=0.5)
    assert (lowered.floors, lowered.ceilings, none) == ({"recall@5": 0.49}, {"abstained_answerable": 0.51}, [])


def test_a_changed_set_is_pinned_anew_only_when_a_regression_is_allowed():
    before = gate(questions="b" * 64, floors={"recall@5": 0.95})
    assert [sentence.split(":")[0] for sentence in pinned(before, recall=0.9)[1]] == ["recall@5"]
    assert pinned(before, allow_regression=True, recall=0.96)[0].floors == {"recall@5": 0.95}
    assert pinned(before, allow_regression=True, recall=0.9)[0].floors == {"recall@5": 0.89}


def test_a_figure_of_answers_may_lose_those_that_are_now_left_alone():
    made = gate(floors={"claims_supported": 0.9}, n={"claims_supported": 100})
    for n, named in ((100, []), (99, []), (50, []), (49, ["claims_supported"])):
        verdict = check(made, SET, {"claims_supported": Figure(1.0, 1.0, 1.0, n)})
        assert [failure.split(":")[0] for failure in verdict.failures] == named, n


def test_a_floor_is_not_forgotten_because_it_was_not_measured():
    before, _ = pinned(None, recall=0.9)
    _, refused = pinned(before, f1=0.5)
    assert refused == ["recall@5: it was not measured this time."]


def test_figures_of_a_few_questions_and_times_are_not_pinned():
    measured = {"f1": Figure(0.5, 0, 1, 4), "latency_ms": Figure(9.0, 1, 20, 500), "em": Figure(0.5, 0, 1, 5)}
    made, _ = pin(None, SET, 500, measured, allow_regression=False)
    assert (made.floors, made.ceilings) == ({"em": 0.3}, {})


def test_a_gate_is_read_as_it_was_written(tmp_path):
    made, _ = pinned(None, recall=0.9, wrong=0.05)
    write_gate(tmp_path / "gate.json", made)
    assert read_gate(tmp_path / "gate.json") == made


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"questions": "x", "count": "many", "floors": {}}',
        json.dumps({"questions": "x", "count": 1, "floors": {"no_such_figure": 1}}),
        json.dumps({"questions": "x", "count": 1, "floors": {"f1": "high"}}),
        json.dumps({"questions": "x", "count": 1, "floors": {"f1": float("nan")}}),
        json.dumps({"questions": "x", "count": 1, "floors": ["f1"]}),
        "[" * 100_000,
    ],
)
def test_what_is_no_gate_is_refused(tmp_path, text):
    path = tmp_path / "gate.json"
    path.write_text(text)
    with pytest.raises(UsageError, match="gate"):
        read_gate(path)


def test_a_missing_gate_is_refused(tmp_path):
    with pytest.raises(UsageError, match="`--update` makes one"):
        read_gate(tmp_path / "none.json")
