"""The scale script itself on tiny archives; nothing here depends on how long anything takes."""

import json
from random import Random

import numpy as np
import pytest

from qa.types import Filters, Span
from tests.benchmarks.scale import corpus, measure, report
from tests.benchmarks.scale.__main__ import main

STEPS = ["base 40", "grow 90", "latency 40 90", "append 40 90"]


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    work = tmp_path_factory.mktemp("scale")
    arguments = ["--set", "sample", "--no-baseline", "--chunks", "40,90", "--questions", "2", "--work", str(work)]
    with pytest.MonkeyPatch.context() as patch:
        # A server and commands in processes of their own take most of the time, and have tests of their own.
        patch.setattr(measure, "served", lambda folder, questions: {"ready_seconds": 1.0, "mb": 1.0})
        patch.setattr(measure, "peak_of_ingestion", lambda folder, rows, work: {"peak_mb": 1.0})
        assert main(arguments) == 0
        first = json.loads((work / "scale.json").read_text())
        assert main([*arguments, "--clean"]) == 0
    return work, first, json.loads((work / "scale.json").read_text())


def test_every_step_is_done_once_and_kept(done):
    work, first, second = done
    assert first == second
    assert set(STEPS) <= set(first["steps"])
    assert first["steps"]["grow 90"]["chunks"] >= 90
    assert sorted(path.name for path in work.iterdir()) == ["scale.json", "scale.md"]


def test_a_rebuild_embeds_nothing(done):
    steps = done[1]["steps"]
    assert not any(steps[f"rebuild {size}"]["embedder_was_loaded"] for size in (40, 90))


def test_the_report_has_a_column_for_each_size_and_estimates_only_what_grows(done):
    lines = report.markdown(done[1]).splitlines()
    rows = {line.split("|")[1].strip(): line.split("|")[2:-1] for line in lines if line.startswith("|")}
    assert [cell.strip() for cell in rows["chunks"]] == ["40", "90", "1,000,000 (estimated)"]
    assert rows["ask, p50 ms"][2].strip().startswith("~")
    assert rows["ask, p95 / p50"][2].strip() == "-"
    assert all(len(cells) == 3 for cells in rows.values())


def test_repeats_are_other_articles_with_their_sentences_in_place(sample):
    archive = sample.archive
    words = corpus.Vocabulary([archive.article(one.id).text for one in archive.articles()])
    for (number, made), _ in zip(corpus.repeats(archive, [3], words), range(5), strict=False):
        assert number == 3
        original = archive.article(made.draft.external_id.rsplit("-", 1)[0])
        assert made.draft.text != original.text
        kept = list(archive.catalogue.chunks_of([original.id]))
        for one, stored in zip(made.chunks, kept, strict=True):
            inside = made.draft.text[one.draft.start : one.draft.end]
            assert inside.startswith(made.draft.text[one.draft.sentences[0].start : one.draft.sentences[0].end])
            assert len(one.draft.sentences) == len(stored.sentences) == len(one.sentence_vectors)
            assert 0.6 < float(one.vector @ stored.vector) < 0.95
            assert np.allclose(np.linalg.norm(one.sentence_vectors, axis=1), 1, atol=1e-5)


def test_words_are_exchanged_for_others_of_their_kind():
    vocabulary = corpus.Vocabulary(["Dunmarrow harbour 1234"])
    text, places = corpus._edited("Saltmere port, 77 ships.", [Span(0, 13), Span(15, 24)], vocabulary, Random(1))
    assert text[: places[0].end].split()[0] in ("Saltmere", "Dunmarrow")
    assert text[places[0].end : places[1].start] == ", "
    assert text.endswith(".")


def test_filters_are_of_every_kind(sample):
    found = measure.filters_of(sample.archive)
    assert any(one.publishers for one in found)
    assert any(one.published_from for one in found)
    assert any(one.exclude_article_ids for one in found)
    assert Filters() not in found
