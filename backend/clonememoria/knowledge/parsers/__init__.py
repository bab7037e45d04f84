"""One module per format: a file in, text with pages out; pure, and run in a child process.

A module has `parse(data)`, or `parts(file)` where a document can be worked on while it is read.
"""

import io
from collections.abc import Iterator
from importlib import import_module
from typing import BinaryIO, Protocol, cast

from clonememoria.core.errors import DocumentCorrupt, DocumentHasNoText
from clonememoria.knowledge.parsers.document import ParsedDocument, join_parts


class Whole(Protocol):
    def parse(self, data: bytes) -> ParsedDocument: ...


class InParts(Protocol):
    def parts(self, file: BinaryIO) -> Iterator[ParsedDocument]: ...


def parse(kind: str, data: bytes) -> ParsedDocument:
    return join_parts(read(kind, io.BytesIO(data)))


def read(kind: str, file: BinaryIO) -> Iterator[ParsedDocument]:
    """Their texts joined are the document's; raise DocumentUnreadable.

    `kind` is the name of a module here, loaded now: some cost 0.3 s to import.
    """
    module = import_module(f"{__name__}.{kind}")
    file.seek(0)
    has_text = False
    try:
        for part in _parts(module, file):
            has_text = has_text or bool(part.text.strip())
            yield part
    except RecursionError as error:
        raise DocumentCorrupt("This document is nested too deeply to be read.") from error
    if not has_text:
        raise DocumentHasNoText("This document has no text in it.")


def _parts(module: object, file: BinaryIO) -> Iterator[ParsedDocument]:
    if hasattr(module, "parts"):
        yield from cast(InParts, module).parts(file)
    else:
        yield cast(Whole, module).parse(file.read())
