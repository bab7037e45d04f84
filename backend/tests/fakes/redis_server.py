"""A Redis on a port of its own that can die and come back: a fake one, and the real one if here."""

import asyncio
import shutil
import socket
import subprocess
import threading
from collections.abc import Callable
from typing import Final, Protocol

from fakeredis import TcpFakeServer


class RedisServer(Protocol):
    url: str

    async def start(self) -> None: ...

    async def stop(self) -> None: ...


class _TcpFakeServer(TcpFakeServer):
    request_queue_size = 128  # Of five it would refuse those who connect together.


class FakeRedis:
    """Written in Python, and forgets all when it stops."""

    def __init__(self) -> None:
        self._port = _free_port()
        self.url = f"redis://127.0.0.1:{self._port}/0"
        self._server: _TcpFakeServer | None = None

    async def start(self) -> None:
        self._server = _TcpFakeServer(("127.0.0.1", self._port))
        threading.Thread(target=self._server.serve_forever, args=(0.01,)).start()

    async def stop(self) -> None:
        """Cut its connections too."""
        if server := self._server:
            self._server = None
            await asyncio.to_thread(server.shutdown)
            await asyncio.to_thread(server.server_close)


class RealRedis:
    def __init__(self) -> None:
        self._port = _free_port()
        self.url = f"redis://127.0.0.1:{self._port}/0"
        self._process: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        program = shutil.which("redis-server")
        assert program
        arguments = [program, "--port", str(self._port), "--bind", "127.0.0.1", "--save", ""]
        self._process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL)
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", self._port)
            except ConnectionRefusedError:
                await asyncio.sleep(0.02)
            else:
                writer.close()
                await writer.wait_closed()
                return

    async def stop(self) -> None:
        if process := self._process:
            self._process = None
            process.kill()
            await asyncio.to_thread(process.wait)


KINDS: Final[list[Callable[[], RedisServer]]] = [
    FakeRedis,
    *([RealRedis] if shutil.which("redis-server") else []),
]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
