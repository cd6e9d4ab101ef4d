"""The same work for the command line, here or by the server that owns the data folder."""

import contextlib
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self
from urllib.parse import quote, urlsplit

from qa.config import Settings
from qa.errors import DatelineError, FolderLocked
from qa.index.lock import owner
from qa.types import (
    Answer,
    Article,
    ArticleSummary,
    Chunk,
    Citation,
    Claim,
    Context,
    Coverage,
    Duplicate,
    EngineName,
    Filters,
    IngestReport,
    Level,
    Neighbour,
    Progress,
    ProgressCallback,
    Run,
    SearchResult,
    Skipped,
    Suspicious,
    Turn,
)

if TYPE_CHECKING:
    import httpx

    from qa.index.archive import Archive

TOKEN_FILE = "serve.token"
TOKEN_HEADER = "x-dateline-token"
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
ALIVE_S = 5.0
PAGE = 1000


class Door(Protocol):
    """What a command needs of an archive, wherever that is open."""

    def __enter__(self) -> Self:
        """Return the door."""
        ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        ...

    def ask(
        self,
        question: str,
        history: Sequence[Turn],
        filters: Filters,
        engine: EngineName | None,
        level: Level | None,
    ) -> Answer:
        """Answer as ``QAPipeline.ask`` does."""
        ...

    def search(self, question: str, top_k: int, filters: Filters) -> list[SearchResult]:
        """Search as ``QAPipeline.search`` does."""
        ...

    def articles(self, limit: int | None) -> list[ArticleSummary]:
        """List articles as ``Archive.articles`` does."""
        ...

    def article(self, article_id: str, revision: int | None) -> Article:
        """Return an article as ``Archive.article`` does."""
        ...

    def remove(self, article_id: str) -> None:
        """Remove an article that must be there."""
        ...


def open_door(settings: Settings, *, write: bool = False) -> Door:
    """Open the archive, or reach the server that has it open.

    Raises:
        FolderLocked: Another process owns the folder and serves nobody.
        DatelineError: What ``Archive.open`` raises.
    """
    from qa.index.archive import Archive

    try:
        return Local(Archive.open(settings, read_only=not write))
    except FolderLocked:
        server = find_server(settings.data_dir)
        if server is None:
            raise
        return server


class Local:
    """An archive of this process."""

    def __init__(self, archive: "Archive") -> None:
        """Use an open archive, and close it at the end."""
        self._archive = archive

    def __enter__(self) -> Self:
        """Return the door."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the archive."""
        self._archive.close()

    def ask(
        self,
        question: str,
        history: Sequence[Turn],
        filters: Filters,
        engine: EngineName | None,
        level: Level | None,
    ) -> Answer:
        """Answer as ``QAPipeline.ask`` does."""
        from qa.pipeline import QAPipeline

        return QAPipeline(self._archive).ask(question, history, filters, engine, level)

    def search(self, question: str, top_k: int, filters: Filters) -> list[SearchResult]:
        """Search as ``QAPipeline.search`` does."""
        from qa.pipeline import QAPipeline

        return QAPipeline(self._archive).search(question, top_k, filters)

    def articles(self, limit: int | None) -> list[ArticleSummary]:
        """List articles, newest first."""
        return self._archive.articles(limit=limit)

    def article(self, article_id: str, revision: int | None) -> Article:
        """Return an article."""
        return self._archive.article(article_id, revision)

    def remove(self, article_id: str) -> None:
        """Remove an article that must be there."""
        self._archive.article(article_id)
        self._archive.remove([article_id])


def find_server(folder: Path) -> "Remote | None":
    """Return the server that owns a data folder, if it is on this machine and answers."""
    address = str((owner(folder) or {}).get("address") or "")
    parts = urlsplit(address)
    if parts.scheme != "http" or parts.hostname not in LOOPBACK:
        return None
    try:
        token = (folder / TOKEN_FILE).read_text()
    except OSError:
        token = ""
    server = Remote(address, token)
    if server.is_alive():
        return server
    server.close()
    return None


