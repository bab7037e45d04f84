"""Markdown: kept as written, front matter included; the title is found in it."""

import re

from clonememoria.knowledge.headings import FRONT_MATTER, find_headings
from clonememoria.knowledge.parsers.document import ParsedDocument, clean, clean_title
from clonememoria.knowledge.parsers.encoding import decode

_TITLE_FIELD = re.compile(r"^title:[ \t]*(?P<title>.+)$", re.MULTILINE | re.IGNORECASE)


def parse(data: bytes) -> ParsedDocument:
    text = clean(decode(data))
    return ParsedDocument(title=clean_title(_title(text)), text=text, is_markdown=True)


def _title(text: str) -> str | None:
    front_matter = FRONT_MATTER.match(text)
    if front_matter and (field := _TITLE_FIELD.search(front_matter["fields"] or "")):
        return field["title"].strip().strip("\"'")
    return next((heading.title for heading in find_headings(text)), None)
