"""The reader: one stored revision of an article as a plain page, with a cited place marked."""

from collections.abc import Callable
from html import escape
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from qa.errors import DatelineError
from qa.types import Article, Span
from qa.web import texts
from qa.web.markup import day, language, marked, paragraphs, web_address
from qa.web.service import Service

router = APIRouter(include_in_schema=False)
Page = Callable[[str, str], str]
Place = Annotated[int | None, Query(ge=0, le=10**9)]


@router.get("/articles/{article_id}")
async def read(
    request: Request,
    article_id: str,
    revision: Annotated[int | None, Query(ge=1, le=10**9)] = None,
    start: Place = None,
    end: Place = None,
) -> Response:
    """Show an article; ``start`` and ``end``, or the fragment ``#c-START-END``, mark a place in it."""
    service: Service = request.app.state.service
    article = await service.run(lambda: service.archive.article(article_id, revision))
    newest = article if revision is None else await service.run(lambda: service.archive.article(article_id))
    mark = None if start is None or end is None else Span(start, end)
    return HTMLResponse(
        article_page(article, newest.revision, mark, newest.correction), headers={"cache-control": "no-store"}
    )


def article_page(
    article: Article,
    newest: int,
    mark: Span | None = None,
    correction: str | None = None,
    *,
    newest_link: str | None = None,
    around: Page | None = None,
) -> str:
    """Return the page of an article.

    Args:
        article: In the revision that is shown.
        newest: Its newest revision.
        mark: What is marked.
        correction: What its newest revision says was corrected.
        newest_link: Address of the newest revision, where it is not the reader's own.
        around: Makes a page of title and main part, where it is not the reader's own.
    """
    title = f'<h1 dir="auto">{escape(article.title or texts.UNTITLED)}</h1>'
    body = "\n".join(_paragraph(article.text, line, mark) for line in paragraphs(article.text))
    main = f"<main{language(article)}>{title}\n{_facts(article)}{_notes(article, newest, correction, newest_link)}"
    return (around or page)(article.title or texts.UNTITLED, f'{main}\n<div id="text">\n{body}\n</div></main>')


def error_page(error: DatelineError, around: Page | None = None) -> Response:
    """Return an error as a page."""
    message = f"<main><h1>{texts.PROBLEM}</h1><p>{escape(error.user_message)}</p></main>"
    return HTMLResponse((around or page)(texts.PROBLEM, message), error.http_status)


def page(title: str, main: str) -> str:
    """Return a whole page around its main part."""
    head = (
        f'<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)} · {texts.TITLE}</title>"
        f'<link rel="icon" href="/favicon.ico"><link rel="stylesheet" href="/look/reader.css">'
        f'<script src="/look/reader.js" defer></script>'
    )
    back = f'<nav><a href="/">{texts.TITLE}: {texts.BACK.lower()}</a></nav>'
    return f'<!doctype html>\n<html lang="en"><head>{head}</head>\n<body>{back}\n{main}\n</body></html>\n'


def _paragraph(text: str, line: Span, mark: Span | None) -> str:
    anchor = ""
    if mark and line.start <= mark.start < line.end:
        anchor = f"c-{mark.start}-{mark.end}"
    shown = marked(text[line.start : line.end], line.start, mark, anchor=anchor)
    return f'<p dir="auto" data-start="{line.start}">{shown}</p>'


def _facts(article: Article) -> str:
    rows = []
    for name, label in texts.FACTS.items():
        value = getattr(article, name)
        if value:
            shown = day(value) if name.endswith("_at") else f"<bdi>{escape(value)}</bdi>"
            rows.append(f"<dt>{label}</dt><dd>{_link(article.url) if name == 'url' else shown}</dd>")
    return f'<dl lang="en">{"".join(rows)}</dl>'


def _link(url: str | None) -> str:
    shown = f"<bdi>{escape(url or '')}</bdi>"
    address = web_address(url)
    return f'<a href="{escape(address)}" rel="noopener noreferrer nofollow">{shown}</a>' if address else shown


def _notes(article: Article, newest: int, correction: str | None, newest_link: str | None) -> str:
    found = correction or article.correction
    corrected = f'<p class="note" lang="en">{texts.CORRECTION} <bdi>{escape(found)}</bdi></p>' if found else ""
    if article.revision == newest:
        return corrected
    address = newest_link or f"/articles/{article.id}"
    link = f'<a href="{escape(address)}">{texts.NEWEST_REVISION}</a>'
    return f'<p class="note" lang="en">{texts.OLD_REVISION} {link}.</p>{corrected}'
