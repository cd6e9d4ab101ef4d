"""An index is deleted, truncated, or has 20 random bytes flipped: found, made again, nothing embedded."""

import shutil

import pytest

from tests.drills import harness

FLIPPED = 20
KEYWORD = ["*.store", "*.term", "*.pos", "*.idx", "*.fieldnorm", "*.fast", "meta.json", "../state.json"]
GRAPH = ["*/data_level0.bin", "*/link_lists.bin", "*/header.bin", "*/length.bin", "*/index_metadata.pickle"]
VECTORS = [*GRAPH, "chroma.sqlite3", "../state.json"]
FILES = [("keyword", pattern) for pattern in KEYWORD] + [("vectors", pattern) for pattern in VECTORS]


def damaged(stage, tmp_path, index, pattern):
    """Copy the archive and return its folder and the largest file of that name."""
    data = harness.copy(stage.after, tmp_path / "data")
    found = sorted((data / index / "000001").glob(pattern), key=lambda path: path.stat().st_size)
    if not found and pattern.endswith("index_metadata.pickle"):
        pytest.skip("a small graph is not on disk")
    return data, found[-1]


def must_be_found(data, index, pattern):
    """Say whether every byte of the file matters: a graph that is not persisted yet is made again at every opening."""
    persisted = bool(list(data.glob("vectors/*/*/index_metadata.pickle")))
    return pattern != "chroma.sqlite3" and (persisted or pattern not in GRAPH)


def assert_mended(data, stage, index, *, found):
    """The answers are those from before, with no model loaded; ``found``: the index had to be made again."""
    told = harness.examine(data)
    word = index.removesuffix("s")
    repairs = [f"The {word} index was missing or damaged and was made again from the catalogue."]
    assert told["repairs"] in ([repairs] if found else [repairs, []])
    harness.assert_sound(told)
    harness.same_answers(told, stage.undisturbed)
    print("repaired" if told["repairs"] else "harmless")  # noqa: T201


@pytest.mark.parametrize(("index", "pattern"), FILES)
@pytest.mark.parametrize("keep_time", [True, False])
def test_random_bytes_flipped(stage, tmp_path, index, pattern, keep_time):
    data, path = damaged(stage, tmp_path, index, pattern)
    if path.stat().st_size == 0:
        pytest.skip("an empty file has no bytes to flip")
    found = must_be_found(data, index, pattern)
    harness.flip(path, FLIPPED, f"{pattern}{keep_time}", keep_time)
    assert_mended(data, stage, index, found=found)


@pytest.mark.parametrize("seed", range(6))
def test_bytes_flipped_in_chroma_s_database(stage, tmp_path, seed):
    data, path = damaged(stage, tmp_path, "vectors", "chroma.sqlite3")
    harness.flip(path, FLIPPED, seed, keep_time=True)
    assert_mended(data, stage, "vectors", found=False)


@pytest.mark.parametrize(("index", "pattern"), FILES)
def test_a_file_truncated(stage, tmp_path, index, pattern):
    data, path = damaged(stage, tmp_path, index, pattern)
    found = must_be_found(data, index, pattern) and path.stat().st_size > 0
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert_mended(data, stage, index, found=found or pattern == "chroma.sqlite3")


@pytest.mark.parametrize("index", ["keyword", "vectors"])
def test_a_folder_deleted_or_emptied(stage, tmp_path, index):
    for name in (".", "000001"):
        data = harness.copy(stage.after, tmp_path / "data")
        shutil.rmtree(data / index / name)
        assert_mended(data, stage, index, found=True)


def test_both_folders_deleted(stage, tmp_path):
    data = harness.copy(stage.after, tmp_path / "data")
    shutil.rmtree(data / "keyword")
    shutil.rmtree(data / "vectors")
    told = harness.examine(data, "write")
    assert len(told["repairs"]) == 2
    harness.assert_sound(told)
    harness.same_answers(told, stage.undisturbed)


def test_several_readers_and_writers_later_nothing_was_rebuilt(stage, tmp_path):
    data = harness.copy(stage.after, tmp_path / "data")
    for how in ((), ("write",), (), (), ("write",)):
        told = harness.examine(data, *how)
        assert told["repairs"] == []
        harness.assert_sound(told)
        assert told["answers"] == stage.undisturbed["answers"]
