"""Ingest corpus files in a process that says what it is doing, so that it can be killed at a chosen moment.

``python tests/drills/driver.py DATA VECTORS FILE...`` ingests one file after the other; each is a run of the real
ingestion, with its transactions and a refresh of both indexes at its end. The embedding model is a replay of vectors
that the real one made (``corpus.py``): a drill is about disks, not about models. Each line on stdout is written at
once: ``begins EVENT``, ``ends EVENT`` and ``stored ID...``, the last being the acknowledgement.
"""

import os
import pickle
import sys
from functools import wraps
from pathlib import Path

from ingest.run import ingest
from qa.config import Settings
from qa.index.archive import Archive
from qa.index.catalogue import Catalogue
from qa.index.keyword import KeywordIndex
from qa.index.vectors import VectorIndex


class Replay:
    """The vectors that the packaged model gave, by text."""

    calls_at_once = 1

    def __init__(self, path, real):
        self.vectors = pickle.loads(Path(path).read_bytes())
        self.name, self.dimension, self.token_spans = real.name, real.dimension, real.token_spans

    def embed_chunks(self, texts, sentences):
        return [self.vectors[text] for text in texts]


class Names:
    """What ``Replay`` needs of the real model, without opening its graph."""

    def __init__(self, settings):
        from qa import embedding
        from qa.embedding.tokens import load_tokenizer, token_spans

        tokenizer = load_tokenizer(embedding.model_folder(settings.embedding_model))
        self.name, self.dimension = embedding.model_name(settings), 384
        self.token_spans = lambda text: token_spans(tokenizer, text)


def say(line):
    os.write(1, f"{line}\n".encode())


def announce(owner, name, event):
    """Say when a method begins and ends, and which articles it stored."""
    plain = getattr(owner, name)

    @wraps(plain)
    def announced(self, *args, **named):
        say(f"begins {event}")
        result = plain(self, *args, **named)
        if event == "commit":
            say(" ".join(["stored", *(known.article_id for known in result)]))
        say(f"ends {event}")
        return result

    setattr(owner, name, announced)


def main(data, vectors, files):
    settings = Settings(data_dir=data)
    announce(Catalogue, "put", "commit")
    announce(KeywordIndex, "catch_up", "keyword")
    announce(VectorIndex, "catch_up", "vectors")
    with Archive.open(settings) as archive:
        archive.embedder = Replay(vectors, Names(settings))
        say("opened")
        for file in files:
            report = ingest([file], archive)
            assert not report.skipped, report.skipped
        say("closing")
    say("closed")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
