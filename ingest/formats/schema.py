"""What a page says about itself: schema.org (JSON-LD and microdata), OpenGraph and older meta tags.

Nothing is guessed from the text: a page that names no date has none. Names are what the page claims; the address it
was fetched from wins over the one that it claims unless both are of one host.
"""

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin, urlsplit

from lxml import etree

from ingest.formats.base import Fields

_ARTICLE = re.compile(r"(?:\w*Article|\w*Posting|Report|Review|LiveBlog\w*)", re.ASCII)
_META = {
    "title": ("og:title", "twitter:title", "parsely-title", "dc.title", "dcterms.title", "headline"),
    "publisher": ("og:site_name", "application-name", "dc.publisher", "dcterms.publisher", "cre"),
    "author": ("author", "article:author_name", "parsely-author", "sailthru.author", "dc.creator", "byl", "byline"),
    "section": ("article:section", "parsely-section", "section", "sailthru.section"),
    "language": ("og:locale", "dc.language", "content-language"),
    "published_at": (
        *("article:published_time", "og:article:published_time", "datepublished", "parsely-pub-date", "sailthru.date"),
        *("dc.date.issued", "dcterms.issued", "dcterms.created", "pubdate", "publishdate", "publish-date", "pdate"),
        *("article_date_original", "cxenseparse:recs:publishtime", "dc.date", "date"),
    ),
    "updated_at": (
        *("article:modified_time", "og:updated_time", "og:article:modified_time", "datemodified", "dcterms.modified"),
        *("dc.date.modified", "last-modified", "lastmod", "utime", "revised"),
    ),
    "url": ("og:url",),
}
_MOST_SCRIPTS = 50
_LONGEST_SCRIPT = 2_000_000
_MOST_NODES = 5000


def page_fields(tree: etree._Element, url: str | None = None) -> Fields:
    """Return the fields of an article that a page gives, each from the surest place that names it."""
    found: Fields = {}
    for source in (_json_ld(tree), _microdata(tree), _meta(tree), _markup(tree)):
        for name, value in source.items():
            if value and not found.get(name):
                found[name] = value
    found["title"] = _headline(found.get("title"), found.get("publisher"))
    found["url"] = _address(found.get("url"), url)
    return found


def _address(claimed: Any, fetched: str | None) -> str | None:
    if fetched is None:
        return str(claimed) if isinstance(claimed, str) and claimed.startswith(("http://", "https://")) else None
    if not isinstance(claimed, str):
        return fetched
    whole = urljoin(fetched, claimed)
    try:
        same = urlsplit(whole).hostname == urlsplit(fetched).hostname
    except ValueError:
        same = False
    return whole if same else fetched


def _headline(title: Any, publisher: Any) -> str | None:
    """Return a title without the name of the site that many pages put behind it."""
    if not isinstance(title, str):
        return None
    if isinstance(publisher, str) and publisher:
        title = re.sub(rf"\s+[|–—·:-]\s+{re.escape(publisher)}\s*$", "", title, flags=re.IGNORECASE)
    return str(title)


# JSON-LD ---------------------------------------------------------------------------------------------------------


def _json_ld(tree: etree._Element) -> Fields:
    nodes = [node for script in _scripts(tree) for node in _nodes(script)]
    named = {str(node["@id"]): node for node in nodes if isinstance(node.get("@id"), str) and "name" in node}
    articles = [node for node in nodes if any(_ARTICLE.fullmatch(kind) for kind in _kinds(node))]
    if not articles:
        return {}
    article = max(articles, key=lambda node: sum(name in node for name in ("headline", "datePublished", "author")))
    return {
        "title": _string(article.get("headline")) or _string(article.get("name")),
        "publisher": _names(article.get("publisher"), named),
        "author": _names(article.get("author") or article.get("creator"), named),
        "section": _string(article.get("articleSection")),
        "language": _names(article.get("inLanguage"), named),
        "published_at": _string(article.get("datePublished")),
        "updated_at": _string(article.get("dateModified")),
        "url": _string(article.get("url")) or _identifier(article.get("mainEntityOfPage")),
    }


