"""Processor time per token, the whole turn shared out over its tokens, against a bare relay."""

import asyncio
from collections.abc import AsyncIterator
from typing import Final

import psutil

from bench.processes import Served
from bench.result import Result
from bench.stage import Stage, library
from bench.streams import Source, StreamReader

# Streams at once, and how the upstream paces each of them.
LOADS: Final = ((1, "fake-ttft50-gap2-n1000"), (50, "fake-ttft50-gap20-n200"))
ROUNDS: Final = 2
TARGET_RATIO: Final = 2.0


async def measure(stage: Stage) -> AsyncIterator[Result]:
    clone_id = await library(stage)
    for streams, model in LOADS:
        bare = stage.relayed(model)
        ours = await stage.answered(clone_id, model)
        await asyncio.gather(_read_all(bare, 1), _read_all(ours, 1))
        # The least of each: whatever else the machine does can only add.
        bare_us = min([await _us_per_token(bare, streams) for _ in range(ROUNDS)])
        ours_us = min([await _us_per_token(ours, streams) for _ in range(ROUNDS)])
        ratio = ours_us / bare_us
        yield Result(
            what=f"CPU per token of a turn, {streams} at once",
            bare=f"{bare_us:.0f} µs",
            ours=f"{ours_us:.0f} µs",
            figure=f"{ratio:.2f} ×",
            target=f"≤ {TARGET_RATIO:.0f} ×",
            is_met=ratio <= TARGET_RATIO,
        )


async def _us_per_token(source: Source, streams: int) -> float:
    before_s = _cpu_s(source.server)
    tokens = await _read_all(source, streams)
    return (_cpu_s(source.server) - before_s) / tokens * 1e6


async def _read_all(source: Source, streams: int) -> int:
    readers = [StreamReader(source) for _ in range(streams)]
    streamed = await asyncio.gather(*(reader.read() for reader in readers))
    for reader in readers:
        reader.close()
    return sum(stream.tokens for stream in streamed)


def _cpu_s(server: Served) -> float:
    """Of the process alone: Postgres is told by the other parts."""
    times = psutil.Process(server.pid).cpu_times()
    return times.user + times.system
