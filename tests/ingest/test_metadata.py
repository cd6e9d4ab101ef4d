"""Dates, addresses, names and datelines as tables."""

import pytest

from ingest.metadata import clean_author, clean_language, clean_name, find_dateline, normalise_url, parse_date

DATES = [
    ("2024-03-01", "2024-03-01"),
    (" 2024-3-1 ", "2024-03-01"),
    ("2024/03/01", "2024-03-01"),
    ("20240301", "2024-03-01"),
    ("2024-03-01T10:00", "2024-03-01T10:00:00"),
    ("2024-03-01 10:00:05", "2024-03-01T10:00:05"),
    ("2024-03-01T10:00:05Z", "2024-03-01T10:00:05Z"),
    ("2024-03-01T10:00:05+0530", "2024-03-01T10:00:05+05:30"),
    ("2024-03-01 10:00:05 -08", "2024-03-01T10:00:05-08:00"),
    ("2024-03-01T10:00:05.250+01:00", "2024-03-01T10:00:05.250000+01:00"),
    ("2023-11-27 08:45:59.000000000Z", "2023-11-27T08:45:59Z"),
    ("2023-11-27 08:45:59.123456789Z", "2023-11-27T08:45:59.123456Z"),
    ("20240301T100005Z", "2024-03-01T10:00:05Z"),
    ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59Z"),
    ("Fri, 01 Mar 2024 10:00:05 GMT", "2024-03-01T10:00:05Z"),
    ("Fri, 1 Mar 2024 10:00:05 +0000", "2024-03-01T10:00:05+00:00"),
    ("Fri, 1 Mar 2024 10:00:05 -0000", "2024-03-01T10:00:05Z"),
    ("01 Mar 24 10:00 EST", "2024-03-01T10:00:00-05:00"),
    ("26-FEB-1987 15:01:01.79", "1987-02-26T15:01:01.790000"),
    ("March 1, 2024", "2024-03-01"),
    ("Sept. 1, 2024", "2024-09-01"),
    ("1 March 2024", "2024-03-01"),
    ("Friday, March 1st, 2024 at 1:05 PM", "2024-03-01T13:05:00"),
    ("March 1, 2024, 12:30 a.m. ET", "2024-03-01T00:30:00"),  # ET is two offsets: none is invented
    ("25/12/2024", "2024-12-25"),
    ("12/25/2024", "2024-12-25"),
    ("03/03/2024", "2024-03-03"),
    (1709287205, "2024-03-01T10:00:05Z"),
    (1709287205000, "2024-03-01T10:00:05Z"),
    ("1970-01-01", "1970-01-01"),
]
NO_DATES = [
    *(
        "",
        "yesterday",
        "2024",
        "2024-03",
        "2024-13-01",
        "2024-02-30",
        "03/04/2024",
        "0000-00-00",
        "0000-00-00 00:00:00",
    ),
    *("0001-01-01T00:00:00Z", "9999-12-31", "1970-01-01T00:00:00Z", "1900-01-01 00:00:00", "2024-03-01T25:00:00"),
    *("2024-03-01T10:00:00+99:00", "1 Marvel 2024", "1 Foo 2024", "March 1, 2024 13:05 PM", "١٢٣٤-٠٣-٠١", "x" * 10_000),
    *(None, True, 0, -5, 1e30, float("nan"), ["2024-03-01"], {"date": "2024-03-01"}, "2024-03-01; DROP TABLE"),
]


@pytest.mark.parametrize(("given", "iso"), DATES)
def test_dates_that_are_read(given, iso):
    assert parse_date(given) == iso


@pytest.mark.parametrize("given", NO_DATES, ids=lambda value: repr(value)[:30])
def test_what_is_no_date_stays_unknown(given):
    assert parse_date(given) is None


