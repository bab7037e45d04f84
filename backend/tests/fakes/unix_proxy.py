"""A socket between the app and Postgres that can be made to swallow everything, or to refuse."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class UnixProxy:
    target: Path
    _server: asyncio.Server | None = None
    _flows: asyncio.Event = field(default_factory=asyncio.Event)
    _writers: list[asyncio.StreamWriter] = field(default_factory=list)

    def swallow(self) -> None:
        """Connections stay open, new ones are accepted, and nobody answers."""
        self._flows.clear()

    def flow(self) -> None:
        self._flows.set()

    def refuse(self) -> None:
        """As when the server is gone: open connections end, new ones are not accepted."""
        if self._server:
            self._server.close()
        for writer in self._writers:
            writer.transport.abort()

    async def serve(self, at: Path) -> None:
        self._flows.set()
        self._server = await asyncio.start_unix_server(self._accept, at)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        upstream_reader, upstream_writer = await asyncio.open_unix_connection(self.target)
        self._writers += [writer, upstream_writer]
        await asyncio.gather(
            self._pump(reader, upstream_writer), self._pump(upstream_reader, writer)
        )

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        try:
            while data := await source.read(65_536):
                await self._flows.wait()
                sink.write(data)
                await sink.drain()
        except ConnectionError:
            pass
        sink.close()


@asynccontextmanager
async def proxied(target: Path, *, at: Path) -> AsyncIterator[UnixProxy]:
    proxy = UnixProxy(target)
    await proxy.serve(at)
    yield proxy
    proxy.flow()
    proxy.refuse()
