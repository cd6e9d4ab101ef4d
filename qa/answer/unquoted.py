"""Answers that quote no article: fixed replies to courtesies, and statements from the catalogue about the archive."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from qa.answer import courtesy, inventory
from qa.index.holdings import Holdings
from qa.retrieve.inquiry import inquiry
from qa.types import Answer, Claim, Event, Filters, Run, TextPiece

FIXED = "fixed"
ARCHIVE = "archive"
"""What ``Answer.run.engine`` says of such answers; ``quotes`` and ``chat`` answer from articles."""
MESSAGES = {
    FIXED: "A fixed reply; nothing was searched.",
    ARCHIVE: "From the archive's own catalogue; no article is quoted.",
}


def answer(archive: Holdings, question: str, text: str, filters: Filters) -> Answer | None:
    """Answer what is no question of the news; None for everything else.

    Args:
        archive: What is spoken of.
        question: As it was typed.
        text: The same, cleaned and standing alone.
        filters: What the user limits the archive to.
    """
    fixed = courtesy.reply(text)
    if fixed is not None:
        return _answer(archive, question, text, filters, FIXED, [fixed])
    asked = inquiry(courtesy.without_asking(text), archive.publishers())
    if asked is None:
        return None
    return _answer(archive, question, text, filters, ARCHIVE, inventory.statements(archive, asked, filters))


def events(found: Answer) -> Iterator[Event]:
    """Yield an answer's text piece by piece, then the answer."""
    for at, claim in enumerate(found.claims):
        yield TextPiece(claim.cited_text if at == 0 else f" {claim.cited_text}")
    yield found


def _answer(
    archive: Holdings, question: str, text: str, filters: Filters, engine: str, sentences: Sequence[str]
) -> Answer:
    return Answer(
        question=question,
        standalone_question=text,
        status="answered",
        reason=None,
        message=MESSAGES[engine],
        as_of=datetime.now(UTC).isoformat(timespec="seconds"),
        confidence=1.0,
        claims=tuple(Claim(sentence, ()) for sentence in sentences),
        citations=(),
        contexts=(),
        coverage=archive.coverage(filters),
        run=Run(engine=engine, recipe=archive.recipe or None),
    )
