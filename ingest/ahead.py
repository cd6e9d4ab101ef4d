"""Embedding in threads of its own, while the next articles are read and the last ones stored.

What embeds leaves Python's lock alone most of the time, and so do SQLite, tantivy and Chroma.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import cached_property
from threading import Lock
from types import TracebackType
from typing import Self

from ingest.types import RawPage
from qa.types import ArticleDraft, ChunkDraft, EmbeddedChunk, Embedder, Known, Span

EMBED_CHUNKS = 32
"""Chunks embedded in one call: about a second of work for one core."""
MOST_WAITING = 8
"""Groups that wait or are being embedded: some seconds of work, so that a slow commit does not leave it idle."""
_TICK_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Cut:
    """An article cut into chunks; without any where only its metadata changed."""

    page: RawPage
    draft: ArticleDraft
    known: Known
    chunks: tuple[ChunkDraft, ...]


@dataclass(frozen=True, slots=True)
class Embedded:
    """An article whose chunks are embedded."""

    cut: Cut
    chunks: tuple[EmbeddedChunk, ...]


class Ahead:
    """Groups of articles go in, and come out embedded in the same order."""

    def __init__(self, choose: Callable[[], Embedder]) -> None:
        """Start nothing yet; the embedder is chosen and loaded when there is something to embed."""
        self._choose = choose
        self.chunks = self.words = 0
        """What was embedded so far."""
        self._counting = Lock()
        self._waiting: deque[Future[list[Embedded]]] = deque()

    def __enter__(self) -> Self:
        """Return it."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Drop what has not been begun."""
        if "_threads" in vars(self):
            self._threads.shutdown(cancel_futures=True)

    @cached_property
    def embedder(self) -> Embedder:
        """What embeds."""
        return self._choose()

    @cached_property
    def _threads(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(self.embedder.calls_at_once, thread_name_prefix="embed")

    def submit(self, group: Sequence[Cut]) -> None:
        """Hand over articles to be embedded together."""
        self._waiting.append(self._threads.submit(self._embedded, group))

    def finished(self, tick: Callable[[], None], *, wait_for_all: bool = False) -> Iterator[list[Embedded]]:
        """Yield the groups that are done, oldest first; wait for one if too many wait, or for all.

        While it waits, ``tick`` is called a few times a second.
        """
        while self._waiting:
            oldest = self._waiting[0]
            if not (wait_for_all or oldest.done() or len(self._waiting) >= MOST_WAITING):
                return
            while not wait([oldest], _TICK_SECONDS).done:
                tick()
            self._waiting.popleft()
            yield oldest.result()

    def _embedded(self, group: Sequence[Cut]) -> list[Embedded]:
        flat = [(one.draft.text, chunk) for one in group for chunk in one.chunks]
        made: list[EmbeddedChunk] = []
        for first in range(0, len(flat), EMBED_CHUNKS):
            part = flat[first : first + EMBED_CHUNKS]
            texts = [text[chunk.start : chunk.end] for text, chunk in part]
            vectors = self.embedder.embed_chunks(texts, [_within(chunk) for _, chunk in part])
            made += [EmbeddedChunk(chunk, *found) for (_, chunk), found in zip(part, vectors, strict=True)]
            words = sum(len(text.split()) for text in texts)
            with self._counting:
                self.chunks, self.words = self.chunks + len(part), self.words + words
        each = iter(made)
        return [Embedded(one, tuple(next(each) for _ in one.chunks)) for one in group]


def _within(chunk: ChunkDraft) -> list[Span]:
    return [Span(sentence.start - chunk.start, sentence.end - chunk.start) for sentence in chunk.sentences]
