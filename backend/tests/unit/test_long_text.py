"""A text too long to be held is read block by block, and yields what the whole would."""

import io
from itertools import pairwise
from tempfile import TemporaryFile

import pytest

from clonememoria.core.errors import DocumentHasNoText
from clonememoria.knowledge import parsers
from clonememoria.knowledge.parsers.long_text import BLOCK_BYTES, read_blocks
from clonememoria.knowledge.parsers.txt import LONG_TEXT_BYTES
from clonememoria.knowledge.readout import Batch, Frame, Reading, TextPart, read

LINE = "Grüße aus der Straße: die Rückgabe ist für Käufer kostenlos.\r\n"
LONG = LINE * (2 * BLOCK_BYTES // len(LINE))


@pytest.mark.parametrize(
    "data",
    [
        LONG.encode(),
        LONG.encode("utf-8-sig"),
        LONG.encode("utf-16"),
        LONG.encode("cp1252"),
        # Nothing before the last block tells that this is not UTF-8.
        b"A plain line.\n" * (BLOCK_BYTES // 10) + LINE.encode("cp1252") * 50,
        # One line; a cut may not fall into a character, nor between a letter and its accent.
        ("e\u0301" * 40 + " ").encode() * (3 * BLOCK_BYTES // 120),
        "退款将在书面通知后十四天内支付。".encode("gb18030") * (2 * BLOCK_BYTES // 32),
    ],
    ids=["utf-8", "bom", "utf-16", "cp1252", "late", "one line", "gb18030"],
)
def test_blocks_are_the_whole_text(data: bytes) -> None:
    blocks = list(read_blocks(io.BytesIO(data)))
    assert "".join(blocks) == parsers.parse("txt", data).text
    assert len(blocks) > 1


def _frames(data: bytes) -> list[Frame]:
    with TemporaryFile() as file:
        file.write(data)
        file.flush()
        return list(read(file, kind="txt", title="Book"))


def test_chunks_of_a_long_text_are_exact_and_in_order() -> None:
    frames = _frames(
        LINE.encode() * (LONG_TEXT_BYTES // len(LINE)) + b"The last words of it.\n" * 9
    )
    text = "".join(frame.text for frame in frames if isinstance(frame, TextPart))
    batches = [frame for frame in frames if isinstance(frame, Batch)]
    spans = [span for b in batches for span in zip(b.char_starts, b.char_ends, strict=True)]
    contents = [content for batch in batches for content in batch.contents]
    assert [text[start:end] for start, end in spans] == contents
    assert all(left < right for left, right in pairwise(spans))
    assert text.rstrip().endswith(contents[-1][-20:])
    assert [b.first_index for b in batches[:2]] == [0, len(batches[0].contents)]
    assert isinstance(frames[-1], Reading)
    assert frames[-1].chunk_count == len(contents)


def test_a_long_text_of_white_space_has_no_text() -> None:
    with pytest.raises(DocumentHasNoText):
        _frames(b" \n" * (LONG_TEXT_BYTES // 2 + 10))
