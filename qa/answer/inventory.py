"""What the archive says of itself, read from the catalogue: sentences that need no citation and quote no article."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from qa.answer.spoken import one_line, plain_name, spoken_day, spoken_period
from qa.index.holdings import Holdings
from qa.retrieve.dates import MONTHS
from qa.retrieve.inquiry import Inquiry
from qa.types import ArticleSummary, Filters

MOST_NAMED = 12
"""Publishers or sections listed one by one; the rest are counted."""
MOST_COMPARED = 5000
"""Up to so many articles are looked through for the newest one that mentions a topic."""
MONTH_NAMES = {number: name.capitalize() for name, number in reversed(MONTHS.items())}
NOTHING = "The archive holds no articles yet."
NONE_ALLOWED = "No article in the archive matches the filters."


def statements(archive: Holdings, asked: Inquiry, filters: Filters) -> list[str]:
    """Answer a question about the archive in whole sentences; what the user filtered out does not count."""
    if not archive.coverage(filters).articles:
        return [NONE_ALLOWED if archive.coverage(Filters()).articles else NOTHING]
    if asked.kind == "publishers":
        return _publishers(archive, filters)
    if asked.kind == "topics":
        return _topics(archive, filters)
    if asked.kind == "contents":
        return [*_period(archive, filters), *_publishers(archive, filters), *_topics(archive, filters)]
    if asked.kind == "period":
        return _period(archive, filters)
    if asked.kind == "count":
        return _count(archive, asked, filters)
    return _edge(archive, asked, filters)


def _publishers(archive: Holdings, filters: Filters) -> list[str]:
    named = archive.tally("publisher", filters)
    unnamed = archive.coverage(filters).articles - sum(count for _, count in named)
    if not named:
        return ["No article in the archive names its publisher."]
    found = [f"The archive holds articles of {_many(len(named), 'publisher')}: {_listed(named)}."]
    if unnamed:
        found.append(f"{_many(unnamed, 'article')} name{'s' if unnamed == 1 else ''} no publisher.")
    return found


def _topics(archive: Holdings, filters: Filters) -> list[str]:
    named = archive.tally("section", filters)
    unnamed = archive.coverage(filters).articles - sum(count for _, count in named)
    if not named:
        return ["The articles name no sections; ask about any matter in your own words."]
    found = [f"The articles stand in {_many(len(named), 'section')}: {_listed(named)}."]
    if unnamed:
        found.append(f"{_many(unnamed, 'article')} name{'s' if unnamed == 1 else ''} no section.")
    return found


def _period(archive: Holdings, filters: Filters) -> list[str]:
    held = archive.coverage(filters)
    oldest, undated = archive.oldest_day(filters), archive.undated(filters)
    newest = spoken_day(held.newest_published_at)
    if oldest is None or newest is None:
        return [f"The archive holds {_many(held.articles, 'article')}, none of them dated."]
    dated = _many(held.articles - undated, "dated article")
    found = [f"The archive holds {dated}, from {spoken_day(oldest)} to {newest}."]
    if undated:
        found.append(f"{_many(undated, 'further article')} bear{'s' if undated == 1 else ''} no date.")
    return found


def _count(archive: Holdings, asked: Inquiry, filters: Filters) -> list[str]:
    windows = _windows(archive, asked, filters)
    found = [_found(archive, asked, window) for window in windows]
    total = sum(count for count, _ in found)
    newest = max((one for _, one in found if one), key=lambda one: one.published_at or "", default=None)
    counted = _many(total, "article") if total else "no article"
    sentences = [f"The archive holds {counted}{_limits(asked, one=total < 2)}{_of_the_filters(filters)}."]
    if newest is not None and total:
        sentences.append(
            f"The newest of them is {_described(newest)}." if total > 1 else f"It is {_described(newest)}."
        )
    return sentences


def _edge(archive: Holdings, asked: Inquiry, filters: Filters) -> list[str]:
    """Name the newest or the oldest article."""
    windows = _windows(archive, asked, filters)
    held = [one for window in windows if (one := _found(archive, asked, window, oldest=asked.kind == "oldest")[1])]
    if not held:
        return [f"The archive holds no article{_limits(asked, one=True)}{_of_the_filters(filters)}."]
    choose = min if asked.kind == "oldest" else max
    one = choose(held, key=lambda summary: summary.published_at or "")
    of = f"{_limits(asked, one=one.published_at is not None)}{_of_the_filters(filters)}"
    word = asked.kind
    if one.published_at is None:
        return [f"None of the articles{of} is dated, so none can be called the {word}."]
    return [f"The {word} article{of} is {_described(one)}."]


def _windows(archive: Holdings, asked: Inquiry, filters: Filters) -> list[Filters]:
    """Narrow the user's filters to what is asked; a month without a year is that month of every year held."""
    narrowed = _narrowed(filters, asked.publishers, asked.first, asked.last)
    if narrowed is None or asked.month is None:
        return [] if narrowed is None else [narrowed]
    oldest, newest = archive.oldest_day(narrowed), archive.coverage(narrowed).newest_published_at
    if oldest is None or newest is None:
        return []
    spans = [_month(year, asked.month) for year in range(int(oldest[:4]), int(newest[:4]) + 1)]
    return [one for first, last in spans if (one := _narrowed(narrowed, (), first, last)) is not None]


