"""The bookmarks of a PDF as headings: at which places of its text the sections begin."""

import re
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from typing import Final, NamedTuple

from pypdfium2 import PdfBookmark, PdfDocument  # type: ignore[import-untyped]  # has no types

from clonememoria.knowledge.parsers.document import HeadingMark, PageSpan, clean_title

# A law book of 4,000 pages has some 3,000.
MAX_BOOKMARKS: Final = 20_000
# A shorter line is hardly the first half of a title.
MIN_LINE_CHARS: Final = 8

_LINE = re.compile(r"[^\n]+")
# Bookmarks have the number of their section, or the text has it, or both.
_NUMBER = re.compile(r"^(?:[\W\d]|[ivx]+\b|[a-z]\.)+")


class Bookmark(NamedTuple):
    """`page` counts from 0."""

    level: int
    title: str
    page: int


def headings_of(pdf: PdfDocument, text: str, pages: Sequence[PageSpan]) -> tuple[HeadingMark, ...]:
    marks: list[HeadingMark] = []
    for bookmark in _bookmarks(pdf):
        if bookmark.page >= len(pages):
            continue
        page = pages[bookmark.page]
        is_behind = bool(marks) and page.char_start <= marks[-1].char_start < page.char_end
        start = marks[-1].char_start if is_behind else page.char_start
        place = _place(text, (start, page.char_end), bookmark.title)
        marks.append(HeadingMark(place, bookmark.level, bookmark.title))
    return tuple(sorted(marks, key=lambda mark: mark.char_start))


def _bookmarks(pdf: PdfDocument) -> Iterator[Bookmark]:
    """One that leads nowhere is the parent of the next that does."""
    waiting: list[tuple[int, str]] = []
    for bookmark in islice(pdf.get_toc(), MAX_BOOKMARKS):
        if title := _title(bookmark):
            waiting.append((bookmark.level + 1, title))
        destination = bookmark.get_dest()
        page = destination.get_index() if destination else None
        if page is not None:
            yield from (Bookmark(*one, page) for one in waiting)
            waiting.clear()


def _title(bookmark: PdfBookmark) -> str | None:
    try:
        return clean_title(bookmark.get_title())
    except UnicodeDecodeError:
        return None


def _place(text: str, span: tuple[int, int], title: str) -> int:
    """Where the line with the title begins, the start of the span where there is none."""
    start, end = span
    # Mostly it stands there as it is, and comparing all lines is slow.
    found = text.find(title, start, end)
    likely = max(start, text.rfind("\n", start, found) + 1) if found >= 0 else end
    lines = chain(islice(_LINE.finditer(text, likely, end), 1), _LINE.finditer(text, start, end))
    wanted = _plain(title)
    return next((line.start() for line in lines if _is_title(_plain(line[0]), wanted)), start)


def _is_title(line: str, wanted: str) -> bool:
    """The title may go on in the next line, or the text in the same."""
    if not line or not wanted:
        return line == wanted
    return line.startswith(wanted) or (len(line) >= MIN_LINE_CHARS and wanted.startswith(line))


def _plain(title: str) -> str:
    words = " ".join(title.casefold().split())
    return _NUMBER.sub("", words) or words
