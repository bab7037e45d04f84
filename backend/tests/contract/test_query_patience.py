"""A question is embedded soon or not at all, and the guard learns whose fault it was."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from clonememoria.core.config import Settings
from clonememoria.core.errors import (
    ProviderBusy,
    ProviderDown,
    ProviderError,
    ProviderResting,
    ProviderTimeout,
)
from clonememoria.core.resilience import LocalCircuits, LocalSlots
from clonememoria.providers.catalog import Providers
from clonememoria.providers.embeddings.base import Vectors
from clonememoria.providers.guard import Protection, Unobserved
from tests.fakes.openai_server import FakeOpenAI

PATIENCE_S = 0.4
MODEL = "fake-embed-dim64"
EMBEDDINGS = "/v1/embeddings"


@pytest.fixture
async def hasty(settings: Settings, upstream: FakeOpenAI) -> AsyncIterator[Providers]:
    """One call at a time, and little patience with questions."""
    chosen = settings.model_copy(
        update={"embeddings_query_timeout_s": PATIENCE_S, "embeddings_max_concurrency": 1}
    )
    assert upstream.base_url == chosen.embeddings_openai_base_url
    protection = Protection(LocalCircuits(open_s=30), LocalSlots(), Unobserved())
    providers = Providers(chosen, protection)
    await asyncio.to_thread(providers.embeddings, "openai")
    yield providers
    await providers.aclose()


async def ask(providers: Providers) -> Vectors:
    return await providers.query_embeddings("openai").embed(["When?"], model=MODEL)


async def test_who_hangs_is_given_up_soon_and_left_alone_after_five_times(
    hasty: Providers, upstream: FakeOpenAI
) -> None:
    upstream.state.knobs.fault = "hang"
    for _ in range(5):
        started = asyncio.get_running_loop().time()
        with pytest.raises(ProviderTimeout):
            await ask(hasty)
        assert asyncio.get_running_loop().time() - started < 5 * PATIENCE_S
    with pytest.raises(ProviderResting):
        await ask(hasty)


async def test_a_wait_in_line_is_not_the_providers_fault(
    hasty: Providers, upstream: FakeOpenAI
) -> None:
    upstream.state.plan_faults(["slow:2000"], path=EMBEDDINGS)
    document = asyncio.create_task(hasty.embeddings("openai").embed(["A text."], model=MODEL))
    await asyncio.sleep(0.1)
    for _ in range(3):
        with pytest.raises(ProviderBusy):
            await ask(hasty)
    assert len(await document) == 1
    assert len(await ask(hasty)) == 1
    assert upstream.state.counts[EMBEDDINGS] == 2


@pytest.mark.parametrize("fault", ["429:3", "500"])
async def test_no_try_begins_that_could_not_end_in_time(
    hasty: Providers, upstream: FakeOpenAI, fault: str
) -> None:
    upstream.state.plan_faults([fault], path=EMBEDDINGS)
    with pytest.raises(ProviderError):
        await ask(hasty)
    assert upstream.state.counts[EMBEDDINGS] == 1


async def test_with_time_enough_it_is_tried_again(settings: Settings, upstream: FakeOpenAI) -> None:
    patient = Providers(settings)
    upstream.state.plan_faults(["500", "429:0", "500"], path=EMBEDDINGS)
    with pytest.raises(ProviderDown):
        await ask(patient)
    upstream.state.plan_faults(["500", "429:0"], path=EMBEDDINGS)
    assert len(await ask(patient)) == 1
    await patient.aclose()
