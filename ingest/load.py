"""One ingestion under way: articles wait in batches, are compared, cut, embedded and stored."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from ingest.ahead import EMBED_CHUNKS, Ahead, Cut, Embedded
from ingest.chunk import cut
from ingest.cleanup import lost_characters
from ingest.kinds import BY_NAME
from ingest.parse import parse
from ingest.sources import pages
from ingest.stories import Stories
from ingest.suspicion import REASONS
from ingest.text import clean_line, shown
from ingest.types import Kind, RawPage, SourceFile
from ingest.worker import Worker
from qa.config import Settings
from qa.types import (
    ArticleDraft,
    ChunkDraft,
    Duplicate,
    Embedder,
    IngestReport,
    Known,
    Prepared,
    Progress,
    ProgressCallback,
    Skipped,
    Stored,
    Suspicious,
)

MOST_ARTICLES = 64
"""Articles of one transaction, and of one question to the archive."""
_MOST_CHARS = 4_000_000  # of the articles held before they are stored
_PUT_SECONDS = 1.0
_REFRESH_SECONDS = 5.0
_PROGRESS_SECONDS = 0.2


class ArticleStore(Protocol):
    """What ingestion needs of ``qa.index.archive.Archive``."""

    @property
    def settings(self) -> Settings:
        """The settings, for their limits."""
        ...

    @property
    def embedder(self) -> Embedder:
        """The embedding model, loaded when first used."""
        ...

    def classify(self, drafts: Sequence[ArticleDraft]) -> list[Known]:
        """Say what is known of each draft."""
        ...

    def alike(self, sketch: Sequence[int]) -> list[Stored]:
        """Return the few articles that share most of a sketch's keys."""
        ...

    def put(self, batch: Sequence[Prepared]) -> list[Known]:
        """Store at most 64 articles in one transaction."""
        ...

    def move(self, moved: Sequence[tuple[str, str | None]]) -> None:
        """Note the new sources of articles that are otherwise as they were."""
        ...

    def refresh(self) -> None:
        """Make what was stored searchable."""
        ...

    def remove(self, article_ids: Sequence[str], *, may_return: bool = False) -> int:
        """Remove articles and return how many there were."""
        ...

    def sources_under(self, folder: str) -> list[tuple[str, str]]:
        """Return (article id, source) of what came from a folder."""
        ...

    def from_source(self, source: str) -> list[str]:
        """Return the ids of what came from one source."""
        ...


@dataclass(frozen=True, slots=True)
class Defaults:
    """What the call says about all articles."""

    mapping: dict[str, str]
    publisher: str | None
    corpus: str | None

    def fill(self, draft: ArticleDraft, page: RawPage) -> ArticleDraft:
        """Return the draft with corpus and publisher where it has none."""
        return self.fill_in(draft, page.kind, page.name)

    def fill_in(self, draft: ArticleDraft, kind: Kind, name: str) -> ArticleDraft:
        """Do the same for an article of a kind, from a file of a name."""
        corpus = self.corpus
        if corpus is None and draft.external_id is not None:  # without a given id it would name nothing
            # A message or an entry of a feed has an id that is its own everywhere, whatever file it lies in.
            corpus = kind if kind in ("mail", "feed") else clean_line(shown(_stem(name)), 200)
        return replace(draft, corpus=corpus, publisher=draft.publisher or self.publisher)


def _stem(name: str) -> str:
    for ending in (".gz", *BY_NAME):
        name = name[: -len(ending)] if name.lower().endswith(ending) else name
    return name


