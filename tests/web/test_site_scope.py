"""What a limited site is told, compared byte for byte with what it is told where there is nothing else to tell.

The same questions go to a site that may see two publishers of a larger archive, and to one that may see everything of
an archive that was never given more than those two publishers' articles. Whatever differs, tells of what is hidden.
"""

import json
import re

import pytest

from ingest.run import ingest
from qa.config import Settings
from qa.errors import NotFound
from qa.index.archive import Archive
from qa.pipeline import QAPipeline
from qa.types import Filters, Turn
from qa.web.doors import DOORS
from tests.archives import ARTICLES
from tests.servers import INTRANET, serving

SEEN = [
    *(row for row in ARTICLES if row["publisher"] in {"Harbour Post", "Coast Radio"}),
    {
        "id": "pumps",
        "title": "Owner of the Alma blames a valve",
        "publisher": "Harbour Post",
        "published_at": "2024-04-20",
        "section": "Shipping",
        "text": "A valve that stuck open let water into the ferry Alma, her owner Tora Lindqvist said on Saturday. "
        "The inspectors doubt it. They want to see the pumps before they are taken apart. "
        "Lindqvist bought the ferry for 3.2 million crowns in 2011.",
    },
    {
        "id": "rain",
        "title": "Wet spring keeps the boats in",
        "publisher": "Coast Radio",
        "published_at": "2024-05-28T07:00:00+01:00",
        "section": "Weather",
        "text": "It rained on 23 days in April and on 19 in May, the weather office at Oskerby says. "
        "Crews stayed in port for most of both months, and the price of cod rose to 41 crowns.",
    },
    {
        "id": "wall",
        "title": "Sea wall to cost twice as much",
        "publisher": "Harbour Post",
        "published_at": "2023-11-02",
        "section": "Council",
        "text": "The sea wall at Oskerby will cost 12 million crowns, twice what was planned, the council heard on "
        "Thursday. Council leader Brit Aune called the figure painful. Work is to begin in spring.",
    },
]
HIDDEN = [
    {
        "id": "newest",
        "title": "Alma raised from the seabed",
        "publisher": "Fog Ledger",
        "published_at": "2024-07-30",
        "section": "Espionage",
        "text": "The ferry Alma was raised from the seabed on Tuesday. Her pumps were repaired at once; the inspectors "
        "found that they had worked. The zeppelin Hindermann watched from above for the Fog Ledger.",
    },
    {
        "id": "oldest",
        "title": "A hundred years of fog",
        "publisher": "Fog Ledger",
        "published_at": "1904-01-05",
        "text": "Fog closed Port Ellen for eleven days in January. The ferry could not sail, and the fog horn broke.",
    },
    {
        "id": "copy",
        "title": "Brandt to lead Eastcliff School",
        "publisher": "Fog Ledger",
        "published_at": "2024-02-03",
        "text": "The school board chose Ida Brandt as the head teacher of Eastcliff School on Friday evening. "
        "Four others had applied.",
    },
    {
        "id": "undated",
        "title": "Brandy, brands and Brandts",
        "publisher": "Harbour Posts",
        "section": "Shipping",
        "text": "Brandy is sold at Eastcliff by three Brandts. A brand of rum named Lindquist sells better than any. "
        "The council leader drinks neither, and the council heard of it on Thursday.",
    },
    {
        "id": "nobody",
        "title": "Notice without a publisher",
        "published_at": "2024-05-29",
        "text": "The ferry Alma sank because a valve stuck, a notice on the quay says. The sea wall is not to blame. "
        "The price of cod rose to 44 crowns and the wall will cost 15 million crowns.",
    },
    {
        "id": "rivals",
        "title": "Wall will cost 14 million",
        "publisher": "Fog Ledger",
        "published_at": "2023-11-03",
        "section": "Council",
        "text": "The sea wall at Oskerby will cost 14 million crowns, the council heard on Thursday. "
        "Council leader Brit Aune called the figure modest. Work is to begin in June.",
    },
    *({
        "id": f"filler-{at}",
        "title": f"Lighthouse log {at}",
        "publisher": "Fog Ledger",
        "published_at": f"2024-06-{at + 1:02}",
        "text": f"Lighthouse log, page {at}. The keeper saw {at + 3} ships and a ferry. Fog lay on the harbour until "
        f"{at % 12} o'clock. The keeper grew no tomatoes and wrote of valves, walls and cod.",
    } for at in range(6)),
]  # fmt: skip
PUBLISHERS = ("Harbour Post", "Coast Radio")
ASKED = [
    *(
        {"question": question}
        for question in (
            "Where did the ferry Alma sink?",
            "Why did the ferry Alma sink?",
            "How much will the sea wall cost?",
            "What does the Fog Ledger say about the ferry Alma?",
            "According to Fog Ledger, how much will the sea wall cost?",
            "What did the Harbour Post say about the sea wall?",
            "Were the pumps of the Alma repaired?",
            "What did the zeppelin Hindermann watch?",
            "What did the zeppelim watch?",
            "Who is Ida Brandd?",
            "Who owns the Alma, Tora Lindquist?",
            "What happened last week?",
            "What happened this month?",
            "What is new?",
            "What is the latest on the ferry Alma?",
            "Who leads the council now?",
            "What did a crew of the fog horn grow?",
            'Who said "doubt it"?',
            "Wer leitet die Schule in Eastcliff?",
            "Thanks!",
            "How many articles does the archive hold?",
            "How many articles from the Fog Ledger are there?",
            "How many articles from the Harbour Post are there in July?",
            "How many articles mention a zeppelin?",
            "How many articles mention the ferry?",
            "Which publishers are in the archive?",
            "Which sections are there in the archive?",
            "What is in the archive?",
            "What is the newest article?",
            "What is the oldest article?",
            "Which period does the archive cover?",
            "How up to date is the archive?",
            "Do you have any articles from June 2024?",
            "What was reported in July 2024?",
            "What was reported in 1904?",
            "Give me an overview of the ferry Alma",
            "Give me a summary of June 2024",
            "x" * 2001,
            "?",
        )
    ),
    *(
        {"question": "How much will the sea wall cost?", "filters": filters}
        for filters in (
            {"publishers": ["Fog Ledger"]},
            {"publishers": ["Nobody"]},
            {"publishers": ["Fog Ledger", "HARBOUR  POST"]},
            {"published_from": "2024-06-01"},
            {"published_to": "1950-01-01"},
            {"article_ids": ["{newest}"]},
            {"article_ids": ["{newest}", "{wall}"]},
            {"exclude_article_ids": ["{newest}"]},
            {"exclude_article_ids": ["{wall}"]},
        )
    ),
    *(
        {"question": question, "filters": {"publishers": ["Fog Ledger"], "published_from": "2024-06-01"}}
        for question in ("How many articles are there?", "What is the newest article?", "What is new?", "zeppelim?")
    ),
    *(
        {"question": question, "history": [{"role": "user", "text": before}, {"role": "assistant", "text": answer}]}
        for before, answer in (
            ("Where did the ferry Alma sink?", "She sank off Port Ellen in thick fog. [1]"),
            ("What did the zeppelin Hindermann watch?", "The Fog Ledger wrote of its valves, pumps and logs. [1]"),
            ("What does the Fog Ledger say?", ""),
        )
        for question in (
            "Were the pumps repaired?",
            "Who saw it?",
            "And in July?",
            "When was she built?",
            "And the Fog Ledger?",
            "How many ships and a ferry?",
            "which is more expensive?",
            "Did the keeper grow tomatoes?",
        )
    ),
    *(
        {"question": question, "level": level}
        for level in ("open", "strict")
        for question in ("What did the zeppelin Hindermann watch?", "How much will the sea wall cost?")
    ),
]
SEARCHED = [
    "q=ferry Alma pumps&top_k=50",
    "q=zeppelin&top_k=50",
    "q=zeppelim&top_k=50",
    "q=Fog Ledger&top_k=50",
    "q=sea wall&publishers=Fog Ledger",
    "q=latest ferry&top_k=3",
    "q=sea wall&article_ids={newest}",
    "q=last week&published_from=2024-01-01",
    "q=",
    "top_k=0",
]
TOML = f"""
login = "always"
relative_dates = "newest_article"
address_questions_per_minute = 10000

[sites.news]
origins = ["{INTRANET}"]
quota_per_minute = 10000
"""
HERE = {"origin": INTRANET, "referer": f"{INTRANET}/"}
UNSTEADY = [
    (re.compile(r'"as_of": ?"[^"]*"'), '"as_of": "now"'),
    (re.compile(r'"timings_ms": ?\{[^}]*\}'), '"timings_ms": {}'),
    (re.compile(r"ticket=[\w.-]+"), "ticket=one"),
    (re.compile(r'"id": ?"[0-9a-f]{8}"'), '"id": "one"'),
]


