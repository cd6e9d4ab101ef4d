"""Text of articles and models for clients that may show it as Markdown: it reads the same there and stays text.

Escapes alone do not keep an address from becoming a link: many programs look for addresses in what is left after them.
In a code span none does.
"""

import re

_ENDS_IN = r"""[^\s<>"“”`.,;:!?)\]'’|*_~]"""
_WITHIN = r"""[^\s<>"“”`]*"""
_ADDRESS = re.compile(
    rf"\b(?:[a-z][a-z0-9+.-]{{1,20}}://|www\.|(?:mailto|tel|javascript|data|xmpp|ftp):(?=\S)){_WITHIN}{_ENDS_IN}"
    rf"|[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
    rf"|\b[\w-]{{2,}}(?:\.[\w-]+)*\.[a-z]{{2,24}}\b(?:[/:?#](?=\S){_WITHIN}{_ENDS_IN})?",
    re.IGNORECASE,
)
_BARE = re.compile(r"[\w-]{2,}(?:\.[\w-]+)*\.(?:[a-z]{2,24}|[A-Z]{2,24})(?:[/:?#].*)?", re.DOTALL)
"""A host without more: the second part small, or both great; "said.He" is a lost blank."""
_MARKUP = re.compile(
    r"""\\(?=[!-/:-@\[-`{-~])|`|\](?=[(\[:])|<(?=[a-zA-Z/!?])|&(?=\#?\w{1,40};)|\$(?=\$)|~(?=~)|(?<=~)~
    |\*(?=\S)|(?<=\S)\*|(?<![^\W_])_(?=\S)|(?<=\S)_(?![^\W_])""",
    re.VERBOSE,
)


def as_text(text: str) -> str:
    r"""Return a text with whatever Markdown would make a link, an image, a tag or emphasis of written as text.

    >>> as_text("![a](https://evil.example/x.png), *so* [sic] [1]")
    '![a\\](`https://evil.example/x.png`), \\*so\\* [sic] [1]'
    """
    return escaped(text, _MARKUP)


def escaped(text: str, marks: re.Pattern[str]) -> str:
    """Return a text with its addresses in code spans and a backslash before each of some marks elsewhere."""
    parts, at = [], 0
    for match in _ADDRESS.finditer(text):
        if _is_address(match.group(0)):
            parts += [marks.sub(_with_backslash, text[at : match.start()]), f"`{match.group(0)}`"]
            at = match.end()
    return "".join([*parts, marks.sub(_with_backslash, text[at:])])


def _with_backslash(match: re.Match[str]) -> str:
    return f"\\{match.group(0)}"


def _is_address(found: str) -> bool:
    return any(sign in found for sign in ("www.", "WWW.", "@", ":")) or _BARE.fullmatch(found) is not None
