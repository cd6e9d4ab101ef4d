"""The secrets of a server: what readers and editors sign in with, and what sessions are signed with."""

import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import SecretStr

from qa.config import Settings
from qa.errors import WriteFailed

READER_FILE, EDITOR_FILE, SESSION_FILE = "reader.token", "editor.token", "session.key"


@dataclass(frozen=True, slots=True)
class Keys:
    """Secrets as they are compared; ``made`` are the files that were made just now."""

    reader: str = field(repr=False)
    editor: str = field(repr=False)
    session: str = field(repr=False)
    made: tuple[Path, ...] = ()


def keys_of(settings: Settings) -> Keys:
    """Return the secrets of the settings; those that are not set are files of the data folder, made when first needed.

    Raises:
        WriteFailed: A file can be neither read nor made.
    """
    made: list[Path] = []

    def kept(name: str, given: SecretStr | None = None) -> str:
        return given.get_secret_value() if given else _kept(settings.data_dir / name, made)

    reader, editor = kept(READER_FILE, settings.reader_token), kept(EDITOR_FILE, settings.editor_token)
    return Keys(reader, editor, kept(SESSION_FILE), tuple(made))


def _kept(path: Path, made: list[Path]) -> str:
    try:
        if path.exists() and (found := path.read_text("utf-8").strip()):
            return found
        value = secrets.token_urlsafe(32)
        path.unlink(missing_ok=True)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(value + "\n")
    except (OSError, ValueError) as exc:
        raise WriteFailed(f"The file {path} can be neither read nor made: {exc}.") from exc
    made.append(path)
    return value
