"""Show the widget in an intranet: ``make demo-intranet``, or ``python -m tests.intranet [PORT]``.

Dateline serves the sample archive on PORT and the intranet's pages come from the port after it, another origin. The
archive is in ``out/intranet``; the settings there, with a new secret, are written at each start.
"""

import secrets
import subprocess
import sys

from tests.intranet.server import Intranet, serving_intranet
from tests.servers import ROOT

DATA = ROOT / "out" / "intranet"
SETTINGS = """# Written by tests/intranet.

[sites.news]
origins = ["{intranet}"]
title = "Ask the archive"
greeting = "Ask what the papers have reported. Every sentence is quoted, and where there is none, you are told."
examples = [
  "What does Pakistan require for joint dialogue?",
  "Why did the Island Rose lose power on the way home from the festival in July 2024?",
  "What did a barrel of crude oil cost in the summer of 2024?",
]
accent = "#0f766e"

[sites.staff]
origins = ["{intranet}"]
title = "Port desk"
greeting = "For colleagues who are signed in, over the Courier's articles alone."
examples = ["How many tonnes of cargo did Saltmere handle between January and March 2023?"]
publishers = ["The Saltmere Courier"]
accent = "#b91c5c"
login = "token"
secret = "{secret}"
"""


def main(port):
    dateline, intranet = f"http://127.0.0.1:{port}", f"http://localhost:{port + 1}"
    secret = secrets.token_urlsafe(32)
    DATA.mkdir(parents=True, exist_ok=True)
    settings = DATA / "dateline.toml"
    settings.touch(mode=0o600)
    settings.write_text(SETTINGS.format(intranet=intranet, secret=secret), "utf-8")
    command = [sys.executable, "-m", "app"]
    done = subprocess.run([*command, "ingest", "--sample", "--data", str(DATA)], cwd=ROOT, check=False)
    if done.returncode not in {0, 3}:
        return done.returncode
    with serving_intranet(Intranet(dateline, secret), port + 1):
        sys.stderr.write(f"\nThe intranet is at {intranet} (Ctrl+C stops it); it uses the archive served below.\n")
        serve = [*command, "serve", "--port", str(port), "--data", str(DATA)]
        try:
            return subprocess.run(serve, cwd=ROOT, check=False).returncode
        except KeyboardInterrupt:
            return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 7860))
