"""Addresses taken in: pages, feeds with the pages they link to, and lists, from a site on this machine."""

import json

import pytest

from ingest.run import ingest
from ingest.visits import FILE
from qa.config import Settings
from tests.servers import run

from . import makers
from . import site as web
from .conftest import MemoryArchive

BOMB = b'<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;">]>'
WORDS = "iron timber grain coal wool salt cement glass paper copper herring barley".split()


@pytest.fixture
def site():
    with web.served() as made:
        yield made


@pytest.fixture
def archive(tmp_path):
    limits = {"max_fetch_seconds": 2, "fetch_delay_seconds": 0, "max_document_mb": 5}
    (tmp_path / "data").mkdir()
    return MemoryArchive(Settings(data_dir=tmp_path / "data", fetch_loopback=True, **limits))


def body(number):
    """Paragraphs that no other number has."""
    return [
        f"PORT VENN - The {WORDS[number]} quay, number {number + 40}, will be closed for {number + 2} weeks, it said.",
        f"Engineers found {WORDS[-number]} in bearing {number}, and the repair will cost {number + 4} million crowns.",
        f"“We would rather close it than pray for {WORDS[number]},” said Marta Lund, who has led works for years.",
    ]


def page(number, head=""):
    return makers.page(body(number), head=head)


def feed(site, links, whole=False, about=""):
    items = "".join(
        f"<item><title>Report {number}</title><link>{link}</link><guid>n-{number}</guid>"
        f"<pubDate>Fri, 0{number + 1} Mar 2024 08:30:00 +0100</pubDate><author>Ida Holm</author>"
        f"<description>A summary of {number}.</description>"
        + (f"<content:encoded>&lt;p&gt;{' '.join(body(number))}&lt;/p&gt;</content:encoded>" if whole else "")
        + "</item>"
        for number, link in enumerate(links)
    )
    space = 'xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    return (
        f'<?xml version="1.0"?><rss version="2.0" {space}><channel><title>The Venn Courier</title>'
        f"<link>{site.url()}</link>{about}{items}</channel></rss>"
    ).encode()


def counts(report):
    return (report.added, report.updated, report.unchanged)


def codes(report):
    return [(skip.input.rpartition("/")[2], skip.code) for skip in report.skipped]


def test_a_page_is_taken_in_with_where_and_when_it_was_fetched(site, archive):
    site.routes["/bridge"] = page(1)
    report = ingest([site.url("/bridge#top")], archive)
    (draft,) = archive.stored.values()
    assert (counts(report), report.skipped) == ((1, 0, 0), [])
    assert draft.text == "\n".join(body(1))
    assert draft.url == site.url("/bridge")
    assert draft.published_at is None  # the page names no date, and the day it was fetched is none
    assert draft.retrieved_at.endswith("Z")


def test_a_pages_own_address_is_believed_only_on_its_own_host(site, archive):
    own, other = (f'<link rel="canonical" href="{url}">' for url in (site.url("/own"), "https://courier.example/other"))
    site.routes.update({"/1": page(1, own), "/2": page(2, other), "/3": (301, {"Location": "/4"}, b""), "/4": page(4)})
    assert ingest([site.url(f"/{number}") for number in (1, 2, 3)], archive).skipped == []
    assert [draft.url for draft in archive.stored.values()] == [site.url(path) for path in ("/own", "/2", "/4")]


def test_a_feed_gives_the_articles_that_it_links_to(site, archive):
    site.routes["/feed.xml"] = (200, {"Content-Type": "application/rss+xml"}, feed(site, ["/a", site.url("/b"), "/b"]))
    site.routes.update({"/a": page(0), "/b": page(1, '<meta property="article:published_time" content="2024-02-02">')})
    report = ingest([site.url("/feed.xml")], archive)
    first, second = archive.stored.values()
    assert (counts(report), report.skipped) == ((2, 0, 0), [])
    assert first.text == "\n".join(body(0))
    assert (first.published_at, first.publisher) == ("2024-03-01T08:30:00+01:00", "The Venn Courier")
    assert (second.published_at, second.title) == ("2024-02-02", "Harbour bridge closes for repairs")
    assert site.pages() == ["/feed.xml", "/a", "/b"]
    assert site.paths.count("/robots.txt") == 1


def test_what_has_not_changed_is_counted_and_not_fetched(site, archive):
    site.routes["/feed.xml"] = (200, {"ETag": '"f1"'}, feed(site, ["/a", "/b"]))
    site.routes.update({"/a": (200, {"ETag": '"a1"'}, page(0)), "/b": (200, {"ETag": '"b1"'}, page(1))})
    inputs = [site.url("/feed.xml"), site.url("/a")]
    assert counts(ingest(inputs, archive)) == (2, 0, 0)
    site.requests.clear()
    assert counts(ingest(inputs, archive)) == (0, 0, 2)
    assert site.pages() == ["/feed.xml"]
    site.routes["/feed.xml"] = (200, {"ETag": '"f2"'}, feed(site, ["/a", "/b", "/c"]))
    site.routes.update({"/a": (200, {"ETag": '"a2"'}, page(5)), "/c": page(2)})
    assert counts(ingest(inputs[:1], archive)) == (1, 1, 1)
    assert (archive.embedder.calls != [], len(archive.stored)) == (True, 3)


