"""Providers as the application gets them; OpenAI's talk over real HTTP to a fake server."""

from collections.abc import AsyncIterator

import pytest

from clonememoria.core.config import Settings
from clonememoria.providers.catalog import Providers
from tests.fakes.openai_server import FakeOpenAI, running

MODEL = "fake-n20"


@pytest.fixture
async def upstream() -> AsyncIterator[FakeOpenAI]:
    async with running() as fake:
        yield fake


@pytest.fixture
def settings(upstream: FakeOpenAI) -> Settings:
    """Patience of fractions of a second, so that a hanging upstream costs no test time."""
    return Settings(
        _env_file=None,
        llm_openai_base_url=upstream.base_url,
        llm_openai_model=MODEL,
        llm_first_token_timeout_s=0.5,
        llm_idle_timeout_s=0.4,
        llm_total_timeout_s=5,
        embeddings_openai_base_url=upstream.base_url,
        embeddings_openai_model="fake-embed-dim64",
        tts_api_base_url=upstream.base_url,
        tts_openai_model="fake-tts",
    )


@pytest.fixture
async def providers(settings: Settings) -> AsyncIterator[Providers]:
    providers = Providers(settings)
    await providers.warm_up()
    yield providers
    await providers.aclose()
