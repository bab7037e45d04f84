"""Providers as the application gets them; they talk over real HTTP to fake servers."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from clonememoria.core.config import Settings
from clonememoria.core.resilience import LocalCircuits, LocalSlots
from clonememoria.providers.catalog import Providers
from clonememoria.providers.guard import Protection, Unobserved
from tests.fakes import anthropic_server, openai_server, raw_server
from tests.fakes.api_server import FakeServer
from tests.fakes.raw_server import RawServer

MODEL = "fake-n20"


@pytest.fixture(scope="session")
async def fakes() -> AsyncIterator[dict[str, FakeServer]]:
    async with AsyncExitStack() as stack:
        yield {
            "openai": await stack.enter_async_context(openai_server.running()),
            "anthropic": await stack.enter_async_context(anthropic_server.running()),
        }


@pytest.fixture
async def raw() -> AsyncIterator[RawServer]:
    """It answers with the very bytes that a test gives it."""
    async with raw_server.running() as server:
        yield server


@pytest.fixture(scope="session")
def settings(fakes: dict[str, FakeServer]) -> Settings:
    """Patience of fractions of a second, so that a hanging upstream costs no test time."""
    openai_url = fakes["openai"].base_url
    return Settings(
        _env_file=None,
        llm_openai_base_url=openai_url,
        llm_openai_model=MODEL,
        llm_anthropic_base_url=fakes["anthropic"].base_url,
        llm_anthropic_model=MODEL,
        llm_first_token_timeout_s=1.2,
        llm_idle_timeout_s=1.0,
        llm_total_timeout_s=10,
        embeddings_openai_base_url=openai_url,
        embeddings_openai_model="fake-embed-dim64",
        tts_api_base_url=openai_url,
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
def upstreams(fakes: dict[str, FakeServer]) -> dict[str, FakeServer]:
    """The fake servers by provider, without faults left over from another test."""
    for fake in fakes.values():
        fake.state.reset()
    return fakes


@pytest.fixture
def upstream(upstreams: dict[str, FakeServer]) -> FakeServer:
    return upstreams["openai"]


@pytest.fixture
def providers(
    all_providers: Providers, circuits: LocalCircuits, upstreams: dict[str, FakeServer]
) -> Providers:
    """With all circuits closed."""
    circuits._circuits.clear()
    return all_providers
