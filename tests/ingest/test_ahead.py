"""Embedding goes on while articles are read and stored, and loses nothing of them."""

import threading
import time

import pytest

from ingest.ahead import EMBED_CHUNKS, MOST_WAITING, Ahead, Cut
from ingest.chunk import cut
from ingest.types import RawPage
from qa.types import ArticleDraft, Known
from tests.ingest.conftest import WordEmbedder

WAIT_S = 20


def article(number, text=None):
    text = text or f"Report {number} of the day. It is short."
    spans = WordEmbedder().token_spans(text)
    page = RawPage(f"{number}.txt", None, "text", b"", f"{number}.txt")
    return Cut(page, ArticleDraft(text), Known(str(number), "new"), tuple(cut(text, spans)))


def no_tick():
    pass


def ids(groups):
    return [one.cut.known.article_id for group in groups for one in group]


def test_groups_come_out_whole_and_in_order():
    with Ahead(WordEmbedder) as ahead:
        for first in range(0, 12, 3):
            ahead.submit([article(first + at) for at in range(3)])
        found = list(ahead.finished(no_tick, wait_for_all=True))
        assert ids(found) == [str(number) for number in range(12)]
        for one in (one for group in found for one in group):
            assert [chunk.draft for chunk in one.chunks] == list(one.cut.chunks)
        assert (ahead.chunks, ahead.words) == (12, 12 * 8)


def test_a_long_article_is_embedded_in_calls_of_bounded_size():
    embedder = WordEmbedder()
    with Ahead(lambda: embedder) as ahead:
        ahead.submit([article(1, " ".join(f"Sentence {n} of the long report." for n in range(4000)))])
        ((one,),) = ahead.finished(no_tick, wait_for_all=True)
    assert len(one.chunks) == len(one.cut.chunks) > 2 * EMBED_CHUNKS
    assert max(map(len, embedder.calls)) == EMBED_CHUNKS


def test_groups_embedded_side_by_side_still_come_out_in_order():
    class Uneven(WordEmbedder):
        calls_at_once = 3

        def embed_chunks(self, texts, sentences):
            time.sleep(0.02 if "Report 0 " in texts[0] else 0)
            return super().embed_chunks(texts, sentences)

    with Ahead(Uneven) as ahead:
        for number in range(6):
            ahead.submit([article(number)])
        assert ids(ahead.finished(no_tick, wait_for_all=True)) == list("012345")
        assert (ahead.chunks, ahead.words) == (6, 6 * 8)


class SlowEmbedder(WordEmbedder):
    """Embeds only when it is allowed to."""

    def __init__(self):
        super().__init__()
        self.allowed = threading.Event()

    def embed_chunks(self, texts, sentences):
        assert self.allowed.wait(WAIT_S)
        return super().embed_chunks(texts, sentences)


def test_handing_over_never_waits_and_asking_waits_only_when_too_many_do():
    embedder = SlowEmbedder()
    with Ahead(lambda: embedder) as ahead:
        for number in range(MOST_WAITING - 1):
            ahead.submit([article(number)])
        assert list(ahead.finished(no_tick)) == []  # nothing is embedded yet, and nobody waited
        ahead.submit([article(MOST_WAITING)])
        ticks = []

        def tick():
            ticks.append(1)
            embedder.allowed.set()

        assert next(ahead.finished(tick))
        assert ticks  # somebody who waits can tell how far it is


def test_what_goes_wrong_in_the_thread_is_told_to_who_asks():
    class Broken(WordEmbedder):
        def embed_chunks(self, texts, sentences):
            raise MemoryError("no room")

    with Ahead(Broken) as ahead:
        ahead.submit([article(1)])
        with pytest.raises(MemoryError, match="no room"):
            list(ahead.finished(no_tick, wait_for_all=True))


def test_nothing_is_loaded_until_there_is_something_to_embed():
    def never():
        raise AssertionError("nothing was to be embedded")

    with Ahead(never) as ahead:
        assert list(ahead.finished(no_tick, wait_for_all=True)) == []
