"""Keeping an answer with its evidence, and taking out of it at once what was removed while it was quoted."""

from qa.errors import NotFound
from qa.index.kept import Json, articles_of, erase_removed
from qa.web.service import Service
from qa.web.store import Kept


def keep(service: Service, owner: str, turn: Kept, *, instead_of: str | None = None) -> Kept:
    """Keep a turn for whoever asked, and return it with its conversation.

    Raises:
        NotFound: There is no such conversation.
    """
    return service.store.keep(owner, turn, _titles(service, turn.answer), instead_of=instead_of)


def erase_if_removed(service: Service, answer: Json) -> None:
    """Erase at once what was kept of an article that was removed while it was quoted."""
    if service.archive.catalogue.removed_at(articles_of(answer)):
        erase_removed(service.settings.data_dir, service.archive.catalogue.removed_at)


def _titles(service: Service, answer: Json) -> dict[str, str | None]:
    titles: dict[str, str | None] = {}
    for article_id in articles_of(answer):
        try:
            titles[article_id] = service.archive.article(article_id).title
        except NotFound:
            titles[article_id] = None
    return titles
