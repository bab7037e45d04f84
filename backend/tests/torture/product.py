"""The product as a process that can be killed and started again on the same data."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from contextlib import suppress
from pathlib import Path

import httpx2

READY = b"CloneMemoria is ready: "
SERVE = "from clonememoria.cli import app; app()"
ACCOUNT = {"email": "survivor@example.org", "password": "correct horse battery staple"}


class Product:
    """`url` changes with each start: the port is a free one."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.url = ""
        self.log = folder / "log"
        self._folder = folder
        self._settings = settings
        self._process: Process | None = None

    async def start(self) -> None:
        environment = {
            **os.environ,
            "CLONEMEMORIA_DATA_DIR": str(self._folder / "data"),
            "PORT": "0",
            "SAMPLE_CLONE": "false",
            "RATE_LIMIT_CHAT_PER_MINUTE": "1000000",
            **self._settings,
        }
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-c", SERVE, "serve"),
                env=environment,
                cwd=self._folder,
                stdout=PIPE,
                stderr=log,
            )
        assert self._process.stdout
        async with asyncio.timeout(90):
            line = await self._process.stdout.readline()
        assert line.startswith(READY), "the product did not start"
        address = line.removeprefix(READY).strip().decode()
        self.url = address.replace("localhost", "127.0.0.1")

    async def sign_up(self) -> httpx2.AsyncClient:
        """A client whose token holds for the whole test; it takes whole addresses."""
        http = httpx2.AsyncClient(timeout=30, base_url=self.url)
        answer = await http.post("/api/auth/register", json=ACCOUNT)
        http.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        return http

    def kill(self) -> None:
        assert self._process
        self._process.send_signal(signal.SIGKILL)

    async def stop(self) -> int:
        """Ask it to end, and return its exit code."""
        assert self._process
        with suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(60):
            return await self._process.wait()
