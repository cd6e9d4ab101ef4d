"""All embeddings in memory beside what filters look at, so that what a filter allows is compared without reading it.

A large archive is kept in a byte a number: 33 MB at 85,000 chunks. Reading the embeddings of one publisher of such an
archive takes longer than the rest of a search. Of very many, those are compared whose numbers have the same signs.
"""

from bisect import bisect_left
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlalchemy import Connection, bindparam, func, select

from qa.index.catalogue_rows import article_of, publisher_key
from qa.index.catalogue_schema import articles, chunks
from qa.types import Filters

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from qa.index.catalogue import Catalogue
    from qa.types import Matrix, Vector

WHOLE = 20_000
"""Up to so many embeddings are kept as they are stored: 30 MB."""
MOST_COMPARED = 100_000
"""Up to so many allowed chunks are looked through one by one; more go through Chroma."""
MOST_WHOLE = 4_000
"""Of more than so many only the most alike by their signs are compared: an embedding's signs are 48 bytes."""
SIFTED = 40
"""Times as many as are compared for good are taken by their signs."""
WORTH_IT = 4
"""Filters that must have been asked for before the table is made: a short-lived process reads what it needs."""
MARGIN = 2
"""Times as many as are wanted are taken from the small numbers, so that scoring again misses none of the nearest."""
_IDS: Any = bindparam("ids", expanding=True)
_CHUNKS = select(chunks.c.id, chunks.c.embedding).order_by(chunks.c.id)
_ARTICLES = select(articles.c.id, articles.c.publisher_key, articles.c.published_day).where(
    articles.c.removed_at.is_(None)
)


@dataclass(frozen=True, slots=True)
class Rows:
    """A state of the archive: articles with what filters look at, and chunks with the row of their article."""

    applied: int
    places: dict[str, int]
    publishers: "NDArray[np.str_]"
    days: "NDArray[np.str_]"
    chunk_ids: list[str]
    article_rows: "NDArray[np.int32]"
    vectors: "NDArray[Any]"
    lengths: "NDArray[np.float32]"
    signs: "NDArray[np.uint64]"
    """A bit for each number of an embedding, of none where the embeddings are few; shape (chunks, words)."""

    def allowed(self, filters: Filters) -> "NDArray[np.bool_]":
        """Say of each article whether a filter allows it."""
        found = np.ones(len(self.days), dtype=bool)
        if filters.publishers:
            found &= np.isin(self.publishers, [publisher_key(name) for name in filters.publishers])
        if filters.first_day:
            found &= self.days >= str(filters.first_day)
        if filters.last_day:
            found &= (self.days <= str(filters.last_day)) & (self.days != "")
        if filters.article_ids is not None:
            wanted = np.zeros_like(found)
            wanted[self._known(filters.article_ids)] = True
            found &= wanted
        found[self._known(filters.exclude_article_ids)] = False
        return found

    def _known(self, article_ids: Collection[str]) -> list[int]:
        return [self.places[key] for key in article_ids if key in self.places]


@dataclass(frozen=True, slots=True)
class Allowed:
    """The chunks that a filter allows in a state of the archive."""

    rows: Rows
    articles: "NDArray[np.bool_]"
    chunks: "NDArray[np.int64]"

    @property
    def few(self) -> bool:
        """Whether all of them can be compared."""
        return len(self.chunks) <= MOST_COMPARED

    @property
    def exact(self) -> bool:
        """Whether the embeddings are in memory as they are stored."""
        return self.rows.vectors.dtype == np.float32

    def embeddings(self) -> "tuple[list[str], Matrix]":
        """Return the chunks' ids and what is kept of their embeddings, shape (chunks, dimension)."""
        ids = self.rows.chunk_ids
        return [ids[at] for at in self.chunks.tolist()], self.rows.vectors[self.chunks]

    def nearest(self, vectors: "Sequence[Vector]", n: int) -> set[str]:
        """Return the chunks that may be among the ``n`` nearest to any of the vectors."""
        if not len(self.chunks):
            return set()
        most = min(MARGIN * n, len(self.chunks))
        looked = self._alike(vectors, SIFTED * most) if len(self.chunks) > MOST_WHOLE else self.chunks
        near = np.argpartition(-self._cosines(looked, vectors), most - 1, axis=0)[:most]
        return {self.rows.chunk_ids[at] for at in looked[np.unique(near)].tolist()}

    def similar(self, chunk_ids: Collection[str], vectors: "Sequence[Vector]") -> list[dict[str, float]]:
        """Return the cosine of each of some chunks to each vector, to about 0.003; unknown chunks are left out."""
        ids = self.rows.chunk_ids
        places = ((key, bisect_left(ids, key)) for key in chunk_ids)
        known = {key: at for key, at in places if at < len(ids) and ids[at] == key}
        found = self._cosines(np.array([*known.values()], dtype=np.int64), vectors)
        return [dict(zip(known, column.tolist(), strict=True)) for column in found.T]

    def _cosines(self, places: "NDArray[np.int64]", vectors: "Sequence[Vector]") -> "Matrix":
        values = self.rows.vectors[places].astype(np.float32, copy=False)
        found: Matrix = (values @ np.stack(vectors, axis=1)) / self.rows.lengths[places][:, None]
        return found

    def _alike(self, vectors: "Sequence[Vector]", most: int) -> "NDArray[np.int64]":
        """Return the places of the chunks whose embeddings share the most signs with one of the vectors."""
        if not self.rows.signs.size or most >= len(self.chunks):
            return self.chunks
        signs = self.rows.signs[self.chunks]
        found = []
        for wanted in _signs(np.stack(vectors)):
            unlike = np.bitwise_count(signs ^ wanted).sum(axis=1, dtype=np.uint16)
            found.append(np.argpartition(unlike, most)[:most])
        alike: NDArray[np.int64] = self.chunks[np.unique(np.concatenate(found))]
        return alike

    def among(self, chunk_ids: Collection[str]) -> set[str]:
        """Return those of some chunks that are allowed."""
        places = self.rows.places
        return {key for key in chunk_ids if (at := places.get(article_of(key))) is not None and self.articles[at]}


