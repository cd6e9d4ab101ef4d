"""Chat models: the only owner of LangChain's, named by a setting (``provider:model``).

A model is asked on an event loop of its own, so that whoever waits for it can stop it at any moment: the connection is
then closed, whatever the server does. Nothing is retried once a word has arrived, no tool is ever offered, no trace is
sent anywhere.
"""

import asyncio
import logging
import queue
import re
import threading
import time
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from concurrent.futures import Future
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from qa.config import Settings
from qa.errors import ChatModelFailed
from qa.types import CutOff, Tokens

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage
    from langchain_core.runnables import Runnable

logger = logging.getLogger(__name__)

PAUSE = 0.5
"""Seconds before the first retry; each further one waits twice as long."""
NO_KEY = "none"
"""Sent where an endpoint is named without a key, so that a key meant for another endpoint never goes there."""
_BY_STATUS = {
    401: "The language model's server did not accept the API key.",
    403: "The language model's server did not accept the API key.",
    404: "The language model's server does not know this model.",
    408: "The language model's server gave up waiting.",
    413: "The question and its evidence are too long for the language model.",
    429: "The language model's server takes no further requests at the moment.",
}
_RETRIED = {408, 409, 429, 500, 502, 503, 504}
_END = object()
_ENDS = ("finish_reason", "done_reason", "stop_reason", "status")
"""Where providers tell, with a reply's last piece, why it ended."""
_SAID_ALL = {"stop", "end_turn", "stop_sequence", "eos", "eos_token", "complete", "completed"}
_END_OF_STREAM = re.compile(rb'(?:^|[\r\n])data: ?\[DONE\]|(?<!\\)"finish_reason": ?"')
"""Of the server's, never of the model's: within a reply's text, quotation marks and line ends are escaped."""
_MARK_BYTES = 64
"""More than such a mark takes, which may come in two pieces."""
BROKE_OFF = "The language model's answer broke off."


def load(settings: Settings) -> "LangChainModel":
    """Return the chat model that the settings name.

    Raises:
        ChatModelFailed: None is named, or its provider's package is not installed or refuses the settings.
    """
    if not settings.chat_model:
        raise ChatModelFailed("No language model is set (`chat_model`).")
    from langchain.chat_models import init_chat_model

    provider, _, name = settings.chat_model.partition(":")
    try:
        model = init_chat_model(name, model_provider=provider, **_options(provider, settings))
    except ImportError as exc:
        package = f"langchain-{provider.replace('_', '-')}"
        raise ChatModelFailed(f"The package for {provider!r} language models is not installed (`{package}`).") from exc
    except Exception as exc:  # each provider has its own way to complain, and its words may hold the key
        # LangChain has no other way to say so, and it says it before it reads any setting.
        if type(exc) is ValueError and str(exc).startswith("Unsupported provider"):
            raise ChatModelFailed(f"The provider {provider!r} of the language model is not known.") from exc
        logger.debug("init_chat_model: %s", type(exc).__name__)
        raise ChatModelFailed(f"The language model {settings.chat_model!r} cannot be used as it is set.") from exc
    return LangChainModel(settings, lambda: _chain(model))


def on_this_machine(address: str) -> bool:
    """Say whether an address of the web is this machine's own.

    >>> on_this_machine("http://127.0.0.1:11434/v1"), on_this_machine("https://127.0.0.1.evil.example")
    (True, False)
    """
    host = urlsplit(address).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _options(provider: str, settings: Settings) -> dict[str, Any]:
    """Return what a provider's class is made with."""
    seconds = settings.chat_answer_seconds
    options: dict[str, Any] = {"temperature": 0.0, "timeout": seconds, "max_retries": 0}
    if settings.chat_base_url:
        options["base_url"] = settings.chat_base_url
    if settings.chat_api_key or settings.chat_base_url:
        options["api_key"] = settings.chat_api_key.get_secret_value() if settings.chat_api_key else NO_KEY
    # A question for this machine never takes the way over a proxy that the environment names.
    trusting = not on_this_machine(settings.chat_base_url or "")
    if provider == "ollama":
        options.pop("api_key", None)
        return options | {
            "num_predict": settings.chat_max_tokens,
            "client_kwargs": {"timeout": seconds, "trust_env": trusting and bool(settings.chat_base_url)},
        }
    options["max_tokens"] = settings.chat_max_tokens
    if provider == "openai":
        from openai import DefaultAsyncHttpxClient, Timeout

        # A client of its own: the cached one would be shared between event loops.
        waits = Timeout(seconds)
        return options | {
            "stream_usage": True,
            "timeout": waits,
            "http_async_client": DefaultAsyncHttpxClient(
                timeout=waits, trust_env=trusting, event_hooks={"response": [_watch_the_end]}
            ),
        }
    return options


async def _watch_the_end(response: Any) -> None:
    """Have a streamed reply fail that its server closes before it says that this is the end.

    LangChain shows the server's ``finish_reason`` and swallows its ``[DONE]``. Some servers send only the latter, so
    that a reply of theirs and one that broke off look the same by then: it has to be seen in the bytes.
    """
    streamed = response.headers.get("content-type", "").startswith("text/event-stream")
    if response.status_code != 200 or not streamed or not response.url.path.endswith("/chat/completions"):
        return
    read = response.aiter_bytes

    async def to_the_end(*sizes: int) -> AsyncIterator[bytes]:
        tail, ended = b"", False
        async for sent in read(*sizes):
            ended = ended or _END_OF_STREAM.search(tail + sent) is not None
            tail = (tail + sent)[-_MARK_BYTES:]
            yield sent
        if not ended:
            raise EOFError

    response.aiter_bytes = to_the_end


