"""The raw event stream of any vendor: its data lines and their JSON, from bytes cut anywhere."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from typing import Final, Generic, TypeVar

import httpx2
import msgspec

from clonememoria.core.errors import ProviderMalformed
from clonememoria.providers.http import decoded, sendable

# A single token is never so long; whoever sends one is cut off here instead of held in memory.
MAX_LINE_BYTES: Final = 1_000_000
_DATA: Final = b"data:"

# How long the end of the body may take after the end of the answer; then the connection is closed
# instead of reused.
_TAIL_S: Final = 0.1

T = TypeVar("T")


class DataLines:
    """Cuts a stream into the data of its events. One event's data is one line, for every vendor."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield what follows `data:`, line by line; raise ProviderMalformed at an endless one."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > MAX_LINE_BYTES:
            raise ProviderMalformed
        for line in lines:
            # Comments, event names and blank lines say nothing that the data does not.
            if line.startswith(_DATA):
                yield line[len(_DATA) :].strip()


class EventDecoder(Generic[T]):
    """JSON into a struct. The SDKs' own objects cost 40 times the CPU for each token."""

    def __init__(self, kind: type[T]) -> None:
        self._decoder = msgspec.json.Decoder(kind)

    def decode(self, event: bytes) -> T:
        """Raise ProviderMalformed."""
        try:
            return self._decoder.decode(event)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return self._decode_leniently(event)

    def _decode_leniently(self, event: bytes) -> T:
        """Half of a surrogate pair is no text, and would kill every stream it passes through."""
        try:
            whole = json.dumps(json.loads(event), ensure_ascii=False)
        except (ValueError, RecursionError):
            raise ProviderMalformed from None
        return decoded(sendable(whole), self._decoder)


async def read_tail(chunks: AsyncIterator[bytes]) -> None:
    """Until the body ends, or breaks off: the answer in it is over, and whole."""
    with suppress(TimeoutError, httpx2.TransportError):
        async with asyncio.timeout(_TAIL_S):
            async for _ in chunks:
                pass
