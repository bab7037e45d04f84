"""The one way to every vendor: who waits in our own line is no reason to blame the vendor."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from clonememoria.core.config import Settings
from clonememoria.core.errors import ProviderBusy, ProviderDown, ProviderResting
from clonememoria.core.resilience import MIN_FAILURES, Entry, LocalCircuits, LocalSlots
from clonememoria.providers import guard
from clonememoria.providers.catalog import Providers
from clonememoria.providers.guard import Guard, Protection, Unobserved
from tests.contract.talk import completion, listen
from tests.eventually import eventually
from tests.fakes.api_server import FakeServer


@pytest.fixture
async def narrow(settings: Settings) -> AsyncIterator[Providers]:
    """One call at a time, and a first token within 1.2 s."""
    circuits = LocalCircuits(open_s=30)
    providers = Providers(
        settings.model_copy(update={"llm_max_concurrency": 1}),
        Protection(circuits, LocalSlots(), Unobserved()),
    )
    yield providers
    await providers.aclose()


async def test_time_in_line_is_not_the_vendors(narrow: Providers, upstream: FakeServer) -> None:
    llm = narrow.llm("openai")

    heard = await asyncio.gather(*(listen(llm, model="fake-n4-gap200") for _ in range(4)))

    assert [one.error for one in heard] == [None] * 4
    assert upstream.state.streams.peak == 1


async def test_a_line_that_does_not_move_ends_and_counts_for_nothing(
    narrow: Providers, upstream: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "IN_LINE_S", 0.1)
    llm = narrow.llm("openai")
    first = asyncio.create_task(listen(llm, model="fake-n100-gap20"))

    async def open_streams() -> int:
        return upstream.state.streams.open

    assert await eventually(open_streams, bool)

    waited = [await listen(llm) for _ in range(6)]

    assert {type(one.error) for one in waited} == {ProviderBusy}
    assert (await first).error is None
    assert (await listen(llm)).error is None


class Watch:
    """Writes down how calls went, and how long the vendor took."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, float | None]] = []

    def provider_called(
        self, kind: str, provider: str, *, outcome: str, seconds: float | None
    ) -> None:
        assert (kind, provider) == ("llm", "vendor")
        self.seen.append((outcome, seconds))

    def provider_used(self, provider: str, *, prompt_tokens: int, completion_tokens: int) -> None:
        raise AssertionError((provider, prompt_tokens, completion_tokens))


class FarCircuits(LocalCircuits):
    """Whose reports take a while, as over a network."""

    async def report(self, entry: Entry, *, is_failure: bool) -> None:
        await asyncio.sleep(0.2)
        await super().report(entry, is_failure=is_failure)


def with_one_slot(
    circuits: LocalCircuits, *, slots: LocalSlots | None = None, watch: Watch | None = None
) -> Guard:
    protection = Protection(circuits, slots or LocalSlots(), watch or Unobserved())
    return Guard(protection, kind="llm", provider="vendor", endpoint="vendor", max_calls=1)


async def fail_until_open(guarded: Guard) -> None:
    for _ in range(MIN_FAILURES):
        with pytest.raises(ProviderDown):
            async with guarded.call():
                raise ProviderDown


async def test_a_probe_that_gets_no_slot_says_nothing_of_the_vendor() -> None:
    slots = LocalSlots()
    guarded = with_one_slot(LocalCircuits(open_s=0), slots=slots)
    await fail_until_open(guarded)

    async with slots.slot("llm vendor", limit=1):
        for _ in range(2):
            with pytest.raises(ProviderBusy):
                async with guarded.call(in_line_s=0.05):
                    raise AssertionError
            assert await guarded.circuit() == "half_open"

    async with guarded.call() as probe:
        await probe.answered()
    assert await guarded.circuit() == "closed"


async def test_a_probe_whose_caller_left_while_it_was_told_lets_another_try() -> None:
    guarded = with_one_slot(FarCircuits(open_s=0))
    await fail_until_open(guarded)

    async def answered() -> None:
        async with guarded.call() as probe:
            await probe.answered()

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await answered()

    await answered()
    assert await guarded.circuit() == "closed"


async def test_only_what_the_vendor_took_is_measured() -> None:
    slots, watch = LocalSlots(), Watch()
    guarded = with_one_slot(LocalCircuits(open_s=30), slots=slots, watch=watch)

    async def answered() -> None:
        async with guarded.call() as call:
            await call.answered()

    async with slots.slot("llm vendor", limit=1):
        waiting = asyncio.create_task(answered())
        with pytest.raises(ProviderBusy):
            async with guarded.call(in_line_s=1):
                raise AssertionError
    await waiting
    await fail_until_open(guarded)
    with pytest.raises(ProviderResting):
        await answered()

    seconds = dict(watch.seen)
    assert (seconds["provider_busy"], seconds["provider_resting"]) == (None, None)
    assert seconds["ok"] is not None
    assert seconds["ok"] < 0.5


async def test_who_has_others_at_hand_waits_in_no_long_line(
    narrow: Providers, upstream: FakeServer
) -> None:
    llm = narrow.llm("openai")
    first = asyncio.create_task(listen(llm, model="fake-n100-gap20"))

    async def open_streams() -> int:
        return upstream.state.streams.open

    assert await eventually(open_streams, bool)
    asked = replace(completion("tea?", model=llm.default_model), patience_s=0.1)

    with pytest.raises(ProviderBusy):
        await anext(aiter(llm.stream(asked)))
    assert (await first).error is None
