"""A few hundred damaged inputs for each parser; ``tests/drills`` reads many more."""

import pytest

from ingest.robots import rules_of
from ingest.transport import Response

from .mutations import SEEDS, check

EXAMPLES = 500


@pytest.mark.parametrize("kind", SEEDS)
def test_damage_ends_in_articles_or_reasons(kind, tmp_path):
    outcomes = check(kind, tmp_path, EXAMPLES)
    assert outcomes["articles"]
    assert outcomes["skips"] or kind == "text"


BODIES = (b"", b"\0" * 999, b"Disallow: http://[", b"User-agent: *\nCrawl-delay: nan\nAllow: *$*", b"\xff" * 999)


@pytest.mark.parametrize("body", BODIES)
def test_damaged_rules_of_a_site_are_still_rules(body):
    rules = rules_of(Response(200, {}, body))
    assert rules.allows("http://news.example/a?b")
    assert 0 <= rules.delay <= 30
