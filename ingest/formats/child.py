"""The worker process: reads requests from its standard input, answers on its standard output, and nothing else.

A message is two lengths of eight bytes, then a JSON object, then raw bytes. JSON and not pickle: a parser that a
hostile file has taken over can send nothing but data. Whoever asks may kill this process at any time.
"""

import json
import os
import struct
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any, BinaryIO

from ingest.formats.base import Limits, Parsed, Refused

LENGTHS = struct.Struct(">QQ")
PARSERS = {
    "html": ("page", "read_page"),
    "pdf": ("pdf", "read_pdf"),
    "docx": ("word", "read_docx"),
    "mail": ("mail", "read_mail"),
    "feed": ("feed", "read_feed"),
}
SPENT = frozenset(("memory", "too_deep"))
"""Failures after which the process is not to be trusted with another document."""


def main() -> None:
    """Answer until the standard input ends."""
    limits = Limits(**json.loads(sys.argv[2]))
    requests = sys.stdin.buffer
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what a library prints must not look like an answer
    _limit_memory(limits)
    while message := receive(requests, limits.bytes_in):
        _limit_time(limits)
        answer, payload = _answered(message[0], message[1])
        send(answers, answer, payload)
        if answer.get("code") in SPENT:
            return


def send(stream: BinaryIO, header: dict[str, Any], payload: bytes = b"") -> None:
    """Write one message."""
    data = json.dumps(header).encode("ascii")
    stream.write(LENGTHS.pack(len(data), len(payload)) + data)
    stream.write(payload)
    stream.flush()


def receive(stream: BinaryIO, most: int) -> tuple[dict[str, Any], bytes] | None:
    """Read one message, or None where the stream ends or a message is longer than allowed."""
    head = stream.read(LENGTHS.size)
    if len(head) < LENGTHS.size:
        return None
    length, payload_length = LENGTHS.unpack(head)
    if length + payload_length > most + 100_000:
        return None
    header, payload = stream.read(length), stream.read(payload_length)
    if len(header) < length or len(payload) < payload_length:
        return None
    return json.loads(header), payload


def _limit_memory(limits: Limits) -> None:
    if sys.platform == "win32":
        return  # there the time limit stands alone
    import resource

    size = limits.memory_mb * 1_000_000
    resource.setrlimit(resource.RLIMIT_AS, (size, size))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def _limit_time(limits: Limits) -> None:
    """Let the system end this process if whoever asked has died and cannot."""
    if sys.platform == "win32":
        return
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime + 2 * limits.seconds) + 2
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))


def _answered(request: dict[str, Any], payload: bytes) -> tuple[dict[str, Any], bytes]:
    try:
        return _run(request, payload)
    except Refused as exc:
        return {"code": exc.code, "reason": exc.reason}, b""
    except MemoryError:
        return {"code": "memory", "reason": "Reading the file took more memory than is allowed."}, b""
    except RecursionError:
        return {"code": "too_deep", "reason": "The file is nested too deep."}, b""
    except Exception:
        return {"code": "damaged", "reason": "The file is damaged, or not what it seems to be."}, b""


def _run(request: dict[str, Any], payload: bytes) -> tuple[dict[str, Any], bytes]:
    operation, args = request["op"], request["args"]
    if operation == "load":
        if _zip_operation(args["name"]) is None:
            parser(args["name"])
        return {}, b""
    if zip_operation := _zip_operation(operation):
        return zip_operation(**args)
    return parser(operation)(payload, **args).as_dict(), b""


def _zip_operation(name: str) -> Callable[..., tuple[dict[str, Any], bytes]] | None:
    if not name.startswith("zip_"):
        return None
    from ingest.formats.archive import OPERATIONS

    return OPERATIONS[name]


def parser(kind: str) -> Callable[..., Parsed]:
    """Return the parser of a kind, importing its library now."""
    module, function = PARSERS[kind]
    read: Callable[..., Parsed] = getattr(import_module(f"ingest.formats.{module}"), function)
    return read
