"""The folder of a run: results line by line as they come, so that a killed run goes on where it stopped."""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from importlib.resources import files
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from qa.errors import UsageError, WriteFailed
from qa.evaluate.types import Json

RESULTS = "results.jsonl"
RUN = "run.json"
FLUSHED_EVERY = 20


class RunFolder:
    """Append results and know how many are there already."""

    def __init__(self, path: Path, identity: Json) -> None:
        """Open a folder for a run, going on with an unfinished one of the same identity.

        What another run left unfinished there is put aside, never mixed in.

        Args:
            path: Made if it is missing.
            identity: What makes two runs the same: questions, settings, archive and code.

        Raises:
            WriteFailed: The folder cannot be written.
        """
        self.path = path
        self._identity = identity
        self.set_aside: Path | None = None
        try:
            path.mkdir(parents=True, exist_ok=True)
            self.done = self._resume()
            self.note(finished=False)
            self._file: IO[bytes] = (path / RESULTS).open("ab")
        except OSError as exc:
            raise WriteFailed(f"The folder {path} cannot be written: {exc.strerror}.") from exc

    def _resume(self) -> int:
        before, results = read_json(self.path / RUN), self.path / RESULTS
        if before.get("finished") is not False or not results.exists():
            results.unlink(missing_ok=True)
            return 0
        if before.get("identity") != self._identity:
            self.set_aside = self.path / f"results-{_short(before)}.jsonl"
            results.replace(self.set_aside)
            return 0
        whole, size = _whole_lines(results)
        os.truncate(results, size)
        return whole

    def note(self, *, finished: bool, **more: object) -> None:
        """Write what the run is and whether it is finished."""
        self.write(RUN, json.dumps({"finished": finished, "identity": self._identity, **more}, indent=1) + "\n")

    def append(self, line: Json) -> None:
        """Add one result."""
        try:
            self._file.write(json.dumps(line, separators=(",", ":")).encode("ascii") + b"\n")
            self.done += 1
            if self.done % FLUSHED_EVERY == 0:
                self._file.flush()
        except OSError as exc:
            raise WriteFailed(f"The results in {self.path} cannot be written: {exc.strerror}.") from exc

    def write(self, name: str, text: str) -> None:
        """Write a whole file, which is there completely or not at all."""
        partial = self.path / f"{name}.partial"
        try:
            partial.write_text(text, "utf-8", errors="backslashreplace")
            partial.replace(self.path / name)
        except OSError as exc:
            raise WriteFailed(f"{self.path / name} cannot be written: {exc.strerror}.") from exc

    def __enter__(self) -> Self:
        """Return the folder."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Write what is pending."""
        try:
            self._file.close()
        except OSError as exc:
            raise WriteFailed(f"The results in {self.path} cannot be written: {exc.strerror}.") from exc


def read_results(path: Path) -> Iterator[Json]:
    """Yield the results of a file; a torn last line is left out.

    Raises:
        UsageError: The file cannot be read, or a line before the last is no result.
    """
    path = path / RESULTS if path.is_dir() else path
    torn = 0
    try:
        with path.open("rb") as file:
            for number, raw in enumerate(file, 1):
                if torn:
                    raise UsageError(f"Line {torn} of {path} is no result.")
                line = parse_line(raw)
                if line is None:
                    torn = number
                else:
                    yield line
    except OSError as exc:
        raise UsageError(f"The results {path} cannot be read: {exc.strerror}.") from exc


ANSWER_PARTS = {"status": str, "citations": list, "claims": list, "contexts": list}
CITATION_PARTS = {"article_id": str, "revision": int, "start": int, "end": int, "quote": str}


def parse_line(raw: bytes) -> Json | None:
    """Return a result, or None if the bytes are none: it may come from anywhere."""
    with suppress(ValueError, RecursionError):
        line = json.loads(raw)
        if isinstance(line, dict) and isinstance(line.get("id"), str) and "answer" in line:
            answer = line["answer"]
            if answer is None or _is_answer(answer):
                return {"scores": {}, "unscored": {}, **line}
    return None


def _is_answer(answer: Any) -> bool:
    if not _has(answer, ANSWER_PARTS) or not isinstance(answer.get("run", {}), dict):
        return False
    confidence = answer.get("confidence", 0.0)
    if isinstance(confidence, bool) or not isinstance(confidence, int | float):
        return False
    return all(
        [_has(row, CITATION_PARTS) for row in answer["citations"]]
        + [_has(row, {"text": str, "article_id": str}) for row in answer["contexts"]]
        + [_has(row, {"text": str, "supported": bool, "citations": list}) for row in answer["claims"]]
    )


def _has(value: object, parts: Mapping[str, type]) -> bool:
    return isinstance(value, dict) and all(isinstance(value.get(name), kind) for name, kind in parts.items())


def _whole_lines(path: Path) -> tuple[int, int]:
    """Return how many whole results stand at the start of a file and how many bytes they take."""
    count = size = 0
    with path.open("rb") as file:
        for raw in file:
            if not raw.endswith(b"\n") or parse_line(raw) is None:
                break
            count, size = count + 1, size + len(raw)
    return count, size


def read_json(path: Path) -> Json:
    """Return the object in a file; empty if there is none."""
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def code_digest() -> str:
    """Return a digest of the program, so that results of two versions of it are never mixed."""
    found = hashlib.sha256()
    for package in ("qa", "prompts"):
        root = Path(str(files(package)))
        for path in sorted(root.rglob("*")):
            if path.suffix in {".py", ".json", ".md", ".txt"}:
                found.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes())
    return found.hexdigest()[:16]


def _short(before: Json) -> str:
    text = json.dumps(before.get("identity"), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:8]
