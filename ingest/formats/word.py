"""DOCX files: paragraphs and tables in the order in which they stand, without what was deleted under track changes."""

import io
import zipfile
from typing import Any

import docx
from docx.oxml.ns import qn

from ingest.formats.archive import check_sizes
from ingest.formats.base import Parsed, Refused

_SKIPPED = frozenset(
    qn(name) for name in ("w:del", "w:moveFrom", "w:instrText", "w:footnoteReference", "w:commentReference")
)
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_TITLES = frozenset(("title", "heading 1"))


def read_docx(data: bytes) -> Parsed:
    """Return the article of a DOCX file.

    Raises:
        Refused: It is damaged, locked, or a bomb.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            check_sizes(packed, len(data))
            if "word/document.xml" not in packed.namelist():
                raise Refused("unknown_kind", "The file is an Office file of another kind than DOCX.")
        document = docx.Document(io.BytesIO(data))
    except (zipfile.BadZipFile, KeyError, ValueError, EOFError, OSError):
        raise Refused("damaged", "The DOCX file is damaged and cannot be opened.") from None
    known = document.core_properties
    blocks = _blocks(document)
    # When a file was made or saved says nothing about when its article was published.
    fields = {"title": (known.title or "").strip() or _title(document), "author": known.author}
    fields["author"] = None if known.author == "python-docx" else known.author
    return Parsed([{**fields, "language": known.language or None, "text": "\n\n".join(blocks)}])


def _blocks(document: Any) -> list[str]:
    made: list[str] = []
    for child in document.element.body.iterchildren():
        if child.tag == qn("w:tbl"):
            made.append("\n".join(_rows(child)))
        else:
            made += [_text(paragraph) for paragraph in _paragraphs(child)]
    return [text for text in made if text.strip()]


def _paragraphs(element: Any) -> list[Any]:
    if element.tag == qn("w:p"):
        return [element]
    return [found for found in element.iter(qn("w:p")) if not _in_fallback(found, element)]  # in a content control


def _in_fallback(element: Any, top: Any) -> bool:
    parent = element.getparent()
    while parent is not None and parent is not top:
        if parent.tag == _FALLBACK:
            return True
        parent = parent.getparent()
    return False


def _rows(table: Any) -> list[str]:
    rows = []
    for row in table.iter(qn("w:tr")):
        cells = [
            " ".join(_text(part) for part in cell.iter(qn("w:p"))).strip() for cell in row.iterchildren(qn("w:tc"))
        ]
        rows.append(" | ".join(cells))
    return [row for row in rows if row.strip(" |")]


def _text(paragraph: Any) -> str:
    parts: list[str] = []
    waiting = [paragraph]
    while waiting:  # no recursion: elements can be nested deeper than Python's stack
        element = waiting.pop()
        if element.tag in _SKIPPED or element.tag == _FALLBACK:
            continue
        if element.tag == qn("w:t"):
            parts.append(element.text or "")
        elif element.tag in (qn("w:tab"), qn("w:br"), qn("w:cr")) and element.getparent().tag == qn("w:r"):
            parts.append(" " if element.tag == qn("w:tab") else "\n")
        elif element.tag == qn("w:noBreakHyphen"):
            parts.append("-")
        waiting.extend(reversed(element))
    return "".join(parts).strip()


def _title(document: Any) -> str | None:
    for paragraph in document.paragraphs[:10]:
        style = paragraph.style.name if paragraph.style is not None else ""
        if (style or "").lower() in _TITLES and paragraph.text.strip():
            return str(paragraph.text.strip())
    return None
