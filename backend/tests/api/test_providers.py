"""What the list of providers says, and what a test of one finds, over real HTTP to an upstream."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import cast

import httpx2
import pytest

from clonememoria.core.config import Settings
from clonememoria.providers.catalog import MAX_CHOICES
from tests.api.documents import Json
from tests.conftest import Person, Serve, register
from tests.fakes.openai_server import FakeOpenAI, running

LLM_TEST = "/api/providers/llm/openai/test"
# As many failures as open a circuit; a test of a provider that is down tries three times.
TESTS_UNTIL_RESTING = 2
CHAT, MODELS = "/v1/chat/completions", "/v1/models"


@pytest.fixture
async def upstream() -> AsyncIterator[FakeOpenAI]:
    async with running() as fake:
        yield fake


@pytest.fixture
async def keyed(serve: Serve, settings: Settings, upstream: FakeOpenAI) -> AsyncIterator[Person]:
    """Ada where the operator has configured OpenAI as a second choice."""
    served = await serve(
        settings.model_copy(
            update={
                "llm_openai_base_url": upstream.base_url,
                "llm_openai_model": "fake-n20",
                "llm_first_token_timeout_s": 1.2,
                "embeddings_openai_base_url": upstream.base_url,
                "tts_api_base_url": upstream.base_url,
                "tts_openai_model": "fake-tts",
            }
        )
    )
    person = await register(served.url, "ada@example.org")
    async with aclosing(person.http):
        yield person


async def openai_of(person: Person, kind: str = "llm") -> Json:
    providers = (await person.http.get("/api/providers")).json()
    return cast(Json, next(p for p in providers[kind] if p["name"] == "openai"))


def last_request(upstream: FakeOpenAI) -> Json:
    return cast(Json, upstream.state.recent[-1])["body"]


# --- the list ---


async def test_the_list_of_providers_says_what_can_be_used(ada: Person) -> None:
    providers = (await ada.http.get("/api/providers")).json()

    assert set(providers) == {"llm", "embedding", "tts", "vector_store"}
    dummy = next(p for p in providers["llm"] if p["name"] == "dummy")
    assert dummy["configured"] is True
    assert dummy["healthy"] is True
    assert dummy["default"] == dummy["models"][0]
    assert (dummy["hint"], dummy["last_error"], dummy["circuit"]) == (None, None, "closed")
    assert providers["tts"][0]["voices"]
    assert [p["name"] for p in providers["vector_store"]] == ["pgvector"]


async def test_a_list_of_models_is_no_longer_than_anybody_reads(
    keyed: Person, upstream: FakeOpenAI
) -> None:
    listed = ",".join(f"fake-{number}" for number in range(MAX_CHOICES + 500))
    upstream.state.knobs = upstream.state.knobs.updated([("models", listed)])

    assert len((await openai_of(keyed))["models"]) == MAX_CHOICES


async def test_what_is_not_configured_says_how_to_configure_it(ada: Person) -> None:
    openai = await openai_of(ada)
    assert (openai["configured"], openai["healthy"], openai["models"]) == (False, None, [])
    assert "LLM_OPENAI_API_KEY" in openai["hint"]


async def test_a_provider_that_cannot_be_reached_says_so_and_why(
    serve: Serve, settings: Settings
) -> None:
    nobody_listens = {"llm_openai_base_url": "http://127.0.0.1:9/v1"}
    served = await serve(settings.model_copy(update=nobody_listens))
    person = await register(served.url, "ada@example.org")
    async with aclosing(person.http):
        openai = await openai_of(person)
    assert (openai["configured"], openai["healthy"]) == (True, False)
    assert openai["last_error"] == "provider_down"
    assert openai["default"] == "gpt-4o-mini"


async def test_an_error_is_listed_at_once_and_gone_with_the_next_answer(
    keyed: Person, upstream: FakeOpenAI
) -> None:
    assert (await openai_of(keyed))["last_error"] is None

    upstream.state.plan_faults(["401"], path=CHAT)
    await keyed.http.post(LLM_TEST)
    failed = await openai_of(keyed)
    assert (failed["last_error"], failed["circuit"]) == ("provider_unauthorized", "closed")

    await keyed.http.post(LLM_TEST)
    assert (await openai_of(keyed))["last_error"] is None


async def test_a_provider_that_came_back_is_healthy_at_once(
    keyed: Person, upstream: FakeOpenAI
) -> None:
    upstream.state.plan_faults(["500"] * 3, path=MODELS)
    assert (await openai_of(keyed))["healthy"] is False

    await keyed.http.post(LLM_TEST)

    assert (await openai_of(keyed))["healthy"] is True


async def test_a_provider_that_rests_is_not_healthy_though_the_catalog_is_cached(
    keyed: Person, upstream: FakeOpenAI
) -> None:
    assert (await openai_of(keyed))["healthy"] is True

    await make_it_rest(keyed, upstream)

    openai = await openai_of(keyed)
    assert (openai["circuit"], openai["healthy"]) == ("open", False)
    assert openai["last_error"] == "provider_down"
    health = (await keyed.http.get("/health/rag")).json()
    assert {"kind": "llm", "name": "openai", "state": "open"} in health["breakers"]
    assert health["status"] == "ok", "the default of this installation is another one"


async def make_it_rest(person: Person, upstream: FakeOpenAI) -> None:
    upstream.state.knobs.fault = "500"
    for _ in range(TESTS_UNTIL_RESTING):
        answer = await person.http.post(LLM_TEST)
        assert answer.status_code == 503
    upstream.state.knobs.fault = ""


# --- tests ---


async def test_every_kind_of_provider_can_be_tried(ada: Person) -> None:
    for provider in ["llm/dummy", "embedding/dummy", "tts/dummy", "vector_store/pgvector"]:
        answer = await ada.http.post(f"/api/providers/{provider}/test")
        assert answer.status_code == 200, provider
        assert answer.json()["ok"] is True
        assert answer.json()["latency_ms"] >= 0


async def test_a_test_of_a_model_shows_its_words_and_times(
    keyed: Person, upstream: FakeOpenAI
) -> None:
    body = {"model": "fake-ttft30-echo", "text": "Who are you?"}
    answer = (await keyed.http.post(LLM_TEST, json=body)).json()

    assert answer["reply"] == "Who are you?"
    assert answer["model"] == last_request(upstream)["model"] == "fake-ttft30-echo"
    assert 30 <= answer["first_token_ms"] <= answer["latency_ms"]
    assert answer["voice"] is None


async def test_a_long_reply_is_cut(keyed: Person) -> None:
    body = {"model": "fake-echo", "text": "x" * 400}
    answer = (await keyed.http.post(LLM_TEST, json=body)).json()
    assert answer["reply"] == "x" * 200


async def test_without_a_body_the_default_is_tried(keyed: Person, upstream: FakeOpenAI) -> None:
    answer = (await keyed.http.post(LLM_TEST)).json()
    assert answer["model"] == last_request(upstream)["model"] == "fake-n20"


async def test_a_chosen_embedding_and_voice_are_tried(keyed: Person, upstream: FakeOpenAI) -> None:
    embedding = await keyed.http.post(
        "/api/providers/embedding/openai/test", json={"model": "fake-dim64"}
    )
    assert embedding.json()["model"] == last_request(upstream)["model"] == "fake-dim64"

    voice = await keyed.http.post(
        "/api/providers/tts/openai/test", json={"voice": "of-the-server", "text": "Good day."}
    )
    assert voice.json()["voice"] == last_request(upstream)["voice"] == "of-the-server"
    assert last_request(upstream)["input"] == "Good day."
    assert voice.json()["reply"] is None


async def test_a_voice_that_does_not_exist_cannot_be_tried(ada: Person) -> None:
    answer = await ada.http.post("/api/providers/tts/dummy/test", json={"voice": "nobody"})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["loc"] == ["body", "voice"]
    assert "bright" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("500", "provider_down"),
        ("429:20", "provider_rate_limited"),
        ("401", "provider_unauthorized"),
        ("404", "provider_rejected"),
        ("hang", "provider_timeout"),
        ("notjson", "provider_malformed"),
        ("drop:3", "provider_down"),
    ],
)
async def test_a_provider_that_fails_answers_as_a_chat_would_be(
    fault: str, code: str, keyed: Person, upstream: FakeOpenAI
) -> None:
    upstream.state.knobs.fault = fault

    answer = await keyed.http.post(LLM_TEST)

    assert (answer.status_code, answer.json()["code"]) == (503, code)
    assert "sk-canary-key" not in answer.text
    assert "127.0.0.1" not in answer.text


async def test_a_provider_that_rests_says_so_without_being_asked(
    keyed: Person, upstream: FakeOpenAI
) -> None:
    await make_it_rest(keyed, upstream)
    asked = upstream.state.counts[CHAT]

    answer = await keyed.http.post(LLM_TEST)

    assert answer.json()["code"] == "provider_resting"
    assert int(answer.headers["Retry-After"]) > 0
    assert upstream.state.counts[CHAT] == asked


async def test_what_is_no_provider_cannot_be_tried(ada: Person) -> None:
    for provider in ["llm/openai", "llm/x", "tts/%00", "x/dummy", "vector_store/x"]:
        answer = await ada.http.post(f"/api/providers/{provider}/test")
        assert answer.status_code == 422, provider


@pytest.mark.parametrize("body", [{"model": ""}, {"text": "x" * 501}, {"voice": "a\x00"}, []])
async def test_a_test_takes_only_what_could_be_chosen(body: object, ada: Person) -> None:
    answer = await ada.http.post("/api/providers/llm/dummy/test", json=body)
    assert answer.status_code == 422


async def test_trying_providers_is_limited(ada: Person) -> None:
    answers = await asyncio.gather(
        *(ada.http.post("/api/providers/llm/dummy/test") for _ in range(15))
    )

    assert sorted(a.status_code for a in answers) == [200] * 10 + [429] * 5


async def test_providers_are_for_those_who_are_logged_in(client: httpx2.AsyncClient) -> None:
    assert (await client.get("/api/providers")).status_code == 401
    assert (await client.post("/api/providers/llm/dummy/test")).status_code == 401
