"""The seam between deciding to answer and writing the answer: whatever writes one fits behind ``Engine``."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from qa.answer.citations import cite
from qa.types import Article, Citation, Claim, EngineName, Evidence, Span, Turn

if TYPE_CHECKING:
    from qa.index.holdings import Holdings
    from qa.retrieve.readings import Ranked


@dataclass(frozen=True, slots=True)
class Material:
    """What an engine may write from; that there is an answer in it has been decided before.

    Args:
        question: The question, standing alone.
        evidence: Scored sentences, best first.
        ranked: The chunks that they stand in, best first.
        history: Earlier turns, oldest first.
    """

    question: str
    evidence: tuple[Evidence, ...]
    ranked: "tuple[Ranked, ...]"
    history: tuple[Turn, ...] = ()


@dataclass(frozen=True, slots=True)
class Statement:
    """A verified claim with those of its citations that no statement before it had, numbered in order of appearance."""

    claim: Claim
    citations: tuple[Citation, ...] = ()


@dataclass(frozen=True, slots=True)
class Account:
    """How the answer was written; an engine's last word.

    Args:
        engine: Whose statements they are.
        message: One plain sentence for the user.
        remarks: What else the reader must know of what was written, a sentence each.
        fallback: One plain sentence on why another engine than the chosen one wrote it.
        model: The language model that was asked.
        prompt: Name and hash of the prompt.
        tokens: How many went in and came out.
        dropped: What the model wrote and nobody may see, counted by reason.
    """

    engine: EngineName
    message: str
    fallback: str | None = None
    model: str | None = None
    prompt: str | None = None
    tokens: dict[str, int] = field(default_factory=dict)
    dropped: dict[str, int] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()


Written = Statement | Account


class Engine(Protocol):
    """Write an answer from evidence: statements, then one account."""

    def write(self, material: Material) -> Generator[Written, None, None]:
        """Yield each statement as soon as it is verified, then the account; closing the generator stops the work."""
        ...


class Sources:
    """Make citations of evidence sentences, with the neighbours that they need."""

    def __init__(self, archive: "Holdings", ranked: "Sequence[Ranked]") -> None:
        """Cite sentences that stand in these chunks of an open archive."""
        self._archive = archive
        self._around = {found.stored.id: found.stored.sentences for found in ranked}

    def cite(self, number: int, sentence: Evidence) -> Citation:
        """Make the citation of that number.

        Raises:
            QuoteNotVerbatim: The sentence does not stand at its place.
        """
        article = self.article(sentence)
        others = self._archive.also_published_by(article.id)
        hide = self._archive.suspicions([article.id]).get(article.id, ())
        return cite(number, article, sentence, self._neighbours(sentence), others, hide=hide)

    def article(self, sentence: Evidence) -> Article:
        """Return the article that a sentence stands in."""
        return self._archive.article(sentence.article_id, sentence.revision)

    def _neighbours(self, sentence: Evidence) -> list[Span]:
        """Return the sentences around one, across the edges of its chunk."""
        spans = self._around[sentence.chunk_id]
        if spans[0].start < sentence.start < spans[-1].start:
            return list(spans)
        return self._archive.sentences_of(sentence.article_id)


def number_of_articles(citations: Sequence[Citation]) -> str:
    """Say in words how many articles are cited."""
    articles = len({citation.article_id for citation in citations})
    return f"{articles} article{'' if articles == 1 else 's'} of the archive"
