"""The sets of true paraphrases and their altered twins are what they say they are."""

import hashlib
import json
import re
from pathlib import Path

import pytest

EVALS = Path(__file__).parents[1] / "evals"
FROZEN = {
    "paraphrases-third.jsonl": "cef8e0a9598778233926178de5bbefd9e4625e1b73fb2b433e22946f8b1d65b9",
    "paraphrases-fourth.jsonl": "50496be87c7938740f3d5eecfd1972817231845c3f6e393685c3acf9247b8699",
}
"""Of the sets that were written before the verifier was ever run on them; no rule may be fitted to the last."""


def rows(name):
    return [json.loads(line) for line in (EVALS / name).read_text("utf-8").splitlines()]


def sources(row):
    return row.get("sources") or [row["source"]]


def runs(text):
    words = re.findall(r"[\w'’]+", text.casefold())
    return {tuple(words[at : at + 5]) for at in range(len(words) - 4)}


@pytest.mark.parametrize("name", FROZEN)
def test_a_frozen_set_is_as_it_was_written(name):
    assert hashlib.sha256((EVALS / name).read_bytes()).hexdigest() == FROZEN[name]


@pytest.mark.parametrize(
    ("name", "least"),
    [("paraphrases.jsonl", 150), ("paraphrases-third.jsonl", 75), ("paraphrases-fourth.jsonl", 75)],
)
def test_no_paraphrase_shares_five_words_in_a_row_with_its_source(name, least):
    assert len(rows(name)) >= least
    assert {row["id"]: runs(row["claim"]) & runs(" ".join(sources(row))) for row in rows(name)} == {
        row["id"]: set() for row in rows(name)
    }


@pytest.mark.parametrize(
    ("name", "before"),
    [
        ("paraphrases-third.jsonl", ["paraphrases.jsonl"]),
        ("paraphrases-fourth.jsonl", ["paraphrases.jsonl", "paraphrases-third.jsonl"]),
    ],
)
def test_a_later_set_uses_no_sentence_of_the_earlier_ones_and_every_twin_differs(name, before):
    earlier = {source for one in before for row in rows(one) for source in sources(row)}
    for row in rows(name):
        assert not earlier & set(row["sources"])
        assert row["claim"] not in row["altered"].values()
