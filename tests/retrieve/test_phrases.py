"""What a question sets in quotation marks is preferred where it stands word for word, and hides nothing."""

import json

import pytest

from ingest.run import ingest
from qa.config import Settings
from qa.index.archive import Archive
from qa.pipeline import QAPipeline
from qa.retrieve.phrases import holds, quoted_phrases, same_form

ARTICLES = [
    {
        "id": f"filler-{at}",
        "title": f"Council meeting {at}",
        "publisher": "The Saltmere Courier",
        "published_at": f"2024-03-{at + 1:02d}",
        "text": f"The council called the warning from the harbour clear and said a final decision on pier {at} is due. "
        f"Councillors warned that a clear plan and a final budget for the harbour are missing in ward {at}.",
    }
    for at in range(12)
] + [
    {
        "id": "phrase",
        "title": "A storm is named",
        "publisher": "Coast Radio",
        "published_at": "2024-05-05",
        "text": "People in the lower town were told to leave on Friday. The mayor spoke of a “clear and final warning” "
        "before she closed the road. Nobody was hurt.",
    },
    {
        "id": "fortune",
        "title": "Prices rise",
        "publisher": "Fortune | US",
        "published_at": "2024-05-06",
        "text": "The price of fish rose by a third in the spring, traders said. They expect it to fall again soon.",
    },
    {
        "id": "verge",
        "title": "Prices at the quay",
        "publisher": "The Verge",
        "published_at": "2024-05-07",
        "text": "The price of fish at the quay fell by a tenth in May. Traders called it a relief after a hard spring.",
    },
    {
        "id": "domain",
        "title": "Fish is dear",
        "publisher": "quaynews.com",
        "published_at": "2024-05-08",
        "text": "The price of fish has never been as high as this spring, and three cooks have taken it off the menu.",
    },
]


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory):
    made = tmp_path_factory.mktemp("phrases")
    (made / "articles.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ARTICLES), "utf-8")
    with Archive.open(Settings(data_dir=made / "data")) as archive:
        assert ingest([str(made / "articles.jsonl")], archive).added == len(ARTICLES)
        yield QAPipeline(archive)


def titles(found):
    return [result.chunk.title for result in found]


@pytest.mark.parametrize(
    "question",
    [
        'Who at the council spoke of a "clear and final warning" from the harbour?',
        "Who at the council spoke of a “Clear  and  Final Warning” from the harbour?",
        "Who at the council spoke of a 'clear and final warning' from the harbour?",
        "Who at the council spoke of a „clear and final warning“ from the harbour?",
    ],
)
def test_a_passage_that_holds_the_phrase_comes_first(pipeline, question):
    bare = "Who at the council spoke of a clear and final warning from the harbour?"
    assert titles(pipeline.search(question, 50))[0] == "A storm is named"
    assert {result.chunk.id for result in pipeline.search(question, 50)} >= {
        result.chunk.id for result in pipeline.search(bare, 10)
    }
    assert "clear and final warning" in pipeline.ask(question, level="open").citations[0].quote


def test_a_phrase_that_nobody_holds_hides_nothing(pipeline):
    found = pipeline.search('Who said "the sea shall never forget" about fish prices?', 50)
    bare = pipeline.search("Who said the sea shall never forget about fish prices?", 50)
    assert set(titles(found)) == set(titles(bare))
    assert titles(found)[0] == titles(bare)[0]


@pytest.mark.parametrize(
    ("text", "phrases"),
    [
        ('He said "one" and “two words” and «trois mots»', ("two words", "trois mots")),
        ("The mayor's plan and the voters' will", ()),
        ("Don't call it 'the people's port' yet", ()),
        ("Did 'The Verge' and 'Verge' write of 'Project Kite'?", ()),  # its clause is the publisher's
        ("Who wrote of 'Project Kite'?", ("project kite",)),
        ('"Fortune" asked', ()),
        ('"quaynews.com" and "quaynews"', ()),
        ('an open " mark', ()),
        ('"" “ ”', ()),
        ('"' + "x" * 300 + '"', ()),
        ('"a 1" "b 2" "c 3" "d 4" "e 5"', ("a 1", "b 2", "c 3", "d 4")),
    ],
)
def test_what_is_a_quoted_phrase(text, phrases):
    assert quoted_phrases(text, ["The Verge", "Fortune | US", "quaynews.com"]) == phrases


def test_a_phrase_is_held_as_whole_words():
    assert holds(same_form("The PEOPLE’S\nport"), "people's port")
    assert not holds("the people's ports", "people's port")


@pytest.mark.parametrize(
    "question",
    [
        "How do Fortune | US, The Verge and quaynews.com describe the price of fish in spring?",
        "How do Fortune, the Verge and quaynews.com describe the price of fish in spring?",
        "How do 'Fortune', 'The Verge' and 'quaynews' describe the price of fish in spring?",
        "According to Fortune what did fish cost, while The Verge and Quaynews reported otherwise?",
    ],
)
def test_several_publishers_that_are_named_are_each_heard(pipeline, question):
    found = pipeline.search(question, 50)
    assert {result.chunk.publisher for result in found[:3]} == {"Fortune | US", "The Verge", "quaynews.com"}
    assert "The Saltmere Courier" in {result.chunk.publisher for result in found}, "the others are behind, not hidden"
    cited = {citation.publisher for citation in pipeline.ask(question, level="open").citations}
    assert cited == {"Fortune | US", "The Verge", "quaynews.com"}


@pytest.mark.parametrize("name", ["Fortune | US", "Fortune", "The Verge", "quaynews.com", "Quaynews"])
def test_a_publisher_is_known_by_its_full_its_short_name_and_its_domain(pipeline, name):
    first = pipeline.search(f"What did {name} report about the price of fish in spring?", 50)[0]
    assert first.chunk.publisher.casefold().startswith(name.casefold())
