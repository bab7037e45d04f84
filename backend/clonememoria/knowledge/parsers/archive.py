"""ZIP containers, opened only where what they unpack to is known to be harmless."""

import io
import re
import struct
import zipfile
from typing import BinaryIO

from clonememoria.core.errors import DocumentEncrypted, DocumentTooLarge

MAX_ENTRIES = 2_000
MAX_UNPACKED_BYTES = 200_000_000
MAX_RATIO = 100
# Small files of repeated markup pack far better than 100:1 and are harmless.
RATIO_FREE_BYTES = 20_000_000

# The list of entries is read whole by whoever opens an archive, whatever number it states.
_MAX_DIRECTORY_BYTES = 1_000 * MAX_ENTRIES
# Number of entries and size of their list, in the record of 32 and in that of 64 bits.
_END_RECORDS = (
    re.compile(rb"PK\x05\x06.{6}(..)(....)", re.DOTALL),
    re.compile(rb"PK\x06\x06.{28}(.{8})(.{8})", re.DOTALL),
)
# The records and the longest comment that may stand behind them.
_TAIL_BYTES = 56 + 20 + 22 + 0xFFFF
_IS_ENCRYPTED = 1


def open_archive(file: BinaryIO) -> zipfile.ZipFile:
    """Raise BadZipFile for what is damaged, DocumentTooLarge for what is built to overwhelm."""
    _refuse_long_directory(file)
    try:
        archive = zipfile.ZipFile(file)
    # What zipfile raises for versions, offsets and names that it cannot make sense of.
    except (NotImplementedError, ValueError, OSError, struct.error) as error:
        raise zipfile.BadZipFile(str(error)) from error
    if any(entry.flag_bits & _IS_ENCRYPTED for entry in archive.infolist()):
        raise DocumentEncrypted
    return archive


def refuse_bomb(archive: zipfile.ZipFile, packed_bytes: int) -> None:
    """Judge by the sizes that the archive declares; more than these is never unpacked."""
    unpacked = sum(entry.file_size for entry in archive.infolist())
    is_dense = unpacked > RATIO_FREE_BYTES and unpacked > MAX_RATIO * packed_bytes
    if unpacked > MAX_UNPACKED_BYTES or is_dense:
        raise DocumentTooLarge(
            f"This document unpacks to {unpacked / 1e6:,.0f} MB, which is more than is accepted; "
            "split it into smaller ones."
        )


def _refuse_long_directory(file: BinaryIO) -> None:
    tail_bytes = min(file.seek(0, io.SEEK_END), _TAIL_BYTES)
    file.seek(-tail_bytes, io.SEEK_END)
    tail = file.read(tail_bytes)
    for end_record in _END_RECORDS:
        for found in end_record.finditer(tail):
            count, size_bytes = (int.from_bytes(number, "little") for number in found.groups())
            if count > MAX_ENTRIES or size_bytes > _MAX_DIRECTORY_BYTES:
                raise DocumentTooLarge(
                    f"This file is packed from more than {MAX_ENTRIES:,} parts, "
                    "which is not accepted."
                )
