"""Pages that stand alone: style and script are in them, named in the content policy by their digests.

A stranger gets nothing else of this server, and a widget's visitor no more than the article.
"""

import base64
import hashlib
from html import escape
from importlib.resources import files

from qa.web import texts


def _static(name: str) -> str:
    return files("qa.web").joinpath("static", name).read_text("utf-8")


READER_STYLE, READER_SCRIPT, SIGN_IN_STYLE = _static("reader.css"), _static("reader.js"), _static("login.css")
_HEAD = '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
_HEAD += '<link rel="icon" href="data:,">'


def digest(source: str) -> str:
    """Return the digest by which a content policy names an inline style or script."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()}'"


def reader_page(title: str, main: str) -> str:
    """Return a page of a widget site's reader, with no way to anything else of this server."""
    head = f"{_HEAD}<title>{escape(title)}</title><style>{READER_STYLE}</style>"
    return _whole(head, f"{main}\n<script>{READER_SCRIPT}</script>")


def sign_in_page(goal: str = "/", problem: str = "") -> str:
    """Return the page on which a token is given; ``goal`` is where it leads, one of our own addresses."""
    said = f'<p class="problem" role="alert">{escape(problem)}</p>' if problem else ""
    form = (
        '<form method="post" action="/login">'
        f'<label for="token">{texts.TOKEN}</label>'
        '<input id="token" name="token" type="password" autocomplete="current-password" maxlength="500" required>'
        f'<input name="next" type="hidden" value="{escape(goal)}">'
        f'<button type="submit">{texts.SIGN_IN}</button></form>'
    )
    return _sign_in_layout(f"<p>{texts.SIGN_IN_LEAD}</p>{said}{form}")


def signed_in_page(role: str, name: str = "") -> str:
    """Return what the sign-in address says to somebody who is signed in, by name where a proxy names people."""
    known = texts.SIGNED_IN.format(name=escape(name), role=role) if name else texts.SIGNED_IN_BY_TOKEN[role]
    who = f"<p>{known}</p>"
    button = (
        f'<form method="post" action="/logout"><button type="submit">{texts.SIGN_OUT}</button>'
        f"<p>{texts.FORGET_LEAD}</p>"
        f'<button type="submit" name="forget" value="yes">{texts.FORGET}</button></form>'
    )
    more = f'<p><a href="/unanswered">{texts.UNANSWERED}</a></p>' if role == "editor" else ""
    return _sign_in_layout(f'{who}<p><a href="/">{texts.BACK}</a></p>{more}{button}')


def _sign_in_layout(body: str) -> str:
    head = f"{_HEAD}<title>{texts.SIGN_IN} · {texts.TITLE}</title><style>{SIGN_IN_STYLE}</style>"
    return _whole(head, f"<main><h1>{texts.TITLE}</h1>{body}</main>")


def _whole(head: str, body: str) -> str:
    return f'<!doctype html>\n<html lang="en"><head>{head}</head>\n<body>{body}</body></html>\n'
