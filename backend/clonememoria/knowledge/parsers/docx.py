"""Word: headings, numbered lists, tables, notes and text boxes, as the accepted text reads."""

import re
from collections.abc import Iterable, Iterator
from xml.etree import ElementTree as ET

from clonememoria.core.errors import DocumentCorrupt
from clonememoria.knowledge.parsers.document import ParsedDocument, clean
from clonememoria.knowledge.parsers.docx_numbering import Numbering, level_of, value_of
from clonememoria.knowledge.parsers.drawings import INDENT, chart, diagram, markdown_table
from clonememoria.knowledge.parsers.parts import Parts, attribute, local
from clonememoria.knowledge.parsers.titles import sensible_title

_HEADING = re.compile(r"heading (?P<level>[1-9])", re.IGNORECASE)
_CONTENTS = re.compile(r"toc (?:\d|heading)", re.IGNORECASE)
_MAX_BASES = 20
# Before an item of a list; in no text of a document, as XML cannot hold it.
_ITEM = "\0"
# What was deleted or moved away, reading aids over East Asian words, settings.
_LEFT_OUT = {"del", "moveFrom", "rt", "pPr", "rPr", "sdtPr", "tblPr", "trPr", "tcPr", "instrText"}
_CHARACTERS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_NOTES = {
    "footnoteReference": ("footnotes", "footnote", "Footnote"),
    "endnoteReference": ("endnotes", "endnote", "Endnote"),
    "commentReference": ("comments", "comment", "Comment"),
}
_ANCHORED = {"txbxContent", "chart", "relIds", *_NOTES}


def parse(data: bytes) -> ParsedDocument:
    parts = Parts(data)
    main = next(iter(parts.related("", "officeDocument")), "word/document.xml")
    body = parts.xml(main).find("{*}body")
    reader = _Reader(parts, main)
    return ParsedDocument(
        title=sensible_title(parts.title()),
        text=clean("".join(_joined(reader.blocks([] if body is None else body)))).strip(),
        is_markdown=True,
        warnings=tuple(reader.warnings),
    )


def _joined(blocks: Iterable[str]) -> Iterator[str]:
    """Put line ends before each block; the items of a list stay together."""
    was_item = False
    for block in blocks:
        if block.strip():
            is_item = block.startswith(_ITEM)
            yield ("\n" if is_item and was_item else "\n\n") + block.removeprefix(_ITEM)
            was_item = is_item


