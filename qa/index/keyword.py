"""The keyword index: BM25 over title, publisher, date and text. The only owner of tantivy."""

import logging
import math
import re
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import tantivy

from qa.errors import WriteFailed
from qa.index.catalogue_rows import Change, StoredChunk, article_of, publisher_key
from qa.index.derived import DerivedFolder
from qa.types import Filters

if TYPE_CHECKING:
    from numpy.typing import NDArray

logger = logging.getLogger(__name__)

ANALYZER = "dateline"
FORMAT = "keyword-1"
"""Raised when the fields or the analyzer change; an index of another format is rebuilt."""
WRITER_BYTES = 64 * 2**20
CACHED_WORDS = 50_000
CACHED_ADDRESSES = 50_000
LONGEST_CACHED = 40
"""Characters of a word or two, which come again; whole questions hardly do."""
COMMON = 0.25
"""A word in more than this share of all chunks is not looked up, unless there is no other: "the", "of", "was"."""
MANY = 1_000
"""Smaller archives look up every word: a share of few chunks says little, and it is quick."""
_WORD = re.compile(r"[^\W_]+")
MOST_TERMS = 400
"""Words of a question that are looked up; the longest allowed question has about as many."""


@dataclass(frozen=True, slots=True)
class _Live:
    """A state of the index as it is searched, with what was read of it: both are true until the next change.

    Args:
        searcher: Tantivy's own.
        chunk_ids: By address.
        frequencies: How many chunks hold a term.
    """

    searcher: tantivy.Searcher
    chunk_ids: dict[tuple[int, int], str] = field(default_factory=dict)
    frequencies: dict[str, int] = field(default_factory=dict)

    def passages_with(self, term: str) -> int:
        """Count the passages that hold a term."""
        known = self.frequencies.get(term)
        if known is None:
            if len(self.frequencies) >= CACHED_WORDS:
                self.frequencies.clear()
            known = self.frequencies[term] = int(self.searcher.doc_freq("text", term))
        return known


class Passages(Protocol):
    """What an index follows: the catalogue, or a part of it."""

    def last_change(self) -> int:
        """Return the number of the newest change."""
        ...

    def changes_after(self, number: int) -> list[Change]:
        """Return later changes in commit order."""
        ...

    def chunk_count(self) -> int:
        """Count the passages."""
        ...

    def all_passages(self) -> Iterator[StoredChunk]:
        """Yield every passage."""
        ...

    def chunks_of(self, article_ids: Sequence[str]) -> Iterator[StoredChunk]:
        """Yield the passages of some articles."""
        ...


