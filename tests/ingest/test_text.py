"""Bytes and hostile strings."""

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.encoding import decode, is_binary
from ingest.text import clean_line, clean_text, has_letters, shown

FRENCH = (
    "Le président a déclaré à l'Élysée que les négociations étaient terminées. Où êtes-vous? Ça va être très "
    "difficile, a-t-il ajouté. La réunion des ministres a été repoussée à la semaine prochaine, selon une source "
    "proche du dossier. Les élus de la région espèrent une décision avant l'été."
)
POLISH = (
    "Prezydent powiedział w Łodzi, że rozmowy będą kontynuowane. Ministrowie omówili budżet na przyszły rok i nowe "
    "podatki. Rząd chce, aby wszystkie województwa otrzymały więcej pieniędzy na drogi."
)
RUSSIAN = "Президент заявил в Москве, что переговоры будут продолжены. Министры обсудили бюджет и новые налоги."
PROSE = {
    "cp1252": FRENCH,
    "iso8859_1": FRENCH,
    "cp1250": POLISH,
    "iso8859_2": POLISH,
    "cp1251": RUSSIAN,
    "koi8_r": RUSSIAN,
    "cp1254": "Başbakan İstanbul'da konuştu. Görüşmelerin süreceğini söyledi, ancak yeni vergiler için tarih vermedi.",
    "cp1257": "Prezidentas sakė Vilniuje, kad derybos tęsis. Ministrai aptarė kitų metų biudžetą ir naujus mokesčius.",
    "cp1253": "Ο πρόεδρος δήλωσε στην Αθήνα ότι οι συνομιλίες θα συνεχιστούν. Οι υπουργοί συζήτησαν τον προϋπολογισμό.",
    "cp932": "首相は東京で記者会見を開き、交渉を続けると述べた。新しい予算についても説明した。",
    "gb18030": "总统在北京表示，谈判将继续进行。部长们讨论了明年的预算和新税。",
    "utf-8": "Ægir said “no”. Ça va? 首相は",
    "utf-8-sig": "Ægir said “no”.",
    "utf-16": "Ægir said “no”. 首相は",
    "utf-32": "Ægir said “no”.",
}


@pytest.mark.parametrize("encoding", PROSE)
def test_encodings_that_can_be_told_are_read(encoding):
    text = f"{PROSE[encoding]}\n" * 3
    assert decode(text.encode(encoding)) == text


def test_windows_quotes_in_plain_english_are_read():
    assert decode("The owner said “no” – that’s it…".encode("cp1252")) == "The owner said “no” – that’s it…"
    assert decode(b"A caf\xe9 in town") == "A café in town"


@pytest.mark.parametrize(
    "data",
    [
        ("Ægir sagði „nei“ við þessu öllu. " * 9).encode() + b"\xff",  # UTF-8 with damage is not guessed at
        bytes(range(0x80, 0x100)),
        b"Words \x81 and \x8d more words",
        "Ægir".encode("utf-16") + b"\x00",
    ],
)
def test_encodings_that_can_only_be_guessed_are_not(data):
    assert decode(data) is None


@pytest.mark.parametrize(
    ("head", "binary"),
    [
        (b"", False),
        (b"Plain text.\r\n\tTabbed.", False),
        ("Ægir".encode("utf-16"), False),
        (b"a\0b", True),
        (b"%PDF-1.7\nstream", True),
        (b"PK\x03\x04word", True),
        (b"\x01\x02\x03\x04text", True),
    ],
)
def test_binary_files_are_told_by_their_content(head, binary):
    assert is_binary(head) is binary


@pytest.mark.parametrize(
    ("given", "cleaned"),
    [
        ("a\r\nb\rc\u2028d\u2029e\x85f\x0bg\x0ch", "a\nb\nc\nd\ne\nf\ng\nh"),
        ("\ufeffa\x00\x08\x1b[1mb\x7f\x9f", "a[1mb"),
        ("a \t\n\u00a0\n \n\n\nb", "a\n\nb"),
        ("e\u0301", "é"),
        ("a\ud800b", "a\ufffdb"),
        ("a\tb  c", "a\tb  c"),
        ("  \n a \n ", "a"),
    ],
)
def test_clean_text(given, cleaned):
    assert clean_text(given) == cleaned


@given(st.text())
def test_cleaning_is_done_once(text):
    cleaned = clean_text(text)
    assert clean_text(cleaned) == cleaned
    assert unicodedata.is_normalized("NFC", cleaned)
    assert "\n\n\n" not in cleaned
    cleaned.encode()


@pytest.mark.parametrize(
    "hostile", ["e" + "\u0301\u0323" * 300_000, " " * 1_000_000 + "x", "\r\n" * 500_000, "\t x" * 300_000]
)
def test_cleaning_hostile_runs_costs_little(hostile):
    start = time.perf_counter()
    clean_text(hostile)
    assert time.perf_counter() - start < 3


@pytest.mark.parametrize(("text", "letters"), [("", False), (" \u200b\u00ad\u0301", False), ("!", True), ("字", True)])
def test_text_that_shows_nothing_is_empty(text, letters):
    assert has_letters(text) is letters


def test_metadata_are_one_short_line():
    assert clean_line(" a\n\tb \u2028 c ", 10) == "a b c"
    assert clean_line("x" * 10_000_000, 20) == "x" * 20
    assert clean_line("\u0000 \n", 20) is None


def test_names_are_safe_for_terminals():
    assert shown("a\x1b[2Jb\nc\u202ed\udcff") == "a\\x1b[2Jb\\nc\\u202ed\\udcff"
    assert shown("Ægir 首相.txt") == "Ægir 首相.txt"