def _chain(model: Any) -> "Runnable[dict[str, str], BaseMessage]":
    from langchain_core.messages import HumanMessage, SystemMessage
    from langchain_core.runnables import RunnableLambda

    def messages(said: dict[str, str]) -> "list[BaseMessage]":
        return [SystemMessage(said["system"]), HumanMessage(said["user"])]

    chain: Runnable[dict[str, str], BaseMessage] = RunnableLambda(messages) | model
    return chain


class LangChainModel:
    """Stream a chat model's replies, within the settings' limits."""

    def __init__(self, settings: Settings, make: "Callable[[], Runnable[dict[str, str], BaseMessage]]") -> None:
        """Use what ``make`` builds; it is called on first use, and what it builds takes ``system`` and ``user``."""
        self.name = settings.chat_model or "chat"
        self._settings = settings
        self._make = make
        self._chain: Runnable[dict[str, str], BaseMessage] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._starting = threading.Lock()

    def stream(self, system: str, user: str) -> Generator[str | Tokens | CutOff, None, None]:
        """Yield the reply as it comes, then what is known of its end and cost; closing it stops the model.

        Raises:
            ChatModelFailed: It is down, slow, refuses or breaks off; the message says which.
        """
        limits = self._settings
        start = time.monotonic()
        first, last = start + limits.chat_first_token_seconds, start + limits.chat_answer_seconds
        for attempt in range(limits.chat_retries + 1):
            came = False
            try:
                for part in self._once(system, user, min(first, last), last):
                    came = True
                    yield part
                return
            except ChatModelFailed as failed:
                pause = PAUSE * 2**attempt
                hopeless = came or not failed.retryable or attempt == limits.chat_retries
                if hopeless or time.monotonic() + pause > first:
                    raise
                time.sleep(pause)

    def _once(self, system: str, user: str, first: float, last: float) -> Iterator[str | Tokens | CutOff]:
        arrived: queue.SimpleQueue[Any] = queue.SimpleQueue()
        task = self._start(system, user, arrived)
        went_in, came_out, started = 0, 0, False
        why: str | None = None
        try:
            while (part := self._next(arrived, last if started else first, started)) is not _END:
                started = True
                usage = getattr(part, "usage_metadata", None) or {}
                went_in += usage.get("input_tokens", 0)
                came_out += usage.get("output_tokens", 0)
                why = _why_it_ended(part) or why
                if text := str(part.text):
                    yield text
        finally:
            task.cancel()
        if not self._whole(why):
            yield CutOff(why)
        if went_in or came_out:
            yield Tokens(went_in, came_out)

    def _whole(self, why: str | None) -> bool:
        if why is None:
            # From OpenAI's interface its end was seen (`_watch_the_end`); of others nothing is known then.
            return self.name.startswith("openai:")
        return why.casefold() in _SAID_ALL

    def _next(self, arrived: "queue.SimpleQueue[Any]", until: float, started: bool) -> Any:
        try:
            part = arrived.get(timeout=max(until - time.monotonic(), 0.001))
        except queue.Empty:
            settings = self._settings
            raise ChatModelFailed(
                f"The language model did not finish within {settings.chat_answer_seconds:g} seconds."
                if started
                else f"The language model did not begin within {settings.chat_first_token_seconds:g} seconds."
            ) from None
        if isinstance(part, Exception):
            raise _mapped(part) from part
        return part

    def _start(self, system: str, user: str, arrived: "queue.SimpleQueue[Any]") -> "Future[None]":
        with self._starting:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                threading.Thread(target=self._loop.run_forever, name="chat-model", daemon=True).start()
            if self._chain is None:
                self._chain = self._make()
        return asyncio.run_coroutine_threadsafe(_pump(self._chain, system, user, arrived), self._loop)

    def close(self) -> None:
        """End the event loop; the model can be used again, on a new one."""
        with self._starting:
            loop, self._loop, self._chain = self._loop, None, None
        if loop is not None:
            loop.call_soon_threadsafe(loop.stop)


async def _pump(
    chain: "Runnable[dict[str, str], BaseMessage]", system: str, user: str, arrived: "queue.SimpleQueue[Any]"
) -> None:
    from langsmith import tracing_context

    try:
        with tracing_context(enabled=False):
            async for part in chain.astream({"system": system, "user": user}):
                arrived.put(part)
    except Exception as exc:  # whatever a provider raises is told to whoever waits
        arrived.put(exc)
    arrived.put(_END)


def _why_it_ended(part: Any) -> str | None:
    told = getattr(part, "response_metadata", None) or {}
    return next((str(told[name]) for name in _ENDS if told.get(name)), None)


def _mapped(error: Exception) -> ChatModelFailed:
    """Say in one plain sentence what a provider's error means; its own words may hold a key or a question."""
    logger.debug("chat model: %s", type(error).__name__, exc_info=error)
    status = getattr(error, "status_code", None)
    if isinstance(status, int):
        said = _BY_STATUS.get(status, f"The language model's server failed (status {status}).")
        return ChatModelFailed(said, retryable=status in _RETRIED)
    kinds = {kind.__name__ for seen in _causes(error) for kind in type(seen).__mro__}
    if kinds & {"TimeoutError", "TimeoutException", "APITimeoutError"}:
        return ChatModelFailed("The language model did not answer in time.")
    if "EOFError" in kinds:
        return ChatModelFailed(BROKE_OFF, retryable=True)
    if kinds & {"ConnectError", "ConnectionError"}:
        return ChatModelFailed("The language model cannot be reached.", retryable=True)
    if kinds & {"TransportError", "APIConnectionError"}:
        return ChatModelFailed("The connection to the language model broke off.", retryable=True)
    return ChatModelFailed("The language model's server sent something that cannot be read.")


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    for _ in range(8):
        if error is None:
            return
        yield error
        error = error.__cause__ or error.__context__
