"""Who reads beside whom in one worker."""

import asyncio

from clonememoria.knowledge.places import Places


def test_the_place_beyond_the_count_is_for_who_had_nothing_in_line() -> None:
    places = Places(2)
    places.hold(1, alone=False)
    assert places.is_free(for_first=False)
    places.hold(2, alone=False)
    assert not places.is_free(for_first=False)
    assert places.is_free(for_first=True)
    places.hold(3, alone=False)
    assert not places.is_free(for_first=True)
    for job_id in (1, 2):
        places.leave(job_id)
    assert places.is_free(for_first=False)


def test_nothing_is_taken_beside_one_that_is_to_be_alone() -> None:
    places = Places(2)
    places.hold(1, alone=True)
    assert places.is_alone(1)
    assert not places.is_free(for_first=True)
    places.leave(1)
    assert places.is_free(for_first=False)


async def test_who_is_alone_waits_for_the_others_and_those_who_come_later_wait_for_him() -> None:
    places, seen = Places(2), []
    may_end = {name: asyncio.Event() for name in ("first", "alone", "later")}

    async def work(name: str) -> None:
        async with places.at_work(alone=name == "alone"):
            seen.append(name)
            await may_end[name].wait()

    tasks = []
    for name in may_end:
        tasks.append(asyncio.create_task(work(name)))
        await asyncio.sleep(0)
    assert seen == ["first"]
    assert not places.is_free(for_first=True)
    for name, then in [("first", ["first", "alone"]), ("alone", ["first", "alone", "later"])]:
        may_end[name].set()
        for _ in range(5):
            await asyncio.sleep(0)
        assert seen == then
    may_end["later"].set()
    await asyncio.gather(*tasks)
    assert places.is_free(for_first=False)


async def test_who_gives_up_waiting_to_be_alone_lets_the_others_in() -> None:
    places = Places(1)
    async with places.at_work(alone=False):
        waiting = asyncio.create_task(places.at_work(alone=True).__aenter__())
        await asyncio.sleep(0)
        assert not places.is_free(for_first=False)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        assert places.is_free(for_first=False)
