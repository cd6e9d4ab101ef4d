"""Fifty people ask for two minutes: no answer is lost or mixed up, and beyond the limit the refusal is clean."""

import os
import shutil
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx

from tests.servers import as_reader, serving

ASKERS = 50
SECONDS = float(os.environ.get("DATELINE_DRILL_SECONDS", "120"))
TOML = """
login = "always"
reader_token = "the readers' own token"
questions_per_minute = 600
address_questions_per_minute = 600
"""
"""Ten questions a second for everybody together: some are answered, some refused."""


def test_fifty_ask_at_once(small_made, tmp_path):
    folder = Path(shutil.copytree(small_made, tmp_path / "data"))
    (folder / "dateline.toml").write_text(TOML)
    with serving(folder) as running:
        until = time.monotonic() + SECONDS

        def ask(who):
            found = Counter()
            with httpx.Client(base_url=running.address, headers=as_reader(), trust_env=False, timeout=60) as opened:
                while time.monotonic() < until:
                    question = f"Where did the ferry Alma sink, asks {who} for the {found.total()}th time?"
                    answer = opened.post("/api/v1/ask", json={"question": question})
                    if answer.status_code == 200:
                        found["answered" if answer.json()["question"] == question else "mixed"] += 1
                    elif answer.status_code == 429 and int(answer.headers["retry-after"]) >= 1:
                        found["refused"] += 1
                        time.sleep(0.2)
                    else:
                        found[f"status {answer.status_code}"] += 1
            return found

        with ThreadPoolExecutor(ASKERS) as pool:
            total = sum(pool.map(ask, range(ASKERS)), Counter())
        assert running.stop() == 0
    assert set(total) == {"answered", "refused"}, total
    assert total["answered"] <= 600 * (SECONDS / 60 + 1)
