"""Office documents through xberg: its tree of headings, lists and tables, written as Markdown."""

import asyncio
import io
import zipfile
from collections.abc import Iterator
from itertools import groupby
from operator import attrgetter

import msgspec
import xberg

from clonememoria.core.errors import DocumentCorrupt, DocumentTooLarge
from clonememoria.knowledge.parsers.document import ParsedDocument, clean, clean_title

MAX_UNPACKED_BYTES = 200_000_000
MAX_RATIO = 100
# Small files of repeated markup pack far better than 100:1 and are harmless.
RATIO_FREE_BYTES = 20_000_000

_PAGE_FURNITURE = {"header", "footer"}


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


def parse_office(data: bytes, mime_type: str) -> ParsedDocument:
    """Emphasis is left out: its marks would stand inside of the words that people search."""
    _refuse_bombs(data)
    document = asyncio.run(_extract(data, mime_type))
    return ParsedDocument(
        title=clean_title(document.metadata.title),
        text=clean("".join(_blocks(_nodes(document)))).strip(),
        is_markdown=True,
    )


def _refuse_bombs(data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise _corrupt() from error
    is_dense = unpacked > RATIO_FREE_BYTES and unpacked > MAX_RATIO * len(data)
    if unpacked > MAX_UNPACKED_BYTES or is_dense:
        raise DocumentTooLarge(
            f"This document unpacks to {unpacked / 1e6:,.0f} MB, which is more than is accepted; "
            "split it into smaller ones."
        )


async def _extract(data: bytes, mime_type: str) -> xberg.ExtractedDocument:
    config = xberg.ExtractionConfig(
        use_cache=False,
        disable_ocr=True,
        enable_quality_processing=False,
        include_document_structure=True,
        security_limits=xberg.SecurityLimits(
            max_archive_size=MAX_UNPACKED_BYTES,
            max_content_size=MAX_UNPACKED_BYTES,
            max_compression_ratio=RATIO_FREE_BYTES,
        ),
    )
    source = xberg.ExtractInput(kind="bytes", bytes=data, mime_type=mime_type)
    try:
        result = await xberg.extract(source, config)
    # Bare RuntimeErrors, told apart by their text alone.
    except RuntimeError as error:
        if "limit exceeded" in str(error):
            raise DocumentTooLarge(
                "This document is built of more parts than are accepted; split it."
            ) from error
        raise _corrupt() from error
    if not result.results:
        raise _corrupt()
    return result.results[0]


def _nodes(document: xberg.ExtractedDocument) -> Iterator[Node]:
    for node in document.document.nodes if document.document else ():
        if str(node.content_layer) not in _PAGE_FURNITURE:
            yield msgspec.json.decode(str(node.content), type=Node)


def _blocks(nodes: Iterator[Node]) -> Iterator[str]:
    """Yield each block with the line ends before it; the items of a list stay together."""
    previous = ""
    for node in nodes:
        block = _block(node)
        if block.strip():
            is_next_item = node.node_type == previous == "list_item"
            yield ("\n" if is_next_item else "\n\n") + block
            previous = node.node_type


def _block(node: Node) -> str:
    if node.grid:
        return _table(node.grid)
    text = node.text.strip()
    if node.node_type == "heading":
        return "#" * node.level + " " + " ".join(text.split())
    if node.node_type == "list_item":
        return f"- {text}"
    if node.node_type == "code":
        return f"```\n{text}\n```"
    return text


def _table(grid: Grid) -> str:
    rows = [
        [" ".join(cell.content.split()).replace("|", "\\|") for cell in row]
        for _, row in groupby(grid.cells, key=attrgetter("row"))
    ]
    lines = [f"| {' | '.join(row)} |" for row in rows]
    lines[1:1] = [f"|{' --- |' * len(rows[0])}"] if rows else []
    return "\n".join(lines)


def _corrupt() -> DocumentCorrupt:
    return DocumentCorrupt(
        "This document is damaged and cannot be read; save it again and upload the copy."
    )
