"""When a circuit opens, who may try again, and what it does not hold against anybody."""

import asyncio

import pytest

from clonememoria.core.resilience import (
    PROBE_LEASE_S,
    CircuitOpen,
    Entry,
    LocalCircuits,
    LocalSlots,
)

OPEN_S = 30.0
VENDOR = "llm openai"


class Clock:
    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def circuits(clock: Clock) -> LocalCircuits:
    return LocalCircuits(open_s=OPEN_S, now=clock)


async def call(circuits: LocalCircuits, *, fails: bool, endpoint: str = VENDOR) -> None:
    await circuits.report(await circuits.enter(endpoint), is_failure=fails)


async def opened(circuits: LocalCircuits) -> None:
    for _ in range(5):
        await call(circuits, fails=True)
    assert await circuits.state(VENDOR) == "open"


async def passed(circuits: LocalCircuits, *, tries: int) -> list[Entry]:
    entries = []
    for _ in range(tries):
        try:
            entries.append(await circuits.enter(VENDOR))
        except CircuitOpen:
            continue
    return entries


async def test_four_failures_are_not_enough_and_five_are(circuits: LocalCircuits) -> None:
    for _ in range(4):
        await call(circuits, fails=True)
    assert await circuits.state(VENDOR) == "closed"

    await call(circuits, fails=True)

    assert await circuits.state(VENDOR) == "open"


async def test_fewer_failures_than_half_do_not_open_it(circuits: LocalCircuits) -> None:
    for _ in range(10):
        await call(circuits, fails=False)
    for _ in range(9):
        await call(circuits, fails=True)
    assert await circuits.state(VENDOR) == "closed"

    await call(circuits, fails=True)

    assert await circuits.state(VENDOR) == "open"


async def test_what_was_a_minute_ago_does_not_count(circuits: LocalCircuits, clock: Clock) -> None:
    for _ in range(4):
        await call(circuits, fails=True)
    clock.now_s = 60.0

    await call(circuits, fails=True)

    assert await circuits.state(VENDOR) == "closed"


async def test_refusals_never_open_it(circuits: LocalCircuits) -> None:
    for _ in range(1000):
        await call(circuits, fails=False)

    assert await circuits.state(VENDOR) == "closed"


async def test_each_endpoint_has_its_own(circuits: LocalCircuits) -> None:
    await opened(circuits)

    assert not (await circuits.enter("llm anthropic")).is_probe


async def test_it_says_how_long_it_stays_open(circuits: LocalCircuits, clock: Clock) -> None:
    await opened(circuits)
    clock.now_s = 10.0

    with pytest.raises(CircuitOpen) as refused:
        await circuits.enter(VENDOR)

    assert refused.value.retry_after_s == pytest.approx(20.0)


async def test_one_alone_tries_again_and_heals_it(circuits: LocalCircuits, clock: Clock) -> None:
    await opened(circuits)
    clock.now_s = OPEN_S
    assert await circuits.state(VENDOR) == "half_open"

    [probe] = await passed(circuits, tries=10)
    await circuits.report(probe, is_failure=False)

    assert await circuits.state(VENDOR) == "closed"
    assert len(await passed(circuits, tries=10)) == 10


async def test_a_probe_that_fails_opens_it_again(circuits: LocalCircuits, clock: Clock) -> None:
    await opened(circuits)
    clock.now_s = OPEN_S
    [probe] = await passed(circuits, tries=10)
    clock.now_s = OPEN_S + 5

    await circuits.report(probe, is_failure=True)

    clock.now_s = 2 * OPEN_S + 4.9
    assert not await passed(circuits, tries=10)
    clock.now_s = 2 * OPEN_S + 5
    assert len(await passed(circuits, tries=10)) == 1


async def test_failures_from_before_it_healed_are_forgotten(
    circuits: LocalCircuits, clock: Clock
) -> None:
    await opened(circuits)
    clock.now_s = OPEN_S
    [probe] = await passed(circuits, tries=1)
    await circuits.report(probe, is_failure=False)

    for _ in range(4):
        await call(circuits, fails=True)

    assert await circuits.state(VENDOR) == "closed"


async def test_a_late_result_says_nothing(circuits: LocalCircuits, clock: Clock) -> None:
    late = await circuits.enter(VENDOR)
    await opened(circuits)

    await circuits.report(late, is_failure=False)
    assert await circuits.state(VENDOR) == "open"

    clock.now_s = OPEN_S
    await circuits.report(late, is_failure=True)
    assert await circuits.state(VENDOR) == "half_open"


async def test_a_probe_that_is_given_up_makes_room(circuits: LocalCircuits, clock: Clock) -> None:
    await opened(circuits)
    clock.now_s = OPEN_S
    [probe] = await passed(circuits, tries=10)

    await circuits.abandon(probe)

    assert len(await passed(circuits, tries=10)) == 1


async def test_a_probe_that_is_never_heard_of_makes_room(
    circuits: LocalCircuits, clock: Clock
) -> None:
    await opened(circuits)
    clock.now_s = OPEN_S
    assert len(await passed(circuits, tries=10)) == 1

    clock.now_s = OPEN_S + PROBE_LEASE_S

    assert len(await passed(circuits, tries=10)) == 1


async def test_a_probe_of_circuits_that_are_gone_is_understood(circuits: LocalCircuits) -> None:
    """As when Redis goes away in the middle of a call."""
    await circuits.abandon(Entry(VENDOR, is_probe=True))
    assert await circuits.state(VENDOR) == "closed"

    await circuits.report(Entry(VENDOR, is_probe=True), is_failure=True)
    assert await circuits.state(VENDOR) == "open"


async def test_slots_let_in_as_many_as_there_are() -> None:
    slots = LocalSlots()
    inside = most = 0

    async def work() -> None:
        nonlocal inside, most
        async with slots.slot(VENDOR, limit=3):
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0)
            inside -= 1

    await asyncio.gather(*(work() for _ in range(20)))

    assert most == 3
