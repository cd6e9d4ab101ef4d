"""The sentences of the best chunks, scored as evidence for the question."""

from collections.abc import Sequence

from qa.retrieve.rank import Ranked, sentence_texts
from qa.types import Evidence

CHUNKS_READ = 10
SHARE_WEIGHT = 0.7
CHUNK_WEIGHT = 0.7


def evidence(ranked: Sequence[Ranked]) -> list[Evidence]:
    """Return every sentence of the best chunks, best first.

    A sentence's score is its cosine plus 0.7 of the question's words that it or its header holds plus 0.7 of its
    chunk's score; the weights gave the right quote most often on the development questions.
    """
    found = [
        Evidence(
            article_id=chunk.stored.chunk.article_id,
            revision=chunk.stored.chunk.revision,
            chunk_id=chunk.stored.id,
            start=span.start,
            end=span.end,
            text=text,
            score=float(cosine + SHARE_WEIGHT * share + CHUNK_WEIGHT * chunk.score),
        )
        for chunk in ranked[:CHUNKS_READ]
        for span, text, cosine, share in zip(
            chunk.stored.sentences, sentence_texts(chunk.stored), chunk.cosines, chunk.shares_with_header, strict=True
        )
    ]
    return sorted(found, key=lambda sentence: (-sentence.score, sentence.chunk_id, sentence.start))
