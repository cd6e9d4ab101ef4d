"""The archive as a whole: both indexes follow the catalogue, and readers, writers and settings are kept apart."""

import os
import shutil
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from ingest.chunk import cut
from qa import embedding
from qa.config import PACKAGED_MODEL, Settings
from qa.errors import DatelineError, FolderLocked, IndexMismatch, NotFound
from qa.index.archive import Archive, archive_exists
from qa.index.catalogue import Catalogue, article_id
from qa.index.inspect import inspect
from qa.index.recipe import CHUNKING
from qa.index.vectors import ids_in
from qa.types import Filters, Prepared
from tests.conftest import ARTICLES


def indexed(archive, article):
    """Return the ids of an article's chunks as catalogue, vector index and keyword index know them."""
    keywords = archive.keywords.query("the a of in to die report", 10_000, Filters(article_ids=[article]))
    return (
        sorted(chunk.id for chunk in archive.catalogue.chunks_of([article])),
        sorted(key for key in ids_in(archive.vectors._opened()) if key.startswith(article)),
        sorted(key for key, _ in keywords),
    )


def assert_agreed(archive):
    assert sorted(ids_in(archive.vectors._opened())) == archive.catalogue.chunk_ids()
    assert archive.keywords.count() == archive.catalogue.chunk_count()


# Following the catalogue -------------------------------------------------------------------------------------------


def test_a_new_archive_holds_what_was_put_and_names_its_recipe(archive):
    assert len(archive.articles()) == len(ARTICLES)
    assert archive.recipe == f"all-MiniLM-L6-v2@53aa51172d14/384 {CHUNKING}"
    assert archive.repairs == []
    assert_agreed(archive)
    for draft in ARTICLES:
        article = archive.article(article_id(draft))
        assert article.text == draft.text
        for stored in archive.catalogue.chunks_of([article.id]):
            assert stored.chunk.text == article.text[stored.chunk.start : stored.chunk.end]


def test_new_text_replaces_the_chunks_in_both_indexes(writable, prepare):
    key = article_id(ARTICLES[0])
    changed = replace(ARTICLES[0], text="The report says that the tunnel opens in June. It is a long tunnel.")
    assert [known.state for known in writable.put([prepare(changed)])] == ["changed"]
    writable.refresh()
    assert indexed(writable, key) == ([f"{key}-2-0000"],) * 3
    assert not any(hit.startswith(key) for hit, _ in writable.keywords.query("bearings", 10))
    assert writable.vectors.query(writable.embedder.embed_query("tunnel opening"), 1)[0][0] == f"{key}-2-0000"
    assert_agreed(writable)


def test_several_revisions_between_two_refreshes_leave_only_the_last(writable, prepare):
    key = article_id(ARTICLES[1])
    for number in range(3):
        writable.put([prepare(replace(ARTICLES[1], text=f"The ferry report number {number}."))])
    writable.refresh()
    assert indexed(writable, key) == ([f"{key}-4-0000"],) * 3
    writable.put([prepare(replace(ARTICLES[1], text="The last ferry report."))])
    writable.remove([key])
    writable.refresh()
    assert indexed(writable, key) == ([], [], [])
    assert_agreed(writable)


def test_new_metadata_is_searchable_and_nothing_is_embedded(settings):
    key = article_id(ARTICLES[2])
    with Archive.open(settings) as archive:
        before = archive.catalogue.vectors([f"{key}-1-0000"])[1]
        known = archive.put([Prepared(replace(ARTICLES[2], title="Zanzibar", publisher="Quokka Times"))])
        archive.refresh()
        assert [one.state for one in known] == ["metadata"]
        assert "embedder" not in vars(archive)
        assert archive.keywords.query("zanzibar quokka", 5)[0][0] == f"{key}-1-0000"
        assert archive.keywords.query("wettest record", 5, Filters(publishers=["quokka times"]))
        assert archive.keywords.query("barley", 5, Filters(publishers=["valley echo"])) == []
        assert np.array_equal(archive.catalogue.vectors([f"{key}-1-0000"])[1], before)
        assert indexed(archive, key) == ([f"{key}-1-0000"],) * 3
        assert archive.article(key).revision == 1


