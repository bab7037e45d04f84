"""Waiting for what comes soon, for tests that cannot be told when."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")

POLL_S = 0.05


async def eventually(
    look: Callable[[], Awaitable[T]], is_there: Callable[[T], bool], *, within_s: float = 10
) -> T:
    """Look until it is there, and return what was seen."""
    for _ in range(round(within_s / POLL_S)):
        if is_there(seen := await look()):
            return seen
        await asyncio.sleep(POLL_S)
    raise AssertionError(f"not within {within_s} s; last seen: {seen}")
