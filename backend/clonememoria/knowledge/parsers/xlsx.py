"""Excel: each sheet is a heading with its tables, numbers and dates as people see them."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from functools import cache
from math import isfinite
from xml.etree import ElementTree as ET

from clonememoria.core.errors import DocumentCorrupt
from clonememoria.knowledge.parsers.document import ParsedDocument, clean
from clonememoria.knowledge.parsers.drawings import text_of
from clonememoria.knowledge.parsers.grids import Row, blocks_of
from clonememoria.knowledge.parsers.number_formats import BUILT_IN, GENERAL, shown
from clonememoria.knowledge.parsers.parts import Parts, attribute, corrupt, local
from clonememoria.knowledge.parsers.titles import sensible_title

_REFERENCE = re.compile(r"(?P<column>[A-Z]{1,3})(?P<row>\d{1,7})")
_RANGE = re.compile(rf"{_REFERENCE.pattern}:(?P<last_column>[A-Z]{{1,3}})(?P<last_row>\d{{1,7}})")
_BOOLEANS = {"1": "TRUE", "0": "FALSE"}


def parse(data: bytes) -> ParsedDocument:
    parts = Parts(data)
    workbook = _Workbook(parts)
    blocks: list[str] = []
    damaged: list[str] = []
    hidden: list[str] = []
    for name, part, is_hidden in workbook.sheets():
        try:
            sheet = list(workbook.blocks_of_sheet(part))
        except DocumentCorrupt:
            damaged.append(name)
            continue
        if sheet:
            blocks += [f"## {name}{' (hidden)' if is_hidden else ''}", *sheet]
            hidden += [name] if is_hidden else []
    if damaged and not blocks:
        raise corrupt()
    return ParsedDocument(
        title=sensible_title(parts.title()),
        text=clean("\n\n".join(blocks)).strip(),
        is_markdown=True,
        warnings=tuple(_warnings(damaged, hidden, workbook.uncalculated_count)),
    )


def _warnings(damaged: list[str], hidden: list[str], uncalculated_count: int) -> Iterator[str]:
    if damaged:
        yield f"Damaged and left out: {_sheet_list(damaged)}."
    if hidden:
        yield f"Hidden in the workbook, but read: {_sheet_list(hidden)}."
    if uncalculated_count:
        yield (
            f"Formulas without a stored result, left out: {uncalculated_count:,}. "
            "Save the workbook in a spreadsheet program and upload it again to have them read."
        )


def _sheet_list(names: list[str]) -> str:
    shown_names = ", ".join(names[:10])
    more = f" and {len(names) - 10} more" if len(names) > 10 else ""
    return f"{'sheet' if len(names) == 1 else 'sheets'} {shown_names}{more}"


class _Workbook:
    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._main = next(iter(parts.related("", "officeDocument")), "xl/workbook.xml")
        self._root = parts.xml(self._main)
        self._strings = list(self._shared_strings())
        self._formats = list(self._cell_formats())
        properties = self._root.find("{*}workbookPr")
        date_base = "" if properties is None else properties.get("date1904", "")
        self._counts_from_1904 = date_base in {"1", "true"}
        self.uncalculated_count = 0

    def sheets(self) -> Iterator[tuple[str, str, bool]]:
        """Name, part, and whether it is hidden; sheets of charts alone hold no cells."""
        relations = self._parts.relations(self._main)
        for sheet in self._root.iterfind("{*}sheets/{*}sheet"):
            relation = relations.get(attribute(sheet, "id"))
            if relation and relation.kind == "worksheet":
                is_hidden = sheet.get("state", "visible") != "visible"
                yield " ".join(sheet.get("name", "").split()), relation.target, is_hidden

    def blocks_of_sheet(self, part: str) -> Iterator[str]:
        rows: dict[int, Row] = {}
        merges = []
        number = 0
        for element in self._parts.elements(part, "row", "mergeCell"):
            if local(element) == "row":
                number = _number(element.get("r")) or number + 1
                rows[number] = self._row(element)
            elif merge := _RANGE.fullmatch(element.get("ref", "")):
                merges.append(merge)
        numbers = sorted(rows)
        for merge in merges:
            _repeat_downwards(merge, rows, numbers)
        yield from blocks_of((number, rows[number]) for number in numbers)
        yield from self._text_boxes(part)
        yield from self._comments(part)

    def _row(self, element: ET.Element) -> Row:
        row: Row = {}
        column = -1
        for cell in element:
            reference = _REFERENCE.match(cell.get("r", ""))
            column = _column(reference["column"]) if reference else column + 1
            if text := self._text(cell).strip():
                row[column] = text
        return row

    def _text(self, cell: ET.Element) -> str:
        kind = cell.get("t", "n")
        if kind == "inlineStr":
            inline = cell.find("{*}is")
            return "" if inline is None else _string(inline)
        value = _child_text(cell, "}v")
        if not value:
            self.uncalculated_count += cell.find("{*}f") is not None and kind != "str"
            return ""
        if kind == "s":
            index = _number(value)
            return self._strings[index] if index < len(self._strings) else ""
        if kind == "n":
            return self._shown_number(value, _number(cell.get("s")))
        return _BOOLEANS.get(value, value) if kind == "b" else value

    def _shown_number(self, value: str, style: int) -> str:
        code = self._formats[style] if style < len(self._formats) else GENERAL
        # Most cells by far; the digits of long numbers stay as they are.
        if code == GENERAL and value.isdecimal():
            return value
        try:
            number = float(value)
        except ValueError:
            return value
        if not isfinite(number):
            return value
        return shown(number, code, counts_from_1904=self._counts_from_1904)

    def _shared_strings(self) -> Iterator[str]:
        for part in self._parts.related(self._main, "sharedStrings"):
            for element in self._parts.elements(part, "si"):
                yield _string(element)

    def _cell_formats(self) -> Iterator[str]:
        for part in self._parts.related(self._main, "styles"):
            root = self._parts.xml(part)
            own = {
                element.get("numFmtId", ""): element.get("formatCode", GENERAL)
                for element in root.iterfind("{*}numFmts/{*}numFmt")
            }
            for style in root.iterfind("{*}cellXfs/{*}xf"):
                number = style.get("numFmtId", "0")
                yield own.get(number) or BUILT_IN.get(_number(number), GENERAL)

    def _text_boxes(self, part: str) -> Iterator[str]:
        for drawing in self._parts.related(part, "drawing"):
            for body in self._parts.xml(drawing).iterfind(".//{*}txBody"):
                if text := text_of(body):
                    yield text

    def _comments(self, part: str) -> Iterator[str]:
        for comments in self._parts.related(part, "comments"):
            for comment in self._parts.xml(comments).iterfind(".//{*}comment"):
                text = " ".join(
                    "".join(_string(body) for body in comment.iterfind("{*}text")).split()
                )
                if text:
                    yield f"Comment on {comment.get('ref', 'a cell')}: {text}"


def _string(element: ET.Element) -> str:
    """Its runs together, without the reading aid that stands over Japanese words."""
    pieces = [_child_text(element, "}t")]
    pieces += [_child_text(run, "}t") for run in element if run.tag.endswith("}r")]
    return "".join(pieces)


def _child_text(element: ET.Element, tag_end: str) -> str:
    """`findtext` with any namespace costs ten times as much, for each of a million cells."""
    for child in element:
        if child.tag.endswith(tag_end):
            return child.text or ""
    return ""


def _repeat_downwards(merge: re.Match[str], rows: dict[int, Row], numbers: list[int]) -> None:
    """A cell over several rows belongs to each of them, and is to be found with each."""
    first, last, column = int(merge["row"]), int(merge["last_row"]), _column(merge["column"])
    text = rows.get(first, {}).get(column)
    if text is None:
        return
    for number in numbers[bisect_left(numbers, first + 1) : bisect_right(numbers, last)]:
        if rows[number]:
            rows[number].setdefault(column, text)


@cache
def _column(letters: str) -> int:
    index = 0
    for letter in letters:
        index = 26 * index + ord(letter) - ord("A") + 1
    return index - 1


def _number(digits: str | None) -> int:
    return int(digits) if digits and digits.isdecimal() and len(digits) < 10 else 0
