"""Start ingestions, kill them at a chosen moment, damage files, and look at what is left."""

import json
import os
import random
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
TIMEOUT_S = 120
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}


@dataclass(frozen=True)
class Killed:
    """What an ingestion had said when it was killed."""

    lines: list[str]

    @property
    def acknowledged(self):
        return {key for line in self.lines if line.startswith("stored ") for key in line.split()[1:]}

    def inside(self, event):
        """Say whether the last thing it said of an event is that it begins."""
        said = [line.split()[0] for line in self.lines if line.split()[1:] == [event]]
        return bool(said) and said[-1] == "begins"


def start(data, corpus):
    command = [sys.executable, str(HERE / "driver.py"), str(data), str(corpus.vectors), *map(str, corpus.files)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT)


def run(data, corpus):
    """Ingest undisturbed."""
    process = start(data, corpus)
    out, error = process.communicate(timeout=TIMEOUT_S)
    assert process.returncode == 0, error
    assert out.endswith("closed\n")


def kill_after(data, corpus, event, number, delay):
    """Ingest until an event has been told ``number`` times, wait, and kill -9."""
    process = start(data, corpus)
    lines = []
    for line in process.stdout:
        lines.append(line.strip())
        if lines.count(event) >= number:
            break
    time.sleep(delay)
    process.kill()
    rest, error = process.communicate(timeout=TIMEOUT_S)
    assert "Traceback" not in error, error
    return Killed(lines + rest.splitlines())


def examine(data, *how):
    command = [sys.executable, str(HERE / "examiner.py"), str(data), *how]
    done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S, env=ENVIRONMENT, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


def assert_sound(found):
    """The indexes hold what the catalogue holds, answer as exact search does, and no model was loaded."""
    assert found["problems"] == []
    assert found["keyword_right"]
    assert found["vector_right"]
    assert found["wrong"] == 0
    assert found["lost"] <= 0.02 * 10 * len(found["answers"]), found["lost"]
    assert len(set(found["articles"])) == found["texts"] == len(found["articles"])
    assert found["models"] == []


def assert_recovered(data, killed, corpus, undisturbed):
    """What was acknowledged is there once; a rerun ends with what an undisturbed run leaves."""
    found = examine(data)
    assert killed.acknowledged <= set(found["articles"])
    assert_sound(found)
    run(data, corpus)
    again = examine(data)
    assert_sound(again)
    assert again["repairs"] == []
    assert (again["articles"], again["chunks"]) == (undisturbed["articles"], undisturbed["chunks"])
    return found


def copy(source, target):
    """Copy an archive with the times of its files."""
    if target.exists():
        shutil.rmtree(target)
    shutil.copytree(source, target)
    return target


def flip(path, count, seed, keep_time):
    """Change random bytes of a file, with or without putting its time back."""
    stat, data, rng = path.stat(), bytearray(path.read_bytes()), random.Random(seed)
    for at in rng.sample(range(len(data)), min(count, len(data))):
        data[at] ^= rng.randrange(1, 256)
    path.write_bytes(data)
    if keep_time:
        os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))


def same_answers(found, before):
    """The same neighbours with the same similarities, and the same words' hits."""
    for hits, hits_before in zip(found["words"], before["words"], strict=True):
        assert [round(score, 3) for _, score in hits] == [round(score, 3) for _, score in hits_before]
        assert above_last(hits) == above_last(hits_before)
    assert found["answers"].keys() == before["answers"].keys()
    total = sum(map(len, before["answers"].values()))
    differ = sum(
        abs(left - right) > 2e-4
        for key in before["answers"]
        for left, right in zip(found["answers"][key], before["answers"][key], strict=True)
    )
    assert differ <= 0.02 * total  # a graph built in another order may miss another neighbour


def above_last(hits):
    """The hits without those that share the last one's score: which of these come among the ten is left open."""
    return {key: round(score, 3) for key, score in hits if round(score, 3) > round(hits[-1][1], 3)}
