"""A server that answers every request with the bytes it is given, be they HTTP or not."""

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

_KEY = re.compile(rb"(?i)^(?:authorization: bearer|x-api-key:) *(\S+)", re.MULTILINE)


@dataclass
class RawServer:
    """`answers` are told in turn, the last one again and again; then the connection is closed.

    Where it `hangs` it is left open instead.
    `<key>` in an answer becomes the key that the request came with.
    """

    url: str
    answers: Sequence[bytes] = (b"",)
    hangs: bool = False
    requests: int = 0
    keys: set[bytes] = field(default_factory=set)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._answer(reader, writer)
            if self.hangs:
                await reader.read()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
        await reader.readexactly(int(length or b"0"))
        key = _KEY.search(head)
        self.keys.add(key[1] if key else b"")
        answer = self.answers[min(self.requests, len(self.answers) - 1)]
        writer.write(answer.replace(b"<key>", key[1] if key else b""))
        self.requests += 1
        await writer.drain()


@asynccontextmanager
async def running() -> AsyncIterator[RawServer]:
    raw = RawServer("")
    server = await asyncio.start_server(raw.serve, "127.0.0.1", 0)
    raw.url = "http://127.0.0.1:{1}".format(*server.sockets[0].getsockname())
    try:
        yield raw
    finally:
        server.close()


def http(status: int, body: bytes = b"", *headers: str, length: int | None = None) -> bytes:
    """A whole answer; one of another `length` than it says breaks off."""
    lines = [f"HTTP/1.1 {status} So", f"content-length: {length or len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body
