"""The encoding of a file, told and not guessed: what cannot be told is left out by the caller."""

import codecs
import re

from charset_normalizer import from_bytes

_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins with UTF-16's mark, so it is looked for first
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MAGIC = (
    *(b"%PDF", b"PK\x03\x04", b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"\x1f\x8b", b"\xd0\xcf\x11\xe0", b"\x7fELF"),
    *(b"RIFF", b"OggS", b"ID3", b"7z\xbc\xaf", b"Rar!", b"BZh", b"\xfd7zXZ", b"MZ\x90", b"SQLite format", b"{\\rtf"),
)
_TYPOGRAPHIC = bytes([0x82, 0x84, 0x85, 0x8B, *range(0x91, 0x98), 0x9B, 0xA0, 0xAB, 0xBB])
"""Quotes, dashes and blanks that every Windows code page has in one place."""
_MARKS = frozenset("\u00a0«»‹›“”„‘’‚–—…•·€£¥§©®™°¿¡ªº½¼¾²³µ×")
_ALPHABETS = tuple(
    frozenset(letters + letters.upper())
    for letters in (
        *("àâæçéèêëîïôœùûüÿ", "äöüß", "áéíñóúü", "áâãàçéêíóôõúü", "àèéìíòóù", "àçèéíïòóú", "áèéëêïíóöü", "åäöé"),
        *("æøåéòóôü", "áéíóúýðþæö", "ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "áéíóöőúüű", "ăâîșțşţ"),
        *("çğıöşüâîİ", "čćđšž", "ąčęėįšųūž", "āčēģīķļņšūž", "äõöüšž"),
    )
)
"""Of the European languages in Latin letters; the letters beyond ASCII in a text belong to one of them."""
_LATIN = ("cp1252", "cp1250", "iso8859_2", "cp1254", "cp1257")
_OTHER = frozenset("cp1251 cp1253 cp1255 cp1256 koi8_r iso8859_5 iso8859_7".split())
_EAST_ASIAN = frozenset("cp932 shift_jis_2004 euc_jp euc_jis_2004 gb18030 big5 big5hkscs cp949 euc_kr".split())
_SAMPLE = 1 << 16


def wide_encoding(head: bytes) -> str | None:
    """Return the UTF-16 or UTF-32 that a byte order mark announces."""
    return next((name for mark, name in _BOMS if head.startswith(mark)), None)


def is_binary(head: bytes) -> bool:
    """Say whether the first bytes of a file are no text in any encoding."""
    if wide_encoding(head):
        return False
    controls = len(re.findall(rb"[\x01-\x07\x0e-\x1a\x1c-\x1f\x7f]", head))
    return head.startswith(_MAGIC) or b"\0" in head or controls > len(head) / 50


def detect_encoding(data: bytes) -> str | None:
    """Return the encoding of a text, or None where it can only be guessed."""
    if wide := wide_encoding(data):
        return wide
    decoded = data.decode("utf-8", "surrogateescape")
    broken = len(re.findall(r"[\udc80-\udcff]", decoded))
    if not broken:
        return "utf-8-sig"
    if sum(character > "\x7f" for character in decoded) - broken > broken:
        return "utf-8-sig"  # UTF-8 with damage: every other reading would turn its good letters into garbage
    return _legacy_encoding(data)


def _legacy_encoding(data: bytes) -> str | None:
    high = re.sub(rb"[\x00-\x7f]", b"", data)
    if not high.translate(None, _TYPOGRAPHIC):
        return "cp1252"
    if len(high) < len(re.findall(rb"[A-Za-z]", data)) / 2:
        readings = {text: encoding for encoding in _LATIN if (text := _one_language(data, encoding))}
        return next(iter(readings.values())) if len(readings) == 1 else None
    return _far_encoding(data)


def _one_language(data: bytes, encoding: str) -> str | None:
    """Return the text if all its letters beyond ASCII belong to one language."""
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return None
    letters = {character for character in text if character > "\x7f"} - _MARKS
    return text if any(letters <= alphabet for alphabet in _ALPHABETS) else None


def _far_encoding(data: bytes) -> str | None:
    """Return the encoding of a text in other letters than Latin ones."""
    found = [match for match in from_bytes(data[:_SAMPLE]) if match.chaos < 0.1]
    if len(found) == 1 and (found[0].encoding in _EAST_ASIAN or found[0].coherence >= 0.4):
        return found[0].encoding  # bytes that make sense in no other encoding
    highest = max((match.coherence for match in found), default=0.0)
    best = [match.encoding for match in found if match.coherence == highest and match.encoding in _OTHER]
    return best[0] if highest >= 0.5 and len(best) == 1 else None


def decode(data: bytes) -> str | None:
    """Return the text of a file's bytes, or None where its encoding cannot be told or the bytes do not fit it."""
    encoding = detect_encoding(data)
    try:
        return data.decode(encoding) if encoding else None
    except (UnicodeError, LookupError):
        return None
