"""Bytes that were dear to make, kept for a while; does not know what they are.

A key names everything that its value depends on, whose it is included: nothing is ever invalidated.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Protocol

from clonememoria.core.redis import RedisAway, SharedRedis, key_of

# Sending a larger one might take longer than Redis is waited for.
MAX_SHARED_BYTES: Final = 1024 * 1024


class Cache(Protocol):
    async def get(self, key: str) -> bytes | None: ...

    async def put(self, key: str, value: bytes, *, ttl_s: float) -> None: ...


@dataclass(frozen=True, slots=True)
class _Kept:
    value: bytes
    until: float


class LocalCache:
    """In this process; beyond `max_bytes` the one that was used longest ago goes first."""

    def __init__(self, *, max_bytes: int, now: Callable[[], float] = time.monotonic) -> None:
        self._max_bytes = max_bytes
        self._now = now
        self._bytes = 0
        # Ordered by the last use.
        self._kept: OrderedDict[str, _Kept] = OrderedDict()

    async def get(self, key: str) -> bytes | None:
        kept = self._kept.get(key)
        if kept is None:
            return None
        if kept.until <= self._now():
            self._drop(key)
            return None
        self._kept.move_to_end(key)
        return kept.value

    async def put(self, key: str, value: bytes, *, ttl_s: float) -> None:
        """One that could not fit is not kept at all."""
        self._drop(key)
        if len(value) > self._max_bytes:
            return
        self._kept[key] = _Kept(value, self._now() + ttl_s)
        self._bytes += len(value)
        while self._bytes > self._max_bytes:
            self._drop(next(iter(self._kept)))

    def _drop(self, key: str) -> None:
        if kept := self._kept.pop(key, None):
            self._bytes -= len(kept.value)


class SharedCache:
    """Kept by this process and by Redis; while that is away by this process alone."""

    def __init__(self, redis: SharedRedis, own: LocalCache) -> None:
        self._redis = redis
        self._own = own

    async def get(self, key: str) -> bytes | None:
        kept = await self._own.get(key)
        if kept is not None:
            return kept
        try:
            return await self._redis.get(key_of("cache", key))
        except RedisAway:
            return None

    async def put(self, key: str, value: bytes, *, ttl_s: float) -> None:
        await self._own.put(key, value, ttl_s=ttl_s)
        if len(value) > MAX_SHARED_BYTES:
            return
        with suppress(RedisAway):
            await self._redis.put(key_of("cache", key), value, ttl_s=ttl_s)


def cache_for(redis: SharedRedis | None, *, max_bytes: int) -> Cache:
    """`max_bytes` in this process, 0 for none at all; Redis has a bound of its own."""
    own = LocalCache(max_bytes=max_bytes)
    return SharedCache(redis, own) if redis and max_bytes else own
