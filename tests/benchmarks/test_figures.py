"""The README's figures are those of the kept run."""

import json

from tests.benchmarks.figures import README, RESULTS, block, put


def test_the_figures_of_the_readme_are_those_of_the_kept_run():
    readme = README.read_text("utf-8")
    figures = block(json.loads(RESULTS.read_text("utf-8")))
    assert figures in readme
    assert put(readme, figures) == readme
