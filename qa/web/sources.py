"""The passages beside an answer: those it quotes, or after an abstention those that came closest."""

from collections.abc import Callable
from html import escape

from qa.errors import NotFound
from qa.index.kept import Json
from qa.types import Article, Span
from qa.web import texts
from qa.web.markup import day, excerpt, language, origin, reader_link

MOST_CLOSEST = 3


def panel(answer: Json | None, find: Callable[[str, int | None], Article]) -> str:
    """Return the cited passages with each quote marked in its paragraph, or the closest ones."""
    if answer is None:
        return f'<p class="dl-empty">{texts.EMPTY_PANEL}</p>'
    if answer["citations"]:
        return f"<h2>{texts.SOURCES}</h2>{''.join(_card(one, answer, find) for one in answer['citations'])}"
    if answer["status"] == "answered":
        return f'<h2>{texts.SOURCES}</h2><p class="dl-empty">{texts.NO_SOURCES}</p>'
    cards = "".join(_closest(context, find) for context in answer["contexts"][:MOST_CLOSEST])
    return f"<h2>{texts.CLOSEST}</h2>{cards}" if cards else f'<p class="dl-empty">{texts.NO_SOURCES}</p>'


def _card(citation: Json, answer: Json, find: Callable[[str, int | None], Article]) -> str:
    number = f'<span class="dl-number">{citation["number"]}</span>'
    article = None if citation.get("removed_at") else _found(citation["article_id"], citation["revision"], find)
    if article is None:
        when = day(citation.get("removed_at"))
        said = f"{texts.REMOVED} {when}." if when else texts.REMOVED_SINCE
        return f'<article class="dl-card dl-gone">{number}<p>{said}</p></article>'
    place = Span(citation["start"], citation["end"])
    near = [Span(one["start"], one["end"]) for one in citation["context"]]
    around = Span(min(one.start for one in [place, *near]), max(one.end for one in [place, *near]))
    others = [
        Span(one["start"], one["end"])
        for one in answer["citations"]
        if (one["article_id"], one["revision"]) == (article.id, article.revision)
    ]
    also = ""
    if citation["also_published_by"]:
        names = ", ".join(f"<bdi>{escape(name)}</bdi>" for name in citation["also_published_by"])
        also = f'<p class="dl-facts">{texts.ALSO} {names}</p>'
    where = reader_link(article.id, article.revision, place, others)
    return _passage(number, article, excerpt(article.text, place, around), where, also)


def _closest(context: Json, find: Callable[[str, int | None], Article]) -> str:
    article = _found(context["article_id"], None, find)
    if article is None or article.text[context["start"] : context["end"]] != context["text"]:
        return ""  # removed, or a newer revision came in since
    place = Span(context["start"], context["end"])
    body = excerpt(article.text, place, place, marks=False)
    return _passage("", article, body, reader_link(article.id, article.revision, place))


def _found(article_id: str, revision: int | None, find: Callable[[str, int | None], Article]) -> Article | None:
    try:
        return find(article_id, revision)
    except NotFound:
        return None


def _passage(number: str, article: Article, body: str, where: str, also: str = "") -> str:
    lang, title = language(article), escape(article.title or texts.UNTITLED)
    return (
        f'<article class="dl-card"><h3 dir="auto"{lang}>{number}{title}</h3>'
        f'<p class="dl-facts">{origin(article.publisher, article.published_at, article.author)}</p>'
        f"<blockquote{lang}>{body}</blockquote>{also}"
        f'<p><a class="dl-open" href="{escape(where)}">{texts.READ}</a></p></article>'
    )
