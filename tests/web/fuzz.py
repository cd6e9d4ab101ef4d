"""Schemathesis over the server's own description: what it allows, what it does not, and what is answered."""

import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

from tests.servers import as_editor, serving

NAME = "dateline.example"
"""The host name that requests carry, and the origin of their one widget site: our own pages and a site's in one."""
TOML = f"""
login = "always"
reader_token = "the readers' own token"
editor_token = "the editors' own token"
editors_add_articles = true
log_questions = true
questions_per_minute = 1000000
address_questions_per_minute = 1000000

[sites.news]
origins = ["http://{NAME}"]
quota_per_minute = 100000
publishers = ["The Saltmere Courier"]
"""
CONFIG = """
[parameters]
"path.article_id" = "{article}"
"path.site" = "news"

[checks]
# A body that is too long is refused before anybody looks whether it follows the schema.
negative_data_rejection.expected-statuses = ["400", "401", "403", "404", "405", "413", "415", "422"]
# No schema says what an empty question is, a day that is none, or a last message that is no user's.
positive_data_acceptance.expected-statuses = ["2xx", "400", "404", "413", "422", "503"]
"""


@contextmanager
def described(made, folder):
    """Serve a copy of an archive with no limit on how often it is asked."""
    copy = Path(shutil.copytree(made, folder / "data"))
    (copy / "dateline.toml").write_text(TOML)
    with serving(copy, "--allow-host", NAME) as running:
        yield running
        assert running.stop() == 0


def fuzz(running, folder, *options, headers=None, deleting=False):
    """Send what the description allows and what it does not; return the exit code and what was said.

    What deletes is sent in a run of its own, to an archive of its own: the others read the article that would go.
    """
    with running.client(headers=as_editor()) as opened:
        article = opened.get("/api/v1/articles?limit=1").json()["articles"][0]["id"]
        description = folder / "openapi.json"
        description.write_text(opened.get("/openapi.json").text)
    config = folder / "schemathesis.toml"
    config.write_text(CONFIG.format(article=article))
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", config, "run", "--no-color"]
    command += ["--include-method" if deleting else "--exclude-method", "DELETE", *options]
    for name, value in (headers if headers is not None else {"origin": f"http://{NAME}", **as_editor()}).items():
        command += ["-H", f"{name}: {value}"]
    command += ["-H", f"host: {NAME}", "--url", running.address, description]
    done = subprocess.run([str(part) for part in command], cwd=folder, capture_output=True, text=True, check=False)
    said = "\n".join(line[:400] for line in (done.stdout + done.stderr).splitlines())
    return done.returncode, said
