"""Word documents, text boxes and strict OOXML included."""

from clonememoria.knowledge.parsers.document import ParsedDocument
from clonememoria.knowledge.parsers.office import parse_office

MIME_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def parse(data: bytes) -> ParsedDocument:
    return parse_office(data, MIME_TYPE)
