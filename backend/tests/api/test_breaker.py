"""A broken provider is skipped fast, and comes back by itself; one that refuses is not broken."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from typing import Final

import httpx2
import pytest

from clonememoria.core.config import Settings
from tests.api.clones import create_clone
from tests.conftest import Person
from tests.fakes.openai_server import FakeOpenAI, running

OPEN_S: Final = 2.0
SHORT_OPEN_S: Final = 1.0
PATHS: Final = {
    "llm": "/v1/chat/completions",
    "embedding": "/v1/embeddings",
    "tts": "/v1/audio/speech",
}


@pytest.fixture
async def upstream() -> AsyncIterator[FakeOpenAI]:
    async with running() as fake:
        yield fake


@pytest.fixture
def open_s() -> float:
    return OPEN_S


@pytest.fixture
def settings(settings: Settings, upstream: FakeOpenAI, open_s: float) -> Settings:
    return settings.model_copy(
        update={
            "llm_default_provider": "openai",
            "llm_openai_base_url": upstream.base_url,
            "llm_openai_model": "fake-n5",
            "embeddings_openai_base_url": upstream.base_url,
            "embeddings_openai_model": "fake-embed-dim64",
            "tts_api_base_url": upstream.base_url,
            "provider_circuit_open_s": open_s,
        }
    )


async def tried(person: Person, kind: str) -> httpx2.Response:
    return await person.http.post(f"/api/providers/{kind}/openai/test")


async def circuit(person: Person, kind: str) -> str:
    listed = (await person.http.get("/api/providers")).json()[kind]
    return str(next(one["circuit"] for one in listed if one["name"] == "openai"))


@pytest.mark.parametrize("kind", PATHS)
async def test_a_broken_provider_is_left_alone_and_healed_by_one_call(
    ada: Person, upstream: FakeOpenAI, kind: str
) -> None:
    path = PATHS[kind]
    assert await circuit(ada, kind) == "closed"
    upstream.state.plan_faults(["500"] * 5 + ["slow:1000"], path=path)

    codes = [(await tried(ada, kind)).json()["code"] for _ in range(2)]
    assert codes == ["provider_down", "provider_resting"]
    started = time.perf_counter()
    resting = await tried(ada, kind)
    took_s = time.perf_counter() - started
    print(f"P13: {kind}: an open circuit answers in {took_s * 1000:.1f} ms")
    assert (resting.status_code, resting.json()["code"]) == (503, "provider_resting")
    assert 0 < int(resting.headers["retry-after"]) <= OPEN_S
    assert took_s < 0.5
    assert await circuit(ada, kind) == "open"
    assert upstream.state.counts[path] == 5

    await asyncio.sleep(OPEN_S)
    assert await circuit(ada, kind) == "half_open"
    answers = await asyncio.gather(*(tried(ada, kind) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [200, 503, 503, 503, 503]
    assert upstream.state.counts[path] == 6
    assert await circuit(ada, kind) == "closed"
    assert (await tried(ada, kind)).status_code == 200


@pytest.mark.parametrize("open_s", [SHORT_OPEN_S])
async def test_of_ten_questions_at_once_one_tries_a_provider_that_was_broken(
    ada: Person, upstream: FakeOpenAI
) -> None:
    clone = await create_clone(ada)

    async def ask() -> str:
        answer = await ada.http.post(f"/api/chat/{clone}", json={"content": "Is the oil low?"})
        body = answer.json()
        return str(body["error"]["code"] if body["error"] else body["mode"])

    async def ask_ten() -> Counter[str]:
        return Counter(await asyncio.gather(*(ask() for _ in range(10))))

    upstream.state.plan_faults(["500"] * 10 + ["slow:2000"])
    assert [await ask() for _ in range(3)] == ["provider_down", *["provider_resting"] * 2]
    for calls in range(6, 11):
        await asyncio.sleep(SHORT_OPEN_S)
        # The second attempt found the circuit open again.
        assert await ask() == "provider_resting"
        assert upstream.state.counts[PATHS["llm"]] == calls

    await asyncio.sleep(SHORT_OPEN_S)
    assert await ask_ten() == {"llm_fallback": 1, "provider_resting": 9}
    assert upstream.state.counts[PATHS["llm"]] == 11
    assert await ask_ten() == {"llm_fallback": 10}


@pytest.mark.parametrize("refusal", ["400", "401", "404", "429:60"])
async def test_refusals_never_open_the_circuit(
    ada: Person, upstream: FakeOpenAI, refusal: str
) -> None:
    upstream.state.plan_faults([refusal] * 9, path=PATHS["embedding"])

    refused = [await tried(ada, "embedding") for _ in range(9)]

    assert {answer.json()["code"] for answer in refused} <= {
        "provider_rejected",
        "provider_unauthorized",
        "provider_rate_limited",
    }
    assert await circuit(ada, "embedding") == "closed"
    assert (await tried(ada, "embedding")).status_code == 200


async def test_kinds_of_one_vendor_break_apart(ada: Person, upstream: FakeOpenAI) -> None:
    upstream.state.plan_faults(["500"] * 5, path=PATHS["tts"])
    for _ in range(2):
        await tried(ada, "tts")

    assert await circuit(ada, "tts") == "open"
    assert (await tried(ada, "llm")).status_code == 200
