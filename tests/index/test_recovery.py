"""The drills in short: a killed ingestion, damaged files, a full disk. ``make drills`` has the long form."""

import shutil
import subprocess
import sys

import numpy as np
import pytest

from qa.config import Settings
from qa.index.archive import Archive
from qa.index.inspect import inspect
from qa.index.recipe import Recipe
from qa.index.vectors import ids_in
from tests.drills import corpus, harness
from tests.index.test_vectors import random_articles

RECIPE = Recipe("all-MiniLM-L6-v2@53aa51172d14", 384).as_dict()
"""Stored beforehand where vectors are random, so that no model is loaded to ask for its name."""


# Kills -------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def small(tmp_path_factory, embedder):
    return corpus.make(tmp_path_factory.mktemp("corpus"), embedder, editions=1, articles=12)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory, small):
    data = tmp_path_factory.mktemp("undisturbed") / "data"
    harness.run(data, small)
    return harness.examine(data)


def test_an_ingestion_that_was_killed_is_finished_by_the_next(tmp_path, small, undisturbed):
    killed = harness.kill_after(tmp_path / "data", small, "begins vectors", 2, delay=0.005)
    assert 6 <= len(killed.acknowledged) <= 12
    harness.assert_recovered(tmp_path / "data", killed, small, undisturbed)


def test_verify_after_a_kill_changes_neither_the_catalogue_nor_its_log(tmp_path, small):
    data = tmp_path / "data"
    harness.kill_after(data, small, "ends commit", 2, 0)
    before = contents(data)
    assert before["catalogue.sqlite3-wal"]
    assert all("was not left as it should be" in problem for problem in inspect(data))
    after = contents(data)
    # Beside a log SQLite keeps a scratch file of its own, which every reader writes.
    assert {**after, "catalogue.sqlite3-shm": b""} == {**before, "catalogue.sqlite3-shm": b""}


def contents(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# Damage ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def grown(tmp_path_factory):
    """An archive whose graph Chroma has written to disk, with a rest that it has not."""
    folder = tmp_path_factory.mktemp("grown") / "data"
    with Archive.open(Settings(data_dir=folder)) as archive:
        archive.catalogue.set_value("recipe", RECIPE)
        for part in np.array_split(list(random_articles(60, chunks=20)), 3):
            archive.put(list(part))
            archive.refresh()
    assert list(folder.glob("vectors/000001/*/index_metadata.pickle"))
    return folder


def answers(archive):
    ids, matrix = archive.catalogue.vectors(archive.catalogue.chunk_ids())
    assert sorted(ids_in(archive.vectors._opened())) == ids
    assert archive.keywords.count() == len(ids)
    found = [archive.vectors.query(matrix[at], 1)[0] for at in range(0, len(ids), 100)]
    assert [key for key, _ in found] == ids[::100]
    return len(ids)


@pytest.mark.parametrize("keep_time", [True, False])
@pytest.mark.parametrize(
    "pattern",
    [
        "keyword/000001/*.store",
        "keyword/000001/*.term",
        "keyword/000001/*.pos",
        "keyword/000001/meta.json",
        "keyword/state.json",
        "vectors/000001/*/data_level0.bin",
        "vectors/000001/*/link_lists.bin",
        "vectors/000001/*/index_metadata.pickle",
        "vectors/state.json",
    ],
)
def test_flipped_bytes_are_found_and_the_index_made_again(grown, tmp_path, pattern, keep_time):
    data = harness.copy(grown, tmp_path / "data")
    harness.flip(max(data.glob(pattern), key=lambda path: path.stat().st_size), 20, pattern, keep_time)
    with Archive.open(Settings(data_dir=data), read_only=True) as archive:
        assert [repair.split()[1] + "s" for repair in archive.repairs] == [pattern.split("/")[0].rstrip("s") + "s"]
        assert answers(archive) == 1200
        assert "embedder" not in vars(archive)


@pytest.mark.parametrize("seed", range(4))
def test_flipped_bytes_in_chroma_s_database_never_change_an_answer(grown, tmp_path, seed):
    data = harness.copy(grown, tmp_path / "data")
    harness.flip(data / "vectors" / "000001" / "chroma.sqlite3", 20, seed, keep_time=True)
    with Archive.open(Settings(data_dir=data), read_only=True) as archive:
        assert answers(archive) == 1200


# A full disk -------------------------------------------------------------------------------------------------------

FULL_DISK = """
import resource, sys
from qa.config import Settings
from qa.errors import WriteFailed
from qa.index.archive import Archive
from tests.index.test_recovery import RECIPE
from tests.index.test_vectors import random_articles

data, limit, refresh = sys.argv[1], int(sys.argv[2]), sys.argv[3] == "refresh"
articles = list(random_articles(60, chunks=20))
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
stored = 0
try:
    with Archive.open(Settings(data_dir=data)) as archive:
        archive.catalogue.set_value("recipe", RECIPE)
        for first in range(0, 60, 4):
            stored += len(archive.put(articles[first : first + 4]))
            if refresh:
                archive.refresh()
except WriteFailed as error:
    print(stored, error.user_message)
"""


@pytest.mark.parametrize(
    ("limit", "refresh"), [(60_000, "refresh"), (300_000, "later"), (420_000, "refresh"), (1_500_000, "refresh")]
)
def test_a_full_disk_is_said_and_loses_nothing(tmp_path, limit, refresh):
    """No file may grow past the limit, which is what a full disk is to SQLite, Chroma and tantivy.

    60,000 bytes end the making of the catalogue, 300,000 Chroma at the end, 420,000 Chroma, 1,500,000 the catalogue.
    """
    data = tmp_path / "data"
    command = [sys.executable, "-c", FULL_DISK, str(data), str(limit), refresh]
    done = subprocess.run(command, capture_output=True, text=True, env=harness.ENVIRONMENT, check=False)
    assert done.returncode == 0, done.stderr[-1500:]
    stored, message = done.stdout.strip().split(" ", 1)
    assert "could not be written" in message
    with Archive.open(Settings(data_dir=data)) as archive:
        assert len(archive.articles()) == int(stored)
        assert archive.put(list(random_articles(60, chunks=20)))
        archive.catalogue.set_value("recipe", RECIPE)
        archive.refresh()
        assert answers(archive) == 1200
    assert inspect(data) == []


def test_a_folder_that_becomes_unusable_while_it_is_open_is_given_back(settings):
    archive = Archive.open(settings)
    archive.catalogue.remove([archive.articles()[0].id])  # a change that the indexes have not followed yet
    shutil.rmtree(settings.data_dir / "keyword")
    (settings.data_dir / "keyword").write_text("in the way")
    with pytest.raises(Exception, match="keyword index could not be written"):
        archive.close()
    (settings.data_dir / "keyword").unlink()
    with Archive.open(settings) as archive:
        assert archive.keywords.count() == archive.vectors.count() == archive.catalogue.chunk_count()
