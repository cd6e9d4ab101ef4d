"""HTML made of escaped text: whatever an article or a question holds is shown, never obeyed."""

import re
from html import escape
from urllib.parse import quote, urlsplit

from qa.answer.quotes import spoken_day
from qa.types import Article, Span
from qa.web import texts

LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,3}")
LONGEST_PARAGRAPH = 1200
"""Of a paragraph longer than this only the surroundings of the mark are shown beside an answer."""


def reader_link(article_id: str, revision: int, span: Span) -> str:
    """Return the address of a place in the reader; the query marks it without a script, the fragment scrolls to it."""
    place = f"revision={revision}&start={span.start}&end={span.end}#c-{span.start}-{span.end}"
    return f"/articles/{quote(article_id, safe='')}?{place}"


def marked(text: str, start: int, mark: Span | None, *, anchor: str = "") -> str:
    """Return escaped text with what lies within ``mark`` marked.

    Args:
        text: A part of an article.
        start: Where in the article it begins.
        mark: A place in the article.
        anchor: The id of the mark, where a link leads to it.
    """
    if mark is None:
        return escape(text)
    first = min(max(mark.start - start, 0), len(text))
    last = min(max(mark.end - start, 0), len(text))
    if first >= last:
        return escape(text)
    name = f' id="{escape(anchor)}"' if anchor else ""
    return f"{escape(text[:first])}<mark{name}>{escape(text[first:last])}</mark>{escape(text[last:])}"


def paragraphs(text: str) -> list[Span]:
    """Return the lines of a text that hold more than white space."""
    return [Span(*match.span()) for match in re.finditer(r"[^\n]*\S[^\n]*", text)]


def surroundings(text: str, mark: Span, around: Span) -> Span:
    """Return the paragraphs that hold ``around``, cut to the neighbourhood of the mark where they are very long."""
    start = text.rfind("\n", 0, around.start) + 1
    end = text.find("\n", around.end)
    whole = Span(start, len(text) if end < 0 else end)
    if whole.end - whole.start <= LONGEST_PARAGRAPH:
        return whole
    spare = max(LONGEST_PARAGRAPH - (mark.end - mark.start), 0) // 2
    return Span(max(whole.start, mark.start - spare), min(whole.end, mark.end + spare))


def excerpt(text: str, mark: Span, around: Span, *, marks: bool = True) -> str:
    """Return the paragraphs around a place of an article as escaped HTML, with the place marked."""
    shown = surroundings(text, mark, around)
    parts = [
        f'<p dir="auto">{marked(text[at.start : at.end], at.start, mark if marks else None)}</p>'
        for at in (
            Span(shown.start + line.start, shown.start + line.end) for line in paragraphs(text[shown.start : shown.end])
        )
    ]
    before = "… " if shown.start and text[shown.start - 1] != "\n" else ""
    after = " …" if shown.end < len(text) and text[shown.end] != "\n" else ""
    body = "".join(parts)
    if before:
        body = body.replace('<p dir="auto">', f'<p dir="auto">{before}', 1)
    return body.removesuffix("</p>") + f"{after}</p>" if after else body


def origin(publisher: str | None, published_at: str | None, author: str | None = None) -> str:
    """Return who published an article and when, and who wrote it, as escaped HTML."""
    when = day(published_at) or texts.UNDATED
    parts = [f"<bdi>{escape(part)}</bdi>" for part in (publisher, author) if part]
    return " · ".join([*parts[:1], when, *parts[1:]])


def day(moment: str | None) -> str:
    """Return a date as people write it, with its exact form for machines."""
    if not moment:
        return ""
    return f'<time datetime="{escape(moment)}">{escape(spoken_day(moment) or moment)}</time>'


def language(article: Article) -> str:
    """Return a ``lang`` attribute if the article names a language as the web writes them."""
    found = article.language or ""
    return f' lang="{found}"' if LANGUAGE.fullmatch(found) else ""


def web_address(url: str | None) -> str | None:
    """Return an address if it is one of the web's; nothing else ever becomes a link."""
    try:
        parts = urlsplit(url or "")
    except ValueError:
        return None
    return url if parts.scheme in {"http", "https"} and parts.hostname else None
