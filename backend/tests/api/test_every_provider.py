"""A clone answers, finds and speaks through each provider that there is, whoever the vendor is."""

from base64 import b64decode
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from clonememoria.core.config import Settings
from clonememoria.providers.registry import VENDORS
from clonememoria.providers.tts.wav import read_wav
from tests.api.clones import create_clone
from tests.api.documents import read
from tests.conftest import Person, Serve
from tests.fakes import anthropic_server, openai_server
from tests.fakes.api_server import FakeServer

TEA = "Green tea is brewed at 80 degrees. Black tea needs boiling water."
QUESTION = "How hot is green tea brewed?"


@pytest.fixture
async def fakes() -> AsyncIterator[dict[str, FakeServer]]:
    async with AsyncExitStack() as stack:
        yield {
            "openai": await stack.enter_async_context(openai_server.running()),
            "anthropic": await stack.enter_async_context(anthropic_server.running()),
        }


@pytest.fixture
def settings(settings: Settings, fakes: dict[str, FakeServer]) -> Settings:
    url = fakes["openai"].base_url
    return settings.model_copy(
        update={
            "llm_openai_base_url": url,
            "llm_openai_model": "fake-n20",
            "llm_anthropic_base_url": fakes["anthropic"].base_url,
            "llm_anthropic_model": "fake-n20",
            "embeddings_openai_base_url": url,
            "embeddings_openai_model": "fake-embed-dim64",
            "tts_api_base_url": url,
        }
    )


@pytest.mark.parametrize("name", [vendor.name for vendor in VENDORS["llm"]])
async def test_a_clone_answers_through(name: str, ada: Person) -> None:
    clone = await create_clone(ada, llm_provider=name)
    await read(ada, clone, TEA)

    answer = (await ada.http.post(f"/api/chat/{clone}", json={"content": QUESTION})).json()

    assert (answer["provider"], answer["mode"], answer["error"]) == (name, "rag", None)
    assert answer["sources"][0]["excerpt"] == TEA
    assert len(answer["message"].split()) > 5
    assert answer["usage"]["prompt_tokens"] > 0


@pytest.mark.parametrize("name", [vendor.name for vendor in VENDORS["embeddings"]])
async def test_a_clone_finds_through(name: str, ada: Person) -> None:
    clone = await create_clone(ada, embedding_provider=name)
    await read(ada, clone, TEA)

    url = f"/api/clones/{clone}/search"
    found = (await ada.http.post(url, json={"query": QUESTION, "mode": "dense"})).json()

    assert found["degraded"] == []
    assert found["results"][0]["dense_rank"] == 1
    assert found["results"][0]["content"] == TEA


@pytest.mark.parametrize("name", [vendor.name for vendor in VENDORS["tts"]])
async def test_a_clone_speaks_through(
    name: str, ada: Person, serve: Serve, settings: Settings
) -> None:
    clone = await create_clone(ada, tts_provider=name)
    # One setting, two meanings: the base of an API, or the one address of an endpoint.
    endpoint = f"{settings.tts_api_base_url}/audio/speech"
    other = await serve(settings.model_copy(update={"tts_api_base_url": endpoint}))
    url = f"{other.url if name == 'external' else ''}/api/chat/tts/{clone}"

    spoken = (await ada.http.post(url, json={"text": TEA})).json()

    assert (spoken["provider"], spoken["format"]) == (name, "wav")
    sound = read_wav(b64decode(spoken["audio_base64"]))
    assert sound.sample_rate == spoken["sample_rate"]
    assert 2 < spoken["duration_seconds"] < 12
