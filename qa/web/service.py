"""What every route works with: one archive, its pipeline, and how much may happen at once."""

import logging
import time
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

from anyio import CapacityLimiter, to_thread

from qa.config import Settings
from qa.errors import DatelineError
from qa.index.archive import Archive
from qa.pipeline import QAPipeline
from qa.types import Answer, EngineName, Event, Filters, Level, Turn
from qa.web import logs
from qa.web.access import Access
from qa.web.asked import Unanswered
from qa.web.errors import Busy
from qa.web.examples import Examples
from qa.web.intake import Intake
from qa.web.keys import Keys
from qa.web.people import People
from qa.web.sites import Sites
from qa.web.store import Store

logger = logging.getLogger("qa.web.questions")

AT_ONCE = 4
Result = TypeVar("Result")


@dataclass(slots=True)
class Service:
    """The archive as the web's routes use it."""

    archive: Archive
    pipeline: QAPipeline
    settings: Settings
    access: Access
    keys: Keys
    people: People
    sites: Sites
    store: Store
    examples: Examples
    intake: Intake
    """The only one that changes the archive; asking goes on meanwhile."""
    unanswered: Unanswered
    visitors: Mapping[str, QAPipeline] = field(default_factory=dict)
    """Over what each widget site may see, and nothing else: whatever a site's visitor is told comes from here."""
    present: int = 0
    """How many are being answered or wait; counted on the event loop only."""
    limiter: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(AT_ONCE))

    async def run(self, work: Callable[[], Result]) -> Result:
        """Do blocking work in a thread, a few at a time.

        Raises:
            Busy: Too many wait already.
        """
        with self.place():
            return await to_thread.run_sync(work, limiter=self.limiter)

    @contextmanager
    def place(self) -> Iterator[None]:
        """Take a place among those who are answered or wait, until the end of the block.

        Raises:
            Busy: There is none left.
        """
        if self.present >= AT_ONCE + self.settings.max_waiting:
            raise Busy("Too many questions are being answered at the moment; please try again soon.")
        self.present += 1
        try:
            yield
        finally:
            self.present -= 1

    async def events(
        self,
        question: str,
        history: Sequence[Turn] = (),
        filters: Filters | None = None,
        engine: EngineName | None = None,
        level: Level | None = None,
        pipeline: QAPipeline | None = None,
    ) -> AsyncGenerator[Event]:
        """Yield what ``QAPipeline.stream`` yields, each step made in a thread; whoever was let in is answered.

        ``pipeline`` is by default the whole archive's.
        """
        asked = pipeline or self.pipeline
        began = time.monotonic()
        # Closed when whoever asked leaves, so that a language model stops writing too.
        with self.place(), closing(asked.stream(question, history, filters, engine, level)) as stream:
            while (event := await to_thread.run_sync(next, stream, None, limiter=self.limiter)) is not None:
                if isinstance(event, Answer):
                    await self._note(event, time.monotonic() - began)
                yield event

    async def _note(self, answer: Answer, seconds: float) -> None:
        """Tell the log of an answer, and keep a question that has none where the settings say so."""
        about: dict[str, Any] = {"answer": answer.status, "reason": answer.reason, "engine": answer.run.engine}
        about |= {"confidence": round(answer.confidence, 4), "ms": round(seconds * 1000, 1)}
        if self.settings.log_questions:
            about["question"] = answer.standalone_question
        logger.info("%s %s", answer.status, answer.reason or answer.run.engine, extra=about)
        if not answer.reason or not self.unanswered.on:
            return
        site = str(logs.current().get("site", ""))
        note = partial(self.unanswered.note, answer.standalone_question, answer.reason, site)
        try:
            await to_thread.run_sync(note)
        except DatelineError as error:  # whoever asked is answered all the same
            logger.warning("A question could not be kept: %s", error.user_message)

    def steps(self, question: str, history: Sequence[Turn]) -> Iterator[Event]:
        """Yield what ``QAPipeline.stream`` yields, for a caller that is in a thread of its own."""
        return self.pipeline.stream(question, history)
