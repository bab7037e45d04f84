"""Slots that replicas share: each holds a share of the limit, and asks Redis only to change it.

A share is what is in use and a part of what is free, so that most calls ask nobody. It expires
with its replica, and is cut to what is in use every second.
"""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Final
from uuid import uuid4

from clonememoria.core.redis import RedisAway, SharedRedis, key_of
from clonememoria.core.resilience import LocalSlots

HEARTBEAT_S: Final = 1.0
# Of a replica that died, its share comes back after it.
LEASE_S: Final = 5.0
WAIT_S: Final = (0.05, 0.15)
# A replica takes one slot in eight of those that are free, to have them at hand.
SPARE_PART: Final = 8

# A hash: replica -> "<slots> <expiry in ms>". Returns this replica's share, at least what it uses.
_SHARE: Final = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local replica, limit, lease_ms = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local used, wanted, spare_part = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local shares, others = redis.call('HGETALL', KEYS[1]), 0
for i = 1, #shares, 2 do
  local slots, expiry = string.match(shares[i + 1], '(%d+) (%d+)')
  if tonumber(expiry) <= now then
    redis.call('HDEL', KEYS[1], shares[i])
  elseif shares[i] ~= replica then
    others = others + slots
  end
end
local share, free = used, limit - others - wanted
if free >= 0 then
  share = wanted
  if wanted > 0 then
    share = share + math.floor(free / spare_part)
  end
end
if share > 0 then
  redis.call('HSET', KEYS[1], replica, string.format('%d %.0f', share, now + lease_ms))
  redis.call('PEXPIRE', KEYS[1], lease_ms)
else
  redis.call('HDEL', KEYS[1], replica)
end
return share
"""


@dataclass(slots=True)
class _Share:
    key: str
    limit: int
    used: int = 0
    slots: int = 0
    is_kept: bool = False
    # Who wants more waits here for those before; it also keeps two answers from crossing.
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    returned: asyncio.Event = field(default_factory=asyncio.Event)


class SharedSlots:
    """While Redis is away each replica has the whole limit for itself."""

    def __init__(self, redis: SharedRedis) -> None:
        self._redis = redis
        self._own = LocalSlots()
        self._replica = uuid4().hex
        self._shares: dict[str, _Share] = {}

    @asynccontextmanager
    async def slot(self, name: str, *, limit: int) -> AsyncIterator[None]:
        async with self._own.slot(name, limit=limit):
            share = self._share(name, limit)
            await self._take(share)
            try:
                yield
            finally:
                share.used -= 1
                share.returned.set()

    def _share(self, name: str, limit: int) -> _Share:
        if name not in self._shares:
            self._shares[name] = _Share(key_of("slots", name), limit)
        return self._shares[name]

    async def _take(self, share: _Share) -> None:
        async with share.turn:
            while share.used >= share.slots:
                share.returned.clear()
                await self._ask(share, more=1)
                if share.used >= share.slots:
                    await _moment(share.returned)
            share.used += 1
        if not share.is_kept:
            share.is_kept = True
            self._redis.in_background(self._keep(share))

    async def _ask(self, share: _Share, *, more: int) -> None:
        used, wanted = share.used, share.used + more
        lease_ms = round(LEASE_S * 1000)
        try:
            share.slots = await self._redis.run(
                _SHARE, share.key, self._replica, share.limit, lease_ms, used, wanted, SPARE_PART
            )
        except RedisAway:
            share.slots = wanted

    async def _keep(self, share: _Share) -> None:
        while share.slots:
            await asyncio.sleep(HEARTBEAT_S)
            async with share.turn:
                await self._ask(share, more=0)
        share.is_kept = False


async def _moment(returned: asyncio.Event) -> None:
    """Until somebody here is done, or others may be."""
    with suppress(TimeoutError):
        async with asyncio.timeout(random.uniform(*WAIT_S)):  # noqa: S311 - no secret
            await returned.wait()
