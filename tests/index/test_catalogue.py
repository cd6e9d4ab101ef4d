"""The catalogue: identity, revisions, tombstones, filters, transactions and the change log."""

import sqlite3
from dataclasses import replace

import numpy as np
import pytest

from qa.errors import ArchiveDamaged, NotFound
from qa.index.catalogue import Catalogue, article_id, identity
from qa.types import ArticleDraft, ChunkDraft, EmbeddedChunk, Filters, Prepared, Span

CHANGED = ("text", "A new text of it. It is another one.")


def prepared(draft):
    """One chunk of two sentences with vectors that are drawn from the text."""
    rng = np.random.default_rng(len(draft.text))
    rows = rng.standard_normal((3, 8)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    middle = len(draft.text) // 2
    chunk = ChunkDraft(0, len(draft.text), (Span(0, middle), Span(middle, len(draft.text))))
    return Prepared(draft, (EmbeddedChunk(chunk, rows[0], rows[1:]),))


def draft(number=1, **fields):
    values = {"text": f"Report {number} of the harbour. It says little.", "url": f"https://example.org/{number}"}
    return ArticleDraft(**{**values, **fields})


@pytest.fixture
def catalogue(tmp_path):
    made = Catalogue(tmp_path)
    yield made
    made.close()


def put(catalogue, *drafts):
    return [(known.article_id, known.state) for known in catalogue.put([prepared(one) for one in drafts])]


# Identity ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        (draft(), draft(text="Other words."), True),
        (draft(), draft(url="https://example.org/2"), False),
        (draft(external_id="7", corpus="a"), draft(external_id="8", corpus="b"), True),  # the URL comes first
        (draft(url=None, external_id="7", corpus="a"), draft(url=None, external_id="7", corpus="a", text="x"), True),
        (draft(url=None, external_id="7", corpus="a"), draft(url=None, external_id="7", corpus="b"), False),
        (draft(url=None, external_id='7"]', corpus="a"), draft(url=None, external_id="7", corpus='a"]'), False),
        (draft(url=None), draft(url=None, title="Another title"), True),
        (draft(url=None), draft(url=None, text="Other words."), False),
        (draft(url=None, text="url https://example.org/1"), draft(), False),
    ],
)
def test_identity_is_url_else_corpus_and_id_else_content(left, right, same):
    assert (identity(left) == identity(right)) is same
    assert (article_id(left) == article_id(right)) is same


# Storing -----------------------------------------------------------------------------------------------------------


def test_an_article_comes_back_as_it_was_given(catalogue):
    given = draft(
        text="🎣 Cod.\n\nÄnne Groß said “no”. 今年は豊漁だ。",
        title="<b>T</b> '; DROP TABLE articles; --",
        publisher="P%_",
        author="A",
        published_at="2024-03-01T08:30:00+01:00",
        updated_at="2024-03-02",
        retrieved_at="2024-03-03T00:00:00Z",
        language="de",
        section="S",
        external_id="e",
        corpus="c",
        source="/x/y.jsonl",
    )
    ((key, state),) = put(catalogue, given)
    article = catalogue.article(key)
    assert state == "new"
    assert (article.id, article.revision) == (key, 1)
    for name in article.__dataclass_fields__:
        if name not in {"id", "revision"}:
            assert getattr(article, name) == getattr(given, name), name


def test_what_is_unknown_stays_unknown(catalogue):
    ((key, _),) = put(catalogue, draft(url=None))
    article = catalogue.article(key)
    empty = ("title", "url", "external_id", "publisher", "author", "published_at", "updated_at", "retrieved_at")
    assert [getattr(article, name) for name in empty] == [None] * len(empty)