def test_a_removed_article_is_in_neither_index_and_does_not_come_back(writable, prepare):
    key = article_id(ARTICLES[3])
    assert writable.remove([key]) == 1
    writable.refresh()
    assert indexed(writable, key) == ([], [], [])
    with pytest.raises(NotFound):
        writable.article(key)
    assert [known.state for known in writable.put([prepare(ARTICLES[3])])] == ["removed"]
    writable.refresh()
    assert indexed(writable, key) == ([], [], [])
    assert_agreed(writable)


def test_closing_makes_everything_searchable(settings, prepare):
    draft = replace(ARTICLES[0], url="https://courier.example/tram", text="The tram to the quarry runs again.")
    with Archive.open(settings) as archive:
        archive.put([prepare(draft)])
    with Archive.open(settings, read_only=True) as archive:
        assert archive.repairs == []
        assert archive.keywords.query("quarry tram", 1)[0][0] == f"{article_id(draft)}-1-0000"
        assert_agreed(archive)


def test_indexes_left_behind_by_the_catalogue_catch_up_without_a_rebuild(settings, prepare):
    catalogue = Catalogue(settings.data_dir)  # as a process leaves it that dies before it touches an index
    catalogue.put([prepare(replace(ARTICLES[0], url="https://courier.example/new"))])
    catalogue.put([prepare(replace(ARTICLES[0], url="https://courier.example/newer"))])
    catalogue.close()
    with Archive.open(settings, read_only=True) as archive:
        assert archive.repairs == []
        assert_agreed(archive)
        assert len(archive.articles()) == len(ARTICLES) + 2


# Opening -----------------------------------------------------------------------------------------------------------


def snapshot(folder):
    # SQLite keeps its log beside the catalogue for as long as somebody has it open.
    paths = (path for path in folder.rglob("*") if not path.name.endswith(("-wal", "-shm")))
    return {str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None for path in paths}


@pytest.mark.parametrize("name", ["a?b", "c#d", "e%20f", "g h", "Zoë 豊", "-x", "'q\"", "k;l&mode=ro"])
def test_a_folder_of_any_name_will_do(settings, tmp_path, name):
    moved = Settings(data_dir=settings.data_dir.rename(tmp_path / name))
    for read_only in (True, False, True):
        with Archive.open(moved, read_only=read_only) as archive:
            assert archive.repairs == []
            assert_agreed(archive)
    assert inspect(moved.data_dir) == []
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_opening_again_rebuilds_nothing(settings):
    for read_only in (True, False, True, True, False, True):
        with Archive.open(settings, read_only=read_only) as archive:
            assert archive.repairs == []
            assert archive.vectors.count() == archive.keywords.count()
    assert [path.name for path in (settings.data_dir / "vectors").glob("0*")] == ["000001"]


def test_two_readers_work_side_by_side(settings, embedder):
    vector = embedder.embed_query("bridge")
    with Archive.open(settings, read_only=True) as one, Archive.open(settings, read_only=True) as two:
        for _ in range(3):
            assert one.vectors.query(vector, 5) == two.vectors.query(vector, 5)
        assert one.repairs == two.repairs == []
    with Archive.open(settings, read_only=True) as again:
        assert again.repairs == []


def test_a_reader_in_another_process_rebuilds_nothing(settings):
    script = (
        "import sys; from qa.config import Settings; from qa.index.archive import Archive\n"
        "with Archive.open(Settings(data_dir=sys.argv[1]), read_only=True) as archive:\n"
        "    print(archive.repairs, archive.vectors.count() == archive.keywords.count())\n"
    )
    command = [sys.executable, "-c", script, str(settings.data_dir)]
    readers = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    assert [reader.communicate()[0] for reader in readers] == ["[] True\n"] * 3
    with Archive.open(settings) as archive:
        assert archive.repairs == []


