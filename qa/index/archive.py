"""The archive: catalogue, keyword index and vector index behind one face."""

import logging
import shutil
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from qa import embedding
from qa.config import Settings
from qa.errors import DatelineError, NotFound
from qa.index import recipe
from qa.index.catalogue import Catalogue
from qa.index.holdings import Holdings, Memory
from qa.index.kept import erase_removed
from qa.index.keyword import KeywordIndex
from qa.index.lock import FolderLock
from qa.index.part import PARTS, Part, folder_of, keys_of
from qa.index.vectors import VectorIndex
from qa.types import (
    ArticleDraft,
    ChunkDraft,
    EmbeddedChunk,
    Embedder,
    EntailmentJudge,
    Filters,
    Known,
    PairScorer,
    Prepared,
    Progress,
    ProgressCallback,
    Span,
    Stored,
    Suspicion,
)

logger = logging.getLogger(__name__)

RECIPE_KEY = "recipe"
TUNED_KEY = "tuned"
Cutter = Callable[[str, Sequence[tuple[int, int]], Sequence[Suspicion]], list[ChunkDraft]]


class Archive(Holdings):
    """A data folder, open for one writer or for reading."""

    def __init__(self, settings: Settings, lock: FolderLock, *, convert: bool = False) -> None:
        """Use ``Archive.open``; ``convert`` skips the recipe check for the command that mends it."""
        self._lock = lock
        self.repairs: list[str] = []
        """What was found wrong with the indexes at start and mended, in plain sentences."""
        self._recipe: str | None = None
        self._tuned: tuple[dict[str, Any] | None] | None = None
        self._parts: dict[tuple[str, ...], Part] = {}
        self.catalogue, self.vectors = Catalogue(settings.data_dir), VectorIndex(settings.data_dir / "vectors")
        keywords = KeywordIndex(settings.data_dir / "keyword")
        super().__init__(settings, self.catalogue, keywords, self.vectors, Memory(self.catalogue, keywords))
        try:
            if not convert:
                self._check_recipe()
            self._open_indexes()
            if not lock.read_only:
                self._wipe()  # what a process that died had left
        except BaseException:
            self._close_indexes(seal=False)
            self.catalogue.close()
            raise

    @classmethod
    def open(cls, settings: Settings, *, read_only: bool = False, convert: bool = False) -> Self:
        """Open a data folder, creating it for a writer; mend its indexes first if they need it.

        Raises:
            FolderLocked: Another process owns it.
            NotFound: It is to be read and holds no archive.
            IndexMismatch: It was made with another recipe than the settings'.
            SchemaTooNew, ArchiveDamaged: Its catalogue cannot be used.
        """
        if read_only and not (settings.data_dir / "catalogue.sqlite3").exists():
            raise NotFound(f"There is no archive in {settings.data_dir}; `dateline ingest` makes one.")
        lock = FolderLock(settings.data_dir, read_only=read_only)
        try:
            return cls(settings, lock, convert=convert)
        except BaseException:
            lock.release()
            raise

    def __enter__(self) -> Self:
        """Return the archive."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the archive."""
        self.close()

    def close(self) -> None:
        """Write what is pending, seal the indexes and give the folder back.

        Raises:
            WriteFailed: An index could not be written; the next start makes it again, nothing stored is lost.
        """
        try:
            if not self._lock.read_only:
                self.refresh()
            self._close_indexes(seal=not self._lock.read_only)
        finally:
            self._close_indexes(seal=False)
            self.catalogue.close()
            self._lock.release()

    def announce(self, address: str) -> None:
        """Tell those who come second at which address this process serves."""
        self._lock.announce(address)

    @cached_property
    def embedder(self) -> Embedder:
        """The embedding model, loaded when first needed."""
        return embedding.load(self.settings)

    @cached_property
    def cross_encoder(self) -> PairScorer | None:
        """The cross-encoder that the settings name, loaded when first needed; None where they name none."""
        return embedding.load_cross_encoder(self.settings)

    @cached_property
    def entailment(self) -> EntailmentJudge | None:
        """The entailment model that the settings name, loaded when first needed; None where they name none."""
        return embedding.load_entailment(self.settings)

    @property
    def recipe(self) -> str:
        """The recipe of the stored embeddings in one line; empty while nothing is stored."""
        if self._recipe is None:
            stored = self.catalogue.value(RECIPE_KEY)
            self._recipe = str(recipe.Recipe(**stored)) if stored else ""
        return self._recipe

    @property
    def tuned(self) -> dict[str, Any] | None:
        """The numbers of the abstention model that were fitted on the user's own questions; None without any."""
        if self._tuned is None:
            self._tuned = (self.catalogue.value(TUNED_KEY),)
        return self._tuned[0]

    def set_tuned(self, numbers: dict[str, Any] | None) -> None:
        """Keep such numbers, or drop them.

        Raises:
            WriteFailed: The disk is full or refuses.
        """
        self._writer_only()
        self.catalogue.set_value(TUNED_KEY, numbers)
        self._tuned = None

    def part(self, publishers: Sequence[str]) -> Holdings:
        """Return what some publishers' articles are without all others; nobody in particular means the whole archive.

        A part has a keyword index of its own, which follows the catalogue from now on.

        Raises:
            WriteFailed: The disk is full or refuses.
        """
        keys = keys_of(publishers)
        if not keys:
            return self
        self._writer_only()
        if keys not in self._parts:
            self._parts[keys] = Part(self, self.catalogue, self.vectors, self._memory, keys)
        return self._parts[keys]

    def drop_other_parts(self) -> None:
        """Delete the keyword indexes of parts that were not asked for since the archive was opened."""
        self._writer_only()
        folders = {folder_of(self.settings.data_dir, keys) for keys in self._parts}
        for folder in (self.settings.data_dir / PARTS).glob("*"):
            if folder not in folders:
                shutil.rmtree(folder, ignore_errors=True)

    def _within(self, filters: Filters) -> Filters:
        return filters

    def _holds(self, publisher: str | None) -> bool:
        return True

    # Writing

    def _forget(self) -> None:
        """Drop what was remembered of an archive that has now changed."""
        self._recipe = None
        self._memory.clear()

    def sources_under(self, folder: str) -> list[tuple[str, str]]:
        """Return (article id, source) of the articles read from below a folder."""
        return self.catalogue.sources_under(folder)

    def from_source(self, source: str) -> list[str]:
        """Return the ids of the articles read from one file or address."""
        return self.catalogue.from_source(source)

    def classify(self, drafts: Sequence[ArticleDraft]) -> list[Known]:
        """Compare drafts with what is stored under their identity."""
        return self.catalogue.classify(drafts)

    def alike(self, sketch: Sequence[int]) -> list[Stored]:
        """Return the few articles that share most of a sketch's keys."""
        return self.catalogue.alike(sketch)

    def put(self, batch: Sequence[Prepared]) -> list[Known]:
        """Store articles in one transaction; what returns is acknowledged and durable.

        Raises:
            WriteFailed: The disk is full or refuses; nothing of the batch is stored.
        """
        self._writer_only()
        if self.catalogue.value(RECIPE_KEY) is None and any(prepared.chunks for prepared in batch):
            made = recipe.Recipe(self.embedder.name, self.embedder.dimension)
            self.catalogue.set_value(RECIPE_KEY, made.as_dict())
        try:
            return self.catalogue.put(batch)
        finally:
            self._forget()

    def remove(self, article_ids: Sequence[str], *, may_return: bool = False) -> int:
        """Erase articles with all their revisions and return how many there were.

        They stay out when they are met again, unless they ``may_return``.
        """
        self._writer_only()
        try:
            publishers = self.catalogue.ever_published_by(article_ids)
            held = [part for part in self._parts.values() if part.held_any_of(publishers)]
            count = self.catalogue.remove(article_ids, may_return=may_return)
            self._wipe(held)
            return count
        finally:
            self._forget()

    def move(self, moved: Sequence[tuple[str, str | None]]) -> None:
        """Note the new sources of articles that are otherwise as they were."""
        self._writer_only()
        self.catalogue.move(moved)

    def _wipe(self, held: Sequence[Part] = ()) -> None:
        """Take what removed articles said out of the files, kept answers included; the keyword indexes would keep it.

        ``held`` are the parts that they were of; parts that are not open are made again when they are.
        """
        if self.catalogue.is_unwiped:
            erase_removed(self.settings.data_dir, self.catalogue.removed_at)
            self.vectors.wipe(self.catalogue)
            self.keywords.rebuild(self.catalogue)
            self.drop_other_parts()
            for part in held:
                part.rebuild()
            self.catalogue.wipe()

    def refresh(self) -> None:
        """Make everything committed searchable."""
        self.keywords.catch_up(self.catalogue)
        self.vectors.catch_up(self.catalogue)
        for part in self._parts.values():
            part.refresh()

    # Health

    def rebuild(self) -> None:
        """Make both indexes again from the catalogue; nothing is embedded."""
        self._writer_only()
        self.keywords.rebuild(self.catalogue)
        self.vectors.rebuild(self.catalogue)
        for part in self._parts.values():
            part.rebuild()

    def re_embed(self, cut: Cutter, progress: ProgressCallback | None = None) -> int:
        """Cut and embed every article again with the settings' model; return how many chunks that made."""
        self._writer_only()
        made = recipe.Recipe(self.embedder.name, self.embedder.dimension)
        # Stored first: if this is interrupted, running it again goes through all articles.
        self.catalogue.set_value(RECIPE_KEY, {**made.as_dict(), "model": f"{made.model} (incomplete)"})
        summaries, count, embedder = self.articles(), 0, self.embedder
        for done, summary in enumerate(summaries, 1):
            text = self.article(summary.id).text
            apart = self.suspicions([summary.id]).get(summary.id, ())
            chunks = embed(embedder, text, cut(text, embedder.token_spans(text), apart))
            self.catalogue.replace_chunks(summary.id, Prepared(ArticleDraft(text), chunks))
            count += len(chunks)
            if progress:
                progress(Progress(done, len(summaries), 0.0, None))
        self.catalogue.set_value(RECIPE_KEY, made.as_dict())
        self._forget()
        self.rebuild()
        return count

    def _check_recipe(self) -> None:
        stored = self.catalogue.value(RECIPE_KEY)
        if stored is not None:
            recipe.check(stored, embedding.model_name(self.settings))

    def _open_indexes(self) -> None:
        if self._are_current() or (self._lock.read_only and not self._lock.upgrade(unless=self._are_current)):
            return
        try:
            self._mend()
        finally:
            if self._lock.read_only:
                self._lock.downgrade()

    def _are_current(self) -> bool:
        last = self.catalogue.last_change()
        return all(index.open() and index.applied == last for index in (self.keywords, self.vectors))

    def _mend(self) -> None:
        # An index ahead of the catalogue followed another one: this one was put back from a backup.
        last = self.catalogue.last_change()
        if not self.keywords.open() or self.keywords.applied > last:
            self._note_repair("keyword")
            self.keywords.rebuild(self.catalogue)
        if not (self.vectors.open() or self.vectors.salvage(self.catalogue)) or self.vectors.applied > last:
            self._note_repair("vector")
            self.vectors.rebuild(self.catalogue)
        self.refresh()
        if self._lock.read_only:
            # A reader leaves the folder as a writer would: sealed.
            self._close_indexes(seal=True)
            self.keywords.open()
            self.vectors.open()

    def _note_repair(self, name: str) -> None:
        if self.catalogue.last_change():
            self.repairs.append(f"The {name} index was missing or damaged and was made again from the catalogue.")
            logger.warning(self.repairs[-1])

    def _close_indexes(self, *, seal: bool) -> None:
        self.keywords.close(seal=seal)
        self.vectors.close(seal=seal)
        for part in self._parts.values():
            part.close(seal=seal)

    def _writer_only(self) -> None:
        if self._lock.read_only:
            raise DatelineError("This archive is open for reading only.")


def embed(embedder: Embedder, text: str, drafts: Sequence[ChunkDraft]) -> tuple[EmbeddedChunk, ...]:
    """Embed an article's chunks and their sentences."""
    texts = [text[draft.start : draft.end] for draft in drafts]
    spans = [[Span(s.start - draft.start, s.end - draft.start) for s in draft.sentences] for draft in drafts]
    vectors = embedder.embed_chunks(texts, spans)
    return tuple(EmbeddedChunk(draft, whole, rows) for draft, (whole, rows) in zip(drafts, vectors, strict=True))


def archive_exists(data_dir: Path) -> bool:
    """Say whether a folder holds an archive."""
    return (data_dir / "catalogue.sqlite3").exists()