class KeywordIndex:
    """Follow the catalogue's change log in a tantivy index and answer BM25 queries."""

    def __init__(self, root: Path) -> None:
        """Use a folder; nothing is opened yet."""
        self._folder = DerivedFolder(root)
        self._index: tantivy.Index | None = None
        self._writer: tantivy.IndexWriter | None = None
        self._reading: _Live | None = None
        self._generation = 0
        self._failed = False
        self.applied = 0
        self._dictionary: tuple[tuple[int, int], dict[int, tuple[list[tuple[str, int]], NDArray[np.uint64]]]] | None = (
            None
        )
        self._analyzer = _analyzer()
        self._mark_of = lru_cache(CACHED_WORDS)(self._mark_of_word)
        self._terms_of = lru_cache(CACHED_WORDS)(self._terms_of_words)

    # Opening and closing

    def open(self) -> bool:
        """Open the live generation if it is as it was left; say whether it was."""
        state = self._folder.state
        if state is None or state.writing or state.recipe != FORMAT or not self._folder.intact(state):
            return False
        try:
            self._open(self._folder.path(state.generation))
        except ValueError:
            return False
        self._generation, self.applied = state.generation, state.applied
        return True

    def close(self, *, seal: bool) -> None:
        """Close the index; ``seal`` when this process wrote it and everything is committed."""
        seal = seal and self._writer is not None and not self._failed
        try:
            with self._writing() if seal else suppress(ValueError, OSError, RuntimeError):
                self._drop_writer()
                if seal:
                    self._folder.seal(self._generation, self.applied, FORMAT)
        finally:
            self._index = self._reading = None

    def rebuild(self, catalogue: Passages) -> None:
        """Make a new generation from the catalogue beside the live one, check it, then switch."""
        self._drop_writer()
        applied = catalogue.last_change()
        generation, path = self._folder.next_generation()
        try:
            with self._writing():
                self._open(path)
                writer = self._start_writing()
                for chunk in catalogue.all_passages():
                    writer.add_document(_document(chunk))
                self._commit()
                if self.count() != catalogue.chunk_count():
                    raise RuntimeError("a rebuilt keyword index does not hold every chunk")
                self._drop_writer()
                self._folder.seal(generation, applied, FORMAT)
        except BaseException:
            self.close(seal=False)
            shutil.rmtree(path, ignore_errors=True)
            raise
        self._generation, self.applied, self._failed = generation, applied, False

    # Following the catalogue

    def catch_up(self, catalogue: Passages) -> None:
        """Apply every change of the catalogue after the last one applied.

        Raises:
            WriteFailed: The disk is full or refuses; the index is made again before it is used again.
        """
        changes = catalogue.changes_after(self.applied)
        if not changes:
            return
        touched = list(dict.fromkeys(change.article_id for change in changes))
        with self._writing():
            if self._writer is None:
                self._folder.mark_writing(self._generation, self.applied, FORMAT)
            writer = self._start_writing()
            for article_id in touched:
                writer.delete_documents_by_term("article_id", article_id)
            for chunk in catalogue.chunks_of(touched):
                writer.add_document(_document(chunk))
            self._commit()
        self.applied = changes[-1].number

    # Asking

    def count(self) -> int:
        """Return how many chunks the index holds."""
        return int(self._searcher().num_docs)

    def terms(self, text: str) -> list[str]:
        """Return a text's words as the index knows them: lower case, without accents, stemmed."""
        return list(self._terms_of(text) if len(text) < LONGEST_CACHED else self._analyzer.analyze(text))

    def _terms_of_words(self, text: str) -> tuple[str, ...]:
        return tuple(self._analyzer.analyze(text))

    def marks(self, text: str) -> list[int]:
        """Return the ``mark`` of each of a text's words."""
        return [self._mark_of(word) for word in _WORD.findall(text.lower())]

    def _mark_of_word(self, word: str) -> int:
        return mark("".join(self._analyzer.analyze(word)[:1]))

    def inverse_document_frequencies(self, terms: Iterable[str]) -> dict[str, float]:
        """Return how rare each term is: BM25's idf, over 0 for every term, highest for one that never occurs."""
        live = self._live()
        total = int(live.searcher.num_docs)
        found = {term: live.passages_with(term) for term in dict.fromkeys(terms)}
        return {term: math.log(1 + (total - df + 0.5) / (df + 0.5)) for term, df in found.items()}

    def query(
        self, text: str, n: int, filters: Filters | None = None, phrases: Sequence[str] = ()
    ) -> list[tuple[str, float]]:
        """Return at most ``n`` (chunk id, BM25 score), best first; words that stand as in a phrase count once more."""
        words = self._any_of(self._telling(self.terms(text)), [self.terms(phrase) for phrase in phrases])
        return [] if words is None else self._search([(tantivy.Occur.Must, words), *self._limits(filters)], n)

    def _telling(self, terms: Sequence[str]) -> Sequence[str]:
        """Leave out words that are in so many chunks that they tell nothing, and take most of the time to look up."""
        live = self._live()
        chunks = int(live.searcher.num_docs)
        if chunks < MANY:
            return terms
        return [term for term in terms if live.passages_with(term) <= COMMON * chunks] or terms

    def scores(self, text: str, chunk_ids: Sequence[str]) -> dict[str, float]:
        """Return the BM25 scores of given chunks; one without a common word is missing."""
        words = self._any_of(self._telling(self.terms(text)))
        if words is None or not chunk_ids:
            return {}
        wanted = tantivy.Query.term_set_query(self._schema, "chunk_id", list(chunk_ids))
        return dict(self._search([(tantivy.Occur.Must, words), _silently(wanted)], len(chunk_ids)))

    def holds(self, word: str) -> bool:
        """Say whether any form of a word stands in the archive."""
        return all(map(self.passages_with, self.terms(word)))

    def passages_with(self, term: str) -> int:
        """Count the passages that hold a term."""
        return self._live().passages_with(term)

    def one_typo_from(self, word: str) -> list[str]:
        """Return the archive's terms that differ from a word by one typo, most frequent first."""
        forms = {word.lower(), *self.terms(word)}
        near = {
            term: count
            for form in forms
            for more in (-1, 0, 1)
            for term, count in self._with_like_letters(form, len(form) + more)
            if one_typo(form, term)
        }
        return sorted(near, key=lambda term: (-near[term], term))

    def _with_like_letters(self, form: str, length: int) -> Iterator[tuple[str, int]]:
        """Yield the terms of a length whose letters are a form's but for one on each side."""
        terms, letters = self._terms_by_length().get(length, ([], None))
        if letters is not None:
            for at in np.flatnonzero(np.bitwise_count(letters ^ _letters(form)) <= 2).tolist():
                yield terms[at]

    def with_term(self, term: str, others: str) -> tuple[str, float] | None:
        """Return the best chunk that holds a term and a word of the others (any, if there are none), and its score."""
        clauses = [(tantivy.Occur.Must, tantivy.Query.term_query(self._schema, "text", term))]
        words = self._any_of(self.terms(others))
        if words is not None:
            clauses.append((tantivy.Occur.Must, words))
        return next(iter(self._search(clauses, 1)), None)

    def _terms_by_length(self) -> "dict[int, tuple[list[tuple[str, int]], NDArray[np.uint64]]]":
        """Return every term with how many chunks hold it, and their letters; read once until the next change."""
        state = (self._generation, self.applied)
        if self._dictionary is None or self._dictionary[0] != state:
            by_length: dict[int, list[tuple[str, int]]] = {}
            for term, count in self._searcher().terms_with_prefix("text", ""):
                by_length.setdefault(len(term), []).append((term, count))
            self._dictionary = (
                state,
                {
                    length: (terms, np.array([_letters(term) for term, _ in terms], dtype=np.uint64))
                    for length, terms in by_length.items()
                },
            )
        return self._dictionary[1]

    def articles_with(self, text: str, filters: Filters | None = None) -> set[str]:
        """Return the ids of the articles that hold every word of a text somewhere in title, publisher, date or body."""
        found: set[str] | None = None
        for term in dict.fromkeys(self.terms(text)):
            wanted = (tantivy.Occur.Must, tantivy.Query.term_query(self._schema, "text", term, "basic"))
            hits = self._search([wanted, *self._limits(filters)], int(self._searcher().num_docs))
            articles = {article_of(key) for key, _ in hits}
            found = articles if found is None else found & articles
            if not found:
                break
        return found or set()

    def _search(self, clauses: "list[tuple[tantivy.Occur, tantivy.Query]]", n: int) -> list[tuple[str, float]]:
        live = self._live()
        searcher, known = live.searcher, live.chunk_ids
        query = tantivy.Query.boolean_query(clauses) if len(clauses) > 1 else clauses[0][1]
        hits = searcher.search(query, limit=max(n, 1), count=False).hits
        found = []
        for score, address in hits:
            place = (address.segment_ord, address.doc)
            chunk_id = known.get(place)
            if chunk_id is None:  # reading it from the store takes as long as finding it
                chunk_id = known[place] = str(searcher.doc(address).get_first("chunk_id"))
            found.append((chunk_id, float(score)))
        if len(known) > CACHED_ADDRESSES:
            known.clear()
        return found

    def _any_of(self, terms: Sequence[str], phrases: Sequence[Sequence[str]] = ()) -> "tantivy.Query | None":
        queries = [self._term(term, times) for term, times in Counter(terms[:MOST_TERMS]).items()]
        queries += [
            tantivy.Query.phrase_query(self._schema, "text", [*phrase[:MOST_TERMS]])
            for phrase in phrases
            if len(phrase) > 1
        ]
        if not queries:
            return None
        return tantivy.Query.boolean_query([(tantivy.Occur.Should, query) for query in queries])

    def _term(self, term: str, times: int) -> "tantivy.Query":
        """Look a term up once however often it is asked: the same scores as so many look-ups, in one pass."""
        query = tantivy.Query.term_query(self._schema, "text", term)
        return query if times == 1 else tantivy.Query.boost_query(query, float(times))

    def _limits(self, filters: Filters | None) -> "list[tuple[tantivy.Occur, tantivy.Query]]":
        if not filters:
            return []
        clauses = []
        if filters.publishers:
            names = [publisher_key(name) for name in filters.publishers]
            clauses.append(_silently(tantivy.Query.term_set_query(self._schema, "publisher", names)))
        if filters.first_day or filters.last_day:
            first, last = _day_number(filters.first_day), _day_number(filters.last_day)
            clauses.append(
                _silently(
                    tantivy.Query.range_query(
                        self._schema, "day", tantivy.FieldType.Integer, 1 if first is None else first, last
                    )
                )
            )
        if filters.article_ids is not None:
            ids = list(filters.article_ids) or [""]
            clauses.append(_silently(tantivy.Query.term_set_query(self._schema, "article_id", ids)))
        if filters.exclude_article_ids:
            banned = tantivy.Query.term_set_query(self._schema, "article_id", list(filters.exclude_article_ids))
            clauses.append((tantivy.Occur.MustNot, banned))
        return clauses

    def _searcher(self) -> tantivy.Searcher:
        return self._live().searcher

    def _live(self) -> _Live:
        assert self._reading is not None, "the keyword index is not open"
        return self._reading

    def _reload(self) -> None:
        """Search what is committed by now; addresses of before mean other chunks."""
        assert self._index is not None
        self._index.reload()
        self._reading = _Live(self._index.searcher())

    def _open(self, path: Path) -> None:
        self._schema = _schema()
        self._index = tantivy.Index(self._schema, path=str(path), reuse=True)
        self._index.register_tokenizer(ANALYZER, _analyzer())
        self._reload()

    def _start_writing(self) -> tantivy.IndexWriter:
        if self._writer is None:
            assert self._index is not None, "the keyword index is not open"
            self._writer = self._index.writer(heap_size=WRITER_BYTES, num_threads=1)
        return self._writer

    def _commit(self) -> None:
        assert self._writer is not None
        self._writer.commit()
        self._reload()

    def _drop_writer(self) -> None:
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.wait_merging_threads()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Say in our words that the disk refused; what failed once is never sealed."""
        try:
            yield
        except BaseException as exc:
            self._failed = True
            if isinstance(exc, ValueError | OSError):  # tantivy raises ValueError for whatever fails in it
                raise WriteFailed(f"The keyword index could not be written: {exc}.") from exc
            raise


def function_words(words: Iterable[str], language: str) -> frozenset[str]:
    """Return those of some words that say nothing about the matter; none for a language without a list of them.

    >>> sorted(function_words(["Wo", "ist", "die", "Fähre"], "German"))
    ['Wo', 'die', 'ist']
    """
    try:
        listed = _stop_words(language.lower())
    except ValueError:
        return frozenset()
    return frozenset(word for word in words if not listed.analyze(word))


@lru_cache(32)
def _stop_words(language: str) -> tantivy.TextAnalyzer:
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.raw()).filter(tantivy.Filter.lowercase())
    return builder.filter(tantivy.Filter.stopword(language)).build()


def mark(term: str) -> int:
    """Return a number of 64 bits that stands for a term while this process runs, so that many compare at once."""
    return hash(term)


def _letters(word: str) -> np.uint64:
    """Return a number with a bit for each letter of a word: one typo changes at most two."""
    found = 0
    for letter in word:
        found |= 1 << (ord(letter) & 63)
    return np.uint64(found)


def one_typo(one: str, other: str) -> bool:
    """Say whether two words differ by one letter added, left out or exchanged, or by two neighbours swapped.

    >>> one_typo("saltmeer", "saltmere"), one_typo("saltmere", "saltmore"), one_typo("ferry", "fairy")
    (True, True, False)
    """
    start = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    left, right = one[start:], other[start:]
    while left and right and left[-1] == right[-1]:
        left, right = left[:-1], right[:-1]
    return max(len(left), len(right)) == 1 or (len(left) == 2 and left == right[::-1])


def header(chunk: StoredChunk) -> str:
    """Return what stands in front of a chunk's text for BM25: title, publisher and date, in words and digits."""
    about = chunk.chunk
    day = about.published_at[:10] if about.published_at else ""
    return "\n".join(part for part in (about.title, about.publisher, _spoken_day(day), day) if part)


