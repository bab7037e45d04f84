"""Rich text through xberg: its tree of headings, lists and tables, written as Markdown."""

import asyncio
import re
from collections.abc import Iterator
from itertools import groupby
from operator import attrgetter

import msgspec
import xberg

from clonememoria.core.errors import DocumentTooLarge
from clonememoria.knowledge.parsers.document import ParsedDocument, clean
from clonememoria.knowledge.parsers.drawings import markdown_table
from clonememoria.knowledge.parsers.parts import corrupt
from clonememoria.knowledge.parsers.titles import sensible_title

MIME_TYPE = "application/rtf"

_FURNITURE = {"header", "footer"}
# xberg 1.3 takes "\~" and "\_" for letters, bytes beyond ASCII for UTF-8 alone, and puts a space
# behind each group, in the middle of words too, unless another follows; it drops what stands before
# the items of lists.
_MISREAD = re.compile(rb"\\[\\{}]|\\[~_-]|\}|\\(?:listtext|pntext)(?![a-z])")
_HIGH_BYTE = re.compile(rb"[\x80-\xff]")
_WRITTEN = {rb"\~": b"{ }{}", rb"\_": b"{-}{}", rb"\-": b"{}", b"}": b"}{}"}
_WRITTEN |= {rb"\listtext": b"", rb"\pntext": b""}
_PADDING = b"\0\x1a\r\n\t "
_BULLET = re.compile(r"[•·▪◦‣●○■]\s+(?=\S)")
_NUMBER = re.compile(r"\d{1,3}[.)] ")
_NOTE = re.compile(r"\[\^\d+\]:\s*")


class Cell(msgspec.Struct, frozen=True):
    content: str
    row: int


class Grid(msgspec.Struct, frozen=True):
    cells: list[Cell]


class Node(msgspec.Struct, frozen=True):
    """What is read of xberg's JSON of a node; a group repeats its heading under other names."""

    node_type: str
    text: str = ""
    level: int = 0
    grid: Grid | None = None


def parse(data: bytes) -> ParsedDocument:
    """Emphasis is left out: its marks would stand inside of the words that people search."""
    document = asyncio.run(_extract(_readable(data)))
    is_whole = data.rstrip(_PADDING).endswith(b"}")
    early_end = "This file ends too early; what it holds up to there was read."
    return ParsedDocument(
        title=sensible_title(document.metadata.title),
        text=clean("".join(_joined(_body(document)))).strip(),
        is_markdown=True,
        warnings=() if is_whole else (early_end,),
    )


def _readable(data: bytes) -> bytes:
    # Binary pictures state their length, which must stay true.
    if rb"\bin" in data:
        return data
    try:
        data.decode()
    except UnicodeDecodeError:
        data = _HIGH_BYTE.sub(lambda byte: b"\\'%02x" % byte[0][0], data)
    return _MISREAD.sub(lambda found: _WRITTEN.get(found[0], found[0]), data)


async def _extract(data: bytes) -> xberg.ExtractedDocument:
    config = xberg.ExtractionConfig(
        use_cache=False,
        disable_ocr=True,
        enable_quality_processing=False,
        include_document_structure=True,
    )
    source = xberg.ExtractInput(kind="bytes", bytes=data, mime_type=MIME_TYPE)
    try:
        result = await xberg.extract(source, config)
    # Bare RuntimeErrors, told apart by their text alone.
    except RuntimeError as error:
        if "limit exceeded" in str(error):
            raise DocumentTooLarge(
                "This document is built of more parts than are accepted; split it."
            ) from error
        raise corrupt() from error
    if not result.results:
        raise corrupt()
    return result.results[0]


def _body(document: xberg.ExtractedDocument) -> Iterator[Node]:
    nodes = [
        (str(node.content_layer), msgspec.json.decode(str(node.content), type=Node))
        for node in (document.document.nodes if document.document else ())
    ]
    # xberg repeats headers and footers as one paragraph of the body.
    repeated = "".join(_letters(node) for layer, node in nodes if layer in _FURNITURE)
    for layer, node in nodes:
        if layer not in _FURNITURE and (not repeated or _letters(node) != repeated):
            yield node


def _letters(node: Node) -> str:
    return "".join(node.text.split())


def _joined(nodes: Iterator[Node]) -> Iterator[str]:
    """Put line ends before each block; the items of a list stay together."""
    was_item = False
    for node in nodes:
        block = _block(node)
        if block.strip():
            is_item = block.startswith("- ") or bool(_NUMBER.match(block))
            yield ("\n" if is_item and was_item else "\n\n") + block
            was_item = is_item


def _block(node: Node) -> str:
    if node.grid:
        return _table(node.grid)
    text = node.text.strip()
    if node.node_type == "heading":
        return f"{'#' * node.level} {' '.join(text.split())}"
    if node.node_type == "list_item":
        return f"- {text}"
    if bullet := _BULLET.match(text):
        return f"- {text[bullet.end() :]}"
    return f"Footnote: {text[note.end() :]}" if (note := _NOTE.match(text)) else text


def _table(grid: Grid) -> str:
    rows = groupby(grid.cells, key=attrgetter("row"))
    return markdown_table([[cell.content for cell in row] for _, row in rows])
