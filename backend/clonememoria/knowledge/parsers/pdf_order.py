"""The letters of a PDF page in reading order where PDFium, which reads lines, has them otherwise.

Arabic and Hebrew words may come reversed, ligatures in them nearly always; columns of vertical
Chinese and Japanese come from left to right.
"""

import re
from collections.abc import Iterator, Sequence
from ctypes import c_double
from itertools import groupby, pairwise
from operator import attrgetter
from statistics import median
from typing import Final, NamedTuple

from pypdfium2 import PdfTextPage  # type: ignore[import-untyped]  # has no types
from pypdfium2.raw import (  # type: ignore[import-untyped]  # has no types
    FPDFText_GetCharBox,
    FPDFText_GetCharIndexFromTextIndex,
    FPDFText_GetCharOrigin,
)

# Letters that tell whether a page is vertical; its first ones do.
VERTICAL_SAMPLE: Final = 60

_WORD_FROM_RIGHT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]{2,}")
# PDFium puts the space behind a Latin word in Arabic before it.
_MISPLACED_SPACE = re.compile(
    r"(?<=[\u0590-\u08ff]) (?P<word>[A-Za-z](?:[\w .'-]*\w)?)(?=[\u05d0-\u05ea\u0621-\u064a])",
    re.ASCII,
)
# ... and a vowel sign beside its letter for one before it.
_MISPLACED_SIGN = re.compile("[ ](?P<sign>[\u064b-\u0652])(?P<letter>[\u0621-\u064a])")
# ... and takes words and brackets of a line from right to left where each is drawn on its own.
_LATIN_WORDS = re.compile(r"(?=[\d., ]*[A-Za-z])[\w.,'-]+(?: [\w.,'-]+)+", re.ASCII)
_MIRRORED_BRACKETS = re.compile(r"\) (?P<inside>[^()\r\n]{1,200})\((?= |\r)")
_IDEOGRAPH = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7ff]")
_ASTRAL = re.compile("[\U00010000-\U0010ffff]")


class Letter(NamedTuple):
    """Where it is, in points from the lower left corner of the page."""

    text: str
    x: float
    y: float


class Column(NamedTuple):
    letters: list[Letter]

    @property
    def x(self) -> float:
        return self.letters[0].x

    @property
    def top(self) -> float:
        return max(letter.y for letter in self.letters)

    @property
    def bottom(self) -> float:
        return min(letter.y for letter in self.letters)

    def is_beside(self, other: "Column") -> bool:
        """Neither above nor below it."""
        overlap = min(self.top, other.top) - max(self.bottom, other.bottom)
        return overlap >= min(self.top - self.bottom, other.top - other.bottom) / 2


def in_order(page: PdfTextPage, text: str) -> str:
    """`text` is PDFium's of the page."""
    # Its places are counted in UTF-16.
    if text.isascii() or _ASTRAL.search(text):
        return text
    if _WORD_FROM_RIGHT.search(text):
        return _line_by_line(page, text)
    if _IDEOGRAPH.search(text) and _is_vertical(page, text):
        places = [place for place, letter in enumerate(text) if not letter.isspace()]
        return "\n".join(_columns(list(_origins(page, text, places))))
    return text


def _line_by_line(page: PdfTextPage, text: str) -> str:
    """First what keeps the number of letters: their places on the page are asked for by it."""
    text = _WORD_FROM_RIGHT.sub(lambda word: _from_right(page, word), text)
    text = _LATIN_WORDS.sub(lambda words: _from_left(page, words), text)
    text = _MISPLACED_SPACE.sub(r"\g<word> ", text)
    text = _MISPLACED_SIGN.sub(r"\g<letter>\g<sign>", text)
    return _MIRRORED_BRACKETS.sub(r" (\g<inside>)", text)


def _from_left(page: PdfTextPage, words: re.Match[str]) -> str:
    starts = [word.start() for word in re.finditer(r"\S+", words[0])]
    places = [words.start() + start for start in starts]
    edges = [letter.x for letter in _left_edges(page, words.string, places)]
    is_reversed = edges == sorted(edges, reverse=True)
    return " ".join(reversed(words[0].split(" "))) if is_reversed else words[0]


def _from_right(page: PdfTextPage, word: re.Match[str]) -> str:
    letters = list(_left_edges(page, word.string, range(*word.span())))
    steps = [after.x - before.x for before, after in pairwise(letters)]
    if sum(step > 0 for step in steps) > sum(step < 0 for step in steps):
        letters.reverse()
    # Letters of one glyph have one place, and PDFium reverses them with the word.
    glyphs = ([letter.text for letter in group] for _, group in groupby(letters, attrgetter("x")))
    return "".join("".join(reversed(glyph)) for glyph in glyphs)


def _left_edges(page: PdfTextPage, text: str, places: Sequence[int]) -> Iterator[Letter]:
    """Origins would be the same for all letters of a glyph, and their order unknown."""
    left, right, bottom, top = (c_double() for _ in range(4))
    for place in places:
        index = FPDFText_GetCharIndexFromTextIndex(page, place)
        FPDFText_GetCharBox(page, index, left, right, bottom, top)
        yield Letter(text[place], left.value, bottom.value)


def _origins(page: PdfTextPage, text: str, places: Sequence[int]) -> Iterator[Letter]:
    """Edges would be those of the ink: a full stop is not in the middle of its column."""
    x, y = c_double(), c_double()
    for place in places:
        FPDFText_GetCharOrigin(page, FPDFText_GetCharIndexFromTextIndex(page, place), x, y)
        yield Letter(text[place], x.value, y.value)


def _is_vertical(page: PdfTextPage, text: str) -> bool:
    places = [found.start() for found in _IDEOGRAPH.finditer(text)]
    steps = _steps(list(_origins(page, text, places[:VERTICAL_SAMPLE])))
    return sum(across < down for across, down in steps) > 0.6 * len(steps)


def _steps(letters: Sequence[Letter]) -> list[tuple[float, float]]:
    return [(abs(one.x - other.x), abs(one.y - other.y)) for one, other in pairwise(letters)]


def _columns(letters: Sequence[Letter]) -> Iterator[str]:
    """From right to left; where some are above others, those first."""
    size = median(down for across, down in _steps(letters) if across < down)
    tiers: list[list[Column]] = []
    for column in _down(letters, size):
        if tiers and tiers[-1][0].is_beside(column):
            tiers[-1].append(column)
        else:
            tiers.append([column])
    for tier in tiers:
        for column in sorted(tier, key=attrgetter("x"), reverse=True):
            yield "".join(letter.text for letter in column.letters)


def _down(letters: Sequence[Letter], size: float) -> Iterator[Column]:
    """Numbers stand across a column, two digits beside each other."""
    column = Column([letters[0]])
    for before, letter in pairwise(letters):
        is_below = abs(letter.x - column.x) < size / 2
        is_beside = abs(letter.y - before.y) < size / 3 and 0 < letter.x - before.x < size
        if not (is_below or is_beside):
            yield column
            column = Column([])
        column.letters.append(letter)
    yield column
