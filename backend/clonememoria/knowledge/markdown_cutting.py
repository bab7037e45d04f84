"""Cuts Markdown into pieces at its headings, then at sentences; tables and code stay whole."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import takewhile
from operator import eq
from typing import NamedTuple

from clonememoria.knowledge.cutting import Piece, capacity_for, overlap_for, shatter
from clonememoria.knowledge.headings import Heading, find_headings

# More headings than this without a text between them are a list of their own.
MAX_HEADINGS_CHARS = 500

_WHOLE = re.compile(
    r"^ {0,3}(?P<fence>`{3,}+(?![^\n]*`)|~{3,})[^\n]*"
    r"(?:\n(?! {0,3}(?P=fence)[`~]*[ \t]*$)[^\n]*)*+(?:\n[^\n]*)?"
    r"|^[^\n|]*\|[^\n]*(?:\n[^\n|]*\|[^\n]*)+",
    re.MULTILINE,
)
_MARKS_OF_WHOLE = ("|", "```", "~~~")
# After a sentence (not after an initial or `1.`), after an empty line, before a list item.
_BREAK = re.compile(
    r"[.!?…؟۔।\n。！？]"
    r"(?:(?<=[.!?…؟۔।])(?<!\b\w\.)(?<!\b\d\d\.)[\"'”’»)\]*_]*\s++(?![a-zß-ÿ])"
    r"|(?<=[。！？])[」』”’）]*\s*"
    r"|(?<=\n)[ \t]*(?:\n\s*|(?=[-*+•][ \t]|\d{1,3}[.)][ \t])))"
)
_SPACE = re.compile(r"\s*")


class _Section(NamedTuple):
    """Headings and the text below them; small neighbours are joined to one."""

    start: int
    body_start: int
    end: int
    heading_path: tuple[str, ...]
    parent: tuple[str, ...]
    capacity: int

    @property
    def fits(self) -> bool:
        return self.end - self.start <= self.capacity

    def joined(self, after: "_Section") -> "_Section | None":
        """None where that is too long, or not under the parent of the first."""
        capacity = min(self.capacity, after.capacity)
        if after.end - self.start > capacity:
            return None
        shared = _shared(self.heading_path, after.heading_path)
        if len(shared) < len(self.parent):
            return None
        return _Section(self.start, self.body_start, after.end, shared, self.parent, capacity)


def cut_markdown(text: str) -> Iterator[Piece]:
    """Cover all but white space, in order; the path is that of all headings a piece is under."""
    for section in _joined(_sections(text)):
        for start, end in [(section.start, section.end)] if section.fits else _parts(text, section):
            content = text[start:end].lstrip()
            yield Piece(end - len(content), content.rstrip(), section.heading_path)


def _shared(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    depth = sum(takewhile(bool, map(eq, one, other)))
    return one[:depth]


def _joined(sections: Sequence[_Section]) -> Iterator[_Section]:
    joined: _Section | None = None
    for section in sections:
        longer = joined and joined.joined(section)
        if joined and not longer:
            yield joined
        joined = longer or section
    if joined:
        yield joined


def _sections(text: str) -> list[_Section]:
    """Headings with nothing below them belong to what follows, at the end to what came before."""
    sections: list[_Section] = []
    start = body_start = len(text) - len(text.lstrip())
    path: tuple[str, ...] = ()
    for heading, next_path in _with_paths(find_headings(text)):
        body = text[body_start : heading.char_start].rstrip()
        is_long = start < body_start and heading.char_end - start > MAX_HEADINGS_CHARS
        if body or is_long:
            sections.append(_section(text, (start, body_start, body_start + len(body)), path))
            start = heading.char_start
        body_start, path = heading.char_end, next_path
    end = len(text.rstrip())
    if sections and end <= body_start:
        last = sections.pop()
        start, body_start, path = last.start, last.body_start, last.heading_path
    if start < end:
        sections.append(_section(text, (start, body_start, end), path))
    return sections


def _with_paths(headings: Iterator[Heading]) -> Iterator[tuple[Heading, tuple[str, ...]]]:
    open_headings: list[Heading] = []
    for heading in headings:
        while open_headings and open_headings[-1].level >= heading.level:
            open_headings.pop()
        open_headings.append(heading)
        yield heading, tuple(above.title for above in open_headings)


def _section(text: str, span: tuple[int, int, int], path: tuple[str, ...]) -> _Section:
    start, body_start, end = span
    if body_start >= end:
        body_start = start
    return _Section(start, body_start, end, path, path[:-1], capacity_for(text[start:end]))


def _parts(text: str, section: _Section) -> Iterator[tuple[int, int]]:
    """Pack as many atoms as fit; each part repeats the last ones of the part before."""
    starts, ends = zip(*_atoms(text, section), strict=True)
    capacity, overlap = section.capacity, overlap_for(section.capacity)
    first = 0
    while (stop := bisect_right(ends, starts[first] + capacity, first)) < len(ends):
        # Where a paragraph ends in the second half: Recall@5 0.90, against 0.89 without.
        half = bisect_left(ends, starts[first] + capacity // 2, first, stop)
        stop = next((n + 1 for n in range(stop - 1, half - 1, -1) if _is_end(text, ends[n])), stop)
        yield starts[first], ends[stop - 1]
        earliest = max(ends[stop - 1] - overlap, ends[stop] - capacity)
        first = bisect_left(starts, earliest, first + 1, stop)
    yield starts[first], ends[-1]


def _is_end(text: str, position: int) -> bool:
    """An empty line is there, before or behind."""
    return "\n\n" in text[position - 2 : position + 2]


def _atoms(text: str, section: _Section) -> Iterator[tuple[int, int]]:
    """What is torn only where it is too long; the headings are one with the first."""
    for number, (start, end) in enumerate(_blocks(text, section.body_start, section.end)):
        begin = start if number else section.start
        if end - begin <= section.capacity:
            yield begin, end
        else:
            size = overlap_for(section.capacity)
            yield from ((begin + a, begin + b) for a, b in shatter(text[begin:end], size))


def _blocks(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    # The pattern looks at each line: a third of the time of a text that has none of these.
    if any(text.find(mark, start, end) >= 0 for mark in _MARKS_OF_WHOLE):
        for whole in _WHOLE.finditer(text, start, end):
            yield from _sentences(text, start, whole.start())
            yield whole.span()
            start = whole.end()
    yield from _sentences(text, start, end)


def _sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    if space := _SPACE.match(text, start, end):
        start = space.end()
    for found in _BREAK.finditer(text, start, end):
        yield start, found.end()
        start = found.end()
    if start < end:
        yield start, end
