"""The catalogue: the only truth about articles, and the only owner of the archive's SQL."""

import hashlib
import json
import logging
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    LargeBinary,
    Select,
    and_,
    bindparam,
    delete,
    func,
    insert,
    literal,
    select,
    text,
    update,
)
from sqlalchemy.exc import DatabaseError, OperationalError

from qa.errors import ArchiveDamaged, NotFound, WriteFailed
from qa.index.catalogue_counts import Counted, oldest_day, tally, undated
from qa.index.catalogue_find import Listed, find
from qa.index.catalogue_notes import Notes, notes_of
from qa.index.catalogue_rows import Change, StoredChunk, chunk_values, draft_columns, spans, stored_chunk
from qa.index.catalogue_rows import publisher_key as publisher_key
from qa.index.catalogue_schema import (
    FILE_NAME,
    articles,
    changes,
    chunks,
    connect,
    emptied_log,
    meta,
    prepare,
    revisions,
    value_of,
)
from qa.index.catalogue_stories import alike, drop_sketch, keep_sketch, retold, story_for, versions_of
from qa.index.catalogue_table import Rows, read_table
from qa.types import Article, ArticleDraft, ArticleSummary, Coverage, Filters, Known, Prepared, Span, Stored

logger = logging.getLogger(__name__)

_UNWIPED = "unwiped"
MOST_VARIABLES = 30_000
"""SQLite binds at most 32,766 values in one statement."""