class _Reader:
    def __init__(self, parts: Parts, main: str) -> None:
        self._parts = parts
        self._relations = parts.relations(main)
        self._main = main
        self._styles = {
            attribute(style, "styleId"): style
            for root in self._roots("styles")
            for style in root.iterfind("{*}style")
        }
        self._numbering = Numbering(next(iter(self._roots("numbering")), None))
        self._notes = {
            reference: {
                attribute(note, "id"): note
                for root in self._roots(kind)
                for note in root.iterfind(f"{{*}}{tag}")
            }
            for reference, (kind, tag, _) in _NOTES.items()
        }
        self.warnings: list[str] = []

    def _roots(self, kind: str) -> Iterator[ET.Element]:
        for name in self._parts.related(self._main, kind):
            try:
                yield self._parts.xml(name)
            except DocumentCorrupt:
                continue

    def blocks(self, elements: Iterable[ET.Element]) -> Iterator[str]:
        for element in _unwrapped(elements):
            if local(element) == "p":
                yield from self._paragraph(element)
            elif local(element) == "tbl":
                yield from self._table(element)

    def _paragraph(self, paragraph: ET.Element) -> Iterator[str]:
        anchored: list[ET.Element] = []
        text = "".join(self._pieces(paragraph, anchored)).strip()
        if text:
            yield self._written(text, paragraph.find("{*}pPr"))
        for element in anchored:
            yield from self._anchored(element)

    def _written(self, text: str, properties: ET.Element | None) -> str:
        styles = list(self._style_chain(value_of(properties, "pStyle")))
        names = [value_of(style, "name") for style in styles]
        if any(map(_CONTENTS.fullmatch, names)):
            return ""
        mark, depth = self._mark([properties, *(style.find("{*}pPr") for style in styles)])
        if level := self._heading_level(properties, styles, names):
            number = f"{mark} " if mark not in {"", "-"} else ""
            return f"{'#' * level} {number}{' '.join(text.split())}"
        return f"{_ITEM}{INDENT * depth}{mark} {text}" if mark else text

    def _style_chain(self, style_id: str) -> Iterator[ET.Element]:
        """The style and those that it is based on."""
        for _ in range(_MAX_BASES):
            style = self._styles.get(style_id)
            if style is None:
                return
            yield style
            style_id = value_of(style, "basedOn")

    def _heading_level(
        self, properties: ET.Element | None, styles: list[ET.Element], names: list[str]
    ) -> int:
        """0 for text; level 9 of an outline is none."""
        if "title" in map(str.lower, names):
            return 1
        stated = [value_of(properties, "outlineLvl")]
        stated += [value_of(style, "pPr", "outlineLvl") for style in styles]
        named = (match["level"] for match in map(_HEADING.fullmatch, names) if match)
        level = next((int(digit) + 1 for digit in stated if digit.isdecimal()), 0)
        level = level or int(next(named, "0"))
        return min(level, 6) if level < 10 else 0

    def _mark(self, properties: list[ET.Element | None]) -> tuple[str, int]:
        """Its sign in a list and how deep it stands; number 0 ends what a style began."""
        numbered = [
            found
            for one in properties
            if one is not None and (found := one.find("{*}numPr")) is not None
        ]
        list_id = next(filter(None, (value_of(one, "numId") for one in numbered)), "0")
        level = next(filter(None, (value_of(one, "ilvl") for one in numbered)), "0")
        depth = level_of(level)
        return ("", 0) if list_id == "0" else (self._numbering.mark(list_id, depth), depth)

    def _pieces(self, element: ET.Element, anchored: list[ET.Element]) -> Iterator[str]:
        """Text of a paragraph; what belongs behind it, such as notes, goes to `anchored`."""
        for child in element:
            name = local(child)
            if name == "t":
                yield child.text or ""
            elif name in _CHARACTERS:
                yield _CHARACTERS[name]
            elif name in _ANCHORED:
                anchored.append(child)
            elif name == "AlternateContent":
                yield from self._alternative(child, anchored)
            elif name not in _LEFT_OUT and not _is_placeholder(child):
                yield from self._pieces(child, anchored)

    def _alternative(self, element: ET.Element, anchored: list[ET.Element]) -> Iterator[str]:
        """The newest form that holds anything; the others say the same again."""
        for alternative in element:
            found: list[ET.Element] = []
            text = "".join(self._pieces(alternative, found))
            if text or found:
                anchored += found
                yield text
                return

    def _anchored(self, element: ET.Element) -> Iterator[str]:
        name = local(element)
        if name == "txbxContent":
            yield from self.blocks(element)
        elif name in _NOTES:
            yield from self._note(element)
        else:
            yield from self._graphic(element)

    def _note(self, reference: ET.Element) -> Iterator[str]:
        name = local(reference)
        note = self._notes[name].get(attribute(reference, "id"))
        text = "" if note is None else " ".join(" ".join(self.blocks(note)).split())
        if text:
            yield f"{_NOTES[name][2]}: {text.replace(_ITEM, '')}"

    def _graphic(self, element: ET.Element) -> Iterator[str]:
        is_chart = local(element) == "chart"
        relation = self._relations.get(attribute(element, "id" if is_chart else "dm"))
        if relation is None or relation.target not in self._parts:
            return
        try:
            yield (chart if is_chart else diagram)(self._parts, relation.target)
        except DocumentCorrupt:
            self.warnings.append("A damaged chart or diagram was left out.")

    def _table(self, table: ET.Element) -> Iterator[str]:
        rows = [[cell for cell in _unwrapped(row) if local(cell) == "tc"] for row in _rows(table)]
        if any(len(row) > 1 for row in rows):
            written: list[list[str]] = []
            for row in rows:
                written.append(self._row(row, written[-1] if written else []))
            yield markdown_table(written)
        else:
            # A frame around text, or a column that lays out a page.
            yield from (block for row in rows for cell in row for block in self.blocks(cell))

    def _row(self, cells: list[ET.Element], above: list[str]) -> list[str]:
        """A cell over several rows stands in each, to be found with each; over columns, in one."""
        texts: list[str] = []
        for cell in cells:
            properties = cell.find("{*}tcPr")
            merge = None if properties is None else properties.find("{*}vMerge")
            if merge is not None and attribute(merge, "val") != "restart":
                texts.append(above[len(texts)] if len(texts) < len(above) else "")
            else:
                texts.append(" ".join(self._cell(cell)))
            width = value_of(properties, "gridSpan")
            texts += [""] * (min(int(width), 64) - 1 if width.isdecimal() else 0)
        return texts

    def _cell(self, cell: ET.Element) -> Iterator[str]:
        """Markdown has no tables within tables: the cells of an inner one stand in a line."""
        for element in _unwrapped(cell):
            if local(element) == "p":
                yield from (block.replace(_ITEM, "") for block in self._paragraph(element))
            else:
                rows = (self._row(list(_unwrapped(row)), []) for row in _rows(element))
                lines = (", ".join(filter(None, row)) for row in rows)
                yield "; ".join(filter(None, lines))


def _rows(table: ET.Element) -> Iterator[ET.Element]:
    for row in _unwrapped(table):
        if local(row) == "tr" and row.find("{*}trPr/{*}del") is None:
            yield row


def _unwrapped(elements: Iterable[ET.Element]) -> Iterator[ET.Element]:
    """Paragraphs, tables, rows and cells, also those within forms and accepted changes."""
    for element in elements:
        name = local(element)
        if name in {"p", "tbl", "tr", "tc"}:
            yield element
        elif name == "AlternateContent":
            yield from _unwrapped(element[:1])
        elif name not in _LEFT_OUT and not _is_placeholder(element):
            yield from _unwrapped(element)


def _is_placeholder(element: ET.Element) -> bool:
    """As "Click here to enter text", in a form that nobody filled in."""
    return local(element) == "sdt" and element.find("{*}sdtPr/{*}showingPlcHdr") is not None
