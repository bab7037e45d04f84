"""A document's index grows out of sight, is shown at once, and is paid for once."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

import asyncpg
import pytest

from clonememoria.core.config import Settings
from clonememoria.core.db import Database
from clonememoria.knowledge import builds, lifecycle
from clonememoria.knowledge.builds import remove_abandoned_builds
from clonememoria.knowledge.kept_vectors import forget_unused
from tests.api.clones import create_clone
from tests.api.documents import Json, chunks_of, documents_url, paste, read, settled, until, url_of
from tests.conftest import Person, Serve, ServedApp, register
from tests.fakes.openai_server import FakeOpenAI, running

OLD = "\n\n".join(f"The old tariff number {n} is {n} crowns a year. " * 20 for n in range(40))
NEW = "\n\n".join(f"The new tariff number {n} is {n} marks a year. " * 20 for n in range(400))


@pytest.fixture
async def upstream() -> AsyncIterator[FakeOpenAI]:
    async with running() as fake:
        yield fake


@pytest.fixture
async def paid(serve: Serve, settings: Settings, upstream: FakeOpenAI) -> ServedApp:
    """Its embeddings are calls that somebody pays for."""
    chosen = {
        "embeddings_default_provider": "openai",
        "embeddings_openai_model": "fake-embed-dim64",
        "embeddings_openai_base_url": upstream.base_url,
    }
    return await serve(settings.model_copy(update=chosen))


@pytest.fixture
async def eve(paid: ServedApp) -> AsyncIterator[Person]:
    person = await register(paid.url, "eve@example.org")
    yield person
    await person.http.aclose()


def asked(upstream: FakeOpenAI) -> int:
    return upstream.state.counts["embedded"]


async def found(owner: Person, clone_id: str) -> list[str]:
    url = f"/api/clones/{clone_id}/search"
    answer = await owner.http.post(url, json={"query": "tariff number 7 a year", "limit": 50})
    assert answer.status_code == 200, answer.text
    return [result["content"] for result in answer.json()["results"]]


async def test_readers_see_the_old_version_or_the_new(ada: Person) -> None:
    clone_id = await create_clone(ada)
    document = await read(ada, clone_id, OLD)
    changed = await ada.http.put(f"{url_of(document)}/content", json={"content": NEW})
    assert changed.status_code == 200, changed.text
    seen = []
    async with asyncio.timeout(30):
        while "marks" not in seen:
            passages = await found(ada, clone_id)
            assert passages
            versions = {word for word in ("crowns", "marks") for text in passages if word in text}
            assert len(versions) == 1
            seen.append(versions.pop())
    assert seen[0] == "crowns"
    done = await settled(ada, document)
    assert done["content"] == NEW
    assert {c["content"] in NEW for c in await chunks_of(ada, done)} == {True}


async def test_nothing_is_left_of_the_version_before(
    ada: Person, superuser: asyncpg.Connection
) -> None:
    clone_id = await create_clone(ada)
    document = await read(ada, clone_id, OLD)
    await ada.http.put(f"{url_of(document)}/content", json={"content": NEW})
    chunk_count = (await settled(ada, document))["chunk_count"]

    async def is_clean() -> bool:
        return not await superuser.fetchval("select count(*) from hidden_builds")

    await until(is_clean)
    for table in ("chunks", "chunk_lexemes", "chunk_embeddings"):
        assert await superuser.fetchval(f"select count(*) from {table}") == chunk_count
    assert await superuser.fetchval("select sum(length(text)) from document_texts") == len(NEW)


async def test_a_text_is_paid_for_once(paid: ServedApp, eve: Person, upstream: FakeOpenAI) -> None:
    clone_id = await create_clone(eve)
    document = await read(eve, clone_id, OLD)
    paid_for = asked(upstream)
    assert paid_for == document["chunk_count"]
    await eve.http.post(f"{url_of(document)}/reprocess")
    await settled(eve, document)
    await read(eve, await create_clone(eve), OLD)
    await eve.http.delete(url_of(document))
    await read(eve, clone_id, OLD)
    assert asked(upstream) == paid_for
    # One tenant's texts are no other's business, not even in what they cost.
    bob = await register(paid.url, "bob@example.org")
    await read(bob, await create_clone(bob), OLD)
    assert asked(upstream) == 2 * paid_for
    await bob.http.aclose()


async def test_what_nobody_needed_for_a_month_is_forgotten(
    paid: ServedApp, eve: Person, superuser: asyncpg.Connection
) -> None:
    document = await read(eve, await create_clone(eve), OLD)
    await superuser.execute(
        "update kept_vectors set used_on = current_date - 31"
        " where text_hash < (select text_hash from kept_vectors order by 1 offset 3 limit 1)"
    )
    await forget_unused(paid.app.state.database)
    kept = await superuser.fetchval("select count(*) from kept_vectors")
    assert kept == document["chunk_count"] - 3


async def test_of_a_new_version_only_what_changed_is_paid_for(
    eve: Person, upstream: FakeOpenAI
) -> None:
    clone_id = await create_clone(eve)
    document = await read(eve, clone_id, OLD)
    before = asked(upstream)
    longer = {"content": f"{OLD}\n\nOne more paragraph, about bread."}
    await eve.http.put(f"{url_of(document)}/content", json=longer)
    await settled(eve, document)
    assert 1 <= asked(upstream) - before <= 3


async def test_a_failed_reading_keeps_its_text_and_is_found_by_nobody(
    eve: Person, upstream: FakeOpenAI, superuser: asyncpg.Connection
) -> None:
    clone_id = await create_clone(eve)
    upstream.state.knobs.fault = "400"
    document = await settled(eve, await paste(eve, clone_id, OLD))
    assert (document["status"], document["chunk_count"]) == ("failed", 0)
    assert document["content"] == OLD
    assert await found(eve, clone_id) == []
    assert await chunks_of(eve, document) == []
    assert await superuser.fetchval("select count(*) from chunks") == 0


async def test_reading_again_in_vain_keeps_the_text_once(
    paid: ServedApp, eve: Person, upstream: FakeOpenAI, superuser: asyncpg.Connection
) -> None:
    upstream.state.knobs.fault = "400"
    document = await settled(eve, await paste(eve, await create_clone(eve), OLD))
    for _ in range(2):
        await remove_abandoned_builds(paid.app.state.database)
        await eve.http.post(f"{url_of(document)}/reprocess")
        assert (await settled(eve, document))["content"] == OLD
    await remove_abandoned_builds(paid.app.state.database)
    assert await superuser.fetchval("select sum(length(text)) from document_texts") == len(OLD)


async def test_what_a_dead_worker_left_is_removed(
    serve: Serve, settings: Settings, superuser: asyncpg.Connection
) -> None:
    app = await serve(settings.model_copy(update={"worker_inline": False}))
    eve = await register(app.url, "eve@example.org")
    document: Json = await paste(eve, await create_clone(eve))
    database: Database = app.app.state.database
    async with database.as_user(eve.id) as session:
        claim = await lifecycle.claim(session, UUID(document["id"]))
        assert claim
        await builds.begin(session, claim)
    assert await remove_abandoned_builds(database) == 0
    async with database.as_user(eve.id) as session:
        assert await lifecycle.claim(session, UUID(document["id"]))
    assert await remove_abandoned_builds(database) == 1
    assert await superuser.fetchval("select count(*) from hidden_builds") == 0
    await eve.http.aclose()


async def test_a_document_that_is_deleted_while_it_is_read_leaves_nothing(
    ada: Person, superuser: asyncpg.Connection
) -> None:
    clone_id = await create_clone(ada)
    document = await paste(ada, clone_id, NEW)

    async def is_growing() -> bool:
        return bool(await superuser.fetchval("select count(*) from chunks"))

    await until(is_growing)
    assert (await ada.http.delete(url_of(document))).status_code == 204
    assert await found(ada, clone_id) == []
    await asyncio.sleep(0.5)
    for table in ("chunks", "chunk_embeddings", "document_texts", "hidden_builds"):
        assert await superuser.fetchval(f"select count(*) from {table}") == 0
    assert (await ada.http.get(documents_url(clone_id))).json() == []
