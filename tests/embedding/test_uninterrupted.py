"""Ctrl+C waits for what cannot be stopped half-way, and is not lost."""

import os
import signal
import threading

import pytest

from qa.embedding.uninterrupted import uninterrupted


@pytest.fixture(autouse=True)
def _interruptible():
    usual = signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell in the background ignores it
    yield
    signal.signal(signal.SIGINT, usual)


def test_an_interruption_comes_when_the_block_is_done():
    done = []

    def work():
        with uninterrupted():
            os.kill(os.getpid(), signal.SIGINT)
            done.append("all of it")

    with pytest.raises(KeyboardInterrupt):
        work()
    assert done == ["all of it"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_without_one_nothing_happens():
    with uninterrupted():
        pass
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_an_error_of_the_block_comes_first():
    def work():
        with uninterrupted():
            os.kill(os.getpid(), signal.SIGINT)
            raise ValueError("mine")

    with pytest.raises(ValueError, match="mine"):
        work()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_other_threads_are_left_alone():
    seen = []

    def work():
        with uninterrupted():
            seen.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [signal.default_int_handler]
