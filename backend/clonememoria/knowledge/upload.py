"""Reads what is uploaded from the wire, limited while it streams; stores nothing."""

import asyncio
import hashlib
import os
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from pathlib import Path
from typing import BinaryIO, Final, cast

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect

from clonememoria.core.config import Settings
from clonememoria.core.disk import check_room, full_disk_in_words
from clonememoria.core.errors import InvalidInput, TooLarge

BROKE_OFF: Final = "it broke off; send it again"
MAX_FILES: Final = 100
# Nothing of them is read.
MAX_FIELDS: Final = 20
MAX_FIELD_BYTES: Final = 4096
# Of a whole request, as a multiple of what one file may have.
MAX_REQUEST_FILES: Final = 10
# For boundaries and headers of the parts.
FRAMING_BYTES: Final = 512 * 1024
# Of a file; what is larger is on disk.
IN_MEMORY_BYTES: Final = 64 * 1024
LARGE_BYTES: Final = 1024 * 1024
# Of large files: each takes a connection and several MB for as long as it is written.
MAX_STORED_AT_ONCE: Final = 4


class Intake:
    """What all uploads of a process share: how large they may be, where they wait, and for what."""

    def __init__(self, settings: Settings) -> None:
        self.max_file_bytes = settings.max_upload_mb * 1024 * 1024
        self.folder = spool_folder(settings.data_dir)
        self._turns = asyncio.Semaphore(MAX_STORED_AT_ONCE)

    def turn(self, size_bytes: int) -> AbstractAsyncContextManager[None]:
        """Enter it to store a file; what is small need not wait for what is large."""
        return self._turns if size_bytes > LARGE_BYTES else nullcontext()


class ReceivedFile(UploadFile):
    """Hashed on the way. What is on disk has no name there, and is gone when it is closed.

    `is_too_large`: it went over the limit, and the rest of it was dropped.
    """

    def __init__(self, name: str, *, folder: Path) -> None:
        spool = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY_BYTES, dir=str(folder))  # noqa: SIM115 - `close` closes it
        super().__init__(cast(BinaryIO, spool), filename=name)
        self.name = name
        self.size_bytes = 0
        self.is_too_large = False
        self._folder = folder
        self._hash = hashlib.sha256()

    @property
    def content_hash(self) -> str:
        return self._hash.hexdigest()

    async def write(self, data: bytes) -> None:
        self.size_bytes += len(data)
        await run_in_threadpool(self._write, data)

    def _write(self, data: bytes) -> None:
        self._hash.update(data)
        on_disk = self.size_bytes > IN_MEMORY_BYTES
        if on_disk:
            check_room(self._folder, len(data))
        with full_disk_in_words():
            self.file.write(data)


class _LimitedParser(MultiPartParser):
    """Refuses a file as soon as it is too large, not when all of it has arrived."""

    def __init__(self, request: Request, intake: Intake) -> None:
        max_bytes = MAX_REQUEST_FILES * intake.max_file_bytes + FRAMING_BYTES
        super().__init__(
            request.headers,
            self._whole(limited_stream(request, max_bytes)),
            max_files=MAX_FILES,
            max_fields=MAX_FIELDS,
            max_part_size=MAX_FIELD_BYTES,
        )
        self.files: list[ReceivedFile] = []
        self._is_complete = False
        self._max_file_bytes = intake.max_file_bytes
        self._folder = intake.folder
        self._part_bytes = 0

    async def _whole(self, stream: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
        """Raise what makes the parser close its files when the last boundary does not come."""
        try:
            async for data in stream:
                yield data
        except ClientDisconnect as error:
            raise MultiPartException(BROKE_OFF) from error
        if not self._is_complete:
            raise MultiPartException(BROKE_OFF)

    def on_end(self) -> None:
        self._is_complete = True

    def on_part_begin(self) -> None:
        super().on_part_begin()
        self._part_bytes = 0

    def on_headers_finished(self) -> None:
        super().on_headers_finished()
        if upload := self._current_part.file:
            upload.file.close()
            file = ReceivedFile(upload.filename or "", folder=self._folder)
            self._current_part.file = file
            self.files.append(file)

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        self._part_bytes += end - start
        if self._current_part.file is None or self._part_bytes <= self._max_file_bytes:
            super().on_part_data(data, start, end)
        elif not self.items:
            # Nothing else has arrived that would be lost.
            raise file_too_large(self._max_file_bytes)
        else:
            self.files[-1].is_too_large = True


@asynccontextmanager
async def received_files(request: Request, intake: Intake) -> AsyncIterator[list[ReceivedFile]]:
    """Yield the files of a multipart body, one or more; they are gone afterwards."""
    if not is_form(request):
        raise InvalidInput("Send the files as multipart/form-data")
    parser = _LimitedParser(request, intake)
    try:
        await parser.parse()
        if not parser.files:
            raise InvalidInput("Choose at least one file", field=("body", "files"))
        yield parser.files
    except MultiPartException as error:
        raise InvalidInput(f"The upload cannot be read: {error.message}") from error
    finally:
        for file in parser.files:
            await file.close()


def is_form(request: Request) -> bool:
    return request.headers.get("content-type", "").startswith("multipart/form-data")


async def limited_stream(request: Request, max_bytes: int) -> AsyncGenerator[bytes, None]:
    received = 0
    async for data in request.stream():
        received += len(data)
        if received > max_bytes:
            raise TooLarge("This is too large for one request; send less at a time")
        yield data


def file_too_large(max_bytes: int) -> TooLarge:
    return TooLarge(f"This file is larger than {max_bytes >> 20} MB, which is the limit")


def spool_folder(data_dir: Path) -> Path:
    """Not that of the system for choice: there, files often are in memory."""
    return data_dir if os.access(data_dir, os.W_OK) else Path(tempfile.gettempdir())
