"""The model on this machine: exact enough, and it holds up neither the loop nor a question."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import pytest

from clonememoria.core.errors import ProviderRejected
from clonememoria.providers.catalog import Providers
from clonememoria.providers.embeddings.base import Embeddings

# The promise is 50 ms, which `make bench` measures; a test runs beside other tests.
LONGEST_LAG_S = 0.25

MANY = [
    f"In the year {n} the harvest of the northern valley was brought in late." for n in range(500)
]


@pytest.fixture
def local(providers: Providers) -> Embeddings:
    return providers.embeddings("local")


@pytest.mark.parametrize(
    ("texts", "nearness"),
    [
        (("How do I fix a flat tyre?", "Patching a punctured bicycle tube"), 0.328),
        (("How do I fix a flat tyre?", "Baking a sponge cake"), -0.010),
        (("What do doctors earn?", "Annual salary of physicians"), 0.688),
        (("What do doctors earn?", "What do bees collect?"), 0.139),
        (("The film was dreadful", "I hated every minute at the cinema"), 0.543),
        (("The film was dreadful", "The film is in the camera"), 0.413),
    ],
)
async def test_texts_are_as_near_as_to_the_model_in_full_precision(
    local: Embeddings, texts: tuple[str, str], nearness: float
) -> None:
    one, other = await local.embed(texts, model=local.default_model)

    assert one @ other == pytest.approx(nearness, abs=0.03)


async def test_a_text_counts_up_to_256_tokens(local: Embeddings) -> None:
    tea = "tea " * 254
    long, longer, other = await local.embed(
        [tea, f"{tea} and a railway to Spain", f"A railway to Spain {tea}"],
        model=local.default_model,
    )

    assert long == pytest.approx(longer, abs=1e-6)
    assert long != pytest.approx(other, abs=1e-2)


async def test_another_model_is_refused(local: Embeddings) -> None:
    with pytest.raises(ProviderRejected):
        await local.embed(["tea"], model="bge-large")


async def test_the_loop_goes_on_while_many_texts_are_embedded(local: Embeddings) -> None:
    async with gaps_between_ticks() as gaps_s:
        vectors = await local.embed(MANY, model=local.default_model)

    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1.0, abs=1e-5)
    assert max(gaps_s) < LONGEST_LAG_S


async def test_a_question_overtakes_many_texts(local: Embeddings) -> None:
    many = asyncio.create_task(local.embed(MANY, model=local.default_model))
    await asyncio.sleep(0)
    await local.embed(["When was the harvest?"], model=local.default_model)

    assert not many.done()
    assert len(await many) == len(MANY)


@asynccontextmanager
async def gaps_between_ticks() -> AsyncIterator[list[float]]:
    gaps_s = [0.0]

    async def tick() -> None:
        while True:
            started, waited_s = time.perf_counter(), waited_for_a_core_s()
            await asyncio.sleep(0.002)
            away_s = time.perf_counter() - started
            gaps_s.append(away_s - (waited_for_a_core_s() - waited_s))

    ticking = asyncio.create_task(tick())
    yield gaps_s
    ticking.cancel()


def waited_for_a_core_s() -> float:
    """Of this thread, while others had them all; Linux alone counts it."""
    counted = Path("/proc/thread-self/schedstat")
    return int(counted.read_text().split()[1]) / 1e9 if counted.exists() else 0.0