class Catalogue:
    """Read and write articles, revisions, chunks, their vectors and the change log."""

    def __init__(self, folder: Path, *, migrate: bool = True) -> None:
        """Open or create the catalogue in a data folder; ``migrate`` off leaves it exactly as it is.

        Raises:
            SchemaTooNew: A newer Dateline wrote it.
            ArchiveDamaged: It is no database of ours.
        """
        self.path = folder / FILE_NAME
        self._engine = connect(self.path, untouched=not migrate)
        try:
            if migrate:
                prepare(self._engine, self.path)
        except BaseException:
            self._engine.dispose()
            raise

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()

    # Recipe and change log

    def value(self, key: str) -> Any:
        """Return a stored JSON value, or None."""
        with self._reading() as connection:
            found = value_of(connection, key)
            return None if found is None else json.loads(found)

    def set_value(self, key: str, value: Any) -> None:
        """Store a JSON value."""
        with self._writing() as connection:
            connection.execute(delete(meta).where(meta.c.key == key))
            connection.execute(insert(meta).values(key=key, value=json.dumps(value)))

    def last_change(self) -> int:
        """Return the number of the newest change, 0 for an empty log."""
        with self._reading() as connection:
            return int(connection.scalar(select(func.max(changes.c.number))) or 0)

    def changes_after(self, number: int) -> list[Change]:
        """Return later changes in commit order."""
        query = select(changes).where(changes.c.number > number).order_by(changes.c.number)
        with self._reading() as connection:
            return [Change(*row) for row in connection.execute(query)]

    # Articles

    def classify(self, drafts: Sequence[ArticleDraft]) -> list[Known]:
        """Compare drafts with what is stored under their identity."""
        with self._reading() as connection:
            return [_classify(connection, draft) for draft in drafts]

    def put(self, batch: Sequence[Prepared]) -> list[Known]:
        """Store articles in one transaction; they are there for good when this returns."""
        with self._writing() as connection:
            return [_put(connection, prepared) for prepared in batch]

    def remove(self, article_ids: Sequence[str], *, may_return: bool = False) -> int:
        """Erase articles in all their revisions, leaving tombstones; return how many there were.

        What lies in the write-ahead log, in copies made before a migration and in the keyword index is left to
        ``wipe`` and to the archive: ``is_unwiped`` says so until they have done it.
        """
        with self._writing() as connection:
            count = sum(_remove(connection, article_id, may_return) for article_id in article_ids)
            if count:
                connection.execute(delete(meta).where(meta.c.key == _UNWIPED))
                connection.execute(insert(meta).values(key=_UNWIPED, value="true"))
            return count

    def removed_at(self, article_ids: Collection[str]) -> dict[str, str]:
        """Return, of some articles, those that are removed and when that was."""
        query = select(articles.c.id, articles.c.removed_at).where(articles.c.removed_at.is_not(None))
        found: dict[str, str] = {}
        with self._reading() as connection:
            for part in _parts(list(article_ids)):
                found.update({row[0]: row[1] for row in connection.execute(query.where(articles.c.id.in_(part)))})
        return found

    @property
    def is_unwiped(self) -> bool:
        """Whether traces of removed articles may still lie in the data folder."""
        return bool(self.value(_UNWIPED))

    def wipe(self) -> None:
        """Empty the write-ahead log, and drop the copies made before migrations, which hold what was removed since."""
        for backup in self.path.parent.glob(f"{self.path.stem}.schema*.backup.*"):
            backup.unlink(missing_ok=True)
        if emptied_log(self._engine):
            self.set_value(_UNWIPED, False)
        else:
            logger.warning("What was removed is taken out of the files at the next start; somebody is reading them.")

    def move(self, moved: Sequence[tuple[str, str | None]]) -> None:
        """Note the new sources of articles that are otherwise as they were."""
        with self._writing() as connection:
            for article_id, source in moved:
                connection.execute(update(articles).where(articles.c.id == article_id).values(source=source))

    def article(self, article_id: str, revision: int | None = None) -> Article:
        """Return an article in its current or a given revision.

        Raises:
            NotFound: The archive holds no such article or revision.
        """
        query = _ARTICLE if revision is None else _REVISION
        with self._reading() as connection:
            row = connection.execute(query, {"id": article_id, "revision": revision}).first()
        if row is None:
            raise no_article(article_id, revision)
        names = [name for name in Article.__dataclass_fields__ if name not in {"id", "revision", "url", "external_id"}]
        return Article(
            id=row[0],
            revision=row._mapping[revisions.c.revision],
            url=row._mapping[articles.c.url],
            external_id=row._mapping[articles.c.external_id],
            **{name: row._mapping[revisions.c[name]] for name in names},
        )

    def summaries(self, filters: Filters, limit: int | None = None, offset: int = 0) -> list[ArticleSummary]:
        """List articles, newest publication first, undated ones last."""
        columns = (articles.c.id, articles.c.url, articles.c.external_id, revisions.c.title, revisions.c.publisher)
        query = (
            select(*columns, revisions.c.published_at, articles.c.revision)
            .join(revisions, and_(revisions.c.article_id == articles.c.id, revisions.c.revision == articles.c.revision))
            .where(*_conditions(filters))
            .order_by(articles.c.published_day.desc().nulls_last(), articles.c.id)
            .limit(limit)
            .offset(offset)
        )
        with self._reading() as connection:
            return [ArticleSummary(*row) for row in connection.execute(query)]

    def find(self, text: str, limit: int, offset: int = 0) -> tuple[int, list[Listed]]:
        """Return how many articles have each word in their title, origin or address, and some, newest arrival first."""
        with self._reading() as connection:
            return find(connection, text.split(), limit, offset)

    def sources_under(self, folder: str) -> list[tuple[str, str]]:
        """Return (article id, source) of the articles read from below a folder."""
        prefix = folder.rstrip("/") + "/"
        query = select(articles.c.id, articles.c.source).where(
            articles.c.removed_at.is_(None), func.substr(articles.c.source, 1, len(prefix)) == prefix
        )
        with self._reading() as connection:
            return [(row[0], row[1]) for row in connection.execute(query)]

    def from_source(self, source: str) -> list[str]:
        """Return the ids of the articles read from one source."""
        query = select(articles.c.id).where(articles.c.source == source, articles.c.removed_at.is_(None))
        with self._reading() as connection:
            return [row[0] for row in connection.execute(query)]

    def coverage(self, filters: Filters) -> Coverage:
        """Count the articles that a filter allows and find the newest publication date among them."""
        where = _conditions(filters)
        newest = (
            select(revisions.c.published_at)
            .join(articles, and_(revisions.c.article_id == articles.c.id, revisions.c.revision == articles.c.revision))
            .where(*where, articles.c.published_day.is_not(None))
            .order_by(articles.c.published_day.desc(), revisions.c.published_at.desc())
            .limit(1)
        )
        with self._reading() as connection:
            count = connection.scalar(select(func.count()).select_from(articles).where(*where))
            return Coverage(articles=int(count or 0), newest_published_at=connection.scalar(newest))

    def publishers(self) -> list[str]:
        """Return the names of the publishers in the archive."""
        query = (
            select(revisions.c.publisher)
            .distinct()
            .join(articles, and_(revisions.c.article_id == articles.c.id, revisions.c.revision == articles.c.revision))
            .where(articles.c.removed_at.is_(None), revisions.c.publisher.is_not(None))
        )
        with self._reading() as connection:
            return sorted(connection.scalars(query))

    def publisher_of(self, article_id: str) -> str | None:
        """Return the key of an article's publisher; None where it has none, or there is no such article."""
        with self._reading() as connection:
            key = connection.scalar(_PUBLISHER_OF, {"id": article_id})
            return None if key is None else str(key)

    def ever_published_by(self, article_ids: Sequence[str]) -> set[str]:
        """Return the publishers of some articles in any of their revisions."""
        found: set[str] = set()
        with self._reading() as connection:
            for part in _parts(article_ids):
                query = select(revisions.c.publisher).where(revisions.c.article_id.in_(part))
                found.update(name for name in connection.scalars(query.distinct()) if name)
        return found

    def tally(self, column: Counted, filters: Filters) -> list[tuple[str, int]]:
        """Return each publisher or section with the number of its articles that a filter allows, most first."""
        with self._reading() as connection:
            return tally(connection, column, _conditions(filters))

    def oldest_day(self, filters: Filters) -> str | None:
        """Return the earliest publication day among the articles that a filter allows."""
        with self._reading() as connection:
            return oldest_day(connection, _conditions(filters))

    def undated(self, filters: Filters) -> int:
        """Count the articles without a publication date that a filter allows."""
        with self._reading() as connection:
            return undated(connection, _conditions(filters))

    def in_sections(self, sections: Sequence[str], filters: Filters, limit: int) -> list[str]:
        """Return the ids of the articles of some sections that a filter allows, at most ``limit``."""
        wanted = {publisher_key(name) for name in sections}
        spelled = _current(revisions.c.section).where(revisions.c.section.is_not(None)).distinct()
        with self._reading() as connection:
            named = [name for name in connection.scalars(spelled) if publisher_key(name) in wanted]
            query = _current(articles.c.id).where(revisions.c.section.in_(named), *_conditions(filters))
            return list(connection.scalars(query.order_by(articles.c.id).limit(limit)))

    # Stories

    def alike(self, sketch: Sequence[int]) -> list[Stored]:
        """Return the few articles that share most of a sketch's keys."""
        with self._reading() as connection:
            return alike(connection, sketch)

    def versions(self, article_id: str) -> list[str]:
        """Return the articles of an article's story, itself among them; none where there is no such article."""
        with self._reading() as connection:
            return versions_of(connection, article_id)

    def retold(self, limit: int, offset: int = 0) -> tuple[list[list[str]], int]:
        """Return the articles of each story with several versions, newest first, and the number of those stories."""
        with self._reading() as connection:
            return retold(connection, limit, offset)

    def notes(self, article_ids: Sequence[str]) -> dict[str, Notes]:
        """Return each article's story, the others who printed it, and what of it is not to be quoted."""
        found: dict[str, Notes] = {}
        with self._reading() as connection:
            for part in _parts(article_ids):
                found |= notes_of(connection, part)
        return found

    # Chunks

    def chunk_count(self, filters: Filters | None = None) -> int:
        """Count the chunks, of all articles or of those that a filter allows."""
        query = select(func.count()).select_from(chunks)
        if filters:
            query = query.join(articles, articles.c.id == chunks.c.article_id).where(*_conditions(filters))
        with self._reading() as connection:
            return int(connection.scalar(query) or 0)

    def chunk_ids(self) -> list[str]:
        """Return the ids of all chunks."""
        with self._reading() as connection:
            return list(connection.scalars(select(chunks.c.id).order_by(chunks.c.id)))

    def allowed(self, chunk_ids: Sequence[str], filters: Filters) -> set[str]:
        """Return those of the chunks whose article a filter allows."""
        found: set[str] = set()
        with self._reading() as connection:
            for part in _parts(chunk_ids):
                query = select(chunks.c.id).join(articles, articles.c.id == chunks.c.article_id)
                found.update(connection.scalars(query.where(chunks.c.id.in_(part), *_conditions(filters))))
        return found

    def chunks_of(self, article_ids: Sequence[str]) -> Iterator[StoredChunk]:
        """Yield the chunks of some articles with their vectors."""
        for part in _parts(article_ids):
            yield from self._stored(_CHUNKS_BY_ARTICLE, {"ids": part})

    def sentences_of(self, article_id: str) -> list[Span]:
        """Return the places of an article's sentences, in their order."""
        query = select(chunks.c.sentences).where(chunks.c.article_id == article_id)
        with self._reading() as connection:
            found = [span for row in connection.execute(query) for span in spans(row[0])]
        return sorted(found, key=lambda span: span.start)

    def all_chunks(self) -> Iterator[StoredChunk]:
        """Yield every chunk with its vectors, a thousand rows in memory at a time."""
        yield from self._stored(_chunk_query())

    def all_passages(self, filters: Filters | None = None) -> Iterator[StoredChunk]:
        """Yield every chunk that a filter allows without its vectors, a thousand rows in memory at a time."""
        query = _chunk_query(*[literal(b"", LargeBinary)] * 3)
        yield from self._stored(query.where(*_conditions(filters)) if filters else query)

    def all_vectors(self, together: int) -> "Iterator[tuple[list[str], np.ndarray[Any, np.dtype[np.float32]]]]":
        """Yield the ids of all chunks with their embeddings, so many at a time; no text is read."""
        query = select(chunks.c.id, chunks.c.embedding).order_by(chunks.c.id)
        with self._reading() as connection:
            for rows in connection.execution_options(yield_per=together).execute(query).partitions():
                yield _matrix(rows)

    def chunks_by_id(self, chunk_ids: Sequence[str]) -> dict[str, StoredChunk]:
        """Return chunks with their vectors by id; unknown ids are left out."""
        found: dict[str, StoredChunk] = {}
        for part in _parts(chunk_ids):
            found.update({chunk.id: chunk for chunk in self._stored(_CHUNKS_BY_ID, {"ids": part})})
        return found

    def vectors(self, chunk_ids: Sequence[str]) -> "tuple[list[str], np.ndarray[Any, np.dtype[np.float32]]]":
        """Return the ids found and their embeddings, shape (found, dimension)."""
        rows: list[Sequence[Any]] = []
        with self._reading() as connection:
            for part in _parts(chunk_ids):
                rows += connection.execute(_VECTORS_BY_ID, {"ids": part})
        return _matrix(rows)

    def filtered_vectors(self, filters: Filters) -> "tuple[list[str], np.ndarray[Any, np.dtype[np.float32]]]":
        """Return the ids and embeddings of every chunk that a filter allows, in the order of their ids."""
        query = select(chunks.c.id, chunks.c.embedding).join(articles, articles.c.id == chunks.c.article_id)
        with self._reading() as connection:
            return _matrix(list(connection.execute(query.where(*_conditions(filters)).order_by(chunks.c.id))))

    def table(self, before: Rows | None = None) -> Rows:
        """Return every embedding with what filters look at; from an earlier state only what changed is read."""
        with self._reading() as connection:
            last = int(connection.scalar(select(func.max(changes.c.number))) or 0)
            query = select(changes.c.article_id).where(changes.c.number > (before.applied if before else last))
            touched = list(dict.fromkeys(connection.scalars(query.distinct())))
            return read_table(connection, last, None if len(touched) > MOST_VARIABLES else before, touched)

    def replace_chunks(self, article_id: str, prepared: Prepared) -> None:
        """Store an article's chunks again, as another recipe makes them."""
        with self._writing() as connection:
            row = connection.execute(select(articles).where(articles.c.id == article_id)).one()
            dropped = _drop_chunks(connection, article_id)
            _add_chunks(connection, article_id, row.revision, prepared)
            connection.execute(
                insert(changes).values(article_id=article_id, dropped_revision=row.revision, dropped_chunks=dropped)
            )

    # Health

    def problems(self) -> list[str]:
        """Check the database and every chunk's place in its article; return plain sentences, none when sound."""
        found: list[str] = []
        with self._reading() as connection:
            found += [
                f"The catalogue is damaged: {row[0]}."
                for row in connection.execute(text("PRAGMA integrity_check"))
                if row[0] != "ok"
            ]
            orphans = connection.scalar(
                select(func.count())
                .select_from(
                    chunks.outerjoin(
                        articles, and_(articles.c.id == chunks.c.article_id, articles.c.revision == chunks.c.revision)
                    )
                )
                .where(articles.c.id.is_(None))
            )
            hashes = connection.execute(_current(articles.c.id, articles.c.content_hash, revisions.c.text))
            found += [
                f"Article {row[0]} does not hold the text that was stored."
                for row in hashes
                if content_hash(row[2]) != row[1]
            ]
        return found + ([f"{orphans} chunks belong to no current article."] if orphans else [])

    def _stored(self, query: Select[Any], values: Mapping[str, Any] | None = None) -> Iterator[StoredChunk]:
        with self._reading() as connection:
            for row in connection.execution_options(yield_per=1000).execute(query, values):
                yield stored_chunk(row)

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        try:
            with self._engine.connect() as connection:
                yield connection
        except DatabaseError as exc:
            raise ArchiveDamaged(f"The catalogue {self.path} cannot be read: {exc.orig}.") from exc

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        try:
            with self._engine.begin() as connection:
                yield connection
        except OperationalError as exc:
            raise WriteFailed(f"The catalogue could not be written: {exc.orig}.") from exc
        except DatabaseError as exc:
            raise ArchiveDamaged(f"The catalogue {self.path} cannot be written: {exc.orig}.") from exc


