"""Answers in one piece that are JSON, and yet not what was asked for."""

import base64
import json
from collections.abc import AsyncIterator, Sequence

import numpy as np
import pytest

from clonememoria.core.config import Settings
from clonememoria.core.errors import ProviderMalformed
from clonememoria.providers.catalog import Providers
from clonememoria.providers.embeddings.openai import OpenAIEmbeddings
from tests.fakes.raw_server import RawServer, http

NESTED = b'{"unknown": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"


@pytest.fixture
async def providers(raw: RawServer) -> AsyncIterator[Providers]:
    settings = Settings(
        _env_file=None,
        llm_openai_base_url=raw.url,
        llm_anthropic_base_url=raw.url,
        embeddings_openai_base_url=raw.url,
        tts_api_base_url=raw.url,
    )
    providers = Providers(settings)
    yield providers
    await providers.aclose()


@pytest.fixture
async def embeddings(raw: RawServer) -> AsyncIterator[OpenAIEmbeddings]:
    """Without the guard, that would try each three times."""
    embeddings = OpenAIEmbeddings(base_url=raw.url, api_key=None, model="m")
    yield embeddings
    await embeddings.aclose()


def vectors_body(*embeddings: object, indexes: Sequence[object] | None = None) -> bytes:
    places = indexes or range(len(embeddings))
    rows = [{"index": i, "embedding": e} for i, e in zip(places, embeddings, strict=True)]
    return http(200, json.dumps({"data": rows}).encode())


def packed(*numbers: float) -> str:
    return base64.b64encode(np.array(numbers, "<f4").tobytes()).decode()


@pytest.mark.parametrize(
    "answer",
    [
        vectors_body(),
        vectors_body([1, 0], [0, 1]),
        vectors_body([1, 0], indexes=[-1]),
        vectors_body([1, 0], indexes=["0"]),
        vectors_body([]),
        vectors_body([0, 0]),
        vectors_body(packed(0, 0)),
        vectors_body(packed(float("nan"), 1)),
        vectors_body(packed(float("inf"), 1)),
        vectors_body([1e300, 1]),
        vectors_body([[1.0]]),
        vectors_body(["1"]),
        vectors_body("@@@"),
        vectors_body(base64.b64encode(b"12345").decode()),
        http(200, NESTED),
    ],
    ids=lambda answer: answer[-50:].decode(),
)
async def test_what_is_no_vector_is_malformed(
    embeddings: OpenAIEmbeddings, raw: RawServer, answer: bytes
) -> None:
    raw.answers = [answer]

    with pytest.raises(ProviderMalformed):
        await embeddings.embed(["tea"], model="m")


@pytest.mark.parametrize("numbers", [(3e38, 3e38), (1e-45, 1e-45)])
async def test_a_vector_of_any_size_is_made_one_of_length_one(
    embeddings: OpenAIEmbeddings, raw: RawServer, numbers: tuple[float, ...]
) -> None:
    raw.answers = [vectors_body(packed(*numbers))]

    (vector,) = await embeddings.embed(["tea"], model="m")

    assert np.linalg.norm(vector) == pytest.approx(1)


async def test_a_vector_that_no_database_can_keep_is_malformed(
    providers: Providers, raw: RawServer
) -> None:
    raw.answers = [vectors_body([0.5] * 16_001)]

    with pytest.raises(ProviderMalformed):
        await providers.embeddings("openai").embed(["tea"], model="m")


async def test_speech_inside_nested_json_is_malformed(providers: Providers, raw: RawServer) -> None:
    raw.answers = [http(200, NESTED)]

    with pytest.raises(ProviderMalformed):
        await providers.tts("external").synthesize("tea", voice="anna")


async def test_nested_lists_of_what_is_offered_are_passed_over(
    providers: Providers, raw: RawServer
) -> None:
    raw.answers = [http(200, NESTED)]

    offers = [*await providers.catalog("llm"), *await providers.catalog("tts")]

    asked = {info.name: info for info in offers if info.name in {"anthropic", "external"}}
    assert asked["anthropic"].last_error == "provider_malformed"
    assert asked["external"].choices == ("default",)
