"""Raw pages to drafts, and text files taken apart."""

import pytest

from ingest.parse import parse
from ingest.types import RawPage
from qa.types import ArticleDraft, Skipped


def page(payload, kind="jsonl", line=3):
    return RawPage("in", line, kind, payload.encode() if isinstance(payload, str) else payload, "/in")


def plain(text, kind="text"):
    draft = parse(page(text, kind, None))
    assert isinstance(draft, ArticleDraft), draft
    return draft


def test_a_title_in_html_s_letters_is_read_as_it_is_shown():
    draft = parse(page('{"title": "Ferry&#039;s end &amp; after", "text": "Rain &amp; sun."}'))
    assert (draft.title, draft.text) == ("Ferry's end & after", "Rain &amp; sun.")


# Records ---------------------------------------------------------------------------------------------------------


def test_every_field_of_a_record_is_read():
    draft = parse(
        page(
            '{"id": 7, "url": "HTTP://Example.org", "title": " A\\ntitle ", "publisher": "The Echo",'
            '"author": ["Ann", "By Bo"], "published_at": "Fri, 01 Mar 2024 10:00:05 GMT", "updated_at": "2024-03-02",'
            '"retrieved_at": "0000-00-00", "language": "EN", "section": "Sport",'
            '"text": "Rain.\\r\\n\\r\\n\\r\\nSun. ",'
            '"other": {"a": 1}}'
        )
    )
    assert draft == ArticleDraft(
        text="Rain.\n\nSun.",
        title="A title",
        url="HTTP://Example.org",
        url_key="http://example.org/",
        external_id="7",
        publisher="The Echo",
        author="Ann, By Bo",
        published_at="2024-03-01T10:00:05Z",
        updated_at="2024-03-02",
        retrieved_at=None,
        language="en",
        section="Sport",
        source="/in",
    )


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        *[("0", "0"), ("7.0", "7"), ('" a "', "a"), ("12345678901234567890", "12345678901234567890")],
        *[("null", None), ("true", None), ("[1]", None), ('""', None), ("NaN", None)],
    ],
)
def test_given_ids(given, kept):
    assert parse(page(f'{{"id": {given}, "text": "Rain."}}')).external_id == kept


def test_long_ids_stay_different():
    ids = {parse(page(f'{{"id": "{"x" * 5000}{end}", "text": "Rain."}}')).external_id for end in "ab"}
    assert len(ids) == 2
    assert all(len(one) <= 512 for one in ids)


def test_mapping_names_fields_also_inside_others():
    record = '{"content": {"body": "Rain."}, "a.b": "Echo", "text": "not this"}'
    draft = parse(page(record), {"text": "content.body", "publisher": "a.b"})
    assert (draft.text, draft.publisher) == ("Rain.", "Echo")


def test_paragraphs_given_as_a_list_are_joined():
    assert parse(page('{"text": ["Rain.", "Sun."]}')).text == "Rain.\n\nSun."


@pytest.mark.parametrize(
    ("line", "code", "words"),
    [
        (b"\xff", "encoding", "not UTF-8"),
        ("{", "json", "not JSON"),
        ("[" * 100_000, "json", "nested too deep"),
        ('{"a":' * 100_000, "json", "nested too deep"),
        ('{"text": ' + "1" * 5000 + "}", "json", "number is too long"),
        ("[1]", "json", "a list, not a JSON object"),
        ("null", "json", "null, not"),
        ('"text"', "json", "a string, not"),
        ("{}", "no_text", "it has nothing"),
        ('{"body": "Rain."}', "no_text", "'body'. Use --map text=NAME"),
        ('{"text": 5}', "wrong_type", "a number, not a string"),
        ('{"text": true}', "wrong_type", "true or false"),
        ('{"text": {"a": 1}}', "wrong_type", "an object"),
        ('{"text": ["a", 1]}', "wrong_type", "a list"),
        ('{"text": " \\n\\u200b"}', "empty", "no text"),
    ],
    ids=lambda value: repr(value)[:24],
)
def test_records_that_are_no_article_are_left_out_with_a_sentence(line, code, words):
    skipped = parse(page(line))
    assert isinstance(skipped, Skipped)
    assert (skipped.input, skipped.line, skipped.code) == ("in", 3, code)
    assert words in skipped.reason


def test_wrong_metadata_never_cost_the_article():
    draft = parse(
        page(
            '{"text": "Rain.", "title": 5, "url": {}, "author": 1, "published_at": [], "section": "' + "s" * 9999 + '"}'
        )
    )
    assert (draft.title, draft.url, draft.author, draft.published_at) == (None, None, None, None)
    assert draft.section == "s" * 100


# Text files ------------------------------------------------------------------------------------------------------

BODY = "PORT ELLEN - The bridge will close.\n\nIt opens in May."


