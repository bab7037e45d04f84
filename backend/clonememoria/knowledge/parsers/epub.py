"""E-books: chapters in the order of the spine, each under a heading; protected ones say so."""

import posixpath
import re
from collections.abc import Iterator
from xml.etree import ElementTree as ET

from clonememoria.core.errors import DocumentCorrupt, DocumentEncrypted, DocumentHasNoText
from clonememoria.knowledge import parsers
from clonememoria.knowledge.parsers.document import ParsedDocument, clean
from clonememoria.knowledge.parsers.encoding import decode
from clonememoria.knowledge.parsers.parts import Parts, attribute, corrupt, local, resolve
from clonememoria.knowledge.parsers.titles import sensible_title
from clonememoria.knowledge.parsers.xhtml import blocks, parse_xhtml

_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
# Fonts are often scrambled by these, in books that are open to all.
_FONT_SCRAMBLING = {"http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC"}
_NCX = "application/x-dtbncx+xml"
_DECLARATION = re.compile(r"\s*<\?xml[^<>]*\?>")


def parse(data: bytes) -> ParsedDocument:
    parts = Parts(data)
    _refuse_protected(parts)
    book = _Book(parts)
    titles = dict(book.titles())
    chapters: list[str] = []
    damaged: list[str] = []
    for name in book.chapters():
        try:
            chapters.append(_chapter(parts, name, titles.get(name)))
        except DocumentCorrupt:
            damaged.append(titles.get(name) or posixpath.basename(name))
    if damaged and not any(chapters):
        raise corrupt()
    return ParsedDocument(
        title=sensible_title(book.title),
        text=clean("\n\n".join(filter(None, chapters))).strip(),
        is_markdown=True,
        warnings=(f"Damaged and left out: {', '.join(damaged[:10])}.",) if damaged else (),
    )


def _refuse_protected(parts: Parts) -> None:
    if _ENCRYPTION not in parts:
        return
    methods = parts.xml(_ENCRYPTION).iterfind(".//{*}EncryptedData/{*}EncryptionMethod")
    if {attribute(method, "Algorithm") for method in methods} - _FONT_SCRAMBLING:
        raise DocumentEncrypted(
            "This book is protected against copying (DRM); upload a copy without the protection."
        )


def _chapter(parts: Parts, name: str, title: str | None) -> str:
    """Under the name that the table of contents gives it, where it has no heading of its own."""
    data = parts.read(name)
    try:
        root = parse_xhtml(_DECLARATION.sub("", decode(data), count=1))
        text = "\n\n".join(blocks(root))
    # The reader of web pages takes what is damaged, or nested thousands deep, too.
    except (ET.ParseError, RecursionError):
        text = _text_of_page(data)
    has_heading = text.startswith("#") or "\n#" in text
    return f"## {title}\n\n{text}" if title and text and not has_heading else text


def _text_of_page(data: bytes) -> str:
    try:
        return parsers.parse("html", data).text
    except DocumentHasNoText:
        return ""


class _Book:
    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        rootfile = parts.xml(_CONTAINER).find(".//{*}rootfile") if _CONTAINER in parts else None
        path = "" if rootfile is None else resolve("", attribute(rootfile, "full-path"))
        package = parts.xml(path)
        self.title = package.findtext("{*}metadata/{*}title")
        self._spine = package.findall("{*}spine/{*}itemref")
        folder = posixpath.dirname(path)
        self._items = {
            item.get("id", ""): (resolve(folder, item.get("href", "")), item)
            for item in package.iterfind("{*}manifest/{*}item")
        }

    def chapters(self) -> Iterator[str]:
        """In reading order; what is beside it (`linear="no"`), such as notes, comes last."""
        for wanted in ("yes", "no"):
            for reference in self._spine:
                name, item = self._items.get(reference.get("idref", ""), ("", None))
                is_text = item is not None and "html" in item.get("media-type", "")
                is_contents = item is not None and "nav" in item.get("properties", "").split()
                if is_text and not is_contents and reference.get("linear", "yes") == wanted:
                    yield name

    def titles(self) -> Iterator[tuple[str, str]]:
        """Part and title of each chapter, as EPUB 3 (nav) or EPUB 2 (NCX) lists them."""
        for name, item in self._items.values():
            is_nav = "nav" in item.get("properties", "").split()
            if is_nav or item.get("media-type") == _NCX:
                try:
                    contents = parse_xhtml(decode(self._parts.read(name)))
                except (ET.ParseError, DocumentCorrupt):
                    continue
                yield from _entries(contents, posixpath.dirname(name))


def _entries(contents: ET.Element, folder: str) -> Iterator[tuple[str, str]]:
    """In reverse, so that in a `dict` the first entry of a part is the one that stays."""
    found = []
    for element in contents.iter():
        if local(element) == "a":
            found.append((element.get("href", ""), "".join(element.itertext())))
        elif local(element) == "navPoint":
            content = element.find("{*}content")
            target = "" if content is None else content.get("src", "")
            found.append((target, element.findtext("{*}navLabel/{*}text") or ""))
    for target, title in reversed(found):
        if title.strip():
            yield resolve(folder, target), " ".join(title.split())
