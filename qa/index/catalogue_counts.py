"""Counts over the catalogue's articles: by publisher, by section, and the span of their dates."""

from collections.abc import Sequence
from typing import Literal

from sqlalchemy import ColumnElement, Connection, and_, func, select

from qa.index.catalogue_schema import articles, revisions

Counted = Literal["publisher", "section"]


def tally(connection: Connection, column: Counted, where: Sequence[ColumnElement[bool]]) -> list[tuple[str, int]]:
    """Return each publisher or section with the number of its articles, most first; what has none is left out.

    Names that differ in case alone are one; the spelling met most often stands for it.
    """
    named = revisions.c[column]
    query = (
        select(named, func.count())
        .join(articles, and_(revisions.c.article_id == articles.c.id, revisions.c.revision == articles.c.revision))
        .where(*where, named.is_not(None))
        .group_by(named)
    )
    shown: dict[str, str] = {}
    counts: dict[str, int] = {}
    for name, count in sorted(connection.execute(query), key=lambda row: (-row[1], row[0])):
        key = " ".join(name.casefold().split())
        if key:
            shown.setdefault(key, " ".join(name.split()))
            counts[key] = counts.get(key, 0) + count
    return sorted(((shown[key], count) for key, count in counts.items()), key=lambda row: (-row[1], row[0]))


def oldest_day(connection: Connection, where: Sequence[ColumnElement[bool]]) -> str | None:
    """Return the earliest publication day among some articles."""
    found = connection.scalar(select(func.min(articles.c.published_day)).where(*where))
    return None if found is None else str(found)


def undated(connection: Connection, where: Sequence[ColumnElement[bool]]) -> int:
    """Count the articles among some that bear no publication date."""
    query = select(func.count()).select_from(articles).where(*where, articles.c.published_day.is_(None))
    return int(connection.scalar(query) or 0)
