"""The sentences of the best chunks, scored as evidence for the question."""

from collections.abc import Sequence

from qa.retrieve.kinds import holds, kind_of
from qa.retrieve.rank import Ranked
from qa.types import Evidence

CHUNKS_READ = 10
SHARE_WEIGHT = 0.5
CHUNK_WEIGHT = 1.0
KIND_WEIGHT = 0.3


def evidence(ranked: Sequence[Ranked], question: str) -> list[Evidence]:
    """Return every sentence of the best chunks, best first.

    A sentence's score is its cosine, half the share of the question's words in it, its chunk's score, and a bonus if
    it holds the kind of thing asked for (a number for "how many"); the weights gave the right quote most often on the
    development questions.
    """
    kind = kind_of(question)
    found = [
        Evidence(
            article_id=chunk.stored.chunk.article_id,
            revision=chunk.stored.chunk.revision,
            chunk_id=chunk.stored.id,
            start=span.start,
            end=span.end,
            text=text,
            score=float(cosine + SHARE_WEIGHT * share + CHUNK_WEIGHT * chunk.strength)
            + KIND_WEIGHT * holds(kind, text, question),
        )
        for chunk in ranked[:CHUNKS_READ]
        for span, text, cosine, share in zip(
            chunk.stored.sentences, chunk.stored.sentence_texts, chunk.cosines, chunk.shares, strict=True
        )
    ]
    return sorted(found, key=lambda sentence: (-sentence.score, sentence.chunk_id, sentence.start))
