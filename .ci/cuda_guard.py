"""Stop an installation that would fetch several gigabytes of CUDA packages nobody asked for.

Usage: ``cuda_guard.py REPORT``, the report that ``pip install --dry-run --report REPORT torch`` wrote. ``CUDA=yes`` in
the environment lets them through.
"""

import json
import os
import sys
from pathlib import Path

PREFIXES = ("nvidia-", "cuda-", "triton")


def cuda_packages(report: dict[str, list[dict[str, dict[str, str]]]]) -> list[str]:
    """Return the names of the CUDA packages that a pip report would install."""
    names = {item["metadata"]["name"].lower().replace("_", "-") for item in report["install"]}
    return sorted(name for name in names if name.startswith(PREFIXES))


def main() -> int:
    """Read the report and return 1 where CUDA packages would come unasked."""
    found = cuda_packages(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))
    if not found or os.environ.get("CUDA") == "yes":
        return 0
    print(
        f"Installing would fetch several gigabytes of CUDA packages ({len(found)}, among them {found[0]}) that "
        'Dateline does not need: choose the CPU build as the README says under "CPU torch", '
        "or take them with 'make install CUDA=yes'.",
        file=sys.stderr,
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())
