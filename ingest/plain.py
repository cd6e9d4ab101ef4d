"""Text and Markdown files: what of them is title, metadata and section, and what is the article."""

import re
from dataclasses import dataclass, field

from ingest.metadata import find_dateline, normalise_url, parse_date

MAX_TITLE = 200
_FIELDS = {
    **dict.fromkeys(("title", "headline"), "title"),
    **dict.fromkeys(("published", "published at", "published_at", "date", "publication date"), "published_at"),
    **dict.fromkeys(("updated", "updated at", "updated_at", "modified", "last updated"), "updated_at"),
    **dict.fromkeys(("retrieved", "retrieved at", "retrieved_at", "accessed"), "retrieved_at"),
    **dict.fromkeys(("author", "authors", "by", "byline"), "author"),
    **dict.fromkeys(("publisher", "source", "outlet"), "publisher"),
    **dict.fromkeys(("url", "link"), "url"),
    **dict.fromkeys(("section", "category"), "section"),
    **dict.fromkeys(("language", "lang"), "language"),
    **dict.fromkeys(("id", "external_id"), "id"),
}
_KEY_LINE = re.compile(r"([A-Za-z][A-Za-z_ ]{1,20}?)\s?:(?:\s+(.*))?")
_HEADING = re.compile(r"#\s+(.+?)(?:\s+#+)?")
_SECTION_WORD = re.compile(r"[^\W\d_][\w'’/-]*|&")
_ENDS = '.!?…:;"”’)'
_NO_SECTION = frozenset("end ends more advertisement".split())
_FRONT_MATTER_LINES = 60


@dataclass(slots=True)
class PlainArticle:
    """The parts of a text file; ``fields`` has canonical names."""

    text: str
    fields: dict[str, str] = field(default_factory=dict)


def read_plain(text: str, markdown: bool) -> PlainArticle:
    """Take a cleaned text apart: front matter, front lines, title and section leave the text; the dateline stays."""
    fields: dict[str, str] = {}
    lines = _skip_blank(_front_matter(text.split("\n"), fields))
    lines = _front_lines(lines, fields)
    titled, lines = _title(lines, fields.get("title"), markdown)
    if titled:
        fields.setdefault("title", titled)
        lines = _front_lines(lines, fields)
        lines = _without_repeat(lines, titled)
    lines = _section(lines, fields)
    return PlainArticle("\n".join(lines).strip("\n"), fields)


def _skip_blank(lines: list[str]) -> list[str]:
    first = next((number for number, line in enumerate(lines) if line.strip()), len(lines))
    return lines[first:]


def _front_matter(lines: list[str], fields: dict[str, str]) -> list[str]:
    """Read ``---`` front matter into ``fields``; without an end or any ``key: value`` it is text."""
    if lines[0] != "---":
        return lines
    inside = lines[1:_FRONT_MATTER_LINES]
    end = next((number for number, line in enumerate(inside) if line in ("---", "...")), None)
    if end is None or not any(_KEY_LINE.match(line) for line in inside[:end]):
        return lines
    key = ""
    for line in inside[:end]:
        if match := _KEY_LINE.fullmatch(line):
            key = _FIELDS.get(match[1].lower(), "")
            _store(fields, key, match[2] or "")
        elif (item := line.strip()).startswith("- ") and key in ("author", "section"):
            fields[key] = ", ".join(filter(None, [fields.get(key), _unquoted(item[2:])]))
    return lines[end + 2 :]


def _store(fields: dict[str, str], key: str, value: str) -> None:
    value = _unquoted(value.strip())
    if key and value and key not in fields:
        fields[key] = value


def _unquoted(value: str) -> str:
    quoted = len(value) >= 2 and value[0] == value[-1] and value[0] in "\"'"
    return value[1:-1].strip() if quoted else value


def _front_lines(lines: list[str], fields: dict[str, str]) -> list[str]:
    """Read lines such as ``Published: 2024-03-01`` off the top, as long as their values are what they say."""
    while lines:
        match = _KEY_LINE.fullmatch(lines[0])
        key = _FIELDS.get(match[1].lower()) if match else None
        if match is None or key is None or not _is_value(key, (match[2] or "").strip()):
            break
        _store(fields, key, match[2] or "")
        lines = _skip_blank(lines[1:])
    return lines


def _is_value(key: str, value: str) -> bool:
    if key.endswith("_at"):
        return parse_date(_unquoted(value)) is not None
    if key == "url":
        return normalise_url(value) is not None
    is_sentence = key != "title" and value.endswith((".", "!", "?")) and len(value.split()) > 4
    return len(value) <= MAX_TITLE and not is_sentence


def _title(lines: list[str], known: str | None, markdown: bool) -> tuple[str | None, list[str]]:
    """Return the title and the lines after it; no title where the first line looks like the article's own text."""
    rest = _skip_blank(lines[1:])
    if not lines or not rest:
        return known, lines
    heading = _HEADING.fullmatch(lines[0]) if markdown else None
    first = (heading[1] if heading else lines[0]).strip()
    if known is not None:
        return known, rest if _same(first, known) else lines
    if len(first) > MAX_TITLE or not (heading or _looks_like_title(first, lines)):
        return None, lines
    return first, rest


def _looks_like_title(first: str, lines: list[str]) -> bool:
    rest = _skip_blank(lines[1:])
    if _same(first, rest[0]):
        return True
    if find_dateline(first) or first.startswith(("- ", "* ", "> ", "|", "```", "#")):
        return False
    if re.search(r"[^.\W]{3}[.。।]$", first):  # titles do not end in a full stop, unless after "U.S." or "..."
        return False
    apart = not lines[1].strip() or _KEY_LINE.fullmatch(lines[1]) is not None
    return apart or len(lines[1]) > max(100, 1.5 * len(first))  # else it is the first line of a wrapped paragraph


def _same(line: str, title: str) -> bool:
    return " ".join(line.lstrip("# ").split()).casefold() == " ".join(title.split()).casefold()


def _without_repeat(lines: list[str], title: str) -> list[str]:
    while len(lines) > 1 and _same(lines[0], title) and _skip_blank(lines[1:]):
        lines = _skip_blank(lines[1:])
    return lines


def _section(lines: list[str], fields: dict[str, str]) -> list[str]:
    """Take a word or two alone on the last line, after a paragraph that has ended, as the section."""
    before = [line for line in lines[:-2] if line.strip()]
    if len(lines) < 3 or lines[-2].strip() or not before or before[-1][-1] not in _ENDS:
        return lines
    last = lines[-1].strip()
    words = last.split()
    named = [word for word in words if word != "&"]
    is_section = (
        len(last) <= 40
        and 1 <= len(named) <= 2
        and all(_SECTION_WORD.fullmatch(word) for word in words)
        and not named[0][0].islower()
        and last.casefold() not in _NO_SECTION
        and last.casefold() != fields.get("author", "").casefold()
    )
    if not is_section:
        return lines
    fields.setdefault("section", last)
    return lines[:-2]
