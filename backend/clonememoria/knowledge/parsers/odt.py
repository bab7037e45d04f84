"""OpenDocument text: headings, lists, tables, notes and text boxes in reading order."""

from collections.abc import Iterable, Iterator
from typing import Final
from xml.etree import ElementTree as ET

from clonememoria.core.errors import DocumentCorrupt, DocumentEncrypted
from clonememoria.knowledge.parsers.document import ParsedDocument, clean
from clonememoria.knowledge.parsers.drawings import INDENT, markdown_table
from clonememoria.knowledge.parsers.parts import Parts, attribute, local
from clonememoria.knowledge.parsers.titles import sensible_title

# A cell or row is stored once with the number of its repetitions, however many.
MAX_REPEATED: Final = 100

_TITLE_STYLE = "Title"
# Deleted text, tables of contents and the reading aids over words are not the text.
_LEFT_OUT = {"tracked-changes", "table-of-content", "ruby-text", "note-citation", "forms"}
_ROW_GROUPS = {"table-header-rows", "table-rows", "table-row-group"}
# What stands inside of a paragraph, and follows it: notes, and all that is drawn but links.
_LABELS = {"note-body": "Footnote: ", "annotation": "Comment: "}
_DRAWING = ":opendocument:xmlns:drawing:"


def parse(data: bytes) -> ParsedDocument:
    parts = Parts(data)
    _refuse_encrypted(parts)
    root = parts.xml("content.xml")
    body = root.find("{*}body/{*}text")
    blocks = [] if body is None else _Reader(root).blocks(body)
    return ParsedDocument(
        title=sensible_title(_title(parts)),
        text=clean("\n\n".join(block for block in blocks if block.strip())).strip(),
        is_markdown=True,
    )


def _refuse_encrypted(parts: Parts) -> None:
    manifest = "META-INF/manifest.xml"
    if manifest in parts and parts.xml(manifest).find(".//{*}encryption-data") is not None:
        raise DocumentEncrypted


def _title(parts: Parts) -> str | None:
    try:
        return parts.xml("meta.xml").findtext("{*}meta/{*}title") if "meta.xml" in parts else None
    except DocumentCorrupt:
        return None


class _Reader:
    def __init__(self, root: ET.Element) -> None:
        styles = list(root.iterfind("{*}automatic-styles/{*}*"))
        self._titles = {_TITLE_STYLE} | {
            attribute(style, "name")
            for style in styles
            if attribute(style, "parent-style-name") == _TITLE_STYLE
        }
        self._numbered = {
            (attribute(style, "name"), attribute(level, "level"))
            for style in styles
            for level in style.iterfind("{*}list-level-style-number")
            if attribute(level, "num-format")
        }

    def blocks(self, elements: Iterable[ET.Element]) -> Iterator[str]:
        for element in elements:
            name = local(element)
            if name in {"p", "h"}:
                yield from self._paragraph(element)
            elif name == "list":
                yield from self._list(element)
            elif name == "table":
                yield markdown_table(list(self._rows(element)))
            elif name not in _LEFT_OUT:
                # Sections, indexes, frames and groups of shapes.
                yield from self.blocks(element)

    def _paragraph(self, element: ET.Element) -> Iterator[str]:
        anchored: list[ET.Element] = []
        text = "".join(_pieces(element, anchored)).strip()
        if text and local(element) == "h":
            yield f"{'#' * _level(element)} {' '.join(text.split())}"
        elif text and attribute(element, "style-name") in self._titles:
            yield f"# {' '.join(text.split())}"
        else:
            yield text
        for box in anchored:
            label = _LABELS.get(local(box), "")
            inner = [block for block in self.blocks(box) if block]
            yield from [label + " ".join(inner)] if label and inner else inner

    def _list(self, element: ET.Element) -> Iterator[str]:
        """Its items are one block; a heading in it, as numbering makes them, is one of its own."""
        lines: list[str] = []
        for line in self._items(element, attribute(element, "style-name"), 0):
            if line.startswith("#"):
                yield "\n".join(lines)
                yield line
                lines = []
            else:
                lines.append(line)
        yield "\n".join(lines)

    def _items(self, element: ET.Element, style: str, depth: int) -> Iterator[str]:
        is_numbered = (style, str(depth + 1)) in self._numbered
        for number, item in enumerate(element, start=1):
            mark = f"{number}." if is_numbered else "-"
            for child in item:
                if local(child) == "list":
                    inner_style = attribute(child, "style-name") or style
                    yield from self._items(child, inner_style, depth + 1)
                    continue
                for block in filter(None, self.blocks([child])):
                    yield block if block.startswith("#") else f"{INDENT * depth}{mark} {block}"
                    mark = " " * len(mark)

    def _rows(self, table: ET.Element) -> Iterator[list[str]]:
        spans: dict[int, tuple[int, str]] = {}
        for row in table:
            if local(row) in _ROW_GROUPS:
                yield from self._rows(row)
            elif local(row) == "table-row":
                cells = list(self._cells(row, spans))
                repeated = _count(row, "number-rows-repeated") if any(cells) else 1
                yield from [cells] * min(repeated, MAX_REPEATED)

    def _cells(self, row: ET.Element, spans: dict[int, tuple[int, str]]) -> Iterator[str]:
        """A cell over several rows stands in each, to be found with each; over columns, in one."""
        column = 0
        for cell in row:
            left, text = spans.get(column, (0, ""))
            if local(cell) == "table-cell":
                text = " ".join(self.blocks(cell)).strip()
                left = _count(cell, "number-rows-spanned")
            elif local(cell) != "covered-table-cell" or not left:
                text = ""
            spans[column] = (left - 1, text)
            repeated = min(_count(cell, "number-columns-repeated"), MAX_REPEATED)
            yield from [text] * repeated
            column += repeated


def _pieces(element: ET.Element, anchored: list[ET.Element]) -> Iterator[str]:
    """Text of a paragraph; what is anchored in it goes to `anchored`."""
    yield _spaced(element.text)
    for child in element:
        name = local(child)
        if name in _LABELS or (_DRAWING in child.tag and name != "a"):
            anchored.append(child)
        elif name == "s":
            yield " " * min(_count(child, "c"), MAX_REPEATED)
        elif name in {"tab", "line-break"}:
            yield "\t" if name == "tab" else "\n"
        elif name not in _LEFT_OUT:
            yield from _pieces(child, anchored)
        yield _spaced(child.tail)


def _spaced(text: str | None) -> str:
    """Line ends in the file are spaces; more than one space is stored as an element."""
    return " ".join(f"|{text or ''}|".split())[1:-1]


def _level(heading: ET.Element) -> int:
    return min(max(_count(heading, "outline-level"), 1), 6)


def _count(element: ET.Element, name: str) -> int:
    digits = attribute(element, name)
    return int(digits) if digits.isdecimal() and len(digits) < 10 else 1
