"""Plain text: decoded and cleaned, nothing else."""

import os
from collections.abc import Iterator
from typing import BinaryIO, Final

from clonememoria.knowledge.parsers.document import ParsedDocument, clean
from clonememoria.knowledge.parsers.encoding import decode
from clonememoria.knowledge.parsers.long_text import read_blocks

# Longer ones are cut block by block, which costs the overlap between two blocks.
LONG_TEXT_BYTES: Final = 8_000_000


def parts(file: BinaryIO) -> Iterator[ParsedDocument]:
    if file.seek(0, os.SEEK_END) > LONG_TEXT_BYTES:
        yield from (ParsedDocument(title=None, text=block) for block in read_blocks(file))
        return
    file.seek(0)
    yield ParsedDocument(title=None, text=clean(decode(file.read())))
