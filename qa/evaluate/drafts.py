"""Drafts of a question set: what the rules ask of an archive's sentences, chosen, named and given twins.

A draft is for a person to read, mend or throw away. It is made hard enough to be worth it: no draft shares more than
half of its content words with the sentence that answers it, and its twin asks the same with that article left out,
which a system should decline.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from qa.answer.quotes import spoken_day
from qa.errors import ChatModelFailed, NothingUsable
from qa.evaluate.patterns import Asked, Story, ask
from qa.evaluate.people import People
from qa.evaluate.texts import held_answers, holds_answer
from qa.evaluate.types import Json
from qa.index.archive import Archive
from qa.pipeline import QAPipeline
from qa.retrieve.understand import FUNCTION_WORDS, split_words
from qa.types import Article, ArticleSummary, Filters

MOST_SHARED = 0.5
"""Of a draft's content words, those that its evidence may hold."""
MOST_OF_AN_ARTICLE = 4
LOOKED_AT = 4
"""Drafts are chosen among so many times as many as are wanted, so that every rule has its turn."""
LONGEST_TITLE, LONGEST_EVIDENCE = 120, 400
TWIN_DEPTH = 50
MOST_LEFT_OUT = 5
"""An answer that stands in more articles than these cannot be left out of an archive."""

Asker = Callable[[str, Story], Iterator[Asked]]
"""What asks a sentence; ``patterns.ask`` does it by rule."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A question with the sentence that answers it.

    Args:
        asked: What the rule made.
        question: The whole question, which can be read alone.
        article: The article that the sentence stands in.
        evidence: The sentence.
    """

    asked: Asked
    question: str
    article: Article
    evidence: str

    def row(self, key: str) -> Json:
        """Return it as a line of a question set."""
        return {
            "id": key,
            "question": self.question,
            "answers": list(dict.fromkeys(self.asked.answers)),
            "answerable": True,
            "evidence": [{**_name(self.article), "text": self.evidence}],
            "type": self.asked.type,
            "rule": self.asked.rule,
        }

    def twin(self, key: str, left_out: Iterable[Article]) -> Json:
        """Return the same question with the articles that answer it left out of the archive."""
        names = [next(iter(_name(article).values())) for article in left_out]
        about = {"evidence": [_name(self.article)], "type": self.asked.type, "rule": "twin"}
        return {"id": key, "question": self.question, "answers": [], "answerable": False, "exclude": names, **about}


def _name(article: Article) -> dict[str, str]:
    return {"url": article.url} if article.url else {"article_id": article.id}