def test_a_second_writer_is_refused_with_the_owner_s_pid(settings):
    with Archive.open(settings):
        for read_only in (False, True):
            with pytest.raises(FolderLocked, match=f"process {os.getpid()}"):
                Archive.open(settings, read_only=read_only)
    with Archive.open(settings) as archive:
        assert archive.repairs == []


def test_a_reader_writes_nothing(settings, prepare):
    with Archive.open(settings, read_only=True) as archive:
        for write in (
            lambda: archive.put([prepare(ARTICLES[0])]),
            lambda: archive.remove([article_id(ARTICLES[0])]),
            archive.rebuild,
            lambda: archive.re_embed(cut),
        ):
            with pytest.raises(DatelineError, match="open for reading only"):
                write()


def test_reading_what_is_not_there_makes_nothing(tmp_path):
    settings = Settings(data_dir=tmp_path / "data")
    with pytest.raises(NotFound, match="dateline ingest"):
        Archive.open(settings, read_only=True)
    assert not settings.data_dir.exists()
    assert not archive_exists(settings.data_dir)


def test_a_failed_opening_gives_the_folder_back(settings):
    with pytest.raises(IndexMismatch):
        Archive.open(settings.model_copy(update={"embedding_model": str(other_model(settings))}))
    with Archive.open(settings) as archive:
        assert archive.repairs == []


# Another recipe ----------------------------------------------------------------------------------------------------


def other_model(settings):
    folder = settings.data_dir.parent / "other-model"
    if not folder.exists():
        shutil.copytree(embedding.model_folder(PACKAGED_MODEL), folder)
    return folder


def test_another_model_in_the_settings_is_refused_until_the_archive_is_converted(settings):
    other = settings.model_copy(update={"embedding_model": str(other_model(settings))})
    before = snapshot(settings.data_dir)
    for read_only in (True, False):
        with pytest.raises(IndexMismatch, match="dateline repair --re-embed") as caught:
            Archive.open(other, read_only=read_only)
        assert "other-model@53aa51172d14" in caught.value.user_message
    assert snapshot(settings.data_dir) == before
    with Archive.open(other, convert=True) as archive:
        count = archive.catalogue.chunk_count()
        assert archive.re_embed(cut) == count
        assert archive.recipe.startswith("other-model@53aa51172d14/384 ")
        assert_agreed(archive)
    with Archive.open(other, read_only=True) as archive:
        assert archive.repairs == []
    with pytest.raises(IndexMismatch):
        Archive.open(settings)


def test_a_conversion_that_was_interrupted_is_refused_until_it_is_finished(settings):
    def stop(_progress):
        raise KeyboardInterrupt

    with Archive.open(settings) as archive, pytest.raises(KeyboardInterrupt):
        archive.re_embed(cut, progress=stop)
    with pytest.raises(IndexMismatch, match="incomplete"):
        Archive.open(settings, read_only=True)
    with Archive.open(settings, convert=True) as archive:
        archive.re_embed(cut)
    with Archive.open(settings, read_only=True) as archive:
        assert_agreed(archive)
    assert inspect(settings.data_dir) == []


# Damage ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["keyword", "vectors"])
@pytest.mark.parametrize("read_only", [True, False])
def test_a_deleted_index_is_made_again_from_the_catalogue(settings, embedder, name, read_only):
    vector = embedder.embed_query("bridge")
    with Archive.open(settings, read_only=True) as archive:
        before = (archive.keywords.query("the bridge", 5), archive.vectors.query(vector, 5))
    shutil.rmtree(settings.data_dir / name)
    with Archive.open(settings, read_only=read_only) as archive:
        word = name.removesuffix("s")
        assert archive.repairs == [f"The {word} index was missing or damaged and was made again from the catalogue."]
        keywords, vectors = archive.keywords.query("the bridge", 5), archive.vectors.query(vector, 5)
        assert dict(keywords) == pytest.approx(dict(before[0]))
        assert dict(vectors) == pytest.approx(dict(before[1]), abs=1e-6)
        assert "embedder" not in vars(archive)
        assert_agreed(archive)
    with Archive.open(settings, read_only=True) as archive:
        assert archive.repairs == []
    assert inspect(settings.data_dir) == []


