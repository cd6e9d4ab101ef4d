"""Which articles a synchronised folder no longer holds."""

import os
from collections.abc import Sequence, Set
from pathlib import Path, PurePath

from ingest.sources import Found, is_url, source_of
from ingest.text import shown
from qa.errors import UsageError
from qa.types import Skipped


def check_folder(folder: str | Path) -> None:
    """Refuse a folder that cannot be read, so that a drive that is away never empties the archive.

    Raises:
        UsageError: It is missing, no folder or cannot be listed.
    """
    try:
        with os.scandir(folder):
            return
    except (OSError, ValueError) as exc:
        why = (getattr(exc, "strerror", None) or str(exc)).lower()
        raise UsageError(f"The folder {shown(os.fspath(folder))!r} cannot be synchronised: {why}.") from exc


def is_covered(folder: str | Path, inputs: Sequence[str | Path]) -> bool:
    """Say whether reading the inputs reads the whole folder."""
    wanted = source_of(folder)
    return any(_is_under(wanted, source_of(name)) for name in inputs if not is_url(os.fspath(name)))


def _is_under(source: str, folder: str) -> bool:
    return source == folder or source.startswith(folder.rstrip(os.sep) + os.sep)


def _in_any(source: str, places: Set[str]) -> bool:
    """Say whether a source is one of the places or lies in one."""
    return source in places or any(str(parent) in places for parent in PurePath(source).parents)


def gone(
    folder: str | Path,
    stored: Sequence[tuple[str, str]],
    found: Found,
    seen: Set[str],
    incomplete: Set[str],
) -> tuple[list[str], list[Skipped]]:
    """Return the ids of the articles to remove, and what is said where articles are kept because of doubt.

    Args:
        folder: What is synchronised.
        stored: (article id, source) of what came from it.
        found: What is there now.
        seen: The ids of the articles met in this run.
        incomplete: Sources of which something was left out: their articles are kept.
    """
    root, name = source_of(folder), shown(os.fspath(folder))
    if not os.path.isdir(folder):
        return [], [Skipped(name, None, "sync", "The folder is away; nothing was removed.")]
    if stored and not any(_is_under(file.source, root) for file in found.files):
        reason = "The folder holds no file that can be read, as if its drive were away; nothing was removed."
        return [], [Skipped(name, None, "sync", reason)]
    missing = [(article_id, source) for article_id, source in stored if article_id not in seen]
    doubtful = [_in_any(source, incomplete) or _in_any(source, found.unread) for _, source in missing]
    kept = sum(doubtful)
    notes = []
    if kept:
        articles = "1 article was" if kept == 1 else f"{kept} articles were"
        reason = f"{articles} kept because the file could not be read completely."
        notes.append(Skipped(name, None, "sync_kept", reason))
    return [article_id for (article_id, _), doubt in zip(missing, doubtful, strict=True) if not doubt], notes
