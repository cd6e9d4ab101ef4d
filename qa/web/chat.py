"""The chat page: Gradio draws the page and its controls; the conversation and the passages are HTML of ours.

Gradio's own events, queue and uploads stay shut: the page's controls call our script, and that calls routes of ours.
"""

import json
import os
from html import escape
from typing import Any

from fastapi import FastAPI

from qa.web import texts
from qa.web.markup import button
from qa.web.service import Service

FONTS = ("SourceSansPro/SourceSansPro-Regular", "SourceSansPro/SourceSansPro-Bold")


def mount(app: FastAPI, service: Service) -> FastAPI:
    """Mount the chat page at ``/``, with everything of Gradio switched off that it does not need."""
    # Read when gradio is imported; a page that is offline by promise must not even try.
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ["HF_HUB_OFFLINE"] = "1"
    import gradio as gr

    blocks = _page(gr, service)
    blocks.queue(max_size=1, api_open=False)
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
        head=_head(),
    )
    return mounted


def _head() -> str:
    fonts = "".join(
        f'<link rel="preload" as="font" type="font/woff2" href="/static/fonts/{name}.woff2" crossorigin>'
        for name in FONTS
    )
    styles = "".join(f'<link rel="stylesheet" href="/look/{name}.css">' for name in ("fonts", "chat"))
    return f'{fonts}{styles}<script src="/look/chat.js" defer></script>'


def _page(gr: Any, service: Service) -> Any:
    with gr.Blocks(title=texts.TITLE, analytics_enabled=False, fill_width=True) as blocks:
        _html(gr, _top(), "dl-head")
        with gr.Row(elem_id="dl-main"):
            with gr.Column(elem_id="dl-left", scale=6, min_width=320):
                _html(gr, _talk(), "dl-conversation")
                _html(gr, f'<form class="dl-limits" aria-label="{texts.FILTERS}"></form>', "dl-limits")
                box, send = _controls(gr, service)
            with gr.Column(elem_id="dl-right", scale=5, min_width=320):
                _html(gr, _side(), "dl-panel")
        for event in (box.submit, send.click):
            event(None, box, box, js="question => window.dateline.ask(question)", api_visibility="private")
    return blocks


def _html(gr: Any, value: str, name: str) -> Any:
    return gr.HTML(value, elem_id=name, js_on_load=None, apply_default_css=False)


def _controls(gr: Any, service: Service) -> tuple[Any, Any]:
    with gr.Row(elem_id="dl-controls"):
        box = gr.Textbox(
            label=texts.QUESTION_LABEL,
            placeholder=texts.QUESTION_HINT,
            max_length=service.settings.max_question_chars,
            lines=1,
            max_lines=5,
            scale=8,
            min_width=120,
            autofocus=True,
            buttons=[],
        )
        send = gr.Button(texts.ASK, variant="primary", scale=0, min_width=80)
    return box, send


def _top() -> str:
    says = escape(json.dumps(texts.FOR_SCRIPT))
    return (
        f'<header class="dl-bar" data-texts="{says}"><h1><a href="/">{texts.TITLE}</a></h1>'
        f'<div class="dl-tools"><a class="dl-button" href="/articles">{texts.ARTICLES}</a>'
        f'<button type="button" class="dl-button" data-do="list" aria-expanded="false" aria-controls="dl-list">'
        f"{texts.CONVERSATIONS}</button>"
        f'<button type="button" class="dl-button" data-do="new">{texts.NEW[0]}<span> {texts.NEW[1]}</span></button>'
        "</div></header>"
        f'<nav id="dl-list" aria-label="{texts.CONVERSATIONS}" hidden><ol></ol>'
        f'<p class="dl-empty">{texts.NO_CONVERSATIONS}</p>'
        f'<p class="dl-account"><a href="/login">{texts.ACCOUNT}</a></p></nav>'
        f'<template id="dl-listed">{_listed()}</template>'
        f'<dialog id="dl-sure" aria-labelledby="dl-sure-text"><p id="dl-sure-text">{texts.DELETE_SURE}</p>'
        f'<form method="dialog"><button class="dl-button" value="no" autofocus>{texts.KEEP}</button>'
        f'<button class="dl-button dl-danger" value="yes">{texts.DELETE}</button></form></dialog>'
        f'<div id="dl-status" class="dl-hidden" role="status"></div><div id="dl-toast" aria-hidden="true"></div>'
    )


