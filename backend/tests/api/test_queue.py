"""The line of documents: whose turn it is, what waits beside what, and what nobody forgets."""

import asyncpg
import pytest

from clonememoria.core.config import Settings
from clonememoria.core.db import Database
from clonememoria.knowledge.queue import is_stalled, requeue_orphans
from tests.api.clones import create_clone
from tests.api.documents import paste, settled, until, url_of
from tests.api.scenes import working
from tests.conftest import Person, Serve, ServedApp, register
from tests.fakes.openai_server import running as running_fake

LINE = 30


@pytest.fixture
async def served(serve: Serve, settings: Settings) -> ServedApp:
    """An app without a worker: documents wait until the test starts one."""
    return await serve(settings.model_copy(update={"worker_inline": False}))


async def completed_of(owner: Person, superuser: asyncpg.Connection) -> int:
    query = "select count(*) from documents where status = 'completed' and owner_id = $1"
    return int(await superuser.fetchval(query, owner.id))


async def test_a_document_waits_for_no_long_line_of_another_owner(
    served: ServedApp, ada: Person, bob: Person, superuser: asyncpg.Connection
) -> None:
    long_line = await create_clone(ada)
    for number in range(LINE):
        await paste(ada, long_line, f"This is number {number}.")
    few = await create_clone(bob)
    documents = [await paste(bob, few, f"This is number {number}.") for number in range(3)]
    async with working(served):
        for turn, document in enumerate(documents):
            assert (await settled(bob, document))["status"] == "completed"
            before = await completed_of(ada, superuser)
            print(f"{before} of {LINE} were read before number {turn} of the other owner")
            assert before < LINE / 3


async def test_who_comes_later_does_not_stay_ahead_for_ever(
    ada: Person, bob: Person, superuser: asyncpg.Connection
) -> None:
    """Ada's first three are read; then Bob brings five, and takes turns with what is left."""
    first, second = await create_clone(ada), await create_clone(bob)
    for number in range(6):
        await paste(ada, first, f"This is number {number}.")
    await superuser.execute("""
        with read as (delete from pgqueuer where priority > -3 returning payload)
        update documents set status = 'completed'
        where exists (select from read where payload = convert_to(id || ' ' || owner_id, 'UTF8'))
    """)
    for number in range(5):
        await paste(bob, second, f"This is number {number}.")
    line = await superuser.fetch(
        "select convert_from(payload, 'UTF8') as payload from pgqueuer"
        " where entrypoint like 'ingest%' order by priority desc, id"
    )
    owners = ["ada" if row["payload"].endswith(str(ada.id)) else "bob" for row in line]
    assert owners == ["ada", "bob", "ada", "bob", "ada", "bob", "bob", "bob"]


async def test_a_place_is_kept_for_who_has_nothing_in_line(
    serve: Serve, settings: Settings
) -> None:
    """Ada's documents take seconds each and all the places there are."""
    async with running_fake() as upstream:
        slow = {
            "worker_inline": False,
            "worker_concurrency": 1,
            "embeddings_default_provider": "openai",
            "embeddings_openai_base_url": upstream.base_url,
            "embeddings_openai_model": "fake-embed-dim64",
        }
        settings = settings.model_copy(update=slow)
        app = await serve(settings)
        ada = await register(app.url, "ada@example.org")
        bob = await register(app.url, "bob@example.org")
        theirs, his = await create_clone(ada), await create_clone(bob)
        upstream.state.knobs.elat = 1500
        async with working(app):
            large = [await paste(ada, theirs, f"This is number {n}.") for n in range(3)]

            async def is_at_work() -> bool:
                return bool((await ada.http.get(url_of(large[0]))).json()["stage"] == "embedding")

            await until(is_at_work)
            upstream.state.knobs.elat = 0
            assert (await settled(bob, await paste(bob, his)))["status"] == "completed"
            states = [(await ada.http.get(url_of(document))).json() for document in large]
            assert [state["status"] for state in states] == ["processing", "pending", "pending"]
        for person in (ada, bob):
            await person.http.aclose()


async def test_trying_again_and_again_gives_one_job_and_its_old_place(
    served: ServedApp, ada: Person, superuser: asyncpg.Connection
) -> None:
    clone_id = await create_clone(ada)
    document = await paste(ada, clone_id)
    await paste(ada, clone_id, "Something else.")
    for _ in range(5):
        await ada.http.post(f"{url_of(document)}/cancel")
        await ada.http.post(f"{url_of(document)}/reprocess")
    jobs = "select priority from pgqueuer where entrypoint like 'ingest%' order by id"
    assert [row["priority"] for row in await superuser.fetch(jobs)] == [0, -1]
    async with working(served):
        assert (await settled(ada, document))["status"] == "completed"


async def test_what_waits_in_a_long_line_is_not_lost_and_all_that_is_lost_is_found(
    served: ServedApp, ada: Person, superuser: asyncpg.Connection
) -> None:
    clone_id = await create_clone(ada)
    for number in range(3):
        await paste(ada, clone_id, f"This is number {number}.")
    database: Database = served.app.state.database
    await superuser.execute("delete from pgqueuer where entrypoint = 'initialize'")
    await superuser.execute("update documents set updated_at = now() - interval '1 hour'")
    assert await requeue_orphans(database) == 0
    await superuser.execute("delete from pgqueuer where priority < 0")
    assert await requeue_orphans(database) == 2
    assert await requeue_orphans(database) == 0


async def test_a_line_that_moves_is_not_stalled_however_long_it_is(
    served: ServedApp, ada: Person, superuser: asyncpg.Connection
) -> None:
    await paste(ada, await create_clone(ada))
    database: Database = served.app.state.database

    async def stalls() -> bool:
        async with database.as_system() as session:
            return await is_stalled(session)

    assert not await stalls()
    await superuser.execute("update pgqueuer set execute_after = now() - interval '1 hour'")
    assert await stalls()
    # Between two documents nothing is at work, but the log says that something was.
    await superuser.execute(
        "insert into pgqueuer_log (job_id, status, priority, entrypoint)"
        " values (1, 'successful', 0, 'ingest')"
    )
    assert not await stalls()
