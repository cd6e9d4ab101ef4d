"""An environment that holds Dateline's wheel and nothing else of this checkout."""

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LEFT_OUT = shutil.ignore_patterns(".*", "build", "dist", "out", "data", "*.egg-info", "__pycache__")


def clean_environment():
    """The environment without what would lead to this checkout or to somebody's archive."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DATELINE_", "PYTHON", "MAKE"))}
    return {**kept, "HF_HUB_OFFLINE": "1"}


@pytest.fixture(scope="session")
def run():
    """Run a command in a folder of its own and return what it wrote."""

    def call(*command, cwd, check=True, **variables):
        done = subprocess.run(
            [str(part) for part in command],
            cwd=cwd,
            env={**clean_environment(), **variables},
            capture_output=True,
            text=True,
            timeout=300,
        )
        if check:
            assert done.returncode == 0, f"{command} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}"
        return done

    return call


@pytest.fixture(scope="session")
def wheel(tmp_path_factory, run):
    """The wheel, built from a copy, so that nothing is written into the checkout and nothing stale gets in."""
    source = tmp_path_factory.mktemp("source") / "dateline"
    shutil.copytree(ROOT, source, ignore=LEFT_OUT)
    out = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", out, source, cwd=out)
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="session")
def installed(tmp_path_factory, run, wheel):
    """An environment's ``bin``: the wheel is installed, the dependencies are lent by the running environment.

    A ``.pth`` file lends them because installing gigabytes anew would take minutes; ``.pth`` files inside the lent
    folder are not read, so that an editable install there stays invisible.
    """
    folder = tmp_path_factory.mktemp("environment")
    run(sys.executable, "-m", "venv", "--without-pip", folder / "venv", cwd=folder)
    python = folder / "venv" / "bin" / "python"
    install = ("-m", "pip", "--python", python, "install", "--quiet", "--no-deps", "--no-index", wheel)
    run(sys.executable, *install, cwd=folder)
    lent = sysconfig.get_path("purelib")
    own = run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=folder).stdout.strip()
    Path(own, "lent.pth").write_text(f"{lent}\n")
    return python.parent


@pytest.fixture(scope="session")
def first_run(tmp_path_factory, run, installed):
    """A folder filled by the first ``make run``, short of serving, and what that wrote."""
    data = tmp_path_factory.mktemp("first") / "my data"
    command = ("make", "try", "--assume-old=install", f"bin={installed}", f"DATA={data}")
    return data, run(*command, cwd=ROOT), command
