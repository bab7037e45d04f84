"""Plain text too long to be held: decoded and cleaned block by block, cut where lines end."""

import codecs
from collections.abc import Iterator
from typing import BinaryIO, Final

from clonememoria.knowledge.parsers.document import clean
from clonememoria.knowledge.parsers.encoding import GUESS_SAMPLE_BYTES, encoding_of

BLOCK_BYTES: Final = 1 << 20
# A line longer than this is cut where a word ends.
MAX_LINE_CHARS: Final = 2 * BLOCK_BYTES


def read_blocks(file: BinaryIO) -> Iterator[str]:
    """Clean text in order; the blocks joined are the whole text."""
    decoder = codecs.getincrementaldecoder(_encoding(file))("replace")
    file.seek(0)
    rest = ""
    while data := file.read(BLOCK_BYTES):
        rest += decoder.decode(data)
        end = _end_of_block(rest)
        yield clean(rest[:end])
        rest = rest[end:]
    yield clean(rest + decoder.decode(b"", final=True))


def _end_of_block(text: str) -> int:
    """After the last line; 0 where it may still end."""
    end = text.rfind("\n") + 1
    if not end and len(text) > MAX_LINE_CHARS:
        return text.rfind(" ") + 1 or len(text)
    return end


def _encoding(file: BinaryIO) -> str:
    """As its beginning tells, unless what follows is not of that."""
    file.seek(0)
    encoding = encoding_of(file.read(GUESS_SAMPLE_BYTES))
    if codecs.lookup(encoding).name != "utf-8":
        return encoding
    file.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)()
    while data := file.read(BLOCK_BYTES):
        try:
            decoder.decode(data)
        except UnicodeDecodeError:
            return encoding_of(data)
    return encoding
