"""The archives that the drills start from, made once."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.drills import corpus, harness

GROWN_FILES = 33
"""Files of the grown archive: nearly a thousand chunks, so that the next ones make Chroma write its graph to disk."""
NEXT_FILES = 8
EDITIONS = 4


@dataclass(frozen=True)
class Stage:
    """An archive to start from (None: nothing), what is ingested next, and what that leaves when undisturbed."""

    before: Path | None
    corpus: corpus.Corpus
    after: Path
    undisturbed: dict

    def begin(self, data):
        return data if self.before is None else harness.copy(self.before, data)


@pytest.fixture(scope="session")
def everything(tmp_path_factory, embedder):
    return corpus.make(tmp_path_factory.mktemp("corpus"), embedder, EDITIONS)


@pytest.fixture(scope="session", params=["new", "grown"])
def stage(request, tmp_path_factory, everything):
    """A new archive of some 250 chunks, and one that grows past the thousand at which Chroma persists its graph."""
    folder = tmp_path_factory.mktemp(request.param)
    before, first = None, 0
    if request.param == "grown":
        before, first = folder / "before", GROWN_FILES
        harness.run(before, everything.part(0, first))
    part = everything.part(first, first + NEXT_FILES)
    after = folder / "after"
    if before:
        harness.copy(before, after)
    harness.run(after, part)
    undisturbed = harness.examine(after)
    harness.assert_sound(undisturbed)
    graphs = list(after.glob("vectors/0*/*/index_metadata.pickle"))
    assert bool(graphs) is (request.param == "grown"), "the stage is not what its name says"
    return Stage(before, part, after, undisturbed)
