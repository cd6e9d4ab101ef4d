"""The figures that are printed are those of the kept results; a part measured again leaves the others alone."""

import json

import pytest

from tests.benchmarks.figures import README, REPORT, RESULTS, block, put
from tests.benchmarks.kept import newest, read, write
from tests.benchmarks.names import BASELINE, DATELINE
from tests.benchmarks.parts import PARTS
from tests.benchmarks.report import markdown
from tests.benchmarks.rows import Row, at_least, at_most, ours, table


def test_the_figures_of_the_readme_are_those_of_the_kept_run():
    readme = README.read_text("utf-8")
    figures = block(read(RESULTS))
    assert figures in readme
    assert put(readme, figures) == readme


def test_the_report_is_that_of_the_kept_run():
    assert REPORT.read_text("utf-8") == markdown(read(RESULTS))


def test_a_part_measured_again_takes_the_place_of_the_old_one_alone(tmp_path):
    old = {"multihop": _part("2026-01-01", 1), "squad2": _part("2026-01-01", 2)}
    new = {"squad2": _part("2026-01-02", 3)}
    assert newest(old, new) == {"multihop": old["multihop"], "squad2": new["squad2"]}
    assert newest(new, old)["squad2"] == new["squad2"]  # what is older never wins
    write(tmp_path / "one.json", newest(old, new), list(PARTS))
    write(tmp_path / "two.json", newest(new, old), list(PARTS))
    assert (tmp_path / "one.json").read_text() == (tmp_path / "two.json").read_text()
    assert read(tmp_path / "none.json") == {}


def test_the_kept_file_is_as_it_would_be_written(tmp_path):
    write(tmp_path / "again.json", read(RESULTS), list(PARTS))
    assert json.loads((tmp_path / "again.json").read_text()) == json.loads(RESULTS.read_text("utf-8"))


def _part(day, figure):
    return {"at": f"{day}T00:00:00+00:00", "machine": {}, "figures": {"x": figure}}


@pytest.mark.parametrize(
    ("aim", "value", "holds"),
    [
        (at_least(0.9), 0.9, True),
        (at_least(0.9), 0.8999, False),
        (at_most(2.0), 2.0, True),
        (at_most(2.0), 2.001, False),
        (at_least(0.9), None, None),
        (None, 0.5, None),
    ],
)
def test_an_aim_is_kept_without_rounding(aim, value, holds):
    assert ours("a figure", value, aim).holds is holds


def test_a_table_says_what_is_aimed_at_and_leaves_a_gap_for_who_was_not_measured():
    row = Row("declined", {DATELINE: 0.955, BASELINE: None}, at_least(0.95), ".1%")
    assert table("set", [row])[2] == "| declined | 95.5% | - | - | - | >= 95.0% | yes |"
    assert table("set", [row], aims=False)[2] == "| declined | 95.5% | - | - | - |"
