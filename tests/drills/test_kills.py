"""Ingestion is killed 30 times: at random, around a commit, and within a write of tantivy or Chroma."""

import random

import pytest

from tests.drills import harness
from tests.drills.conftest import NEXT_FILES

MOST_TRIES = 12
SEED = 20240131


@pytest.mark.parametrize("number", range(10))
def test_killed_at_random(stage, tmp_path, number):
    rng = random.Random(SEED + number)
    data = stage.begin(tmp_path / "data")
    # Eight files take two to four seconds; a kill after the end would be none.
    killed = harness.kill_after(data, stage.corpus, "opened", 1, rng.uniform(0, 2))
    found = harness.assert_recovered(data, killed, stage.corpus, stage.undisturbed)
    tell(killed, found)


@pytest.mark.parametrize("number", range(10))
def test_killed_within_50_ms_of_a_commit(stage, tmp_path, number):
    rng = random.Random(SEED + 100 + number)
    data = stage.begin(tmp_path / "data")
    event = rng.choice(["begins commit", "ends commit"])
    killed = harness.kill_after(data, stage.corpus, event, rng.randint(1, NEXT_FILES), rng.uniform(0, 0.05))
    found = harness.assert_recovered(data, killed, stage.corpus, stage.undisturbed)
    tell(killed, found)


@pytest.mark.parametrize("index", ["keyword", "vectors"])
@pytest.mark.parametrize("number", range(5))
def test_killed_within_a_write_of_an_index(stage, tmp_path, index, number):
    rng = random.Random(SEED + 200 + number)
    for _ in range(MOST_TRIES):
        data = stage.begin(tmp_path / f"data-{rng.random()}")
        event, delay = f"begins {index}", rng.uniform(0, 0.04)
        killed = harness.kill_after(data, stage.corpus, event, rng.randint(1, NEXT_FILES), delay)
        if killed.inside(index):
            break
    else:
        pytest.fail("no kill fell within a write")
    found = harness.assert_recovered(data, killed, stage.corpus, stage.undisturbed)
    tell(killed, found)


def tell(killed, found):
    """Print what a kill met, for ``pytest -rP``."""
    print(f"killed after {killed.lines[-1][:30]!r}, {len(killed.acknowledged)} acknowledged, {found['repairs']}")  # noqa: T201
