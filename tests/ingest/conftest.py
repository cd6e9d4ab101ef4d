"""An archive in memory that keeps what it is given, and an embedding model that counts words."""

import hashlib
import re
from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from qa.config import Settings
from qa.types import Known, Stored


class WordEmbedder:
    """One word piece per word; the vector of a text is drawn from its hash."""

    name = "words"
    dimension = 8
    calls_at_once = 1

    def __init__(self):
        self.calls = []

    def token_spans(self, text):
        return [match.span() for match in re.finditer(r"\w+|[^\w\s]", text)]

    def _vector(self, text):
        seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big")
        vector = np.random.default_rng(seed).standard_normal(self.dimension).astype(np.float32)
        return vector / np.linalg.norm(vector)

    def embed_chunks(self, texts, sentences):
        assert all(len(self.token_spans(text)) <= 254 for text in texts)
        self.calls.append(list(texts))
        return [
            (self._vector(text), np.stack([self._vector(text[span.start : span.end]) for span in spans]))
            for text, spans in zip(texts, sentences, strict=True)
        ]

    def embed_query(self, text):
        return self._vector(text)


_ASIDE = {"source": None, "url": None, "retrieved_at": None}
"""What may differ in an article that is unchanged."""


@dataclass
class MemoryArchive:
    """The part of the archive that ingestion uses, with its rules of identity."""

    settings: Settings
    embedder: WordEmbedder = field(default_factory=WordEmbedder)
    stored: dict = field(default_factory=dict)
    sketches: dict = field(default_factory=dict)
    tombstones: set = field(default_factory=set)
    puts: list = field(default_factory=list)
    refreshed: int = 0

    def identity(self, draft):
        key = draft.url_key or (draft.external_id and f"{draft.corpus} {draft.external_id}") or draft.text
        return hashlib.sha256(key.encode()).hexdigest()[:12]

    def classify(self, drafts):
        assert len(drafts) <= 64
        return [self._known(draft) for draft in drafts]

    def _known(self, draft):
        article_id = self.identity(draft)
        if article_id in self.tombstones:
            return Known(article_id, "removed")
        same_text = [other for other, old in self.stored.items() if old.text == draft.text and other != article_id]
        duplicate_of = same_text[0] if same_text else None
        old = self.stored.get(article_id)
        if old is None:
            return Known(article_id, "new", duplicate_of)
        if old.text != draft.text:
            return Known(article_id, "changed", duplicate_of)
        same = replace(old, **_ASIDE) == replace(draft, **_ASIDE)
        return Known(article_id, "unchanged" if same else "metadata", duplicate_of, old.source)

    def move(self, moved):
        for article_id, source in moved:
            self.stored[article_id] = replace(self.stored[article_id], source=source)

    def alike(self, sketch):
        keys = set(sketch)
        shared = {key: len(keys & set(self.sketches.get(key, ()))) for key in self.stored}
        best = sorted((key for key in shared if shared[key] >= 3), key=lambda key: -shared[key])
        found = [(key, self.stored[key]) for key in best[:8]]
        return [Stored(key, one.text, one.published_at, one.title) for key, one in found]

    def put(self, batch):
        assert 0 < len(batch) <= 64
        known = self.classify([prepared.draft for prepared in batch])
        assert len({one.article_id for one in known}) == len(known)
        for one, prepared in zip(known, batch, strict=True):
            assert one.state in ("new", "changed", "metadata")
            assert bool(prepared.chunks) == (one.state != "metadata")
            for chunk in prepared.chunks:
                assert chunk.sentence_vectors.shape == (len(chunk.draft.sentences), self.embedder.dimension)
            self.stored[one.article_id] = prepared.draft
            self.sketches[one.article_id] = prepared.sketch or self.sketches.get(one.article_id, ())
        self.puts.append(list(batch))
        return known

    def refresh(self):
        self.refreshed += 1

    def remove(self, article_ids, *, may_return=False):
        for article_id in article_ids:
            del self.stored[article_id]
            self.tombstones.add(article_id)
        return len(article_ids)

    def sources_under(self, folder):
        return [
            (article_id, draft.source)
            for article_id, draft in self.stored.items()
            if draft.source == folder or draft.source.startswith(folder + "/")
        ]

    def from_source(self, source):
        return [article_id for article_id, draft in self.stored.items() if draft.source == source]

    @property
    def texts(self):
        return [draft.text for draft in self.stored.values()]


@pytest.fixture
def archive(tmp_path):
    return MemoryArchive(Settings(data_dir=tmp_path / "data", max_article_mb=1, max_file_mb=40))


@pytest.fixture
def folder(tmp_path):
    """An empty folder for the inputs of a test."""
    made = tmp_path / "inputs"
    made.mkdir()
    return made
