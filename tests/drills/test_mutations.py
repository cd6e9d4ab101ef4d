"""Ten thousand damaged inputs for each parser."""

import pytest

from tests.ingest.mutations import SEEDS, check

EXAMPLES = 10_000


@pytest.mark.parametrize("kind", SEEDS)
def test_damage_ends_in_articles_or_reasons(kind, tmp_path):
    assert check(kind, tmp_path, EXAMPLES)["articles"]
