"""Running work that must not take its caller down with it."""

import asyncio
from collections.abc import Coroutine


async def failure_of(work: Coroutine[None, None, object]) -> BaseException | None:
    """Whatever it is: of a killed Postgres the driver reports its own internal errors too."""
    task = asyncio.create_task(work)
    try:
        await asyncio.wait({task})
    finally:
        task.cancel()
    return None if task.cancelled() else task.exception()
