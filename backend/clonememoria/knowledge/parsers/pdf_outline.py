"""The bookmarks of a PDF as headings: at which places of its text the sections begin."""

import re
from collections import defaultdict
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


class Outline:
    """All bookmarks, turned into headings as the pages come by."""

    def __init__(self, pdf: PdfDocument) -> None:
        self._on_page: dict[int, list[Bookmark]] = defaultdict(list)
        for bookmark in _bookmarks(pdf):
            self._on_page[bookmark.page].append(bookmark)
        self._open: list[HeadingMark] = []

    def headings_of(self, text: str, pages: Sequence[PageSpan]) -> tuple[HeadingMark, ...]:
        """Of the next pages, where their text begins at 0: what they are under comes first."""
        above = [HeadingMark(0, mark.level, mark.title) for mark in self._open]
        marks = _marks(text, [(page, self._on_page[page.number - 1]) for page in pages])
        for mark in marks:
            self._open = [m for m in self._open if m.level < mark.level] + [mark]
        return (*above, *marks)


def _marks(
    text: str, pages: Sequence[tuple[PageSpan, Sequence[Bookmark]]]
) -> Sequence[HeadingMark]:
    marks: list[HeadingMark] = []
    for page, bookmark in ((page, bookmark) for page, found in pages for bookmark in found):
        is_behind = bool(marks) and page.char_start <= marks[-1].char_start < page.char_end
        start = marks[-1].char_start if is_behind else page.char_start
        place = _place(text, (start, page.char_end), bookmark.title)
        marks.append(HeadingMark(place, bookmark.level, bookmark.title))
    return sorted(marks, key=lambda mark: mark.char_start)


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
