"""The one way from a question to an answer: every door calls ``QAPipeline.stream`` or ``ask``."""

import logging
import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from qa.answer import abstain, digest, freshness, said, tuned, unquoted
from qa.answer.courtesy import without_asking, without_courtesies, without_courtesy
from qa.answer.engine import Account, Engine, Material, Written
from qa.answer.quotes import QuotesEngine
from qa.errors import BadSettings
from qa.index.holdings import Holdings
from qa.retrieve import foreign, spelling
from qa.retrieve.evidence import evidence, trusted
from qa.retrieve.followup import stand_alone
from qa.retrieve.fresh import day_of_asking, prefer_new, read_for_now
from qa.retrieve.overview import overview
from qa.retrieve.phrases import quoted_phrases
from qa.retrieve.readings import Ranked
from qa.retrieve.reread import reread
from qa.retrieve.stories import one_per_story
from qa.retrieve.understand import Question, clean_question, understand
from qa.retrieve.verbatim import prefer_verbatim
from qa.types import (
    Answer,
    ChatModel,
    Citation,
    Claim,
    Context,
    Coverage,
    EngineName,
    Event,
    Evidence,
    Filters,
    Level,
    Run,
    SearchResult,
    State,
    TextPiece,
    Turn,
)

if TYPE_CHECKING:
    from qa.answer.verify import Verifier

logger = logging.getLogger(__name__)

CONTEXTS = 8
MESSAGES = {
    "no_evidence": "The archive holds nothing on this question.",
    "low_confidence": "The archive does not seem to hold the answer to this question.",
    "filter_empty": "No article in the archive matches the filters, so there is nothing to answer from.",
}


