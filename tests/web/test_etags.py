"""What a client already has is not sent again, and a tag tells nobody anything that an answer would not."""

import json

import pytest

from tests.servers import INTRANET, as_editor, as_reader, run

WARDS = "Why were three wards at St Aldith's hospital closed?"


@pytest.fixture(scope="module")
def reader(guarded):
    with guarded.client(headers=as_reader()) as opened:
        yield opened


@pytest.fixture(scope="module")
def by_publisher(reader):
    return {row["publisher"]: row["id"] for row in reader.get("/api/v1/articles").json()["articles"]}


def again(client, path, tag, **headers):
    return client.get(path, headers={"if-none-match": tag, **headers})


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/articles?limit=2",
        "/api/v1/articles/{id}",
        "/api/v1/articles/{id}/story",
        "/api/v1/stories",
        "/articles/{id}",
        "/articles/{id}?revision=1&cited=0-9",
        "/sites/courier/articles/{id}",
    ],
)
def test_what_has_not_changed_is_not_sent_again(reader, by_publisher, path):
    path = path.format(id=by_publisher["The Saltmere Courier"])
    first = reader.get(path)
    tag = first.headers["etag"]
    for given in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        same = again(reader, path, given)
        assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", tag)
        assert "content-type" not in same.headers
        assert same.headers["x-content-type-options"] == "nosniff"
    other = again(reader, path, '"other"')
    assert (other.status_code, other.text) == (200, first.text)
    for found in (first, same):
        assert found.headers["cache-control"] == "private, no-cache"
        assert {"authorization", "cookie"} <= set(found.headers["vary"].lower().replace(" ", "").split(","))


def test_another_page_of_a_list_has_another_tag(reader):
    tags = {reader.get(f"/api/v1/articles?limit=2&offset={offset}").headers["etag"] for offset in (0, 2, 4)}
    assert len(tags) == 3


def test_a_tag_opens_nothing(guarded, reader, by_publisher):
    agency = by_publisher["Northshore Press Agency"]
    known = reader.get(f"/sites/everything/articles/{agency}").headers["etag"]
    for tag in (known, "*"):
        # The courier's site may not see it: the same as for an article that is not there.
        assert again(reader, f"/sites/courier/articles/{agency}", tag).status_code == 404
        assert again(reader, "/sites/courier/articles/nothing", tag).status_code == 404
        with guarded.client() as stranger:
            for path in (f"/articles/{agency}", f"/api/v1/articles/{agency}", f"/api/v1/articles/{agency}/story"):
                refused = again(stranger, path, tag)
                assert refused.status_code == 401
                assert "etag" not in refused.headers
            assert again(stranger, f"/sites/everything/articles/{agency}", tag).status_code == 403


def test_a_removed_article_is_gone_with_its_tag(changing, tmp_path):
    file = tmp_path / "gone.txt"
    file.write_text("The old pier\n\nThe old pier of Dunmarrow burned down on Monday night. Nobody was hurt.\n")
    run("ingest", file, "--data", changing.folder)
    with changing.client() as opened:
        rows = opened.get("/api/v1/articles?limit=1000").json()["articles"]
        article_id = next(row["id"] for row in rows if row["title"] == "The old pier")
        tag = opened.get(f"/articles/{article_id}").headers["etag"]
        run("articles", "remove", article_id, "--data", changing.folder)
        assert again(opened, f"/articles/{article_id}", tag).status_code == 410
        assert again(opened, f"/api/v1/articles/{article_id}", "*").status_code == 404


# Stories -------------------------------------------------------------------------------------------------------------


def test_a_story_lists_its_versions_and_a_site_sees_its_own(guarded, reader):
    told = reader.get("/api/v1/stories?limit=200")
    stories = [story["articles"] for story in told.json()["stories"]]
    assert int(told.headers["x-total-count"]) == len(stories) > 0
    assert all(len(story) > 1 for story in stories)
    story = next(one for one in stories if "The Saltmere Courier" in {row["publisher"] for row in one})
    headers = {"origin": INTRANET}
    with guarded.client(headers=headers) as visitor:
        for row in story:
            whole = reader.get(f"/api/v1/articles/{row['id']}/story").json()["articles"]
            assert sorted(one["id"] for one in whole) == sorted(one["id"] for one in story)
            limited = visitor.get(f"/api/v1/sites/courier/articles/{row['id']}/story")
            if row["publisher"] == "The Saltmere Courier":
                assert {one["publisher"] for one in limited.json()["articles"]} == {"The Saltmere Courier"}
                assert limited.headers["access-control-allow-origin"] == INTRANET
                assert "Origin" in limited.headers["vary"]
                tag = limited.headers["etag"]
                everything = visitor.get(f"/api/v1/sites/everything/articles/{row['id']}/story")
                assert len(everything.json()["articles"]) == len(story)
                assert everything.headers["etag"] != tag
            else:
                assert limited.status_code == 404
        for path in ("/api/v1/stories", f"/api/v1/articles/{story[0]['id']}/story"):
            assert visitor.get(path).status_code == 401


