"""The parts of a packed document (Office, OpenDocument, EPUB): read with limits, never to disk."""

import io
import posixpath
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO
from urllib.parse import unquote
from xml.etree import ElementTree as ET

from msgspec import Struct

from clonememoria.core.errors import DocumentCorrupt
from clonememoria.knowledge.parsers.archive import open_archive, refuse_bomb

# What the ways of packing raise where bytes are missing or wrong.
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OSError)


class Relation(Struct, frozen=True):
    """`kind` is the last word of its type, the same in all editions of the standard."""

    kind: str
    target: str


class Parts:
    def __init__(self, data: bytes) -> None:
        try:
            self._archive = open_archive(io.BytesIO(data))
        except zipfile.BadZipFile as error:
            raise corrupt() from error
        refuse_bomb(self._archive, len(data))
        # Some programs write names in another case, or with "/" before them.
        self._names = {_key(name): name for name in self._archive.namelist()}

    def __contains__(self, name: str) -> bool:
        return _key(name) in self._names

    def open(self, name: str) -> IO[bytes]:
        """Raise DocumentCorrupt where it is missing; reading it may raise any of `_DAMAGED`."""
        try:
            return self._archive.open(self._names[_key(name)])
        except (*_DAMAGED, KeyError) as error:
            raise corrupt() from error

    def read(self, name: str) -> bytes:
        try:
            with self.open(name) as part:
                return part.read()
        except _DAMAGED as error:
            raise corrupt() from error

    def xml(self, name: str) -> ET.Element:
        try:
            # Entities that multiply end it.
            return ET.fromstring(self.read(name))  # noqa: S314  # expat fetches nothing
        except (ET.ParseError, ValueError, LookupError) as error:
            raise corrupt() from error

    def elements(self, name: str, *tags: str) -> Iterator[ET.Element]:
        """Yield each whole element of these local names; it is emptied afterwards."""
        ends = tuple(f"}}{tag}" for tag in tags)
        try:
            with self.open(name) as part:
                for _, element in ET.iterparse(part):  # noqa: S314  # as above
                    if element.tag.endswith(ends):
                        yield element
                        element.clear()
        except (ET.ParseError, LookupError, *_DAMAGED) as error:
            raise corrupt() from error

    def relations(self, name: str = "") -> dict[str, Relation]:
        """What a part refers to, by id; parts outside of the document are left out."""
        folder, base = posixpath.split(name)
        rels = posixpath.join(folder, "_rels", f"{base}.rels")
        if rels not in self:
            return {}
        return {
            element.get("Id", ""): Relation(
                posixpath.basename(element.get("Type", "")),
                resolve(folder, element.get("Target", "")),
            )
            for element in self.xml(rels)
            if element.get("TargetMode") != "External"
        }

    def related(self, name: str, kind: str) -> list[str]:
        """Names of the parts that it has of a kind, as far as they are there."""
        return [
            relation.target
            for relation in self.relations(name).values()
            if relation.kind == kind and relation.target in self
        ]

    def title(self) -> str | None:
        """As Office documents store it."""
        for name in self.related("", "core-properties"):
            try:
                return self.xml(name).findtext("{*}title")
            except DocumentCorrupt:
                return None
        return None


def local(element: ET.Element) -> str:
    """Its name without the namespace: strict and transitional OOXML differ in that alone."""
    return element.tag.rpartition("}")[2]


def attribute(element: ET.Element, name: str) -> str:
    """Of any namespace; empty where it is missing."""
    found = (value for key, value in element.items() if key.rpartition("}")[2] == name)
    return next(found, "")


def resolve(folder: str, target: str) -> str:
    path = unquote(target.partition("#")[0])
    return posixpath.normpath(posixpath.join("/", folder, path)).lstrip("/")


def corrupt() -> DocumentCorrupt:
    return DocumentCorrupt(
        "This document is damaged and cannot be read; save it again and upload the copy."
    )


def _key(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").lower()