URLS = [
    ("HTTP://Example.ORG:80/A/b?x=1#top", "http://example.org/A/b?x=1"),
    ("https://example.org:443", "https://example.org/"),
    ("https://example.org:8443/a", "https://example.org:8443/a"),
    ("https://example.org/a?utm_source=x&id=5&UTM_medium=y&fbclid=z", "https://example.org/a?id=5"),
    ("https://example.org/a?utm_source=x", "https://example.org/a"),
    ("https://example.org/a?b=2&a=1&empty=", "https://example.org/a?b=2&a=1&empty="),
    (" https://example.org./a b ", "https://example.org/a%20b"),
    ("https://[2001:DB8::1]:443/", "https://[2001:db8::1]/"),
    ("https://bücher.example/ü", "https://bücher.example/ü"),
]
NO_URLS = [
    *("", "example.org/a", "/a", "//example.org/a", "ftp://example.org/a", "javascript:alert(1)", "data:text/html,x"),
    *("http://", "https:///a", "http://user:pw@example.org/", "http://example.org:99999/", "http://example.org:x/"),
    *(
        "http://[::1/",
        "http://a\nb.org/",
        "http://example.org/\x00",
        "http://good.org\\@evil.org/",
        'http://a.org/"><b>',
    ),
    *("https://example.org/" + "a" * 2000, None, 5, ["https://example.org/"]),
]


@pytest.mark.parametrize(("given", "normal"), URLS)
def test_addresses_have_one_form(given, normal):
    assert normalise_url(given) == normal
    assert normalise_url(normal) == normal


@pytest.mark.parametrize("given", NO_URLS, ids=lambda value: repr(value)[:30])
def test_what_is_no_web_address_is_none(given):
    assert normalise_url(given) is None


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("  The \n Mail ", "The Mail"),
        ("https://www.Example.org/news", "example.org"),
        ("www.example.org", "example.org"),
        ('"Echo"', "Echo"),
        ("朝日新聞", "朝日新聞"),
        ("Unknown", None),
        ("n/a", None),
        ("-", None),
        ("", None),
        ("a\x1b[31mred", "a[31mred"),
        ("x" * 5000, "x" * 200),
        (["Ann", "", "unknown", 5, "Bo"], "Ann, Bo"),
        (5, None),
        ({"name": "Echo"}, None),
        (None, None),
    ],
)
def test_names(given, name):
    assert clean_name(given) == name


def test_authors_lose_their_by():
    assert clean_author("By Ann Holm") == "Ann Holm"
    assert clean_author("by Ann Holm and Bo") == "Ann Holm and Bo"
    assert clean_author("Byron Holm") == "Byron Holm"


@pytest.mark.parametrize(
    ("given", "language"),
    [("EN", "en"), ("en_gb", "en-GB"), ("zh-Hans", "zh-Hans"), ("English", "English"), ("", None), (5, None)],
)
def test_languages(given, language):
    assert clean_language(given) == language


@pytest.mark.parametrize(
    ("text", "place", "agency"),
    [
        ("ISLAMABAD - Pakistan has said so.", "ISLAMABAD", None),
        ("PARIS (Reuters) — The talks ended.", "PARIS", "Reuters"),
        ("Paris (AFP) - The talks ended.", "Paris", "AFP"),
        ("BEIJING -- China said.", "BEIJING", None),
        ("ST. LOUIS, Mo. (AP) – The river rose.", "ST. LOUIS, Mo.", "AP"),
        ("LONDON, March 3 (Reuters) - Shares fell.", "LONDON", "Reuters"),
        ("SÃO PAULO — O rio subiu.", "SÃO PAULO", None),
    ],
)
def test_datelines(text, place, agency):
    found = find_dateline(text)
    assert (found.place, found.agency) == (place, agency)
    assert text[found.end].isupper()


@pytest.mark.parametrize(
    "text", ["", "The talks - a first - ended.", "He (the man) - left.", "US-China talks", "A - B", "x" * 99]
)
def test_no_datelines(text):
    assert find_dateline(text) is None
