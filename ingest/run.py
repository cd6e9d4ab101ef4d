"""The front door of ingestion."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from ingest.ahead import Ahead
from ingest.fetch import Fetcher
from ingest.load import ArticleStore, Defaults, Load
from ingest.metadata import clean_name
from ingest.parse import check_mapping
from ingest.sources import Found, find, source_of
from ingest.stories import Stories
from ingest.sync import check_folder, gone, is_covered
from ingest.text import clean_line
from ingest.web import visit
from ingest.worker import Worker
from qa.types import IngestReport, ProgressCallback


def ingest(
    inputs: Sequence[str | Path],
    archive: ArticleStore,
    *,
    mapping: Mapping[str, str] | None = None,
    progress: ProgressCallback | None = None,
    publisher: str | None = None,
    corpus: str | None = None,
    sync: str | Path | None = None,
    dry_run: bool = False,
    fetcher: Fetcher | None = None,
) -> IngestReport:
    """Take the articles of files, folders and web addresses into the archive and report on each input.

    Args:
        inputs: Files, folders, and http or https addresses of pages and feeds.
        archive: Where they go; unchanged articles cost no embedding.
        mapping: Canonical field to the name it has in JSON lines and CSV files.
        progress: Called a few times a second.
        publisher: The publisher of articles that name none.
        corpus: Names, with a given id, an article that has no URL; by default the file's name.
        sync: A folder, read like an input; articles that came from it and are there no more are removed.
        dry_run: Only count what would happen; addresses are fetched for it.
        fetcher: Fetches addresses; by default as the archive's settings say.

    Raises:
        UsageError: An unknown field in ``mapping``, or ``sync`` is no folder that can be read.
        DatelineError: The archive cannot store.
    """
    named = [inputs] if isinstance(inputs, str | Path) else list(inputs)
    fields = check_mapping(mapping)
    if sync is not None:
        check_folder(sync)
        named = named if is_covered(sync, named) else [*named, sync]
    found = find(named)
    defaults = Defaults(fields, clean_name(publisher), clean_line(corpus, 200) if corpus else None)

    skipped, stories = list(found.skipped), Stories(archive)
    with Worker(archive.settings) as worker, Ahead(lambda: archive.embedder) as ahead:
        run = Load(archive, ahead, worker, defaults, progress, dry_run, found.size, skipped, stories)
        for file in found.files:
            run.read(file)
        run.flush()
        visit(run, found.urls, fetcher or Fetcher(archive.settings))
    if sync is not None:
        _remove_gone(run, found, sync)
    return run.finish()


def _remove_gone(run: Load, found: Found, folder: str | Path) -> None:
    """Remove the articles that came from a folder and were not met again."""
    stored = run.archive.sources_under(source_of(folder))
    article_ids, notes = gone(folder, stored, found, run.seen, run.incomplete)
    run.skipped.extend(notes)
    if article_ids:
        run.removed = len(article_ids) if run.dry_run else run.archive.remove(article_ids, may_return=True)
        run.stale = not run.dry_run
