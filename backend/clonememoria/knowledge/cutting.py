"""Cuts plain text into overlapping pieces of about a thousand characters; knows no Markdown."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from semantic_text_splitter import TextSplitter

# Measured on Chroma's 472 questions, lexical Recall@5: 0.88 without overlap, 0.89 with 200; 800
# characters 0.83; 1,600 reach 0.92 with two thirds of the precision.
CHUNK_CHARS = 1_000
OVERLAP_CHARS = 200
# The splitter's time grows faster than its text: in windows it is 20 times as fast.
WINDOW_CHARS = 10 * CHUNK_CHARS

# Between long runs of white space: on one of 4,000 the splitter takes two seconds.
_SHOWN = re.compile(r"\S++(?:\s{1,200}+\S++)*+")

# Chinese, Japanese, Korean, Thai and Lao put a word where others put a letter or two.
WIDE_CHUNK_CHARS = 400
WIDE = re.compile(
    "[\u0e00-\u0eff\u1100-\u11ff\u2e80-\ua4cf\uac00-\ud7ff\uf900-\ufaff\uff00-\uffef]"
)


class Piece(NamedTuple):
    char_start: int
    content: str
    heading_path: tuple[str, ...] = ()


def cut(text: str) -> Iterator[Piece]:
    """Cover all but white space, in order; neighbours may overlap."""
    for start, content in _windowed(text, None):
        yield Piece(start, content)


def shatter(text: str, capacity: int) -> Iterator[tuple[int, int]]:
    """Yield start and end of parts without overlap, torn at the best place in each `capacity`."""
    splitter = TextSplitter(capacity)
    for start, content in _windowed(text, splitter):
        # The splitter takes some of Unicode's white space for text.
        if not content.isspace():
            yield start, start + len(content)


def capacity_for(text: str) -> int:
    is_wide = not text.isascii() and len(WIDE.findall(text)) > 0.3 * len(text)
    return WIDE_CHUNK_CHARS if is_wide else CHUNK_CHARS


def overlap_for(capacity: int) -> int:
    return capacity * OVERLAP_CHARS // CHUNK_CHARS


def _windowed(text: str, splitter: TextSplitter | None) -> Iterator[tuple[int, str]]:
    """Split window by window; the last piece of a window is cut anew as the first of the next."""
    for shown in _SHOWN.finditer(text):
        yield from _windows(text, shown, splitter)


def _windows(
    text: str, shown: re.Match[str], splitter: TextSplitter | None
) -> Iterator[tuple[int, str]]:
    start, end = shown.span()
    while start < end:
        window = text[start : min(end, start + WINDOW_CHARS)]
        pieces = (splitter or _overlapping(window)).chunk_indices(window)
        next_start = start + WINDOW_CHARS
        if next_start < end and len(pieces) > 1:
            next_start = start + pieces.pop()[0]
        for offset, content in pieces:
            yield start + offset, content
        start = next_start


def _overlapping(window: str) -> TextSplitter:
    capacity = capacity_for(window)
    return TextSplitter(capacity, overlap_for(capacity))
