"""The memory of a server with all processes that it starts, as seen from outside."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Final

import psutil

SAMPLE_INTERVAL_S: Final = 0.1
MB: Final = 1_000_000


@dataclass
class MemoryUse:
    """The peaks of all processes together and of the server alone."""

    tree_mb: float = 0.0
    server_mb: float = 0.0

    def add(self, server: psutil.Process) -> None:
        server_mb = _mb(server)
        self.server_mb = max(self.server_mb, server_mb)
        tree_mb = server_mb + sum(_mb(child) for child in server.children(recursive=True))
        self.tree_mb = max(self.tree_mb, tree_mb)


@asynccontextmanager
async def measured_memory(
    pid: int, *, interval_s: float = SAMPLE_INTERVAL_S
) -> AsyncIterator[MemoryUse]:
    """The embedded Postgres is no child of the server, and not counted."""
    use = MemoryUse()
    is_over = threading.Event()

    def sample() -> None:
        server = psutil.Process(pid)
        use.add(server)
        while not is_over.wait(interval_s):
            use.add(server)

    sampling = asyncio.create_task(asyncio.to_thread(sample))
    try:
        yield use
    finally:
        is_over.set()
        await sampling


def _mb(process: psutil.Process) -> float:
    """A page that several processes share counts once: after a fork that is nearly all of them."""
    with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
        info = process.memory_full_info()
        return float(getattr(info, "pss", info.uss)) / MB
    return 0.0
