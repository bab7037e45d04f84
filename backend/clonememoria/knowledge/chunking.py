"""Clean text to overlapping chunks with exact offsets; knows neither files nor embeddings."""

import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from clonememoria.knowledge.cutting import WIDE, Piece, cut
from clonememoria.knowledge.markdown_cutting import cut_markdown
from clonememoria.knowledge.parsers.document import HeadingMark, ParsedDocument

MAX_RUN_OVER_CHARS: Final = 300
_SENTENCE_END: Final = re.compile(r"[.!?。！？؟](?=\s|[　-￯]|$)")


@dataclass(frozen=True, slots=True)
class Chunk:
    """`content == text[char_start:char_end]`; `token_count` is an estimate, see count_tokens."""

    index: int
    content: str
    char_start: int
    char_end: int
    page_number: int | None
    token_count: int
    heading_path: tuple[str, ...]


def chunk(document: ParsedDocument) -> Iterator[Chunk]:
    """Cover all text but white space, in order; never an empty chunk.

    A chunk stays on its page, so that a citation names the right one; only a sentence that runs
    over to the next page is taken to its end.
    """
    paths = _Paths(document.headings)
    for index, (page_number, piece) in enumerate(_pieces(document)):
        yield Chunk(
            index=index,
            content=piece.content,
            char_start=piece.char_start,
            char_end=piece.char_start + len(piece.content),
            page_number=page_number,
            token_count=count_tokens(piece.content),
            heading_path=piece.heading_path or paths.at(piece.char_start),
        )


class _Paths:
    """The headings that a position is under, asked for in the order of the text."""

    def __init__(self, marks: Sequence[HeadingMark]) -> None:
        self._coming = deque(marks)
        self._open: list[HeadingMark] = []

    def at(self, position: int) -> tuple[str, ...]:
        while self._coming and self._coming[0].char_start <= position:
            mark = self._coming.popleft()
            while self._open and self._open[-1].level >= mark.level:
                self._open.pop()
            self._open.append(mark)
        return tuple(mark.title for mark in self._open)


def _pieces(document: ParsedDocument) -> Iterator[tuple[int | None, Piece]]:
    text, pages = document.text, document.pages
    cutter = cut_markdown if document.is_markdown else cut
    if not pages:
        yield from ((None, piece) for piece in cutter(text))
        return
    starts = [0, *(page.char_start for page in pages[1:])]
    for page, start, end in zip(pages, starts, [*starts[1:], len(text)], strict=True):
        # Slides and sheets begin with a heading: none of their sentences runs over.
        stop = end if document.is_markdown else _end_of_sentence(text, end)
        for piece in cutter(text[start:stop]):
            # What begins beyond the page is the next one's.
            if start + piece.char_start < end:
                yield page.number, piece._replace(char_start=start + piece.char_start)


def _end_of_sentence(text: str, page_end: int) -> int:
    """Where the sentence ends that the end of a page interrupts; the page's end if none is near."""
    if _SENTENCE_END.search(text[max(0, page_end - 10) : page_end].rstrip()[-1:]):
        return page_end
    found = _SENTENCE_END.search(text, page_end, page_end + MAX_RUN_OVER_CHARS)
    return found.end() if found else page_end


def count_tokens(text: str) -> int:
    """Estimate o200k tokens, mostly within a fifth: a real count costs more than all the rest."""
    ascii_count = len(text.encode("ascii", errors="ignore"))
    wide_count = 0 if ascii_count == len(text) else len(WIDE.findall(text))
    other_count = len(text) - ascii_count - wide_count
    return max(1, round(ascii_count * 0.24 + wide_count * 0.8 + other_count * 0.35))
