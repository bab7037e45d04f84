"""What the reading of a document yields, piece by piece, so that no process holds all of it; pure.

First its text, then its chunks in batches, then what there is to say about the whole.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import BinaryIO, Final

from msgspec import Struct

from clonememoria.core.errors import DocumentHasNoText
from clonememoria.knowledge import parsers
from clonememoria.knowledge.chunking import Chunk, chunk
from clonememoria.knowledge.context import context_of
from clonememoria.knowledge.lexical import lexical_text
from clonememoria.knowledge.parsers.document import ParsedDocument
from clonememoria.knowledge.parsers.long_text import read_blocks

TEXT_PART_CHARS: Final = 1_000_000
# Half a second of work at most for a slow provider, a tenth for Postgres.
BATCH_CHUNKS: Final = 256
# Longer ones are cut block by block, which costs the overlap between two blocks.
LONG_TEXT_BYTES: Final = 8_000_000


class TextPart(Struct, frozen=True, tag="text"):
    """All parts but the last have TEXT_PART_CHARS characters."""

    text: str


class Batch(Struct, frozen=True, tag="batch"):
    """Chunks as columns: row i of each is chunk `first_index + i`.

    `contexts` is what is put before a content when it is embedded, `words` what it is found by.
    """

    first_index: int
    contents: list[str]
    heading_paths: list[tuple[str, ...]]
    page_numbers: list[int | None]
    char_starts: list[int]
    char_ends: list[int]
    token_counts: list[int]
    contexts: list[str]
    words: list[str]


class Reading(Struct, frozen=True, tag="reading"):
    """Of the whole document, at its end; `title` is what it is found by."""

    title: str
    found_title: str | None
    canonical_url: str | None
    page_count: int | None
    chunk_count: int
    warnings: tuple[str, ...]


Frame = TextPart | Batch | Reading


def read(file: BinaryIO, *, kind: str, title: str) -> Iterator[Frame]:
    """`title` is the owner's, or empty; raise DocumentUnreadable."""
    if kind == "txt" and os.fstat(file.fileno()).st_size > LONG_TEXT_BYTES:
        yield from _read_long_text(file, title)
        return
    file.seek(0)
    parsed = parsers.parse(kind, file.read())
    full_title = _titled(title, parsed.title)
    yield from _text_parts(parsed.text)
    count = 0
    for batch in _batches(chunk(parsed), full_title):
        count += len(batch.contents)
        yield batch
    yield Reading(
        title=full_title,
        found_title=parsed.title,
        canonical_url=parsed.canonical_url,
        page_count=len(parsed.pages) or None,
        chunk_count=count,
        warnings=parsed.warnings,
    )


def _titled(given: str, found: str | None) -> str:
    return ": ".join(dict.fromkeys(filter(None, (given, found))))


def _read_long_text(file: BinaryIO, title: str) -> Iterator[Frame]:
    """The same, with no more in memory than a few blocks. No chunk runs over the end of a block."""
    waiting, start, count = "", 0, 0
    for block in read_blocks(file):
        pieces = chunk(ParsedDocument(title=None, text=block))
        # Of a list: `count` grows while the batches are taken.
        for batch in _batches([_moved(piece, start, count) for piece in pieces], title):
            count += len(batch.contents)
            yield batch
        start += len(block)
        waiting += block
        while len(waiting) >= TEXT_PART_CHARS:
            yield TextPart(waiting[:TEXT_PART_CHARS])
            waiting = waiting[TEXT_PART_CHARS:]
    if not count:
        raise DocumentHasNoText
    yield from _text_parts(waiting)
    yield Reading(title, None, None, page_count=None, chunk_count=count, warnings=())


def _moved(piece: Chunk, start: int, count: int) -> Chunk:
    return replace(
        piece,
        index=piece.index + count,
        char_start=piece.char_start + start,
        char_end=piece.char_end + start,
    )


def _text_parts(text: str) -> Iterator[TextPart]:
    for start in range(0, len(text), TEXT_PART_CHARS):
        yield TextPart(text[start : start + TEXT_PART_CHARS])


def _batches(chunks: Iterable[Chunk], title: str) -> Iterator[Batch]:
    rest = iter(chunks)
    while batch := list(islice(rest, BATCH_CHUNKS)):
        yield _columns(batch, title)


def _columns(chunks: Sequence[Chunk], title: str) -> Batch:
    return Batch(
        first_index=chunks[0].index,
        contents=[chunk.content for chunk in chunks],
        heading_paths=[chunk.heading_path for chunk in chunks],
        page_numbers=[chunk.page_number for chunk in chunks],
        char_starts=[chunk.char_start for chunk in chunks],
        char_ends=[chunk.char_end for chunk in chunks],
        token_counts=[chunk.token_count for chunk in chunks],
        contexts=[context_of(title, chunk.heading_path) for chunk in chunks],
        words=[lexical_text(title, chunk.heading_path, chunk.content) for chunk in chunks],
    )