class QAPipeline:
    """Answer questions over one archive, or over the part of it that somebody may see."""

    def __init__(self, archive: Holdings, contexts: int = CONTEXTS, model: ChatModel | None = None) -> None:
        """Use an open archive, which is not closed by the pipeline.

        Args:
            archive: Where answers are looked for.
            contexts: How many passages an answer carries.
            model: Of the engine ``chat``; the settings' by default.
        """
        self.archive = archive
        self._model = model
        self._contexts = contexts

    def search(self, question: str, top_k: int = 10, filters: Filters | None = None) -> list[SearchResult]:
        """Return the best passages for a question, best first; an empty list when nothing fits the filters.

        Raises:
            EmptyQuestion, QuestionTooLong: The question cannot be used.
        """
        text = clean_question(question, self.archive.settings.max_question_chars)
        ranked = self._reread(*self._rank(text, filters or Filters()))
        return [SearchResult(at, found.score, found.stored.chunk) for at, found in enumerate(ranked[:top_k], 1)]

    def ask(
        self,
        question: str,
        history: Sequence[Turn] = (),
        filters: Filters | None = None,
        engine: EngineName | None = None,
        level: Level | None = None,
    ) -> Answer:
        """Answer a question from the archive's own sentences, or abstain.

        Args:
            question: In plain language, at most ``max_question_chars`` long.
            history: Earlier turns of the conversation, oldest first.
            filters: Limits on publishers, dates and articles; one that matches nothing makes the answer abstain.
            engine: ``quotes`` (the default) needs no language model.
            level: How sure the answer must be; the settings' level by default.

        Raises:
            EmptyQuestion, QuestionTooLong, BadSettings: The question or an option cannot be used.
        """
        for event in self.stream(question, history, filters, engine, level):
            if isinstance(event, Answer):
                return event
        raise AssertionError("a stream ends with its answer")

    def weigh(
        self, question: str, history: Sequence[Turn] = (), filters: Filters | None = None
    ) -> tuned.Weighed | None:
        """Return what decides how sure the answer is; None where nothing is weighed.

        That is so of courtesies, questions about the archive, overviews, and where nothing is found at all.

        Raises:
            EmptyQuestion, QuestionTooLong: The question cannot be used.
        """
        text = clean_question(question, self.archive.settings.max_question_chars)
        limits = filters or Filters()
        if self._at_once(question, text, limits, "open") is not None:
            return None
        if history and self.archive.recipe and not self._unread(text):
            text = stand_alone(text, without_courtesies(history), self.archive.keywords)
        understood, ranked = self._rank(text, limits)
        return self._weighed(understood, ranked) if ranked else None

    def stream(
        self,
        question: str,
        history: Sequence[Turn] = (),
        filters: Filters | None = None,
        engine: EngineName | None = None,
        level: Level | None = None,
    ) -> Generator[Event, None, None]:
        """Yield states, then verified pieces of text, then exactly one ``Answer`` whose text they make up."""
        chosen_engine: EngineName = engine or self.archive.settings.engine
        writer = self._engine(chosen_engine)
        chosen_level: Level = level or self.archive.settings.level
        if chosen_level not in ("strict", "balanced", "open"):
            raise BadSettings(f"The level {str(level)!r} is none of strict, balanced, open.")
        text = clean_question(question, self.archive.settings.max_question_chars)
        limits = filters or Filters()
        whole = self._at_once(question, text, limits, chosen_level)
        if whole is None and history and self.archive.recipe and not self._unread(text):
            text = stand_alone(text, without_courtesies(history), self.archive.keywords)
            whole = self._at_once(question, text, limits, chosen_level)
        if whole is not None:
            yield from unquoted.events(whole)
            return
        clock = _Clock()
        yield State("searching")
        understood, ranked = self._rank(text, limits)
        suspicious = self.archive.suspicions(sorted({found.stored.chunk.article_id for found in ranked}))
        ranked = trusted(ranked, suspicious)
        in_use = tuned.numbers(self.archive)
        # Weighed before a cross-encoder sees it: what it is calibrated for is the evidence in our own order.
        confidence = self._weighed(understood, ranked).confidence(in_use) if ranked else 0.0
        ranked = self._reread(understood, ranked)
        clock.lap("search")
        yield State("reading")
        sentences = evidence(ranked, text, suspicious)
        coverage = self.archive.coverage(limits)
        reason = _reason_to_abstain(confidence, sentences, coverage, limits, chosen_level, in_use)
        clock.lap("read")
        yield State("checking")
        # Whether there is an answer is decided by now, before any engine writes a word of it.
        material = Material(text, tuple(sentences), tuple(ranked), tuple(history))
        written = _Writing(chosen_engine)
        if reason is None:
            yield from written.pieces(writer.write(material))
        clock.lap("quote" if written.account.engine == "quotes" else "write")
        notes = [
            *written.account.remarks,
            *understood.notes,
            foreign.note(self.archive, understood, ranked, written.citations),
            freshness.note(understood, ranked, written.citations, day_of_asking(self.archive)),
            None if reason or understood.language else said.note(understood, ranked, self.archive.embedder),
        ]
        remarks = tuple(note for note in notes if note)
        message = MESSAGES[reason] if reason else written.account.message
        yield Answer(
            question=question,
            standalone_question=text,
            status="abstained" if reason else "answered",
            reason=reason,
            message=" ".join([message, *remarks]),
            as_of=datetime.now(UTC).isoformat(timespec="seconds"),
            confidence=confidence,
            claims=tuple(written.claims),
            citations=tuple(written.citations),
            contexts=tuple(_context(found) for found in ranked[: self._contexts]),
            coverage=coverage,
            run=written.run(self._recipe, clock.laps),
            remarks=remarks,
        )

    def _at_once(self, question: str, text: str, limits: Filters, level: Level) -> Answer | None:
        """Answer what no engine writes: courtesies, questions about the archive, overviews; None for all others."""
        plain = unquoted.answer(self.archive, question, text, limits)
        asked = None if plain else overview(without_asking(text), day_of_asking(self.archive))
        if asked is None:
            return plain
        return digest.answer(self.archive, question, text, asked, limits, level, self._rank)

    def _rank(self, text: str, filters: Filters) -> tuple[Question, list[Ranked]]:
        today, language = day_of_asking(self.archive), self._unread(text)
        searched, corrections = (
            spelling.corrected(without_courtesy(text), self.archive, filters)
            if self.archive.recipe and not language
            else (text, ())
        )
        silent = foreign.silent_words(text, language)
        understood = understand(searched, self.archive.keywords, self.archive.publishers(), today, silent)
        understood = read_for_now(understood, self.archive.keywords)
        understood = replace(
            understood, notes=tuple(map(str, corrections)), respelt=bool(corrections), language=language
        )
        ranked = foreign.rank_words(self.archive, understood, filters) if self.archive.recipe else []
        ranked = prefer_verbatim(quoted_phrases(text, self.archive.publishers()), ranked)
        ranked = prefer_new(understood, ranked)
        stories = self.archive.stories([found.stored.chunk.article_id for found in ranked])
        return understood, one_per_story(ranked, stories)

    def _unread(self, text: str) -> str | None:
        """Return the language of a question that the embedding model does not read; None where it does."""
        return foreign.unread(text, self.archive.settings.languages)

    def _weighed(self, understood: Question, ranked: Sequence[Ranked]) -> tuned.Weighed:
        """Return what decides how sure the answer is."""
        seen = abstain.features(understood, ranked)
        if understood.language:
            # No meaning was compared; a sentence is taken to mean what the question does as far as it has its words.
            return tuned.Weighed(replace(seen, sentence_cosine=seen.sentence_share), most=foreign.MOST)
        most = foreign.MOST if foreign.unread_passage(self.archive, ranked) else 1.0
        return tuned.Weighed(seen, spelling.TRUST if understood.respelt else 1.0, most)

    def _reread(self, understood: Question, ranked: list[Ranked]) -> list[Ranked]:
        """Let the cross-encoder, if the settings name one, put the first passages in order."""
        scorer = self.archive.cross_encoder
        if scorer is None:
            return ranked
        most = self.archive.settings.cross_encoder_passages
        return prefer_new(understood, reread(understood, ranked, scorer, most))

    @property
    def _recipe(self) -> str | None:
        """What answers are made with, in one line."""
        made, scorer = tuned.recipe(self.archive), self.archive.cross_encoder
        return f"{made}, cross-encoder {scorer.name}" if made and scorer else made

    def _engine(self, name: str) -> Engine:
        if name == "quotes":
            return QuotesEngine(self.archive)
        if name != "chat":
            raise BadSettings(f"The engine {name!r} is none of quotes, chat.")
        from qa.answer.generate import ChatEngine  # not needed where nobody chats

        return ChatEngine(self.archive, self._chat, self._verifier())

    def _chat(self) -> ChatModel:
        if self._model is None:
            from qa import llm

            self._model = llm.load(self.archive.settings)
        return self._model

    def _verifier(self) -> "Verifier":
        from qa.answer.verify import RuleVerifier

        rules, judge = RuleVerifier(self.archive), self.archive.entailment
        if judge is None:
            return rules
        from qa.answer.entailment import ModelVerifier

        return ModelVerifier(rules, judge)


