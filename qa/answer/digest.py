"""Overviews: up to six quotes, one of each story, newest first."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

from qa.answer import abstain, quotes, tuned
from qa.answer.citations import cite
from qa.answer.engine import number_of_articles
from qa.answer.quotable import says_something
from qa.index.holdings import Holdings
from qa.retrieve.evidence import evidence
from qa.retrieve.fresh import FITS, day_of
from qa.retrieve.overview import Overview
from qa.retrieve.readings import Ranked
from qa.retrieve.understand import FUNCTION_WORDS, Question
from qa.types import Answer, Citation, Context, Evidence, Filters, Level, Run, overlap

MOST = 6
LISTED = 60
"""Newest articles among which six stories are looked for."""
Rank = Callable[[str, Filters], tuple[Question, list[Ranked]]]


def answer(
    archive: Holdings, question: str, text: str, asked: Overview, filters: Filters, level: Level, rank: Rank
) -> Answer | None:
    """Answer a request for an overview, or abstain where the time or the topic is not in the archive.

    None where the archive, or what the user's own filters leave of it, is empty.

    Args:
        archive: What is quoted.
        question: As it was typed.
        text: The same, standing alone.
        asked: What the overview is to be of.
        filters: What the user limits the archive to; the time asked for narrows it further.
        level: How sure the answer must be.
        rank: Finds passages on a topic.
    """
    if not archive.coverage(filters).articles:
        return None
    within = _within(filters, asked)
    if within is None or not archive.coverage(within).articles:
        # What happened long before the archive begins may still be told in it.
        message = _nothing(archive, asked, filters)
        return _answer(archive, question, text, filters, message, "no_evidence") if asked.near else None
    if not asked.topic:
        chosen, confidence, ranked = _newest(archive, within), 1.0, list[Ranked]()
    else:
        understood, ranked = rank(asked.topic, within)
        in_use = tuned.numbers(archive)
        confidence = abstain.confidence(abstain.features(understood, ranked), in_use) if ranked else 0.0
        chosen = _best(archive, ranked, asked.topic) if abstain.enough(confidence, level, in_use) else []
    contexts = [_context(found) for found in ranked[: MOST + 2]]
    if not chosen:
        message = f"The archive does not seem to hold anything on this{_of(asked)}."
        reason = "low_confidence" if ranked else "no_evidence"
        return _answer(archive, question, text, within, message, reason, confidence, contexts=contexts)
    cited = _cited(archive, chosen)
    kind = f"An overview{_of(asked)}, newest first"
    message = f"{kind}, quoted from {number_of_articles(cited)}."
    found = _answer(archive, question, text, within, message, None, confidence, cited, contexts)
    return replace(found, remarks=(f"{kind}.",))


def _within(filters: Filters, asked: Overview) -> Filters | None:
    """Narrow the user's filters to the time asked for; None if they exclude it."""
    starts = [day for day in (asked.first, filters.published_from) if isinstance(day, date)]
    ends = [day for day in (asked.last, filters.published_to) if isinstance(day, date)]
    first, last = max(starts, default=None), min(ends, default=None)
    if first and last and first > last:
        return None
    return replace(filters, published_from=first, published_to=last)


def _newest(archive: Holdings, filters: Filters) -> list[Evidence]:
    """Return how the newest stories begin."""
    listed = archive.articles(filters, limit=LISTED)
    stories = archive.stories([one.id for one in listed])
    first = {stories.get(one.id, one.id): one for one in reversed(listed)}
    newest = [one for one in listed if first[stories.get(one.id, one.id)].id == one.id][:MOST]
    return [lead for one in newest if (lead := _lead(archive, one.id, one.revision))]


def _lead(archive: Holdings, article_id: str, revision: int) -> Evidence | None:
    text = archive.article(article_id, revision).text
    spans = archive.sentences_of(article_id)
    distrusted = archive.suspicions([article_id]).get(article_id, ())
    trusted = (span for span in spans if not any(overlap(span, one) for one in distrusted))
    found = next((span for span in trusted if says_something(text[span.start : span.end])), None)
    if found is None:
        return None
    return Evidence(article_id, revision, "", found.start, found.end, text[found.start : found.end], 0.0)


def _best(archive: Holdings, ranked: Sequence[Ranked], topic: str) -> list[Evidence]:
    """Return a sentence of each of the articles that fit the topic about as well as the best one.

    It is how the article begins where that speaks of the topic, and else what it says of it.
    """
    best = max((found.strength for found in ranked), default=0.0)
    fitting = [found for found in ranked if found.strength >= best - FITS]
    titles = {found.stored.chunk.article_id: found.stored.chunk.title or "" for found in fitting}
    wanted = set(archive.keywords.terms(topic)) - set(archive.keywords.terms(" ".join(FUNCTION_WORDS)))
    chosen: dict[str, Evidence] = {}
    for sentence in evidence(fitting, topic, archive.suspicions(list(titles))):
        if sentence.article_id in chosen or not says_something(sentence.text):
            continue
        lead = _lead(archive, sentence.article_id, sentence.revision)
        opening = f"{titles[sentence.article_id]} {lead.text}" if lead else ""
        about = len(wanted & set(archive.keywords.terms(opening))) * 2 >= len(wanted)
        told = lead if lead and about else sentence
        if not any(quotes.same_words(told.text, other.text) for other in chosen.values()):
            chosen[sentence.article_id] = told
        if len(chosen) == MOST:
            break
    return list(chosen.values())


def _cited(archive: Holdings, chosen: Sequence[Evidence]) -> list[Citation]:
    """Cite sentences, newest article first."""
    articles = {one.article_id: archive.article(one.article_id, one.revision) for one in chosen}
    days = {key: day_of(article.published_at) or date.min for key, article in articles.items()}
    hidden = archive.suspicions(list(articles))
    ordered = sorted(chosen, key=lambda one: days[one.article_id], reverse=True)
    return [
        cite(
            number,
            articles[one.article_id],
            one,
            archive.sentences_of(one.article_id),
            archive.also_published_by(one.article_id),
            hide=hidden.get(one.article_id, ()),
        )
        for number, one in enumerate(ordered, 1)
    ]


def _nothing(archive: Holdings, asked: Overview, filters: Filters) -> str:
    newest = quotes.spoken_day(archive.coverage(filters).newest_published_at)
    return f"The archive holds no article{_of(asked)}{f'; its newest is of {newest}' if newest else ''}."


def _of(asked: Overview) -> str:
    return f" of {quotes.spoken_period(asked.first, asked.last)}" if asked.first and asked.last else ""


def _context(found: Ranked) -> Context:
    chunk = found.stored.chunk
    return Context(chunk.id, chunk.article_id, chunk.start, chunk.end, chunk.text, round(found.score, 6))


def _answer(
    archive: Holdings,
    question: str,
    text: str,
    within: Filters,
    message: str,
    reason: str | None,
    confidence: float = 0.0,
    cited: Sequence[Citation] = (),
    contexts: Sequence[Context] = (),
) -> Answer:
    return Answer(
        question=question,
        standalone_question=text,
        status="abstained" if reason else "answered",
        reason=reason,
        message=message,
        as_of=datetime.now(UTC).isoformat(timespec="seconds"),
        confidence=confidence,
        claims=tuple(quotes.claim(citation) for citation in cited),
        citations=tuple(cited),
        contexts=tuple(contexts),
        coverage=archive.coverage(within),
        run=Run(engine="quotes", recipe=tuned.recipe(archive)),
    )
