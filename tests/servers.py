"""Real servers in processes of their own, and the commands beside them. A plugin of ``conftest``."""

import contextlib
import io
import json
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

import app
from ingest.run import ingest
from qa.config import Settings
from qa.health import verify
from qa.index.archive import Archive

ROOT = Path(__file__).parents[1]
FROM_SAMPLE = {"world-pakistan-us-dialogue", "port-cargo-q1-2023"}
HOSTILE_WORDS = (
    "<script>window.hacked=1</script><img src=x onerror=window.hacked=1> [click](javascript:alert(1)) ${hacked}"
)
HOSTILE = {
    "id": "hostile",
    "title": f"Siren {HOSTILE_WORDS}",
    "author": f"Eve {HOSTILE_WORDS}",
    "publisher": "Gazette <b onmouseover=alert(1)>bold</b>",
    "section": f"News {HOSTILE_WORDS}",
    "url": "javascript:alert(document.domain)",
    "published_at": "2024-05-05",
    "language": 'en" onload="alert(1)',
    "text": f"The siren of Dunmarrow 🎣 sounded three times on Sunday night {HOSTILE_WORDS} "
    "<form action=//evil.example><input name=q></form> ![x](//evil.example/x.png) **bold**.\n"
    "The fire brigade of Dunmarrow found no fire.\n"
    "<a href=javascript:window.hacked=1>Eve</a> <svg onload=window.hacked=1> <iframe src=//evil.example></iframe> "
    "<link rel=stylesheet href=//evil.example/x.css> <meta http-equiv=refresh content=0;url=//evil.example>",
}


def articles():
    lines = (ROOT / "ingest" / "sample" / "articles.jsonl").read_text("utf-8").splitlines()
    return [row for row in map(json.loads, lines) if row["id"] in FROM_SAMPLE] + [HOSTILE]


def run(*arguments, code=0):
    """Run a command with ``--json`` and return the one object that it prints."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        ended = app.main([*map(str, arguments), "--json"])
    assert ended == code, out.getvalue() + err.getvalue()
    return json.loads(out.getvalue())


def run_apart(*arguments, code=0):
    """The same in a process of its own, for threads and for what a process leaves behind."""
    command = [sys.executable, "-m", "app", *map(str, arguments), "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stdout + done.stderr
    return json.loads(done.stdout)


@dataclass(frozen=True)
class Server:
    """A running server."""

    process: subprocess.Popen
    address: str
    folder: Path

    @property
    def host(self):
        return self.address.removeprefix("http://")

    @property
    def token(self):
        return (self.folder / "serve.token").read_text()

    def client(self, **options):
        return httpx.Client(base_url=self.address, trust_env=False, timeout=60, **options)

    def stop(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        return self.process.wait(timeout=60)


@contextlib.contextmanager
def serving(folder, *options, log=None):
    """Serve a folder on a free port until the end of the block; ``log`` is a file that its log goes to."""
    command = [sys.executable, "-m", "app", "serve", "--port", "0", "--json", "--data", str(folder), *options]
    with contextlib.ExitStack() as stack:
        errors = stack.enter_context(open(log, "w")) if log else None
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=errors, text=True)
    try:
        said = json.loads(process.stdout.readline())
        yield Server(process, said["address"], Path(folder))
    finally:
        if process.poll() is None:
            process.terminate()
        process.wait(timeout=60)
        process.stdout.close()


@pytest.fixture(scope="session")
def corpus(tmp_path_factory):
    file = tmp_path_factory.mktemp("corpus") / "articles.jsonl"
    file.write_text("".join(json.dumps(article) + "\n" for article in articles()), "utf-8")
    return file


@pytest.fixture(scope="session")
def served_folder(tmp_path_factory, corpus):
    folder = tmp_path_factory.mktemp("served") / "data"
    with Archive.open(Settings(data_dir=folder)) as archive:
        assert ingest([corpus], archive).added == 3
    return folder


@pytest.fixture(scope="session")
def server(served_folder):
    """A server over a few articles of the sample and a hostile one; nobody changes them."""
    with serving(served_folder, "--allow-host", "news.example.org") as running:
        yield running


@pytest.fixture(scope="session")
def client(server):
    with server.client() as opened:
        yield opened


@pytest.fixture(scope="session")
def ids(client):
    """The articles' ids by the first word of their titles."""
    return {row["title"].split()[0]: row["id"] for row in client.get("/api/v1/articles").json()["articles"]}


INTRANET, FOREIGN = "https://intranet.example.org", "https://evil.example"
SITE_SECRET = "a secret that only the intranet's server and the archive know"
GUARDED_TOML = f"""
login = "always"
reader_token = "the readers' own token"
editor_token = "the editors' own token"
log_questions = true

[sites.courier]
origins = ["{INTRANET}", "http://intranet.localhost:8123"]
title = "Ask the Courier"
greeting = "Good day."
examples = ["How much cargo did the harbour handle?"]
publishers = ["the saltmere  courier"]
theme = "dark"
accent = "#0a0"

[sites.everything]
origins = ["{INTRANET}"]

[sites.signed]
origins = ["{INTRANET}"]
login = "token"
secret = "{SITE_SECRET}"

[sites.closed]
"""
"""Settings of a server that strangers meet, with its widget sites."""


def as_reader():
    return {"authorization": "Bearer the readers' own token"}


def as_editor():
    return {"authorization": "Bearer the editors' own token"}


@pytest.fixture(scope="session")
def guarded(sample_made, tmp_path_factory):
    """A server over the sample archive that asks everybody to sign in, with widget sites."""
    folder = Path(shutil.copytree(sample_made, tmp_path_factory.mktemp("guarded") / "data"))
    (folder / "dateline.toml").write_text(GUARDED_TOML)
    with serving(folder, "--allow-host", "news.example.org") as running:
        yield running


@pytest.fixture(scope="session")
def changing(small_made, tmp_path_factory):
    """A server over a small archive that tests change while it is asked; it must be whole at the end."""
    folder = Path(shutil.copytree(small_made, tmp_path_factory.mktemp("changing") / "data"))
    with serving(folder) as running:
        yield running
        assert running.stop() == 0
    assert verify(Settings(data_dir=folder)) == []


@pytest.fixture(scope="session")
def sample_server(sample_made, tmp_path_factory):
    """A server over the sample archive."""
    folder = Path(shutil.copytree(sample_made, tmp_path_factory.mktemp("sample_served") / "data"))
    with serving(folder) as running:
        yield running