class Table:
    """The newest state, made when it is worth it and brought up to date by the change log."""

    def __init__(self, catalogue: "Catalogue") -> None:
        """Read nothing yet."""
        self._catalogue = catalogue
        self._making = Lock()
        self._rows: Rows | None = None
        self._filters: set[Filters] = set()

    def allowed(self, filters: Filters) -> Allowed | None:
        """Return what a filter allows; None as long as too few filters were asked for."""
        if self._rows is None and len(self._filters) < WORTH_IT:
            self._filters.add(filters)
            return None
        rows = self._current()
        wanted = rows.allowed(filters)
        return Allowed(rows, wanted, np.flatnonzero(wanted[rows.article_rows]))

    def _current(self) -> Rows:
        with self._making:
            last = self._catalogue.last_change()
            if self._rows is None or self._rows.applied != last:
                self._rows = self._catalogue.table(self._rows)
            return self._rows


def read_table(connection: Connection, applied: int, before: Rows | None, touched: Sequence[str]) -> Rows:
    """Return the state after the change ``applied``; of a state ``before`` all is kept but the touched articles."""
    about = connection.execute(_ARTICLES).all()
    places = {row[0]: at for at, row in enumerate(about)}
    query = _CHUNKS
    kept: NDArray[np.int64] = np.zeros(0, dtype=np.int64)
    if before is not None:
        gone = np.zeros(len(before.days), dtype=bool)
        gone[before._known(touched)] = True
        kept = np.flatnonzero(~gone[before.article_rows])
        query = _CHUNKS.where(chunks.c.article_id.in_(_IDS))
    count = int(connection.scalar(select(func.count()).select_from(chunks)) or 0)
    small = count > WHOLE
    found = connection.execution_options(yield_per=1000).execute(query, {"ids": touched})
    names, read = _read(found, small, 0 if before else count)
    parts = [read] if before is None else [_as(before.vectors[kept], small), read]
    chunk_ids = [*([] if before is None else [before.chunk_ids[at] for at in kept.tolist()]), *names]
    # A chunk written since the articles were read waits for the next state.
    known = [at for at, key in enumerate(chunk_ids) if article_of(key) in places]
    parts = [part for part in parts if len(part)]
    vectors = np.concatenate(parts) if len(parts) > 1 else parts[0] if parts else read
    if len(known) < len(chunk_ids):
        chunk_ids, vectors = [chunk_ids[at] for at in known], vectors[known]
    if before is not None:
        order = sorted(range(len(chunk_ids)), key=chunk_ids.__getitem__)
        chunk_ids, vectors = [chunk_ids[at] for at in order], vectors[order]
    return Rows(
        applied=applied,
        places=places,
        publishers=np.array([row[1] or "" for row in about], dtype=np.str_),
        days=np.array([row[2] or "" for row in about], dtype=np.str_),
        chunk_ids=chunk_ids,
        article_rows=np.array([places[article_of(key)] for key in chunk_ids], dtype=np.int32),
        vectors=vectors,
        lengths=_lengths(vectors),
        signs=_signs(vectors) if small and len(vectors) else np.zeros((0, 0), dtype=np.uint64),
    )


def _signs(vectors: "NDArray[Any]") -> "NDArray[np.uint64]":
    """Return a bit for each number, 1 where it is positive, in words of 64; shape (rows, words)."""
    parts = [np.packbits(vectors[at : at + 1000] > 0, axis=1) for at in range(0, len(vectors), 1000)]
    packed = np.concatenate(parts)
    whole = np.pad(packed, ((0, 0), (0, -packed.shape[1] % 8)))
    return np.ascontiguousarray(whole).view(np.uint64)


def _lengths(vectors: "NDArray[Any]") -> "NDArray[np.float32]":
    """Return each row's length; in parts, so that no second copy of them all is made."""
    parts = (vectors[at : at + 1000].astype(np.float32) for at in range(0, len(vectors), 1000))
    squares = [np.einsum("ij,ij->i", part, part) for part in parts]
    return np.sqrt(np.concatenate(squares)) if squares else np.zeros(0, dtype=np.float32)


def _read(rows: Any, small: bool, expected: int) -> "tuple[list[str], NDArray[Any]]":
    """Return ids and embeddings, read into one place that is made for as many as are expected."""
    names: list[str] = []
    kept: NDArray[Any] = np.zeros((0, 0), dtype=np.int8 if small else np.float32)
    for group in rows.partitions():
        values = _as(np.frombuffer(b"".join(row[1] for row in group), dtype=np.float32).reshape(len(group), -1), small)
        first, last = len(names), len(names) + len(group)
        if last > len(kept):
            longer = np.empty((max(last, expected, 2 * len(kept)), values.shape[1]), dtype=values.dtype)
            if first:
                longer[:first] = kept[:first]
            kept = longer
        kept[first:last] = values
        names += [row[0] for row in group]
    return names, kept[: len(names)]


def _as(values: "NDArray[Any]", small: bool) -> "NDArray[Any]":
    """Return rows in the form in which they are kept; what is small already stays so."""
    if not small or values.dtype == np.int8 or not len(values):
        return values
    whole: Matrix = values / np.abs(values).max(axis=1, keepdims=True) * 127
    return np.round(whole).astype(np.int8)
