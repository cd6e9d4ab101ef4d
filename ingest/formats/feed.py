"""RSS and Atom feeds: an article per entry, from the bytes alone."""

import io
import re
from typing import Any

import feedparser

from ingest.formats.base import Fields, Parsed, Refused
from ingest.formats.page import fragment_text

_MOST_ENTRIES = 2000
_ENTITIES = re.compile(rb"<!ENTITY", re.IGNORECASE)


def read_feed(data: bytes, url: str | None = None) -> Parsed:
    """Return the entries of a feed as articles; ``whole`` says which hold more than a summary.

    Args:
        data: The feed; feedparser would open a string as an address or a file.
        url: Where it was fetched from, for links without a host.

    Raises:
        Refused: It defines entities of its own, or is no feed.
    """
    wide = data.decode("utf-16", "ignore").encode() if data[:2] in (b"\xff\xfe", b"\xfe\xff") else data
    if _ENTITIES.search(wide):
        raise Refused("entities", "The feed defines entities of its own, which can grow without end; it is not read.")
    # Without a type feedparser calls every feed damaged; which one the server named says little.
    headers = {"content-location": url, "content-type": "application/xml"} if url else {}
    feed = feedparser.parse(io.BytesIO(data), resolve_relative_uris=bool(url), response_headers=headers)
    if not feed.version:
        raise Refused("damaged", "The file is no RSS or Atom feed that can be read.")
    if not feed.entries:
        raise Refused("empty", "The feed holds no entry.")
    publisher, language = feed.feed.get("title"), feed.feed.get("language")
    articles = [_article(entry, publisher, language) for entry in feed.entries[:_MOST_ENTRIES]]
    skipped = []
    if feed.bozo and not isinstance(feed.get("bozo_exception"), feedparser.CharacterEncodingOverride):
        skipped.append(("", "damaged", "The feed is damaged; the entries before the damage were read."))
    if len(feed.entries) > _MOST_ENTRIES:
        reason = f"The feed has {len(feed.entries):,} entries; the first {_MOST_ENTRIES:,} were read."
        skipped.append(("", "too_large", reason))
    return Parsed([article for article in articles if article["text"] or article["url"]], skipped)


def _article(entry: Any, publisher: str | None, language: str | None) -> Fields:
    bodies = [content.get("value") or "" for content in entry.get("content", [])]
    summary = entry.get("summary") or ""
    body = max(bodies, key=len, default="")
    text = fragment_text(body if len(body) > len(summary) else summary)
    link = str(entry.get("link") or "")
    tags = [tag.get("term") for tag in entry.get("tags", []) if tag.get("term")]
    source = entry.get("source", {}).get("title")
    return {
        "title": fragment_text(entry.get("title") or "") or None,
        "url": link if link.startswith(("http://", "https://")) else None,
        "publisher": source or publisher,
        "author": entry.get("author"),
        "published_at": entry.get("published"),
        "updated_at": entry.get("updated") if entry.get("updated") != entry.get("published") else None,
        "language": (entry.get("content") or [{}])[0].get("language") or language,
        "section": tags[0] if tags else None,
        "id": entry.get("id"),
        "text": text,
        "whole": len(body) > len(summary) or len(text) > 1500,
    }
