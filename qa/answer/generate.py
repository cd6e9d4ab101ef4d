"""The ``chat`` engine: a language model writes, our code decides which of its sentences anybody sees.

A sentence leaves only once it is matched to evidence; its citations are ours. Whenever the model is missing, slow, down
or writes nothing that can be traced, quotes take its place, with one plain sentence about what happened.
"""

import re
from collections import Counter
from collections.abc import Callable, Generator, Sequence
from contextlib import closing

from qa import prompt
from qa.answer import manners
from qa.answer.additions import added, strange
from qa.answer.claims import MOST_CHARS, clean, is_whole, pieces_to_sentences, unusable, without_old_citations
from qa.answer.engine import Account, Material, Sources, Statement, Written, number_of_articles
from qa.answer.openings import without_opening
from qa.answer.quotes import QuotesEngine, claim, frame, one_line, same_words, with_other_side
from qa.answer.verify import Sentence, Verdict, Verifier, sentences
from qa.errors import ChatModelFailed, ModelUnavailable
from qa.index.holdings import Holdings
from qa.llm import BROKE_OFF
from qa.prompt import inert
from qa.types import ChatModel, Citation, Claim, CutOff, Embedder, Evidence, Tokens, Turn

SHOWN = 12
"""Evidence sentences that the model reads; all that were found are there to check it."""
MOST_CLAIMS = 8
MOST_TURNS = 4
MOST_HISTORY = 300
"""Word pieces of earlier turns that the model reads, the newest first."""
UNTRACED = "Nothing that the language model wrote could be traced to the archive."
TOO_LONG = "The language model wrote far more than it was asked for."
INSTEAD = "Quotes are shown instead."
CHECKED = "What it said until then was checked"
FOLLOW = "quotes follow"
UNVERIFIED = "(not found in the archive)"
_REPORTED = re.compile(
    r"^(?:According to|As reported by) (?:the )?(?P<who>[^,:]{2,80}?)(?:, \d[^,:]{5,20})?[,:] ", re.IGNORECASE
)


class ChatEngine:
    """Answer with a chat model's sentences, each verified before anybody sees it."""

    def __init__(self, archive: Holdings, model: Callable[[], ChatModel], verifier: Verifier) -> None:
        """Use an open archive, a model that is loaded when it is first asked, and a verifier."""
        self._archive = archive
        self._model = model
        self._verifier = verifier

    def write(self, material: Material) -> Generator[Written, None, None]:
        """Yield each supported sentence, then quotes where the model failed, then the account."""
        page = _Page(self._archive, material, self._verifier)
        name = self._archive.settings.chat_model
        failure = None
        try:
            model = self._model()
            name = model.name
            with closing(self._reply(model, material, page)) as reply:
                for sentence in pieces_to_sentences(reply):
                    if page.cut_off and not is_whole(sentence):
                        page.dropped["unfinished"] += 1
                        continue
                    if statement := page.statement(sentence):
                        yield statement
                    if len(page.said) >= MOST_CLAIMS:
                        break
        except (ChatModelFailed, ModelUnavailable) as failed:
            failure = failed.user_message
        kept = bool(page.said)
        if failure is None and page.overlong:
            failure = TOO_LONG
        if failure is None and page.dropped["unfinished"] and page.cut_off == CutOff():
            failure = BROKE_OFF
        if failure is None and not page.supported:
            failure = UNTRACED
        fallback = None
        if failure is not None:
            before = len(page.citations)
            yield from page.quotes(QuotesEngine(self._archive).write(material))
            fallback = f"{failure} {_what_is_shown(page, quoted=len(page.citations) > before)}"
        yield from page.other_side(material)
        yield Account(
            "chat" if kept else "quotes",
            fallback or f"Written by a language model and checked against {number_of_articles(page.citations)}.",
            fallback,
            name,
            prompt.version(*_prompts()),
            page.tokens,
            dict(page.dropped),
            tuple(page.remarks),
        )

    def _reply(self, model: ChatModel, material: Material, page: "_Page") -> Generator[str, None, None]:
        rules, ask = _prompts()
        user = ask.fill(
            question=inert(material.question),
            evidence=shown(page.evidence[:SHOWN]),
            history=conversation(material.history, self._archive.embedder) or "(none)",
        )
        wrote = 0
        with closing(model.stream(rules.fill(), user)) as parts:
            for part in parts:
                if isinstance(part, Tokens):
                    page.tokens = {"input": part.input, "output": part.output}
                    continue
                if isinstance(part, CutOff):
                    page.cut_off = part
                    continue
                wrote += len(part)
                if wrote > MOST_CHARS:
                    page.overlong, page.cut_off = True, CutOff("overlong")
                    return
                yield part
        if not wrote:
            raise ChatModelFailed("The language model wrote nothing.")


