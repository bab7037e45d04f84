"""What every parser returns, and the one place where text is cleaned before offsets exist."""

import re
import unicodedata
from collections.abc import Iterable
from itertools import accumulate

from msgspec import Struct

PAGE_BREAK = "\n\n"

_LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
# What Postgres or JSON cannot carry, and the soft hyphen, which hides words from search.
_UNWANTED = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\xad\ud800-\udfff\ufeff\ufffe\uffff]")


class PageSpan(Struct, frozen=True):
    """Page `number` (from 1) is `text[char_start:char_end]` of its document."""

    number: int
    char_start: int
    char_end: int


class HeadingMark(Struct, frozen=True):
    """From `char_start` on the text is under `title`; `level` counts from 1."""

    char_start: int
    level: int
    title: str


class ParsedDocument(Struct, frozen=True):
    """Clean text; `pages` is empty for formats without pages; `warnings` are for the owner.

    `headings`, in the order of the text, are those that Markdown does not show: a PDF's bookmarks.
    """

    title: str | None
    text: str
    is_markdown: bool = False
    pages: tuple[PageSpan, ...] = ()
    headings: tuple[HeadingMark, ...] = ()
    canonical_url: str | None = None
    warnings: tuple[str, ...] = ()


def clean(text: str) -> str:
    """Return NFC text with LF line ends: every offset in the system counts in this form."""
    text = text.replace("\r\n", "\n")
    # A tenth of the time of the patterns, which find nothing in most English texts.
    if text.isascii() and text.replace("\n", "").isprintable():
        return text
    return unicodedata.normalize("NFC", _UNWANTED.sub("", _LINE_ENDS.sub("\n", text)))


def clean_title(title: str | None) -> str | None:
    return " ".join(clean(title or "").split())[:300] or None


def join_pages(pages: Iterable[str], first_number: int = 1) -> tuple[str, tuple[PageSpan, ...]]:
    """Join clean page texts; a page without text gets an empty span, so numbers stay true."""
    spans: list[PageSpan] = []
    parts: list[str] = []
    start = 0
    for number, page in enumerate(pages, start=first_number):
        spans.append(PageSpan(number, start, start + len(page)))
        parts.append(page)
        start += len(page) + len(PAGE_BREAK)
    return PAGE_BREAK.join(parts), tuple(spans)


def join_parts(parts: Iterable[ParsedDocument]) -> ParsedDocument:
    """One document of its parts: the first has the title, the last the warnings."""
    found = list(parts)
    starts = accumulate((len(part.text) for part in found), initial=0)
    placed = list(zip(found, starts, strict=False))
    return ParsedDocument(
        title=found[0].title,
        text="".join(part.text for part in found),
        is_markdown=found[0].is_markdown,
        pages=tuple(_moved_page(page, start) for part, start in placed for page in part.pages),
        headings=tuple(
            HeadingMark(mark.char_start + start, mark.level, mark.title)
            for part, start in placed
            for mark in part.headings
        ),
        canonical_url=found[0].canonical_url,
        warnings=found[-1].warnings,
    )


def _moved_page(page: PageSpan, start: int) -> PageSpan:
    return PageSpan(page.number, page.char_start + start, page.char_end + start)
