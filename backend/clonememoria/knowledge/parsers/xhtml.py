"""Well-formed web pages, as books hold them, as blocks of Markdown; no styles, no links."""

import html
import re
from collections.abc import Callable, Iterable, Iterator
from xml.etree import ElementTree as ET

from clonememoria.knowledge.parsers.drawings import INDENT, markdown_table
from clonememoria.knowledge.parsers.parts import local

# Anything that is no white space for `split`, and in no text that was cleaned.
_BREAK = "\0"
_LEFT_OUT = {
    *("head", "script", "style", "template", "noscript", "svg", "audio", "video", "object"),
    # The reading aid over East Asian characters would stand between them.
    *("rt", "rp"),
}
_ROW_GROUPS = {"thead", "tbody", "tfoot"}
# XML knows five names of characters, books use those of HTML.
_ENTITY = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)[a-zA-Z]\w{1,30};")


def parse_xhtml(source: str) -> ET.Element:
    """Raise ElementTree.ParseError where it is not well-formed."""
    # Entities that multiply end it.
    return ET.fromstring(_ENTITY.sub(_character, source))  # noqa: S314  # expat fetches nothing


def blocks(element: ET.Element) -> Iterator[str]:
    """Text that stands in no paragraph becomes one."""
    line: list[str] = []
    for piece in _pieces(element):
        if isinstance(piece, str):
            line.append(piece)
            continue
        yield from _paragraph(line)
        line = []
        yield from piece
    yield from _paragraph(line)


def _character(entity: re.Match[str]) -> str:
    found = html.unescape(entity[0])
    return html.escape(found, quote=False)


def _pieces(element: ET.Element) -> Iterator[str | Iterable[str]]:
    """Yield text as it is, and the blocks of what is no part of a line."""
    yield element.text or ""
    for child in element:
        name = local(child)
        if name == "br":
            yield _BREAK
        elif write := _BLOCKS.get(name):
            yield write(child)
        elif name not in _LEFT_OUT:
            yield from _pieces(child)
        yield child.tail or ""


def _paragraph(line: list[str]) -> Iterator[str]:
    text = "\n".join(" ".join(part.split()) for part in "".join(line).split(_BREAK)).strip()
    if text:
        yield text


def _heading(element: ET.Element) -> Iterator[str]:
    text = " ".join(" ".join(blocks(element)).split())
    if text:
        yield f"{'#' * int(local(element)[1])} {text}"


def _code(element: ET.Element) -> Iterator[str]:
    text = "".join(element.itertext()).strip("\n")
    if text.strip():
        yield f"```\n{text}\n```"


def _list(element: ET.Element) -> Iterator[str]:
    lines = list(_items(element))
    if lines:
        yield "\n".join(lines)


def _items(element: ET.Element) -> Iterator[str]:
    for number, item in enumerate(element, start=1):
        mark = f"{number}." if local(element) == "ol" else "-"
        for block in blocks(item):
            first, *others = block.splitlines()
            yield f"{mark or ' '} {first}"
            yield from (f"{INDENT}{line}" for line in others)
            mark = ""


def _definitions(element: ET.Element) -> Iterator[str]:
    """`Term: definition`, as items of a list."""
    lines: list[str] = []
    for child in element.iter():
        if local(child) in {"dt", "dd"} and (text := " ".join(blocks(child))):
            is_first = local(child) == "dt" or not lines
            lines.append(f"\n- {text}" if is_first else f": {text}")
    if lines:
        yield "".join(lines).strip()


def _table(element: ET.Element) -> Iterator[str]:
    for caption in element.iterfind("{*}caption"):
        yield from blocks(caption)
    spans: dict[int, tuple[int, str]] = {}
    if table := markdown_table([_row(row, spans) for row in _rows(element)]):
        yield table


def _rows(element: ET.Element) -> Iterator[ET.Element]:
    for child in element:
        if local(child) in _ROW_GROUPS:
            yield from _rows(child)
        elif local(child) == "tr":
            yield child


def _row(row: ET.Element, spans: dict[int, tuple[int, str]]) -> list[str]:
    """A cell over several rows stands in each, to be found with each; over columns, in one."""
    texts: list[str] = []

    def take_spanned() -> None:
        while (spanned := spans.get(len(texts))) and spanned[0] > 0:
            spans[len(texts)] = (spanned[0] - 1, spanned[1])
            texts.append(spanned[1])

    for cell in row:
        take_spanned()
        text = " ".join(blocks(cell))
        for filler in [text, *[""] * (_span(cell, "colspan") - 1)]:
            spans[len(texts)] = (_span(cell, "rowspan") - 1, filler)
            texts.append(filler)
    take_spanned()
    return texts


def _span(cell: ET.Element, name: str) -> int:
    digits = cell.get(name, "")
    return max(1, int(digits)) if digits.isdecimal() and len(digits) < 3 else 1


_BLOCKS: dict[str, Callable[[ET.Element], Iterable[str]]] = {
    **dict.fromkeys(
        (
            *("p", "div", "section", "article", "main", "aside", "header", "footer", "nav", "body"),
            *("blockquote", "figure", "figcaption", "address", "center", "details", "summary"),
            *("fieldset", "form", "hr", "li", "dd", "dt", "tr", "td", "th"),
        ),
        blocks,
    ),
    **dict.fromkeys((f"h{level}" for level in range(1, 7)), _heading),
    **dict.fromkeys(("ul", "ol", "menu"), _list),
    "pre": _code,
    "dl": _definitions,
    "table": _table,
}
