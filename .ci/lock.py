"""Print constraints.txt: the installed version of every package that pyproject.toml needs, directly or not.

Run it with the interpreter of the environment to be locked; ``make lock`` does.
"""

import tomllib
from importlib.metadata import PackageNotFoundError, distribution
from itertools import chain
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

HEADER = """\
# The exact versions that `make install` and `make test` use. Made by `make lock`, which installs the newest versions
# that pyproject.toml allows into an empty environment and lists what its requirements need; not edited by hand, but for
# torch: it keeps the pin it has here, because an open range brings several gigabytes of CUDA packages.
"""
PYPROJECT = Path(__file__).parent.parent / "pyproject.toml"


def roots() -> list[Requirement]:
    """Return what pyproject.toml asks for, every extra included, and pip itself."""
    project = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["project"]
    extras = chain.from_iterable(project["optional-dependencies"].values())
    return [Requirement(line) for line in (*project["dependencies"], *extras, "pip")]


def needed() -> dict[str, str]:
    """Return name and version of each needed package that is installed here."""
    versions: dict[str, str] = {}
    waiting, seen = roots(), set[tuple[str, str]]()
    while waiting:
        requirement = waiting.pop()
        for extra in ("", *requirement.extras):
            key = (canonicalize_name(requirement.name), extra)
            if key in seen:
                continue
            seen.add(key)
            try:
                found = distribution(requirement.name)
            except PackageNotFoundError:  # asked for on other platforms only
                continue
            versions[key[0]] = Version(found.version).public  # "2.13.0+cpu" is one build of 2.13.0
            children = map(Requirement, found.requires or [])
            waiting += [child for child in children if not child.marker or child.marker.evaluate({"extra": extra})]
    return versions


if __name__ == "__main__":
    print(HEADER + "\n".join(f"{name}=={version}" for name, version in sorted(needed().items())))
