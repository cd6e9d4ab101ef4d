"""Articles for a large archive: real ones, embedded, and repeats of them that are edited enough to be other articles.

A repeat has the same sentences with many names, numbers and other words exchanged for ones of the whole corpus, another
date, and vectors that are the original's turned by chance, so that a large archive can be made without the model: its
vectors lie in clusters as those of reports on like matters do.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from random import Random

import numpy as np

from ingest.dedupe import sketch, words_of
from qa.index.archive import Archive
from qa.index.catalogue_rows import StoredChunk
from qa.types import Article, ArticleDraft, ChunkDraft, EmbeddedChunk, Filters, Prepared, Span
from tests.benchmarks import data
from tests.benchmarks.data import Row

EXCHANGED = 0.25
"""Share of the longer words and numbers that a repeat has others for: then hardly a triple of words is left."""
TURN = 0.75
"""Length of the noise that is added to a unit vector: a repeat's cosine to its original is about 0.8."""
DAYS_APART = 13
EVERYTHING = Filters()
_WORD = re.compile(r"\d+|[^\W\d_]{4,}")


def articles(named: str) -> list[Row]:
    """Return the articles of a set, followed for the public one by a news corpus, as rows with canonical fields."""
    bench = data.load(named)
    rows = [_canonical(row, bench.mapping) for row in bench.rows]
    if named == "multihop":
        path = data.bench_dir() / "news-corpus" / "newsarticles2016_2017.jsonl.gz"
        rows += [_canonical(row, {"published_at": "date"}) for row in data.read_rows(path)]
    return rows


def _canonical(row: Row, mapping: dict[str, str]) -> Row:
    names = ("id", "url", "title", "publisher", "published_at", "text")
    return {name: row[mapping.get(name, name)] for name in names if row.get(mapping.get(name, name))}


class Vocabulary:
    """The words of a corpus as often as they occur, to exchange like for like."""

    def __init__(self, texts: Sequence[str]) -> None:
        """Read the words of some texts."""
        found = [word for text in texts for word in _WORD.findall(text)]
        self._small = [word for word in found if word[0].islower()] or ["word"]
        self._large = [word for word in found if word[0].isupper()] or ["Word"]

    def other(self, word: str, draw: Random) -> str:
        """Return another word of the kind of a word: a number, a name, or neither."""
        if word[0].isdigit():
            return str(draw.randrange(10 ** (len(word) - 1), 10 ** len(word)))
        return draw.choice(self._large if word[0].isupper() else self._small)


def repeats(archive: Archive, numbers: Sequence[int], vocabulary: Vocabulary) -> Iterator[tuple[int, Prepared]]:
    """Yield each number with every article of an archive again under it, ready to be stored."""
    originals = [summary.id for summary in archive.articles()]
    for number in numbers:
        for article_id in originals:
            chunks = list(archive.catalogue.chunks_of([article_id]))
            if chunks:
                yield number, _repeat(archive.article(article_id), chunks, number, vocabulary)


def _repeat(article: Article, chunks: Sequence[StoredChunk], number: int, vocabulary: Vocabulary) -> Prepared:
    draw = Random(f"{article.id} {number}")
    text, places = _edited(article.text, [span for one in chunks for span in one.sentences], vocabulary, draw)
    noise = np.random.default_rng(draw.getrandbits(64))
    made, at = [], 0
    for one in chunks:
        own = tuple(places[at : at + len(one.sentences)])
        at += len(own)
        draft = ChunkDraft(own[0].start, own[-1].end, own)
        made.append(EmbeddedChunk(draft, *_turned(one, noise)))
    published = article.published_at
    if published:
        published = (date.fromisoformat(published[:10]) - timedelta(DAYS_APART * number)).isoformat()
    draft_of_it = ArticleDraft(
        text=text,
        title=_edited(article.title or "", [Span(0, len(article.title or ""))], vocabulary, draw)[0] or None,
        external_id=f"{article.id}-{number}",
        corpus="scale",
        publisher=article.publisher,
        published_at=published,
    )
    return Prepared(draft_of_it, tuple(made), sketch(words_of(text)))


def _edited(text: str, spans: Sequence[Span], vocabulary: Vocabulary, draw: Random) -> tuple[str, list[Span]]:
    """Exchange words of some places of a text; return it with the places as they lie then."""
    pieces, places, before, length = [], [], 0, 0
    for span in spans:
        gap = text[before : span.start]
        edited = _WORD.sub(
            lambda match: vocabulary.other(match[0], draw) if draw.random() < EXCHANGED else match[0],
            text[span.start : span.end],
        )
        places.append(Span(length + len(gap), length + len(gap) + len(edited)))
        pieces += [gap, edited]
        length, before = places[-1].end, span.end
    return "".join([*pieces, text[before:]]), places


def _turned(chunk: StoredChunk, noise: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    rows = np.vstack([chunk.vector[None], chunk.sentence_vectors])
    rows = rows + noise.standard_normal(rows.shape, dtype=np.float32) * (TURN / rows.shape[1] ** 0.5)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows[0], rows[1:]