@pytest.mark.parametrize(
    ("field", "value", "state", "revision"),
    [
        (*CHANGED, "changed", 2),
        ("title", "A better title", "metadata", 1),
        ("publisher", "Echo", "metadata", 1),
        ("published_at", "2024-01-01", "metadata", 1),
        ("updated_at", "2024-01-02", "metadata", 1),
        ("retrieved_at", "2024-01-03", "unchanged", 1),
        ("source", "/elsewhere.txt", "unchanged", 1),
    ],
)
def test_what_changed_is_told_apart_before_and_when_it_is_stored(catalogue, field, value, state, revision):
    ((key, _),) = put(catalogue, draft())
    changed = draft(**{field: value})
    assert [(known.article_id, known.state) for known in catalogue.classify([changed])] == [(key, state)]
    assert put(catalogue, changed) == [(key, state)]
    assert catalogue.article(key).revision == revision
    assert put(catalogue, changed) == [(key, "unchanged")]
    assert (catalogue.chunk_count(), len(catalogue.summaries(Filters()))) == (1, 1)


def test_an_older_revision_keeps_its_text_and_loses_its_chunks(catalogue):
    ((key, _),) = put(catalogue, draft())
    put(catalogue, draft(text="Second text. With two sentences."))
    assert catalogue.article(key, 1).text == draft().text
    assert catalogue.article(key).text == catalogue.article(key, 2).text == "Second text. With two sentences."
    assert catalogue.chunk_ids() == [f"{key}-2-0000"]
    for missing in (0, 3, -1):
        with pytest.raises(NotFound, match=f"in revision {missing}"):
            catalogue.article(key, missing)


def test_the_same_text_elsewhere_is_named(catalogue):
    ((first, _),) = put(catalogue, draft(1, text="The same."))
    (known,) = catalogue.classify([draft(2, text="The same.")])
    assert (known.state, known.duplicate_of) == ("new", first)


def test_a_removed_article_leaves_a_tombstone_without_text(catalogue, tmp_path):
    ((key, _), (other, _)) = put(catalogue, draft(text="Secret words. Twice."), draft(2))
    put(catalogue, draft(text="Secret words. Thrice."))
    assert catalogue.remove([key, key, "unknown"]) == 1
    with pytest.raises(NotFound):
        catalogue.article(key)
    for revision in (1, 2):
        with pytest.raises(NotFound):
            catalogue.article(key, revision)
    assert [summary.id for summary in catalogue.summaries(Filters())] == [other]
    assert catalogue.chunk_count() == 1
    assert catalogue.classify([draft()])[0].state == "removed"
    assert put(catalogue, draft()) == [(key, "removed")]
    assert catalogue.remove([key]) == 0
    assert [known.duplicate_of for known in catalogue.classify([draft(3, text="Secret words. Thrice.")])] == [None]
    dump = "\n".join(sqlite3.connect(tmp_path / "catalogue.sqlite3").iterdump())
    assert key in dump
    assert "Secret" not in dump


def test_a_batch_is_stored_whole_or_not_at_all(catalogue):
    put(catalogue, draft(1))
    before = catalogue.last_change()
    broken = replace(prepared(draft(3)), chunks=(object(),))
    with pytest.raises(AttributeError):
        catalogue.put([prepared(draft(2)), prepared(draft(1, text="New words.")), broken])
    assert catalogue.last_change() == before
    assert [summary.revision for summary in catalogue.summaries(Filters())] == [1]
    assert put(catalogue, draft(2))[0][1] == "new"


def test_one_identity_twice_in_a_batch_is_one_article(catalogue):
    assert [state for _, state in put(catalogue, draft(), draft(), draft(text="Again."))] == [
        "new",
        "unchanged",
        "changed",
    ]
    assert catalogue.chunk_count() == 1


# Chunks ------------------------------------------------------------------------------------------------------------


