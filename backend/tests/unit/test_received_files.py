"""Files on their way in: hashed, on disk without a name, refused where there is no room."""

import hashlib
import sys
from pathlib import Path

import pytest

from clonememoria.core.disk import append
from clonememoria.core.errors import DiskFull
from clonememoria.knowledge.documents import pasted
from clonememoria.knowledge.parsers.document import clean
from clonememoria.knowledge.upload import IN_MEMORY_BYTES, ReceivedFile

PIECES = [b"The clinic opens at eight.", b"x" * IN_MEMORY_BYTES, b"It closes at six."]


async def test_a_file_is_hashed_on_its_way_to_a_disk_that_shows_nothing_of_it(
    tmp_path: Path,
) -> None:
    file = ReceivedFile("hours.txt", folder=tmp_path)
    for piece in PIECES:
        await file.write(piece)
    await file.seek(0)
    whole = b"".join(PIECES)
    assert (file.size_bytes, file.file.read()) == (len(whole), whole)
    assert file.content_hash == hashlib.sha256(whole).hexdigest()
    assert list(tmp_path.iterdir()) == []
    await file.close()


@pytest.mark.skipif(sys.platform != "linux", reason="looks for a file system without space")
async def test_a_file_is_refused_where_the_disk_is_full() -> None:
    file = ReceivedFile("large.txt", folder=Path("/proc"))
    await file.write(PIECES[0])
    with pytest.raises(DiskFull):
        await file.write(PIECES[1])
    await file.close()


@pytest.mark.skipif(sys.platform != "linux", reason="looks for a disk without space")
def test_what_is_copied_from_the_database_says_when_the_disk_is_full() -> None:
    with Path("/dev/full").open("wb", buffering=0) as file, pytest.raises(DiskFull):
        append(file, b"x")


@pytest.mark.parametrize(
    "content",
    [
        "Opens at eight.\r\nA\u0308rzte come at nine. " * 60_000,
        "\u958b\u3044\u3066\u3044\u308b\u3002" * 400_000,
        "x" * 2_000_001,
        "",
    ],
    ids=["words", "no gaps", "one word", "nothing"],
)
async def test_a_long_text_is_cleaned_in_pieces_as_if_in_one(content: str) -> None:
    source = await pasted(content)
    assert source.file.read().decode() == clean(content)
