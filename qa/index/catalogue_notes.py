"""What the catalogue knows of an article beside its text: its story, who else printed it, what of it is not quoted."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import BindParameter, Connection, and_, bindparam, select

from qa.index.catalogue_schema import articles, revisions
from qa.types import Suspicion


@dataclass(frozen=True, slots=True)
class Notes:
    """What is known of one article.

    Args:
        story: The same for all copies of one report; the article's own id where there are none.
        others: The other publishers that carry the story, in order of their names.
        suspicions: The passages of its current revision that are not to be quoted.
    """

    story: str
    others: tuple[str, ...] = ()
    suspicions: tuple[Suspicion, ...] = ()


_IDS: BindParameter[list[str]] = bindparam("ids", expanding=True)
_other = articles.alias("other")
# Made once: SQLAlchemy takes longer to build a statement than SQLite to answer it.
_KNOWN = (
    select(articles.c.id, articles.c.story, revisions.c.suspicions)
    .outerjoin(revisions, and_(revisions.c.article_id == articles.c.id, revisions.c.revision == articles.c.revision))
    .where(articles.c.id.in_(_IDS))
)
_OTHERS = (
    select(articles.c.id, revisions.c.publisher)
    .distinct()
    .join(_other, and_(_other.c.story == articles.c.story, _other.c.id != articles.c.id))
    .join(revisions, and_(revisions.c.article_id == _other.c.id, revisions.c.revision == _other.c.revision))
    .where(articles.c.id.in_(_IDS), _other.c.removed_at.is_(None), _other.c.publisher_key.is_not(None))
    .where(_other.c.publisher_key.is_distinct_from(articles.c.publisher_key))
)


def notes_of(connection: Connection, article_ids: Sequence[str]) -> dict[str, Notes]:
    """Return what is known of each article; unknown ids are left out."""
    others: dict[str, list[str]] = {}
    for key, publisher in connection.execute(_OTHERS, {"ids": article_ids}):
        others.setdefault(key, []).append(publisher)
    return {
        key: Notes(story or key, tuple(sorted(others.get(key, ()))), _quotable_never(stored))
        for key, story, stored in connection.execute(_KNOWN, {"ids": article_ids})
    }


def _quotable_never(stored: str | None) -> tuple[Suspicion, ...]:
    # Markup alone orders nobody to do anything, and is shown as the text that it is.
    return tuple(Suspicion(*row) for row in json.loads(stored or "[]") if row[2] != "markup")
