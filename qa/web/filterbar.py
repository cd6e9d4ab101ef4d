"""What a question can be limited to on the page, with how many articles each choice leaves."""

from collections.abc import Sequence
from dataclasses import replace
from html import escape
from typing import Any

from qa.errors import BadFilter
from qa.index.archive import Archive
from qa.types import Filters
from qa.web import texts

MOST_CHOICES = 300
WIDEST_SECTION = 30_000
"""Articles that a section may hold to be a limit: so many ids still fit into one question to the catalogue."""


def filters(archive: Archive, asked: dict[str, Any]) -> Filters:
    """Return the filters of what was chosen.

    Raises:
        BadFilter: A date is none, or the sections hold more articles than can be named.
    """
    chosen = Filters(
        tuple(asked.get("publishers", ())), asked.get("published_from") or None, asked.get("published_to") or None
    )
    if not asked.get("sections"):
        return chosen
    ids = archive.catalogue.in_sections(asked["sections"], chosen, WIDEST_SECTION + 1)
    if len(ids) > WIDEST_SECTION:
        raise BadFilter(texts.SECTION_TOO_WIDE)
    return replace(chosen, article_ids=tuple(ids))


def bar(archive: Archive) -> str:
    """Return the choices with their counts, as the inner HTML of a form."""
    first, last = archive.oldest_day(), (archive.coverage(Filters()).newest_published_at or "")[:10]
    days = f' min="{escape(first)}" max="{escape(last)}"' if first and last else ""
    dates = "".join(
        f'<label>{label} <input type="date" name="{name}"{days}></label>'
        for name, label in (("published_from", texts.FROM), ("published_to", texts.TO))
    )
    parts = [_choices("publishers", texts.PUBLISHER, archive.tally("publisher"))]
    parts.append(_choices("sections", texts.SECTION, archive.tally("section")))
    if first:
        parts.append(_group(texts.DATES, dates))
    if any(parts):
        parts.append(f'<button type="button" class="dl-action" data-do="clear" hidden>{texts.CLEAR_LIMITS}</button>')
    return "".join(parts)


def _choices(name: str, label: str, counted: Sequence[tuple[str, int]]) -> str:
    if not counted:
        return ""
    boxes = "".join(
        f'<label><input type="checkbox" name="{name}" value="{escape(value)}"> <bdi>{escape(value)}</bdi>'
        f' <span class="dl-count">{count:,}</span></label>'
        for value, count in counted[:MOST_CHOICES]
    )
    return _group(label, boxes)


def _group(label: str, body: str) -> str:
    return (
        f'<details class="dl-limit"><summary>{label}<span class="dl-chosen-count"></span></summary>'
        f'<fieldset><legend class="dl-hidden">{label}</legend>{body}</fieldset></details>'
    )
