"""Looking for articles by what their titles, origins and addresses say, as whoever keeps the archive does."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from qa.index.catalogue_schema import articles, revisions

MOST_WORDS = 8
_LOOKED_IN = (
    *(revisions.c[name] for name in ("title", "publisher", "author", "section", "published_at")),
    *(articles.c[name] for name in ("url", "external_id", "id")),
)


@dataclass(frozen=True, slots=True)
class Listed:
    """An article as a list shows it.

    Args:
        stored_at: When the archive took this revision in.
    """

    id: str
    title: str | None
    publisher: str | None
    section: str | None
    language: str | None
    published_at: str | None
    stored_at: str


def find(connection: Connection, words: Sequence[str], limit: int, offset: int) -> tuple[int, list[Listed]]:
    """Return how many articles hold every word, and those of one page, what came last first."""
    joined = and_(revisions.c.article_id == articles.c.id, revisions.c.revision == articles.c.revision)
    where = [articles.c.removed_at.is_(None), *(_holds(word) for word in words[:MOST_WORDS])]
    columns = (articles.c.id, *(revisions.c[name] for name in Listed.__dataclass_fields__ if name != "id"))
    query = (
        select(*columns)
        .join(revisions, joined)
        .where(*where)
        .order_by(revisions.c.stored_at.desc(), articles.c.id)
        .limit(limit)
        .offset(offset)
    )
    counted = select(func.count()).select_from(articles).join(revisions, joined).where(*where)
    return int(connection.scalar(counted) or 0), [Listed(*row) for row in connection.execute(query)]


def _holds(word: str) -> ColumnElement[bool]:
    # SQLite knows upper and lower case of ASCII only.
    spellings = dict.fromkeys((word, word.lower(), word.upper(), word.capitalize()))
    return or_(*(column.icontains(one, autoescape=True) for column in _LOOKED_IN for one in spellings))