@dataclass(slots=True)
class Load:
    """One ingestion under way: articles read but not stored yet, and the counts so far."""

    archive: ArticleStore
    ahead: Ahead
    worker: Worker
    defaults: Defaults
    progress: ProgressCallback | None
    dry_run: bool
    total_bytes: int
    skipped: list[Skipped]
    stories: Stories
    duplicates: list[Duplicate] = field(default_factory=list)
    suspicious: list[Suspicious] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys("new changed metadata unchanged".split(), 0))
    removed: int = 0
    lost: int = 0
    """Characters that were damaged before they came to us."""
    seen: set[str] = field(default_factory=set)
    """The ids of the articles that were met."""
    incomplete: set[str] = field(default_factory=set)
    """The sources of which something was left out."""
    pending: list[tuple[RawPage, ArticleDraft]] = field(default_factory=list)
    pending_chars: int = 0
    held_keys: set[str] = field(default_factory=set)
    """Identities and texts of the articles that are pending or on their way to the archive."""
    ready: list[tuple[RawPage, Prepared]] = field(default_factory=list)
    """The articles that the next transaction stores."""
    imagined: dict[str, str] = field(default_factory=dict)
    """In a dry run the texts that would be stored by now."""
    bytes_before: int = 0
    bytes_read: int = 0
    started: float = field(default_factory=time.monotonic)
    last_put: float = 0.0
    last_refresh: float = 0.0
    last_progress: float = 0.0
    stale: bool = False
    """Whether something was stored that is not searchable yet."""

    def __post_init__(self) -> None:
        """Start the clocks."""
        self.last_put = self.last_refresh = self.started

    def read(self, file: SourceFile, amend: Callable[[ArticleDraft], ArticleDraft] | None = None) -> int:
        """Take in a file and return how many articles it gave; ``amend`` completes each of them."""
        taken = 0
        column = self.defaults.mapping.get("text", "text")
        for item in pages(file, self.archive.settings, self.worker, column):
            draft = item if isinstance(item, Skipped) else parse(item, self.defaults.mapping)
            if isinstance(draft, Skipped):
                self.skipped.append(draft)
                self.incomplete.add(file.source)
            elif isinstance(item, RawPage):
                self.bytes_read = self.bytes_before + item.bytes_read
                self.add(item, self.defaults.fill(amend(draft) if amend else draft, item))
                taken += 1
            self.report_progress()
        self.bytes_before = self.bytes_read = self.bytes_before + file.size
        return taken

    def add(self, page: RawPage, draft: ArticleDraft) -> None:
        """Hold an article until there are enough; what shares its identity or text is stored before it."""
        keys = _keys(draft)
        if keys & self.held_keys:
            self.flush()
        elif len(self.pending) == MOST_ARTICLES or self.pending_chars + len(draft.text) > _MOST_CHARS:
            self.hand_over()
        self.pending.append(
            (replace(page, payload=b"", lost=lost_characters(draft.text), suspicions=draft.suspicions), draft)
        )
        self.held_keys |= keys
        self.pending_chars += len(draft.text)

    def flush(self) -> None:
        """Store the articles that are held."""
        self.hand_over()
        self.store(wait_for_all=True)

    def hand_over(self) -> None:
        """Compare the articles that are pending with the archive, and have embedded what is to be stored."""
        pages_, drafts = [page for page, _ in self.pending], [draft for _, draft in self.pending]
        self.pending, self.pending_chars = [], 0
        if not drafts:
            return
        todo: list[tuple[RawPage, ArticleDraft, Known]] = []
        moved: list[tuple[str, str | None]] = []
        for page, draft, known in zip(pages_, drafts, self.archive.classify(drafts), strict=True):
            self.seen.add(known.article_id)
            if known.state != "removed" and known.state != "unchanged" and not self.dry_run:
                todo.append((page, draft, known))
                continue
            self.held_keys -= _keys(draft)
            if known.state == "removed":
                reason = "The article was removed from the archive before and is not taken in again."
                self.skipped.append(Skipped(page.input, page.line, "removed_before", reason))
            else:
                self.count(page, self.imagine(draft, known))
                if known.state == "unchanged" and known.source != draft.source:
                    moved.append((known.article_id, draft.source))
        if moved and not self.dry_run:
            self.archive.move(moved)
        self.embed(todo)
        self.report_progress()

    def count(self, page: RawPage, known: Known, copy_of: str | None = None) -> None:
        """Count what became of an article."""
        self.counts[known.state] += 1
        if known.state in ("new", "changed"):
            self.lost += page.lost
        if known.state != "unchanged":
            self.suspicious += [
                Suspicious(page.input, page.line, known.article_id, one.start, one.end, one.code, REASONS[one.code])
                for one in page.suspicions
            ]
        if known.duplicate_of is not None:
            self.duplicates.append(Duplicate(page.input, page.line, known.article_id, known.duplicate_of))
        elif copy_of is not None:
            self.duplicates.append(Duplicate(page.input, page.line, known.article_id, copy_of, "near"))

    def imagine(self, draft: ArticleDraft, known: Known) -> Known:
        """Return what the archive would say if a dry run had stored what came before."""
        if not self.dry_run:
            return known
        earlier = self.imagined.get(known.article_id)
        self.imagined[known.article_id] = draft.text
        if earlier is None or known.state == "unchanged":
            return known
        return replace(known, state="unchanged" if earlier == draft.text else "changed")

    def embed(self, todo: Sequence[tuple[RawPage, ArticleDraft, Known]]) -> None:
        """Cut articles and have them embedded, as many together as make a good batch, storing what is done."""
        group: list[Cut] = []
        for at, (page, draft, known) in enumerate(todo, 1):
            new_text = known.state != "metadata"
            chunks = self.cut(draft) if new_text else []
            group.append(Cut(page, draft, known, tuple(chunks)))
            if at == len(todo) or sum(len(one.chunks) for one in group) >= EMBED_CHUNKS:
                self.ahead.submit(group)
                group = []
                self.store()

    def cut(self, draft: ArticleDraft) -> list[ChunkDraft]:
        """Cut an article into chunks, with what is suspicious in it apart."""
        apart = [one for one in draft.suspicions if one.code != "markup"]
        return cut(draft.text, self.ahead.embedder.token_spans(draft.text), apart)

    def store(self, *, wait_for_all: bool = False) -> None:
        """Put what is embedded by now; a transaction holds what about one second embedded."""
        for group in self.ahead.finished(self.report_progress, wait_for_all=wait_for_all):
            self.ready += [(one.cut.page, self.prepared(one)) for one in group]
            if time.monotonic() - self.last_put >= _PUT_SECONDS:
                self.put()
            self.report_progress()
        if wait_for_all:
            self.put()

    def prepared(self, embedded: Embedded) -> Prepared:
        """Return an article ready to be stored, with the one that it is a near copy of."""
        draft, known = embedded.cut.draft, embedded.cut.known
        if known.state == "metadata":
            return Prepared(draft)
        sketch, copy_of = self.stories.place(draft, known)
        return Prepared(draft, embedded.chunks, sketch, copy_of)

    def put(self) -> None:
        """Commit what is ready and, every few seconds, make it searchable."""
        ready, self.ready = self.ready, []
        for first in range(0, len(ready), MOST_ARTICLES):
            part = ready[first : first + MOST_ARTICLES]
            stored = self.archive.put([prepared for _, prepared in part])
            for (page, prepared), known in zip(part, stored, strict=True):
                self.count(page, known, prepared.copy_of)
                self.held_keys -= _keys(prepared.draft)
            self.stale = True
        self.stories.stored()
        self.last_put = time.monotonic()
        if self.stale and self.last_put - self.last_refresh >= _REFRESH_SECONDS:
            self.refresh()

    def refresh(self) -> None:
        """Make what was stored searchable."""
        self.archive.refresh()
        self.stale = False
        self.last_refresh = time.monotonic()

    def report_progress(self, force: bool = False) -> None:
        """Tell how far it is, a few times a second."""
        now = time.monotonic()
        if self.progress is None or (now - self.last_progress < _PROGRESS_SECONDS and not force):
            return
        self.last_progress = now
        seconds = now - self.started
        left = None
        if 0 < self.bytes_read < self.total_bytes and seconds > 0.5:  # of what is fetched the size is not known
            left = seconds * (self.total_bytes - self.bytes_read) / self.bytes_read
        done = sum(self.counts.values())
        self.progress(Progress(done, None, self.ahead.words / seconds if seconds else 0.0, left))

    def finish(self) -> IngestReport:
        """Make everything searchable and return the report."""
        if self.stale:
            self.refresh()
        self.report_progress(force=True)
        return IngestReport(
            added=self.counts["new"],
            updated=self.counts["changed"] + self.counts["metadata"],
            unchanged=self.counts["unchanged"],
            removed=self.removed,
            embedded=self.ahead.chunks,
            words=self.ahead.words,
            lost_characters=self.lost,
            seconds=round(time.monotonic() - self.started, 3),
            skipped=self.skipped,
            duplicates=self.duplicates,
            suspicious=self.suspicious,
            dry_run=self.dry_run,
        )


def _keys(draft: ArticleDraft) -> set[str]:
    """Return what two articles of one batch must not share: text and, if any, identity."""
    if draft.url_key is not None:
        return {draft.text, draft.url_key}
    return {draft.text} if draft.external_id is None else {draft.text, f"{draft.corpus}\n{draft.external_id}"}
