"""The database's version: newer ones are refused, older ones are brought up to date after a backup copy."""

import sqlite3

import pytest
from sqlalchemy import text

from qa.errors import ArchiveDamaged, SchemaTooNew
from qa.index.catalogue import Catalogue
from qa.index.catalogue_schema import FILE_NAME, SCHEMA_VERSION, connect, prepare


@pytest.fixture
def engine(tmp_path):
    made = connect(tmp_path / FILE_NAME)
    prepare(made, tmp_path / FILE_NAME, version=1)
    yield made
    made.dispose()


def rows(path, query):
    connection = sqlite3.connect(path)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def add_column(connection):
    connection.execute(text("ALTER TABLE articles ADD COLUMN mood TEXT"))


def version_of(path):
    return rows(path, "SELECT value FROM meta WHERE key = 'schema_version'")[0][0]


def test_a_new_catalogue_has_this_version_and_opening_it_again_changes_nothing(engine, tmp_path):
    path = tmp_path / FILE_NAME
    assert version_of(path) == "1"
    prepare(engine, path, version=1)
    assert sorted(tmp_path.glob("*backup*")) == []


def test_a_newer_catalogue_is_refused_and_kept(engine, tmp_path):
    with engine.begin() as connection:
        connection.execute(text("UPDATE meta SET value = '99' WHERE key = 'schema_version'"))
    with pytest.raises(SchemaTooNew, match=r"newer Dateline \(schema 99"):
        Catalogue(tmp_path)
    assert version_of(tmp_path / FILE_NAME) == "99"


def test_an_older_catalogue_is_migrated_after_a_backup_copy(engine, tmp_path):
    path = tmp_path / FILE_NAME
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO meta VALUES ('note', 'kept')"))
    order = []
    migrations = {
        1: lambda connection: (order.append(1), add_column(connection)),
        2: lambda connection: (
            order.append(2),
            connection.execute(text("UPDATE meta SET value='new' WHERE key='note'")),
        ),
    }
    prepare(engine, path, version=3, migrations=migrations)
    assert order == [1, 2]
    assert version_of(path) == "3"
    assert rows(path, "SELECT mood FROM articles") == []
    assert rows(path, "SELECT value FROM meta WHERE key = 'note'") == [("new",)]
    (backup,) = tmp_path.glob("*backup*")
    assert backup.name == "catalogue.schema1.backup.sqlite3"
    assert version_of(backup) == "1"
    assert rows(backup, "SELECT value FROM meta WHERE key = 'note'") == [("kept",)]
    with pytest.raises(sqlite3.OperationalError, match="mood"):
        rows(backup, "SELECT mood FROM articles")


def test_a_migration_that_fails_leaves_the_catalogue_as_it_was(engine, tmp_path):
    path = tmp_path / FILE_NAME

    def fails(connection):
        add_column(connection)
        raise RuntimeError("the power went")

    with pytest.raises(RuntimeError, match="the power went"):
        prepare(engine, path, version=2, migrations={1: fails})
    assert version_of(path) == "1"
    with pytest.raises(sqlite3.OperationalError, match="mood"):
        rows(path, "SELECT mood FROM articles")
    prepare(engine, path, version=2, migrations={1: add_column})
    assert version_of(path) == "2"


def test_a_half_made_catalogue_is_finished(tmp_path):
    raw = sqlite3.connect(tmp_path / FILE_NAME)
    raw.execute("CREATE TABLE meta (key VARCHAR PRIMARY KEY, value TEXT NOT NULL)")
    raw.close()
    Catalogue(tmp_path).close()
    assert version_of(tmp_path / FILE_NAME) == str(SCHEMA_VERSION)
    assert rows(tmp_path / FILE_NAME, "SELECT count(*) FROM chunks") == [(0,)]


@pytest.mark.parametrize("value", ["", "one", "1.5"])
def test_a_version_that_is_none_is_a_damaged_catalogue(engine, tmp_path, value):
    with engine.begin() as connection:
        connection.execute(text("UPDATE meta SET value = :value WHERE key = 'schema_version'"), {"value": value})
    with pytest.raises(ArchiveDamaged):
        Catalogue(tmp_path)


def test_an_archive_without_stories_gets_them(tmp_path):
    raw = sqlite3.connect(tmp_path / FILE_NAME)
    raw.executescript(
        "CREATE TABLE meta (key VARCHAR PRIMARY KEY, value TEXT NOT NULL);"
        "INSERT INTO meta VALUES ('schema_version', '1');"
        "CREATE TABLE articles (id VARCHAR PRIMARY KEY, identity TEXT NOT NULL UNIQUE, revision INTEGER NOT NULL, "
        "removed_at VARCHAR, may_return INTEGER NOT NULL, source TEXT, corpus TEXT, external_id TEXT, url TEXT, "
        "content_hash VARCHAR, publisher_key TEXT, published_day VARCHAR);"
        "CREATE TABLE revisions (article_id VARCHAR, revision INTEGER, publisher TEXT, text TEXT);"
        "INSERT INTO articles (id, identity, revision, may_return, content_hash) VALUES "
        "('a', 'a', 1, 0, 'same'), ('b', 'b', 1, 0, 'same'), ('c', 'c', 1, 0, 'other'), ('d', 'd', 1, 0, NULL);"
    )
    raw.close()
    catalogue = Catalogue(tmp_path)
    stories = {key: notes.story for key, notes in catalogue.notes(["a", "b", "c", "d"]).items()}
    assert stories == {"a": "a", "b": "a", "c": "c", "d": "d"}
    assert catalogue.alike([1, 2, 3]) == []
    catalogue.close()
    assert version_of(tmp_path / FILE_NAME) == str(SCHEMA_VERSION)
