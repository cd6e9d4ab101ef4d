"""Bytes to clean text, and hostile strings to harmless ones."""

import codecs
import re
import unicodedata

from charset_normalizer import from_bytes

MAX_MARKS = 30
"""Combining marks kept after one letter, as in Unicode's stream-safe format: ordering longer runs is quadratic."""

_LINE_ENDS = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ufeff]")
_SURROGATES = re.compile(r"[\ud800-\udfff]")
_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\u200e\u200f\ud800-\udfff]")
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
_USUAL = frozenset(
    "cp1250 cp1251 cp1252 cp1253 cp1254 cp1255 cp1256 koi8_r iso8859_2 iso8859_5 iso8859_7 iso8859_15".split()
)
_EAST_ASIAN = frozenset("cp932 shift_jis_2004 euc_jp euc_jis_2004 gb18030 big5 big5hkscs cp949 euc_kr".split())
_MOST_CHAOS = 0.1
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
    broken = len(_SURROGATES.findall(decoded))
    if not broken:
        return "utf-8-sig"
    if sum(character > "\x7f" for character in decoded) - broken > broken:
        return "utf-8-sig"  # UTF-8 with damage: every other reading would turn its good letters into garbage
    return _legacy_encoding(data)


def _legacy_encoding(data: bytes) -> str | None:
    high = re.sub(rb"[\x00-\x7f]", b"", data)
    if not high.translate(None, _TYPOGRAPHIC):
        return "cp1252"
    found = [match for match in from_bytes(data[:_SAMPLE]) if match.chaos < _MOST_CHAOS]
    if len(found) == 1 and (found[0].encoding in _EAST_ASIAN or found[0].coherence >= 0.4):
        return found[0].encoding  # bytes that make sense in no other encoding
    highest = max((match.coherence for match in found), default=0.0)
    usual = [match.encoding for match in found if match.coherence == highest and match.encoding in _USUAL]
    return usual[0] if highest >= 0.5 and len(usual) == 1 else None


def decode(data: bytes) -> str | None:
    """Return the text of a file's bytes, or None where its encoding cannot be told or the bytes do not fit it."""
    encoding = detect_encoding(data)
    try:
        return data.decode(encoding) if encoding else None
    except (UnicodeError, LookupError):
        return None


def clean_text(text: str) -> str:
    r"""Return the text as it is stored: NFC, ``\n`` line ends, no controls, no outer or doubled blank lines."""
    text = _LINE_ENDS.sub("\n", text)
    text = _SURROGATES.sub("\ufffd", _CONTROLS.sub("", text))
    text = unicodedata.normalize("NFC", _without_mark_runs(text))
    text = "\n".join([line.rstrip() for line in text.split("\n")])
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def _without_mark_runs(text: str) -> str:
    if text.isascii():
        return text
    kept: list[str] = []
    run = 0
    for character in text:
        run = run + 1 if unicodedata.combining(character) else 0
        if run <= MAX_MARKS:
            kept.append(character)
    return "".join(kept)


def has_letters(text: str) -> bool:
    """Say whether anything can be seen in the text: not only blanks, controls and invisible marks."""
    return any(unicodedata.category(character)[0] not in "ZCM" for character in text)


def clean_line(value: str, longest: int) -> str | None:
    """Return a metadata value on one line, at most ``longest`` characters, or None where nothing is left."""
    line = " ".join(clean_text(value[: longest * 4]).split())
    return line[:longest].rstrip() or None


def shown(name: str) -> str:
    r"""Return a name that a terminal can print: control, direction and undecodable characters become ``\x1b``."""
    return _UNSAFE.sub(lambda match: match.group().encode("unicode_escape", "surrogatepass").decode(), name)
