"""Writing files of unknown size, and leaving the last of the disk to those who are there already.

Mostly the database is on it too, and stops where it has no room.
"""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

from clonememoria.core.errors import DiskFull

RESERVE_BYTES: Final = 64 * 1024 * 1024
NO_SPACE: Final = (errno.ENOSPC, errno.EDQUOT)


def append(file: BinaryIO, data: bytes) -> None:
    """Raise DiskFull."""
    check_room(file.fileno(), len(data))
    with full_disk_in_words():
        file.write(data)
        file.flush()


def check_room(place: Path | int, size: int) -> None:
    """Raise DiskFull; `place` is a folder, or the descriptor of a file."""
    system = os.statvfs(place)
    if system.f_bavail * system.f_frsize < RESERVE_BYTES + size:
        raise DiskFull


@contextmanager
def full_disk_in_words() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in NO_SPACE:
            raise DiskFull from error
        raise