def test_every_door_of_a_site_is_compared():
    """A new one is to be added below."""
    compared = ("", "/ask", "/search", "/articles/x/story")
    paths = [*(f"/api/v1/sites/news{path}" for path in compared), "/sites/news/articles/x"]
    doors = [door for door in DOORS if door.who == "site"]
    assert sorted(door.pattern.pattern for door in doors) == sorted(
        door.pattern.pattern for path in paths for door in doors if door.pattern.fullmatch(path)
    )


def made(folder, rows, settings):
    """Take in one article after the other: what is embedded together differs in its last digits."""
    file = folder.parent / f"{folder.name}.jsonl"
    with Archive.open(Settings(data_dir=folder)) as archive:
        for row in rows:
            file.write_text(json.dumps(row) + "\n", "utf-8")
            assert ingest([file.rename(folder.parent / "news.jsonl")], archive).added == 1
        ids = {archive.article(one.id).external_id: one.id for one in archive.articles()}
    (folder / "dateline.toml").write_text(settings)
    return ids


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """A visitor of a site with limits, one of a site over an archive without anything else, and all articles' ids."""
    folder = tmp_path_factory.mktemp("scope")
    mixed = [row for pair in zip(HIDDEN, SEEN, strict=False) for row in pair] + HIDDEN[len(SEEN) :]
    ids = made(folder / "whole", mixed, f"{TOML}publishers = {json.dumps(PUBLISHERS)}\n")
    alone = made(folder / "alone", SEEN, TOML)
    assert alone.items() <= ids.items()
    assert len(ids) == len(SEEN) + len(HIDDEN)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONHASHSEED", "0")  # sums over words are made in the order of their hashes
        with serving(folder / "whole") as limited, serving(folder / "alone") as whole:
            with limited.client(headers=HERE) as one, whole.client(headers=HERE) as other:
                yield one, other, ids


