"""PowerPoint: slides are pages with a heading each; tables, charts and speaker notes are kept."""

from collections.abc import Iterable, Iterator
from xml.etree import ElementTree as ET

from clonememoria.core.errors import DocumentCorrupt
from clonememoria.knowledge.parsers.document import ParsedDocument, clean, join_pages
from clonememoria.knowledge.parsers.drawings import chart, diagram, paragraph_text, table, text_of
from clonememoria.knowledge.parsers.parts import Parts, Relation, attribute, corrupt, local
from clonememoria.knowledge.parsers.titles import sensible_title

_TITLES = {"title", "ctrTitle"}
# Of every slide; a date or footer is kept where it is first seen.
_FURNITURE = {"dt", "ftr", "hdr"}
_LISTS = {"", "body", "obj"}


def parse(data: bytes) -> ParsedDocument:
    parts = Parts(data)
    main = next(iter(parts.related("", "officeDocument")), "ppt/presentation.xml")
    slides = list(_slides(parts, main))
    pages: list[str] = []
    damaged: list[int] = []
    hidden: list[int] = []
    seen: set[str] = set()
    for number, name in enumerate(slides, start=1):
        try:
            slide = _Slide(parts, name, seen)
        except DocumentCorrupt:
            damaged.append(number)
            pages.append("")
            continue
        if slide.is_hidden:
            hidden.append(number)
        pages.append(clean(slide.markdown(number)).strip())
    if len(damaged) == len(slides) > 0:
        raise corrupt()
    text, spans = join_pages(pages)
    return ParsedDocument(
        title=sensible_title(parts.title()),
        text=text,
        is_markdown=True,
        pages=spans,
        warnings=tuple(_warnings(damaged, hidden)),
    )


def _slides(parts: Parts, main: str) -> Iterator[str]:
    """Names of the slides in the order in which they are shown."""
    relations = parts.relations(main)
    for slide in parts.xml(main).iterfind("{*}sldIdLst/{*}sldId"):
        # Its other id has no namespace, and comes first.
        ids = [value for key, value in slide.items() if key.endswith("}id")]
        relation = relations.get(ids[0] if ids else "")
        if relation:
            yield relation.target


def _warnings(damaged: list[int], hidden: list[int]) -> Iterator[str]:
    if damaged:
        yield f"Damaged and left out: {_slide_list(damaged)}."
    if hidden:
        yield f"Hidden in the presentation, but read: {_slide_list(hidden)}."


def _slide_list(numbers: list[int]) -> str:
    shown = ", ".join(map(str, numbers[:10]))
    more = f" and {len(numbers) - 10} more" if len(numbers) > 10 else ""
    return f"{'slide' if len(numbers) == 1 else 'slides'} {shown}{more}"


class _Slide:
    """`seen` are the dates and footers of the slides before it."""

    def __init__(self, parts: Parts, name: str, seen: set[str]) -> None:
        self._parts = parts
        self._name = name
        self._seen = seen
        self._relations = parts.relations(name)
        self._root = parts.xml(name)
        self.is_hidden = self._root.get("show") in {"0", "false"}
        self._title = ""

    def markdown(self, number: int) -> str:
        tree = self._root.find("{*}cSld/{*}spTree")
        blocks = [] if tree is None else [block for block in self._blocks(tree) if block]
        notes = self._notes()
        if not (blocks or notes or self._title):
            return ""
        heading = f"## {self._title or f'Slide {number}'}"
        return "\n\n".join(
            [heading, *blocks, *([f"### Speaker notes\n\n{notes}"] if notes else [])]
        )

    def _blocks(self, shapes: Iterable[ET.Element]) -> Iterator[str]:
        """Document order is the order in which PowerPoint reads a slide aloud."""
        for shape in shapes:
            name = local(shape)
            if name == "sp":
                yield self._text(shape)
            elif name == "graphicFrame":
                yield self._graphic(shape)
            elif name == "grpSp":
                yield from self._blocks(shape)
            elif name == "AlternateContent":
                yield from self._alternative(shape)

    def _alternative(self, alternatives: ET.Element) -> Iterator[str]:
        """The newest form that holds text; the others say the same again."""
        for alternative in alternatives:
            if blocks := [block for block in self._blocks(alternative) if block]:
                yield from blocks
                return

    def _text(self, shape: ET.Element) -> str:
        body = shape.find("{*}txBody")
        if body is None:
            return ""
        placeholder = shape.find("{*}nvSpPr/{*}nvPr/{*}ph")
        kind = None if placeholder is None else placeholder.get("type", "")
        if kind in _TITLES and not self._title:
            self._title = " ".join(text_of(body).split())
            return ""
        text = text_of(body, is_list=kind in _LISTS and len(body.findall("{*}p")) > 1)
        if kind == "sldNum" or (kind in _FURNITURE and text in self._seen):
            return ""
        if kind in _FURNITURE:
            self._seen.add(text)
        return text

    def _graphic(self, frame: ET.Element) -> str:
        for element in frame.iter():
            name = local(element)
            if name == "tbl":
                return table(element)
            if name == "chart" and (part := self._part(attribute(element, "id"))):
                return chart(self._parts, part)
            if name == "relIds" and (part := self._part(attribute(element, "dm"))):
                return diagram(self._parts, part)
        return ""

    def _part(self, relation_id: str) -> str | None:
        relation = self._relations.get(relation_id, Relation("", ""))
        return relation.target if relation.target in self._parts else None

    def _notes(self) -> str:
        for name in self._parts.related(self._name, "notesSlide"):
            for shape in self._parts.xml(name).iterfind("{*}cSld/{*}spTree/{*}sp"):
                placeholder = shape.find("{*}nvSpPr/{*}nvPr/{*}ph")
                body = shape.find("{*}txBody")
                if (
                    placeholder is not None
                    and placeholder.get("type") == "body"
                    and body is not None
                ):
                    return "\n".join(filter(None, map(paragraph_text, body.iterfind("{*}p"))))
        return ""