class Remote:
    """An archive that a server on this machine has open."""

    def __init__(self, address: str, token: str) -> None:
        """Use a server's address; the token lets this user change the archive."""
        import httpx

        # Proxies are for the world outside; this never leaves the machine.
        headers = {TOKEN_HEADER: token} if token else {}
        self._client = httpx.Client(base_url=address, headers=headers, timeout=None, trust_env=False)

    def __enter__(self) -> Self:
        """Return the door."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connection."""
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def is_alive(self) -> bool:
        """Say whether the server answers."""
        try:
            return bool(self._call("GET", "/healthz", timeout=ALIVE_S) == {"status": "alive"})
        except DatelineError:
            return False

    def ask(
        self,
        question: str,
        history: Sequence[Turn],
        filters: Filters,
        engine: EngineName | None,
        level: Level | None,
    ) -> Answer:
        """Answer as ``QAPipeline.ask`` does."""
        turns = [{"role": turn.role, "text": turn.text} for turn in history]
        body = {"question": question, "history": turns, "filters": _filters(filters), "engine": engine, "level": level}
        return self._answer(self._call("POST", "/api/v1/ask", json=body))

    def search(self, question: str, top_k: int, filters: Filters) -> list[SearchResult]:
        """Search as ``QAPipeline.search`` does."""
        given = {name: value for name, value in _filters(filters).items() if value not in (None, [])}
        found = self._call("GET", "/api/v1/search", params={"question": question, "top_k": top_k, **given})
        return [SearchResult(row["rank"], row["score"], Chunk(**row["chunk"])) for row in found["results"]]

    def articles(self, limit: int | None) -> list[ArticleSummary]:
        """List articles, newest first."""
        found: list[ArticleSummary] = []
        while limit is None or len(found) < limit:
            wanted = PAGE if limit is None else min(PAGE, limit - len(found))
            part = self._call("GET", "/api/v1/articles", params={"limit": wanted, "offset": len(found)})["articles"]
            found += [ArticleSummary(**row) for row in part]
            if len(part) < wanted:
                break
        return found

    def article(self, article_id: str, revision: int | None) -> Article:
        """Return an article."""
        params = {} if revision is None else {"revision": revision}
        return Article(**self._call("GET", _path(article_id), params=params))

    def remove(self, article_id: str) -> None:
        """Remove an article that must be there."""
        self._call("DELETE", _path(article_id))

    def ingest(
        self,
        inputs: Sequence[str | Path],
        *,
        mapping: dict[str, str] | None = None,
        progress: ProgressCallback | None = None,
        publisher: str | None = None,
        corpus: str | None = None,
        sync: str | Path | None = None,
        dry_run: bool = False,
    ) -> IngestReport:
        """Have the server take in files and folders of this machine."""
        body = {
            "inputs": [given if _is_url(given) else str(Path(given).absolute()) for given in inputs],
            "mapping": mapping or {},
            "publisher": publisher,
            "corpus": corpus,
            "sync": str(Path(sync).absolute()) if sync else None,
            "dry_run": dry_run,
        }
        with _mapped(), self._client.stream("POST", "/api/v1/handover", json=body) as response:
            if response.status_code != 200:
                response.read()
                raise _error_of(response)
            return _report(response.iter_lines(), progress)

    def _call(self, method: str, path: str, **options: Any) -> Any:
        with _mapped():
            response = self._client.request(method, path, **options)
            if response.status_code != 200:
                raise _error_of(response)
            return response.json()

    def _answer(self, found: dict[str, Any]) -> Answer:
        values = {name: value for name, value in found.items() if name != "text"}
        values["claims"] = tuple(
            Claim(c["text"], tuple(c["citations"]), c["supported"], c.get("note")) for c in found["claims"]
        )
        values["citations"] = tuple(self._citation(row) for row in found["citations"])
        values["contexts"] = tuple(Context(**row) for row in found["contexts"])
        values["coverage"] = Coverage(**found["coverage"])
        values["run"] = Run(**found["run"])
        values["remarks"] = tuple(found.get("remarks", ()))
        return Answer(**values)

    def _citation(self, row: dict[str, Any]) -> Citation:
        # Read again, so that a quote is checked here as it was there.
        source = self.article(row["article_id"], row["revision"])
        near = tuple(Neighbour(**neighbour) for neighbour in row["context"])
        also = tuple(row["also_published_by"])
        return Citation(**{**row, "context": near, "also_published_by": also, "source_text": source.text})


def _is_url(given: str | Path) -> bool:
    return str(given).lower().startswith(("http://", "https://"))


def _path(article_id: str) -> str:
    return f"/api/v1/articles/{quote(article_id, safe='')}"


def _filters(filters: Filters) -> dict[str, Any]:
    return {
        "publishers": list(filters.publishers),
        "published_from": filters.first_day,
        "published_to": filters.last_day,
        "article_ids": None if filters.article_ids is None else list(filters.article_ids),
        "exclude_article_ids": list(filters.exclude_article_ids),
    }


@contextlib.contextmanager
def _mapped() -> Iterator[None]:
    """Turn whatever goes wrong on the way into one sentence."""
    import httpx

    try:
        yield
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as exc:
        raise DatelineError("The server that owns the data folder does not answer as it should.") from exc


def _error_of(response: "httpx.Response") -> DatelineError:
    try:
        return _error(response.json())
    except ValueError:
        return DatelineError(f"The server that owns the data folder answered {response.status_code}.")


def _error(body: Any) -> DatelineError:
    """Return the server's error as if it had happened here: same code, same exit code."""
    if not isinstance(body, dict) or not isinstance(body.get("error"), dict):
        raise ValueError("no error of ours")
    found = body["error"]
    kinds = {kind.code: kind for kind in _kinds(DatelineError)}
    error = DatelineError.__new__(kinds.get(str(found.get("code")), DatelineError))
    DatelineError.__init__(error, str(found.get("message")))
    error.id = str(found.get("id"))
    return error


def _kinds(kind: type[DatelineError]) -> Iterator[type[DatelineError]]:
    yield kind
    for child in kind.__subclasses__():
        yield from _kinds(child)


def _report(lines: Iterator[str], progress: Callable[[Progress], None] | None) -> IngestReport:
    name = ""
    for line in lines:
        key, _, value = line.partition(": ")
        if key == "event":
            name = value
        elif key == "data" and name == "error":
            raise _error(json.loads(value))
        elif key == "data" and name == "report":
            found = json.loads(value)
            found["skipped"] = [Skipped(**row) for row in found["skipped"]]
            found["duplicates"] = [Duplicate(**row) for row in found["duplicates"]]
            found["suspicious"] = [Suspicious(**row) for row in found["suspicious"]]
            return IngestReport(**found)
        elif key == "data" and progress:
            progress(Progress(**json.loads(value)))
    raise DatelineError("The server ended before the ingestion did; what was taken in so far is kept.")