def told(response):
    """Return all that an answer tells, but for times, tickets and the ids of errors."""
    text = response.text
    for found, instead in UNSTEADY:
        text = found.sub(instead, text)
    left_out = {"date", "x-request-id", "content-length", "retry-after"}
    return response.status_code, text, {k: v for k, v in response.headers.items() if k not in left_out}


def assert_same(both, method, path, **options):
    one, other, ids = both
    path = path.format_map(ids)
    heard = [told(visitor.request(method, path, **options)) for visitor in (one, other)]
    assert heard[0] == heard[1], (path, options)
    return heard[0]


def test_an_answer_tells_nothing_of_what_is_hidden(both):
    statuses = set()
    for asked in ASKED:
        named = json.dumps(asked).replace("{newest}", both[2]["newest"]).replace("{wall}", both[2]["wall"])
        statuses.add(assert_same(both, "POST", "/api/v1/sites/news/ask", json=json.loads(named))[0])
    assert statuses == {200, 400, 413}


def test_an_answer_as_events_is_the_same(both):
    for asked in ASKED[:8]:
        status, text, _ = assert_same(
            both, "POST", "/api/v1/sites/news/ask", json=asked, headers={"accept": "text/event-stream"}
        )
        assert (status, "event: answer" in text) == (200, True)


def test_a_search_tells_nothing_of_what_is_hidden(both):
    for query in SEARCHED:
        assert_same(both, "GET", f"/api/v1/sites/news/search?{query}")


