"""Check a data folder without changing a byte of it: what ``dateline verify`` runs."""

import shutil
import tempfile
from pathlib import Path

from qa.errors import NotFound
from qa.index.catalogue import Catalogue
from qa.index.keyword import KeywordIndex
from qa.index.lock import FolderLock
from qa.index.vectors import check_in_subprocess, folder_of, is_intact


def inspect(data_dir: Path) -> list[str]:
    """Return what is wrong with the catalogue and the indexes in plain sentences, none when sound.

    Raises:
        NotFound: There is no archive.
        FolderLocked: A writer owns it.
    """
    if not (data_dir / "catalogue.sqlite3").exists():
        raise NotFound(f"There is no archive in {data_dir}; `dateline ingest` makes one.")
    lock = FolderLock(data_dir, read_only=True)
    catalogue = None
    try:
        catalogue = Catalogue(data_dir, migrate=False)
        return [*catalogue.problems(), *_keyword_problems(data_dir, catalogue), *_vector_problems(data_dir, catalogue)]
    finally:
        if catalogue is not None:
            catalogue.close()
        lock.release()


def _keyword_problems(data_dir: Path, catalogue: Catalogue) -> list[str]:
    index = KeywordIndex(data_dir / "keyword")
    if not index.open():
        return ["The keyword index is missing or was not left as it should be."]
    try:
        count, wanted = index.count(), catalogue.chunk_count()
    finally:
        index.close(seal=False)
    return [] if count == wanted else [f"The keyword index holds {count} of {wanted} passages."]


def _vector_problems(data_dir: Path, catalogue: Catalogue) -> list[str]:
    folder = folder_of(data_dir / "vectors")
    state = folder.state
    if state is None or state.writing or not is_intact(folder, state):
        return ["The vector index is missing or was not left as it should be."]
    # Chroma writes into its database even to read, so it is given a copy.
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / "copy"
        shutil.copytree(folder.path(state.generation), copy)
        report = check_in_subprocess(copy, catalogue.path)
    if report is None:
        return ["The vector index cannot be read."]
    found = [f"The vector index is wrong: {report['wrong']}."] if report["wrong"] else []
    lost = [
        f"The vector index has {len(report[name])} {name} passages." for name in ("missing", "extra") if report[name]
    ]
    return found + lost