def test_chunks_come_back_with_their_places_and_vectors(catalogue):
    text = "🎣 Cod was landed. Änne said: 今年は豊漁だ。 co\N{COMBINING DIAERESIS}op"
    given = prepared(draft(text=text, title="T", publisher="P", published_at="2024-01-01"))
    inner = given.chunks[0]
    moved = replace(inner, draft=ChunkDraft(2, 30, (Span(2, 17), Span(18, 30))))
    catalogue.put([replace(given, chunks=(moved,))])
    (stored,) = catalogue.all_chunks()
    assert stored.chunk.text == text[2:30]
    assert (stored.chunk.title, stored.chunk.publisher, stored.chunk.published_at) == ("T", "P", "2024-01-01")
    assert stored.sentences == (Span(2, 17), Span(18, 30))
    assert np.array_equal(stored.vector, inner.vector)
    assert (stored.sentence_vectors * inner.sentence_vectors).sum(axis=1).min() > 0.999
    assert next(iter(catalogue.chunks_of([stored.chunk.article_id]))).id == stored.id
    assert list(catalogue.chunks_by_id([stored.id, "unknown"])) == [stored.id]


def test_more_ids_than_sqlite_binds_are_looked_up(catalogue):
    ((key, _),) = put(catalogue, draft())
    many = [f"none-{number}" for number in range(70_000)] + [f"{key}-1-0000"]
    assert catalogue.vectors(many)[0] == [f"{key}-1-0000"]
    assert catalogue.allowed(many, Filters()) == {f"{key}-1-0000"}
    assert catalogue.vectors([])[1].shape == (0, 0)


def test_the_change_log_names_each_chunk_that_went(catalogue):
    ((key, _),) = put(catalogue, draft())
    first = catalogue.last_change()
    put(catalogue, draft(title="New"))
    put(catalogue, draft(text="Changed."))
    catalogue.remove([key])
    changes = catalogue.changes_after(first)
    assert [change.dropped_ids for change in changes] == [[f"{key}-1-0000"], [f"{key}-1-0000"], [f"{key}-2-0000"]]
    assert [change.number for change in changes] == sorted({change.number for change in changes})
    assert {change.article_id for change in changes} == {key}
    assert catalogue.changes_after(catalogue.last_change()) == []


# Filters -----------------------------------------------------------------------------------------------------------

DAYS = {
    "early": draft(1, publisher="The Echo", published_at="2024-01-31T23:59:00-05:00"),
    "day": draft(2, publisher="the  ECHO", published_at="2024-02-01"),
    "late": draft(3, publisher="Courier", published_at="2024-02-02T00:00:00+09:00"),
    "undated": draft(4, publisher=None),
}


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(), {"early", "day", "late", "undated"}),
        (Filters(publishers=["THE Echo"]), {"early", "day"}),
        (Filters(publishers=["the echo", "courier"]), {"early", "day", "late"}),
        (Filters(publishers=["%"]), set()),
        (Filters(published_from="2024-02-01"), {"day", "late"}),
        (Filters(published_to="2024-01-31"), {"early"}),
        (Filters(published_from="2024-02-01", published_to="2024-02-01"), {"day"}),
        (Filters(published_from="2024-02-02", published_to="2024-02-01"), set()),
        (Filters(published_from="0001-01-01"), {"early", "day", "late"}),
        (Filters(article_ids=[]), set()),
        (Filters(article_ids=[article_id(DAYS["day"]), "unknown"]), {"day"}),
        (Filters(exclude_article_ids=[article_id(DAYS["day"])]), {"early", "late", "undated"}),
        (Filters(article_ids=[article_id(DAYS["day"])], exclude_article_ids=[article_id(DAYS["day"])]), set()),
    ],
)
def test_filters_allow_exactly_what_they_say(catalogue, filters, expected):
    put(catalogue, *DAYS.values())
    names = {article_id(one): name for name, one in DAYS.items()}
    assert {names[summary.id] for summary in catalogue.summaries(filters)} == expected
    assert catalogue.coverage(filters).articles == catalogue.chunk_count(filters) == len(expected)
    ids = catalogue.chunk_ids()
    assert {names[key.rsplit("-", 2)[0]] for key in catalogue.allowed(ids, filters)} == expected
    assert set(catalogue.filtered_vectors(filters)[0]) == catalogue.allowed(ids, filters)


