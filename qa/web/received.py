"""What editors send to be taken in: files, addresses, or articles as JSON, checked before anything is done with it."""

import asyncio
import json
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, BinaryIO
from urllib.parse import urlsplit

from fastapi import Request
from pydantic import Field, ValidationError
from starlette.datastructures import UploadFile

from qa.errors import WriteFailed
from qa.web import texts
from qa.web.bodies import Body, Name, Text
from qa.web.errors import BadRequest, BodyTooLarge, UnknownMedia
from qa.web.intake import Brought

MOST_FILES = 200
MOST_FIELDS = 20
MOST_URLS = 500
MOST_JSON = 16_000_000
"""Bytes of articles sent as JSON; they are held in memory, which files are not."""
MOST_FIELD = 256 * 1024
LONGEST_NAME = 180
"""Bytes of a file's name; file systems take 255."""
ROWS = "api.jsonl"
"""The file that articles sent as JSON lie in while they are read: without a corpus of their own, theirs is ``api``."""


class ArticleBody(Body):
    """An article, in the fields of a corpus file."""

    id: Name | None = None
    url: Name | None = None
    title: Text | None = None
    text: str
    publisher: Name | None = None
    author: Name | None = None
    published_at: Name | None = None
    updated_at: Name | None = None
    retrieved_at: Name | None = None
    language: Name | None = None
    section: Name | None = None


class ArticlesBody(Body):
    """Addresses to fetch, and articles."""

    urls: Annotated[list[Text], Field(max_length=MOST_URLS, default_factory=list)]
    articles: Annotated[list[ArticleBody], Field(default_factory=list)]
    publisher: Name | None = None
    corpus: Name | None = None


async def received(request: Request, folder: Path) -> Brought:
    """Read a request's body and return what it brings; files are written to the folder.

    Raises:
        UnknownMedia: It is neither JSON nor a form.
        BadRequest: It brings nothing, or not what is described.
        WriteFailed: The disk is full or refuses.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/json":
        return await asyncio.to_thread(_of_json, await _whole(request), folder)
    if kind == "multipart/form-data":
        return await _of_form(request, folder)
    raise UnknownMedia(texts.JSON_OR_FORM)


async def _whole(request: Request) -> bytes:
    """Return a body that has to be held at once; larger loads are files."""
    parts, size = list[bytes](), 0
    async for part in request.stream():
        parts.append(part)
        size += len(part)
        if size > MOST_JSON:
            raise BodyTooLarge(texts.JSON_TOO_LARGE.format(most=MOST_JSON // 1_000_000))
    return b"".join(parts)


def _of_json(body: bytes, folder: Path) -> Brought:
    try:
        given = json.loads(body)
        if isinstance(given, dict) and "text" in given:
            # An article by itself; its own publisher stays in it.
            corpus = given.pop("corpus", None)
            given = {"articles": [given], "corpus": corpus}
        elif isinstance(given, dict) and "url" in given:
            given["urls"] = [given.pop("url"), *given.get("urls", [])]
        found = ArticlesBody.model_validate(given)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part)[:60] for part in first["loc"]) or "body"
        raise BadRequest(f"The field {where!r} is not valid: {first['msg'].lower()}.") from None
    except (ValueError, TypeError, RecursionError):
        raise BadRequest(texts.NOT_JSON) from None
    brought = _brought(found.urls, found.publisher, found.corpus)
    if found.articles:
        rows = [json.dumps(one.model_dump(exclude_none=True)) for one in found.articles]
        path = _place(folder, 0, ROWS)
        _write(path, "\n".join(rows).encode())
        brought = replace(brought, names=(*brought.names, ROWS), inputs=(*brought.inputs, str(path)))
    return _something(brought)


async def _of_form(request: Request, folder: Path) -> Brought:
    async with request.form(max_files=MOST_FILES, max_fields=MOST_FIELDS, max_part_size=MOST_FIELD) as form:
        files = [part for _, part in form.multi_items() if isinstance(part, UploadFile)]
        text = {name: str(part) for name, part in form.multi_items() if not isinstance(part, UploadFile)}
        urls = [str(part) for name, part in form.multi_items() if name in {"url", "urls"}]
        brought = _brought([line for block in urls for line in block.splitlines()], text.get("publisher"))
        brought = replace(brought, corpus=text.get("corpus") or None)
        for at, part in enumerate(file for file in files if file.filename or file.size):
            name = file_name(part.filename)
            path = _place(folder, at, name)
            await asyncio.to_thread(_copy, part.file, path)
            brought = replace(brought, names=(*brought.names, name), inputs=(*brought.inputs, str(path)))
    return _something(brought)


def _brought(urls: Sequence[str], publisher: str | None = None, corpus: str | None = None) -> Brought:
    wanted = list(dict.fromkeys(url.strip() for url in urls if url.strip()))
    if len(wanted) > MOST_URLS:
        raise BadRequest(texts.TOO_MANY_ADDRESSES.format(most=MOST_URLS))
    for url in wanted:
        if not is_web_address(url):
            raise BadRequest(texts.NO_ADDRESS.format(given=url[:100]))
    return Brought(tuple(wanted), tuple(wanted), publisher or None, corpus or None)


def _something(brought: Brought) -> Brought:
    if not brought.inputs:
        raise BadRequest(texts.NOTHING_BROUGHT)
    return brought


def is_web_address(given: str) -> bool:
    """Say whether this is an address of the web; nothing else may pass, for ingestion reads other names as paths."""
    try:
        parts = urlsplit(given)
        return given.lower().startswith(("http://", "https://")) and bool(parts.hostname) and given.isprintable()
    except ValueError:
        return False


def file_name(given: str | None) -> str:
    r"""Return the name under which a file that was sent is kept: its own, as far as it can name a file and no path.

    >>> file_name("../../etc/passwd"), file_name("C:\\news\\May.txt"), file_name(" ..\x00 "), file_name(None)
    ('passwd', 'May.txt', 'file', 'file')
    """
    last = (given or "").replace("\\", "/").rsplit("/", 1)[-1].encode("utf-8", "replace").decode()
    name = "".join(letter for letter in last if letter.isprintable()).strip(" .")
    stem, dot, ending = name.rpartition(".")
    if len(name.encode()) > LONGEST_NAME:
        ending = ending if dot and len(ending) <= 10 else ""
        kept = (stem or name).encode()[: LONGEST_NAME - len(ending.encode()) - 1].decode("utf-8", "ignore")
        name = f"{kept}.{ending}" if ending else kept
    return name or "file"


def _place(folder: Path, at: int, name: str) -> Path:
    # Each in a folder of its own: two files may have one name.
    return folder / str(at) / name


def _copy(source: BinaryIO, path: Path) -> None:
    with _written(path) as target:
        shutil.copyfileobj(source, target, 1 << 20)


def _write(path: Path, data: bytes) -> None:
    with _written(path) as target:
        target.write(data)


def _written(path: Path) -> Any:
    try:
        path.parent.mkdir(mode=0o700)
        return path.open("xb")
    except OSError as exc:
        raise WriteFailed(f"What was sent cannot be kept: {exc.strerror}.") from exc
