"""What feeds and dumps leave in an article that is none of it, and characters that were damaged on the way.

Only what stands on lines of its own, or in brackets at the very end, is taken out: nothing from within the text.
"""

import re
from dataclasses import dataclass

from ingest.metadata import parse_date

_EDGE_LINES = 4
_TAIL_CHARS = 700
"""At the end of a text, where "(Reporting by ...)" is looked for."""
_NAME = r"[^\W\d_][\w.'’-]*"
_BYLINE = re.compile(
    rf"(?:by|von|por|par)\s+(?P<name>{_NAME}(?:[,&]?\s+(?:{_NAME}|&)){{0,11}})(?:\s*[,|–-]\s*(?P<role>[^.!?]{{2,60}}))?",
    re.IGNORECASE,
)
_PARTICLES = frozenset("and und et y e de del der den van von la le di da du el al bin ibn".split())
_STAMP = re.compile(
    r"(?:[^\W\d_][^|:\n]{1,40}\s\|\s)?(?P<word>first published|published|posted|last updated|updated|modified)"
    r"(?:\s+(?:at|on))?\s*:?\s+(?P<date>.{6,60})",
    re.IGNORECASE,
)
_WORK = (
    r"(?:(?:additional|further|with)\s+)?(?:reporting|writing|editing|compiled|translated|edited|reported|written)\s+by"
)
_TAIL_LINE = re.compile(rf"[(\[]?\s*{_WORK}\s[^\n]{{3,400}}", re.IGNORECASE)
_TAIL_BRACKET = re.compile(rf"\s*[(\[]\s*{_WORK}\s[^()\[\]\n]{{3,400}}[)\]]\.?\s*$", re.IGNORECASE)
_TAIL_INLINE = re.compile(
    r"(?<=[.!?\"”’)])[ \t]+(?:Additional |Further )?(?:Reporting|Writing) by [A-Z][^\n]{3,300}?"
    r"[;,.] ?[Ee]diting by [^\n.]{3,120}\.?\s*$"
)
_SIGN_OFF = re.compile(r"(?:reuters?\.{0,3}|-30-|our standards: .{1,80})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Cleaned:
    """An article's own text, and what the lines that were taken out of it said."""

    text: str
    author: str | None = None
    published_at: str | None = None
    updated_at: str | None = None


def clean_article(text: str, title: str | None) -> Cleaned:
    """Take title lines, bylines, stamps and "Reporting by ..." tails off a text; one that is nothing else stays.

    Args:
        text: In its stored form.
        title: The article's title.
    """
    lines = text.split("\n")
    said: dict[str, str] = {}
    first = _first_line(lines, title, said)
    last = _last_line(lines, first)
    rest = "\n".join(lines[first:last]).strip("\n")
    head, end = rest[:-_TAIL_CHARS], rest[-_TAIL_CHARS:]
    rest = head + _TAIL_INLINE.sub("", _TAIL_BRACKET.sub("", end)).rstrip()
    if len(rest) < 0.3 * len(text):  # lines that name people are the article: a list of bylines, a masthead
        return Cleaned(text)
    return Cleaned(rest, said.get("author"), said.get("published_at"), said.get("updated_at"))


def _first_line(lines: list[str], title: str | None, said: dict[str, str]) -> int:
    """Return where the text begins, and note what the lines above said."""
    at, taken = 0, 0
    while at < len(lines) - 1 and taken <= _EDGE_LINES:
        line = " ".join(lines[at].split())
        if line and not _is_above(line, title, said):
            return at
        taken += bool(line)
        at += 1
    return 0 if taken > _EDGE_LINES else at


def _is_above(line: str, title: str | None, said: dict[str, str]) -> bool:
    if title and line.casefold() == " ".join(title.split()).casefold():
        return True
    if (byline := _BYLINE.fullmatch(line)) and (author := _author(byline)):
        said.setdefault("author", author)
        return True
    stamp = _STAMP.fullmatch(line)
    date = parse_date(stamp["date"].strip()) if stamp else None
    if stamp is None or date is None:
        return False
    said.setdefault(
        "published_at" if stamp["word"].lower() in ("published", "first published", "posted") else "updated_at", date
    )
    return True


def _author(match: re.Match[str]) -> str | None:
    """Return the names of a byline without "Courier staff" and the like, or None where they are no names."""
    parts = match["name"].split(", ")
    while len(parts) > 1 and not _are_names(parts[-1]):
        parts.pop()
    return ", ".join(parts) if all(map(_are_names, parts)) else None


def _are_names(text: str) -> bool:
    words = [word for word in re.split(r"[\s,&]+", text) if word and word.casefold() not in _PARTICLES]
    return 1 <= len(words) <= 9 and all(word[0].isupper() for word in words)


def _last_line(lines: list[str], first: int) -> int:
    """Return where the text ends."""
    last, taken = len(lines), 0
    while last - 1 > first and taken < _EDGE_LINES:
        line = lines[last - 1].strip()
        if line and not (_TAIL_LINE.fullmatch(line) or _SIGN_OFF.fullmatch(line)):
            break
        taken += bool(line)
        last -= 1
    return last


_CORRECTION = re.compile(
    r"^[\W_]*(?:"
    r"(?:corrections?|clarification|corrected|corrects|correcting)\b\s*(?:\([^)\n]{1,60}\)|[^:.\n]{0,40})\s*[:—–-]"
    r"|(?:editor['’]?s?['’]? note\s*[:—–-]\s*)?(?:this|an? (?:earlier|previous) version(?: of this)?)"
    r" (?:article|story|report|post|page|headline|version)?[^\n.]{0,80}?"
    r"\b(?:correct(?:ed|ion)|mis(?:stated|spelled|spelt|identified|quoted|attributed)"
    r"|incorrectly|wrongly|in error|erroneously)"
    r")[^\n]*",
    re.IGNORECASE | re.MULTILINE,
)
_LONGEST_NOTICE = 600


def correction_notice(text: str) -> str | None:
    """Return what an article says was corrected in it: a line such as "Correction: an earlier version of this ..."."""
    folded = text.casefold()
    if not any(word in folded for word in ("correct", "clarification", "version of this", "version mis")):
        return None
    found = _CORRECTION.search(text)
    return " ".join(found.group().split())[:_LONGEST_NOTICE] if found else None


# Damaged characters ----------------------------------------------------------------------------------------------

_SUSPECT = re.compile(
    "[\u0080-\u009f]|[\u00c2-\u00f4][\u00a0-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]"
    "|[\u0420\u0421][\u00a0-\u00bf\u0401-\u040f\u0451-\u045f\u2013-\u203a\u20ac\u2122]|\u201a\u00c4|\u221a[^\\s\\d(]|\u0393\u00c7|\u251c"
)
"""What UTF-8 looks like once read as Latin-1, Windows-1252, Windows-1251, Mac Roman or code page 437; ftfy then looks
closer. Asking ftfy about every article would take longer than reading them."""
_LOST = re.compile(
    r"\ufffd|(?<=[^\W\d_])\?(?=[^\W\d_A-Z])(?![\w%]+=)"  # K?ln, but not ?id=
    r"|\"\?(?=\w)"  # a dash or a quotation mark that became two characters
)


def repaired(text: str) -> str:
    """Return a text with double-encoded characters as they were written; what is lost stays lost."""
    if text.isascii() or not _SUSPECT.search(text):
        return text
    from ftfy import fix_encoding

    return "\n".join(fix_encoding(line) if _SUSPECT.search(line) else line for line in text.split("\n"))


def lost_characters(text: str) -> int:
    """Count the characters that an earlier program turned into a replacement or a question mark."""
    return len(_LOST.findall(text)) if "?" in text or "\ufffd" in text else 0
