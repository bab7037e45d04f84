"""XML as text: each element that holds text is a line labelled with its name; no DTD is obeyed."""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat

from clonememoria.knowledge.parsers.document import ParsedDocument, clean, clean_title
from clonememoria.knowledge.parsers.encoding import decode

# The document's own title stands near its root; deeper ones are those of its parts.
MAX_TITLE_DEPTH: Final = 3

_DECLARED = re.compile(rb"""<\?xml[^<>]*?\sencoding\s*=\s*["']([\w.:-]+)""")
# It names the encoding of the bytes, and there are none any more.
_DECLARATION = re.compile(r"\s*<\?xml[^<>]*\?>")
_TAG = re.compile(r"<[^<>]*>?")
_BLANK_LINES = re.compile(r"\n{3,}")
# These only say that there is text.
_PLAIN_NAMES = {"p", "para", "paragraph", "text"}
# Another element that begins right there is another paragraph; text goes on in the same word.
_END_OF_INLINE = ""


def parse(data: bytes) -> ParsedDocument:
    declared = _DECLARED.search(data[:1024])
    source = clean(decode(data, declared[1].decode("ascii") if declared else None))
    source = _DECLARATION.sub("", source, count=1)
    reader = _Reader()
    try:
        reader.read(source)
    except expat.ExpatError as error:
        return _without_tags(source, error)
    return ParsedDocument(title=clean_title(reader.title), text=clean(reader.text))


def _without_tags(source: str, error: expat.ExpatError) -> ParsedDocument:
    reason = expat.errors.messages.get(error.code, "damaged")
    warning = (
        f"This XML is not well-formed ({reason} in line {error.lineno}); its tags were removed "
        "and the rest was read as plain text."
    )
    text = _tidy(html.unescape(_TAG.sub("\n", source)))
    return ParsedDocument(title=None, text=clean(text), warnings=(warning,))


def _tidy(text: str) -> str:
    lines = "\n".join(" ".join(line.split()) for line in text.split("\n"))
    return _BLANK_LINES.sub("\n\n", lines).strip()


@dataclass(slots=True)
class _Element:
    """`label` is the name with that of the parent, as far as they say something."""

    name: str
    label: str
    attributes: str
    text: list[str] = field(default_factory=list)
    has_text: bool = False
    has_lines: bool = False


class _Reader:
    """Listens to expat, which keeps no tree: elements may be nested as deep as they like.

    An element with nothing but text is a line, one with lines in it a paragraph. One that stands
    beside text of its parent, as `<b>` does, is a part of that text with all that is in it.
    """

    def __init__(self) -> None:
        self.title: str | None = None
        self._lines: list[str] = []
        self._open: list[_Element] = []
        # It becomes a line, unless text of its parent follows.
        self._ended: _Element | None = None
        self._inline_depth = 0

    @property
    def text(self) -> str:
        return _BLANK_LINES.sub("\n\n", "\n".join(self._lines)).strip()

    def read(self, source: str) -> None:
        parser = expat.ParserCreate("utf-8")
        parser.buffer_text = True
        # Entities that only a DTD elsewhere defines are no errors then; it is not fetched.
        parser.UseForeignDTD(True)
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        # With a default handler no entity is expanded: it gets them as they are written.
        parser.DefaultHandler = self._other
        parser.Parse(source.encode(), True)
        self._write_ended()

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        parent = self._open[-1] if self._open else None
        if parent and parent.has_text:
            self._inline_depth += 1
            if parent.text[-1] == _END_OF_INLINE or name in _PLAIN_NAMES:
                parent.text.append("\n")
            return
        self._write_ended()
        if parent and parent.attributes:
            self._write(parent)
            parent.attributes = ""
        self._open.append(self._element(name.rpartition(":")[2], _shown(attributes)))

    def _element(self, name: str, attributes: str) -> _Element:
        is_below_root = len(self._open) > 1
        label = f"{self._open[-1].name}.{name}" if is_below_root else name
        return _Element(name, "" if name.lower() in _PLAIN_NAMES else label, attributes)

    def _end(self, _name: str) -> None:
        if self._inline_depth:
            self._inline_depth -= 1
            self._open[-1].text.append(_END_OF_INLINE)
            return
        self._write_ended()
        element = self._open.pop()
        if not element.has_lines:
            self._ended = element
            return
        if element.has_text:
            self._write(element)
        self._lines.append("")
        if self._open:
            self._open[-1].has_lines = True

    def _characters(self, text: str) -> None:
        element = self._open[-1]
        if not text.isspace():
            if self._ended:
                element.text += self._ended.text
                self._ended = None
            element.has_text = True
        element.text.append(text)

    def _other(self, markup: str) -> None:
        if self._open and markup.startswith("&"):
            self._characters(html.unescape(markup))

    def _write_ended(self) -> None:
        ended, self._ended = self._ended, None
        if ended is None or not (ended.has_text or ended.attributes):
            return
        if ended.name.lower() == "title" and len(self._open) < MAX_TITLE_DEPTH:
            self.title = self.title or "".join(ended.text)
        self._write(ended)
        if self._open:
            self._open[-1].has_lines = True

    def _write(self, element: _Element) -> None:
        text = _tidy("".join(element.text))
        label = f"{element.label}:" if element.label and text else element.label
        self._lines.append(" ".join(filter(None, (label, text, element.attributes))))
        if not label:
            self._lines.append("")


def _shown(attributes: Mapping[str, str]) -> str:
    """As `(currency: EUR)`; what is only for programs is left out."""
    shown = (
        f"{name.rpartition(':')[2]}: {value.strip()}"
        for name, value in attributes.items()
        if value.strip() and not name.startswith(("xmlns", "xml:", "xsi:"))
    )
    joined = ", ".join(shown)
    return f"({joined})" if joined else ""
