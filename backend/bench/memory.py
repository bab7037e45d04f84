"""What a large text and many large uploads at once cost in memory: the server and its children."""

import asyncio
from collections.abc import AsyncIterator
from typing import Final

from bench.memory_use import MemoryUse, measured_memory
from bench.plugin import PROVIDER
from bench.prose import prose
from bench.result import Result
from bench.stage import Stage, running_stage

MAX_UPLOAD_MB: Final = 200
SMALL_MB: Final = 10
LARGE_MB: Final = 100
TARGET_MORE_MB: Final = 60.0
UPLOADS: Final = 10
UPLOAD_MB: Final = 50


async def measure(_stage: Stage) -> AsyncIterator[Result]:
    async with running_stage(MAX_UPLOAD_MB=str(MAX_UPLOAD_MB)) as stage:
        # What is loaded once is loaded by then.
        await _ingested(stage, _text(1))
        small = await _ingested(stage, _text(SMALL_MB))
        large = await _ingested(stage, _text(LARGE_MB))
    what = f"memory for a text of {LARGE_MB} MB"
    yield _result(f"{what}, server", small.server_mb, large.server_mb)
    yield _result(f"{what}, all processes", small.tree_mb, large.tree_mb)
    # Without a worker: reading what comes is another measurement.
    settings = {"MAX_UPLOAD_MB": str(MAX_UPLOAD_MB), "WORKER_INLINE": "false"}
    async with running_stage(**settings) as stage:
        one = await _uploaded(stage, 1)
        many = await _uploaded(stage, UPLOADS)
    yield _result(f"memory for {UPLOADS} uploads at once", one.server_mb, many.server_mb)


def _result(what: str, small_mb: float, large_mb: float) -> Result:
    """`small_mb` is for a text of a tenth, or for one upload of ten."""
    more_mb = large_mb - small_mb
    return Result(
        what=what,
        bare=f"a tenth of it {small_mb:.0f} MB",
        ours=f"{large_mb:.0f} MB",
        figure=f"{more_mb:+.0f} MB",
        target=f"≤ +{TARGET_MORE_MB:.0f} MB",
        is_met=more_mb <= TARGET_MORE_MB,
    )


async def _ingested(stage: Stage, data: bytes) -> MemoryUse:
    clone_id = await stage.new_clone("Large text", embedding_provider=PROVIDER)
    async with measured_memory(stage.server.pid) as memory:
        await stage.ingest(clone_id, {"large.txt": data})
    return memory


async def _uploaded(stage: Stage, count: int) -> MemoryUse:
    """The same file to as many clones: to one, it would be one document."""
    clone_ids = [await stage.new_clone(f"Upload {n} of {count}") for n in range(count)]
    data = _text(UPLOAD_MB)
    async with measured_memory(stage.server.pid) as memory:
        await asyncio.gather(*(stage.upload(clone_id, "large.txt", data) for clone_id in clone_ids))
    return memory


def _text(megabytes: int) -> bytes:
    """One megabyte again and again: to make more would take longer than to read it."""
    megabyte = prose(1_000_000, seed=1).encode()
    return b"".join(b"%d. %b\n\n" % (n, megabyte) for n in range(megabytes))
