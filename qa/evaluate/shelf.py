"""The archive as the scorers need it: articles by whatever a question set calls them, and places in them."""

from collections.abc import Iterable
from functools import lru_cache

from qa.errors import NotFound
from qa.evaluate.texts import locate, squeeze
from qa.evaluate.types import EvalQuestion, Gold
from qa.index.archive import Archive
from qa.types import Article, Span

KEPT = 256
"""Articles kept in memory, a few kilobytes each."""
FIELDS = ("publisher", "language", "month")


class Shelf:
    """Look articles up by URL, by id or by the id they were given."""

    def __init__(self, archive: Archive) -> None:
        """Read the names of the archive's articles."""
        summaries = archive.articles()
        self._names: dict[str, str] = {}
        # A URL wins over an id that another article was given.
        for kind in ("external_id", "url", "id"):
            self._names.update({name: row.id for row in summaries if (name := getattr(row, kind))})
        self._loose = {_loose(row.url): row.id for row in summaries if row.url}
        self._article = lru_cache(maxsize=KEPT)(archive.article)
        self._archive = archive

    def find(self, name: str | None) -> str | None:
        """Return the id of an article, or None."""
        return self._names.get(name) or self._loose.get(_loose(name)) if name else None

    def article(self, article_id: str, revision: int | None = None) -> Article | None:
        """Return an article as it is stored, or None."""
        try:
            return self._article(article_id, revision)
        except NotFound:
            return None

    def homes(self, golds: Iterable[Gold]) -> list[str]:
        """Return the ids of the articles named, each once; those that the archive lacks are left out."""
        return list(dict.fromkeys(found for gold in golds if (found := self.find(gold.article))))

    def copies(self, golds: Iterable[Gold]) -> dict[str, str]:
        """Map each evidence article to the first of those that were given the same words.

        Two articles that carry the same sentence are copies of one report: either will do as its source.
        """
        words: dict[str, set[str]] = {}
        for gold in golds:
            if gold.text and (home := self.find(gold.article)):
                words.setdefault(home, set()).add(squeeze(gold.text))
        first: dict[frozenset[str], str] = {}
        return {home: first.setdefault(frozenset(found), home) for home, found in words.items()}

    def place(self, gold: Gold) -> tuple[str, Span] | None:
        """Return the article and the place of an evidence's words, or None."""
        home = self.find(gold.article)
        article = self.article(home) if home else None
        span = locate(article.text, gold.text) if article and gold.text else None
        return (article.id, span) if article and span else None

    def fields(self, question: EvalQuestion) -> dict[str, str]:
        """Return what a question's results are split by: its own fields, and those of its first evidence article."""
        homes = self.homes(question.evidence)
        article = self.article(homes[0]) if homes else None
        if article is None:
            return question.fields
        about = {
            "publisher": article.publisher,
            "language": article.language,
            "month": (article.published_at or "")[:7],
        }
        return {**{name: value for name, value in about.items() if value}, **question.fields}


def _loose(url: str | None) -> str:
    """Return a URL without what two spellings of it differ in."""
    bare = (url or "").partition("#")[0].partition("://")[2].rstrip("/")
    return bare.removeprefix("www.").casefold() if bare else (url or "")
