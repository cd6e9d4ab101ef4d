"""Citations: numbered by us, made only from places in the stored text, with the neighbours a quote needs."""

import re
from collections.abc import Sequence

from qa.types import Article, Citation, Evidence, Neighbour, Span, Suspicion, overlap

_LEANS_BACK = re.compile(
    r"[\"“‘'(\[]*(?:he|she|it|they|him|his|hers?|its|their|theirs|them|this|that|these|those|such|there|here|one|both|"
    r"but|and|or|so|yet|however|instead|meanwhile|moreover|also|then|still|nevertheless|therefore|thus|besides|"
    r"otherwise|additionally|furthermore|similarly|likewise|after that|as a result|by contrast|in addition|"
    r"for this|for that|for these|on the other hand|at the same time|the (?:former|latter|same|two|pair))\b",
    re.IGNORECASE,
)
"""A sentence that opens with a pronoun or connective cannot be read without the one before it."""
_TAKES_BACK = re.compile(
    r"\b(?:den(?:y|ies|ied|ial)|disput(?:e|es|ed)|reject(?:s|ed)?|refut(?:e|es|ed)|dismiss(?:es|ed)?|retract(?:s|ed)?|"
    r"unconfirmed|alleg(?:e|es|ed|edly)|claims? (?:was|were) false|could not be (?:verified|confirmed))\b",
    re.IGNORECASE,
)
"""A sentence that denies or doubts what the one before it said must be shown with it."""
_ENDS = (".", "!", "?", "…", "。", "！", "？", "।", "؟", "۔")


def cite(
    number: int,
    article: Article,
    sentence: Evidence,
    neighbours: Sequence[Span],
    also: Sequence[str] = (),
    *,
    hide: Sequence[Suspicion] = (),
) -> Citation:
    """Make a citation of an evidence sentence.

    Args:
        number: Its number in the answer, from 1.
        article: The stored revision it stands in.
        sentence: The evidence.
        neighbours: The spans of the sentences around it in the same article, in order, itself included.
        also: Other publishers that carry the same story.
        hide: Passages that are not shown beside a quote.

    Raises:
        QuoteNotVerbatim: The sentence does not stand at its place.
    """
    return Citation(
        number=number,
        article_id=article.id,
        revision=article.revision,
        quote=sentence.text,
        start=sentence.start,
        end=sentence.end,
        source_text=article.text,
        url=article.url,
        title=article.title,
        publisher=article.publisher,
        author=article.author,
        published_at=article.published_at,
        updated_at=article.updated_at,
        retrieved_at=article.retrieved_at,
        also_published_by=tuple(also),
        context=tuple(
            near for near in _context(article.text, sentence, neighbours) if not any(overlap(near, one) for one in hide)
        ),
    )


def _context(text: str, sentence: Evidence, neighbours: Sequence[Span]) -> list[Neighbour]:
    at = next((at for at, span in enumerate(neighbours) if span.start == sentence.start), None)
    if at is None:
        return []
    found = []
    before = neighbours[at - 1] if at else None
    if before and (_LEANS_BACK.match(sentence.text) or _goes_on(text, before, sentence.start)):
        found.append(before)
    after = neighbours[at + 1] if at + 1 < len(neighbours) else None
    if after and _same_paragraph(text, sentence.end, after.start):
        cut_here = not _ends_a_sentence(sentence.text)
        if cut_here or _TAKES_BACK.search(text[after.start : after.end]) or _opens_a_quotation(sentence.text):
            found.append(after)
    return [Neighbour(span.start, span.end, text[span.start : span.end]) for span in found]


def leans_back(text: str) -> bool:
    """Say whether a sentence opens with a pronoun or connective, so that it goes on about the one before it."""
    return _LEANS_BACK.match(text) is not None


def _goes_on(text: str, before: Span, start: int) -> bool:
    """Say whether a sentence is the rest of one that was cut for its length."""
    return _same_paragraph(text, before.end, start) and not _ends_a_sentence(text[before.start : before.end])


def _same_paragraph(text: str, end: int, start: int) -> bool:
    return "\n" not in text[end:start]


def _ends_a_sentence(text: str) -> bool:
    return text.rstrip("\"”’'»›)]}").endswith(_ENDS)


def _opens_a_quotation(text: str) -> bool:
    return text.count("“") > text.count("”")
