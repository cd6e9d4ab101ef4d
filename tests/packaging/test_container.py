"""The container file, linted, and what it promises: no rights, nothing written but its volumes, a health check."""

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]


def test_the_container_file_passes_the_linter():
    linter = Path(sys.executable).with_name("hadolint")
    if not linter.exists():
        pytest.skip("hadolint has no build for this machine")
    done = subprocess.run([linter, ROOT / "Dockerfile"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_the_compose_file_passes_the_linter(tmp_path):
    linter = [Path(sys.executable).with_name("check-jsonschema"), "--builtin-schema", "vendor.compose-spec"]
    broken = tmp_path / "compose.yaml"
    broken.write_text((ROOT / "compose.yaml").read_text().replace("read_only: true", "read_onyl: true"))
    for file, passes in ((ROOT / "compose.yaml", True), (broken, False)):
        done = subprocess.run([*linter, file], capture_output=True, text=True, check=False)
        assert (done.returncode == 0) is passes, done.stdout


def test_the_container_runs_without_rights_and_says_how_it_is():
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    last_stage = lines[max(at for at, line in enumerate(lines) if line.startswith("FROM")) :]
    assert "USER 10001" in last_stage
    assert any(line.startswith("HEALTHCHECK") for line in last_stage)
    service = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]["dateline"]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert {line.split(":")[1] for line in service["volumes"]} == {"/data", "/cache"}
    assert service["ports"] == ["127.0.0.1:7860:7860"]


def test_all_that_the_wheel_needs_is_sent_to_the_build():
    sent = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = [line.split()[1:-1] for line in (ROOT / "Dockerfile").read_text().splitlines() if line.startswith("COPY ")]
    assert {name for names in copied for name in names if not name.startswith(("--", "/"))} == sent
    assert all((ROOT / name).exists() for name in sent)
