"""One story is retrieved once, whoever printed it."""

from collections.abc import Mapping, Sequence

from qa.retrieve.readings import Ranked


def one_per_story(ranked: Sequence[Ranked], stories: Mapping[str, str]) -> list[Ranked]:
    """Return ranked chunks without those of copies: of each story the article that comes first stays.

    Args:
        ranked: Chunks that the filters allow, best first.
        stories: Story by article id; an article that is not named is a story of its own.
    """
    chosen: dict[str, str] = {}
    kept = []
    for found in ranked:
        article_id = found.stored.chunk.article_id
        if chosen.setdefault(stories.get(article_id, article_id), article_id) == article_id:
            kept.append(found)
    return kept
