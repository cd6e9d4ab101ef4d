"""With no route but loopback everything works, and nothing tries to leave."""

import json
import shutil
import subprocess
import sys

import pytest

from tests.browser.conftest import chromium
from tests.servers import ROOT


def test_everything_works_with_no_network_at_all(tmp_path):
    chromium()
    if shutil.which("unshare") is None or shutil.which("ip") is None:
        pytest.skip("unshare or ip is missing; install util-linux and iproute2")
    for alone in (["unshare", "--net"], ["unshare", "--net", "--map-root-user"]):
        if subprocess.run([*alone, "true"], capture_output=True, check=False).returncode == 0:
            break
    else:
        pytest.skip("this machine lets nobody make a network namespace")
    command = [*alone, sys.executable, "-m", "tests.browser.alone", str(tmp_path / "data")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=240)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["counted"] == 2, "an attempt to leave is counted"
    assert found["attempts"] == 0
    assert found["asked"]["status"] == "answered"
    assert "framework for joint dialogue policy" in found["answer"]
    assert found["outside"] == []
    assert found["failed"] == []
    assert found["fonts"] == 0
