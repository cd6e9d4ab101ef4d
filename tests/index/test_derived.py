"""A folder of derived files: generations, the writing mark, and every kind of change to a file."""

import os
import shutil

import pytest

from qa.index.derived import STATE_FILE, DerivedFolder


@pytest.fixture
def folder(tmp_path):
    made = DerivedFolder(tmp_path)
    generation, path = made.next_generation()
    (path / "sub").mkdir()
    (path / "a.bin").write_bytes(b"0123456789")
    (path / "sub" / "b.bin").write_bytes(b"")
    (path / "writer.lock").write_text("")
    made.seal(generation, 7, "format-1", "digest")
    return made


def overwrite(path, data):
    """Change a file and put its time back."""
    stat = path.stat()
    path.write_bytes(data)
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))


def test_a_sealed_generation_is_as_it_was_left(folder, tmp_path):
    again = DerivedFolder(tmp_path)
    state = again.state
    assert (state.generation, state.applied, state.recipe, state.writing, state.content) == (
        1,
        7,
        "format-1",
        False,
        "digest",
    )
    assert set(state.files) == {"a.bin", "sub/b.bin"}
    assert again.intact(state)


@pytest.mark.parametrize(
    "change",
    [
        lambda path: (path / "a.bin").unlink(),
        lambda path: (path / "a.bin").write_bytes(b"012345678"),
        lambda path: (path / "a.bin").write_bytes(b"0123456780"),
        lambda path: overwrite(path / "a.bin", b"1123456789"),
        lambda path: (path / "sub" / "b.bin").write_bytes(b"x"),
        lambda path: (path / "c.bin").write_bytes(b""),
        lambda path: (path / "a.bin").rename(path / "d.bin"),
    ],
)
def test_any_change_is_found(folder, change):
    change(folder.path(1))
    assert not folder.intact(folder.state)


def test_time_alone_and_lock_files_are_no_change(folder):
    os.utime(folder.path(1) / "a.bin", (1, 1))
    (folder.path(1) / "writer.lock").unlink()
    (folder.path(1) / "other.lock").write_text("x")
    assert folder.intact(folder.state)


def test_the_writing_mark_stays_until_sealed(folder):
    folder.mark_writing(1, 7, "format-1")
    assert folder.state.writing
    folder.seal(1, 9, "format-1")
    assert (folder.state.writing, folder.state.applied) == (False, 9)


def test_a_rebuild_gets_a_folder_of_its_own_and_sealing_it_drops_the_rest(folder, tmp_path):
    generation, path = folder.next_generation()
    assert (generation, list(path.iterdir())) == (2, [])
    assert folder.state.generation == 1
    assert folder.next_generation()[0] == 3
    folder.seal(2, 9, "format-1")
    assert sorted(child.name for child in tmp_path.iterdir()) == ["000002", STATE_FILE]


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "null",
        "7",
        "{}",
        '{"files": 3}',
        '{"generation": 1, "files": {}}',
        '{"files": {"a": null}}',
        "\0",
    ],
)
def test_an_unreadable_state_is_none(folder, tmp_path, content):
    (tmp_path / STATE_FILE).write_text(content)
    assert folder.state is None


def test_volatile_files_are_left_to_their_owner(tmp_path):
    folder = DerivedFolder(tmp_path, volatile=lambda path: path.suffix == ".db")
    generation, path = folder.next_generation()
    (path / "x.db").write_text("1")
    folder.seal(generation, 1, "f")
    (path / "x.db").write_text("22")
    assert folder.intact(folder.state)


def test_an_old_generation_is_deleted_though_a_file_appears_in_it_meanwhile(tmp_path, monkeypatch):
    folder = DerivedFolder(tmp_path)
    (tmp_path / "000001").mkdir()
    _, path = folder.next_generation()
    (path / "kept").write_text("kept")
    delete, late = shutil.rmtree, [1]

    def interrupted(child, **options):
        delete(child, **options)
        if late:
            child.mkdir()
            (child / f"late-{late.pop()}").write_text("words of a removed article")

    monkeypatch.setattr(shutil, "rmtree", interrupted)
    folder.drop_others(2)
    assert [child.name for child in tmp_path.iterdir()] == ["000002"]
