"""What Word counts itself and stores nowhere: the numbers before items of lists and headings."""

import re
from collections.abc import Iterator
from xml.etree import ElementTree as ET

from msgspec import Struct

from clonememoria.knowledge.parsers.parts import attribute

# Nine levels are all that there are.
LEVELS = range(9)

_PLACE = re.compile(r"%([1-9])")
_ROMAN = ((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))
_NO_NUMBER = {"bullet", "none"}


class Level(Struct, frozen=True):
    form: str
    pattern: str
    start: int


class Numbering:
    """Counts as the paragraphs of a document pass, in their order."""

    def __init__(self, root: ET.Element | None) -> None:
        self._levels: dict[str, dict[int, Level]] = {}
        self._list_of: dict[str, str] = {}
        self._counts: dict[str, dict[int, int]] = {}
        self._restarts: dict[str, dict[int, int]] = {}
        for element in () if root is None else root:
            if element.tag.endswith("}abstractNum"):
                self._levels[attribute(element, "abstractNumId")] = dict(_levels(element))
            elif element.tag.endswith("}num"):
                list_id = attribute(element, "numId")
                self._list_of[list_id] = value_of(element, "abstractNumId")
                self._restarts[list_id] = dict(_restarts(element))

    def mark(self, list_id: str, level: int) -> str:
        """`-`, `3.`, `2.1` or `b)`; empty for a list that shows nothing."""
        abstract = self._list_of.get(list_id, "")
        levels = self._levels.get(abstract, {})
        shown = levels.get(level)
        if shown is None:
            return ""
        counts = self._counts.setdefault(abstract, {})
        # A list that begins anew is another one of the same form, and says so once.
        counts |= {place: start - 1 for place, start in self._restarts.pop(list_id, {}).items()}
        counts[level] = counts.get(level, shown.start - 1) + 1
        for deeper in [known for known in counts if known > level]:
            del counts[deeper]
        if shown.form in _NO_NUMBER:
            return "-" if shown.form == "bullet" else ""
        return _PLACE.sub(
            lambda place: self._number(levels, counts, int(place[1]) - 1), shown.pattern
        )

    def _number(self, levels: dict[int, Level], counts: dict[int, int], level: int) -> str:
        known = levels.get(level, Level("decimal", "", 1))
        return _written(counts.get(level, known.start), known.form)


def value_of(element: ET.Element | None, *path: str) -> str:
    """Value of the element at the end of the path; empty where there is none."""
    found = None if element is None else element.find("/".join(f"{{*}}{name}" for name in path))
    return "" if found is None else attribute(found, "val")


def _levels(abstract: ET.Element) -> Iterator[tuple[int, Level]]:
    for element in abstract.iterfind("{*}lvl"):
        start = value_of(element, "start")
        yield (
            level_of(attribute(element, "ilvl")),
            Level(
                value_of(element, "numFmt") or "decimal",
                value_of(element, "lvlText").strip(),
                int(start) if start.isdecimal() and len(start) < 6 else 1,
            ),
        )


def _restarts(concrete: ET.Element) -> Iterator[tuple[int, int]]:
    for override in concrete.iterfind("{*}lvlOverride"):
        start = value_of(override, "startOverride")
        if start.isdecimal() and len(start) < 6:
            yield level_of(attribute(override, "ilvl")), int(start)


def level_of(digits: str) -> int:
    return int(digits) if digits.isdecimal() and int(digits[:3]) in LEVELS else 0


def _written(number: int, form: str) -> str:
    if form in {"lowerLetter", "upperLetter"} and number > 0:
        letter = chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1)
        return letter if form == "lowerLetter" else letter.upper()
    if form in {"lowerRoman", "upperRoman"} and 0 < number < 40:
        roman = _roman(number)
        return roman if form == "lowerRoman" else roman.upper()
    return f"{number:02}" if form == "decimalZero" else str(number)


def _roman(number: int) -> str:
    text = ""
    for value, letters in _ROMAN:
        count, number = divmod(number, value)
        text += letters * count
    return text
