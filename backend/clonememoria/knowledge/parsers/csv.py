"""Delimited text: Markdown tables that repeat the header, so that chunks keep column names."""

import csv
import re
import sys
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from typing import Literal

from clonememoria.knowledge.parsers.document import ParsedDocument, clean
from clonememoria.knowledge.parsers.encoding import decode
from clonememoria.knowledge.parsers.tables import tables_of

# In the order in which one is taken where two fit as well: a decimal comma looks like the last.
_DELIMITERS = "\t;|,"
_SAMPLE_ROWS = 100
# Where fewer rows are as wide as most are, it is prose with commas in it.
_MIN_REGULAR_SHARE = 0.5
_EXCEL_HINT = re.compile(r"sep=(?P<delimiter>[^\n])\n", re.IGNORECASE)
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_NUMBER = re.compile(r"[-+(]?[$€£]?\s*\d[\d.,'\s]*\s*[%€$£)]?")
_YEAR = re.compile(r"(?:19|20)\d\d")

Row = list[str]


def parse(data: bytes) -> ParsedDocument:
    csv.field_size_limit(sys.maxsize)
    text = clean(decode(data)).strip("\n")
    hint = _EXCEL_HINT.match(text)
    if hint:
        text = text[hint.end() :]
    delimiter = hint["delimiter"] if hint else _delimiter_of(text)
    if delimiter is None:
        return ParsedDocument(title=None, text=text)
    blocks = _blocks(_rows(text, delimiter))
    return ParsedDocument(title=None, text="\n\n".join(blocks), is_markdown=True)


def _delimiter_of(text: str) -> str | None:
    """None for a file of one column, or of prose."""
    scores = {delimiter: _regularity(text, delimiter) for delimiter in _DELIMITERS}
    best = max(scores, key=lambda delimiter: scores[delimiter])
    return best if scores[best][1] >= _MIN_REGULAR_SHARE else None


def _regularity(text: str, delimiter: str) -> tuple[bool, float]:
    """Whether the first row is as wide as most of them, and how many are; (False, 0) for prose."""
    rows = islice(_read(text, delimiter, csv.QUOTE_MINIMAL), _SAMPLE_ROWS)
    widths = [len(row) for row in rows]
    [(usual, count)] = Counter(widths).most_common(1) or [(0, 0)]
    return (widths[0] == usual, count / len(widths)) if usual > 1 else (False, 0.0)


def _rows(text: str, delimiter: str) -> Iterator[Row]:
    if not _has_open_quote(text, delimiter):
        return _read(text, delimiter, csv.QUOTE_MINIMAL)
    rows = _read(text, delimiter, csv.QUOTE_NONE)
    return ([cell.strip().strip('"') for cell in row] for row in rows)


def _has_open_quote(text: str, delimiter: str) -> bool:
    """A quote without an end makes one cell of all that follows."""
    [last] = deque(_read(text, delimiter, csv.QUOTE_MINIMAL), maxlen=1) or [[""]]
    return "\n" in last[-1] and not text.rstrip().endswith('"')


def _read(text: str, delimiter: str, quoting: Literal[0, 3]) -> Iterator[Row]:
    lines = (line[0] for line in _LINE.finditer(text))
    for row in csv.reader(lines, delimiter=delimiter, quoting=quoting, skipinitialspace=True):
        if any(cell.strip() for cell in row):
            yield row


def _blocks(rows: Iterator[Row]) -> Iterator[str]:
    """What stands alone in the first rows is the caption of the table."""
    for row in rows:
        filled = [cell.strip() for cell in row if cell.strip()]
        if len(filled) > 1:
            header, rows = (row, rows) if _is_header(row) else ([""] * len(row), chain([row], rows))
            yield from tables_of(header, rows)
            return
        yield " ".join(filled)


def _is_header(row: Sequence[str]) -> bool:
    """A row with numbers in it is the first of the data, but years are names of columns."""
    return not any(
        _NUMBER.fullmatch(cell.strip()) and not _YEAR.fullmatch(cell.strip()) for cell in row
    )