def test_articles_are_listed_newest_first_and_undated_last(catalogue):
    put(catalogue, *DAYS.values())
    order = [article_id(DAYS[name]) for name in ("late", "day", "early", "undated")]
    assert [summary.id for summary in catalogue.summaries(Filters())] == order
    assert [summary.id for summary in catalogue.summaries(Filters(), 2, 1)] == order[1:3]
    assert catalogue.coverage(Filters()).newest_published_at == "2024-02-02T00:00:00+09:00"
    assert catalogue.coverage(Filters(article_ids=[order[3]])).newest_published_at is None
    assert catalogue.publishers() == ["Courier", "The Echo", "the  ECHO"]


def test_sources_are_found_under_their_folder_only(catalogue):
    sources = ["/a/b/x.txt", "/a/b/c/y.txt", "/a/bc/z.txt", "/a/B/x.txt", "/a_b/x.txt", None]
    put(catalogue, *[draft(number, source=source) for number, source in enumerate(sources)])
    assert {source for _, source in catalogue.sources_under("/a/b/")} == {"/a/b/x.txt", "/a/b/c/y.txt"}
    assert catalogue.sources_under("/a%") == []


# Health ------------------------------------------------------------------------------------------------------------


def test_a_sound_catalogue_has_no_problems_and_an_altered_text_is_found(catalogue, tmp_path):
    ((key, _), _) = put(catalogue, draft(1), draft(2))
    assert catalogue.problems() == []
    with sqlite3.connect(tmp_path / "catalogue.sqlite3") as raw:
        raw.execute("UPDATE revisions SET text = text || '!' WHERE article_id = ?", [key])
        raw.execute("UPDATE chunks SET revision = 9 WHERE article_id != ?", [key])
    raw.close()
    assert catalogue.problems() == [
        f"Article {key} does not hold the text that was stored.",
        "1 chunks belong to no current article.",
    ]


@pytest.mark.parametrize(
    "content", [b"not a database at all, just words\n" * 40, b"SQLite format 3\0" + b"\xff" * 4080]
)
def test_what_is_no_catalogue_is_refused_and_left_as_it_is(tmp_path, content):
    (tmp_path / "catalogue.sqlite3").write_bytes(content)
    with pytest.raises(ArchiveDamaged, match="restore it from a backup"):
        Catalogue(tmp_path)
    assert (tmp_path / "catalogue.sqlite3").read_bytes() == content


def test_a_catalogue_that_breaks_while_it_is_open_is_an_error_of_ours(catalogue, tmp_path):
    put(catalogue, *[draft(number) for number in range(200)])
    catalogue.close()
    damaged = bytearray((tmp_path / "catalogue.sqlite3").read_bytes())
    damaged[8192:] = b"\xff" * (len(damaged) - 8192)
    (tmp_path / "catalogue.sqlite3").write_bytes(damaged)
    with pytest.raises(ArchiveDamaged, match="cannot be read"):
        list(catalogue.all_chunks())


def test_values_are_kept(catalogue, tmp_path):
    catalogue.set_value("recipe", {"model": "é"})
    catalogue.set_value("recipe", {"model": "ü"})
    again = Catalogue(tmp_path)
    assert (again.value("recipe"), again.value("unknown")) == ({"model": "ü"}, None)
    again.close()


# Wiping ------------------------------------------------------------------------------------------------------------


def test_what_somebody_still_reads_is_wiped_later_and_not_forgotten(catalogue):
    ((key, _),) = put(catalogue, draft(text="The zanzibari apothecary left."))
    with catalogue._engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout=50")  # of the one connection in the pool
    reader = sqlite3.connect(catalogue.path, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM articles").fetchone()
    catalogue.remove([key])
    catalogue.wipe()
    assert catalogue.is_unwiped
    reader.close()
    catalogue.wipe()
    assert not catalogue.is_unwiped
    left = [path for path in catalogue.path.parent.iterdir() if b"zanzibari" in path.read_bytes()]
    assert left == []
