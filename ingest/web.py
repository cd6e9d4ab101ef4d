"""Web addresses to articles: a page is one, a feed leads to the pages that it links to."""

import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ingest.addresses import target_of
from ingest.documents import parsed_pages
from ingest.fetch import Fetched, Fetcher
from ingest.kinds import HEAD, kind_of, kind_of_name
from ingest.load import Load
from ingest.metadata import normalise_url
from ingest.parse import parse
from ingest.rows import Unreadable
from ingest.text import shown
from ingest.types import Kind, RawPage, SourceFile
from ingest.visits import Visit, Visits
from qa.types import ArticleDraft, Skipped

_SAVE_SECONDS = 10.0
_ONE_ARTICLE = frozenset[Kind](("html", "pdf", "docx", "text", "markdown"))
_BY_TYPE: dict[str, Kind] = {
    **dict.fromkeys(("text/html", "application/xhtml+xml"), "html"),
    **dict.fromkeys(("application/rss+xml", "application/atom+xml"), "feed"),
    **dict.fromkeys(("application/jsonl", "application/x-ndjson", "application/x-jsonlines"), "jsonl"),
    **{"application/pdf": "pdf", "text/csv": "csv", "text/markdown": "markdown", "text/plain": "text"},
    "message/rfc822": "mail",
}
_FROM_FEED = ("title", "publisher", "author", "published_at", "updated_at", "language", "section")
"""What a feed says of an article where the article's own page does not."""
_UNKNOWN = "What lies there is of no kind that is read"


@dataclass(slots=True)
class Web:
    """The addresses of one ingestion on their way into the archive."""

    load: Load
    fetcher: Fetcher
    visits: Visits
    folder: Path
    """For what was fetched while it is read."""
    last_save: float = 0.0
    done: dict[str, bool] = field(default_factory=dict)
    """The addresses of this run, and whether all that lies there is in the archive."""

    def take(self, urls: Sequence[str]) -> None:
        """Take in what lies at addresses, each once."""
        for url in urls:
            self.address(_link(url) or url)
        self.save()

    def save(self) -> None:
        """Store the articles that are held, and only then what spares fetching them again."""
        self.load.flush()
        if not self.load.dry_run:
            self.visits.save()
        self.last_save = time.monotonic()

    def address(self, url: str, entry: ArticleDraft | None = None) -> bool:
        """Take in what lies at an address; say whether all of it is in the archive.

        Args:
            url: The address.
            entry: What the feed says that linked to it.
        """
        if url not in self.done:
            if time.monotonic() - self.last_save > _SAVE_SECONDS:
                self.save()
            self.load.report_progress()  # where somebody may say stop
            self.done[url] = False  # a feed may link to itself
            self.done[url] = self.visited(url, entry)
        return self.done[url]

    def visited(self, url: str, entry: ArticleDraft | None) -> bool:
        """Do so for an address that is new to this run."""
        known = self.known(url)
        try:
            found = self.fetcher.get(url, known.marks if known else None)
            if found.body is None and known is not None:
                return self.unchanged(url, known)
            return self.read(url, found, found.body or b"", entry)
        except Unreadable as exc:
            return self.missed(url, exc, entry)

    def known(self, url: str) -> Visit | None:
        """Return what is known of an address if the archive still holds what came from it."""
        visit = self.visits.known.get(url)
        return visit if visit and all(self.held(link) for link in visit.links or (url,)) else None

    def held(self, url: str) -> list[str]:
        """Return the ids of the articles that came from an address."""
        return self.load.archive.from_source(url)

    def unchanged(self, url: str, known: Visit) -> bool:
        """Count the articles of an address that has not changed."""
        for link in known.links or (url,):
            article_ids = self.held(link)
            self.load.seen.update(article_ids)
            self.done[link] = True
            self.load.counts["unchanged"] += len(article_ids)
        self.load.report_progress()
        return True

    def missed(self, url: str, why: Unreadable, entry: ArticleDraft | None) -> bool:
        """Report an address that could not be read; what a feed gives in full is taken from the feed."""
        if entry is not None and entry.text and not self.held(url):
            self.load.add(RawPage(shown(url), None, "feed", b"", url), self.load.defaults.fill_in(entry, "feed", url))
            return False
        self.load.skipped.append(Skipped(shown(url), None, why.code, why.reason))
        return False

    def read(self, url: str, found: Fetched, body: bytes, entry: ArticleDraft | None) -> bool:
        """Read what was fetched.

        Raises:
            Unreadable: It is of no kind that is read.
        """
        kind, zipped, data = _kind(found, body)
        if kind == "feed" and entry is not None:
            raise Unreadable("nested", "The feed leads to another feed, which is not followed.")
        path = self.folder / "fetched"
        path.write_bytes(data)
        file = SourceFile(path, url, kind, zipped, len(data), url, url=found.url)
        if kind == "feed":
            links = self.feed(file, data)
            self.visits.put(url, Visit(found.marks, tuple(links)) if found.marks and links else None)
            return bool(links)
        before = len(self.load.skipped)
        taken = self.load.read(file, _amended(found.url, kind, entry))
        whole = bool(taken) and len(self.load.skipped) == before
        self.visits.put(url, Visit(found.marks) if found.marks and whole else None)
        return whole

    def feed(self, file: SourceFile, data: bytes) -> list[str]:
        """Take in the articles that a feed links to; return the links if all of it is in the archive."""
        links, whole = list[str](), True
        for item in parsed_pages(file, data, self.load.worker, url=file.url):
            draft = item if isinstance(item, Skipped) else self.entry(item, file.url or file.name)
            if isinstance(draft, Skipped):
                self.load.skipped.append(draft)
                whole = False
            elif draft.url is None:
                self.load.add(_without_text(item), self.load.defaults.fill_in(draft, "feed", file.own_name))
                whole = False  # it has no address by which it could be told later that it is there
            elif draft.url not in links:
                links.append(draft.url)
                whole = self.address(draft.url, draft) and whole
        return links if whole else []

    def entry(self, item: RawPage, feed_url: str) -> ArticleDraft | Skipped:
        """Return what a feed says of an article; its text only where it is the article and the feed's own to give."""
        fields = item.payload if isinstance(item.payload, dict) else {}
        link = _link(fields.get("url"))
        text = fields.get("text") or (link and (fields.get("title") or "-"))  # a link alone is an entry too
        draft = parse(replace(item, payload={**fields, "url": link, "text": text or ""}))
        if isinstance(draft, Skipped) or link is None:
            return draft
        own = _host(link) == _host(feed_url) and bool(fields.get("whole"))
        return replace(draft, url=link, text=draft.text if own else "", source=link)