@pytest.mark.parametrize(
    ("text", "title", "section"),
    [
        (f"Bridge closes\n\nBridge closes\n\n{BODY}\n\nForeign Policy\n", "Bridge closes", "Foreign Policy"),
        (f"Bridge closes: sources\n\n\n{BODY}\n\nSports", "Bridge closes: sources", "Sports"),
        (f"Bridge closes\nBRIDGE  CLOSES\n{BODY}", "Bridge closes", None),
        (
            f"\ufeff\r\nBridge closes in the U.S.\r\n\r\n{BODY}\r\n\r\nArts & Culture",
            "Bridge closes in the U.S.",
            "Arts & Culture",
        ),
        (BODY, None, None),
        (f"{'Long title ' * 30}\n\n{BODY}", None, None),
    ],
)
def test_title_and_section_of_plain_text(text, title, section):
    draft = plain(text)
    assert (draft.title, draft.section) == (title, section)
    assert draft.text.endswith(BODY)
    assert draft.text.startswith("PORT ELLEN") == (len(text) < 300)


@pytest.mark.parametrize(
    "text",
    [
        "One line only",
        "It rained in the town on Monday.\n\nIt was dry on Tuesday.",
        "The first line of a paragraph that somebody has wrapped at\nsome width or other, as old mail programs did.",
        "- one point\n\n- another point",
    ],
)
def test_a_first_line_that_is_text_stays_text(text):
    draft = plain(text)
    assert draft.title is None
    assert draft.text == text


@pytest.mark.parametrize(
    "last", ["Sports.", "three whole words", "Three Whole Words", "sports", "ENDS", "12", "Call 555", "(Reuters)"]
)
def test_a_last_line_that_is_no_section_stays_text(last):
    draft = plain(f"Bridge closes\n\n{BODY}\n\n{last}")
    assert draft.section is None
    assert draft.text.endswith(last)


def test_a_word_after_a_list_is_no_section():
    assert plain(f"Bridge closes\n\n{BODY}\n\nMilk\n\nBread").section is None


def test_front_lines_fill_metadata():
    draft = plain(
        "Title: Bridge closes\nPublished: 1 March 2024\nAuthor: By Ann Holm\nPublisher: The Echo\n"
        f"URL: https://example.org/a?utm_source=x\n\n{BODY}\n\nNote: the bridge is old."
    )
    assert (draft.title, draft.published_at, draft.author) == ("Bridge closes", "2024-03-01", "Ann Holm")
    assert (draft.publisher, draft.url) == ("The Echo", "https://example.org/a?utm_source=x")
    assert draft.text == f"{BODY}\n\nNote: the bridge is old."


def test_front_lines_after_the_title_are_read_too():
    draft = plain(f"Bridge closes\nPublished: 2024-03-01\n\nBridge closes\n\n{BODY}")
    assert (draft.title, draft.published_at, draft.text) == ("Bridge closes", "2024-03-01", BODY)


@pytest.mark.parametrize(
    "line",
    [
        "Published: soon",
        "URL: javascript:alert(1)",
        "Source: an official who asked not to be named told us so today.",
        "Warning: rain",
    ],
)
def test_a_line_that_only_looks_like_metadata_stays_text(line):
    draft = plain(f"{line}\n{BODY}")
    assert (draft.published_at, draft.url, draft.publisher) == (None, None, None)
    assert line in (draft.text + (draft.title or ""))


def test_markdown_front_matter_and_heading():
    draft = plain(
        "---\ntitle: 'Bridge: closed'\ndate: 2024-03-01T10:00:00Z\nauthor:\n  - Ann Holm\n  - Bo\ntags: [a, b]\n---\n"
        f"# Bridge: closed\n\n{BODY}\n\n## Later\n\nMore of it.",
        "markdown",
    )
    assert (draft.title, draft.published_at, draft.author) == ("Bridge: closed", "2024-03-01T10:00:00Z", "Ann Holm, Bo")
    assert draft.text == f"{BODY}\n\n## Later\n\nMore of it."


def test_markdown_heading_alone():
    draft = plain(f"# Bridge closes. #\n\n{BODY}", "markdown")
    assert (draft.title, draft.text) == ("Bridge closes.", BODY)


def test_rules_that_are_no_front_matter_are_text():
    text = "---\nThe bridge is closed\n\nand stays so."
    assert plain(text, "markdown").text == text


def test_a_file_of_metadata_only_is_empty():
    assert parse(page("---\ntitle: Bridge\n---\n", "markdown", None)).code == "empty"


def test_hard_wrapped_text_stays_as_it_stands():
    wrapped = "The bridge will close for ten days from Monday because of\nrepairs, the council said on\nThursday."
    assert plain(f"Bridge closes\n\n{wrapped}").text == wrapped