def _listed() -> str:
    """Return what the list shows for each conversation; the script fills it in."""
    return (
        f'<li><a class="dl-title"></a><div class="dl-actions">{button("rename", texts.RENAME)}'
        f'<a class="dl-action" data-as="markdown">{texts.EXPORT_MARKDOWN}</a>'
        f'<a class="dl-action" data-as="json">{texts.EXPORT_JSON}</a>{button("delete", texts.DELETE)}</div></li>'
    )


def _talk() -> str:
    return (
        f'<div class="dl-talk" role="region" aria-label="{texts.CONVERSATION}" tabindex="0">'
        f'<div class="dl-welcome"><h2>{texts.WELCOME}</h2><p>{texts.LEAD}</p>'
        f'<div class="dl-tries"></div></div><ol class="dl-turns"></ol></div>'
    )


def _side() -> str:
    return (
        f'<aside class="dl-side" aria-label="{texts.SOURCES}"><div class="dl-side-bar" hidden>'
        f'<button type="button" class="dl-button" data-do="close">{texts.BACK_TO_SOURCES}</button>'
        f'<a class="dl-action" id="dl-alone" target="_blank" rel="noopener">{texts.ALONE}</a></div>'
        f'<div class="dl-sources" role="region" aria-label="{texts.SOURCES}" tabindex="0">'
        f'<p class="dl-empty">{texts.EMPTY_PANEL}</p></div>'
        f'<iframe name="dl-reader" title="{texts.ARTICLE}" hidden></iframe></aside>'
    )


def _theme(gr: Any) -> Any:
    """Return Gradio's plainest theme in our colours, which chat.css names for light and dark."""
    # Fonts that come with Gradio; one that is named only would be fetched from elsewhere. Its 600 weight lacks letters.
    font = (
        gr.themes.utils.fonts.LocalFont("Source Sans Pro", weights=(400, 700)),
        gr.themes.utils.fonts.Font("Noto Naskh Arabic"),  # where there is one, it is better at Urdu than most
        gr.themes.utils.fonts.Font("system-ui"),
    )
    colours = {
        "body_background_fill": "var(--dl-paper)",
        "body_text_color": "var(--dl-ink)",
        "body_text_color_subdued": "var(--dl-quiet)",
        "background_fill_primary": "var(--dl-card)",
        "background_fill_secondary": "var(--dl-paper)",
        "block_background_fill": "transparent",
        "block_label_text_color": "var(--dl-quiet)",
        "block_title_text_color": "var(--dl-quiet)",
        "border_color_primary": "var(--dl-line)",
        "color_accent": "var(--dl-accent)",
        "color_accent_soft": "var(--dl-soft)",
        "input_background_fill": "var(--dl-card)",
        "input_background_fill_focus": "var(--dl-card)",
        "input_border_color": "var(--dl-edge)",
        "input_border_color_focus": "var(--dl-accent)",
        "input_placeholder_color": "var(--dl-quiet)",
        "button_primary_background_fill": "var(--dl-accent)",
        "button_primary_background_fill_hover": "var(--dl-accent-hover)",
        "button_primary_border_color": "var(--dl-accent)",
        "button_primary_text_color": "var(--dl-on-accent)",
    }
    both = {**colours, **{f"{name}_dark": value for name, value in colours.items() if name != "color_accent"}}
    return gr.themes.Base(font=font).set(**both)
