"""Mail messages: subject, sender, date and the readable part; what is attached is named and not read."""

import re
from email import message_from_bytes, policy
from email.message import EmailMessage, MIMEPart
from email.utils import parseaddr

from ingest.formats.base import Fields, Parsed, Refused

_MOST_PARTS = 200
_READABLE = frozenset(
    ("application/pdf", "text/html", "text/plain", "text/csv", "message/rfc822", "application/zip")
) | {"application/vnd.openxmlformats-officedocument.wordprocessingml.document"}


def read_mail(data: bytes) -> Parsed:
    """Return the article of a message, such as a newsletter or a press release.

    Raises:
        Refused: It has no headers or no text.
    """
    message = message_from_bytes(data, policy=policy.default)
    if not any(message.get(name) for name in ("From", "Date", "Subject")):
        raise Refused("damaged", "The file is no mail message: it names no sender, date or subject.")
    parts = list(message.walk())
    if len(parts) > _MOST_PARTS:
        raise Refused("too_large", f"The message has more than {_MOST_PARTS} parts.")
    text = _body(message)
    if not text.strip():
        raise Refused("empty", "The message holds no text.")
    return Parsed([{**_fields(message), "text": text}], [_left_out(part) for part in parts if _is_attached(part)])


def _fields(message: EmailMessage) -> Fields:
    sender = _header(message, "From")
    name, address = parseaddr(sender or "")
    identifier = (_header(message, "Message-ID") or "").strip("<> ")
    return {
        "title": _header(message, "Subject"),
        "author": name or address or None,
        "published_at": _header(message, "Date"),
        "language": _header(message, "Content-Language"),
        "id": identifier or None,
    }


def _header(message: EmailMessage, name: str) -> str | None:
    try:
        value = message.get(name)
        return None if value is None else str(value).strip() or None
    except Exception:
        # The header parser of the standard library fails in many ways on headers that are none.
        found = next((value for key, value in message.raw_items() if key.lower() == name.lower()), None)
        return None if found is None else " ".join(str(found).split())


def _body(message: EmailMessage) -> str:
    part = message.get_body(preferencelist=("plain", "html"))
    if part is None:
        return ""
    if part.get_content_type() == "text/html":
        from ingest.formats.page import markup_fields

        payload = part.get_payload(decode=True)
        return str(markup_fields(payload if isinstance(payload, bytes) else b"")["text"])
    text = _plain(part)
    return _unflowed(text) if part.get_param("format") == "flowed" else text


def _plain(part: MIMEPart) -> str:
    payload = part.get_payload(decode=True)
    data = payload if isinstance(payload, bytes) else b""
    charset = part.get_content_charset("utf-8")
    try:
        return data.decode(charset, "replace")
    except LookupError:
        return data.decode("utf-8", "replace")


def _unflowed(text: str) -> str:
    """Join lines that end in a blank with the next one, as RFC 3676 has it."""
    return re.sub(r"(?<!--) \r?\n(?![>\s])", " ", text)


def _is_attached(part: EmailMessage) -> bool:
    return part.get_content_disposition() == "attachment" and part.get_content_type() in _READABLE


def _left_out(part: EmailMessage) -> tuple[str, str, str]:
    try:
        name = part.get_filename() or part.get_content_type()
    except Exception:  # as in _header
        name = part.get_content_type()
    return name[:200], "attachment", "What is attached to a message is not read; save it as a file of its own."
