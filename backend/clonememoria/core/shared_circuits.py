"""Circuits that replicas share: the outcomes of all of them open one door, one of all is the probe.

An endpoint that is well costs no wait: what was heard of it holds for a second, and successes are
told together. Redis counts in whole seconds, by its own clock.
"""

import asyncio
import math
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from clonememoria.core.redis import RedisAway, SharedRedis, key_of
from clonememoria.core.resilience import (
    MIN_FAILURE_SHARE,
    MIN_FAILURES,
    PROBE_LEASE_S,
    WINDOW_S,
    CircuitOpen,
    CircuitState,
    Entry,
    LocalCircuits,
)

# Others learn of an opening within it.
HEARSAY_S: Final = 1.0
# Before what was heard is too old, so that a busy endpoint never waits for Redis.
TELL_AFTER_S: Final = 0.7
# An open circuit that nobody asks for is forgotten.
FORGET_AFTER_S: Final = 3600.0

# All scripts work on one hash. Closed: "o<second>" and "f<second>" count what went well and failed.
# Open: "opened" and, while somebody is trying, "probe"; both are milliseconds.
_NOW: Final = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
"""
_CLOSED, _PROBE, _TAKEN = -1, 0, -2
_TELL: Final = f"""{_NOW}
local open_ms, window_s = tonumber(ARGV[1]), tonumber(ARGV[2])
local min_failures, min_share = tonumber(ARGV[3]), tonumber(ARGV[4])
local failures, now_s = tonumber(ARGV[5]), tonumber(time[1])
local opened = redis.call('HGET', KEYS[1], 'opened')
if opened then
  return math.max(0, opened + open_ms - now)
end
for i = 6, #ARGV, 2 do
  redis.call('HINCRBY', KEYS[1], 'o' .. (now_s - tonumber(ARGV[i])), ARGV[i + 1])
end
if failures > 0 then
  redis.call('HINCRBY', KEYS[1], 'f' .. now_s, failures)
end
local outcomes = redis.call('HGETALL', KEYS[1])
local failed, all = 0, 0
for i = 1, #outcomes, 2 do
  if tonumber(string.sub(outcomes[i], 2)) <= now_s - window_s then
    redis.call('HDEL', KEYS[1], outcomes[i])
  else
    all = all + outcomes[i + 1]
    if string.sub(outcomes[i], 1, 1) == 'f' then
      failed = failed + outcomes[i + 1]
    end
  end
end
if failures > 0 and failed >= min_failures and failed >= min_share * all then
  redis.call('DEL', KEYS[1])
  redis.call('HSET', KEYS[1], 'opened', now)
  redis.call('PEXPIRE', KEYS[1], ARGV[1] + {FORGET_AFTER_S * 1000:.0f})
  return open_ms
end
redis.call('EXPIRE', KEYS[1], window_s)
return {_CLOSED}
"""
_KNOCK: Final = f"""{_NOW}
local opened, probe = unpack(redis.call('HMGET', KEYS[1], 'opened', 'probe'))
if not opened then
  return {_CLOSED}
end
local rest = opened + ARGV[1] - now
if rest > 0 then
  return rest
end
if probe and now - probe < tonumber(ARGV[2]) then
  return {_TAKEN}
end
redis.call('HSET', KEYS[1], 'probe', now)
return {_PROBE}
"""
_PROBED: Final = f"""{_NOW}
redis.call('DEL', KEYS[1])
if ARGV[2] == '0' then
  return {_CLOSED}
