"""The words of a question in candidates: themselves, and others of their family."""

import json
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from ingest.run import ingest
from qa.config import Settings
from qa.index.archive import Archive
from qa.index.shelf import ChunkWords
from qa.retrieve.held import KIN, Terms, with_neighbours
from qa.retrieve.rank import rank
from qa.retrieve.understand import understand
from qa.types import Filters


@pytest.mark.parametrize(
    ("asked", "said", "share"),
    [
        ("destroyed", "the destruction of the mill was quick", KIN),
        ("invasion", "they invaded in spring", KIN),
        ("wins", "she won the race", KIN),
        ("won", "she wins the race", KIN),
        ("destroyed", "what they destroy is destruction for all", 1.0),
        ("Baker", "the bread was baked at night", 0.0),  # a name
        ("barge", "the bridge was shut", 0.0),
    ],
)
def test_a_word_of_the_same_family_counts_in_part(small, asked, said, share):
    keywords = small.archive.keywords
    question = understand(f"Was it {asked}?", keywords)
    marks = np.array(keywords.marks(said))
    words = ChunkWords(marks, np.ones(len(marks), dtype=np.int32))
    one_sentence = SimpleNamespace(sentence_count=1)
    found = Terms(question.weights, question.kin).held_by([(one_sentence, words)])
    assert found.held.tolist() == [[0.0], [share]]


def test_a_passage_covers_more_of_a_question_by_other_words_of_its_families(tmp_path):
    rows = [
        {"id": "mill", "text": "The old mill on Weir Lane was destroyed by the flames on Sunday night."},
        {"id": "school", "text": "The old school on Weir Lane was opened by the mayor on Sunday night."},
    ]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    with Archive.open(Settings(data_dir=tmp_path / "data")) as archive:
        ingest([tmp_path / "a.jsonl"], archive)
        names = {one.id: one.external_id for one in archive.articles()}
        question = understand("What was the destruction on Weir Lane?", archive.keywords)
        found, without = (
            {names[one.stored.chunk.article_id]: one.readings[0].coverage for one in rank(archive, asked, Filters())}
            for asked in (question, replace(question, kin={}))
        )
    assert found["mill"] > without["mill"] == without["school"] == found["school"]


def test_the_sentences_beside_one_lend_it_their_words_within_their_chunk_alone():
    held = np.eye(5)  # two chunks, of three sentences and of two
    around = with_neighbours(held, np.array([0, 3, 5]))
    assert around.tolist() == [[1, 1, 0, 0, 0], [1, 1, 1, 0, 0], [0, 1, 1, 0, 0], [0, 0, 0, 1, 1], [0, 0, 0, 1, 1]]
