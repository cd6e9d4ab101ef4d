"""Every error a user can meet.

DatelineError
├── UsageError               the call itself is wrong
│   ├── EmptyQuestion
│   ├── QuestionTooLong
│   ├── BadFilter
│   └── BadSettings
├── NotFound                 no such article or revision
├── FolderLocked             another process owns the data folder
├── ArchiveError             the data folder cannot be used as it is
│   ├── IndexMismatch        made with another recipe than the settings'
│   ├── SchemaTooNew         written by a newer Dateline
│   └── ArchiveDamaged       the catalogue itself is broken
├── ModelUnavailable         the embedding model cannot be loaded
├── ChatModelFailed          the chat model is missing, slow, down or sends rubbish
├── NothingUsable            a chat model's drafts fail every check
├── QuoteNotVerbatim         a citation does not stand in its article
├── Interrupted              the user said stop
├── IngestFailed             nothing could be taken in
└── WriteFailed              the disk is full or refuses

Each carries one plain sentence for the user, a stable code, whether trying again can help, and the HTTP
status and exit code it becomes. Foreign errors are mapped to these once, by the owner of the library.
"""

import secrets
from typing import Any


class DatelineError(Exception):
    """Tell the user in one plain sentence what went wrong."""

    code = "error"
    retryable = False
    http_status = 500
    exit_code = 1

    def __init__(self, user_message: str) -> None:
        """Keep the sentence and draw an id that also goes into the log."""
        super().__init__(user_message)
        self.user_message = user_message
        self.id = secrets.token_hex(4)

    def as_dict(self) -> dict[str, Any]:
        """Return the one JSON shape of an error."""
        return {"error": {"code": self.code, "message": self.user_message, "retryable": self.retryable, "id": self.id}}


class Interrupted(DatelineError):
    """Stop because the user said so (Ctrl+C); 130 is what shells give back for it."""

    code = "interrupted"
    exit_code = 130


class UsageError(DatelineError):
    """Refuse a call that is wrong in itself."""

    code = "usage"
    http_status = 400
    exit_code = 2


class EmptyQuestion(UsageError):
    """Refuse a question with no words in it."""

    code = "empty_question"


class QuestionTooLong(UsageError):
    """Refuse a question over the configured length."""

    code = "question_too_long"
    http_status = 413


class BadFilter(UsageError):
    """Refuse a filter that cannot be read, such as a date that is none."""

    code = "bad_filter"


class BadSettings(UsageError):
    """Refuse a settings file or environment variable that cannot be read."""

    code = "bad_settings"


class NotFound(DatelineError):
    """Report an article or revision that the archive does not hold."""

    code = "not_found"
    http_status = 404


class FolderLocked(DatelineError):
    """Report that another process owns the data folder."""

    code = "folder_locked"
    retryable = True
    http_status = 423


class ArchiveError(DatelineError):
    """Report a data folder that cannot be used as it is."""

    code = "archive"


class IndexMismatch(ArchiveError):
    """Report an index made with another recipe than the settings', and name the command to run."""

    code = "index_mismatch"
    http_status = 409


class SchemaTooNew(ArchiveError):
    """Report a catalogue written by a newer version of Dateline."""

    code = "schema_too_new"


class ArchiveDamaged(ArchiveError):
    """Report a catalogue that cannot be read."""

    code = "archive_damaged"


class ModelUnavailable(DatelineError):
    """Report an embedding model that is missing, altered or unreadable."""

    code = "model_unavailable"
    http_status = 503


class ChatModelFailed(DatelineError):
    """Report a chat model that is missing, slow, down or sends rubbish; an answer then falls back to quotes."""

    code = "chat_model"
    http_status = 503

    def __init__(self, user_message: str, *, retryable: bool = False) -> None:
        """Take what happened and whether trying again can help."""
        super().__init__(user_message)
        self.retryable = retryable


class NothingUsable(DatelineError):
    """Stop asking a chat model for drafts that cannot be used; rules then make them."""

    code = "nothing_usable"


class QuoteNotVerbatim(DatelineError):
    """Stop a citation whose quote does not stand at its place in the article."""

    code = "quote_not_verbatim"


class IngestFailed(DatelineError):
    """Report that no input could be taken in."""

    code = "ingest_failed"
    http_status = 422


class WriteFailed(DatelineError):
    """Report that the disk is full or refuses to be written."""

    code = "write_failed"
    retryable = True
    http_status = 507
