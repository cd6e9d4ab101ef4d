"""The conversation and the passages beside it, as HTML of ours."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

from qa.answer.quotes import spoken_day
from qa.render import in_words
from qa.types import Answer, Article, Citation, Claim, Context, Span
from qa.web import texts
from qa.web.markup import day, excerpt, language, origin, reader_link

MOST_CLOSEST = 3
Find = Callable[[str, int | None], Article]
"""Return an article in its current or a given revision."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question of the conversation with what was answered, as HTML and as text."""

    question: str
    answer_html: str
    answer_text: str = ""


def conversation(exchanges: Sequence[Exchange]) -> str:
    """Return the conversation, oldest first."""
    if not exchanges:
        return _box("dl-talk", texts.CONVERSATION, f'<p class="dl-empty">{texts.EMPTY_CONVERSATION}</p>')
    turns = "".join(
        f'<li class="dl-question"><h3 class="dl-hidden">{texts.YOU}</h3>'
        f'<p dir="auto">{escape(exchange.question)}</p></li>'
        f'<li class="dl-answer"><h3 class="dl-hidden">{texts.ANSWER}</h3>{exchange.answer_html}</li>'
        for exchange in exchanges
    )
    return _box("dl-talk", texts.CONVERSATION, f'<ol class="dl-turns" role="log" aria-live="polite">{turns}</ol>')


def waiting(state: str, pieces: str = "") -> str:
    """Return what stands in the place of an answer while it is made."""
    so_far = f'<p dir="auto">{escape(pieces)}</p>' if pieces else ""
    return f'{so_far}<p class="dl-state">{texts.STATES[state]}</p>'


def problem(message: str) -> str:
    """Return an error in the place of an answer."""
    return f'<p class="dl-problem" role="alert">{escape(message)}</p>'


def answer_html(answer: Answer) -> str:
    """Return an answer whose citation numbers lead to the reader, or the abstention."""
    links = {citation.number: _number_link(citation) for citation in answer.citations}
    claims = "".join(_claim(claim, links) for claim in answer.claims)
    body = claims or f'<p class="dl-abstained">{escape(answer.message)}</p>'
    if answer.claims and not answer.citations:
        return f'{body}<p class="dl-facts">{escape(answer.message)} · {_as_of(answer)}</p>'
    confidence = f"{texts.CONFIDENCE[in_words(answer.confidence)]} ({answer.confidence:.2f})"
    held = f"{answer.coverage.articles} article{'' if answer.coverage.articles == 1 else 's'} searched"
    newest = day(answer.coverage.newest_published_at)
    facts = [confidence, held + (f", newest of {newest}" if newest else ""), _as_of(answer)]
    return f'{body}<p class="dl-facts">{" · ".join(facts)}</p>'


def panel(answer: Answer | None, find: Find) -> str:
    """Return the cited passages, or after an abstention the closest ones."""
    if answer is None:
        return _box("dl-side", texts.SOURCES, f'<p class="dl-empty">{texts.EMPTY_PANEL}</p>')
    if answer.citations:
        cards = "".join(_card(citation, find(citation.article_id, citation.revision)) for citation in answer.citations)
        heading = texts.SOURCES
    else:
        cards = "".join(_closest(context, find) for context in answer.contexts[:MOST_CLOSEST])
        heading = texts.CLOSEST
    body = f'<h2>{heading}</h2>{cards}<p class="dl-facts">{_as_of(answer)}</p>' if cards else ""
    return _box("dl-side", heading, body)


def _box(name: str, label: str, body: str) -> str:
    """Return a part of the page that scrolls by itself, for those who use a keyboard too."""
    return f'<div class="dl-box {name}" role="region" aria-label="{label}" tabindex="0">{body}</div>'


def _claim(claim: Claim, links: dict[int, str]) -> str:
    numbers = "".join(f" {links[number]}" for number in claim.citations if number in links)
    return f'<p dir="auto">{escape(claim.text)}{numbers}</p>'


def _number_link(citation: Citation) -> str:
    where = reader_link(citation.article_id, citation.revision, Span(citation.start, citation.end))
    label = f"Source {citation.number}: {citation.title or texts.UNTITLED}"
    names = f'title="{escape(label)}" aria-label="{escape(label)}"'
    return f'<a class="dl-cite" href="{escape(where)}" target="_blank" rel="noopener" {names}>[{citation.number}]</a>'


def _card(citation: Citation, article: Article) -> str:
    place = Span(citation.start, citation.end)
    around = Span(
        min([place.start, *(near.start for near in citation.context)]),
        max([place.end, *(near.end for near in citation.context)]),
    )
    also = ""
    if citation.also_published_by:
        also = f'<p class="dl-facts">{texts.ALSO} {escape(", ".join(citation.also_published_by))}</p>'
    return _passage(f"[{citation.number}] ", article, excerpt(article.text, place, around), place, also)


def _closest(context: Context, find: Find) -> str:
    article = find(context.article_id, None)
    if article.text[context.start : context.end] != context.text:
        return ""  # a newer revision came in since
    place = Span(context.start, context.end)
    return _passage("", article, excerpt(article.text, place, place, marks=False), place)


def _passage(number: str, article: Article, body: str, place: Span, also: str = "") -> str:
    where = escape(reader_link(article.id, article.revision, place))
    return (
        f'<article class="dl-passage"><h3 dir="auto">{number}{escape(article.title or texts.UNTITLED)}</h3>'
        f'<p class="dl-facts">{origin(article.publisher, article.published_at, article.author)}</p>'
        f"<blockquote{language(article)}>{body}</blockquote>{also}"
        f'<p><a href="{where}" target="_blank" rel="noopener">{texts.READ}</a></p></article>'
    )


def _as_of(answer: Answer) -> str:
    moment = escape(answer.as_of)
    return f'{texts.AS_OF} <time datetime="{moment}">{spoken_day(answer.as_of)}, {moment[11:16]} UTC</time>'
