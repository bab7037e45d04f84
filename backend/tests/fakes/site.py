"""A web site of pages that a test writes, which notes who came; knows nothing of our product."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http.client import responses

Answer = Callable[[asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Site:
    """`pages` are whole answers by path, or what writes one. `connections` counts all of them."""

    host: str
    port: int
    pages: dict[str, bytes | Answer] = field(default_factory=dict)
    requests: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    connections: int = 0

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    @property
    def paths(self) -> list[str]:
        return [path for path, _ in self.requests]

    def show(self, path: str, body: bytes, *headers: str, status: int = 200) -> str:
        """Return the address of the page."""
        self.pages[path] = page(body, *headers, status=status)
        return f"{self.url}{path}"

    def redirect(self, path: str, target: str, *, status: int = 302) -> str:
        return self.show(path, b"", f"Location: {target}", status=status)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            await self._answer(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        pairs = (line.partition(":") for line in head[1:-2])
        headers = {name.lower(): value.strip() for name, _, value in pairs}
        path = head[0].split(" ")[1]
        self.requests.append((path, headers))
        answer = self.pages.get(path, page(b"There is nothing here.", status=404))
        if not isinstance(answer, bytes):
            await answer(writer)
        elif (tag := headers.get("if-none-match")) and f"ETag: {tag}\r\n".encode() in answer:
            writer.write(page(b"", f"ETag: {tag}", status=304))
        else:
            writer.write(answer)
        await writer.drain()


def page(body: bytes, *headers: str, status: int = 200) -> bytes:
    """A whole answer, after which the connection is closed."""
    lines = [
        f"HTTP/1.1 {status} {responses.get(status, 'Unknown')}",
        *headers,
        f"Content-Length: {len(body)}",
        "Connection: close",
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body


@asynccontextmanager
async def running(
    host: str = "127.0.0.1", *, tls: ssl.SSLContext | None = None
) -> AsyncIterator[Site]:
    site = Site(host, 0)
    server = await asyncio.start_server(site.serve, host, 0, ssl=tls)
    site.port = server.sockets[0].getsockname()[1]
    try:
        yield site
    finally:
        server.close()
