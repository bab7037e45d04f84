"""Clean text to overlapping chunks with exact offsets; knows neither files nor embeddings."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from clonememoria.knowledge.cutting import WIDE, cut
from clonememoria.knowledge.markdown_cutting import cut_markdown
from clonememoria.knowledge.parsers.document import PageSpan


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


def chunk(text: str, pages: Sequence[PageSpan] = (), *, is_markdown: bool = False) -> list[Chunk]:
    """Cover all text but white space, in order; never an empty chunk."""
    page_starts = [page.char_start for page in pages]
    chunks = []
    for index, piece in enumerate(cut_markdown(text) if is_markdown else cut(text)):
        page = bisect_right(page_starts, piece.char_start)
        chunks.append(
            Chunk(
                index=index,
                content=piece.content,
                char_start=piece.char_start,
                char_end=piece.char_start + len(piece.content),
                page_number=pages[page - 1].number if page else None,
                token_count=count_tokens(piece.content),
                heading_path=piece.heading_path,
            )
        )
    return chunks


def count_tokens(text: str) -> int:
    """Estimate o200k tokens, mostly within a fifth: a real count costs more than all the rest."""
    ascii_count = len(text.encode("ascii", errors="ignore"))
    wide_count = 0 if ascii_count == len(text) else len(WIDE.findall(text))
    other_count = len(text) - ascii_count - wide_count
    return max(1, round(ascii_count * 0.24 + wide_count * 0.8 + other_count * 0.35))
