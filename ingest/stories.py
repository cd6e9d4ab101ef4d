"""Which story an article belongs to, found while it is taken in."""

from collections import Counter
from collections.abc import Sequence
from typing import Protocol

from ingest.dedupe import LEAST_SHARED, MOST_ALIGNED, Report, closest, sketch, words_of
from qa.types import ArticleDraft, Known, Stored


class Finder(Protocol):
    """What finding copies needs of the archive."""

    def alike(self, sketch: Sequence[int]) -> list[Stored]:
        """Return the few articles that share most of a sketch's keys."""
        ...


class Stories:
    """Find near copies among what is stored and what waits to be stored."""

    def __init__(self, archive: Finder) -> None:
        """Look up articles in an archive."""
        self._archive = archive
        self._waiting: dict[str, Report] = {}
        self._keys: dict[int, list[str]] = {}

    def place(self, draft: ArticleDraft, known: Known) -> tuple[tuple[int, ...], str | None]:
        """Return an article's sketch, and the id of the article that it is a near copy of."""
        report = Report(known.article_id, words_of(draft.text), draft.published_at, draft.title)
        keys = sketch(report.words)
        found = None if known.duplicate_of else closest(report, self._candidates(report, keys))
        self._waiting[report.article_id] = report
        for key in keys:
            self._keys.setdefault(key, []).append(report.article_id)
        return keys, found

    def stored(self) -> None:
        """Forget what waited: the archive has it now."""
        self._waiting, self._keys = {}, {}

    def _candidates(self, report: Report, keys: Sequence[int]) -> list[Report]:
        shared = Counter(article_id for key in keys for article_id in self._keys.get(key, ()))
        waiting = [self._waiting[name] for name, count in shared.most_common(MOST_ALIGNED) if count >= LEAST_SHARED]
        stored = [
            Report(one.article_id, words_of(one.text), one.published_at, one.title)
            for one in self._archive.alike(keys)
            if one.article_id not in self._waiting  # it waits with a newer text
        ]
        return [one for one in (*waiting, *stored) if one.article_id != report.article_id]
