"""The bare relay: raw ASGI and raw sockets, every byte of the upstream's answer passed on as it is.

`python -m bench.relay HOST PORT` passes all requests on to that upstream.
"""

import asyncio
import socket
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import uvicorn
from starlette.types import Receive, Scope, Send

HEAD_END = b"\r\n\r\n"


@dataclass
class Relay:
    host: str
    port: int
    _idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await _whole(receive)
        headers = [(b"content-type", b"text/event-stream"), (b"cache-control", b"no-cache")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        async for chunk in self._answer(scope["path"], body):
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    async def _answer(self, path: str, body: bytes) -> AsyncIterator[bytes]:
        connection = self._idle.pop() if self._idle else await self._connect()
        reader, writer = connection
        head = (
            f"POST {path} HTTP/1.1\r\nhost: {self.host}\r\ncontent-type: application/json\r\n"
            f"content-length: {len(body)}\r\n\r\n"
        )
        writer.write(head.encode() + body)
        await reader.readuntil(HEAD_END)
        while size := int(await reader.readline(), 16):
            yield (await reader.readexactly(size + 2))[:-2]
        await reader.readline()
        self._idle.append(connection)

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection(self.host, self.port)


async def _whole(receive: Receive) -> bytes:
    parts = []
    is_more = True
    while is_more:
        message = await receive()
        parts.append(message["body"])
        is_more = message.get("more_body", False)
    return b"".join(parts)


class _Server(uvicorn.Server):
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        port = self.servers[0].sockets[0].getsockname()[1]
        sys.stdout.write(f"relay on http://127.0.0.1:{port}\n")
        sys.stdout.flush()


def main() -> None:
    host, port = sys.argv[1], int(sys.argv[2])
    relay = Relay(host, port)
    config = uvicorn.Config(
        relay, port=0, loop="uvloop", http="httptools", lifespan="off", log_config=None
    )
    _Server(config).run()


if __name__ == "__main__":
    main()
