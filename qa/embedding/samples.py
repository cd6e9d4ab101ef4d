"""Sample texts on which two ways of running one model must agree."""

from qa.types import Embedder, Span

MIN_AGREEMENT = 0.98
"""Lowest cosine to the original that one sample text may have; the samples gave 0.988 or more where it was measured."""
SAMPLES = (
    "what does the harbour board require for night sailings?",
    "The council voted 9 to 4 on Tuesday to keep the library open until March 2025.",
    "Sources told the paper that talks with the ferry company had broken down over pay.",
    "BERLIN (Agency) - Die Stadt erwartet im kommenden Jahr 1,2 Millionen Gäste.",
    "Shares fell 3.4% to 1,209 points after the central bank raised its key rate by half a point.",
    "A spokesman denied that the minister had known of the report. " * 12,
    "Rain.",
    "Striker Lena Okafor scored twice in the last ten minutes as the visitors came from behind to win 3-2.",
)


def agreement(one: Embedder, other: Embedder) -> float:
    """Return the lowest cosine between the vectors that two embedders make of the sample texts."""
    spans = [[Span(0, len(text))] for text in SAMPLES]
    pairs = zip(one.embed_chunks(SAMPLES, spans), other.embed_chunks(SAMPLES, spans), strict=True)
    return min(float(a[0] @ b[0]) for a, b in pairs)
