"""How often somebody may do something: exact moving windows, shared by all replicas."""

import time
from collections import OrderedDict, deque
from collections.abc import Callable
from typing import Annotated, Final, cast

from fastapi import Depends, Request

from clonememoria.core.errors import TooManyRequests
from clonememoria.core.redis import RedisAway, SharedRedis, key_of

WINDOW_S: Final = 60.0


# A list of the hits' milliseconds, oldest first. Returns how long to wait, or 0 and counts.
_COUNT: Final = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local per_minute, window_ms = tonumber(ARGV[1]), tonumber(ARGV[2])
local oldest = redis.call('LINDEX', KEYS[1], 0)
while oldest and now - oldest >= window_ms do
  redis.call('LPOP', KEYS[1])
  oldest = redis.call('LINDEX', KEYS[1], 0)
end
if redis.call('LLEN', KEYS[1]) >= per_minute then
  return oldest + window_ms - now
end
redis.call('RPUSH', KEYS[1], string.format('%.0f', now))
redis.call('PEXPIRE', KEYS[1], window_ms)
return 0
"""


class RateLimits:
    """Shared by all replicas where there is a Redis, else each process counts for itself."""

    def __init__(self, redis: SharedRedis | None = None) -> None:
        self._redis = redis
        self._windows = MovingWindows()

    async def count(self, key: str, *, per_minute: int) -> None:
        """Raise TooManyRequests beyond the limit; a refused request does not count."""
        if self._redis is None:
            self._windows.count(key, per_minute=per_minute)
            return
        # Whoever is over the limit here is over it everywhere.
        self._windows.check(key, per_minute=per_minute)
        try:
            window_ms = round(WINDOW_S * 1000)
            wait_ms = await self._redis.run(_COUNT, key_of("limit", key), per_minute, window_ms)
        except RedisAway:
            self._windows.count(key, per_minute=per_minute)
            return
        if wait_ms:
            raise TooManyRequests(retry_after_s=wait_ms / 1000)
        self._windows.add(key)


class MovingWindows:
    """In this process. No step awaits anything, so that parallel requests cannot slip by."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        # Ordered by the last hit, so that forgetting looks only at the oldest.
        self._hits: OrderedDict[str, deque[float]] = OrderedDict()

    def count(self, key: str, *, per_minute: int) -> None:
        self.check(key, per_minute=per_minute)
        self.add(key)

    def check(self, key: str, *, per_minute: int) -> None:
        now = self._now()
        self._forget(now)
        hits = self._hits.get(key)
        if hits is None:
            return
        while hits[0] <= now - WINDOW_S:
            hits.popleft()
        if len(hits) >= per_minute:
            raise TooManyRequests(retry_after_s=hits[0] + WINDOW_S - now)

    def add(self, key: str) -> None:
        self._hits.setdefault(key, deque()).append(self._now())
        self._hits.move_to_end(key)

    def _forget(self, now: float) -> None:
        """What is left has a hit in the window."""
        while self._hits:
            key, hits = next(iter(self._hits.items()))
            if hits[-1] > now - WINDOW_S:
                return
            del self._hits[key]


def limits_of(request: Request) -> RateLimits:
    return cast(RateLimits, request.app.state.limits)


AppLimits = Annotated[RateLimits, Depends(limits_of)]


def address_of(request: Request) -> str:
    """The peer's address. Forwarded headers count only where the server was told to trust them."""
    return request.client.host if request.client else ""


ClientAddress = Annotated[str, Depends(address_of)]