def _scripts(tree: etree._Element) -> Iterator[Any]:
    for script in tree.findall(".//script[@type='application/ld+json']")[:_MOST_SCRIPTS]:
        text = (script.text or "").strip().removeprefix("<!--").removesuffix("-->").rstrip().rstrip(";")
        if not text or len(text) > _LONGEST_SCRIPT:
            continue
        try:
            yield json.loads(text, strict=False)  # many sites leave line ends inside strings
        except (ValueError, RecursionError):
            continue


def _nodes(value: Any) -> Iterator[dict[str, Any]]:
    """Yield every object in a graph, outermost first."""
    waiting, seen = [value], 0
    while waiting and seen < _MOST_NODES:
        seen += 1
        one = waiting.pop(0)
        if isinstance(one, dict):
            yield one
            waiting += [inner for inner in one.values() if isinstance(inner, dict | list)]
        elif isinstance(one, list):
            waiting += one[:_MOST_NODES]


def _kinds(node: dict[str, Any]) -> list[str]:
    kinds = node.get("@type")
    return [kind for kind in (kinds if isinstance(kinds, list) else [kinds]) if isinstance(kind, str)]


def _string(value: Any) -> str | None:
    if isinstance(value, list):
        value = next((one for one in value if isinstance(one, str)), None)
    return str(value) if isinstance(value, str) else None


def _identifier(value: Any) -> str | None:
    return _string(value.get("@id") or value.get("url")) if isinstance(value, dict) else _string(value)


def _names(value: Any, named: dict[str, dict[str, Any]]) -> str | None:
    """Return the names of persons, organisations or languages, given as strings, objects or references."""
    names: list[str] = []
    for one in value[:20] if isinstance(value, list) else [value]:
        if isinstance(one, dict) and "name" not in one:
            one = named.get(str(one.get("@id")), one)
        name = one.get("name") or one.get("alternateName") if isinstance(one, dict) else one
        name = _string(name)
        if name and name.strip() and name.strip() not in names:
            names.append(name.strip())
    return ", ".join(names) or None


# Microdata, meta tags and markup ---------------------------------------------------------------------------------

_PROPERTIES = {"headline": "title", "datePublished": "published_at", "dateModified": "updated_at"}


def _microdata(tree: etree._Element) -> Fields:
    found: Fields = {}
    for element in tree.iterfind(".//*[@itemprop]"):
        for name in (element.get("itemprop") or "").split():
            field = _PROPERTIES.get(name)
            if field and field not in found:
                found[field] = element.get("content") or element.get("datetime") or _inner(element)
    return found


def _meta(tree: etree._Element) -> Fields:
    values: dict[str, str] = {}
    for element in tree.iterfind(".//meta[@content]"):
        for attribute in ("property", "name", "itemprop", "http-equiv"):
            name = (element.get(attribute) or "").strip().lower()
            content = (element.get("content") or "").strip()
            if name and content:
                values.setdefault(name, content)
    found = {field: next((values[name] for name in names if name in values), None) for field, names in _META.items()}
    if author := values.get("article:author"):  # often the address of a profile
        found["author"] = found["author"] or (None if "://" in author else author)
    return found


def _markup(tree: etree._Element) -> Fields:
    canonical = tree.find(".//link[@rel='canonical'][@href]")
    published = tree.find(".//time[@pubdate][@datetime]")
    if published is None:
        times = tree.findall(".//article//time[@datetime]")
        published = times[0] if len({time.get("datetime") for time in times}) == 1 else None
    heading, title = tree.findall(".//h1"), tree.find(".//title")
    return {
        "title": _inner(heading[0]) if len(heading) == 1 else _inner(title),
        "language": tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang"),
        "published_at": None if published is None else published.get("datetime"),
        "url": None if canonical is None else canonical.get("href"),
    }


def _inner(element: etree._Element | None) -> str | None:
    if element is None:
        return None
    return " ".join("".join(str(part) for part in element.itertext()).split())[:1000] or None
