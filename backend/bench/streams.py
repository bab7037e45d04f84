"""A reader of token streams on raw sockets, so that what is timed is the server."""

import asyncio
import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from bench.processes import Served

# A token that is not empty, in our events and in OpenAI's chunks.
TOKEN: Final = re.compile(rb'"(?:token|content)":\s?"(?!")')
HEAD_END: Final = b"\r\n\r\n"
BODY_END: Final = b"0\r\n\r\n"
READ_BYTES: Final = 65_536


@dataclass(frozen=True, slots=True)
class Streamed:
    first_token_s: float
    tokens: int


@dataclass(frozen=True, slots=True)
class Source:
    """Where to ask, and what: one server's way of streaming an answer."""

    server: Served
    path: str
    body: Mapping[str, object]
    token: str = ""

    def request(self) -> bytes:
        body = json.dumps(self.body).encode()
        authorization = f"Authorization: Bearer {self.token}\r\n" if self.token else ""
        head = (
            f"POST {self.path} HTTP/1.1\r\nHost: {self.server.host}\r\n{authorization}"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body


class StreamReader:
    """One kept connection to one source."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._connection: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def read(self) -> Streamed:
        reader, writer = await self._connect()
        asked_at = time.perf_counter()
        writer.write(self._source.request())
        head = await reader.readuntil(HEAD_END)
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(f"{self._source.path} answered {head[:60]!r}")
        answer = bytearray()
        while not TOKEN.search(answer):
            answer += await _some(reader)
        first_token_s = time.perf_counter() - asked_at
        while not answer.endswith(BODY_END):
            answer += await _some(reader)
        return Streamed(first_token_s, len(TOKEN.findall(answer)))

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._connection is None:
            server = self._source.server
            self._connection = await asyncio.open_connection(server.host, server.port)
        return self._connection

    def close(self) -> None:
        if self._connection:
            self._connection[1].close()


async def _some(reader: asyncio.StreamReader) -> bytes:
    data = await reader.read(READ_BYTES)
    if not data:
        raise RuntimeError("a stream broke off")
    return data
