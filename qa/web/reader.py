"""The reader: one stored revision of an article as a plain page, with the cited places marked."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from qa.errors import DatelineError, NotFound
from qa.types import Article, Span
from qa.web import texts
from qa.web.errors import Removed
from qa.web.etags import tagged
from qa.web.markup import day, language, marked_all, paragraphs, web_address
from qa.web.pages import page
from qa.web.service import Service

router = APIRouter(include_in_schema=False)
Page = Callable[[str, str], str]
Place = Annotated[int | None, Query(ge=0, le=10**9)]
Places = Annotated[str, Query(max_length=2000, pattern=r"^(\d{1,9}-\d{1,9})?(\.\d{1,9}-\d{1,9})*$")]
_PLACE = re.compile(r"(\d+)-(\d+)")


@dataclass(frozen=True, slots=True)
class Around:
    """What the archive knows of an article beside the revision that is shown.

    Args:
        newest: Its newest revision.
        correction: What that one says was corrected.
        also_published_by: Other publishers of the same report.
    """

    newest: int
    correction: str | None = None
    also_published_by: Sequence[str] = ()


@router.get("/articles/{article_id}")
async def read(
    request: Request,
    article_id: str,
    revision: Annotated[int | None, Query(ge=1, le=10**9)] = None,
    cited: Places = "",
    start: Place = None,
    end: Place = None,
) -> Response:
    """Show an article; ``cited``, or ``start`` and ``end``, or the fragment ``#c-START-END``, mark places in it."""
    service: Service = request.app.state.service
    article, around = await service.run(lambda: _read(service, article_id, revision))
    marks = places_of(cited, start, end)
    others = around.also_published_by
    html = article_page(article, around.newest, marks, around.correction, also_published_by=others)
    return tagged(request, HTMLResponse(html))


def places_of(cited: str, start: int | None = None, end: int | None = None) -> list[Span]:
    """Return the places that a reader's address names.

    >>> places_of("4-9.20-30")
    [Span(start=4, end=9), Span(start=20, end=30)]
    """
    named = [Span(int(first), int(last)) for first, last in _PLACE.findall(cited)]
    return named if start is None or end is None else [*named, Span(start, end)]


def _read(service: Service, article_id: str, revision: int | None) -> tuple[Article, Around]:
    try:
        article = service.archive.article(article_id, revision)
    except NotFound:
        when = service.archive.catalogue.removed_at([article_id]).get(article_id)
        if when:
            raise Removed(f"{texts.REMOVED} {day_in_words(when)}; nothing of it was kept.") from None
        raise
    newest = article if revision is None else service.archive.article(article_id)
    others = service.archive.also_published_by(article_id)
    return article, Around(newest.revision, newest.correction, others)


def day_in_words(moment: str) -> str:
    """Return the day of a point of time of ours."""
    from qa.answer.quotes import spoken_day

    return spoken_day(moment) or moment


def article_page(
    article: Article,
    newest: int,
    marks: Span | Sequence[Span] | None = None,
    correction: str | None = None,
    *,
    also_published_by: Sequence[str] = (),
    newest_link: str | None = None,
    around: Page | None = None,
) -> str:
    """Return the page of an article.

    Args:
        article: In the revision that is shown.
        newest: Its newest revision.
        marks: What is marked.
        correction: What its newest revision says was corrected.
        also_published_by: Other publishers of the same report.
        newest_link: Address of the newest revision, where it is not the reader's own.
        around: Makes a page of title and main part, where it is not the reader's own.
    """
    places = _in_order([marks] if isinstance(marks, Span) else list(marks or ()), len(article.text))
    title = f'<h1 dir="auto">{escape(article.title or texts.UNTITLED)}</h1>'
    body = "\n".join(_paragraph(article.text, line, places) for line in paragraphs(article.text))
    head = f"{title}\n{_facts(article, newest, also_published_by)}{_notes(article, newest, correction, newest_link)}"
    main = f'<main{language(article)}>{head}\n<div id="text">\n{body}\n</div></main>{_steps(places)}'
    return (around or page)(article.title or texts.UNTITLED, main)


def error_page(error: DatelineError, around: Page | None = None) -> Response:
    """Return an error as a page."""
    message = f"<main><h1>{texts.PROBLEM}</h1><p>{escape(error.user_message)}</p></main>"
    return HTMLResponse((around or page)(texts.PROBLEM, message), error.http_status)


def _in_order(places: Sequence[Span], length: int) -> list[Span]:
    """Return the places that lie in the text, in order, without what overlaps an earlier one."""
    found: list[Span] = []
    for place in sorted(set(places), key=lambda one: (one.start, one.end)):
        if place.start < min(place.end, length) and (not found or place.start >= found[-1].end):
            found.append(place)
    return found


def _paragraph(text: str, line: Span, places: Sequence[Span]) -> str:
    return f'<p dir="auto" data-start="{line.start}">{marked_all(text[line.start : line.end], line.start, places)}</p>'


def _steps(places: Sequence[Span]) -> str:
    """Return the way from one cited sentence to the next; it works as plain links, the script tells where one is."""
    if len(places) < 2:
        return ""
    total = f"{texts.CITED_OF} {len(places)}"
    links = "".join(
        f'<a href="#c-{place.start}-{place.end}" aria-label="{texts.CITED} {at} {total}">{at}</a>'
        for at, place in enumerate(places, 1)
    )
    return (
        f'<nav class="steps" lang="en" aria-label="{texts.CITED}">'
        f'<button type="button" data-step="-1" aria-label="{texts.PREVIOUS}">‹</button>{links}'
        f'<button type="button" data-step="1" aria-label="{texts.NEXT}">›</button></nav>'
    )


def _facts(article: Article, newest: int, also_published_by: Sequence[str]) -> str:
    rows = []
    for name, label in texts.FACTS.items():
        value = getattr(article, name)
        if value:
            shown = day(value) if name.endswith("_at") else f"<bdi>{escape(value)}</bdi>"
            rows.append(f"<dt>{label}</dt><dd>{_link(article.url) if name == 'url' else shown}</dd>")
    if also_published_by:
        names = ", ".join(f"<bdi>{escape(name)}</bdi>" for name in also_published_by)
        rows.append(f"<dt>{texts.ALSO}</dt><dd>{names}</dd>")
    rows.append(f"<dt>{texts.REVISION}</dt><dd>{_revisions(article, newest)}</dd>")
    return f'<dl lang="en">{"".join(rows)}</dl>'


def _revisions(article: Article, newest: int) -> str:
    return f"{article.revision} {texts.REVISION_OF} {newest}"


def _link(url: str | None) -> str:
    shown = f"<bdi>{escape(url or '')}</bdi>"
    address = web_address(url)
    if address is None:
        return shown
    return f'<a href="{escape(address)}" target="_blank" rel="noopener noreferrer nofollow">{shown}</a>'


def _notes(article: Article, newest: int, correction: str | None, newest_link: str | None) -> str:
    found = correction or article.correction
    corrected = f'<p class="note" lang="en">{texts.CORRECTION} <bdi>{escape(found)}</bdi></p>' if found else ""
    if article.revision == newest:
        return corrected
    address = newest_link or f"/articles/{article.id}"
    link = f'<a href="{escape(address)}">{texts.NEWEST_REVISION}</a>'
    return f'<p class="note" lang="en">{texts.OLD_REVISION} {link}.</p>{corrected}'