def _narrowed(filters: Filters, publishers: Sequence[str], first: date | None, last: date | None) -> Filters | None:
    """Return a filter that allows what both the user's and the question's limits allow; None if that is nothing."""
    allowed = {name.casefold() for name in filters.publishers}
    named = tuple(name for name in publishers if not allowed or name.casefold() in allowed) or filters.publishers
    if publishers and allowed and not {name.casefold() for name in publishers} & allowed:
        return None
    starts = [day for day in (first, filters.published_from) if isinstance(day, date)]
    ends = [day for day in (last, filters.published_to) if isinstance(day, date)]
    if starts and ends and max(starts) > min(ends):
        return None
    return replace(
        filters,
        publishers=named,
        published_from=max(starts, default=None),
        published_to=min(ends, default=None),
    )


def _month(year: int, month: int) -> tuple[date, date]:
    following = date(year + month // 12, month % 12 + 1, 1)
    return date(year, month, 1), date.fromordinal(following.toordinal() - 1)


def _found(
    archive: Holdings, asked: Inquiry, window: Filters, *, oldest: bool = False
) -> tuple[int, ArticleSummary | None]:
    """Count the articles of a window that mention the topic, and return the newest (or oldest) of them."""
    if asked.topic and archive.keywords.terms(asked.topic):
        ids = archive.keywords.articles_with(asked.topic, window)
        if not ids or len(ids) > MOST_COMPARED:
            return len(ids), None
        window = replace(window, article_ids=tuple(sorted(ids)))
    count = archive.coverage(window).articles
    if not count:
        return 0, None
    at = max(count - archive.undated(window) - 1, 0) if oldest else 0
    return count, archive.articles(window, limit=1, offset=at)[0]


def _limits(asked: Inquiry, *, one: bool = False) -> str:
    """Say what the question limits the articles to."""
    said = f" of {_and([plain_name(name) for name in asked.publishers])}" if asked.publishers else ""
    if asked.month is not None:
        said += f" from {MONTH_NAMES[asked.month]} of any year"
    if asked.first and asked.last:
        said += f" from {spoken_period(asked.first, asked.last)}"
    elif asked.first:
        said += f" since {_day(asked.first)}"
    elif asked.last:
        said += f" up to {_day(asked.last)}"
    return said + (f" that mention{'s' if one else ''} “{one_line(asked.topic)}”" if asked.topic else "")


def _of_the_filters(filters: Filters) -> str:
    return " within the filters" if filters else ""


def _day(day: date) -> str:
    return spoken_day(day.isoformat()) or ""


def _described(one: ArticleSummary) -> str:
    day = spoken_day(one.published_at)
    about = ", ".join(part for part in (one.publisher and plain_name(one.publisher), day or "undated") if part)
    return f"“{plain_name(one.title or 'Untitled article')}” ({about})"


def _listed(named: Sequence[tuple[str, int]]) -> str:
    shown = [f"{plain_name(name)} ({count:,})" for name, count in named[:MOST_NAMED]]
    left = len(named) - len(shown)
    return _and([*shown, f"{left:,} more"] if left else shown)


def _and(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
