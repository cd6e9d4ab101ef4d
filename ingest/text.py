"""Text in its one stored form, and hostile strings made harmless."""

import re
import unicodedata

MAX_MARKS = 30
"""Combining marks kept after one letter, as in Unicode's stream-safe format: ordering longer runs is quadratic."""

_LINE_ENDS = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ufeff]")
_SURROGATES = re.compile(r"[\ud800-\udfff]")
_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\u200e\u200f\ud800-\udfff]")


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