class Drafter:
    """Draft questions from one archive."""

    def __init__(self, archive: Archive, asker: Asker = ask, looked_at: int = LOOKED_AT) -> None:
        """Use an open archive.

        Args:
            archive: Whose sentences are asked.
            asker: What asks them.
            looked_at: Drafts are chosen among so many times as many as are wanted.
        """
        self.dropped: Counter[str] = Counter()
        """Drafts that cannot be used, by reason."""
        self.stopped: str | None = None
        """Why the asker gave up before there were enough, in one plain sentence."""
        self._looked_at = looked_at
        self._archive = archive
        self._asker = asker
        self._pipeline = QAPipeline(archive)

    def drafts(
        self, count: int, seed: int, progress: Callable[[int, int], None] = lambda done, total: None
    ) -> list[Draft]:
        """Return up to ``count`` drafts, of every rule as many as of the others while there are any.

        Args:
            count: How many.
            seed: Which articles are looked at first; the same seed gives the same drafts of the same archive.
            progress: Called with the articles read and the number of all.
        """
        summaries = sorted(self._archive.articles(), key=lambda row: row.id)
        random.Random(seed).shuffle(summaries)
        progress(0, len(summaries))
        found: list[Draft] = []
        seen: set[str] = set()
        for at, article in enumerate(self._one_per_story(summaries), 1):
            fresh = [draft for draft in self._until_stopped(article) if draft.question not in seen]
            for draft in fresh:
                if draft.asked.question not in seen:
                    seen.update((draft.question, draft.asked.question))
                    found.append(draft)
            progress(at, len(summaries))
            if self.stopped or len(found) >= count * self._looked_at:
                break
        return _in_turn(found, count)

    def _one_per_story(self, summaries: Iterable[ArticleSummary]) -> Iterator[Article]:
        told: set[str] = set()
        for summary in summaries:
            article = self._archive.article(summary.id)
            story = self._archive.stories([summary.id]).get(summary.id, summary.id)
            if story not in told and (article.language or "en").lower().startswith("en"):
                told.add(story)
                yield article

    def _until_stopped(self, article: Article) -> Iterator[Draft]:
        """Yield an article's drafts; what the asker made before it gave up is kept."""
        try:
            yield from self._of_article(article)
        except (ChatModelFailed, NothingUsable) as failed:
            self.stopped = failed.user_message

    def _of_article(self, article: Article) -> Iterator[Draft]:
        story = Story(article.text, People(article.text))
        for span in self._archive.sentences_of(article.id):
            sentence = article.text[span.start : span.end]
            if len(sentence) > LONGEST_EVIDENCE:
                continue
            for asked in self._asker(sentence, story):
                question = named(asked, article)
                reason = self._unfit(question, asked, sentence)
                if question is None or reason is not None:
                    self.dropped[str(reason)] += 1
                else:
                    yield Draft(asked, question, article, sentence)

    def _unfit(self, question: str | None, asked: Asked, sentence: str) -> str | None:
        """Say why a question is not worth asking."""
        if question is None:
            return "its report has no title"
        if self.shared(question, sentence) > MOST_SHARED:
            return "it repeats the sentence"
        return "it gives the answer away" if _told(question, asked) else None

    def shared(self, question: str, evidence: str) -> float:
        """Return the share of a question's content words, by their stems, that an evidence holds."""
        words = self._stems(question)
        return len(words & self._stems(evidence)) / len(words) if words else 1.0

    def _stems(self, text: str) -> set[str]:
        content = (word for word in split_words(text) if word.casefold() not in FUNCTION_WORDS)
        return set(self._archive.keywords.terms(" ".join(content)))

    def left_out(self, draft: Draft) -> list[Article] | None:
        """Return the articles to leave out so that nothing answers a draft; None if too many would have to go.

        Beside its own article these are those in which a search finds a passage with the answer and half of what is
        asked.
        """
        out = {draft.article.id: draft.article}
        asked = self._stems(draft.asked.question)
        for result in self._pipeline.search(draft.question, TWIN_DEPTH, Filters(exclude_article_ids=tuple(out))):
            text, home = result.chunk.text, result.chunk.article_id
            if home not in out and self._holds(text, draft.asked):
                if len(asked & self._stems(text)) >= len(asked) / 2:
                    out[home] = self._archive.article(home)
        return list(out.values()) if len(out) <= MOST_LEFT_OUT else None

    def _holds(self, text: str, asked: Asked) -> bool:
        """Say whether a passage holds an answer; of a post its last two words are enough."""
        if asked.rule in {"post", "description"}:
            return self._stems(" ".join(asked.answers[-1].split()[-2:])) <= self._stems(text)
        return holds_answer([text], asked.answers[-1:])


def named(asked: Asked, article: Article) -> str | None:
    """Return a question that says which report or which month it is about; None if nothing tells.

    >>> named(Asked("age", "how_many", "How old was Ada Brook", ("46",), True), Article("1", 1, "", publisher="Echo",
    ...       published_at="2024-05-02"))
    'How old was Ada Brook in May 2024, according to Echo?'
    """
    day = spoken_day(article.published_at)
    title = " ".join((article.title or "").split())
    if asked.dated and day:
        source = f", according to {article.publisher}" if article.publisher else ""
        return f"{asked.question} in {day.split(' ', 1)[1]}{source}?"
    if title and len(title) <= LONGEST_TITLE:
        about = ", ".join(part for part in (article.publisher, day) if part)
        lower = asked.question[0].lower() + asked.question[1:]
        return f"In “{title}”{f' ({about})' if about else ''}, {lower}?"
    return None


def _told(question: str, asked: Asked) -> bool:
    """Say whether a question gives its answer away."""
    return any(held_answers([question], asked.answers))


def _in_turn(found: list[Draft], count: int) -> list[Draft]:
    """Choose drafts, one of each rule in turn, not too many of one article."""
    by_rule: dict[str, list[Draft]] = {}
    for draft in found:
        by_rule.setdefault(draft.asked.rule, []).append(draft)
    of_article: Counter[str] = Counter()
    chosen: list[Draft] = []
    while len(chosen) < count and any(by_rule.values()):
        for waiting in by_rule.values():
            following = _next(waiting, of_article) if len(chosen) < count else None
            if following is not None:
                of_article[following.article.id] += 1
                chosen.append(following)
    return chosen


def _next(waiting: list[Draft], of_article: Counter[str]) -> Draft | None:
    while waiting:
        first = waiting.pop(0)
        if of_article[first.article.id] < MOST_OF_AN_ARTICLE:
            return first
    return None
