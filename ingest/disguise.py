"""What a passage says once it is decoded: hidden letters, look-alikes, and text in codes that people cannot read."""

import base64
import binascii
import codecs
import html
import re
import unicodedata
from collections.abc import Callable, Iterator
from urllib.parse import unquote

_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]"
)
_TAGS = re.compile("[\U000e0020-\U000e007e]{10,}")
"""Letters that no font shows, one for each of ASCII; flags of regions have up to six, longer text is to be unseen."""
_LOOK_ALIKES = str.maketrans("аеорсухіјѕԁһӏɡΑΒΕΖΗΙΚΜΝΟΡΤΥΧАВЕКМНОРСТХ", "aeopcyxijsdhlgABEZHIKMNOPTYXABEKMHOPCTX")
_LEET = str.maketrans("013457@$", "oieastas")
_LEET_WORD = re.compile(r"[A-Za-z]+[013457@$]+[A-Za-z]|[013457@$]+[A-Za-z]+[013457@$]")
_PLAIN_WORDS = re.compile(r"\b(?:the|an?|of|to|in|and|is|was|for|on|that|with|all|you|your|it|this|be|by)\b", re.I)
_SPACED = re.compile(r"(?:\b\w[ .\-_*]){8,}\w\b")
_BINARY = re.compile(r"(?:[01]{8}[\s,]*){8,}")
_HEX = re.compile(r"(?:(?:\\x|0x|%)?[0-9a-fA-F]{2}[\s:,]?){20,}")
_MORSE = re.compile(r"(?:[.\-·–−]{1,6}(?:\s*/\s*|\s+)){12,}[.\-·–−]{1,6}")
_BLOB = re.compile(r"[A-Za-z0-9+/_-]{24,}={0,6}")
_BLOB85 = re.compile(r"[!-~]{40,}")
_MOST = 4000
"""Characters of a code that are decoded: enough to see what it says."""
_MORSE_CODE = dict(
    zip(
        ".- -... -.-. -.. . ..-. --. .... .. .--- -.- .-.. -- -. --- .--. --.- .-. ... - ..- ...- .-- -..- -.-- --.. "
        "----- .---- ..--- ...-- ....- ..... -.... --... ---.. ----. .-.-.- --..-- .--.-.".split(),
        "abcdefghijklmnopqrstuvwxyz0123456789.,@",
        strict=True,
    )
)


def is_unseen(text: str) -> bool:
    """Say whether a text holds words in letters that no reader can see."""
    return bool(_TAGS.search(text)) or len(_INVISIBLE.findall(text)) > 0.2 * max(len(text), 20)


def in_signals(text: str) -> bool:
    """Say whether a text holds a message in Morse code, whose dots end no sentences."""
    return bool(_MORSE.search(text))


def shown_text(text: str) -> str:
    """Return a text as a reader takes it: no unseen letters, look-alikes of other alphabets as what they look like."""
    text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    if "\u0370" > max(text, default=""):
        return text
    return re.sub(r"\w+", lambda word: _one_alphabet(word.group()), text)


def _one_alphabet(word: str) -> str:
    mixed = re.search(r"[A-Za-z]", word) and re.search(r"[\u0370-\u052f]", word)
    return word.translate(_LOOK_ALIKES) if mixed else word


def readings(text: str) -> Iterator[str]:
    """Yield what a passage says in the codes it may be written in; most passages are in none."""
    if _TAGS.search(text):
        yield "".join(chr(ord(letter) - 0xE0000) for part in _TAGS.findall(text) for letter in part)
    if len(_LEET_WORD.findall(text)) >= 2:
        yield text.translate(_LEET)
    if _SPACED.search(text):
        yield re.sub(r"(?<=\b\w)[ .\-_*](?=\w\b)", "", re.sub(r"\s{2,}", "\n", text))
    if len(text) >= 20 and not _PLAIN_WORDS.search(text):
        yield text[::-1]
        yield codecs.decode(text, "rot13")
    if "%20" in text or "&#" in text:
        yield html.unescape(unquote(text))
    yield from _decoded(text)


def _decoded(text: str) -> Iterator[str]:
    """Yield what codes in a passage decode to, where that is text."""
    for pattern, decode in _CODES:
        for match in pattern.finditer(text):
            try:
                said = decode(match.group()[:_MOST])
            except (ValueError, binascii.Error):  # UnicodeDecodeError is one
                continue
            if _is_text(said):
                yield said


def _is_text(said: str) -> bool:
    letters = sum(letter.isalpha() or letter == " " for letter in said)
    return len(said) >= 8 and letters >= 0.8 * len(said)


def _binary(code: str) -> str:
    bits = re.sub(r"[^01]", "", code)
    return bytes(int(bits[at : at + 8], 2) for at in range(0, len(bits) - 7, 8)).decode("utf-8")


def _hex(code: str) -> str:
    digits = re.sub(r"\\x|0x|[^0-9a-fA-F]", "", code)
    return bytes.fromhex(digits[: len(digits) // 2 * 2]).decode("utf-8")


def _morse(code: str) -> str:
    code = re.sub(r"[–−]", "-", code).replace("·", ".")
    words = re.split(r"\s*/\s*|\s{2,}", code)
    return " ".join("".join(_MORSE_CODE.get(sign, "") for sign in word.split()) for word in words)


def _base64(code: str) -> str:
    plain = code.rstrip("=").replace("-", "+").replace("_", "/")
    return base64.b64decode(plain[: len(plain) - (len(plain) % 4 == 1)] + "=" * (-len(plain) % 4)).decode("utf-8")


def _base32(code: str) -> str:
    plain = code.rstrip("=").upper()
    return base64.b32decode(plain[: len(plain) // 8 * 8]).decode("utf-8")


def _base85(code: str) -> str:
    return base64.b85decode(code[: len(code) // 5 * 5]).decode("utf-8")


def _ascii85(code: str) -> str:
    inside = code.removeprefix("<~").removesuffix("~>")
    return base64.a85decode(inside[: len(inside) // 5 * 5]).decode("utf-8")


_CODES: tuple[tuple[re.Pattern[str], Callable[[str], str]], ...] = (
    *((_BINARY, _binary), (_HEX, _hex), (_MORSE, _morse), (_BLOB, _base64), (_BLOB, _base32)),
    *((_BLOB85, _base85), (_BLOB85, _ascii85)),
)
