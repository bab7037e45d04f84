"""A cache returns what was put in, is bounded in bytes, and forgets in time."""

import pytest

from clonememoria.core.cache import LocalCache


class Clock:
    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


async def test_what_was_put_in_comes_back_until_its_time_is_over(clock: Clock) -> None:
    cache = LocalCache(max_bytes=100, now=clock)
    await cache.put("a", b"speech", ttl_s=60)

    clock.now_s = 59.9
    assert await cache.get("a") == b"speech"
    clock.now_s = 60.0
    assert await cache.get("a") is None
    assert await cache.get("b") is None


async def test_the_one_that_was_used_longest_ago_goes_first(clock: Clock) -> None:
    cache = LocalCache(max_bytes=100, now=clock)
    for key in ("a", "b", "c"):
        await cache.put(key, bytes(33), ttl_s=60)
    await cache.get("a")

    await cache.put("d", bytes(33), ttl_s=60)

    kept = [key for key in ("a", "b", "c", "d") if await cache.get(key) is not None]
    assert kept == ["a", "c", "d"]


async def test_a_value_put_again_counts_once(clock: Clock) -> None:
    cache = LocalCache(max_bytes=100, now=clock)
    await cache.put("a", bytes(40), ttl_s=60)
    for _ in range(5):
        await cache.put("b", bytes(60), ttl_s=60)

    assert await cache.get("a") == bytes(40)
    assert await cache.get("b") == bytes(60)


async def test_one_that_cannot_fit_pushes_nothing_out(clock: Clock) -> None:
    cache = LocalCache(max_bytes=100, now=clock)
    await cache.put("a", bytes(100), ttl_s=60)

    await cache.put("b", bytes(101), ttl_s=60)

    assert await cache.get("a") == bytes(100)
    assert await cache.get("b") is None
