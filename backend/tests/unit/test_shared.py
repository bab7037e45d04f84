"""What replicas share in Redis, and how each goes on alone while that is away."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from clonememoria.core import redis as redis_module
from clonememoria.core import shared_slots
from clonememoria.core.cache import LocalCache, SharedCache
from clonememoria.core.errors import CannotStart, TooManyRequests
from clonememoria.core.limits import RateLimits
from clonememoria.core.redis import SharedRedis
from clonememoria.core.resilience import CircuitOpen, Circuits, Entry
from clonememoria.core.shared_circuits import HEARSAY_S, SharedCircuits
from clonememoria.core.shared_slots import SharedSlots
from tests.eventually import eventually
from tests.fakes.redis_server import KINDS, RedisServer

VENDOR = "llm openai"


@pytest.fixture(params=KINDS)
async def server(request: pytest.FixtureRequest) -> AsyncIterator[RedisServer]:
    server: RedisServer = request.param()
    await server.start()
    yield server
    await server.stop()


@pytest.fixture(autouse=True)
def _it_is_looked_for_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis_module, "RETURN_CHECK_S", 0.1)
    monkeypatch.setattr(redis_module, "PATIENCE_S", 2.0)  # The machine of the tests is busy.


@pytest.fixture
async def replicas(server: RedisServer) -> AsyncIterator[tuple[SharedRedis, SharedRedis]]:
    one, other = SharedRedis(server.url), SharedRedis(server.url)
    yield one, other
    await one.aclose()
    await other.aclose()


Replicas = tuple[SharedRedis, SharedRedis]


async def call(circuits: Circuits, *, fails: bool) -> None:
    await circuits.report(await circuits.enter(VENDOR), is_failure=fails)


async def passed(circuits: Circuits, *, tries: int) -> list[Entry]:
    found = await asyncio.gather(
        *(circuits.enter(VENDOR) for _ in range(tries)), return_exceptions=True
    )
    assert all(isinstance(one, Entry | CircuitOpen) for one in found), found
    return [one for one in found if isinstance(one, Entry)]


async def test_failures_of_all_open_the_circuit_for_all(replicas: Replicas) -> None:
    here, there = (SharedCircuits(redis, open_s=30) for redis in replicas)
    for circuits in (here, there, here, there, here):
        assert await circuits.state(VENDOR) == "closed"
        await call(circuits, fails=True)

    assert await here.state(VENDOR) == "open"
    await asyncio.sleep(HEARSAY_S)
    assert not await passed(there, tries=10)


async def test_successes_of_all_count_against_opening(replicas: Replicas) -> None:
    here, there = (SharedCircuits(redis, open_s=30) for redis in replicas)
    for _ in range(10):
        await call(there, fails=False)
    await asyncio.sleep(HEARSAY_S)

    for _ in range(9):
        await call(here, fails=True)
    assert await here.state(VENDOR) == "closed"

    await call(here, fails=True)
    assert await here.state(VENDOR) == "open"


async def test_one_of_all_tries_again_and_heals_it_for_all(replicas: Replicas) -> None:
    here, there = (SharedCircuits(redis, open_s=0.3) for redis in replicas)
    for _ in range(5):
        await call(here, fails=True)
    late = Entry(VENDOR, is_probe=False)
    await asyncio.sleep(0.3)

    [probe] = await passed(here, tries=10) + await passed(there, tries=10)
    await here.report(late, is_failure=True)
    await here.report(probe, is_failure=True)
    assert not await passed(here, tries=10)
    await asyncio.sleep(0.3)

    [probe] = await passed(here, tries=10)
    await here.report(probe, is_failure=False)
    await asyncio.sleep(HEARSAY_S)
    assert len(await passed(there, tries=10)) == 10


async def test_a_probe_that_is_given_up_makes_room(replicas: Replicas) -> None:
    here, there = (SharedCircuits(redis, open_s=0.1) for redis in replicas)
    for _ in range(5):
        await call(here, fails=True)
    await asyncio.sleep(0.1)
    [probe] = await passed(here, tries=5)

    await here.abandon(probe)

    [another] = await eventually(lambda: passed(there, tries=5), bool)
    assert another.is_probe


async def test_a_healthy_endpoint_asks_redis_once_a_second(replicas: Replicas) -> None:
    redis, _ = replicas
    circuits = SharedCircuits(redis, open_s=30)
    asked = 0
    run = redis.run

    async def counted(script: str, key: str, *args: float | str) -> int:
        nonlocal asked
        asked += 1
        return await run(script, key, *args)

    redis.run = counted  # type: ignore[method-assign]
    for _ in range(15):
        for _ in range(100):
            await call(circuits, fails=False)
        await asyncio.sleep(0.1)

    assert asked <= 4


async def test_a_limit_is_exact_over_all_replicas(replicas: Replicas) -> None:
    here, there = (RateLimits(redis) for redis in replicas)

    async def is_allowed(limits: RateLimits) -> bool:
        try:
            await limits.count("somebody", per_minute=10)
        except TooManyRequests:
            return False
        return True

    tried = [is_allowed(limits) for limits in (here, there) for _ in range(25)]
    assert sum(await asyncio.gather(*tried)) == 10
    with pytest.raises(TooManyRequests) as refused:
        await there.count("somebody", per_minute=10)
    assert refused.value.retry_after_s == pytest.approx(60, abs=20)
    await there.count("somebody else", per_minute=10)


async def test_slots_are_never_more_than_the_limit(replicas: Replicas) -> None:
    pools = [SharedSlots(redis) for redis in replicas]
    inside = most = 0

    async def work(slots: SharedSlots) -> None:
        nonlocal inside, most
        async with slots.slot(VENDOR, limit=6):
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0.02)
            inside -= 1

    await asyncio.gather(*(work(slots) for slots in pools for _ in range(40)))

    assert 3 <= most <= 6


async def test_slots_of_a_replica_that_died_come_back(
    server: RedisServer, replicas: Replicas, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_slots, "LEASE_S", 0.5)
    dead = SharedRedis(server.url)
    async with SharedSlots(dead).slot(VENDOR, limit=1):
        await dead.aclose()
        started = asyncio.get_running_loop().time()
        async with SharedSlots(replicas[0]).slot(VENDOR, limit=1):
            waited_s = asyncio.get_running_loop().time() - started

    assert 0.3 < waited_s < 5


async def test_most_slots_cost_no_question(replicas: Replicas) -> None:
    slots = SharedSlots(replicas[0])
    async with slots.slot(VENDOR, limit=1000):
        share = slots._shares[VENDOR].slots
        assert share == 1 + 999 // 8


async def test_a_cached_value_is_found_by_the_others(replicas: Replicas) -> None:
    here, there = (SharedCache(redis, LocalCache(max_bytes=1000)) for redis in replicas)
    await here.put("a", b"\x00speech\xff", ttl_s=0.5)

    assert await there.get("a") == b"\x00speech\xff"
    assert await there.get("b") is None
    await asyncio.sleep(0.5)
    assert await there.get("a") is None
    assert await here.get("a") is None


async def test_without_redis_everything_goes_on_alone_and_comes_together_again(
    server: RedisServer, replicas: Replicas
) -> None:
    redis = replicas[0]
    circuits, slots = SharedCircuits(redis, open_s=30), SharedSlots(redis)
    limits, cache = RateLimits(redis), SharedCache(redis, LocalCache(max_bytes=1000))
    for _ in range(3):
        await limits.count("somebody", per_minute=5)

    await server.stop()
    for _ in range(2):
        await limits.count("somebody", per_minute=5)
    assert redis.is_away
    with pytest.raises(TooManyRequests):
        await limits.count("somebody", per_minute=5)
    async with slots.slot(VENDOR, limit=1):
        await cache.put("a", b"speech", ttl_s=60)
    assert await cache.get("a") == b"speech"
    for _ in range(5):
        await call(circuits, fails=True)
    assert await circuits.state(VENDOR) == "open"

    await server.start()
    await back(redis)
    await asyncio.sleep(HEARSAY_S)
    assert await circuits.state(VENDOR) == "closed"
    async with slots.slot(VENDOR, limit=1):
        pass


async def back(redis: SharedRedis) -> None:
    async def is_away() -> bool:
        return redis.is_away

    await eventually(is_away, lambda is_so: not is_so)


async def test_going_and_coming_back_are_told_once(
    server: RedisServer, replicas: Replicas, caplog: pytest.LogCaptureFixture
) -> None:
    redis = replicas[0]
    await redis.look()
    await server.stop()
    await asyncio.gather(*(redis.look() for _ in range(20)))
    await asyncio.sleep(0.5)
    await server.start()
    await back(redis)

    events = [record.msg["event"] for record in caplog.records if isinstance(record.msg, dict)]
    assert events == ["redis_away", "redis_back"]


def test_an_address_with_unknown_options_is_refused_without_its_password() -> None:
    with pytest.raises(CannotStart, match="REDIS_URL") as refused:
        SharedRedis("redis://:hunter2@localhost:6379/0?colour=blue")

    assert "hunter2" not in str(refused.value)
