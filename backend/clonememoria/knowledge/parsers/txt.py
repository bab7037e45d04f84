"""Plain text: decoded and cleaned, nothing else."""

from clonememoria.knowledge.parsers.document import ParsedDocument, clean
from clonememoria.knowledge.parsers.encoding import decode


def parse(data: bytes) -> ParsedDocument:
    return ParsedDocument(title=None, text=clean(decode(data)))
