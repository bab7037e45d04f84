"""What happens to a document after it was accepted: stages, retries, cancels, takeovers, ends."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import asyncpg
import pytest

from clonememoria.core.config import Settings
from clonememoria.core.db import Database
from clonememoria.knowledge import lifecycle
from clonememoria.knowledge.progress import Progress
from clonememoria.knowledge.queue import IngestJob, enqueue, requeue_orphans, trim_log
from tests.api.clones import create_clone
from tests.api.documents import HOURS, Json, documents_url, paste, read, settled, until, url_of
from tests.api.scenes import working
from tests.conftest import Person, Serve, ServedApp, register
from tests.fakes.openai_server import running as running_fake
from tests.sse import SseEvent, events_of

LONG = "\n\n".join(f"Paragraph {n} speaks of the number {n * n}. " * 20 for n in range(4000))
STAGES = ["queued", "parsing", "chunking", "embedding", "indexing", "done"]


@asynccontextmanager
async def watched(owner: Person, clone_id: str) -> AsyncIterator[AsyncIterator[SseEvent]]:
    async with owner.http.stream("GET", f"{documents_url(clone_id)}/events") as response:
        assert response.headers["cache-control"] == "no-cache, no-transform"
        assert response.headers["x-accel-buffering"] == "no"
        async with asyncio.timeout(30):
            yield events_of(response)


async def test_the_events_tell_the_stages_in_order(ada: Person) -> None:
    clone_id = await create_clone(ada)
    async with watched(ada, clone_id) as events:
        document = await paste(ada, clone_id, LONG)
        seen = []
        async for event in events:
            assert (event.name, event.data["id"]) == ("document", document["id"])
            seen.append(event.data)
            if event.data["status"] == "completed":
                break
        stages = [STAGES.index(state["stage"]) for state in seen]
        assert stages == sorted(stages)
        assert {STAGES.index("embedding"), STAGES.index("done")} <= set(stages)
        percentages = [state["progress_percentage"] for state in seen]
        assert percentages == sorted(percentages)
        assert any(10 < percentage < 95 for percentage in percentages), percentages
        await ada.http.delete(url_of(document))
        deleted = await anext(events)
        assert (deleted.name, deleted.data) == ("deleted", {"id": document["id"]})


async def test_the_events_are_of_one_clone_and_begin_with_what_is_unfinished(
    serve: Serve, settings: Settings
) -> None:
    idle = await serve(settings.model_copy(update={"worker_inline": False}))
    ada = await register(idle.url, "ada@example.org")
    clone_id = await create_clone(ada)
    waiting = await paste(ada, clone_id)
    await paste(ada, await create_clone(ada, slug_name="Other"))
    async with watched(ada, clone_id) as events:
        first = await anext(events)
        assert (first.data["id"], first.data["stage"]) == (waiting["id"], "queued")
        await paste(ada, await create_clone(ada, slug_name="Third"))
        await ada.http.patch(url_of(waiting), json={"visibility": "private"})
        assert (await anext(events)).data["visibility"] == "private"
    await ada.http.aclose()


async def test_the_events_begin_with_all_that_is_unfinished(
    eve: Person, superuser: asyncpg.Connection
) -> None:
    clone_id = await create_clone(eve)
    document = await paste(eve, clone_id)
    await superuser.execute("""
        insert into documents
        select (jsonb_populate_record(d, jsonb_build_object('id', gen_random_uuid(),
                                                            'content_hash', n))).*
        from documents d, generate_series(1, 250) n
    """)
    async with watched(eve, clone_id) as events:
        seen = {(await anext(events)).data["id"] for _ in range(251)}
        assert len(seen) == 251
        await eve.http.delete(url_of(document))
        assert (await anext(events)).data == {"id": document["id"]}


async def test_no_connection_is_held_while_a_page_watches(ada: Person, served: ServedApp) -> None:
    clone_id = await create_clone(ada)
    database: Database = served.app.state.database
    async with watched(ada, clone_id) as events:
        document = await paste(ada, clone_id)
        async for event in events:
            if event.data["status"] == "completed":
                break
        await asyncio.sleep(0.3)
        assert database.engine.pool.checkedout() == 0  # type: ignore[attr-defined]
        assert document["id"] == event.data["id"]


async def test_a_document_is_read_once_more_on_request(ada: Person) -> None:
    clone_id = await create_clone(ada)
    document = await read(ada, clone_id)
    again = await ada.http.post(f"{url_of(document)}/reprocess")
    assert again.json()["status"] == "pending"
    assert (await settled(ada, document))["status"] == "completed"
    refused = await ada.http.post(f"{url_of(document)}/cancel")
    assert refused.status_code == 409


@pytest.fixture
async def idle(serve: Serve, settings: Settings) -> ServedApp:
    """An app without a worker: documents wait until the test starts one."""
    return await serve(settings.model_copy(update={"worker_inline": False}))


@pytest.fixture
async def eve(idle: ServedApp) -> AsyncIterator[Person]:
    person = await register(idle.url, "eve@example.org")
    yield person
    await person.http.aclose()


async def test_a_cancelled_document_is_not_read(eve: Person, idle: ServedApp) -> None:
    clone_id = await create_clone(eve)
    document = await paste(eve, clone_id)
    cancelled = (await eve.http.post(f"{url_of(document)}/cancel")).json()
    assert (cancelled["status"], cancelled["stage"]) == ("failed", "queued")
    assert "Cancelled" in cancelled["error_message"]
    other = await paste(eve, clone_id, "Something else.")
    async with working(idle):
        await settled(eve, other)
        assert (await settled(eve, document))["status"] == "failed"
        await eve.http.post(f"{url_of(document)}/reprocess")
        assert (await settled(eve, document))["status"] == "completed"


async def test_the_job_of_a_dead_worker_is_taken_over(
    eve: Person, idle: ServedApp, superuser: asyncpg.Connection
) -> None:
    document = await paste(eve, await create_clone(eve))
    # As a worker leaves it that was killed in the middle.
    await superuser.execute(
        "update pgqueuer set status = 'picked', queue_manager_id = gen_random_uuid()"
    )
    await superuser.execute("update documents set status = 'processing', attempts = 1")
    async with working(idle):
        taken_over = await settled(eve, document, within_s=10)
    assert taken_over["status"] == "completed"


async def test_a_document_that_kills_its_workers_fails_and_the_next_is_read(
    eve: Person, idle: ServedApp, superuser: asyncpg.Connection
) -> None:
    clone_id = await create_clone(eve)
    deadly = await paste(eve, clone_id)
    await superuser.execute("update documents set status = 'processing', attempts = 3")
    harmless = await paste(eve, clone_id, "Nothing special.")
    async with working(idle):
        assert (await settled(eve, harmless))["status"] == "completed"
        failed = await settled(eve, deadly)
        assert failed["status"] == "failed"
        assert "3 times" in failed["error_message"]
        # A new start counts from zero.
        await eve.http.post(f"{url_of(deadly)}/reprocess")
        assert (await settled(eve, deadly))["status"] == "completed"


async def test_a_document_whose_job_was_lost_gets_another(
    eve: Person, idle: ServedApp, superuser: asyncpg.Connection
) -> None:
    document = await paste(eve, await create_clone(eve))
    assert await requeue_orphans(idle.app.state.database) == 0
    await superuser.execute("delete from pgqueuer")
    await superuser.execute("update documents set updated_at = now() - interval '1 minute'")
    async with working(idle):
        assert (await settled(eve, document))["status"] == "completed"


async def test_a_document_outlasts_a_provider_that_is_down_for_a_while(
    serve: Serve, settings: Settings
) -> None:
    async with running_fake() as upstream:
        app = await serve(
            settings.model_copy(
                update={
                    "worker_inline": False,
                    "embeddings_default_provider": "openai",
                    "embeddings_openai_base_url": upstream.base_url,
                    "embeddings_openai_model": "fake-embed-dim64",
                    "provider_circuit_open_s": 0.3,
                }
            )
        )
        eve = await register(app.url, "eve@example.org")
        clone_id = await create_clone(eve)
        async with working(app):
            upstream.state.knobs.fault = "500"
            document = await settled(eve, await paste(eve, clone_id))
            assert document["status"] == "failed"
            assert "text is kept" in document["error_message"]
            assert document["content"] == HOURS
            passing = await paste(eve, clone_id, "Read in the end.")

            async def waits() -> bool:
                state = (await eve.http.get(url_of(passing))).json()
                return state["status"] == "pending" and "Next try" in (state["error_message"] or "")

            await until(waits)
            upstream.state.knobs.fault = ""
            assert (await settled(eve, passing))["status"] == "completed"
            await eve.http.post(f"{url_of(document)}/reprocess")
            assert (await settled(eve, document))["status"] == "completed"
        await eve.http.aclose()


async def test_a_superseded_worker_writes_nothing(eve: Person, idle: ServedApp) -> None:
    document = await paste(eve, await create_clone(eve))
    database: Database = idle.app.state.database
    async with database.as_user(eve.id) as session:
        first = await lifecycle.claim(session, UUID(document["id"]))
    async with database.as_user(eve.id) as session:
        second = await lifecycle.claim(session, UUID(document["id"]))
    assert first
    assert second
    async with database.as_user(eve.id) as session:
        assert not await lifecycle.report(session, first, Progress())
        assert await lifecycle.report(session, second, Progress("chunking"))
        await lifecycle.fail(session, first, "too late")
    now: Json = (await eve.http.get(url_of(document))).json()
    assert (now["status"], now["stage"]) == ("processing", "chunking")


@pytest.mark.parametrize("change", ["cancel", "replace", "retitle"])
async def test_a_worker_of_the_version_before_writes_nothing(
    eve: Person, idle: ServedApp, change: str
) -> None:
    document = await paste(eve, await create_clone(eve))
    database: Database = idle.app.state.database
    async with database.as_user(eve.id) as session:
        before = await lifecycle.claim(session, UUID(document["id"]))
    if change == "cancel":
        await eve.http.post(f"{url_of(document)}/cancel")
        await eve.http.post(f"{url_of(document)}/reprocess")
    else:
        body = {"content": "New."} if change == "replace" else {"title": "New"}
        assert (await eve.http.patch(url_of(document), json=body)).status_code == 200
    async with database.as_user(eve.id) as session:
        after = await lifecycle.claim(session, UUID(document["id"]))
    assert before
    assert after
    # Both are the first try: tries alone do not tell them apart.
    assert before.attempt == after.attempt == 1
    async with database.as_user(eve.id) as session:
        assert not await lifecycle.report(session, before, Progress())
        assert await lifecycle.report(session, after, Progress("chunking"))


async def test_the_log_of_the_queue_is_kept_for_a_day(
    eve: Person, idle: ServedApp, superuser: asyncpg.Connection
) -> None:
    await paste(eve, await create_clone(eve))
    entry = "insert into pgqueuer_log (created, job_id, status, priority, entrypoint) values"
    await superuser.execute("delete from pgqueuer_log")
    for age in ("25 hours", "23 hours"):
        await superuser.execute(
            f"{entry} (now() - cast(cast($1 as text) as interval), 1, 'successful', 0, $1)", age
        )
    await trim_log(idle.app.state.database)
    assert await superuser.fetchval("select string_agg(entrypoint, ',') from pgqueuer_log") == (
        "23 hours"
    )


async def test_stopping_puts_the_work_back_in_line(
    eve: Person, idle: ServedApp, superuser: asyncpg.Connection
) -> None:
    document = await paste(eve, await create_clone(eve), LONG)
    async with working(idle):

        async def is_at_work() -> bool:
            return bool((await eve.http.get(url_of(document))).json()["status"] == "processing")

        await until(is_at_work)
    stopped = (await eve.http.get(url_of(document))).json()
    assert (stopped["status"], stopped["stage"]) == ("pending", "queued")
    assert await superuser.fetchval("select attempts from documents") == 0
    assert await superuser.fetchval("select status::text from pgqueuer") == "queued"


async def test_a_worker_survives_the_loss_of_its_connection(
    eve: Person, idle: ServedApp, superuser: asyncpg.Connection
) -> None:
    clone_id = await create_clone(eve)
    async with working(idle):
        await settled(eve, await paste(eve, clone_id))
        await superuser.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
        )
        async with asyncio.timeout(10):
            while True:
                answer = await eve.http.post(
                    documents_url(clone_id), json={"title": "After", "content": "After the cut."}
                )
                if answer.status_code == 201:
                    break
        assert (await settled(eve, answer.json()))["status"] == "completed"


async def test_a_worker_of_its_own_sees_only_the_owners_rows(
    eve: Person, idle: ServedApp, superuser: asyncpg.Connection
) -> None:
    document = await paste(eve, await create_clone(eve))
    stranger = UUID(int=7)
    await superuser.execute("delete from pgqueuer")
    database: Database = idle.app.state.database
    async with database.as_user(stranger) as session:
        await enqueue(session, IngestJob(UUID(document["id"]), stranger))
    async with working(idle):

        async def is_done() -> bool:
            return not await superuser.fetchval("select count(*) from pgqueuer")

        await until(is_done)
    assert await superuser.fetchval("select status from documents") == "pending"
