"""Questions to begin with, made of the archive itself; only such as it answers."""

import threading
import time
from collections.abc import Iterator

from qa.errors import DatelineError, NotFound
from qa.index.archive import Archive
from qa.pipeline import QAPipeline
from qa.web import texts

SHOWN = 3
MOST_TRIED = 8
LONGEST_TITLE = 120
KEPT_S = 60.0
"""For which they are shown while articles come in; what was removed is gone from them at once."""


class Examples:
    """The questions of one archive, asked once to know that they are answered, and again when it has changed."""

    def __init__(self, archive: Archive, pipeline: QAPipeline) -> None:
        """Ask nothing yet."""
        self._archive = archive
        self._pipeline = pipeline
        self._lock = threading.Lock()
        self._found: list[tuple[str, str | None]] = []
        self._change, self._until = -1, 0.0

    def questions(self) -> list[str]:
        """Return at most three questions that the archive answers."""
        with self._lock:
            change = self._archive.catalogue.last_change()
            if change != self._change and (time.monotonic() >= self._until or not self._all_there()):
                self._found = [one for one, _ in zip(self._answered(), range(SHOWN), strict=False)]
                self._change = change
                self._until = time.monotonic() + (KEPT_S if len(self._found) == SHOWN else 0)
            return [question for question, _ in self._found]

    def _answered(self) -> Iterator[tuple[str, str | None]]:
        for question, article_id in self._candidates():
            try:
                if self._pipeline.ask(question, engine="quotes").citations:
                    yield question, article_id
            except DatelineError:
                continue  # a title can be too long for a question, or none

    def _candidates(self) -> Iterator[tuple[str, str | None]]:
        if set(self._archive.publishers()) >= texts.SAMPLE_PUBLISHERS:
            yield from ((question, None) for question in texts.OWN_QUESTIONS)
        newest = [one for one in self._archive.articles(limit=50) if one.title and len(one.title) <= LONGEST_TITLE]
        suspicious = self._archive.suspicions(sorted(one.id for one in newest))
        honest = [one for one in newest if not suspicious.get(one.id)]  # nobody is led to what speaks to a machine
        for one in honest[:MOST_TRIED]:
            yield texts.QUESTION_FROM_TITLE.format(title=one.title), one.id

    def _all_there(self) -> bool:
        try:
            for _, article_id in self._found:
                if article_id:
                    self._archive.article(article_id)
        except NotFound:
            return False
        return bool(self._found)
