"""Retrieval alone: each side, their fusion, and questions that are hard on a search."""

import asyncio

import pytest
from sqlalchemy import select

from clonememoria.core.config import Settings
from clonememoria.core.db import Database
from clonememoria.models import Chunk
from tests.api.clones import create_clone
from tests.api.documents import Json, read
from tests.conftest import Person, Serve, register
from tests.fakes.openai_server import running

FACTS = {
    "Bees": "A queen bee lays up to 2,000 eggs a day in early summer.",
    "Glass": "Glass is made of sand, soda ash and limestone at 1,700 degrees.",
    "Trains": "The first railway in Spain ran from Barcelona to Mataró in 1848.",
    "茶": "绿茶应该用八十度的热水冲泡，时间不超过三分钟。",
}


async def search(owner: Person, clone: str, query: str, **fields: object) -> Json:
    url = f"/api/clones/{clone}/search"
    answer = await owner.http.post(url, json={"query": query, **fields})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def clone_with_facts(owner: Person) -> str:
    clone = await create_clone(owner)
    await asyncio.gather(*(read(owner, clone, text, title=title) for title, text in FACTS.items()))
    return clone


async def test_each_mode_finds_the_passage_and_says_how(ada: Person) -> None:
    clone = await clone_with_facts(ada)
    for mode in ("hybrid", "dense", "lexical"):
        found = await search(ada, clone, "How many eggs does a queen bee lay?", mode=mode)
        best = found["results"][0]
        assert best["document_name"] == "Bees"
        assert best["content"] == FACTS["Bees"]
        assert (best["dense_rank"] == 1) is (mode != "lexical")
        assert (best["lexical_rank"] == 1) is (mode != "dense")
        assert found["degraded"] == []
        scores = [result["score"] for result in found["results"]]
        assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("绿茶用多少度的水？", "茶"),
        ("railways in Spain, 1848", "Trains"),
        ("MATARO", "Trains"),
        ("temperature for melting sand", "Glass"),
    ],
)
async def test_other_languages_numbers_and_spellings_find_theirs(
    ada: Person, query: str, name: str
) -> None:
    clone = await clone_with_facts(ada)
    assert (await search(ada, clone, query))["results"][0]["document_name"] == name


@pytest.mark.parametrize(
    "query",
    [
        "the of and",
        "?!… --- ***",
        "a & b | !c <-> (d:*",
        "' OR 1=1 --",
        "%_\\",
        "x" * 4000,
        " ".join(f"word{n}" for n in range(10_000)),
        "😀",
        "\u202eabc",
    ],
)
@pytest.mark.parametrize("mode", ["hybrid", "lexical", "dense"])
async def test_no_question_is_too_odd(ada: Person, query: str, mode: str) -> None:
    clone = await create_clone(ada)
    await read(ada, clone, FACTS["Bees"])
    assert len((await search(ada, clone, query, mode=mode))["results"]) <= 1


@pytest.mark.parametrize(
    "body",
    [
        {"query": ""},
        {"query": "  "},
        {"query": "a\x00"},
        {"query": "ok", "limit": 0},
        {"query": "ok", "limit": 201},
        {"query": "ok", "mode": "psychic"},
        {"query": "ok", "sources": ["no"]},
    ],
)
async def test_a_bad_search_is_a_422(ada: Person, body: dict[str, object]) -> None:
    clone = await create_clone(ada)
    answer = await ada.http.post(f"/api/clones/{clone}/search", json=body)
    assert answer.status_code == 422


async def test_a_clone_without_documents_finds_nothing(ada: Person) -> None:
    clone = await create_clone(ada)
    assert (await search(ada, clone, "anything"))["results"] == []


async def test_another_clone_of_the_same_owner_is_not_searched(ada: Person) -> None:
    await clone_with_facts(ada)
    empty = await create_clone(ada)
    assert (await search(ada, empty, "queen bee"))["results"] == []


async def test_a_query_that_forgets_its_filter_sees_no_foreign_row(
    ada: Person, bob: Person, database: Database
) -> None:
    await clone_with_facts(ada)
    async with database.as_user(ada.id) as session:
        assert len((await session.scalars(select(Chunk.id))).all()) == len(FACTS)
    async with database.as_user(bob.id) as session:
        assert (await session.scalars(select(Chunk.id))).all() == []


async def test_a_dead_embedding_provider_leaves_the_lexical_side_and_says_so(
    serve: Serve, settings: Settings
) -> None:
    async with running() as upstream:
        served = await serve(
            settings.model_copy(
                update={
                    "embeddings_default_provider": "openai",
                    "embeddings_openai_base_url": upstream.base_url,
                    "embeddings_openai_model": "fake-embed-dim64",
                }
            )
        )
        ada = await register(served.url, "ada@example.org")
        clone = await create_clone(ada)
        await read(ada, clone, FACTS["Bees"])
        healthy = await search(ada, clone, "queen bee")
        upstream.state.plan_faults(["500"] * 5, path="/v1/embeddings")
        degraded = await search(ada, clone, "queen bee")
        answer = (await ada.http.post(f"/api/chat/{clone}", json={"content": "queen bee?"})).json()
        await ada.http.aclose()

    assert healthy["results"][0]["dense_rank"] == 1
    assert degraded["degraded"] == ["embeddings"]
    assert degraded["results"][0]["lexical_rank"] == 1
    assert degraded["results"][0]["dense_rank"] is None
    assert answer["mode"] == "rag"
