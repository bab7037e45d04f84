"""What the reading of a document yields, piece by piece, so that no process holds all of it; pure.

First its text, then its chunks in batches, then what there is to say about the whole.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import BinaryIO, Final

from msgspec import Struct, structs

from clonememoria.knowledge import parsers
from clonememoria.knowledge.chunking import Chunk, chunk
from clonememoria.knowledge.context import context_of
from clonememoria.knowledge.lexical import lexical_text
from clonememoria.knowledge.parsers.document import ParsedDocument

TEXT_PART_CHARS: Final = 1_000_000
# Half a second of work at most for a slow provider, a tenth for Postgres.
BATCH_CHUNKS: Final = 512


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
    """`title` is the owner's, or empty; raise DocumentUnreadable. No chunk runs over a part."""
    document = _Document(title)
    for part in parsers.read(kind, file):
        yield from document.take(part)
    yield from document.end()


class _Document:
    """What has come of it so far."""

    def __init__(self, title: str) -> None:
        self._given_title = title
        self._found_title: str | None = None
        self._canonical_url: str | None = None
        self._warnings: tuple[str, ...] = ()
        self._char_count = self._chunk_count = self._page_count = 0
        self._waiting = ""

    @property
    def _title(self) -> str:
        return ": ".join(dict.fromkeys(filter(None, (self._given_title, self._found_title))))

    def take(self, part: ParsedDocument) -> Iterator[Frame]:
        self._found_title = self._found_title or part.title
        self._canonical_url = self._canonical_url or part.canonical_url
        self._warnings += part.warnings
        self._waiting += part.text
        while len(self._waiting) > TEXT_PART_CHARS:
            yield TextPart(self._waiting[:TEXT_PART_CHARS])
            self._waiting = self._waiting[TEXT_PART_CHARS:]
        for batch in _batches(chunk(part), self._title):
            yield _placed(batch, self._char_count, self._chunk_count)
            self._chunk_count += len(batch.contents)
        self._char_count += len(part.text)
        self._page_count += len(part.pages)

    def end(self) -> Iterator[Frame]:
        yield TextPart(self._waiting)
        yield Reading(
            title=self._title,
            found_title=self._found_title,
            canonical_url=self._canonical_url,
            page_count=self._page_count or None,
            chunk_count=self._chunk_count,
            warnings=self._warnings,
        )


def _placed(batch: Batch, start: int, chunk_count: int) -> Batch:
    """A batch of a part, as one of the document."""
    return structs.replace(
        batch,
        first_index=chunk_count,
        char_starts=[start + at for at in batch.char_starts],
        char_ends=[start + at for at in batch.char_ends],
    )


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