def visit(load: Load, urls: Sequence[str], fetcher: Fetcher) -> None:
    """Take the articles at addresses into the archive of an ingestion under way."""
    if not urls:
        return
    with tempfile.TemporaryDirectory(prefix="dateline-") as folder:
        Web(load, fetcher, Visits.at(load.archive.settings.data_dir), Path(folder), time.monotonic()).take(urls)


def _kind(found: Fetched, body: bytes) -> tuple[Kind, bool, bytes]:
    """Return what was fetched is, whether it is a gzip file, and its bytes with the letters that the server names.

    Raises:
        Unreadable: It is of no kind that is read.
    """
    path = urlsplit(found.url).path.lower()
    zipped = path.endswith(".gz") and body[:2] == b"\x1f\x8b"
    content_type, _, parameters = found.content_type.partition(";")
    content_type = content_type.strip().lower()
    named = kind_of_name(path.removesuffix(".gz")) or _BY_TYPE.get(content_type)
    kind = named if zipped else kind_of(body[:HEAD], named)
    if kind is None or (zipped and kind not in ("jsonl", "csv")):
        raise Unreadable("unknown_kind", f"{_UNKNOWN} ({shown(content_type[:60]) or 'unnamed'}).")
    return kind, zipped, _in_utf8(body, parameters) if kind in ("html", "text", "markdown") else body


def _in_utf8(body: bytes, parameters: str) -> bytes:
    """Return a text in UTF-8 where the server says what else it is in; text that is UTF-8 already is left alone."""
    charset = next((part.partition("=")[2] for part in parameters.split(";") if "charset" in part.lower()), "")
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        try:
            return body.decode(charset.strip(" \"'")).encode("utf-8")
        except (LookupError, ValueError):
            pass
    return body


def _amended(url: str, kind: Kind, entry: ArticleDraft | None) -> Callable[[ArticleDraft], ArticleDraft]:
    """Return what completes an article with where and when it was fetched, and with what its feed says of it."""
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def amended(draft: ArticleDraft) -> ArticleDraft:
        given: dict[str, Any] = {name: getattr(draft, name) or getattr(entry, name, None) for name in _FROM_FEED}
        draft = replace(draft, retrieved_at=draft.retrieved_at or now, **given)
        if draft.url is None and kind in _ONE_ARTICLE:
            draft = replace(draft, url=url, url_key=normalise_url(url))
        return draft

    return amended


def _link(value: object) -> str | None:
    """Return an entry's link in the form in which it is fetched, or None where it is none."""
    try:
        return target_of(value).url if isinstance(value, str) else None
    except Unreadable:
        return None


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.")


def _without_text(item: RawPage | Skipped) -> RawPage:
    assert isinstance(item, RawPage)
    return replace(item, payload=b"")
