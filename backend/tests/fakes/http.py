"""HTTP/1.1 by hand, for a fake server that must be able to break it; knows no API."""

import asyncio
import socket
from collections.abc import Callable
from dataclasses import dataclass
from http.client import responses
from typing import cast


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class Connection(asyncio.Protocol):
    """One client: requests come to `answer_request` one after the other."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.closed = self.paused = False
        self.resume: Callable[[], None] | None = None
        self._is_busy = False
        self._buffer = bytearray()
        self._transport: asyncio.Transport

    def answer_request(self, request: Request) -> None:
        raise NotImplementedError

    def client_left(self) -> None:
        raise NotImplementedError

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._socket().setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def connection_lost(self, _exc: Exception | None) -> None:
        self.closed = True
        self.client_left()

    def pause_writing(self) -> None:
        self.paused = True

    def resume_writing(self) -> None:
        self.paused = False
        resume, self.resume = self.resume, None
        if resume:
            resume()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        self._try_request()

    def write(self, data: bytes) -> None:
        if not self.closed:
            self._transport.write(data)

    def close(self) -> None:
        self._transport.close()

    def reset(self) -> None:
        """A TCP reset instead of an orderly end."""
        self._socket().setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self._transport.abort()

    def next_request(self) -> None:
        self._is_busy = False
        self.loop.call_soon(self._try_request)

    def respond(
        self, status: int, body: bytes, *, kind: str = "application/json", extra: str = ""
    ) -> None:
        head = (
            f"HTTP/1.1 {status} {responses.get(status, 'Unknown')}\r\ncontent-type: {kind}\r\n"
            f"content-length: {len(body)}\r\n{extra}\r\n"
        )
        self.write(head.encode() + body)
        self.next_request()

    def start_chunks(self, kind: str) -> None:
        head = f"HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ntransfer-encoding: chunked\r\n\r\n"
        self.write(head.encode())

    def _socket(self) -> socket.socket:
        return cast(socket.socket, self._transport.get_extra_info("socket"))

    def _try_request(self) -> None:
        end = self._buffer.find(b"\r\n\r\n")
        if self._is_busy or self.closed or end < 0:
            return
        first, *rest = bytes(self._buffer[:end]).decode("latin-1").split("\r\n")
        method, target, _ = first.split(" ", 2)
        pairs = (line.partition(":") for line in rest)
        headers = {name.lower(): value.strip() for name, _, value in pairs}
        body_end = end + 4 + int(headers.get("content-length", 0))
        if len(self._buffer) < body_end:
            return
        body = bytes(self._buffer[end + 4 : body_end])
        del self._buffer[:body_end]
        self._is_busy = True
        self.answer_request(Request(method, target.partition("?")[0], headers, body))
