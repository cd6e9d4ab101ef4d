"""The frame of every page of ours: no script but our own file, no style but our own file."""

from html import escape

from qa.web import texts


def page(title: str, main: str, script: str = "reader", style: str = "") -> str:
    """Return a whole page around its main part; ``style`` is one of our own beside the reader's."""
    more = f'<link rel="stylesheet" href="/look/{style}.css">' if style else ""
    head = (
        '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{escape(' '.join(title.split()))} · {texts.TITLE}</title>"
        '<link rel="icon" href="/favicon.ico"><link rel="stylesheet" href="/look/fonts.css">'
        f'<link rel="stylesheet" href="/look/reader.css">{more}<script src="/look/{script}.js" defer></script>'
    )
    back = f'<nav class="top"><a href="/"><b>{texts.TITLE}</b></a> <a href="/">{texts.BACK}</a></nav>'
    return f'<!doctype html>\n<html lang="en"><head>{head}</head>\n<body>{back}\n{main}\n</body></html>\n'
