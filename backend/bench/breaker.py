"""What it costs a call to pass the guard, or to be turned away, alone and with a Redis to share."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import Final

from pydantic import SecretStr

from bench.result import Result
from bench.stage import Stage
from clonememoria.core.config import Settings
from clonememoria.core.errors import ProviderDown, ProviderResting
from clonememoria.core.metrics import Metrics
from clonememoria.core.redis import SharedRedis, running_redis
from clonememoria.core.resilience import MIN_FAILURES
from clonememoria.providers.guard import Guard, protection_for
from tests.fakes.redis_server import KINDS, RedisServer

CALLS: Final = 5000
ROUNDS: Final = 5
TARGET_US: Final = 100.0


async def measure(_stage: Stage) -> AsyncIterator[Result]:
    bare_us = await _us(_semaphore(asyncio.Semaphore(1000)))
    async for result in _with(None, "alone", bare_us):
        yield result
    server: RedisServer = KINDS[-1]()
    await server.start()
    settings = Settings(_env_file=None, redis_url=SecretStr(server.url))
    async with running_redis(settings) as redis:
        async for result in _with(redis, "with Redis", bare_us):
            yield result
    await server.stop()


async def _with(redis: SharedRedis | None, how: str, bare_us: float) -> AsyncIterator[Result]:
    protection = protection_for(Settings(_env_file=None), Metrics(), redis)
    well, broken = [
        Guard(protection, kind="llm", provider="bench", endpoint=endpoint, max_calls=1000)
        for endpoint in ("well", "broken")
    ]
    yield _result(f"passing the guard, {how}", bare_us, await _us(_answered(well)))
    for _ in range(MIN_FAILURES):
        with suppress(ProviderDown):
            async with broken.call():
                raise ProviderDown
    yield _result(f"being turned away, {how}", bare_us, await _us(_turned_away(broken)))


def _result(what: str, bare_us: float, ours_us: float) -> Result:
    return Result(
        what=what,
        bare=f"semaphore {bare_us:.1f} µs",
        ours=f"{ours_us:.1f} µs",
        figure=f"{ours_us / bare_us:.0f} ×",
        target=f"≤ {TARGET_US:.0f} µs",
        is_met=ours_us <= TARGET_US,
    )


async def _us(call: Callable[[], Awaitable[None]]) -> float:
    """The mean of the best round: whatever else the machine does can only add."""
    return min([await _round_us(call) for _ in range(ROUNDS)])


async def _round_us(call: Callable[[], Awaitable[None]]) -> float:
    started = time.perf_counter()
    for _ in range(CALLS):
        await call()
    return (time.perf_counter() - started) / CALLS * 1e6


def _semaphore(semaphore: asyncio.Semaphore) -> Callable[[], Awaitable[None]]:
    async def call() -> None:
        async with semaphore:
            pass

    return call


def _answered(guard: Guard) -> Callable[[], Awaitable[None]]:
    async def call() -> None:
        async with guard.call() as call:
            await call.answered()

    return call


def _turned_away(guard: Guard) -> Callable[[], Awaitable[None]]:
    async def call() -> None:
        with suppress(ProviderResting):
            async with guard.call():
                raise AssertionError("the circuit is open")

    return call
