"""The worker process: what a document may cost, and what becomes of one that costs more."""

import os
import signal
import sys
import threading
import time

import pytest

from ingest.rows import Unreadable
from ingest.worker import Worker
from qa.config import Settings

from . import makers


@pytest.fixture
def worker(tmp_path):
    with Worker(Settings(data_dir=tmp_path, max_parse_seconds=2)) as made:
        yield made


def code_of(worker, *args, **more):
    with pytest.raises(Unreadable) as told:
        worker.call(*args, **more)
    return told.value.code


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_no_process_is_started_before_a_document_comes(worker):
    assert worker.pid is None
    assert code_of(worker, "html", b"x" * 60_000_000) == "too_large"
    assert worker.pid is None


def test_one_process_reads_many_documents_and_ends_with_the_ingestion(tmp_path):
    with Worker(Settings(data_dir=tmp_path)) as worker:
        pids = {(worker.call("html", makers.page()), worker.pid)[1] for _ in range(3)}
        assert len(pids) == 1
    assert not is_alive(pids.pop())
    assert worker.pid is None


def test_a_document_that_takes_too_long_is_given_up_and_the_next_one_is_read(worker):
    soup = b"<html><body>" + b"<div><b><p>" * 400_000
    worker.call("html", makers.page())
    started = time.monotonic()
    assert code_of(worker, "html", soup) in {"timeout", "too_large", "memory", "crashed", "too_deep", "no_article"}
    assert time.monotonic() - started < 5
    assert worker.call("html", makers.page())[0]["articles"]


def test_a_parser_that_never_ends_is_killed(worker):
    worker.call("html", makers.page())
    pid = worker.pid
    os.kill(pid, signal.SIGSTOP)
    assert code_of(worker, "html", makers.page()) == "timeout"
    assert not is_alive(pid)
    assert worker.call("html", makers.page())[0]["articles"]


def test_a_parser_that_crashes_costs_one_document(worker):
    worker.call("html", makers.page())
    pid = worker.pid
    os.kill(pid, signal.SIGSTOP)
    threading.Timer(0.2, os.kill, (pid, signal.SIGSEGV)).start()
    threading.Timer(0.3, os.kill, (pid, signal.SIGCONT)).start()
    assert code_of(worker, "html", makers.page()) == "crashed"
    assert worker.call("html", makers.page())[0]["articles"]


def test_a_document_that_takes_too_much_memory_is_refused(tmp_path):
    with Worker(Settings(data_dir=tmp_path, max_parse_memory_mb=400)) as worker:
        worker.call("html", makers.page())
        assert code_of(worker, "html", b"<html><body>" + b"<p>a</p>" * 5_000_000) in {"memory", "crashed", "damaged"}
        assert worker.call("html", makers.page())[0]["articles"]


def test_more_than_a_document_may_give_is_not_taken(tmp_path):
    with Worker(Settings(data_dir=tmp_path, max_article_mb=0.001)) as worker:
        long = b"Subject: Ferry\n\n" + b"The ferry sailed late again on this day of rain and wind.\n" * 200_000
        assert code_of(worker, "mail", long) == "too_large"
        assert worker.call("html", makers.page())[0]["articles"]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_the_worker_sees_no_secrets_and_writes_no_files(worker, monkeypatch):
    monkeypatch.setenv("DATELINE_SECRET", "shibboleth")
    worker.call("html", makers.page())
    with open(f"/proc/{worker.pid}/environ", "rb") as environment:
        assert b"shibboleth" not in environment.read()
    with open(f"/proc/{worker.pid}/limits") as limits:
        sizes = {line[:25].strip(): line[26:47].strip() for line in limits}
    assert sizes["Max file size"] == "0"
    assert sizes["Max core file size"] == "0"
    assert int(sizes["Max address space"]) == 1_024_000_000


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_a_worker_whose_owner_was_killed_ends_by_itself(tmp_path):
    import subprocess

    script = (
        "import sys, time; from ingest.worker import Worker; from qa.config import Settings\n"
        f"worker = Worker(Settings(data_dir={str(tmp_path)!r})); worker.call('html', {makers.page()!r})\n"
        "print(worker.pid, flush=True); time.sleep(60)"
    )
    path = os.pathsep.join(entry for entry in sys.path if entry)
    with subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": path}
    ) as owner:
        pid = int(owner.stdout.readline())
        owner.kill()
    for _ in range(100):
        if not is_alive(pid) or _is_zombie(pid):
            return
        time.sleep(0.05)
    raise AssertionError("the worker outlived its owner")


def _is_zombie(pid):
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] == "Z"
    except FileNotFoundError:
        return True
