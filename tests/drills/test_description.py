"""Ten minutes of whatever the OpenAPI description allows, and of what it does not."""

import os

from tests.web.fuzz import described, fuzz

SECONDS = os.environ.get("DATELINE_DRILL_SECONDS", "600")


def test_ten_minutes_of_anything(sample_made, tmp_path):
    with described(sample_made, tmp_path) as running:
        code, said = fuzz(running, tmp_path, "--max-time", SECONDS, "--continue-on-failure")
    assert code == 0, said


def test_a_minute_of_deleting_anything(sample_made, tmp_path):
    with described(sample_made, tmp_path) as running:
        options = ["--max-time", str(int(SECONDS) // 10), "--continue-on-failure"]
        code, said = fuzz(running, tmp_path, *options, deleting=True)
    assert code == 0, said
