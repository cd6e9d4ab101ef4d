"""HTML made of escaped text: whatever an article or a question holds is shown, never obeyed."""

import re
from collections.abc import Mapping, Sequence
from html import escape
from urllib.parse import quote, urlsplit

from qa.answer.quotes import spoken_day
from qa.index.kept import Json
from qa.types import Article, Span
from qa.web import texts

LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,3}")
LONGEST_PARAGRAPH = 1200
"""Of a paragraph longer than this only the surroundings of the mark are shown beside an answer."""


def reader_link(article_id: str, revision: int, span: Span, others: Sequence[Span] = ()) -> str:
    """Return the address of a place in the reader, which marks it, and what else is cited, without a script.

    >>> reader_link("a", 1, Span(4, 9), [Span(4, 9), Span(20, 30)])
    '/articles/a?revision=1&cited=4-9.20-30#c-4-9'
    """
    places = sorted({(one.start, one.end) for one in (span, *others)})
    cited = ".".join(f"{start}-{end}" for start, end in places)
    return f"/articles/{quote(article_id, safe='')}?revision={revision}&cited={cited}#c-{span.start}-{span.end}"


def marked(text: str, start: int, mark: Span | None) -> str:
    """Return escaped text, a part of an article that begins at ``start``, with what lies within ``mark`` marked."""
    if mark is None:
        return escape(text)
    first = min(max(mark.start - start, 0), len(text))
    last = min(max(mark.end - start, 0), len(text))
    if first >= last:
        return escape(text)
    return f"{escape(text[:first])}<mark>{escape(text[first:last])}</mark>{escape(text[last:])}"


def marked_all(text: str, start: int, marks: Sequence[Span]) -> str:
    """Return escaped text with several places marked, which follow each other; each has the id that links lead to.

    Args:
        text: A part of an article.
        start: Where in the article it begins.
        marks: Places in the article, in order, none within another.
    """
    parts, at = [], start
    end = start + len(text)
    for mark in marks:
        first, last = max(mark.start, start), min(mark.end, end)
        if first >= last:
            continue
        # Of a place over several paragraphs the first part is where links lead.
        anchor = f' id="c-{mark.start}-{mark.end}"' if first == mark.start else ""
        before, within = text[at - start : first - start], text[first - start : last - start]
        parts.append(f"{escape(before)}<mark{anchor}>{escape(within)}</mark>")
        at = last
    return "".join([*parts, escape(text[at - start :])])


def isolated(text: str, parts: Mapping[str, str]) -> str:
    """Return escaped text in which some parts keep their own direction, so that they do not turn what is beside them.

    Args:
        text: A sentence of ours around words of others.
        parts: From such words to their ``lang`` attribute, or nothing.
    """
    if not parts:
        return escape(text)
    named = re.compile("|".join(re.escape(part) for part in sorted(parts, key=len, reverse=True)))
    shown, at = [], 0
    for match in named.finditer(text):
        shown += [escape(text[at : match.start()]), f"<bdi{parts[match.group()]}>{escape(match.group())}</bdi>"]
        at = match.end()
    return "".join([*shown, escape(text[at:])])


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


def moment(value: str) -> str:
    """Return a point of time of ours as people write it."""
    return f'<time datetime="{escape(value)}">{escape(spoken_day(value) or value)}, {escape(value[11:16])} UTC</time>'


def plain_origin(citation: Json) -> str:
    """Return who published what a citation quotes and when, as escaped HTML."""
    return origin(citation["publisher"], citation["published_at"])


def spoken(text: str) -> str:
    """Return a text on one line."""
    return " ".join(text.split())


def button(name: str, label: str, *, pressed: bool | None = None, icon: str = "") -> str:
    """Return a button of the page's script; with an icon, its label is for those who point or listen."""
    state = "" if pressed is None else f' aria-pressed="{str(pressed).lower()}"'
    shown = f'<span aria-hidden="true" class="dl-icon dl-icon-{name}"></span>' if icon else label
    named = f' aria-label="{label}" title="{label}"' if icon else ""
    return f'<button type="button" class="dl-action" data-do="{name}"{state}{named}>{shown}</button>'