def test_what_the_archive_lost_is_fetched_again(site, archive):
    site.routes["/feed.xml"] = (200, {"ETag": '"f1"'}, feed(site, ["/a", "/b"]))
    site.routes.update({"/a": (200, {"ETag": '"a1"'}, page(0)), "/b": (200, {"ETag": '"b1"'}, page(1))})
    ingest([site.url("/feed.xml")], archive)
    archive.stored.clear()
    assert counts(ingest([site.url("/feed.xml")], archive)) == (2, 0, 0)


def test_a_feed_of_which_something_is_missing_is_read_again(site, archive):
    site.routes["/feed.xml"] = (200, {"ETag": '"f1"'}, feed(site, ["/a", "/b"]))
    site.routes["/a"] = page(0)
    assert codes(ingest([site.url("/feed.xml")], archive)) == [("b", "status")]
    site.routes["/b"] = page(1)
    report = ingest([site.url("/feed.xml")], archive)
    assert (counts(report), report.skipped) == ((1, 0, 1), [])


def test_a_dry_run_counts_and_keeps_nothing(site, archive):
    site.routes["/a"] = (200, {"ETag": '"a1"'}, page(0))
    assert counts(ingest([site.url("/a")], archive, dry_run=True)) == (1, 0, 0)
    assert not (archive.settings.data_dir / FILE).exists()
    assert counts(ingest([site.url("/a")], archive)) == (1, 0, 0)


def test_what_is_kept_is_saved_only_when_the_articles_are_safe(site, archive, monkeypatch):
    site.routes["/a"] = (200, {"ETag": '"a1"'}, page(0))
    with monkeypatch.context() as patch:
        patch.setattr(archive, "put", lambda batch: (_ for _ in ()).throw(OSError("the disk is full")))
        with pytest.raises(OSError, match="disk"):
            ingest([site.url("/a")], archive)
    assert not (archive.settings.data_dir / FILE).exists()
    assert counts(ingest([site.url("/a")], archive)) == (1, 0, 0)
    assert (archive.settings.data_dir / FILE).exists()


@pytest.mark.parametrize(
    "damage", ["", "{", "[]", '{"format": 1, "visits": {"a": {}}}', "[" * 100_000, '{"format": 9}']
)
def test_what_was_kept_may_be_damaged(site, archive, damage):
    site.routes["/a"] = (200, {"ETag": '"a1"'}, page(0))
    (archive.settings.data_dir / FILE).write_text(damage)
    assert counts(ingest([site.url("/a")], archive)) == (1, 0, 0)
    assert list(json.loads((archive.settings.data_dir / FILE).read_text())["visits"]) == [site.url("/a")]


def test_each_address_that_fails_is_reported_and_the_rest_is_read(site, archive):
    site.routes.update(
        {
            "/feed.xml": feed(site, ["/ok", "/gone", "/secret", "http://10.0.0.1/x", "javascript:alert(1)", "/slow"]),
            **{"/robots.txt": b"User-agent: *\nDisallow: /secret", "/ok": page(0), "/slow": web.slow},
            "/picture": (200, {"Content-Type": "image/png"}, b"\x89PNG\r\n\x1a\n" + bytes(900)),
            "/said": (200, {"Content-Type": "application/octet-stream"}, page(2)),
            "/empty": (200, {}, b""),
            "/nothing": b"<html><body><p></p></body></html>",
            "/bomb": web.bomb,
            "/entities": (200, {"Content-Type": "application/rss+xml"}, BOMB + feed(site, ["/ok"])),
            "/feeds": feed(site, ["/other.xml"]),
            "/other.xml": feed(site, ["/ok"]),
        }
    )
    names = "feed.xml picture said empty nothing bomb entities feeds".split()
    report = ingest([site.url(f"/{name}") for name in names], archive)
    assert [text[:20] for text in archive.texts] == ["PORT VENN - The iron", "A summary of 4.", "PORT VENN - The grai"]
    assert codes(report) == [
        *[("gone", "status"), ("secret", "robots"), ("x", "address"), ("slow", "timeout")],
        *[("picture", "unknown_kind"), ("empty", "empty"), ("nothing", "no_article"), ("bomb", "too_large")],
        *[("entities", "entities"), ("other.xml", "nested")],
    ]


