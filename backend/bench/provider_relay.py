"""Processor time per token from a vendor's socket to our code, guard included, against the SDK."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from typing import Final

from openai import AsyncOpenAI, DefaultAioHttpClient

from bench.result import Result
from bench.stage import Stage
from clonememoria.core.config import Settings
from clonememoria.providers.catalog import Providers
from clonememoria.providers.llm.base import ChatMessage, Completion, Finish, LanguageModel

# Streams at once, and how the upstream paces each of them.
LOADS: Final = ((1, "fake-ttft50-gap2-n1000"), (50, "fake-ttft50-gap20-n200"))
ROUNDS: Final = 2
TARGET_US: Final = 60.0
QUESTION: Final = "What did people find in the water?"

Stream = Callable[[], Awaitable[int]]


async def measure(stage: Stage) -> AsyncIterator[Result]:
    base_url = f"{stage.upstream.url}/v1"
    providers = Providers(Settings(_env_file=None, llm_openai_base_url=base_url))
    client = AsyncOpenAI(base_url=base_url, api_key="none", http_client=DefaultAioHttpClient())
    for streams, model in LOADS:
        sdk_us = await _us_per_token(partial(_by_sdk, client, model), streams)
        llm = providers.llm("openai")
        ours_us = await _us_per_token(partial(_by_us, llm, model), streams)
        yield Result(
            what=f"CPU per token in the provider, {streams} at once",
            bare=f"SDK {sdk_us:.0f} µs",
            ours=f"{ours_us:.0f} µs",
            figure=f"{ours_us / sdk_us:.2f} ×",
            target=f"≤ {TARGET_US:.0f} µs",
            is_met=ours_us <= TARGET_US,
        )
    await client.close()
    await providers.aclose()


async def _us_per_token(stream: Stream, streams: int) -> float:
    """The least of the rounds: whatever else the machine does can only add."""
    await stream()
    rounds = []
    for _ in range(ROUNDS):
        before_s = time.process_time()
        tokens = await asyncio.gather(*(stream() for _ in range(streams)))
        rounds.append((time.process_time() - before_s) / sum(tokens) * 1e6)
    return min(rounds)


async def _by_us(llm: LanguageModel, model: str) -> int:
    asked = Completion((ChatMessage("user", QUESTION),), model, temperature=0.5, max_tokens=4000)
    return sum([1 async for item in llm.stream(asked) if not isinstance(item, Finish)])


async def _by_sdk(client: AsyncOpenAI, model: str) -> int:
    """As its documentation shows."""
    chunks = await client.chat.completions.create(
        model=model, messages=[{"role": "user", "content": QUESTION}], stream=True
    )
    return sum([1 async for c in chunks if c.choices and c.choices[0].delta.content])
