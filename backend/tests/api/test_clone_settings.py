"""What a clone uses to think, find and speak: changed field by field, and checked before."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from clonememoria.core.config import Settings
from clonememoria.models import Clone
from tests.conftest import Person, Serve, ServedApp, register

SETTINGS = {
    "llm_provider",
    "llm_model",
    "temperature",
    "max_tokens",
    "embedding_provider",
    "embedding_model",
    "tts_provider",
    "tts_voice_id",
    "tts_speed",
    "retrieval",
    "inherited",
    "reembedding",
}


async def make(person: Person, **fields: object) -> str:
    answer = await person.http.post("/api/clones", json={"name": "Ada", **fields})
    assert answer.status_code == 201, answer.text
    return f"/api/clones/{answer.json()['id']}/settings"


@pytest.fixture
async def keyed(serve: Serve, settings: Settings) -> AsyncIterator[Person]:
    """Ada where the operator has configured OpenAI as a second choice; nobody answers there."""
    update = {
        "llm_openai_base_url": "http://127.0.0.1:9/v1",
        "embeddings_openai_base_url": "http://127.0.0.1:9/v1",
    }
    served = await serve(settings.model_copy(update=update))
    person = await register(served.url, "ada@example.org")
    async with aclosing(person.http):
        yield person


async def test_a_new_clone_follows_the_installation(ada: Person) -> None:
    settings = (await ada.http.get(await make(ada))).json()

    assert set(settings) == SETTINGS
    assert settings["llm_provider"] == "dummy"
    assert settings["retrieval"] == {"top_k": 3, "mode": "hybrid", "answer_mode": "balanced"}
    assert settings["inherited"] == ["llm_provider", "llm_model", "tts_provider", "tts_voice_id"]


CHANGES: list[dict[str, object]] = [
    {"temperature": 0},
    {"temperature": 2},
    {"temperature": 0.25},
    {"max_tokens": 1},
    {"max_tokens": 32768},
    {"llm_model": "some-model"},
    {"tts_voice_id": "bright"},
    {"embedding_model": "some-model"},
    {"retrieval": {"top_k": 50}},
    {"retrieval": {"mode": "lexical"}},
    {"retrieval": {"answer_mode": "open"}},
]


async def test_only_what_is_sent_changes(ada: Person) -> None:
    address = await make(ada)
    for change in CHANGES:
        before = (await ada.http.get(address)).json()

        after = (await ada.http.patch(address, json=change)).json()

        sent = change.get("retrieval")
        expected = {"retrieval": before["retrieval"] | sent} if isinstance(sent, dict) else change
        assert {**after, "inherited": []} == {**before, **expected, "inherited": []}
        assert (await ada.http.get(address)).json() == after


async def test_null_goes_back_to_the_installations_default(ada: Person) -> None:
    address = await make(ada)
    fresh = (await ada.http.get(address)).json()
    chosen = {
        "llm_provider": "dummy",
        "llm_model": "m",
        "tts_provider": "dummy",
        "tts_voice_id": "v",
        "embedding_model": "e",
    }
    assert (await ada.http.patch(address, json=chosen)).json()["inherited"] == []

    back = await ada.http.patch(address, json=dict.fromkeys(chosen))

    assert back.json() == fresh


UNUSABLE: list[dict[str, object]] = [
    {"temperature": -1},
    {"temperature": -0.01},
    {"temperature": 2.01},
    {"temperature": "0.7"},
    {"temperature": True},
    {"temperature": None},
    {"temperature": 10**20},
    {"max_tokens": 0},
    {"max_tokens": 32769},
    {"max_tokens": 10**12},
    {"max_tokens": 10**20},
    {"max_tokens": 1.5},
    {"max_tokens": "7"},
    {"max_tokens": True},
    {"llm_provider": ""},
    {"llm_provider": 1},
    {"llm_provider": "a\x00b"},
    {"llm_model": "x" * 201},
    {"llm_model": ""},
    {"retrieval": None},
    {"retrieval": {"top_k": 0}},
    {"retrieval": {"top_k": 51}},
    {"retrieval": {"top_k": True}},
    {"retrieval": {"mode": "psychic"}},
    {"retrieval": {"answer_mode": "rude"}},
    {"retrieval": {"surprise": 1}},
    {"api_key": "sk-x"},
    {"is_published": True},
]


async def test_unusable_settings_are_refused_and_change_nothing(ada: Person) -> None:
    address = await make(ada)
    before = (await ada.http.get(address)).json()
    for bad in UNUSABLE:
        answer = await ada.http.patch(address, json={"max_tokens": 5, **bad})

        assert answer.status_code == 422, bad
        assert answer.json()["errors"][0]["loc"][:2] == ["body", *bad]
    assert (await ada.http.get(address)).json() == before


async def test_numbers_that_json_does_not_know_are_refused(ada: Person) -> None:
    address = await make(ada)
    for value in ("NaN", "Infinity", "-Infinity", "1e400"):
        answer = await ada.http.patch(
            address,
            content=f'{{"temperature": {value}}}',
            headers={"content-type": "application/json"},
        )
        assert answer.status_code == 422, value


async def test_a_provider_that_cannot_be_used_names_those_that_can(ada: Person) -> None:
    address = await make(ada)
    roles = ["llm_provider", "embedding_provider", "tts_provider"]
    for field, name in itertools.product(roles, ["openai", "telepathy"]):
        for answer in [
            await ada.http.patch(address, json={field: name}),
            await ada.http.post("/api/clones", json={"name": "n", field: name}),
        ]:
            assert answer.status_code == 422
            problem = answer.json()
            assert problem["code"] == "unknown_provider"
            assert "choose one of: dummy" in problem["detail"]
            assert problem["errors"][0]["loc"] == ["body", field]


async def test_a_new_provider_brings_its_own_model(keyed: Person) -> None:
    address = await make(keyed, llm_model="only-of-dummy")

    changed = (await keyed.http.patch(address, json={"llm_provider": "openai"})).json()
    assert (changed["llm_provider"], changed["llm_model"]) == ("openai", "gpt-4o-mini")
    named = {"llm_provider": "openai", "llm_model": "gpt-4o"}
    assert (await keyed.http.patch(address, json=named)).json()["llm_model"] == "gpt-4o"
    same = (await keyed.http.patch(address, json={"llm_provider": "openai"})).json()
    assert same["llm_model"] == "gpt-4o"
    embedding = (await keyed.http.patch(address, json={"embedding_provider": "openai"})).json()
    assert embedding["embedding_model"] == "text-embedding-3-small"


async def test_parallel_changes_lose_nothing(ada: Person) -> None:
    address = await make(ada)
    changes = [
        {"temperature": 1.9},
        {"max_tokens": 77},
        {"llm_model": "m"},
        {"tts_voice_id": "v"},
        {"retrieval": {"top_k": 8}},
        {"retrieval": {"mode": "dense"}},
    ]

    await asyncio.gather(*(ada.http.patch(address, json=change) for change in changes))

    after = (await ada.http.get(address)).json()
    assert (after["temperature"], after["max_tokens"]) == (1.9, 77)
    assert (after["llm_model"], after["tts_voice_id"]) == ("m", "v")
    assert after["retrieval"] == {"top_k": 8, "mode": "dense", "answer_mode": "balanced"}


async def test_only_a_change_of_the_embedding_is_handed_on(ada: Person, served: ServedApp) -> None:
    asked: list[str] = []

    async def reembed(_session: AsyncSession, clone: Clone) -> None:
        asked.append(clone.embedding_model)

    served.app.state.reembed = reembed
    address = await make(ada)
    model = (await ada.http.get(address)).json()["embedding_model"]

    for change in ({"temperature": 1}, {"llm_model": "m"}, {}):
        assert (await ada.http.patch(address, json=change)).status_code == 200
    assert asked == []
    await ada.http.patch(address, json={"embedding_model": "other"})
    await ada.http.patch(address.removesuffix("/settings"), json={"embedding_model": None})

    assert asked == ["other", model]


async def test_a_change_whose_reembedding_cannot_start_is_not_made(
    ada: Person, served: ServedApp
) -> None:
    async def reembed(_session: AsyncSession, _clone: Clone) -> None:
        raise OSError("the queue is away")

    served.app.state.reembed = reembed
    address = await make(ada)
    before = (await ada.http.get(address)).json()

    answer = await ada.http.patch(address, json={"embedding_model": "other"})

    assert answer.status_code == 503
    assert (await ada.http.get(address)).json() == before
