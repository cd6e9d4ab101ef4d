"""Who, what, when, where, why and how: questions written from titles, answered by news articles.

The data are those of Giveme5W1H (Hamborg, Breitinger and Gipp, INRA 2019, https://github.com/fhamborg/Giveme5W1H,
Apache-2.0): news articles of a few events, in which people marked the phrases that answer the six questions. A question
is written from an article's title by rule; it is right if the quotes hold a phrase marked for it in any article of the
same event. Questions whose own article has no such phrase are left out. Beside Dateline stands a plain BM25 pipeline:
each sentence of the articles is a document of its own in tantivy, and as many are quoted as Dateline quotes.
Both are also judged by their first quote alone.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qa.evaluate.stats import share
from qa.evaluate.texts import holds_answer
from tests.benchmarks import data
from tests.benchmarks.names import DATELINE, KEYWORDS
from tests.benchmarks.rows import Results, Row, at_least, ours

if TYPE_CHECKING:
    from tests.benchmarks.parts import Job

ASKS = {
    "who": "Who is this about: {}?",
    "what": "What happened: {}?",
    "when": "When did this happen: {}?",
    "where": "Where did this happen: {}?",
    "why": "Why did this happen: {}?",
    "how": "How did this happen: {}?",
}
AIMED_AT = ("who", "what", "when", "where")
MORE = 0.10
"""By how much the share should be above the plain pipeline's."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of one kind, and the phrases of its event that answer it."""

    kind: str
    text: str
    phrases: tuple[str, ...]


def run(job: "Job") -> Results:
    """Ask both systems and return by kind the share of questions whose quotes hold a phrase."""
    from tests.benchmarks.systems import Dateline, opened  # opens an archive

    articles = list(data.read_rows(data.bench_dir() / "giveme5w1h" / "gold.jsonl.gz"))
    bench = data.BenchSet("giveme5w1h", tuple(map(_row, articles)), (), {}, "open")
    asked = list(questions(articles))
    asked = asked[:: job.step(len(asked))]
    right, first = ({name: defaultdict(list) for name in (DATELINE, KEYWORDS)} for _ in range(2))
    with opened(bench, job.folder / "fivew") as archive:
        dateline, plain = Dateline(archive), PlainSentences(archive)
        for one in asked:
            quotes = [citation.quote for citation in dateline.ask(one.text, "open").citations]
            for name, said in ((DATELINE, quotes), (KEYWORDS, plain.quotes(one.text, len(quotes) or 1))):
                right[name][one.kind].append(holds_answer(said, one.phrases))
                first[name][one.kind].append(holds_answer(said[:1], one.phrases))
    return {
        "articles": len(articles),
        "questions": {kind: sum(one.kind == kind for one in asked) for kind in ASKS},
        "shares": _shares(right),
        "first": _shares(first),
    }


def _shares(right: dict[str, dict[str, list[bool]]]) -> dict[str, dict[str, float | None]]:
    return {name: {kind: share(flags) for kind, flags in found.items()} for name, found in right.items()}


def _row(article: dict) -> data.Row:
    return {
        "id": article["id"],
        "title": article["title"],
        "publisher": article["publisher"],
        "published_at": article["date"][:10],
        "text": article["text"],
    }


def questions(articles: Sequence[dict]) -> Iterator[Asked]:
    """Write the questions of every article from its title, where it has an answer marked for them."""
    events: dict[str, list[dict]] = defaultdict(list)
    for article in articles:
        events[article["category"] or article["id"]].append(article)
    for article in articles:
        title = re.sub(r"[\s?!.:]+$", "", article["title"])
        for kind, form in ASKS.items():
            if marked(article, kind):
                event = events[article["category"] or article["id"]]
                phrases = [phrase for other in event for phrase in marked(other, kind)]
                yield Asked(kind, form.format(title), tuple(dict.fromkeys(phrases)))


def marked(article: dict, kind: str) -> list[str]:
    """Return the phrases that people marked; some marks of times name a day alone and no words."""
    return [phrase["text"] for phrase in article["gold"].get(kind) or () if phrase.get("text")]


class PlainSentences:
    """BM25 over single sentences, as tantivy gives it, with its own English stemmer and nothing of ours."""

    def __init__(self, archive) -> None:
        """Take the sentences of an archive."""
        import tantivy

        schema = tantivy.SchemaBuilder().add_text_field("text", stored=True, tokenizer_name="en_stem").build()
        self._index = tantivy.Index(schema)
        writer = self._index.writer()
        for stored in archive.catalogue.all_chunks():
            for text in stored.sentence_texts:
                writer.add_document(tantivy.Document(text=[text]))
        writer.commit()
        self._index.reload()

    def quotes(self, question: str, n: int) -> list[str]:
        """Return the best sentences."""
        words = " ".join(re.findall(r"\w+", question))
        searcher = self._index.searcher()
        found = searcher.search(self._index.parse_query(words, ["text"]), n).hits
        return [searcher.doc(address)["text"][0] for _, address in found]


def rows(results: Results) -> list[Row]:
    """Tell both shares by kind, and the difference where something is aimed at."""
    found = results["shares"]
    lines = []
    for kind in ASKS:
        values = {name: shares.get(kind) for name, shares in found.items()}
        lines.append(Row(f"{kind}: quotes hold a marked phrase", values, form=".1%"))
        alone = {name: shares.get(kind) for name, shares in results["first"].items()}
        lines.append(Row(f"{kind}: the first quote alone does", alone, form=".1%"))
    told = [kind for kind in AIMED_AT if found[DATELINE].get(kind) is not None]
    gains = {kind: found[DATELINE][kind] - found[KEYWORDS][kind] for kind in told}
    return [
        *lines,
        *(ours(f"{kind}: above the plain BM25 pipeline", gain, at_least(MORE), "+.1%") for kind, gain in gains.items()),
    ]


def notes(results: Results) -> list[str]:
    """Say what was asked; “BM25 only” is here the plain pipeline."""
    asked = ", ".join(f"{count} {kind}" for kind, count in results["questions"].items())
    return [
        f"- {results['articles']} articles; questions: {asked}. “{KEYWORDS}” is a pipeline of single sentences found "
        "by BM25, as many as Dateline quotes."
    ]
