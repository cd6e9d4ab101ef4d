"""One report as several publishers carry it is one story; two reports of one event are two."""

import json
import random
from pathlib import Path

import pytest

from ingest import sample as sample_package
from ingest.dedupe import Report, closest, is_copy, likeness, sketch, words_of
from ingest.run import ingest
from qa.config import Settings
from qa.index.archive import Archive
from qa.pipeline import QAPipeline
from qa.types import Filters

SAMPLE = [json.loads(line) for line in (Path(sample_package.__path__[0]) / "articles.jsonl").read_text().splitlines()]
LONG = [row for row in SAMPLE if len(row["text"].split()) > 150]
VOCABULARY = sorted({word for row in SAMPLE for word in row["text"].split()})


def copied(text, draw):
    """A copy as a client of an agency prints it: the end cut, one word in ten replaced."""
    words = text.split(" ")
    words = words[: int(len(words) * draw.uniform(0.4, 0.7))]
    return " ".join(draw.choice(VOCABULARY) if draw.random() < 0.1 else word for word in words)


def report(text, name="a", day=None, title=None):
    return Report(name, words_of(text), day, title)


def test_copies_of_the_sample_are_found_and_its_reports_are_not_copies_of_one_another():
    draw = random.Random(3)
    reports = {row["id"]: report(row["text"], row["id"]) for row in LONG}
    keys = {name: set(sketch(one.words)) for name, one in reports.items()}
    right = wrong = 0
    for row in LONG:
        copy = report(copied(row["text"], draw), "copy")
        near = [reports[name] for name in keys if len(keys[name] & set(sketch(copy.words))) >= 3]
        found = closest(copy, near)
        right += found == row["id"]
        wrong += found not in (None, row["id"])
    assert right / len(LONG) >= 0.95
    assert wrong / len(LONG) <= 0.02


REPORT = (
    "The harbour bridge at Port Venn will be closed for eleven weeks from Monday, the council said on Friday. "
    "Engineers found cracks in two of its bearings in March, and the repair will cost four million crowns. "
    "Marta Lund, who leads the works, said she would rather close the bridge than pray. "
    "Buses will use the old ferry road until June 14."
)
OTHER = (
    "Port Venn's council is closing its harbour bridge. From Monday and for eleven weeks no car will cross, after "
    "cracks were found in March. Marta Lund told reporters that the works, at four million crowns, could not wait "
    "for summer. Shopkeepers on the north bank fear for their trade and ask why buses must go by the ferry road."
)
FORM = "{0} said its net profit rose to {1} mln crowns in the year to {2}, from {3} mln, on sales of {4} mln crowns."


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        (REPORT, REPORT, True),
        (REPORT, "PORT VENN (Northshore) - " + REPORT, True),
        (REPORT, REPORT[: len(REPORT) // 2], True),
        (REPORT, "By Ida Holm, Courier staff. " + REPORT.replace("found", "discovered"), True),
        (REPORT, OTHER, False),
        (
            FORM.format("Venn Timber", 41, "March 31", 38, 902),
            FORM.format("Oskerby Steel", 17, "June 30", 22, 310),
            False,
        ),
        ("Rain fell on the town.", "Rain fell on the town.", False),
        ("", REPORT, False),
    ],
)
def test_what_a_copy_is(first, second, same):
    assert (likeness(words_of(first), words_of(second)) >= 0.7) is same
    assert bool(is_copy(report(first), report(second))) is same


def test_a_report_of_another_week_is_no_copy():
    assert is_copy(report(REPORT, day="2024-03-01"), report(REPORT, day="2024-03-08T10:00:00Z"))
    assert not is_copy(report(REPORT, day="2024-03-01"), report(REPORT, day="2024-03-09"))


