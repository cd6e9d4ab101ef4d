"""The chat page: Gradio draws the controls, the conversation and the passages are HTML of ours."""

import logging
import os
from collections.abc import Iterator, Sequence
from functools import partial
from importlib.resources import files
from typing import Any

from fastapi import FastAPI

from qa.errors import DatelineError
from qa.types import Answer, State, Turn
from qa.web import texts
from qa.web.conversation import Exchange, answer_html, conversation, panel, problem, waiting
from qa.web.errors import Unexpected
from qa.web.service import AT_ONCE, Service

logger = logging.getLogger(__name__)

MOST_WAITING = 32
MOST_EXCHANGES = 20
STATE_S = 6 * 3600
Shown = tuple[str, str, tuple[Exchange, ...]]
"""The conversation, the panel, and what the next question is asked after."""


def mount(app: FastAPI, service: Service) -> FastAPI:
    """Mount the chat page at ``/``, with everything of Gradio switched off that it does not need."""
    # Read when gradio is imported; a page that is offline by promise must not even try.
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ["HF_HUB_OFFLINE"] = "1"
    import gradio as gr

    blocks = _page(gr, service)
    blocks.queue(max_size=MOST_WAITING, api_open=False, default_concurrency_limit=AT_ONCE)
    mounted: FastAPI = gr.mount_gradio_app(
        app,
        blocks,
        path="/",
        footer_links=[],
        run_history=False,
        show_error=False,
        max_file_size=1,
        ssr_mode=False,
        enable_monitoring=False,
        mcp_server=False,
        pwa=False,
        app_kwargs={"docs_url": None, "redoc_url": None, "openapi_url": None},
        theme=_theme(gr),
        css=files("qa.web").joinpath("static", "chat.css").read_text("utf-8"),
    )
    return mounted


def examples(service: Service) -> list[str]:
    """Return three questions to start with: the sample archive's own, or made of the newest titles."""
    if set(service.archive.catalogue.publishers()) == texts.SAMPLE_PUBLISHERS:
        return list(texts.OWN_QUESTIONS)
    titles = [found.title for found in service.archive.articles(limit=50) if found.title and len(found.title) < 120]
    return [texts.QUESTION_FROM_TITLE.format(title=title) for title in titles[:3]]


def respond(service: Service, question: str, before: tuple[Exchange, ...] | None) -> Iterator[Shown]:
    """Answer one question, showing what there is of the answer as it is made."""
    earlier = (before or ())[-MOST_EXCHANGES:]
    asked = question[: service.settings.max_question_chars].encode("utf-8", "replace").decode()
    state, pieces, nothing = "searching", "", panel(None, service.archive.article)

    def shown(html: str, side: str = nothing, text: str = "") -> Shown:
        exchanges = (*earlier, Exchange(asked, html, text))
        return conversation(exchanges), side, exchanges

    try:
        for event in service.pipeline.stream(question, _turns(earlier)):
            if isinstance(event, Answer):
                yield shown(answer_html(event), panel(event, service.archive.article), event.text)
            else:
                state, pieces = (event.name, pieces) if isinstance(event, State) else (state, pieces + event)
                yield shown(waiting(state, pieces))
    except DatelineError as error:
        yield shown(problem(error.user_message))
    except Exception:
        unexpected = Unexpected()
        logger.exception("Error %s while answering in the chat", unexpected.id)
        yield shown(problem(unexpected.user_message))


def _turns(exchanges: Sequence[Exchange]) -> tuple[Turn, ...]:
    answered = [exchange for exchange in exchanges if exchange.answer_text]
    return tuple(
        turn
        for exchange in answered
        for turn in (Turn("user", exchange.question), Turn("assistant", exchange.answer_text))
    )


def _page(gr: Any, service: Service) -> Any:
    questions = examples(service)
    with gr.Blocks(title=texts.TITLE, analytics_enabled=False, fill_width=True) as blocks:
        exchanges = gr.State((), time_to_live=STATE_S)
        _html(gr, f"<header><h1>{texts.TITLE}</h1><p>{texts.LEAD}</p></header>", "dl-head")
        with gr.Row(equal_height=False):
            with gr.Column(scale=6, min_width=320):
                talk = _html(gr, conversation(()), "dl-conversation")
                box, send, clear = _controls(gr, service)
                tries = _tries(gr, questions)
            with gr.Column(scale=5, min_width=320):
                side = _html(gr, panel(None, service.archive.article), "dl-panel")
        shown = [talk, side, exchanges]
        answer = partial(respond, service)
        hidden = {"api_visibility": "private", "show_progress": "hidden"}
        for event in (box.submit, send.click):
            # Emptied by the browser's own copy only after the server has it.
            event(answer, [box, exchanges], shown, **hidden).then(lambda: "", None, box, **hidden)
        for button, question in zip(tries, questions, strict=True):
            button.click(partial(_fixed, service, question), [exchanges], shown, **hidden)
        clear.click(partial(_cleared, service), None, shown, **hidden)
    return blocks


def _fixed(service: Service, question: str, before: tuple[Exchange, ...]) -> Iterator[Shown]:
    yield from respond(service, question, before)


def _cleared(service: Service) -> Shown:
    return conversation(()), panel(None, service.archive.article), ()


def _html(gr: Any, value: str, name: str) -> Any:
    return gr.HTML(value, elem_id=name, js_on_load=None, apply_default_css=False)


def _controls(gr: Any, service: Service) -> tuple[Any, Any, Any]:
    with gr.Row(elem_id="dl-controls"):
        box = gr.Textbox(
            label=texts.QUESTION_LABEL,
            placeholder=texts.QUESTION_HINT,
            max_length=service.settings.max_question_chars,
            lines=1,
            max_lines=5,
            scale=8,
            autofocus=True,
            buttons=[],
        )
        send = gr.Button(texts.ASK, variant="primary", scale=1, min_width=90)
        clear = gr.Button(texts.NEW, scale=1, min_width=170)
    return box, send, clear


def _tries(gr: Any, questions: Sequence[str]) -> list[Any]:
    if not questions:
        _html(gr, f'<p class="dl-empty">{texts.EMPTY_ARCHIVE}</p>', "dl-tries")
        return []
    with gr.Column(elem_id="dl-tries"):
        _html(gr, f"<h2>{texts.TRY}</h2>", "dl-tries-heading")
        return [gr.Button(question, size="sm", elem_classes="dl-try") for question in questions]


def _theme(gr: Any) -> Any:
    # Fonts that come with Gradio; one that is named only would be fetched from elsewhere. Its 600 weight lacks letters.
    font = (
        gr.themes.utils.fonts.LocalFont("Source Sans Pro", weights=(400, 700)),
        gr.themes.utils.fonts.Font("system-ui"),
    )
    return gr.themes.Default(primary_hue="blue", neutral_hue="slate", font=font)
