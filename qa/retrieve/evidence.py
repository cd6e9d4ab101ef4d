"""The sentences of the best chunks, scored as evidence for the question."""

from collections.abc import Mapping, Sequence

from qa.retrieve.kinds import holds, kind_of
from qa.retrieve.readings import Ranked
from qa.types import Evidence, Suspicion, overlap

CHUNKS_READ = 10
SHARE_WEIGHT = 0.4
SHARE_WITH_HEADER_WEIGHT = 0.1
SHARE_AROUND_WEIGHT = 0.2
"""A pronoun's name stands in the sentence before it."""
CHUNK_WEIGHT = 1.0
KIND_WEIGHT = 0.25


def trusted(ranked: Sequence[Ranked], suspicious: Mapping[str, Sequence[Suspicion]]) -> list[Ranked]:
    """Return the chunks that hold a sentence which may be quoted.

    Others are found by a search, but say nothing about whether the archive holds an answer, and take no honest chunk's
    place.
    """
    return [
        found
        for found in ranked
        if not all(
            any(overlap(span, one) for one in suspicious.get(found.stored.chunk.article_id, ()))
            for span in found.stored.sentences
        )
    ]


def evidence(
    ranked: Sequence[Ranked], question: str, suspicious: Mapping[str, Sequence[Suspicion]] | None = None
) -> list[Evidence]:
    """Return every sentence of the best chunks that may be quoted, best first.

    ``suspicious`` are the passages that speak to a machine, by article: they are found, and answer nothing.

    A sentence's score is its cosine, the share of the question's words in it, without and with the words of its
    article's title, publisher and date and then of the sentences beside it, its chunk's score, and a bonus if it holds
    the kind of thing asked for (a number for "how many"); the weights gave the right quote most often on the
    development questions.
    """
    kind = kind_of(question)
    distrusted = suspicious or {}
    found = [
        Evidence(
            article_id=chunk.stored.chunk.article_id,
            revision=chunk.stored.chunk.revision,
            chunk_id=chunk.stored.id,
            start=span.start,
            end=span.end,
            text=text,
            score=float(
                cosine
                + SHARE_WEIGHT * share
                + SHARE_WITH_HEADER_WEIGHT * with_header
                + SHARE_AROUND_WEIGHT * around
                + CHUNK_WEIGHT * chunk.strength
            )
            + KIND_WEIGHT * holds(kind, text, question),
        )
        for chunk in ranked[:CHUNKS_READ]
        for span, text, cosine, share, with_header, around in zip(
            chunk.stored.sentences,
            chunk.stored.sentence_texts,
            chunk.cosines,
            chunk.shares,
            chunk.shares_with_header,
            chunk.shares_around,
            strict=True,
        )
        if not any(overlap(span, one) for one in distrusted.get(chunk.stored.chunk.article_id, ()))
    ]
    return sorted(found, key=lambda sentence: (-sentence.score, sentence.chunk_id, sentence.start))