class _Writing:
    """What an engine has written so far."""

    def __init__(self, engine: EngineName) -> None:
        self.claims: list[Claim] = []
        self.citations: list[Citation] = []
        self.account = Account(engine, "")

    def pieces(self, writing: Generator[Written, None, None]) -> Iterator[TextPiece]:
        """Yield each statement's text; the engine is stopped when the reader leaves."""
        with closing(writing) as parts:
            for part in parts:
                if isinstance(part, Account):
                    self.account = part
                    continue
                said = part.claim.cited_text
                piece = TextPiece(f" {said}" if self.claims else said)
                self.claims.append(part.claim)
                self.citations.extend(part.citations)
                yield piece

    def run(self, recipe: str | None, laps: dict[str, float]) -> Run:
        """Say how the answer was made."""
        told = self.account
        return Run(told.engine, told.fallback, told.model, told.prompt, recipe, laps, told.tokens, told.dropped)


class _Clock:
    """Time the stages of one answer, in milliseconds."""

    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self.laps[name] = round(1000 * (now - self._last), 2)
        self._last = now


def _reason_to_abstain(
    confidence: float,
    sentences: Sequence[Evidence],
    coverage: Coverage,
    filters: Filters,
    level: Level,
    in_use: Mapping[str, Any],
) -> str | None:
    if filters and not coverage.articles:
        return "filter_empty"
    if not sentences:
        return "no_evidence"
    return None if abstain.enough(confidence, level, in_use) else "low_confidence"


def _context(found: Ranked) -> Context:
    chunk = found.stored.chunk
    return Context(chunk.id, chunk.article_id, chunk.start, chunk.end, chunk.text, round(found.score, 6))
