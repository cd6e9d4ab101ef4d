"""Raw pages to clean drafts, or to the reason why not."""

import hashlib
import html
import json
from collections.abc import Mapping
from typing import Any

from ingest.cleanup import clean_article, correction_notice, repaired
from ingest.encoding import decode
from ingest.kinds import DOCUMENTS
from ingest.metadata import clean_author, clean_language, clean_name, normalise_url, parse_date
from ingest.plain import read_plain
from ingest.suspicion import suspicions
from ingest.text import clean_line, clean_text, has_letters
from ingest.types import CANONICAL_FIELDS, RawPage
from qa.errors import UsageError
from qa.types import ArticleDraft, Skipped

MAX_ID = 512
_LONG_TITLE = 500
_LONG_SECTION = 100


class _Rejected(Exception):
    """Leave out the article, with the code and the sentence for the report."""


def check_mapping(mapping: Mapping[str, str] | None) -> dict[str, str]:
    """Return the mapping of canonical fields to the names used in the files.

    Raises:
        UsageError: A field that articles do not have, or no name for it.
    """
    named: Mapping[Any, Any] = mapping or {}
    for field, column in named.items():
        if field not in CANONICAL_FIELDS:
            raise UsageError(f"There is no field {str(field)[:60]!r}; the fields are {', '.join(CANONICAL_FIELDS)}.")
        if not isinstance(column, str) or not column:
            raise UsageError(f"The field {field!r} is mapped to no column.")
    return dict(named)


def parse(page: RawPage, mapping: Mapping[str, str] | None = None) -> ArticleDraft | Skipped:
    """Return the article of a page, or why there is none.

    Args:
        page: As it was read.
        mapping: Canonical field to the name it has in JSON lines and CSV files, ``a.b`` for a name inside another.
    """
    try:
        if page.kind in ("text", "markdown"):
            return _parse_plain(page)
        if page.kind in DOCUMENTS and isinstance(page.payload, dict):
            return _parse_document(page, page.payload)
        record = page.payload if isinstance(page.payload, dict) else _json_object(page.payload)
        return _draft(_by_field(record, mapping or {}), page)
    except _Rejected as exc:
        return Skipped(page.input, page.line, *exc.args)


def _parse_plain(page: RawPage) -> ArticleDraft:
    text = decode(page.payload) if isinstance(page.payload, bytes) else None
    if text is None:
        raise _Rejected("encoding", "The encoding of the file cannot be told; save it as UTF-8.")
    text = clean_text(repaired(text))
    if not has_letters(text):
        raise _Rejected("empty", "The file holds no text.")
    article = read_plain(text, page.kind == "markdown")
    return _draft({**article.fields, "text": article.text}, page)


def _parse_document(page: RawPage, fields: dict[str, Any]) -> ArticleDraft:
    """Return the article of a document; one that names no title may have it as its first line, as text files do."""
    if not fields.get("title") and page.kind in ("pdf", "docx"):
        article = read_plain(clean_text(_text(fields.get("text"))) or "\n", markdown=False)
        fields = {**fields, **article.fields, "text": article.text}
    return _draft(fields, page)


# Records ---------------------------------------------------------------------------------------------------------


def _json_object(line: bytes) -> dict[str, Any]:
    try:
        value = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError:
        raise _Rejected("encoding", "The line is not UTF-8 text.") from None
    except RecursionError:
        raise _Rejected("json", "The JSON is nested too deep.") from None
    except ValueError as exc:
        raise _Rejected(
            "json", f"The line is not JSON: {getattr(exc, 'msg', 'a number is too long').lower()}."
        ) from None
    if not isinstance(value, dict):
        raise _Rejected("json", f"The line holds {_a_kind(value)}, not a JSON object.")
    return value


def _a_kind(value: Any) -> str:
    names = {list: "a list", dict: "an object", str: "a string", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number")


def _by_field(record: dict[str, Any], mapping: Mapping[str, str]) -> dict[str, Any]:
    fields = {field: _value(record, mapping.get(field, field)) for field in CANONICAL_FIELDS}
    if fields["text"] is None:
        column = mapping.get("text", "text")
        names = ", ".join(repr(str(name)[:60]) for name in list(record)[:20]) or "nothing"
        raise _Rejected("no_text", f"The article has no {column!r}; it has {names}. Use --map text=NAME.")
    return fields


def _value(record: dict[str, Any], name: str) -> Any:
    if name in record or "." not in name:
        return record.get(name)
    value: Any = record
    for part in name.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value


def _draft(fields: Mapping[str, Any], page: RawPage) -> ArticleDraft:
    text = clean_text(repaired(_text(fields["text"])))
    if not has_letters(text):
        raise _Rejected("empty", "The article holds no text.")
    title = _line(fields.get("title"), _LONG_TITLE)
    cleaned = clean_article(text, title)
    given_id = _id(fields.get("id"))
    url_key = normalise_url(fields.get("url"))
    return ArticleDraft(
        text=cleaned.text,
        title=title,
        url=fields["url"].strip() if url_key else None,
        url_key=url_key,
        external_id=given_id if given_id is not None else _id(fields.get("external_id")),
        publisher=clean_name(fields.get("publisher")),
        author=clean_author(fields.get("author")) or clean_author(cleaned.author),
        published_at=parse_date(fields.get("published_at")) or cleaned.published_at,
        updated_at=parse_date(fields.get("updated_at")) or cleaned.updated_at,
        retrieved_at=parse_date(fields.get("retrieved_at")),
        language=clean_language(fields.get("language")),
        section=_line(fields.get("section"), _LONG_SECTION),
        correction=correction_notice(cleaned.text),
        suspicions=suspicions(cleaned.text, images=page.kind != "markdown"),
        source=page.source,
    )


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return "\n\n".join(value)
    raise _Rejected("wrong_type", f"The text is {_a_kind(value)}, not a string.")


def _line(value: Any, longest: int) -> str | None:
    """Return a value on one line; databases of news often hold titles as HTML writes them: "Ferry&#039;s end"."""
    return clean_line(html.unescape(repaired(value[: longest * 4])), longest) if isinstance(value, str) else None


def _id(value: Any) -> str | None:
    """Return a given id as a string; one over 512 characters ends in a digest, so that two do not become one."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, str | int | float) or value != value:
        return None
    text = str(value)
    line = clean_line(text, len(text))
    if line is None or len(line) <= MAX_ID:
        return line
    return line[: MAX_ID - 17] + "-" + hashlib.sha256(line.encode()).hexdigest()[:16]
