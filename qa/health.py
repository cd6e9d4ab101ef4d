"""Whether an installation and an archive are in order: ``doctor``, ``verify`` and ``repair``."""

import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any
from urllib.parse import urlsplit

from qa import embedding
from qa.config import PACKAGED_MODEL, Settings
from qa.errors import DatelineError
from qa.index.archive import Archive, Cutter, archive_exists
from qa.llm import on_this_machine

PACKAGES = ("sentence-transformers", "torch", "onnxruntime", "chromadb", "tantivy", "langchain", "gradio")
LEAST_FREE_BYTES = 500 * 2**20


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    name: str
    ok: bool
    detail: str

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON form that ``dateline doctor`` prints."""
        return asdict(self)


def verify(settings: Settings) -> list[str]:
    """Check catalogue and indexes without changing anything; return plain sentences, none when sound."""
    from qa.index.inspect import inspect

    return inspect(settings.data_dir)


def repair(settings: Settings, cut: Cutter | None) -> int:
    """Make both indexes again and return how many chunks were embedded; with ``cut`` every article is, else none."""
    with Archive.open(settings, convert=cut is not None) as archive:
        if cut is not None:
            return archive.re_embed(cut)
        archive.rebuild()
        return 0


def examine(settings: Settings) -> list[Finding]:
    """Look at versions, model, data folder, disk, index health and configured endpoints."""
    checks: list[tuple[str, Callable[[Settings], str]]] = [
        ("versions", _versions),
        ("embedding model", _model),
        ("data folder", _folder),
        ("free disk", _disk),
        ("archive", _archive),
        ("confidence", _confidence),
        ("endpoints", _endpoints),
    ]
    if settings.cross_encoder:
        checks.insert(2, ("cross-encoder", _cross_encoder))
    if settings.entailment_model:
        checks.insert(2, ("entailment model", _entailment))
    return list(_findings(checks, settings))


def _findings(checks: list[tuple[str, Callable[[Settings], str]]], settings: Settings) -> Iterator[Finding]:
    for name, check in checks:
        try:
            yield Finding(name, True, check(settings))
        except DatelineError as error:
            yield Finding(name, False, error.user_message)
        except OSError as error:
            yield Finding(name, False, f"{error.strerror}: {error.filename}")


def _versions(_settings: Settings) -> str:
    found = [f"Python {sys.version.split()[0]}", f"dateline {_version('dateline')}"]
    return ", ".join(found + [f"{name} {_version(name)}" for name in PACKAGES])


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "(not installed as a package)"


def _model(settings: Settings) -> str:
    if settings.embedding_model == PACKAGED_MODEL:
        embedding.check_packaged_weights()
    model = embedding.load(settings)
    length = float((model.embed_query("what does the harbour board require?") ** 2).sum())
    if abs(length - 1) > 1e-3:
        raise DatelineError("The embedding model does not give unit vectors.")
    return f"{model.name}, {model.dimension} dimensions, {type(model).__name__}, weights as published"


def _cross_encoder(settings: Settings) -> str:
    scorer = embedding.load_cross_encoder(settings)
    assert scorer is not None, "it is looked at only where one is set"
    scorer.scores("What is new?", ["Nothing."])
    return f"{scorer.name}, reads the first {settings.cross_encoder_passages} passages"


def _entailment(settings: Settings) -> str:
    judge = embedding.load_entailment(settings)
    assert judge is not None, "it is looked at only where one is set"
    judge.judge(["Nothing is new."], "Nothing is new.")
    return f"{judge.name}, checks what a chat model writes"


def _folder(settings: Settings) -> str:
    if not settings.data_dir.exists():
        return f"{settings.data_dir} does not exist yet; `dateline ingest` makes it"
    probe = settings.data_dir / ".doctor"
    probe.write_text("")
    probe.unlink()
    return f"{settings.data_dir} is writable"


def _disk(settings: Settings) -> str:
    folder = next(path for path in (settings.data_dir, *settings.data_dir.parents) if path.exists())
    free = shutil.disk_usage(folder).free
    if free < LEAST_FREE_BYTES:
        raise DatelineError(
            f"Only {free / 2**20:.0f} MB are free; ingestion needs at least {LEAST_FREE_BYTES // 2**20}."
        )
    return f"{free / 2**30:.1f} GB free"


def _archive(settings: Settings) -> str:
    if not archive_exists(settings.data_dir):
        return "none yet"
    problems = verify(settings)
    if problems:
        raise DatelineError(" ".join([*problems, "`dateline repair` makes the indexes again."]))
    with Archive.open(settings, read_only=True) as archive:
        count = archive.catalogue.chunk_count()
        return f"{len(archive.articles())} articles, {count} passages, made with {archive.recipe or 'nothing yet'}"


def _confidence(settings: Settings) -> str:
    from qa.answer import tuned

    if not archive_exists(settings.data_dir):
        return "as shipped"
    with Archive.open(settings, read_only=True) as archive:
        trouble = tuned.problem(archive)
        if trouble:
            raise DatelineError(trouble)
        return tuned.told(archive)


def _endpoints(settings: Settings) -> str:
    """Say where questions go; a question may ask for the engine `chat` wherever it has a model."""
    if not settings.chat_model:
        return "none configured; nothing leaves this machine"
    where = f"the provider's own endpoint ({settings.chat_model.partition(':')[0]})"
    if address := settings.chat_base_url:
        where = urlsplit(address).netloc + (", on this machine" if on_this_machine(address) else "")
    when = "" if settings.engine == "chat" else "where the engine `chat` is asked for, "
    return f"{when}questions and passages are sent to {where}"