class _Page:
    """What has been written of one answer: statements, numbered citations, and what was dropped."""

    def __init__(self, archive: Holdings, material: Material, verifier: Verifier) -> None:
        self.evidence = sentences(material.ranked, material.evidence)
        self.citations: list[Citation] = []
        self.cited: list[Evidence] = []
        self.said: list[str] = []
        self.remarks: list[str] = []
        self.supported = 0
        self.dropped: Counter[str] = Counter()
        self.tokens: dict[str, int] = {}
        self.overlong = False
        self.cut_off: CutOff | None = None
        self._verifier = verifier
        self._embedder = archive.embedder
        self._marking = archive.settings.unsupported == "mark"
        self._sources = Sources(archive, material.ranked)
        self._numbers: dict[tuple[str, int], int] = {}

    def statement(self, written: str) -> Statement | None:
        """Return a sentence of the model as a statement, or None where it must not be seen."""
        text = clean(written)
        if not text:  # an image or a tag, by itself
            return None
        reason = unusable(text)
        text = without_opening(text)
        if reason is None and any(same_words(text, other) for other in self.said):
            reason = "repeated"
        if reason is not None:
            self.dropped[reason] += 1
            return None
        text, whose = _without_frame(text)
        verdict = self._judged(text, whose)
        if verdict.reason is None:
            return self._supported(text, verdict)
        self.dropped[verdict.reason] += 1
        if not self._marking:
            return None
        self.said.append(text)
        return Statement(Claim(f"{text} {UNVERIFIED}", (), supported=False))

    def _judged(self, text: str, whose: str | None) -> Verdict:
        evidence = self.evidence
        verdict = self._verifier.check(text, evidence)
        if verdict.reason is not None:
            return verdict
        cited = [evidence[at].evidence for at in verdict.cited]
        if whose is not None and not any(whose in frame(self._sources.article(one)).casefold() for one in cited):
            return Verdict(reason="name")
        if manners.hedge_lost(text, " ".join(one.text for one in cited)):
            return Verdict(reason="hedge")
        quoted = [one.text for one in cited]
        if added(text, quoted) or strange(text, quoted, self._pieces):
            return Verdict(reason="addition")
        return verdict

    def _pieces(self, word: str) -> int:
        return len(self._embedder.token_spans(word))

    def _supported(self, text: str, verdict: Verdict) -> Statement:
        new, mine = [], []
        for at in verdict.cited:
            sentence = self.evidence[at].evidence
            citation, fresh = self._cite(sentence)
            mine.append(citation)
            new += [citation] if fresh else []
        self.said.append(text)
        self.supported += 1
        numbers = tuple(sorted({citation.number for citation in mine}))
        return Statement(Claim(text, numbers, note=manners.note(mine)), tuple(new))

    def _cite(self, sentence: Evidence) -> tuple[Citation, bool]:
        place = (sentence.article_id, sentence.start)
        known = self._numbers.get(place)
        if known is not None:
            return self.citations[known - 1], False
        citation = self._sources.cite(len(self.citations) + 1, sentence)
        self._numbers[place] = citation.number
        self.citations.append(citation)
        self.cited.append(sentence)
        return citation, True

    def other_side(self, material: Material) -> Generator[Statement, None, None]:
        """Quote the report that contradicts a cited one on what was asked, and remark that they differ."""
        if self.remarks:
            return
        both, differ = with_other_side(material, self.cited, len(self.cited) + 1)
        self.remarks += [differ] if differ else []
        for sentence in both:
            citation, fresh = self._cite(sentence)
            if fresh:
                yield Statement(claim(citation), (citation,))

    def quotes(self, written: Generator[Written, None, None]) -> Generator[Statement, None, None]:
        """Yield the quotes engine's statements that cite what is not cited yet, with numbers that go on."""
        for part in written:
            if isinstance(part, Account):
                self.remarks += part.remarks
                continue
            first = part.citations[0]
            if (first.article_id, first.start) in self._numbers:
                continue
            evidence = next(
                one.evidence
                for one in self.evidence
                if (one.evidence.article_id, one.evidence.start) == (first.article_id, first.start)
            )
            citation, _ = self._cite(evidence)
            yield Statement(Claim(part.claim.text, (citation.number,), note=part.claim.note), (citation,))


def _prompts() -> tuple[prompt.Prompt, prompt.Prompt]:
    return prompt.load("answer_rules"), prompt.load("answer", "question", "evidence", "history")


def _what_is_shown(page: _Page, *, quoted: bool) -> str:
    """Say what stands in an answer whose model failed; all that its checked sentences rest on may be quoted already."""
    if page.supported:
        return f"{CHECKED}; {FOLLOW}." if quoted else f"{CHECKED}."
    return f"{FOLLOW.capitalize()}." if page.said else INSTEAD


def shown(evidence: Sequence[Sentence]) -> str:
    """Return evidence as the model reads it: a key and the sentence; nothing in it is markup."""
    lines = []
    for number, sentence in enumerate(evidence, 1):
        lines.append(f"[S{number}] {inert(sentence.text)}")
    return "\n".join(lines)


def conversation(history: Sequence[Turn], embedder: Embedder) -> str:
    """Return the last turns, oldest first, without citations, cut to what a small model can read."""
    lines: list[str] = []
    left = MOST_HISTORY
    for turn in reversed(history[-2 * MOST_TURNS :]):
        text = inert(without_old_citations(turn.text[:4000]))
        pieces = embedder.token_spans(text)
        if len(pieces) > left:
            text = text[: pieces[left - 1][1]] if left else ""
        if not text:
            break
        left -= min(len(pieces), left)
        lines.append(f"{turn.role}: {text}")
    return "\n".join(reversed(lines))


def _without_frame(text: str) -> tuple[str, str | None]:
    """Return a claim without "According to PUBLISHER," and the publisher, where it may be one."""
    found = _REPORTED.match(text)
    if found is None or not found["who"][:1].isupper() or len(text) - found.end() < 20:
        return text, None
    rest = text[found.end() :]
    return rest[0].upper() + rest[1:], one_line(found["who"]).casefold()
