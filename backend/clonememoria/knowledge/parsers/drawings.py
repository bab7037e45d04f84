"""DrawingML, the language of slides and of text boxes in sheets, as Markdown."""

from collections.abc import Iterator
from xml.etree import ElementTree as ET

from clonememoria.knowledge.parsers.parts import Parts, local
from clonememoria.knowledge.parsers.tables import tables_of

INDENT = "  "


def paragraph_text(paragraph: ET.Element) -> str:
    """Breaks are line ends; formulas are their characters."""
    pieces = []
    for element in paragraph.iter():
        name = local(element)
        if name == "t":
            pieces.append(element.text or "")
        elif name in {"br", "tab"}:
            pieces.append("\n" if name == "br" else "\t")
    return "".join(pieces).strip()


def text_of(body: ET.Element, *, is_list: bool = False) -> str:
    """Paragraphs as lines; `is_list` where those that say nothing about it are items of a list."""
    return "\n".join(_lines(body, is_list))


def _lines(body: ET.Element, is_list: bool) -> Iterator[str]:
    numbers: dict[int, int] = {}
    for paragraph in body.iterfind("{*}p"):
        text = paragraph_text(paragraph)
        if not text:
            continue
        properties = paragraph.find("{*}pPr")
        level = _level(properties)
        mark = _mark(properties, is_list)
        numbers = {known: number for known, number in numbers.items() if known <= level}
        if mark == "1.":
            numbers[level] = numbers.get(level, 0) + 1
            mark = f"{numbers[level]}."
        indent = INDENT * level if mark else ""
        yield f"{indent}{mark} {text}".strip("\n") if mark else text


def _level(properties: ET.Element | None) -> int:
    level = "" if properties is None else properties.get("lvl", "")
    return int(level) if level in set("012345678") else 0


def _mark(properties: ET.Element | None, is_list: bool) -> str:
    names = set() if properties is None else {local(element) for element in properties}
    if "buNone" in names:
        return ""
    if "buAutoNum" in names:
        return "1."
    return "-" if is_list or names & {"buChar", "buBlip"} else ""


def table(element: ET.Element) -> str:
    """A cell that is merged with those below it stands in each row, to be found with each."""
    rows: list[list[str]] = []
    for row in element.iterfind("{*}tr"):
        cells = [_cell(cell) for cell in row.iterfind("{*}tc")]
        above = rows[-1] if rows else []
        rows.append(
            [
                above[column] if text is None and column < len(above) else text or ""
                for column, text in enumerate(cells)
            ]
        )
    return markdown_table(rows)


def _cell(cell: ET.Element) -> str | None:
    """None for what belongs to the cell above it."""
    if cell.get("vMerge") in {"1", "true"}:
        return None
    body = cell.find("{*}txBody")
    return "" if body is None else text_of(body)


def markdown_table(rows: list[list[str]]) -> str:
    width = max(map(len, rows), default=0)
    header, *others = [[*row, *[""] * (width - len(row))] for row in rows] or [[]]
    return "\n\n".join(tables_of(header, others)) if any(map(any, rows)) else ""


def chart(parts: Parts, name: str) -> str:
    """Its title, and its numbers as a table: one row for each category, one column per series."""
    root = parts.xml(name)
    title = root.find(".//{*}chart/{*}title")
    series = list(root.iterfind(".//{*}ser"))
    names = [_points(one.find("{*}tx")).get(0, "") for one in series]
    values = [_points(_first(one, "val", "yVal")) for one in series]
    categories = _points(_first(series[0], "cat", "xVal")) if series else {}
    rows = [
        [categories.get(index, ""), *(points.get(index, "") for points in values)]
        for index in sorted({*categories, *(index for points in values for index in points)})
    ]
    heading = "" if title is None else paragraph_text(title)
    numbers = markdown_table([["", *names], *rows]) if rows else ""
    return "\n\n".join(filter(None, (heading, numbers)))


def _first(element: ET.Element, *names: str) -> ET.Element | None:
    return next(
        (found for name in names if (found := element.find(f"{{*}}{name}")) is not None), None
    )


def _points(element: ET.Element | None) -> dict[int, str]:
    """What a chart keeps of the cells it shows, by their place."""
    if element is None:
        return {}
    single = element.findtext("{*}v")
    found = {0: single} if single else {}
    for point in element.iter():
        if local(point) == "pt" and point.get("idx", "").isdecimal():
            found[int(point.get("idx", ""))] = point.findtext("{*}v") or ""
    return found


def diagram(parts: Parts, name: str) -> str:
    """SmartArt: its texts as a list, in the order in which they were written."""
    points = parts.xml(name).iterfind(".//{*}pt/{*}t")
    texts = (" ".join(filter(None, map(paragraph_text, body.iterfind("{*}p")))) for body in points)
    return "\n".join(f"- {text}" for text in texts if text)