@lru_cache(10_000)
def _spoken_day(day: str) -> str:
    from datetime import date

    try:
        return f"{date.fromisoformat(day):%d %B %Y}"
    except ValueError:
        return ""


def _document(chunk: StoredChunk) -> tantivy.Document:
    about = chunk.chunk
    document = tantivy.Document()
    document.add_text("chunk_id", about.id)
    document.add_text("article_id", about.article_id)
    document.add_text("publisher", publisher_key(about.publisher or ""))
    document.add_integer("day", _day_number((about.published_at or "")[:10]) or 0)
    document.add_text("text", f"{header(chunk)}\n{about.text}")
    return document


def _day_number(day: str | None) -> int | None:
    digits = (day or "").replace("-", "")
    return int(digits) if len(digits) == 8 and digits.isdigit() else None


def _silently(query: tantivy.Query) -> "tuple[tantivy.Occur, tantivy.Query]":
    # A limit decides who may come, not how well he scores.
    return tantivy.Occur.Must, tantivy.Query.const_score_query(query, 0.0)


def _analyzer() -> tantivy.TextAnalyzer:
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    for step in (tantivy.Filter.remove_long(60), tantivy.Filter.lowercase(), tantivy.Filter.ascii_fold()):
        builder = builder.filter(step)
    return builder.filter(tantivy.Filter.stemmer("english")).build()


def _schema() -> tantivy.Schema:
    builder: Any = tantivy.SchemaBuilder()
    builder.add_text_field("chunk_id", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("article_id", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("publisher", tokenizer_name="raw", index_option="basic")
    builder.add_integer_field("day", indexed=True, fast=True)
    builder.add_text_field("text", tokenizer_name=ANALYZER, index_option="position")
    schema: tantivy.Schema = builder.build()
    return schema