def test_headlines_with_other_numbers_part_two_states_of_one_story():
    later = " ".join([*REPORT.split()[: len(REPORT.split()) * 3 // 4], *VOCABULARY[:40]])
    early, late = report(REPORT, title="Bus crash: 25 hurt"), report(later, title="27 hurt as bus crashes")
    assert is_copy(report(REPORT), report(later))
    assert not is_copy(early, late)
    assert is_copy(early, report(later, title="At least 25 hurt in bus crash"))
    assert is_copy(early, report(later, title="Dozens hurt in bus crash"))
    assert is_copy(early, report(REPORT, title="27 hurt as bus crashes"))


def test_reports_that_share_only_their_background_stay_two():
    background = " ".join(REPORT.split()[20:]) + " " + OTHER
    court = "A court in Venn ruled on Thursday that the contract was void and ordered a new tender before the summer. "
    mayor = "Mayor Anna Berg resigned early today after her party refused to back the plan in a tense night session. "
    assert not is_copy(report(court + background), report(mayor + background))
    assert is_copy(report(court + background), report("From our own correspondent. " + court + background))


@pytest.mark.parametrize("text", ["", "\ud800" * 50, "١٢٣ " * 500, "a " * 5000, "𝟘" * 10_000])
def test_any_text_has_a_sketch(text):
    assert all(-(2**63) <= key < 2**63 for key in sketch(words_of(text)))
    assert likeness(words_of(text), words_of(text[:50])) >= 0


# In an archive ---------------------------------------------------------------------------------------------------

ROWS = [
    {"id": 1, "publisher": "Northshore Press Agency", "title": "Bridge closes", "text": REPORT},
    {"id": 2, "publisher": "Venn Courier", "title": "Bridge shut", "text": "By Ida Holm\n" + REPORT[:260]},
    {"id": 3, "publisher": "Valley Echo", "title": "Bridge closes", "text": REPORT},
    {"id": 4, "publisher": "Coast Radio", "title": "Council closes bridge", "text": OTHER},
    {
        "id": 5,
        "publisher": "Coast Radio",
        "title": "Rain",
        "text": "Rain fell on twenty-three days of April in the valley.",
    },
]


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """The folder of an archive that took the rows in one by one and then all together."""
    folder = tmp_path_factory.mktemp("stories")
    file = folder / "rows.jsonl"
    with Archive.open(Settings(data_dir=folder / "data")) as archive:
        kinds = []
        for count in range(1, len(ROWS) + 1):
            file.write_text("".join(json.dumps(row) + "\n" for row in ROWS[:count]))
            kinds += [(one.line, one.kind) for one in ingest([file], archive).duplicates]
    assert (2, "near") in kinds
    assert {kind for line, kind in kinds if line != 2} == {"exact"}
    return folder / "data"


@pytest.fixture
def archive(data):
    with Archive.open(Settings(data_dir=data)) as opened:
        yield opened


def ids(archive):
    return {summary.external_id: summary.id for summary in archive.articles()}


def test_a_story_is_retrieved_once_and_the_filter_comes_first(archive):
    pipeline, names = QAPipeline(archive), ids(archive)
    stories = archive.stories(list(names.values()))
    assert len({stories[names[at]] for at in "123"}) == 1
    assert len(set(stories.values())) == 3
    for filters, count in ((Filters(), 1), (Filters(publishers=("Venn Courier",)), 1)):
        found = pipeline.search("How long will the harbour bridge be closed?", filters=filters)
        articles = {result.chunk.article_id for result in found}
        assert len(articles & {names[at] for at in "123"}) == count
    assert {result.chunk.publisher for result in found} == {"Venn Courier"}


def test_a_citation_names_the_others_that_carry_its_story(archive):
    answer = QAPipeline(archive).ask("What will the repair of the bearings cost?", level="open")
    carried = {"Northshore Press Agency", "Venn Courier", "Valley Echo"}
    cited = [citation for citation in answer.citations if citation.publisher in carried]
    assert cited
    for citation in cited:
        assert set(citation.also_published_by) == carried - {citation.publisher}
    assert len({citation.article_id for citation in cited}) == 1


def test_within_one_ingestion_copies_are_found_too(tmp_path):
    file = tmp_path / "rows.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    with Archive.open(Settings(data_dir=tmp_path / "data")) as archive:
        report = ingest([file], archive)
        assert [(one.line, one.kind) for one in report.duplicates] == [(2, "near"), (3, "exact")]


def test_an_article_with_new_text_leaves_the_story_to_its_copies(tmp_path):
    file = tmp_path / "rows.jsonl"
    rows = [dict(row) for row in ROWS[:3]]

    def take_in():
        file.write_text("".join(json.dumps(row) + "\n" for row in rows))
        with Archive.open(Settings(data_dir=tmp_path / "data")) as archive:
            ingest([file], archive)
            names = ids(archive)
            stories = archive.stories(list(names.values()))
            return [stories[names[at]] for at in "123"], archive.also_published_by(names["1"])

    first, _ = take_in()
    rows[0]["text"] = "An entirely different article stands here now. It is about apples, pears and the price of jam."
    second, also = take_in()
    assert second[1:] == first[1:]
    assert second[0] not in second[1:]
    assert also == ()


def test_the_agency_reports_of_the_sample_are_stories_of_two_publishers(sample):
    groups = {}
    names = [summary.id for summary in sample.archive.articles()]
    for article_id, story in sample.archive.stories(names).items():
        groups.setdefault(story, []).append(article_id)
    carried = [group for group in groups.values() if len(group) > 1]
    assert carried
    for group in carried:
        assert len({sample.archive.article(article_id).publisher for article_id in group}) == len(group)
        assert all(sample.archive.also_published_by(article_id) for article_id in group)


def test_a_copy_that_is_removed_is_forgotten_at_once(tmp_path):
    file = tmp_path / "rows.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in ROWS[:3]))
    with Archive.open(Settings(data_dir=tmp_path / "data")) as archive:
        ingest([file], archive)
        names = ids(archive)
        before = archive.also_published_by(names["1"])
        gone = archive.article(names["2"]).publisher
        archive.remove([names["2"]])
        assert set(before) - set(archive.also_published_by(names["1"])) == {gone}
