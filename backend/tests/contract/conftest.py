"""Providers as the application gets them; OpenAI's talk over real HTTP to a fake server."""

from collections.abc import AsyncIterator

import pytest

from clonememoria.core.config import Settings
from clonememoria.core.resilience import LocalCircuits, LocalSlots
from clonememoria.providers.catalog import Providers
from clonememoria.providers.guard import Protection, Unobserved
from tests.fakes.openai_server import FakeOpenAI, running

MODEL = "fake-n20"


@pytest.fixture(scope="session")
async def fake_openai() -> AsyncIterator[FakeOpenAI]:
    async with running() as fake:
        yield fake


@pytest.fixture(scope="session")
def settings(fake_openai: FakeOpenAI) -> Settings:
    """Patience of fractions of a second, so that a hanging upstream costs no test time."""
    return Settings(
        _env_file=None,
        llm_openai_base_url=fake_openai.base_url,
        llm_openai_model=MODEL,
        llm_first_token_timeout_s=0.8,
        llm_idle_timeout_s=0.6,
        llm_total_timeout_s=10,
        embeddings_openai_base_url=fake_openai.base_url,
        embeddings_openai_model="fake-embed-dim64",
        tts_api_base_url=fake_openai.base_url,
        tts_openai_model="fake-tts",
    )


@pytest.fixture(scope="session")
def circuits() -> LocalCircuits:
    return LocalCircuits(open_s=30)


@pytest.fixture(scope="session")
async def all_providers(settings: Settings, circuits: LocalCircuits) -> AsyncIterator[Providers]:
    """Built once, as in the application: the TLS settings of a client take 50 ms to load."""
    providers = Providers(settings, Protection(circuits, LocalSlots(), Unobserved()))
    await providers.warm_up()
    yield providers
    await providers.aclose()


@pytest.fixture
def upstream(fake_openai: FakeOpenAI) -> FakeOpenAI:
    """The fake server without faults left over from another test."""
    fake_openai.state.reset()
    return fake_openai


@pytest.fixture
def providers(all_providers: Providers, circuits: LocalCircuits, upstream: FakeOpenAI) -> Providers:
    """With all circuits closed."""
    circuits._circuits.clear()
    return all_providers