end
redis.call('HSET', KEYS[1], 'opened', now)
redis.call('PEXPIRE', KEYS[1], ARGV[1] + {FORGET_AFTER_S * 1000:.0f})
return tonumber(ARGV[1])
"""
_LET_GO: Final = "return redis.call('HDEL', KEYS[1], 'probe')"


@dataclass(slots=True)
class _Endpoint:
    """What this process last heard of it, and the successes that it has not told yet."""

    key: str
    asked_at: float = -math.inf
    open_until: float | None = None
    untold: Counter[int] = field(default_factory=Counter)
    will_tell: bool = False
    asking: asyncio.Lock = field(default_factory=asyncio.Lock)


class SharedCircuits:
    """While Redis is away: LocalCircuits, which start anew each time."""

    def __init__(
        self, redis: SharedRedis, *, open_s: float, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._redis = redis
        self._open_s = open_s
        self._open_ms = round(open_s * 1000)
        self._now = now
        self._endpoints: dict[str, _Endpoint] = {}
        self._own = LocalCircuits(open_s=open_s)
        self._own_of_absence = 0

    async def enter(self, endpoint: str) -> Entry:
        known = self._known(endpoint)
        try:
            await self._hear(known)
            if known.open_until is None:
                return Entry(endpoint, is_probe=False)
            rest_s = known.open_until - self._now()
            if rest_s > 0:
                raise CircuitOpen(rest_s)
            return await self._knock(endpoint, known)
        except RedisAway:
            return await self._alone().enter(endpoint)

    async def report(self, entry: Entry, *, is_failure: bool) -> None:
        known = self._known(entry.endpoint)
        try:
            if entry.is_probe:
                await self._probed(known, is_failure=is_failure)
            elif is_failure:
                await self._tell(known, failures=1)
            else:
                self._tell_soon(known)
        except RedisAway:
            await self._alone().report(entry, is_failure=is_failure)

    async def abandon(self, entry: Entry) -> None:
        if self._redis.is_away:
            await self._alone().abandon(entry)
        elif entry.is_probe:
            # The caller may be cancelled and cannot wait.
            self._redis.in_background(self._let_go(self._known(entry.endpoint)))

    async def state(self, endpoint: str) -> CircuitState:
        known = self._known(endpoint)
        try:
            await self._hear(known)
        except RedisAway:
            return await self._alone().state(endpoint)
        if known.open_until is None:
            return "closed"
        return "open" if self._now() < known.open_until else "half_open"

    def _known(self, endpoint: str) -> _Endpoint:
        if endpoint not in self._endpoints:
            self._endpoints[endpoint] = _Endpoint(key_of("circuit", endpoint))
        return self._endpoints[endpoint]

    def _alone(self) -> LocalCircuits:
        """What an earlier absence left behind would only mislead."""
        if self._own_of_absence != self._redis.absences:
            self._own = LocalCircuits(open_s=self._open_s)
            self._own_of_absence = self._redis.absences
        return self._own

    async def _hear(self, known: _Endpoint) -> None:
        if self._now() - known.asked_at < HEARSAY_S:
            return
        async with known.asking:
            if self._now() - known.asked_at >= HEARSAY_S:
                await self._tell(known)

    async def _tell(self, known: _Endpoint, *, failures: int = 0) -> None:
        untold, known.untold = known.untold, Counter()
        asked_at = self._now()
        successes = [
            number for second, count in untold.items() for number in (int(asked_at) - second, count)
        ]
        settings = (self._open_ms, WINDOW_S, MIN_FAILURES, MIN_FAILURE_SHARE)
        rest_ms = await self._redis.run(_TELL, known.key, *settings, failures, *successes)
        self._heard(known, rest_ms, asked_at)

    def _tell_soon(self, known: _Endpoint) -> None:
        if self._redis.is_away:
            raise RedisAway
        known.untold[int(self._now())] += 1
        if not known.will_tell:
            known.will_tell = True
            self._redis.in_background(self._tell_later(known))

    async def _tell_later(self, known: _Endpoint) -> None:
        await asyncio.sleep(TELL_AFTER_S)
        known.will_tell = False
        with suppress(RedisAway):
            await self._tell(known)

    def _heard(self, known: _Endpoint, rest_ms: int, asked_at: float) -> None:
        # Answers may overtake each other.
        if asked_at >= known.asked_at:
            known.asked_at = asked_at
            known.open_until = None if rest_ms == _CLOSED else self._now() + rest_ms / 1000

    async def _knock(self, endpoint: str, known: _Endpoint) -> Entry:
        asked_at = self._now()
        lease_ms = round(PROBE_LEASE_S * 1000)
        answer = await self._redis.run(_KNOCK, known.key, self._open_ms, lease_ms)
        if answer == _TAKEN:
            raise CircuitOpen(1.0)
        if answer == _PROBE:
            return Entry(endpoint, is_probe=True)
        self._heard(known, answer, asked_at)
        if answer != _CLOSED:
            raise CircuitOpen(answer / 1000)
        return Entry(endpoint, is_probe=False)

    async def _probed(self, known: _Endpoint, *, is_failure: bool) -> None:
        asked_at = self._now()
        rest_ms = await self._redis.run(_PROBED, known.key, self._open_ms, int(is_failure))
        self._heard(known, rest_ms, asked_at)

    async def _let_go(self, known: _Endpoint) -> None:
        with suppress(RedisAway):
            await self._redis.run(_LET_GO, known.key)
