"""Stories in the catalogue: which articles are copies of one report, and the keys by which copies find it."""

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
from sqlalchemy import Connection, and_, delete, func, insert, literal_column, or_, select

from qa.index.catalogue_schema import articles, revisions, story_keys
from qa.types import Prepared, Stored

LEAST_SHARED = 3
MOST_FOUND = 8
_MOST_OF_A_KEY = 64
"""Articles looked at under one key; more share it only where a phrase is a form ("qtly dividend ... pay April 30") or
a report was printed by everybody, and then the first ones are enough."""


def alike(connection: Connection, keys: Sequence[int]) -> list[Stored]:
    """Return the articles that share most keys, at least three, with their first words."""
    shared = Counter(_found_under(connection, keys))
    wanted = [article_id for article_id, count in shared.most_common(MOST_FOUND) if count >= LEAST_SHARED]
    if not wanted:
        return []
    query = (
        select(articles.c.id, revisions.c.text, revisions.c.published_at, revisions.c.title)
        .join(revisions, and_(revisions.c.article_id == articles.c.id, revisions.c.revision == articles.c.revision))
        .where(articles.c.id.in_(wanted), articles.c.removed_at.is_(None))
    )
    found = {row[0]: Stored(*row) for row in connection.execute(query)}
    return [found[article_id] for article_id in wanted if article_id in found]


def _found_under(connection: Connection, keys: Sequence[int]) -> Iterator[str]:
    """Yield the articles found under each key, not too many of one; nearly all keys are nobody else's."""
    count = func.count()
    times = select(story_keys.c.key, count).where(story_keys.c.key.in_(keys)).group_by(story_keys.c.key)
    found = {row[0]: row[1] for row in connection.execute(times)}
    few = [key for key, number in found.items() if number <= _MOST_OF_A_KEY]
    yield from connection.scalars(select(story_keys.c.article_id).where(story_keys.c.key.in_(few)))
    for key in found.keys() - set(few):
        yield from connection.scalars(
            select(story_keys.c.article_id).where(story_keys.c.key == key).limit(_MOST_OF_A_KEY)
        )


def story_for(connection: Connection, key: str, revision: int, like: str | None) -> str:
    """Return the story that an article belongs to: that of the one it is a copy of, else one of its own."""
    if like is not None:
        story: str | None = connection.scalar(
            select(articles.c.story).where(articles.c.id == like, articles.c.removed_at.is_(None))
        )
        if story is not None:
            return story
    named = connection.scalar(
        select(func.count()).select_from(articles).where(articles.c.story == key, articles.c.id != key)
    )
    return f"{key}-{revision}" if named else key  # others go on as copies of what this article said before


def keep_sketch(connection: Connection, key: str, prepared: Prepared) -> bytes | None:
    """Store the keys under which copies of an article find it, in the place of earlier ones."""
    drop_sketch(connection, key)
    if not prepared.sketch:
        return None
    connection.execute(insert(story_keys), [{"key": part, "article_id": key} for part in prepared.sketch])
    return np.array(prepared.sketch, dtype=np.int64).tobytes()


def drop_sketch(connection: Connection, key: str) -> None:
    """Forget the keys of an article."""
    stored = connection.scalar(select(articles.c.sketch).where(articles.c.id == key))
    if stored:
        keys = np.frombuffer(stored, dtype=np.int64).tolist()
        connection.execute(delete(story_keys).where(story_keys.c.key.in_(keys), story_keys.c.article_id == key))


def versions_of(connection: Connection, article_id: str) -> list[str]:
    """Return the articles of an article's story, itself among them; none where there is no such article."""
    own = select(articles.c.story).where(articles.c.id == article_id)
    told = or_(articles.c.id == article_id, articles.c.story == own.scalar_subquery())
    return list(connection.scalars(select(articles.c.id).where(told, articles.c.removed_at.is_(None))))


def retold(connection: Connection, limit: int, offset: int) -> tuple[list[list[str]], int]:
    """Return the articles of each story that has several versions, newest first, and the number of those stories."""
    several = (
        select(articles.c.story, func.max(articles.c.published_day).label("newest"))
        .where(articles.c.story.is_not(None), articles.c.removed_at.is_(None))
        .group_by(articles.c.story)
        .having(func.count() > 1)
    )
    total = connection.scalar(select(func.count()).select_from(several.subquery())) or 0
    newest_first = several.order_by(literal_column("newest").desc().nulls_last(), articles.c.story)
    names = [row[0] for row in connection.execute(newest_first.limit(limit).offset(offset))]
    found: dict[str, list[str]] = {name: [] for name in names}
    query = select(articles.c.story, articles.c.id).where(articles.c.story.in_(names), articles.c.removed_at.is_(None))
    for name, key in connection.execute(query):
        found[name].append(key)
    return list(found.values()), int(total)
