"""Workers are killed, stopped, added and poisoned; every document ends as on a calm day."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest

from clonememoria.core.config import Settings
from tests.api.clones import create_clone
from tests.api.documents import Json, paste, settled, until, upload, url_of
from tests.conftest import Person, Serve, register
from tests.fakes.openai_server import running as running_fake
from tests.fixtures.builders import build_pdf
from tests.torture.product import Product
from tests.torture.workers import (
    QUICK_WORKER,
    WorkerProcess,
    count_tries,
    hashes_of,
    workers_in,
)

SEED = 4
SETTLING_S = 120
TAKEOVERS = 6
SHARED = 200


@dataclass(frozen=True)
class Scene:
    """Two owners of a served app without a worker, and how to make workers."""

    ada: Person
    bob: Person
    superuser: asyncpg.Connection
    worker: Callable[[], WorkerProcess]

    async def unfinished(self) -> int:
        query = "select count(*) from documents where status in ('pending', 'processing')"
        return int(await self.superuser.fetchval(query))

    async def all_settled(self, within_s: float = SETTLING_S) -> None:
        async def is_settled() -> bool:
            return not await self.unfinished()

        await until(is_settled, within_s)

    async def statuses(self) -> Counter[str]:
        rows = await self.superuser.fetch("select status from documents")
        return Counter(row["status"] for row in rows)

    async def tries(self) -> int:
        """The most that a document had."""
        return int(await self.superuser.fetchval("select max(attempt) from tries"))


@pytest.fixture
async def scene(
    serve: Serve,
    settings: Settings,
    superuser: asyncpg.Connection,
    database_url: str,
    tmp_path: Path,
) -> AsyncIterator[Scene]:
    app = await serve(settings.model_copy(update={"worker_inline": False}))
    ada = await register(app.url, "ada@example.org")
    bob = await register(app.url, "bob@example.org")
    await count_tries(superuser)
    async with workers_in(tmp_path, DATABASE_URL=database_url) as worker:
        yield Scene(ada, bob, superuser, worker)
    for person in (ada, bob):
        await person.http.aclose()


def sections(number: int, count: int) -> str:
    """About two chunks each."""
    text = f"The {number * 7919 % 1009} visitors of day {number} spoke of many things. " * 30
    return "\n\n".join(f"# Section {n} of {number}\n\n{n}: {text}" for n in range(count))


async def give(owner: Person, count: int, *, sections_each: int) -> list[Json]:
    """Every fifth is a PDF, whose chunks have pages."""
    clone_id = await create_clone(owner)
    given = []
    for number in range(count):
        text = sections(number, sections_each)
        if number % 5:
            given.append(await paste(owner, clone_id, text, title=f"Text {number}"))
        else:
            pages = [
                page.replace("\n", " ")[:1500] for page in text.split("\n\n") if len(page) > 99
            ]
            file = (f"Book {number}.pdf", build_pdf(pages))
            given += (await upload(owner, clone_id, file)).json()
    return given


@pytest.mark.parametrize(
    ("kills", "count", "sections_each"),
    [pytest.param(3, 20, 20), pytest.param(20, 60, 100, marks=pytest.mark.torture)],
)
async def test_a_killed_worker_leaves_what_a_calm_one_does(
    scene: Scene, kills: int, count: int, sections_each: int
) -> None:
    chance = random.Random(SEED)
    await give(scene.ada, count, sections_each=sections_each)
    worker = scene.worker()
    await worker.start(QUICK_WORKER)
    began = time.monotonic()
    await scene.all_settled()
    calm_s = time.monotonic() - began
    calm = await hashes_of(scene.superuser, scene.ada.id)
    await give(scene.bob, count, sections_each=sections_each)
    killed_at_work = 0
    for _ in range(kills):
        await asyncio.sleep(chance.uniform(0, 1.2 * calm_s / kills))
        await _spare_the_third_try(scene)
        killed_at_work += bool(await scene.unfinished())
        await worker.kill()
        await worker.start(QUICK_WORKER)
    await scene.all_settled()
    await _nothing_is_hidden(scene)
    await worker.kill()
    assert await scene.statuses() == {"completed": 2 * count}
    assert await hashes_of(scene.superuser, scene.bob.id) == calm
    assert len(calm) == count
    tries = await scene.tries()
    assert 1 < tries <= 3
    print(f"\n{killed_at_work} of {kills} kills at work, at most {tries} tries, equal hashes")


async def _spare_the_third_try(scene: Scene) -> None:
    """Four deaths beside one document are its own fault: see the poison below."""

    async def is_none_at_its_third() -> bool:
        query = "select count(*) from documents where status = 'processing' and attempts > 2"
        return not await scene.superuser.fetchval(query)

    await until(is_none_at_its_third, SETTLING_S)


async def _nothing_is_hidden(scene: Scene) -> None:
    async def is_swept() -> bool:
        return not await scene.superuser.fetchval("select count(*) from hidden_builds")

    await until(is_swept, SETTLING_S)
    orphans = """
        select count(*) from chunks where not exists (
            select from documents where documents.build_id = chunks.build_id)"""
    assert await scene.superuser.fetchval(orphans) == 0


@pytest.mark.torture
async def test_two_workers_share_the_documents(scene: Scene) -> None:
    """They know nothing but the address of the database, and each document is read once."""
    workers = [scene.worker(), scene.worker()]
    await asyncio.gather(*(worker.start() for worker in workers))
    given = await give(scene.ada, SHARED, sections_each=3)

    async def is_told_of_all() -> bool:
        return sum(len(worker.documents_done()) for worker in workers) >= SHARED

    await until(is_told_of_all, SETTLING_S)
    codes = await asyncio.gather(*(worker.stop() for worker in workers))
    done = [worker.documents_done() for worker in workers]
    print(f"\n{SHARED} documents: one worker read {len(done[0])}, the other {len(done[1])}")
    assert sorted(done[0] + done[1]) == sorted(document["id"] for document in given)
    assert min(map(len, done)) > SHARED / 10
    assert await scene.tries() == 1
    assert list(codes) == [0, 0]


@pytest.mark.torture
async def test_a_stopped_worker_puts_its_document_back_without_counting_a_try(
    scene: Scene,
) -> None:
    clone_id = await create_clone(scene.ada)
    worker = scene.worker()
    await worker.start()
    document = await paste(scene.ada, clone_id, sections(1, 3000))

    async def is_at_work() -> bool:
        return bool((await scene.ada.http.get(url_of(document))).json()["status"] == "processing")

    await until(is_at_work)
    began = time.monotonic()
    assert await worker.stop() == 0
    took_s = time.monotonic() - began
    print(f"\nstopped within {took_s:.1f} s")
    assert took_s < 10
    row = await scene.superuser.fetchrow("select status, stage, attempts from documents")
    assert row is not None
    assert tuple(row) == ("pending", "queued", 0)
    job = "select status::text from pgqueuer where entrypoint like 'ingest%'"
    assert await scene.superuser.fetchval(job) == "queued"


@pytest.mark.torture
async def test_ten_thousand_documents_of_one_owner_hold_up_nobody(scene: Scene) -> None:
    theirs, others = await create_clone(scene.ada), await create_clone(scene.bob)
    worker = scene.worker()
    await worker.start()
    model = await settled(scene.ada, await paste(scene.ada, theirs, "This is number 0."))
    await worker.stop()
    began = time.monotonic()
    await scene.superuser.execute(
        """
        with copied as (
            insert into documents
            select copy.* from documents, generate_series(1, 10000) as n, jsonb_populate_record(
                documents, jsonb_build_object(
                    'id', gen_random_uuid(), 'content_hash', n, 'status', 'pending',
                    'stage', 'queued', 'build_id', null, 'chunk_count', 0)) as copy
            where documents.id = $1
            returning *), parts as (
            insert into document_file_parts (document_id, part, owner_id, data)
            select id, 0, owner_id, 'This is one of them.'::bytea from copied)
        insert into pgqueuer (entrypoint, priority, payload, status)
        select 'ingest', -row_number() over (), convert_to(id || ' ' || owner_id, 'UTF8'), 'queued'
        from copied""",
        UUID(model["id"]),
    )
    print(f"\n10,000 documents queued in {time.monotonic() - began:.1f} s")
    await worker.start()
    await asyncio.sleep(3)
    before, began = await _completed(scene), time.monotonic()
    document = await paste(scene.bob, others, "This is another.")
    pasted_s = time.monotonic() - began
    assert (await settled(scene.bob, document))["status"] == "completed"
    took_s = time.monotonic() - began
    between = await _completed(scene) - before - 1
    print(f"queued in {1000 * pasted_s:.0f} ms and read in {took_s:.1f} s, after {between} others")
    await worker.stop()
    assert between < 20
    assert took_s < 10


async def _completed(scene: Scene) -> int:
    query = "select count(*) from documents where status = 'completed'"
    return int(await scene.superuser.fetchval(query))


@pytest.mark.torture
async def test_a_document_that_kills_its_worker_stops_only_itself(scene: Scene) -> None:
    """As does one that takes all memory: whoever works on it dies, with all beside it."""
    clone_id = await create_clone(scene.ada)
    worker = scene.worker()
    await worker.start()
    # A memory that is prepared for the first time tries all that failed before once more.
    assert (await settled(scene.ada, await paste(scene.ada, clone_id)))["status"] == "completed"
    await worker.stop()
    poison = await paste(scene.ada, clone_id, sections(0, 400), title="Poison")
    beside = [
        await paste(scene.ada, clone_id, sections(n, 400), title=f"Beside {n}") for n in range(1, 4)
    ]
    await worker.start()
    began = time.monotonic()
    deaths = asyncio.create_task(_kill_at_each_try(worker, poison, scene))

    async def ended(document: Json) -> tuple[str, float]:
        state = await settled(scene.ada, document, SETTLING_S)
        return state["status"], time.monotonic() - began

    (status, failed_s), *others = await asyncio.gather(*map(ended, (poison, *beside)))
    deaths.cancel()
    await worker.stop()
    took = ", ".join(f"{seconds:.0f}" for _, seconds in others)
    print(f"\nfailed after {failed_s:.0f} s; those beside it completed after {took} s")
    assert status == "failed"
    assert "3 times" in (await settled(scene.ada, poison))["error_message"]
    assert {status for status, _ in others} == {"completed"}
    assert max(seconds for _, seconds in others) <= 60


async def _kill_at_each_try(worker: WorkerProcess, poison: Json, scene: Scene) -> None:
    """Each time that somebody begins with it; a supervisor starts the worker again."""
    seen = 0
    while True:
        query = "select count(*) from tries where document_id = $1 and attempt <= 3"
        tries = int(await scene.superuser.fetchval(query, poison["id"]))
        if tries > seen:
            seen = tries
            await worker.kill()
            await worker.start()
        await asyncio.sleep(0.05)


@pytest.mark.torture
async def test_a_dead_workers_document_is_taken_over_within_half_a_minute(
    serve: Serve, settings: Settings, superuser: asyncpg.Connection, tmp_path: Path
) -> None:
    waits_s = []
    async with running_fake() as upstream:
        provider = {
            "embeddings_default_provider": "openai",
            "embeddings_openai_base_url": upstream.base_url,
            "embeddings_openai_model": "fake-embed-dim64",
        }
        app = await serve(settings.model_copy(update={"worker_inline": False, **provider}))
        ada = await register(app.url, "ada@example.org")
        clone_id = await create_clone(ada)
        await count_tries(superuser)
        assert settings.database_url
        environment = {name.upper(): value for name, value in provider.items()}
        environment["DATABASE_URL"] = settings.database_url.get_secret_value()
        async with workers_in(tmp_path, **environment) as worker:
            at_work, other = worker(), worker()
            await at_work.start()
            for number in range(TAKEOVERS):
                upstream.state.knobs.elat = 25_000
                document = await paste(ada, clone_id, sections(number, 3))
                await _is_begun(superuser, document, attempt=1)
                await other.start()
                await asyncio.sleep(random.uniform(0, 5))
                await at_work.kill()
                upstream.state.knobs.elat = 0
                began = time.monotonic()
                await _is_begun(superuser, document, attempt=2)
                waits_s.append(time.monotonic() - began)
                assert (await settled(ada, document))["status"] == "completed"
                at_work, other = other, at_work
        await ada.http.aclose()
    print(f"\ntaken over after {', '.join(f'{wait:.1f}' for wait in sorted(waits_s))} s")
    assert max(waits_s) < 30


async def _is_begun(superuser: asyncpg.Connection, document: Json, *, attempt: int) -> None:
    async def is_begun() -> bool:
        query = "select count(*) from tries where document_id = $1 and attempt = $2"
        return bool(await superuser.fetchval(query, document["id"], attempt))

    await until(is_begun, SETTLING_S)


@pytest.mark.torture
async def test_a_worker_joins_the_embedded_database_of_a_server(tmp_path: Path) -> None:
    product = Product(tmp_path, WORKER_INLINE="false")
    await product.start()
    http = await product.sign_up()
    clone = (await http.post("/api/clones", json={"name": "Ada"})).json()["id"]
    url = f"/api/clones/{clone}/documents"
    document = (await http.post(url, json={"title": "Note", "content": "Open at noon."})).json()

    async def is_completed() -> bool:
        return bool((await http.get(f"{url}/{document['id']}")).json()["status"] == "completed")

    async with workers_in(tmp_path, CLONEMEMORIA_DATA_DIR=str(tmp_path / "data")) as worker:
        joined = worker()
        await joined.start()
        await until(is_completed)
        assert await joined.stop() == 0
    assert (await http.get("/health/ready")).json()["worker"] == "ok"
    await http.aclose()
    assert await product.stop() == 0
