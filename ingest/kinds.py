"""What a file is: told by its first bytes, then by its name."""

import os
import re
from typing import Final

from ingest.encoding import wide_encoding
from ingest.types import Kind

HEAD: Final = 8192
"""How many first bytes a kind is told from."""

BY_NAME: Final[dict[str, Kind]] = {
    ".txt": "text",
    ".text": "text",
    ".md": "markdown",
    ".markdown": "markdown",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
    ".csv": "csv",
    ".tsv": "csv",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".pdf": "pdf",
    ".docx": "docx",
    ".eml": "mail",
    ".rss": "feed",
    ".atom": "feed",
    ".zip": "zip",
}
DOCUMENTS: Final = frozenset[Kind](("html", "pdf", "docx", "mail", "feed"))
"""Kinds that a worker process reads."""
_MUST_SHOW: Final = frozenset[Kind](("pdf", "docx", "zip"))
"""Kinds whose files all begin alike."""
_NAMES: Final = {
    "html": "an HTML page",
    "pdf": "a PDF file",
    "docx": "a DOCX file",
    "mail": "a mail message",
    "feed": "an RSS or Atom feed",
    "zip": "a zip archive",
}
_HTML = re.compile(rb"(?:<!--.{0,4000}?-->\s*)*<(?:!doctype\s+html|html[\s>])", re.DOTALL | re.IGNORECASE)
_PART = re.compile(rb"<(?:head|body|article|div|p|h1|title|meta|section|main|table)[\s>]", re.IGNORECASE)
_FEED = re.compile(rb"<(?:rss[\s>]|feed[\s>]|rdf:RDF[\s>]|channel>)")
_PROLOGUE = re.compile(rb"(?:<\?[^>]{0,500}\?>\s*|<!--.{0,4000}?-->\s*|<!doctype[^>]{0,4000}>\s*)+", re.DOTALL | re.I)
_MAIL_LINE = re.compile(rb"(?:>?From [^\n]*\n)?((?:[!-9;-~]{1,76}:[^\n]*\n(?:[ \t][^\n]*\n)*){2,})", re.ASCII)
_MAIL_NAMES = re.compile(
    rb"^(?:received|message-id|mime-version|return-path|delivered-to|dkim-signature):", re.I | re.M
)


def kind_of_name(name: str) -> Kind | None:
    """Return the kind that the ending of a name stands for."""
    return BY_NAME.get(os.path.splitext(name)[1].lower())


def kind_of(head: bytes, named: Kind | None) -> Kind | None:
    """Return what a file is.

    Args:
        head: Its first bytes.
        named: The kind that its name stands for.
    """
    shown = _kind_of_content(head)
    if shown is not None:
        return "docx" if shown == "zip" and named == "docx" else shown
    if named == "html":
        return "html" if _PART.search(head) else "text"
    return None if named in _MUST_SHOW else named


def _kind_of_content(head: bytes) -> Kind | None:
    """Return the kind that first bytes leave no doubt about."""
    if b"%PDF-" in head[:1024] and not head.lstrip()[:1].isalpha():
        return "pdf"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "zip"
    text = _narrow(head).lstrip()
    if text.startswith(b"<"):
        return _kind_of_markup(text)
    headers = _MAIL_LINE.match(text.replace(b"\r\n", b"\n"))
    return "mail" if headers and len(set(map(bytes.lower, _MAIL_NAMES.findall(headers[1])))) >= 2 else None


def _kind_of_markup(text: bytes) -> Kind | None:
    if _HTML.match(text):
        return "html"
    prologue = _PROLOGUE.match(text)
    rest = text[prologue.end() :] if prologue else text
    if _FEED.match(rest):
        return "feed"
    return "html" if _HTML.match(rest) else None


def _narrow(head: bytes) -> bytes:
    wide = wide_encoding(head)
    return head.decode(wide, "ignore").encode("utf-8", "ignore") if wide else head.removeprefix(b"\xef\xbb\xbf")


def mismatch(named: Kind) -> str:
    """Say that a file is not what its name promises."""
    return f"The file is named like {_NAMES[named]} but is none, or its beginning is lost."