def test_a_hidden_article_is_one_that_never_was(both):
    tags = {}
    for name in ("newest", "copy", "nobody", "wall", "teacher-radio", "undated"):
        for path in (
            "/sites/news/articles/{%s}",
            "/sites/news/articles/{%s}?revision=1",
            "/sites/news/articles/{%s}?revision=2",
            "/sites/news/articles/{%s}?cited=0-9",
            "/api/v1/sites/news/articles/{%s}/story",
        ):
            status, _, headers = assert_same(both, "GET", path % name)
            assert status == (200 if name in {"wall", "teacher-radio"} and "revision=2" not in path else 404)
            if "etag" in headers:
                tags[path % name] = headers["etag"]
            for known in ("*", '"0"', headers.get("etag", '"1"')):
                assert_same(both, "GET", path % name, headers={"if-none-match": known})
    assert len(tags) == 8
    assert_same(both, "GET", "/api/v1/sites/news")


def test_a_part_without_articles_is_an_empty_archive(tmp_path):
    made(tmp_path / "whole", HIDDEN[:2], "")
    asked = ["What is new?", "How many articles are there?", "And the ferry?", "Which publishers are in the archive?"]
    with Archive.open(Settings(data_dir=tmp_path / "whole")) as whole:
        with Archive.open(Settings(data_dir=tmp_path / "empty")) as empty:
            for question in asked:
                for filters in (Filters(), Filters(publishers=("Fog Ledger",))):
                    answers = [
                        QAPipeline(held).ask(question, (Turn("user", "Where is the zeppelin?"),), filters).as_dict()
                        for held in (whole.part(["Nobody"]), empty)
                    ]
                    for answer in answers:
                        del answer["as_of"], answer["run"]["timings_ms"]
                    assert answers[0] == answers[1]


def test_what_comes_and_goes_elsewhere_changes_nothing(tmp_path):
    """The index of a part follows the catalogue: its own articles come, change hands and go, others' leave no trace."""
    rows = [*SEEN, *HIDDEN]
    ids = made(tmp_path / "data", rows, "")
    file = tmp_path / "news.jsonl"

    def take_in(archive, **row):
        file.write_text(json.dumps(row) + "\n", "utf-8")
        ingest([file], archive)

    with Archive.open(Settings(data_dir=tmp_path / "data")) as archive:
        part = archive.part(["harbour  POST", "Coast Radio"])
        assert part is archive.part(["Coast Radio", "Harbour Post"])
        assert archive.part([]) is archive
        before = part.keywords.count()
        assert before == part.chunk_count(Filters())
        take_in(archive, id="more", publisher="Fog Ledger", title="More", text="A quibbling walrus sank the ferry.")
        assert (part.keywords.count(), part.keywords.holds("walrus")) == (before, False)
        take_in(archive, id="more", publisher="Coast Radio", title="More", text="A quibbling walrus sank the ferry.")
        assert (part.keywords.count(), part.keywords.holds("walrus")) == (before + 1, True)
        take_in(archive, id="more", publisher="Fog Ledger", title="More", text="A hidden walrus lay on the ferry.")
        key = next(one.id for one in archive.articles() if one.title == "More")
        assert archive.article(key, 1).publisher == "Coast Radio"
        for revision in (None, 1, 2):
            with pytest.raises(NotFound):
                part.article(key, revision)
        assert part.keywords.count() == before
        archive.remove([ids["pumps"]])
        archive.refresh()
        assert part.keywords.count() == before - 1
        assert not part.keywords.holds("Lindqvist")
        folders = list((tmp_path / "data" / "parts").iterdir())
    with Archive.open(Settings(data_dir=tmp_path / "data")) as archive:
        part = archive.part(PUBLISHERS)
        assert list((tmp_path / "data" / "parts").iterdir()) == folders
        assert part.keywords.count() == before - 1
        assert part.keywords.one_typo_from("Brits") == ["brit"]
        archive.remove([ids["wall"]])
        assert part.keywords.one_typo_from("Brits") == [], "not even the index's list of words has it"
