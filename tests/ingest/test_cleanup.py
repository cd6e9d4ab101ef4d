"""What is no text of the article, and damaged characters."""

import pytest

from ingest.cleanup import clean_article, correction_notice, lost_characters, repaired
from ingest.run import ingest

STORY = "PORT VENN - The harbour bridge will close on Monday.\n\nIt opens again in May, the council said."


def surrounded(above, below):
    return clean_article("\n".join(filter(None, [above, STORY, below])), "Bridge closes")


@pytest.mark.parametrize(
    ("above", "author", "published_at", "updated_at"),
    [
        ("Bridge closes", None, None, None),
        ("BRIDGE  closes\n\nBridge closes", None, None, None),
        ("By Ida Holm", "Ida Holm", None, None),
        ("By Ida Holm and Jon van der Ek, Courier staff", "Ida Holm and Jon van der Ek", None, None),
        ("By IDA HOLM | The Venn Courier", "IDA HOLM", None, None),
        ("Bridge closes\nBy Ida Holm\nPublished: 1 March 2024 08:30 GMT", "Ida Holm", "2024-03-01T08:30:00Z", None),
        ("Courier | Updated: 2024-03-02 10:00", None, None, "2024-03-02T10:00:00"),
    ],
)
def test_titles_bylines_and_stamps_above_the_text_are_not_part_of_it(above, author, published_at, updated_at):
    cleaned = surrounded(above, None)
    assert cleaned.text == STORY
    assert (cleaned.author, cleaned.published_at, cleaned.updated_at) == (author, published_at, updated_at)


@pytest.mark.parametrize(
    "line",
    [
        "By Monday the bridge will be closed, and by May it opens.",
        "by and by",
        "By 2030",
        "Published: soon",
        "Updated rules for the harbour",
        "Bridge closes today",
    ],
)
def test_lines_that_only_look_like_it_stay(line):
    assert surrounded(line, None).text == f"{line}\n{STORY}"


@pytest.mark.parametrize(
    "tail",
    [
        "(Reporting by Ida Holm in PORT VENN; Editing by Jon Ek)",
        "Reporting by Ida Holm; Editing by Jon Ek and Marta Lund",
        "Additional reporting by Jon Ek\n\nOur Standards: The Courier Trust Principles.",
        "REUTER",
    ],
)
def test_tails_are_not_part_of_the_text(tail):
    assert surrounded(None, tail).text == STORY
    assert surrounded(None, f"\n{tail}").text == STORY


@pytest.mark.parametrize(
    "tail", [" (Reporting by Ida Holm; Editing by Jon Ek)", " Reporting by Ida Holm; Editing by Jon Ek."]
)
def test_tails_on_the_last_line_are_taken_off_it(tail):
    assert clean_article(STORY + tail, None).text == STORY


@pytest.mark.parametrize(
    "text",
    [
        "By Ida Holm",
        "Bridge closes",
        "By Ida Holm\nBy Jon Ek\nBy Marta Lund\nBy Anna Berg\nBy Per Dahl\nBy Eva Lind\nThe masthead ends here.",
        "She began reporting by radio in 1950; editing by hand came later, in the years of the lead type she loved.",
        "Prizes went to many (and writing by hand won).",
    ],
)
def test_a_text_that_is_nothing_else_stays(text):
    assert clean_article(text, "Bridge closes").text == text


@pytest.mark.parametrize("encoding", ["latin-1", "mac_roman", "cp437"])
def test_double_encoded_text_is_repaired(encoding):
    text = "“Grün” – schön, naïve café €5 ’til Łódź"
    assert repaired(text.encode().decode(encoding)) == text


def test_only_the_damaged_line_is_touched():
    assert repaired("Ça va? « Été »\nnaÃ¯ve") == "Ça va? « Été »\nnaïve"
    for whole in ("São Paulo’s “naïve” mayor – £5", "СССР и Россия – «РФ»", "日本語「引用」", "√2 is 1.41"):
        assert repaired(whole) == whole


@pytest.mark.parametrize(
    ("text", "lost"),
    [
        ("K?ln and M?nster", 2),
        ('the Senate voted on DeVos"?highly contentious', 1),
        ("a\ufffd\ufffdb", 2),
        ('Why? "Why not?" he asked. What? A page?id=5 is https://a.example/x?y=1&z=2', 0),
        ('He asked "why"? Nobody knew.', 0),
    ],
)
def test_lost_characters_are_counted(text, lost):
    assert lost_characters(text) == lost


def test_lost_characters_are_reported_and_not_guessed(folder, archive):
    (folder / "a.jsonl").write_text(
        '{"id": 1, "text": "The fair in K?ln opens."}\n{"id": 2, "text": "na\u00c3\u00afve"}\n'
    )
    report = ingest([folder], archive)
    assert report.lost_characters == 1
    assert set(archive.texts) == {"The fair in K?ln opens.", "naïve"}
    assert ingest([folder], archive).lost_characters == 0


@pytest.mark.parametrize(
    "notice",
    [
        "Correction: An earlier version of this article misspelled the mayor's name.",
        "CORRECTION (12 March): the toll was four, not five.",
        "This article was corrected on 12 March 2024 to give the right fare.",
        "*An earlier version of this story incorrectly said that the bridge had opened.*",
        "Editor’s note: A previous version of this report misstated the cost.",
        "Clarification, 5 May: the council has not voted yet.",
    ],
)
def test_a_correction_notice_is_noticed(notice):
    assert correction_notice(f"{STORY}\n\n{notice}").strip("*") in notice
    assert correction_notice(f"{notice}\n\n{STORY}")


@pytest.mark.parametrize(
    "line",
    [
        "The correction of the course took an hour: nobody slept.",
        "Correct answers win a prize.",
        "He said that an earlier version of the law incorrectly named the county.",
        "This was the correct choice, she said.",
        "A clarification came from the ministry on Monday.",
    ],
)
def test_a_sentence_about_correcting_is_no_notice(line):
    assert correction_notice(f"{STORY}\n\n{line}") is None
