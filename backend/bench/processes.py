"""The processes that are measured: started, found by the address they print, and ended."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench import plugin

ADDRESS: Final = re.compile(rb"https?://([\w.]+):(\d+)")
START_S: Final = 90
STOP_S: Final = 30
ROOT: Final = Path(__file__).parents[2]
SERVE: Final = (str(Path(sys.executable).with_name("clonememoria")), "serve")
# The same with a clock in its event loop.
SERVE_WATCHED: Final = (sys.executable, "-m", "bench.watched_server")


@dataclass(frozen=True, slots=True)
class Served:
    pid: int
    host: str
    port: int

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"


@asynccontextmanager
async def served(
    *command: str, environment: Mapping[str, str], folder: Path = ROOT
) -> AsyncIterator[Served]:
    """Until the block ends. Nothing of the caller's environment: a `.env` is no part of a bench."""
    process = await asyncio.create_subprocess_exec(
        *command,
        env=dict(environment),
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(START_S):
            host, port = await _address_printed(process)
        yield Served(process.pid, host, port)
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(STOP_S):
            await process.wait()


async def _address_printed(process: asyncio.subprocess.Process) -> tuple[str, int]:
    if process.stdout is None:
        raise RuntimeError("no output to read the address from")
    async for line in process.stdout:
        if found := ADDRESS.search(line):
            return "127.0.0.1", int(found[2])
    raise RuntimeError("a process ended before it served; start it by hand to see why")


@asynccontextmanager
async def fake_upstream() -> AsyncIterator[Served]:
    module = ("-m", "tests.fake_openai", "--port", "0")
    async with served(sys.executable, *module, environment=_python_path()) as upstream:
        yield upstream


@asynccontextmanager
async def bare_relay(upstream: Served) -> AsyncIterator[Served]:
    module = ("-m", "bench.relay", upstream.host, str(upstream.port))
    async with served(sys.executable, *module, environment=_python_path()) as relay:
        yield relay


@asynccontextmanager
async def product(
    upstream: Served, data_dir: Path, *, command: Sequence[str], settings: Mapping[str, str]
) -> AsyncIterator[Served]:
    packages = data_dir / "packages"
    plugin.install_into(packages)
    environment = {
        "PYTHONPATH": f"{ROOT / 'backend'}{os.pathsep}{packages}",
        "CLONEMEMORIA_DATA_DIR": str(data_dir),
        "PORT": "0",
        "SAMPLE_CLONE": "false",
        "LLM_DEFAULT_PROVIDER": "openai",
        "LLM_OPENAI_BASE_URL": f"{upstream.url}/v1",
        "LLM_OPENAI_API_KEY": "of the fake upstream",
        "RATE_LIMIT_CHAT_PER_MINUTE": "1000000",
        **settings,
    }
    async with served(*command, environment=environment, folder=data_dir) as server:
        yield server


def _python_path() -> dict[str, str]:
    return {"PYTHONPATH": str(ROOT / "backend")}
