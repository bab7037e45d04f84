"""How long the event loop of this process was not free, as a task beside the work sees it."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

TICK_S: Final = 0.001


@dataclass
class Lag:
    worst_s: float = 0.0


@asynccontextmanager
async def measured_lag() -> AsyncIterator[Lag]:
    lag = Lag()
    ticking = asyncio.create_task(_tick(lag))
    try:
        yield lag
    finally:
        ticking.cancel()


async def _tick(lag: Lag) -> None:
    while True:
        started, used = time.perf_counter(), time.process_time()
        await asyncio.sleep(TICK_S)
        away_s, busy_s = time.perf_counter() - started, time.process_time() - used
        # While other processes have the machine, nobody holds the loop.
        lag.worst_s = max(lag.worst_s, min(away_s - TICK_S, busy_s))
