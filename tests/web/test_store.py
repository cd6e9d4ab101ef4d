"""Conversations: whose they are, what is kept of them, and what goes when they are deleted."""

import json

import pytest

from qa.errors import NotFound, SchemaTooNew
from qa.evaluate.datasets import open_set
from qa.index.kept import without_articles
from qa.web.store import LONGEST_TITLE, Kept, Store, new_id
from tests.servers import run


def answer(text="It rained.", status="answered", article="a"):
    citation = {"number": 1, "article_id": article, "revision": 1, "start": 0, "end": len(text), "quote": text}
    return {
        "question": "q",
        "standalone_question": "q",
        "status": status,
        "text": f"{text} [1]" if status == "answered" else "",
        "claims": [{"text": text, "citations": [1], "supported": True}],
        "citations": [{**citation, "title": "T", "also_published_by": [], "context": []}],
        "contexts": [{"article_id": "b", "text": "Other."}],
    }


@pytest.fixture
def store(tmp_path):
    opened = Store(tmp_path)
    yield opened
    opened.close()


def keep(store, question="Did it rain?", owner="me", **more):
    instead_of = more.pop("instead_of", None)
    turn = Kept(new_id(), question, more.pop("answer", None) or answer(), **more)
    return store.keep(owner, turn, {"a": "T"}, instead_of=instead_of)


def test_a_conversation_is_one_persons(store):
    turn = keep(store)
    for work in (
        lambda: store.conversation("you", turn.conversation_id),
        lambda: store.turns("you", turn.conversation_id),
        lambda: store.rename("you", turn.conversation_id, "x"),
        lambda: store.delete("you", turn.conversation_id),
        lambda: store.rate("you", turn.id, 1),
        lambda: keep(store, owner="you", conversation_id=turn.conversation_id),
    ):
        with pytest.raises(NotFound):
            work()
    assert store.conversations("you") == []
    assert [one.title for one in store.conversations("me")] == ["Did it rain?"]
    assert store.turn(turn.id) == turn


def test_turns_come_back_in_their_order_also_after_reopening(store, tmp_path):
    first = keep(store, asked={"publishers": ["P"]})
    second = keep(store, "And then? 🎣 \ud800", conversation_id=first.conversation_id)
    store.close()
    reopened = Store(tmp_path)
    found = reopened.turns("me", first.conversation_id)
    assert found[0] == first
    assert [one.id for one in found] == [first.id, second.id]
    assert found[1].question == "And then? 🎣 ?"
    reopened.close()


def test_a_question_asked_again_stands_in_the_place_of_what_it_replaces(store):
    first = keep(store)
    keep(store, "Two", conversation_id=first.conversation_id)
    again = keep(store, "One again", conversation_id=first.conversation_id, instead_of=first.id)
    assert [one.id for one in store.turns("me", first.conversation_id)] == [again.id]
    assert store.turn(first.id).question == "Did it rain?", "a link to it still works"
    with pytest.raises(NotFound):
        keep(store, conversation_id=first.conversation_id, instead_of="nothing")


def test_deleting_takes_every_trace(store, tmp_path):
    turn = keep(store, "A quixotic question")
    store.rate("me", turn.id, -1, "wrong: marzipan")
    store.delete("me", turn.conversation_id)
    with pytest.raises(NotFound):
        store.turn(turn.id)
    assert store.conversations("me") == []
    assert list(store.rated()) == []


def test_a_title_is_one_short_line(store):
    turn = keep(store, "word " * 50)
    assert len(store.conversation("me", turn.conversation_id).title) <= LONGEST_TITLE
    store.rename("me", turn.conversation_id, "  Two\nlines ")
    assert store.conversation("me", turn.conversation_id).title == "Two lines"


def test_ratings_are_given_taken_back_and_come_with_their_history(store):
    first = keep(store)
    second = keep(store, "And in March?", conversation_id=first.conversation_id)
    store.rate("me", second.id, -1, "missing")
    store.rate("me", first.id, 1)
    store.rate("me", first.id, 0)
    ((turn, history),) = store.rated()
    assert (turn.id, turn.rating, turn.reason) == (second.id, -1, "missing")
    assert [(one.role, one.text) for one in history] == [("user", "Did it rain?"), ("assistant", "It rained. [1]")]


def test_what_said_more_than_a_removed_article_keeps_the_rest():
    found = answer()
    found["claims"][0]["note"] = "The rained-on Post, undated"
    found["claims"].append({"text": "It snowed.", "citations": [2], "supported": True})
    found["citations"].append({**found["citations"][0], "number": 2, "article_id": "b", "quote": "It snowed."})
    left = without_articles(found, {"a": "2026-01-02T03:04:05+00:00"})
    assert "rained" not in json.dumps(left)
    assert left["text"] == "It snowed. [2]"
    assert left["citations"][1] == found["citations"][1]
    assert left["contexts"] == found["contexts"]


def test_a_newer_file_is_left_alone(store, tmp_path):
    with store._changing() as connection:
        connection.exec_driver_sql("UPDATE notes SET value = '99'")
    with pytest.raises(SchemaTooNew):
        Store(tmp_path)


def test_rated_answers_are_questions_that_an_evaluation_reads(store, tmp_path):
    good = keep(store)
    bad = keep(store, "Where is it?", answer=answer(status="abstained"), conversation_id=good.conversation_id)
    vague = keep(store, "Why?")
    store.rate("me", good.id, 1)
    store.rate("me", bad.id, -1, "missing: in the May issue")
    store.rate("me", vague.id, -1, "other")
    written = tmp_path / "rated.jsonl"
    assert run("feedback", written, "--data", tmp_path)["questions"] == 3
    questions = list(open_set([written]).good())
    assert [one.answerable for one in questions] == [True, True, None]
    assert questions[0].evidence[0].text == "It rained."
    assert questions[1].history[0].text == "Did it rain?"
    assert questions[2].fields["type"] == "rated bad"


def test_without_any_conversation_there_is_no_feedback(tmp_path):
    assert run("feedback", tmp_path / "x.jsonl", "--data", tmp_path, code=1)["error"]["code"] == "not_found"