def test_while_another_reads_a_damaged_index_is_not_touched(settings):
    with Archive.open(settings, read_only=True):
        (settings.data_dir / "keyword" / "state.json").unlink()
        before = snapshot(settings.data_dir / "keyword")
        with pytest.raises(FolderLocked, match="being read"):
            Archive.open(settings, read_only=True)
        assert snapshot(settings.data_dir / "keyword") == before
    with Archive.open(settings, read_only=True) as archive:
        assert len(archive.repairs) == 1


def test_two_readers_of_a_damaged_index_both_answer(settings):
    shutil.rmtree(settings.data_dir / "vectors")
    script = (
        "import sys; from qa.config import Settings; from qa.index.archive import Archive\n"
        "with Archive.open(Settings(data_dir=sys.argv[1]), read_only=True) as archive:\n"
        "    print(archive.vectors.count() == archive.keywords.count(), len(archive.repairs))\n"
    )
    command = [sys.executable, "-c", script, str(settings.data_dir)]
    readers = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    answers = [(reader.communicate(), reader.returncode) for reader in readers]
    told = [out for (out, _), code in answers if code == 0]
    assert "True 1\n" in told
    assert sum(out == "True 1\n" for out in told) == 1
    # Who came while the mending was under way was refused at once, in a sentence.
    assert all("is in use by process" in error for (_, error), code in answers if code)
    assert inspect(settings.data_dir) == []


def test_a_catalogue_put_back_from_a_backup_is_what_both_indexes_follow(settings, prepare):
    backup = (settings.data_dir / "catalogue.sqlite3").read_bytes()
    with Archive.open(settings) as archive:
        archive.put([prepare(replace(ARTICLES[0], url="https://courier.example/later"))])
    (settings.data_dir / "catalogue.sqlite3").write_bytes(backup)
    with Archive.open(settings, read_only=True) as archive:
        assert len(archive.repairs) == 2
        assert_agreed(archive)


def test_rebuilding_on_request_changes_no_answer(writable, embedder):
    vector = embedder.embed_query("bridge")
    before = writable.vectors.query(vector, 20)
    writable.rebuild()
    assert dict(writable.vectors.query(vector, 20)) == pytest.approx(dict(before), abs=1e-6)
    assert_agreed(writable)


# verify ------------------------------------------------------------------------------------------------------------


def test_verify_finds_nothing_wrong_and_changes_no_byte(settings):
    before = snapshot(settings.data_dir)
    assert inspect(settings.data_dir) == []
    assert snapshot(settings.data_dir) == before


@pytest.mark.parametrize(
    ("damage", "word"),
    [
        (lambda folder: shutil.rmtree(folder / "keyword"), "keyword"),
        (lambda folder: (folder / "vectors" / "state.json").write_text("{"), "vector"),
        (lambda folder: next(folder.glob("keyword/0*/*.store")).write_bytes(b""), "keyword"),
        (lambda folder: next(folder.glob("vectors/0*/chroma.sqlite3")).write_bytes(b""), "vector"),
    ],
)
def test_verify_tells_what_is_damaged_and_leaves_it_so(settings, damage, word):
    damage(settings.data_dir)
    before = snapshot(settings.data_dir)
    assert inspect(settings.data_dir) == [f"The {word} index is missing or was not left as it should be."]
    assert snapshot(settings.data_dir) == before


def test_verify_needs_an_archive_without_a_writer(settings, tmp_path):
    with pytest.raises(NotFound):
        inspect(tmp_path / "nothing")
    with Archive.open(settings), pytest.raises(FolderLocked, match=str(os.getpid())):
        inspect(settings.data_dir)
    with Archive.open(settings, read_only=True):
        assert inspect(settings.data_dir) == []
