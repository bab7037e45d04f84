"""The one way to every vendor: who waits in our own line is no reason to blame the vendor."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from clonememoria.core.config import Settings
from clonememoria.core.errors import ProviderBusy
from clonememoria.core.resilience import LocalCircuits, LocalSlots
from clonememoria.providers import guard
from clonememoria.providers.catalog import Providers
from clonememoria.providers.guard import Protection, Unobserved
from tests.contract.talk import listen
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