def test_an_article_given_in_full_by_its_own_feed_is_taken_from_it_where_its_page_fails(site, archive):
    links = ["/a", "https://other.example:1/b", "http://10.0.0.1/c"]
    site.routes["/feed.xml"] = feed(site, links, whole=True)
    report = ingest([site.url("/feed.xml")], archive)
    (draft,) = archive.stored.values()
    assert (draft.url, draft.text) == (site.url("/a"), " ".join(body(0)))
    assert [code for _, code in codes(report)] == ["unreachable", "address"]  # a feed cannot speak for another host
    site.routes["/a"] = page(0)
    assert counts(ingest([site.url("/feed.xml")], archive)) == (0, 1, 0)
    site.routes["/a"] = (500, {}, b"")
    assert codes(ingest([site.url("/feed.xml")], archive))[0] == ("a", "status")
    assert archive.texts == ["\n".join(body(0))]  # a page that fails for a day does not change what is known of it


def test_other_kinds_are_read_from_addresses_too(site, archive):
    rows = "".join(json.dumps({"id": at, "text": f"Row {at} tells of {WORDS[at]}."}) + "\n" for at in range(3)).encode()
    site.routes.update(
        {
            "/report.pdf": (200, {"Content-Type": "application/pdf"}, makers.pdf([body(1), body(2)], title="Report")),
            "/rows": (200, {"Content-Type": "application/x-ndjson"}, rows),
            "/note": (200, {"Content-Type": "text/plain; charset=windows-1251"}, "Паром опоздал.".encode("cp1251")),
            "/all.zip": (200, {"Content-Type": "application/zip"}, makers.zipped({"a.txt": b"The mill burned down."})),
        }
    )
    report = ingest([site.url(path) for path in ("/report.pdf", "/rows", "/note", "/all.zip")], archive)
    assert (counts(report), report.skipped) == ((6, 0, 0), [])
    by_text = {draft.text: draft for draft in archive.stored.values()}
    assert by_text["Паром опоздал."].url == site.url("/note")
    assert by_text["Row 1 tells of timber."].url is None
    assert (by_text["Row 1 tells of timber."].external_id, by_text["Row 1 tells of timber."].corpus) == ("1", "rows")
    assert "The mill burned down." in by_text
    assert next(iter(archive.stored.values())).url == site.url("/report.pdf")


def test_a_list_of_addresses_is_fetched_only_when_it_is_named(site, archive, folder):
    site.routes.update({"/a": page(0), "/b": page(1)})
    listed = f"# two pages\n{site.url('/a')}\n\n{site.url('/b')}\r\n{site.url('/a')}\n"
    for name in ("list.urls", "list.txt"):
        (folder / name).write_text(listed.replace("# two pages\n", "") if name == "list.txt" else listed)
    report = ingest([folder], archive)
    assert site.requests == []
    assert codes(report) == [("list.urls", "url_list")]
    archive.stored.clear()
    assert counts(ingest([folder / "list.urls"], archive)) == (2, 0, 0)
    assert counts(ingest([folder / "list.txt"], archive)) == (0, 0, 2)
    (folder / "words.txt").write_text(f"See {site.url('/a')} for more.")
    assert counts(ingest([folder / "words.txt"], archive)) == (1, 0, 0)


def test_without_the_tests_setting_this_machine_is_not_fetched(site, tmp_path):
    site.routes["/a"] = page(0)
    report = ingest([site.url("/a")], MemoryArchive(Settings(data_dir=tmp_path)))
    assert codes(report) == [("a", "address")]
    assert site.requests == []


def test_the_command_fetches_into_a_real_archive(site, tmp_path, monkeypatch):
    monkeypatch.setenv("DATELINE_FETCH_LOOPBACK", "true")
    monkeypatch.setenv("DATELINE_FETCH_DELAY_SECONDS", "0")
    site.routes["/feed.xml"] = (200, {"ETag": '"f1"'}, feed(site, ["/a", "/b"]))
    site.routes.update({"/a": (200, {"ETag": '"a1"'}, page(0)), "/b": (200, {"ETag": '"b1"'}, page(1))})
    command = ["ingest", site.url("/feed.xml"), "--data", tmp_path / "data"]
    assert run(*command)["added"] == 2
    site.requests.clear()
    again = run(*command)
    assert (again["unchanged"], again["embedded"], site.paths) == (2, 0, ["/robots.txt", "/feed.xml"])
    found = run("articles", "list", "--data", tmp_path / "data")["articles"]
    assert {row["url"] for row in found} == {site.url("/a"), site.url("/b")}
    run("articles", "remove", found[0]["id"], "--data", tmp_path / "data")
    assert [skip["code"] for skip in run(*command, code=3)["skipped"]] == ["removed_before"]
    assert run("ingest", site.url("/none"), "--data", tmp_path / "data", code=1)["skipped"][0]["code"] == "status"