def test_an_article_that_stands_alone_is_its_own_story(reader, by_publisher):
    alone = by_publisher["Northshore Press Agency"]
    rows = reader.get(f"/api/v1/articles/{alone}/story").json()["articles"]
    assert alone in {row["id"] for row in rows}
    assert reader.get("/api/v1/articles/nothing/story").status_code == 404


def test_stories_are_read_page_by_page(reader):
    total = int(reader.get("/api/v1/stories").headers["x-total-count"])
    path, found = "/api/v1/stories?limit=1", []
    while path:
        page = reader.get(path)
        found += [story["articles"][0]["id"] for story in page.json()["stories"]]
        path = page.links.get("next", {}).get("url")
    assert len(set(found)) == len(found) == total


# Feedback ------------------------------------------------------------------------------------------------------------


def test_an_answer_is_kept_when_asked_for_and_rated(guarded, reader):
    asked = {"question": WARDS, "keep": True, "filters": {"publishers": ["The Saltmere Courier"]}}
    answer = reader.post("/api/v1/ask", json=asked).json()
    path = f"/api/v1/answers/{answer['id']}"
    kept = reader.get(path)
    assert kept.json()["answer"]["claims"] == answer["claims"]
    assert kept.json()["limits"] == {"publishers": ["The Saltmere Courier"]}
    assert reader.post(f"{path}/feedback", json={"rating": -1, "reason": "missing: the reopening"}).status_code == 200
    assert reader.get(path).json()["rating"] == -1
    assert again(reader, path, kept.headers["etag"]).status_code == 200  # it has changed
    page = reader.get(f"/answers/{answer['id']}")
    assert again(reader, f"/answers/{answer['id']}", page.headers["etag"]).status_code == 304
    with guarded.client(headers=as_editor()) as editor:
        assert editor.post(f"{path}/feedback", json={"rating": 1}).status_code == 404  # somebody else's
        rows = editor.get("/api/v1/feedback").json()["questions"]
        assert [(row["question"], row["type"]) for row in rows if row["id"] == answer["id"]] == [(WARDS, "rated bad")]
        assert editor.get("/api/v1/feedback?offset=1000").json()["questions"] == []
    assert reader.get("/api/v1/feedback").status_code == 403


def test_nothing_is_kept_unasked_and_a_site_keeps_nothing(guarded, reader):
    assert "id" not in reader.post("/api/v1/ask", json={"question": WARDS}).json()
    with guarded.client(headers={"origin": INTRANET}) as visitor:
        refused = visitor.post("/api/v1/sites/courier/ask", json={"question": WARDS, "keep": True})
        assert refused.status_code == 422


def test_a_follow_up_that_is_kept_is_told_as_it_was_understood(guarded, reader):
    history = [{"role": "user", "text": WARDS}, {"role": "assistant", "text": "For want of nurses."}]
    events = reader.post(
        "/api/v1/ask",
        json={"question": "And when did they open again?", "history": history, "keep": True},
        headers={"accept": "text/event-stream"},
    ).text
    answer = json.loads(events.rpartition("data: ")[2])
    reader.post(f"/api/v1/answers/{answer['id']}/feedback", json={"rating": 1})
    with guarded.client(headers=as_editor()) as editor:
        rows = {row["id"]: row for row in editor.get("/api/v1/feedback").json()["questions"]}
    assert rows[answer["id"]]["question"] == answer["standalone_question"] != "And when did they open again?"


@pytest.mark.parametrize(
    ("body", "status"),
    [({"rating": 2}, 422), ({}, 422), ({"rating": 1, "reason": "x" * 1001}, 422), ({"rating": 1}, 404)],
)
def test_feedback_that_is_none_is_refused(reader, body, status):
    assert reader.post("/api/v1/answers/nothing/feedback", json=body).status_code == status
