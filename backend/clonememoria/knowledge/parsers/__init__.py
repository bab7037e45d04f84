"""One module per format: bytes in, text with pages out; pure, and run in a child process."""

from collections.abc import Callable
from importlib import import_module
from typing import cast

from clonememoria.core.errors import DocumentCorrupt, DocumentHasNoText
from clonememoria.knowledge.parsers.document import ParsedDocument


def parse(kind: str, data: bytes) -> ParsedDocument:
    """`kind` is the name of a module here, loaded now: some cost 0.3 s to import."""
    module = import_module(f"{__name__}.{kind}")
    parser = cast("Callable[[bytes], ParsedDocument]", module.parse)
    try:
        document = parser(data)
    except RecursionError as error:
        raise DocumentCorrupt("This document is nested too deeply to be read.") from error
    if not document.text.strip():
        raise DocumentHasNoText("This document has no text in it.")
    return document
