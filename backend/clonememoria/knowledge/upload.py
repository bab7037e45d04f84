"""Reads what is uploaded from the wire, limited while it streams; stores nothing."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect

from clonememoria.core.errors import InvalidInput, TooLarge

BROKE_OFF: Final = "it broke off; send it again"
MAX_FILES: Final = 100
MAX_FIELDS: Final = 20
# Of a whole request, as a multiple of what one file may have.
MAX_REQUEST_FILES: Final = 10
# For boundaries and headers of the parts.
FRAMING_BYTES: Final = 512 * 1024


@dataclass(frozen=True, slots=True)
class ReceivedFile:
    """`is_too_large`: it went over the limit, and the rest of it was dropped."""

    name: str
    upload: UploadFile
    is_too_large: bool

    async def read(self) -> bytes:
        await self.upload.seek(0)
        return await self.upload.read()


class _LimitedParser(MultiPartParser):
    """Refuses a file as soon as it is too large, not when all of it has arrived."""

    def __init__(
        self, request: Request, stream: AsyncGenerator[bytes, None], *, max_file_bytes: int
    ) -> None:
        whole = self._whole(stream)
        super().__init__(request.headers, whole, max_files=MAX_FILES, max_fields=MAX_FIELDS)
        self.too_large: set[UploadFile] = set()
        self.is_complete = False
        self._max_file_bytes = max_file_bytes
        self._part_bytes = 0

    async def _whole(self, stream: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
        """Raise what makes the parser close its files when the last boundary does not come."""
        try:
            async for data in stream:
                yield data
        except ClientDisconnect as error:
            raise MultiPartException(BROKE_OFF) from error
        if not self.is_complete:
            raise MultiPartException(BROKE_OFF)

    def on_end(self) -> None:
        self.is_complete = True

    def on_part_begin(self) -> None:
        super().on_part_begin()
        self._part_bytes = 0

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        self._part_bytes += end - start
        file = self._current_part.file
        if file is None or self._part_bytes <= self._max_file_bytes:
            super().on_part_data(data, start, end)
        elif not self.items:
            # Nothing else has arrived that would be lost.
            raise file_too_large(self._max_file_bytes)
        else:
            self.too_large.add(file)


@asynccontextmanager
async def received_files(
    request: Request, *, max_file_bytes: int
) -> AsyncIterator[list[ReceivedFile]]:
    """Yield the files of a multipart body, one or more; they are gone afterwards."""
    if not is_form(request):
        raise InvalidInput("Send the files as multipart/form-data")
    max_bytes = MAX_REQUEST_FILES * max_file_bytes + FRAMING_BYTES
    stream = limited_stream(request, max_bytes)
    parser = _LimitedParser(request, stream, max_file_bytes=max_file_bytes)
    try:
        form = await parser.parse()
    except MultiPartException as error:
        raise InvalidInput(f"The upload cannot be read: {error.message}") from error
    try:
        uploads = [item for _, item in form.multi_items() if isinstance(item, UploadFile)]
        if not uploads:
            raise InvalidInput("Choose at least one file", field=("body", "files"))
        yield [ReceivedFile(u.filename or "", u, u in parser.too_large) for u in uploads]
    finally:
        await form.close()


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