def no_article(article_id: str, revision: int | None = None) -> NotFound:
    """Return the error that says so."""
    which = "" if revision is None else f" in revision {revision}"
    return NotFound(f"The archive holds no article {article_id[:80]!r}{which}.")


def content_hash(value: str) -> str:
    """Return the digest by which two texts are the same."""
    return hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def identity(draft: ArticleDraft) -> str:
    """Return what makes an article the same one next time: URL, else corpus and given id, else its content."""
    if draft.url:
        return f"url {draft.url_key or draft.url}"
    if draft.external_id:
        return f"id {json.dumps([draft.corpus, draft.external_id], ensure_ascii=False)}"
    return f"text {content_hash(draft.text)}"


def article_id(draft: ArticleDraft) -> str:
    """Derive an article's id from its identity."""
    return hashlib.sha256(identity(draft).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _classify(connection: Connection, draft: ArticleDraft) -> Known:
    key, digest = article_id(draft), content_hash(draft.text)
    row = connection.execute(select(articles).where(articles.c.id == key)).first()
    twin = connection.scalar(
        select(articles.c.id).where(
            articles.c.content_hash == digest, articles.c.id != key, articles.c.removed_at.is_(None)
        )
    )
    if row is None or (row.removed_at is not None and row.may_return):
        return Known(key, "new", twin)
    if row.removed_at is not None:
        return Known(key, "removed")
    if row.content_hash != digest:
        return Known(key, "changed", twin)
    stored = connection.execute(
        select(revisions).where(revisions.c.article_id == key, revisions.c.revision == row.revision)
    ).one()
    wanted = draft_columns(draft)
    # When it was read is no news about the article.
    same = all(stored._mapping[name] == value for name, value in wanted.items() if name not in {"text", "retrieved_at"})
    return Known(key, "unchanged" if same else "metadata", twin, row.source)


def _put(connection: Connection, prepared: Prepared) -> Known:
    draft = prepared.draft
    known = _classify(connection, draft)
    if known.state in {"unchanged", "removed"}:
        return known
    key = known.article_id
    row = connection.execute(select(articles.c.revision).where(articles.c.id == key)).first()
    before = row[0] if row else 0
    after = before if known.state == "metadata" else before + 1
    fields = {
        "removed_at": None,
        "may_return": 0,
        "revision": after,
        "source": draft.source,
        "corpus": draft.corpus,
        "external_id": draft.external_id,
        "url": draft.url,
        "content_hash": content_hash(draft.text),
        "publisher_key": publisher_key(draft.publisher) if draft.publisher else None,
        "published_day": draft.published_at[:10] if draft.published_at else None,
    }
    if known.state != "metadata":
        fields["story"] = story_for(connection, key, after, prepared.copy_of or known.duplicate_of)
        fields["sketch"] = keep_sketch(connection, key, prepared)
    if row is None:
        connection.execute(insert(articles).values(id=key, identity=identity(draft), **fields))
    else:
        connection.execute(update(articles).where(articles.c.id == key).values(**fields))
    dropped = 0
    if known.state == "metadata":
        dropped = int(
            connection.scalar(select(func.count()).select_from(chunks).where(chunks.c.article_id == key)) or 0
        )
        where = and_(revisions.c.article_id == key, revisions.c.revision == after)
        connection.execute(update(revisions).where(where).values(**draft_columns(draft)))
    else:
        dropped = _drop_chunks(connection, key)
        values = {"article_id": key, "revision": after, "stored_at": _now(), **draft_columns(draft)}
        connection.execute(insert(revisions).values(**values))
        _add_chunks(connection, key, after, prepared)
    connection.execute(insert(changes).values(article_id=key, dropped_revision=before, dropped_chunks=dropped))
    return known


def _add_chunks(connection: Connection, key: str, revision: int, prepared: Prepared) -> None:
    rows = [chunk_values(key, revision, at, chunk) for at, chunk in enumerate(prepared.chunks)]
    if rows:
        connection.execute(insert(chunks), rows)


def _drop_chunks(connection: Connection, key: str) -> int:
    return connection.execute(delete(chunks).where(chunks.c.article_id == key)).rowcount


def _remove(connection: Connection, key: str, may_return: bool) -> int:
    where = and_(articles.c.id == key, articles.c.removed_at.is_(None))
    revision = connection.scalar(select(articles.c.revision).where(where))
    if revision is None:
        return 0
    dropped = _drop_chunks(connection, key)
    connection.execute(delete(revisions).where(revisions.c.article_id == key))
    drop_sketch(connection, key)
    blank = dict.fromkeys(("content_hash", "publisher_key", "published_day", "source", "story", "sketch"))
    connection.execute(update(articles).where(where).values(removed_at=_now(), may_return=int(may_return), **blank))
    connection.execute(insert(changes).values(article_id=key, dropped_revision=revision, dropped_chunks=dropped))
    return 1


def _conditions(filters: Filters) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = [articles.c.removed_at.is_(None)]
    if filters.publishers:
        where.append(articles.c.publisher_key.in_([publisher_key(name) for name in filters.publishers]))
    if filters.first_day:
        where.append(articles.c.published_day >= filters.first_day)
    if filters.last_day:
        where.append(articles.c.published_day <= filters.last_day)
    if filters.article_ids is not None:
        where.append(articles.c.id.in_(filters.article_ids))
    if filters.exclude_article_ids:
        where.append(articles.c.id.not_in(filters.exclude_article_ids))
    return where


def _current(*columns: Any) -> Select[Any]:
    joined = and_(revisions.c.article_id == articles.c.id, revisions.c.revision == articles.c.revision)
    return select(*columns).select_from(articles.join(revisions, joined)).where(articles.c.removed_at.is_(None))


def _chunk_query(*blobs: ColumnElement[Any]) -> Select[Any]:
    """Select chunks with what a ``StoredChunk`` holds; its three blobs may be others."""
    place = (chunks.c.id, chunks.c.article_id, chunks.c.revision, chunks.c.start, chunks.c.end)
    kept = blobs or (chunks.c.sentences, chunks.c.embedding, chunks.c.sentence_vectors)
    passage = func.substr(revisions.c.text, chunks.c.start + 1, chunks.c.end - chunks.c.start)
    return (
        select(
            *place, *kept, passage, articles.c.url, revisions.c.title, revisions.c.publisher, revisions.c.published_at
        )
        .join(articles, articles.c.id == chunks.c.article_id)
        .join(revisions, and_(revisions.c.article_id == chunks.c.article_id, revisions.c.revision == chunks.c.revision))
        .order_by(chunks.c.id)
    )


# Made once: SQLAlchemy takes longer to build such a statement than SQLite to answer it.
_IDS: BindParameter[list[str]] = bindparam("ids", expanding=True)
_CHUNKS_BY_ID = _chunk_query().where(chunks.c.id.in_(_IDS))
_CHUNKS_BY_ARTICLE = _chunk_query().where(chunks.c.article_id.in_(_IDS))
_KEPT = (
    select(articles, revisions)
    .join(revisions, revisions.c.article_id == articles.c.id)
    .where(articles.c.id == bindparam("id"), articles.c.removed_at.is_(None))
)
_ARTICLE = _KEPT.where(revisions.c.revision == articles.c.revision)
_REVISION = _KEPT.where(revisions.c.revision == bindparam("revision"))
_PUBLISHER_OF = select(articles.c.publisher_key).where(articles.c.id == bindparam("id"))
_VECTORS_BY_ID = select(chunks.c.id, chunks.c.embedding).where(chunks.c.id.in_(_IDS))


def _parts(values: Sequence[str]) -> Iterator[list[str]]:
    for at in range(0, len(values), MOST_VARIABLES):
        yield list(values[at : at + MOST_VARIABLES])


def _matrix(rows: Sequence[Sequence[Any]]) -> "tuple[list[str], np.ndarray[Any, np.dtype[np.float32]]]":
    ids = [row[0] for row in rows]
    if not ids:
        return ids, np.zeros((0, 0), dtype=np.float32)
    return ids, np.frombuffer(b"".join(row[1] for row in rows), dtype=np.float32).reshape(len(ids), -1)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
