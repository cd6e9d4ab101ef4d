"""One writer or several readers per folder; a lock dies with its process."""

import json
import os
import subprocess
import sys
import threading
import time

import pytest

from qa.errors import FolderLocked, WriteFailed
from qa.index.lock import FolderLock, owner

HOLD = """
import sys
from pathlib import Path
from qa.index.lock import FolderLock
lock = FolderLock(Path(sys.argv[1]), read_only=sys.argv[2] == "read")
if len(sys.argv) > 3: lock.announce(sys.argv[3])
print("held", flush=True)
sys.stdin.read()
lock.release()
"""


@pytest.fixture
def hold(tmp_path):
    """Start another process that holds the folder until it is ended."""
    started = []

    def holding(*how):
        process = subprocess.Popen(
            [sys.executable, "-c", HOLD, str(tmp_path), *how], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        started.append(process)
        assert process.stdout.readline() == "held\n"
        return process

    yield holding
    for process in started:
        process.kill()
        process.communicate()


def test_a_second_writer_is_refused_at_once_with_the_owner_s_pid(tmp_path, hold):
    process = hold("write")
    started = time.monotonic()
    with pytest.raises(FolderLocked, match=f"in use by process {process.pid}\\."):
        FolderLock(tmp_path, read_only=False)
    assert time.monotonic() - started < 1
    with pytest.raises(FolderLocked, match=f"process {process.pid}"):
        FolderLock(tmp_path, read_only=True)
    assert owner(tmp_path)["pid"] == process.pid


def test_a_server_s_address_is_named(tmp_path, hold):
    hold("write", "http://127.0.0.1:7860")
    with pytest.raises(FolderLocked, match=r"serving at http://127.0.0.1:7860"):
        FolderLock(tmp_path, read_only=True)
    assert owner(tmp_path)["address"] == "http://127.0.0.1:7860"


def test_two_readers_work_and_keep_a_writer_out(tmp_path, hold):
    hold("read")
    reader = FolderLock(tmp_path, read_only=True)
    with pytest.raises(FolderLocked, match="being read by another Dateline process"):
        FolderLock(tmp_path, read_only=False)
    reader.release()


def test_a_writer_waits_a_moment_for_readers(tmp_path):
    reader = FolderLock(tmp_path, read_only=True)
    timer = threading.Timer(0.5, reader.release)
    timer.start()
    writer = FolderLock(tmp_path, read_only=False)
    timer.join()
    assert owner(tmp_path)["pid"] == os.getpid()
    writer.release()
    assert owner(tmp_path) is None


def test_a_lock_dies_with_its_process_and_the_unclean_end_shows(tmp_path, hold):
    process = hold("write")
    process.kill()
    process.wait()
    lock = FolderLock(tmp_path, read_only=False)
    assert lock.unclean
    assert owner(tmp_path)["pid"] == os.getpid()
    lock.release()
    lock.release()
    again = FolderLock(tmp_path, read_only=False)
    assert not again.unclean
    again.release()


def test_a_reader_becomes_the_writer_only_when_alone(tmp_path, hold):
    other = hold("read")
    reader = FolderLock(tmp_path, read_only=True)
    assert not reader.upgrade(unless=lambda: True)
    with pytest.raises(FolderLocked, match="being read by another Dateline process"):
        reader.upgrade(unless=lambda: False)
    other.communicate("")
    assert reader.upgrade(unless=lambda: False)
    with pytest.raises(FolderLocked, match=f"in use by process {os.getpid()}"):
        FolderLock(tmp_path, read_only=True)
    reader.downgrade()
    second = FolderLock(tmp_path, read_only=True)
    second.release()
    reader.release()
    assert owner(tmp_path) is None


@pytest.mark.parametrize("content", ["", "[]", "{", "\0\0", "7"])
def test_an_unreadable_owner_file_is_no_owner(tmp_path, content):
    (tmp_path / "owner.json").write_text(content)
    assert owner(tmp_path) is None
    FolderLock(tmp_path, read_only=False).release()


def test_a_folder_that_cannot_be_made_is_reported(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(WriteFailed, match="cannot be used"):
        FolderLock(tmp_path / "file" / "data", read_only=False)


def test_the_owner_file_is_whole(tmp_path):
    lock = FolderLock(tmp_path, read_only=False)
    assert set(json.loads((tmp_path / "owner.json").read_text())) == {"pid", "address", "since"}
    assert not (tmp_path / "owner.new").exists()
    lock.release()
