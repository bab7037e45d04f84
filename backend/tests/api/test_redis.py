"""Two replicas with one Redis: what they share, and that nobody notices when it dies."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final

import httpx2
import pytest
from pydantic import SecretStr

from clonememoria.core import redis as redis_module
from clonememoria.core.config import Settings
from tests.conftest import Serve, register
from tests.eventually import eventually
from tests.fakes.openai_server import FakeOpenAI, running
from tests.fakes.redis_server import KINDS, RedisServer

OPEN_S: Final = 2.0
EMBEDDINGS: Final = "/v1/embeddings"
EMBEDDING_TEST: Final = "/api/providers/embedding/openai/test"
PER_MINUTE: Final = 10


@pytest.fixture(autouse=True)
def _it_is_looked_for_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis_module, "RETURN_CHECK_S", 0.2)
    monkeypatch.setattr(redis_module, "PATIENCE_S", 2.0)  # The machine of the tests is busy.


@pytest.fixture
async def redis() -> AsyncIterator[RedisServer]:
    """The real one where it is installed."""
    server: RedisServer = KINDS[-1]()
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def upstream() -> AsyncIterator[FakeOpenAI]:
    async with running() as fake:
        yield fake


@pytest.fixture
def settings(settings: Settings, upstream: FakeOpenAI, redis: RedisServer) -> Settings:
    return settings.model_copy(
        update={
            "redis_url": SecretStr(redis.url),
            "embeddings_openai_base_url": upstream.base_url,
            "embeddings_openai_model": "fake-embed-dim64",
            "provider_circuit_open_s": OPEN_S,
            "rate_limit_chat_per_minute": PER_MINUTE,
            "worker_inline": False,
        }
    )


@dataclass(frozen=True)
class Replicas:
    """The same person at both."""

    here: httpx2.AsyncClient
    there: httpx2.AsyncClient


@pytest.fixture
async def replicas(serve: Serve, settings: Settings) -> AsyncIterator[Replicas]:
    one, other = await serve(settings), await serve(settings)
    person = await register(one.url, "ada@example.org")
    async with httpx2.AsyncClient(
        base_url=other.url, headers=person.http.headers, timeout=30
    ) as there:
        yield Replicas(person.http, there)
    await person.http.aclose()


async def redis_seen_by(http: httpx2.AsyncClient) -> str:
    return str((await http.get("/health/rag")).json()["redis"])


async def statuses(requests: list[tuple[httpx2.AsyncClient, str]]) -> Counter[int]:
    answers = [http.post(path, json={"text": "Hello."}) for http, path in requests]
    return Counter(answer.status_code for answer in await asyncio.gather(*answers))


async def test_what_fails_for_one_is_left_alone_by_both_and_tried_again_by_one(
    replicas: Replicas, upstream: FakeOpenAI
) -> None:
    here, there = replicas.here, replicas.there
    assert (await there.post(EMBEDDING_TEST)).status_code == 200
    upstream.state.reset()
    upstream.state.plan_faults(["500"] * 5 + ["slow:1000"], path=EMBEDDINGS)

    for _ in range(2):
        await here.post(EMBEDDING_TEST)
    await asyncio.sleep(1)
    left_alone = await there.post(EMBEDDING_TEST)
    assert left_alone.json()["code"] == "provider_resting"
    assert upstream.state.counts[EMBEDDINGS] == 5

    await asyncio.sleep(OPEN_S)
    both = [(http, EMBEDDING_TEST) for http in (here, there) for _ in range(2)]
    assert await statuses(both) == {200: 1, 503: 3}
    assert upstream.state.counts[EMBEDDINGS] == 6

    await asyncio.sleep(1)
    assert (await there.post(EMBEDDING_TEST)).status_code == 200


async def test_a_limit_holds_for_both_together(replicas: Replicas) -> None:
    clone = (await replicas.here.post("/api/clones", json={"name": "Ada"})).json()["id"]
    path = f"/api/chat/tts/{clone}"

    both = [(http, path) for http in (replicas.here, replicas.there) for _ in range(25)]

    assert await statuses(both) == {200: PER_MINUTE, 429: 40}
    refused = await replicas.there.post(path, json={"text": "Hello."})
    assert 0 < int(refused.headers["retry-after"]) <= 60


async def test_no_request_fails_when_redis_dies_and_none_when_it_is_back(
    replicas: Replicas, redis: RedisServer
) -> None:
    here = replicas.here
    clone = (await here.post("/api/clones", json={"name": "Ada"})).json()["id"]
    path = f"/api/chat/tts/{clone}"
    assert await redis_seen_by(here) == "connected"
    assert await statuses([(here, path)] * 4) == {200: 4}

    stopping = asyncio.create_task(redis.stop())
    assert await statuses([(here, path)] * 4) == {200: 4}
    await stopping

    assert await statuses([(here, path)] * 4) == {200: 2, 429: 2}
    assert await redis_seen_by(here) == "away"
    assert await statuses([(replicas.there, path)]) == {200: 1}

    await redis.start()
    await eventually(lambda: redis_seen_by(here), lambda seen: seen == "connected")
    await eventually(lambda: redis_seen_by(replicas.there), lambda seen: seen == "connected")
    assert await statuses([(here, path)] * 4) == {429: 4}
    both = [(http, EMBEDDING_TEST) for http in (here, replicas.there) for _ in range(10)]
    assert await statuses(both) == {200: 10, 429: 10}


async def test_it_starts_without_the_redis_that_it_will_have(
    serve: Serve, settings: Settings, redis: RedisServer
) -> None:
    await redis.stop()

    served = await serve(settings)
    async with httpx2.AsyncClient(base_url=served.url, timeout=30) as http:
        assert await redis_seen_by(http) == "away"
        await redis.start()
        await eventually(lambda: redis_seen_by(http), lambda seen: seen == "connected")
